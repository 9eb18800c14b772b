"""Numbers as documents write them, in both directions."""

from __future__ import annotations

import re

_DIGITS = {**{char: n for n, char in enumerate("〇一二三四五六七八九")}, "零": 0, "两": 2, "○": 0}
_LEGAL = {char: n for n, char in enumerate("零壹贰叁肆伍陆柒捌玖")}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
CHINESE = f"[{''.join(_DIGITS)}{''.join(_LEGAL)}{''.join(_TENS)}]"
"""A pattern of one character of a Chinese number."""


def from_chinese(text: str) -> int | None:
    """``二十三``, ``壹拾``, ``一〇五`` as a number; None if it is none."""
    digits = _DIGITS | _LEGAL
    if not text or any(char not in digits and char not in _TENS for char in text):
        return None
    if not any(char in _TENS for char in text):
        return int("".join(str(digits[char]) for char in text))
    total = 0
    pending: int | None = None
    for char in text:
        if char in _TENS:
            total += (1 if pending is None else pending) * _TENS[char]
            pending = None
        else:
            pending = digits[char] or None
    return total + (pending or 0)


def to_chinese(number: int, *, legal: bool = False) -> str:
    """A number below 100 000 in Chinese."""
    digits = "零壹贰叁肆伍陆柒捌玖" if legal else "零一二三四五六七八九"
    units = ("", "拾", "佰", "仟", "万") if legal else ("", "十", "百", "千", "万")
    written = ""
    gap = False
    for power in range(4, -1, -1):
        digit = number // 10**power % 10
        if digit:
            written += ("零" if gap and written else "") + digits[digit] + units[power]
        gap = not digit
    if not legal and 10 <= number < 20:
        written = written.removeprefix("一")
    return written or digits[0]


def from_roman(text: str) -> int | None:
    """``XIV`` as a number (any case); None if it is none."""
    wanted = text.upper()
    if not re.fullmatch(r"[MDCLXVI]{1,15}", wanted):
        return None
    total = sum(
        -value if index + 1 < len(wanted) and value < _one_roman(wanted[index + 1]) else value
        for index, value in enumerate(map(_one_roman, wanted))
    )
    return total if total > 0 and to_roman(total) == wanted else None


def _one_roman(char: str) -> int:
    return {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}[char]


def to_roman(number: int) -> str:
    """A number as a Roman one in capitals."""
    written = ""
    for value, word in _ROMAN:
        count, number = divmod(number, value)
        written += word * count
    return written


def from_letter(text: str) -> int | None:
    """``a`` is 1, ``z`` 26; None for anything else."""
    return ord(text.lower()) - 96 if len(text) == 1 and "a" <= text.lower() <= "z" else None


def to_letter(number: int) -> str:
    """As Word counts: a … z, aa, bb …"""
    repeat, index = divmod(number - 1, 26)
    return chr(97 + index) * (repeat + 1)


def from_circled(char: str) -> int | None:
    """``①``, ``⑴``, ``⒈``, ``㈠``, ``❶`` as a number; None for anything else."""
    code = ord(char)
    for first, count, start in (
        (0x2460, 20, 1), (0x2474, 20, 1), (0x2488, 20, 1), (0x3220, 10, 1), (0x3280, 10, 1), (0x3251, 15, 21),
        (0x2776, 10, 1), (0x2780, 10, 1), (0x24EB, 10, 11),
    ):  # fmt: skip
        if first <= code < first + count:
            return code - first + start
    return None

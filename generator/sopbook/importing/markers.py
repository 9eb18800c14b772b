"""Typed numbers and bullets at the start of a paragraph: 第一章, 一、, (一), 1.0, 1.2.1, ①, a), Step 3 …"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sopbook.importing import numerals
from sopbook.importing.tree import Marker

_CN = f"{numerals.CHINESE}{{1,6}}"
_OPEN, _CLOSE = "[（(\\[【〔]", "[）)\\]】〕]"
_UNITS = (
    "年|月|日|号|时|点|分|秒|米|[万亿千百]?元|[万亿千百]|％|%|℃|°|度|小时|分钟|天|周|个|名|人|次|倍|吨|公里|平方|㎡|m²|m2|kg|km|mm|"
    "cm|层|楼|栋|户|套|页|岁|级"
)
# A number before a unit is a quantity; before a word that only begins like one (人员, 月度) it may count items.
_NO_QUANTITY = rf"(?![-–~～/:：]\d)(?!\s?(?:{_UNITS})(?:[^\u4e00-\u9fff]|$|[以内的左及之或前后宽高长厚深份]))"
_SEPARATOR = r"[、.．,，:：]"
_PLAIN = r"(?![\d.．])"
_Read = Callable[[re.Match[str]], Marker | None]

BARE = re.compile(r"\s*(\d{1,2}(?:\.\d{1,2})*)[\s\u3000]+(?=[^\s\d])")
"""A number with only a space behind it (``4 Procedure``): a marker where a heading or its series says so."""

_SYMBOLS = "•·●○■□▪◆◇▲△➢➤✓√★☆※►‣⁃–—"


@dataclass(frozen=True, slots=True)
class Found:
    """A marker at the start of a text, and where the text behind it begins."""

    marker: Marker
    end: int


def typed(text: str) -> Found | None:
    """The typed marker that a text begins with, or None.

    It only says what the characters look like; whether the series makes sense is for the outline to judge.
    """
    for pattern, read in _PATTERNS:
        match = pattern.match(text)
        if match and (found := read(match)):
            return Found(found, match.end())
    return None


def bullet(text: str) -> Found | None:
    """The bullet that a text begins with, or None."""
    match = re.match(rf"\s*([{_SYMBOLS}]|[-*+](?=\s))\s*(?=\S)", text)
    if match is None or (match[1] in "–—" and not match[0].endswith((" ", "\t"))):
        return None
    return Found(Marker(match[1], f"bullet:{match[1]}"), match.end())


def _chapter(match: re.Match[str]) -> Marker | None:
    number = int(match[1]) if match[1].isdigit() else numerals.from_chinese(match[1])
    return Marker(match[0].strip(), f"第{match[2]}", (number,)) if number is not None else None


def _english(match: re.Match[str]) -> Marker | None:
    word, written = match[1].lower(), match[2]
    number = int(written) if written.isdigit() else numerals.from_roman(written) or numerals.from_letter(written)
    return Marker(match[0].strip(), word, (number,)) if number is not None else None


def _in_chinese(family: str, group: int = 1) -> _Read:
    def read(match: re.Match[str]) -> Marker | None:
        number = numerals.from_chinese(match[group])
        return Marker(match[0].strip(), family, (number,)) if number is not None else None

    return read


def _dotted(match: re.Match[str]) -> Marker | None:
    numbers = [int(part) for part in re.split(r"[.．]", match[1]) if part]
    if any(number > 199 for number in numbers):
        return None
    # ``3.0`` is the third of the first level, as manuals count that go on with 3.1.
    if len(numbers) == 2 and numbers[1] == 0:
        numbers.pop()
    return Marker(match[0].strip(), f"dotted:{len(numbers)}", tuple(numbers), len(numbers) - 1)


def _decimal(match: re.Match[str]) -> Marker | None:
    number = int(match[1])
    separator = match[2].translate({0xFF0E: ".", 0xFF0C: ",", 0xFF1A: ":", 0xFF09: ")"})
    if separator == ".":
        return Marker(match[0].strip(), "dotted:1", (number,))
    return Marker(match[0].strip(), f"1{separator}", (number,)) if number < 200 else None


def _bracketed(match: re.Match[str]) -> Marker | None:
    return Marker(match[0].strip(), "(1)", (int(match[1]),)) if int(match[1]) < 200 else None


def _circled(match: re.Match[str]) -> Marker | None:
    number = numerals.from_circled(match[1])
    if number is None:
        return None
    block = "㈠" if ord(match[1]) >= 0x3200 and ord(match[1]) < 0x3290 else chr(ord(match[1]) & 0xFFE0)
    return Marker(match[1], f"circled:{block}", (number,))


def _lettered(style: str) -> _Read:
    def read(match: re.Match[str]) -> Marker | None:
        letter = match[1]
        number = numerals.from_letter(letter)
        case = "A" if letter.isupper() else "a"
        return Marker(match[0].strip(), f"{style}{case}", (number,)) if number else None

    return read


def _stem(match: re.Match[str]) -> Marker | None:
    return Marker(match[0].strip(), "甲、", (numerals.STEMS.index(match[1]) + 1,))


def _roman(match: re.Match[str]) -> Marker | None:
    number = numerals.from_roman(match[1])
    case = "I" if match[1].isupper() else "i"
    return Marker(match[0].strip(), f"roman:{case}", (number,)) if number and number < 60 else None


_PATTERNS = tuple(
    (re.compile(rf"\s*{pattern}\s*", flags), read)
    for pattern, read, flags in (
        (rf"第\s*({_CN}|\d{{1,3}})\s*(部分|[编編篇章节節条條款项項步])[、.．:：]?", _chapter, 0),
        (
            r"(Chapter|Section|Article|Part|Appendix|Annex|Step|Phase)\s+(\d{1,3}|[IVXLC]{1,6}|[A-Z])\b(?:\s*[-–—:.)])?",
            _english,
            re.IGNORECASE,
        ),
        (rf"({_CN})\s*[、.．]", _in_chinese("一、"), 0),
        (rf"{_OPEN}\s*({_CN})\s*{_CLOSE}[、.．]?", _in_chinese("（一）"), 0),
        (rf"篇({_CN})\s*[：:]", _in_chinese("篇"), 0),
        (rf"(\d{{1,3}}(?:[.．]\d{{1,3}}){{1,5}}){_PLAIN}{_SEPARATOR}?{_NO_QUANTITY}", _dotted, 0),
        (rf"(\d{{1,3}})\s*([、.．]){_PLAIN}{_NO_QUANTITY}", _decimal, 0),
        (r"(\d{1,3})\s*([)）])", _decimal, 0),
        (rf"{_OPEN}\s*(\d{{1,3}})\s*{_CLOSE}[、.．]?", _bracketed, 0),
        (r"([①-⑳⑴-⒇⒈-⒛㈠-㈩㊀-㊉❶-❿➀-➉㉑-㉟])[、.．]?", _circled, 0),
        (r"([a-zA-Z])\s*[)）]", _lettered("a)"), 0),
        (rf"{_OPEN}\s*([a-zA-Z])\s*{_CLOSE}", _lettered("(a)"), 0),
        (r"([ivxlc]{2,6}|[IVXLC]{2,6}|[iI])\s*[.．、)）](?=\s)", _roman, 0),
        (r"([a-zA-Z])\s*[、．.](?=\s|[\u4e00-\u9fff])", _lettered("a."), 0),
        (rf"([{numerals.STEMS}])\s*、", _stem, 0),
    )
)

"""What is filled in: from what people write to typed values, and back to words.

A number is a Decimal, a day a date, several options a tuple; everything else is a string, a check
a bool. Blank means None. People write dates, amounts and ticks in many ways; all the usual ones are
understood, and nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from sopbook.forms.fillable import Blank, fold
from sopbook.locales import Locale, Text, canonical
from sopbook.model import FieldType
from sopbook.word.controls import TICKED
from sopbook.word.markup import clean

Value = str | Decimal | dt.date | dt.time | dt.datetime | bool | tuple[str, ...]
Raw = str | int | float | Decimal | bool | dt.date | dt.time | dt.datetime | list[object] | None

MOST_CHARACTERS = 20_000

_FREE = frozenset((FieldType.TEXT, FieldType.MULTILINE, FieldType.SIGNATURE))
"""Types for which any text will do."""

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})\s*(?::|时|点)\s*(?:(\d{1,2})\s*(?:分|(?::\s*(\d{1,2})(?:\.0+)?))?)?")
_PHONE = re.compile(r"[\d+*#()\-‐–—\s,;、/转ext.]{3,100}", re.IGNORECASE)
_TRUTH = {
    "true": True,
    "1": True,
    "yes": True,
    "y": True,
    "x": True,
    "false": False,
    "0": False,
    "no": False,
    "n": False,
}
_MARKS = {TICKED: True, "☒": True, "√": True, "✓": True, "✔": True, "■": True, "☐": False, "□": False, "○": False}

_LONG = Text("内容超过 {most} 个字符", "more than {most} characters")
_EXPECTED = {
    FieldType.NUMBER: Text("应为数字", "a number is expected"),
    FieldType.MONEY: Text("应为金额，如 1200 或 1,200.50", "an amount is expected, such as 1200 or 1,200.50"),
    FieldType.DATE: Text("应为日期，如 2026-03-01", "a date is expected, such as 2026-03-01"),
    FieldType.TIME: Text("应为时间，如 14:30", "a time is expected, such as 14:30"),
    FieldType.DATETIME: Text(
        "应为日期和时间，如 2026-03-01 14:30", "a date and time is expected, such as 2026-03-01 14:30"
    ),
    FieldType.PHONE: Text("应为电话号码", "a telephone number is expected"),
    FieldType.CHECK: Text("应为“是”或“否”", "yes or no is expected"),
}
_OPTION = Text("“{value}”不在选项中；可选 {options}", '"{value}" is no option; there are {options}')
_SEVERAL = Text("只能选一项，却有 {options}", "only one may be chosen, and there are {options}")


class BadValue(Exception):
    """A value that does not fit its field; ``reason`` says what would."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def several_chosen(options: Iterable[str]) -> BadValue:
    """The complaint that a single choice has several ticks."""
    listed = ", ".join(options)
    return BadValue(_SEVERAL.filled(options=listed))


def parse(blank: Blank, raw: Raw) -> Value | None:
    """The value that somebody wrote for a blank; None if they wrote nothing.

    Raises BadValue if it does not fit.
    """
    if raw is None:
        return None
    if isinstance(raw, list):
        return _options(blank, [_plain(item) for item in raw if item is not None])
    if not isinstance(raw, str):
        found = _typed(blank, raw)
        if found is not None:
            return found
        raw = _plain(raw)
    written = clean(raw).strip()
    if len(written) > MOST_CHARACTERS:
        raise BadValue(_LONG.filled(most=MOST_CHARACTERS))
    if not written:
        return None
    return written if blank.type in _FREE else _from_text(blank, written)


def _typed(blank: Blank, raw: object) -> Value | None:
    """A value that has the right type already, as spreadsheets and JSON give it."""
    match blank.type, raw:
        case FieldType.CHECK, bool():
            return raw
        case ((FieldType.NUMBER | FieldType.MONEY), (int() | float() | Decimal())) if not isinstance(raw, bool):
            return _decimal(str(raw), blank)
        case FieldType.DATETIME, dt.datetime():
            return raw.replace(second=0, microsecond=0, tzinfo=None)
        case FieldType.DATE, dt.datetime():
            return raw.date()
        case FieldType.DATE, dt.date():
            return raw
        case FieldType.TIME, dt.datetime():
            return raw.time().replace(second=0, microsecond=0)
        case FieldType.TIME, dt.time():
            return raw.replace(second=0, microsecond=0)
    return None


def _plain(raw: object) -> str:
    """A typed value as the text one would have written for it."""
    match raw:
        case bool():
            return "true" if raw else "false"
        case float() if raw.is_integer():
            return str(int(raw))
        case Decimal():
            return f"{raw:f}"
        case dt.datetime():
            return raw.strftime("%Y-%m-%d %H:%M")
        case dt.time():
            return raw.strftime("%H:%M")
    return str(raw)


def _from_text(blank: Blank, text: str) -> Value | None:
    match blank.type:
        case FieldType.NUMBER | FieldType.MONEY:
            return _decimal(text, blank)
        case FieldType.DATE:
            return _day(blank, text)
        case FieldType.TIME:
            return _time(blank, text)
        case FieldType.DATETIME:
            return _moment(blank, text)
        case FieldType.CHOICE:
            return _option(blank, text)
        case FieldType.CHOICES:
            return _options(blank, _split(blank, text))
        case FieldType.CHECK:
            return _check(blank, text)
        case FieldType.PHONE if not _PHONE.fullmatch(unicodedata.normalize("NFKC", text)) or not re.search(r"\d", text):
            raise BadValue(_EXPECTED[blank.type])
    return text


def _decimal(text: str, blank: Blank) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("¥$€£").strip()
    for unit in (blank.unit, "元"):
        if unit:
            plain = plain.removesuffix(unicodedata.normalize("NFKC", unit)).strip()
    if not re.fullmatch(r"[-+]?(\d{1,15}|\d{1,3}(,\d{3}){1,5})(\.\d{1,8})?", plain):
        raise BadValue(_EXPECTED[blank.type])
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:  # digits that Python does not count as such
        raise BadValue(_EXPECTED[blank.type]) from None


def _day(blank: Blank, text: str) -> dt.date:
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    # A spreadsheet's day comes with a midnight.
    match = match or re.fullmatch(_DATE.pattern + r"[T\s]+0{1,2}:00(?::00(?:\.0+)?)?Z?", text)
    try:
        if match:
            return dt.date(*(int(part) for part in match.groups()[:3]))
    except ValueError:
        pass
    raise BadValue(_EXPECTED[blank.type])


def _time(blank: Blank, text: str) -> dt.time:
    match = _TIME.fullmatch(unicodedata.normalize("NFKC", text))
    try:
        if match:
            return dt.time(int(match[1]), int(match[2] or 0))
    except ValueError:
        pass
    raise BadValue(_EXPECTED[blank.type])


def _moment(blank: Blank, text: str) -> dt.datetime:
    plain = unicodedata.normalize("NFKC", text)
    match = _DATE.match(plain)
    if match is None:
        raise BadValue(_EXPECTED[blank.type])
    day = Blank(blank.tag, blank.label, blank.type, False)
    return dt.datetime.combine(_day(day, match[0]), _time(day, plain[match.end() :].lstrip("T ,")))


def _option(blank: Blank, text: str) -> str:
    for option in blank.options:
        if fold(option) == fold(text):
            return option
    listed = ", ".join(blank.options)
    raise BadValue(_OPTION.filled(value=text[:40], options=listed))


def _split(blank: Blank, text: str) -> Iterable[str]:
    """The options in a text. An option may itself hold a mark that others separate options with."""
    known = {fold(option) for option in blank.options}
    for part in re.split("[;\uff1b\n]", text):
        if fold(part) in known:
            yield part
        else:
            yield from (piece for piece in re.split("[,\uff0c、/]", part) if piece.strip())


def _options(blank: Blank, texts: Iterable[str]) -> tuple[str, ...] | str | None:
    chosen = {_option(blank, text) for text in texts}
    if blank.type is FieldType.CHOICES:
        return tuple(option for option in blank.options if option in chosen) or None
    if blank.type is not FieldType.CHOICE or len(chosen) > 1:
        raise several_chosen(sorted(chosen))
    return chosen.pop() if chosen else None


def _check(blank: Blank, text: str) -> bool:
    if text in _MARKS:
        return _MARKS[text]
    word = canonical("truth", text) or fold(text)
    known = _TRUTH.get(word)
    if known is None:
        raise BadValue(_EXPECTED[blank.type])
    return known


def show(value: Value, words: Locale) -> str:
    """A value in words, as it stands on a form."""
    if isinstance(value, str):
        return value
    match value:
        case bool():
            return words.word("forms", "yes" if value else "no")
        case dt.datetime():
            return f"{show(value.date(), words)} {show(value.time(), words)}"
        case dt.date():
            return words.format("date", year=value.year, month=value.month, day=value.day)
        case dt.time():
            return words.format("time", hour=value.hour, minute=value.minute)
        case Decimal():
            return f"{value:f}"
        case tuple():
            return words.format("list").join(value)


def portable(value: Value) -> str | int | float | bool | list[str]:
    """A value for JSON: dates as ISO 8601."""
    match value:
        case bool() | str():
            return value
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dt.datetime():
            return value.strftime("%Y-%m-%dT%H:%M")
        case dt.date():
            return value.isoformat()
        case dt.time():
            return value.strftime("%H:%M")
        case tuple():
            return list(value)
    return str(value)

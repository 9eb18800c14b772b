"""Reading a workbook (ECMA-376 Part 1, 18) as a stream of rows, in bounded time and memory."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sopbook.locales import Text
from sopbook.untrusted import Archive, Refused, parse_xml, scan
from sopbook.word.relations import MAIN, Relation, read_relations, relations_of, resolve

_MOST_STRINGS_BYTES = 30_000_000
_MOST_STYLES_BYTES = 4_000_000
_MOST_SMALL_BYTES = 1_000_000
_MOST_CELL = 32_767  # what Excel itself can hold
_MOST_ELEMENTS = 12_000_000

# Built-in number formats that show a date or time (18.8.30), those of the Chinese locale included.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)

_NO_BOOK = Text("不是 Excel 工作簿（.xlsx）", "it is no Excel workbook (.xlsx)")
_MACROS = Text("带有宏，已拒绝；请另存为 .xlsx", "it holds macros and is refused; save it as .xlsx")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell without a value of its own: ``formula``, ``error`` or ``long``."""

    kind: str


RawCell = str | Decimal | bool | dt.datetime | dt.time | Unreadable


class Workbook:
    """The first visible sheet of a workbook."""

    def __init__(self, data: bytes) -> None:
        self._archive = Archive(data)
        if any(name.lower().endswith("vbaproject.bin") for name in self._archive.names):
            raise Refused(_MACROS)
        main = self._target("", MAIN)
        root = parse_xml(main, self._small(main))
        book = {element.tag.rpartition("}")[2]: element for element in root}
        if "sheets" not in book:
            raise Refused(_NO_BOOK)
        properties = book.get("workbookPr")
        self._epoch = _EPOCH_1904 if properties is not None and _true(properties.get("date1904")) else _EPOCH
        sheets = [sheet for sheet in book["sheets"] if sheet.get("state", "visible") == "visible"]
        identifier = next((value for s in sheets for key, value in s.items() if key.endswith("}id")), "")
        related = {relation.id: relation for relation in self._relations(main)}
        if identifier not in related or related[identifier].external:
            raise Refused(_NO_BOOK)
        self._sheet = resolve(main, related[identifier].target)
        if self._sheet not in self._archive.names:
            raise Refused(_NO_BOOK)
        others = {relation.type.rpartition("/")[2]: resolve(main, relation.target) for relation in related.values()}
        self._strings = list(self._shared(others.get("sharedStrings", "")))
        self._dated = self._date_styles(others.get("styles", ""))

    # ------------------------------------------------------------------------- parts

    def _relations(self, part: str) -> list[Relation]:
        own = relations_of(part)
        return read_relations(own, self._small(own)) if own in self._archive.names else []

    def _target(self, part: str, type_: str) -> str:
        ending = type_.rpartition("/")[2]
        for relation in self._relations(part):
            found = resolve(part, relation.target)
            if relation.type.endswith(ending) and not relation.external and found in self._archive.names:
                return found
        raise Refused(_NO_BOOK)

    def _small(self, part: str) -> bytes:
        return self._archive.read(part, _MOST_SMALL_BYTES)

    def _shared(self, part: str) -> Iterator[str]:
        """The strings that cells refer to by number."""
        if part not in self._archive.names:
            return
        reader = _Strings()
        chunks = self._archive.stream(part, _MOST_STRINGS_BYTES)
        for _ in scan(part, chunks, reader.start, reader.end, reader.text, _MOST_ELEMENTS):
            yield from reader.take()

    def _date_styles(self, part: str) -> frozenset[int]:
        """The numbers of the cell styles that show a number as a date or time."""
        if part not in self._archive.names:
            return frozenset()
        root = parse_xml(part, self._archive.read(part, _MOST_STYLES_BYTES))
        own: dict[int, bool] = {}
        dated: list[int] = []
        for element in root:
            name = element.tag.rpartition("}")[2]
            if name == "numFmts":
                own = {_whole(f.get("numFmtId")): _shows_date(f.get("formatCode", "")) for f in element}
            elif name == "cellXfs":
                numbers = [_whole(style.get("numFmtId")) for style in element]
                dated = [i for i, number in enumerate(numbers) if own.get(number, number in _DATES)]
        return frozenset(dated)

    # -------------------------------------------------------------------------- rows

    def rows(self) -> Iterator[tuple[int, dict[int, RawCell]]]:
        """Every row that the sheet mentions: its number, and its cells by column, counted from 0."""
        reader = _Cells(self._strings, self._dated, self._epoch)
        chunks = self._archive.stream(self._sheet)
        for _ in scan(self._sheet, chunks, reader.start, reader.end, reader.text, _MOST_ELEMENTS):
            yield from reader.take()


class _Strings:
    def __init__(self) -> None:
        self._done: list[str] = []
        self._parts: list[str] | None = None
        self._in_text = False
        self._phonetic = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        match name.rpartition("}")[2]:
            case "si":
                self._parts = []
            case "t":
                self._in_text = self._phonetic == 0
            case "rPh":  # how a name is read aloud, not part of it
                self._phonetic += 1

    def text(self, text: str) -> None:
        if self._in_text and self._parts is not None:
            self._parts.append(text)

    def end(self, name: str) -> None:
        match name.rpartition("}")[2]:
            case "si":
                self._done.append("".join(self._parts or ()))
                self._parts = None
            case "t":
                self._in_text = False
            case "rPh":
                self._phonetic -= 1

    def take(self) -> list[str]:
        done, self._done = self._done, []
        return done


class _Cells:
    """Collects rows from the events of a sheet."""

    def __init__(self, strings: list[str], dated: frozenset[int], epoch: dt.datetime) -> None:
        self._strings = strings
        self._dated = dated
        self._epoch = epoch
        self._done: list[tuple[int, dict[int, RawCell]]] = []
        self._number = 0
        self._row: dict[int, RawCell] = {}
        self._column = -1
        self._type = ""
        self._style = 0
        self._formula = False
        self._text: list[str] = []
        self._reading = False

    def take(self) -> list[tuple[int, dict[int, RawCell]]]:
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition("}")[2]:
            case "row":
                self._number = _whole(attributes.get("r"), self._number + 1)
                self._row, self._column = {}, -1
            case "c":
                self._column = _column(attributes.get("r", ""), self._column + 1)
                self._type = attributes.get("t", "n")
                self._style = _whole(attributes.get("s"))
                self._formula, self._text = False, []
            case "f":
                self._formula = True
            case "v" | "t":
                self._reading = True

    def text(self, text: str) -> None:
        if self._reading:
            self._text.append(text)

    def end(self, name: str) -> None:
        match name.rpartition("}")[2]:
            case "v" | "t":
                self._reading = False
            case "c":
                value = self._value("".join(self._text))
                if value != "":
                    self._row[self._column] = value
            case "row":
                self._done.append((self._number, self._row))

    def _value(self, text: str) -> RawCell:
        if self._formula:
            return Unreadable("formula")
        if len(text) > _MOST_CELL:
            return Unreadable("long")
        match self._type:
            case "s":
                index = _whole(text, -1)
                return self._strings[index].strip() if 0 <= index < len(self._strings) else Unreadable("error")
            case "str" | "inlineStr":
                return text.strip()
            case "b":
                return _true(text)
            case "e":
                return Unreadable("error")
            case "d":
                return text.strip()
        return self._number_value(text.strip())

    def _number_value(self, text: str) -> RawCell:
        if not text:
            return ""
        try:
            number = Decimal(text)
        except InvalidOperation:
            return Unreadable("error")
        if not number.is_finite() or abs(number) > Decimal("1e15"):
            return text if number.is_finite() else Unreadable("error")
        if self._style not in self._dated:
            # 0.1 + 0.2 is stored as 0.30000000000000004; nobody typed more than 15 digits.
            return Decimal(f"{number:.15g}") if number else Decimal(0)
        try:
            moment = self._epoch + dt.timedelta(seconds=round(float(number) * 86_400))
        except OverflowError:
            return Unreadable("error")
        return moment.time() if 0 <= number < 1 else moment


def _whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else otherwise


def _true(text: str | None) -> bool:
    return text in ("1", "true", "on")


def _column(reference: str, otherwise: int) -> int:
    """The number of a column by the letters of a cell's name: A is 0, Z 25, AA 26."""
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        return otherwise
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _shows_date(code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", code)
    return re.search(r"[ymdhs年月日时]", bare, re.IGNORECASE) is not None and "General" not in code

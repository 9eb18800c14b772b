"""A table from a file: a row of headings, and rows below it. It can be read again and again."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sopbook.locales import Text
from sopbook.spreadsheet.write import FORMULA
from sopbook.spreadsheet.xlsx import Workbook
from sopbook.untrusted import Refused, read_bounded, refusal

MOST_ROWS = 10_000
MOST_COLUMNS = 1_000
_MOST_HEADING = 200

_KIND = Text("只能读 .xlsx 和 .csv 文件", "only .xlsx and .csv files can be read")
_OLD = Text("旧格式 .xls 读不了，请另存为 .xlsx", "the old format .xls cannot be read; save it as .xlsx")
_ROWS = Text("超过 {most} 行；请分成几个文件", "it has more than {most} rows; split it into several files")
_EMPTY = Text("表里没有标题行", "it has no row of headings")
_TWICE = Text("列标题“{name}”出现两次", 'two columns are headed "{name}"')
_COLUMNS = Text("超过 {most} 列", "it has more than {most} columns")
_ENCODING = Text("文字编码既不是 UTF-8 也不是 GB18030", "its text is neither UTF-8 nor GB18030")
_BAD_CSV = Text("不是完好的 CSV：{detail}", "it is no sound CSV: {detail}")


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell that holds no value: a formula, or an error of the spreadsheet program."""

    reason: Text


Cell = str | Decimal | bool | dt.datetime | dt.time | BadCell


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty: its number in the file, counted from 1, and its cells by heading."""

    number: int
    cells: dict[str, Cell]


class Table:
    """A table in memory, in the form in which the file holds it. ``rows`` parses it anew each time."""

    def __init__(self, name: str, data: bytes) -> None:
        self._csv: tuple[bytes, str] | None = None
        self._book: Workbook | None = None
        suffix = Path(name).suffix.lower()
        if suffix == ".csv":
            self._csv = (data, _encoding(data))
        elif suffix in (".xlsx", ".xlsm"):
            self._book = Workbook(data)
        else:
            raise Refused(_OLD if suffix == ".xls" else _KIND)
        self.headings = self._headings()

    def rows(self) -> Iterator[Row]:
        """The rows below the headings. Raises Refused if there are too many, or where the file is damaged."""
        count = 0
        beginning = True
        for number, cells in self._raw():
            filled = {index: cell for index, cell in cells.items() if cell != ""}
            if not filled:
                continue
            if beginning:
                beginning = False
                continue
            count += 1
            if count > MOST_ROWS:
                raise refusal(_ROWS, most=MOST_ROWS)
            yield Row(number, {self.headings[i]: cell for i, cell in filled.items() if i in self.headings})

    def _headings(self) -> dict[int, str]:
        for _, cells in self._raw():
            named = {index: _heading(cell) for index, cell in sorted(cells.items()) if _heading(cell)}
            if not named:
                continue
            if max(named) > MOST_COLUMNS:
                raise refusal(_COLUMNS, most=MOST_COLUMNS)
            seen: set[str] = set()
            for name in named.values():
                if name in seen:
                    raise refusal(_TWICE, name=name)
                seen.add(name)
            return named
        raise Refused(_EMPTY)

    def _raw(self) -> Iterator[tuple[int, dict[int, Cell]]]:
        if self._csv is not None:
            yield from _csv_rows(*self._csv)
        elif self._book is not None:
            for number, cells in self._book.rows():
                yield number, {i: _BAD[c.kind] if not isinstance(c, _PLAIN) else c for i, c in cells.items()}


_PLAIN = (str, Decimal, bool, dt.datetime, dt.time)
_BAD = {
    "formula": BadCell(Text("是公式，请改成数值（复制后“粘贴为数值”）", "holds a formula; paste it as a value")),
    "error": BadCell(Text("是出错的单元格", "holds an error of the spreadsheet program")),
    "long": BadCell(Text("内容过长", "holds too much text")),
}


def open_table(path: Path) -> Table:
    """The table in a file: of a workbook, the first sheet that is not hidden.

    Raises Refused if the file cannot be read, or is out of bounds.
    """
    return Table(path.name, read_bounded(path))


def _heading(cell: Cell) -> str:
    if isinstance(cell, BadCell):
        return ""
    return " ".join(str(cell).split())[:_MOST_HEADING]


def _encoding(data: bytes) -> str:
    # Excel in China writes CSV in the code page of Windows, a part of GB18030, unless asked for UTF-8.
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            for _ in _lines(data, encoding):
                pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise Refused(_ENCODING)


def _lines(data: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def _csv_rows(data: bytes, encoding: str) -> Iterator[tuple[int, dict[int, Cell]]]:
    first = next((line for line in _lines(data, encoding) if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(_lines(data, encoding), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise refusal(_COLUMNS, most=MOST_COLUMNS)
            yield reader.line_num, {index: _unquoted(cell.strip()) for index, cell in enumerate(cells)}
    except csv.Error as error:
        raise refusal(_BAD_CSV, detail=error) from error


def _unquoted(cell: str) -> str:
    """The cell without the apostrophe by which we (and others) keep text from becoming a formula."""
    return cell[1:].strip() if cell[:1] == "'" and FORMULA.match(cell[1:]) else cell

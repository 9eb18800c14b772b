"""Writing tables. Text stays text: no value that a stranger typed becomes a formula when the file is opened."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sopbook.word.markup import attribute, text
from sopbook.word.package import pack_parts
from sopbook.word.relations import Relation, write_relations

Value = str | Decimal | int | bool | dt.date | dt.datetime | dt.time | None

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EPOCH = dt.date(1899, 12, 30)

# Cell styles: plain, heading, day, moment, time, text that begins like a formula.
_PLAIN, _HEADING, _DAY, _MOMENT, _TIME, _QUOTED = range(6)
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="166" formatCode="hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="等线"/></font>'
    '<font><b/><sz val="11"/><name val="等线"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)
FORMULA = re.compile(r"'*[=+\-@\t\r\n|%]")
"""What a spreadsheet program may take for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its headings, its rows."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Value]]


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """A workbook. Headings stay in view; there is a filter on them."""
    names = _sheet_names([sheet.name for sheet in sheets])
    parts = {f"xl/worksheets/sheet{number}.xml": _sheet(sheet).encode() for number, sheet in enumerate(sheets, start=1)}
    entries = "".join(
        f'<sheet name="{attribute(name)}" sheetId="{number}" r:id="s{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    parts["xl/workbook.xml"] = (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>'
    ).encode()
    parts["xl/styles.xml"] = _STYLES.encode()
    related = [
        Relation(f"s{number}", f"{_OFFICE}/worksheet", f"worksheets/sheet{number}.xml")
        for number in range(1, len(sheets) + 1)
    ]
    parts["xl/_rels/workbook.xml.rels"] = write_relations(
        [*related, Relation("styles", f"{_OFFICE}/styles", "styles.xml")]
    )
    parts["_rels/.rels"] = write_relations([Relation("r1", f"{_OFFICE}/officeDocument", "xl/workbook.xml")])
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_TYPE}.worksheet+xml"/>' for name in parts if "/sheet" in name
    )
    parts["[Content_Types].xml"] = (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{overrides}</Types>'
    ).encode()
    return pack_parts(parts)


def _sheet(sheet: Sheet) -> str:
    last = f"{_letters(max(len(sheet.headings), 1) - 1)}{len(sheet.rows) + 1}"
    rows = [_row(1, [_cell(1, i, name, _HEADING) for i, name in enumerate(sheet.headings)])]
    rows += [
        _row(number, [_cell(number, i, value) for i, value in enumerate(values)])
        for number, values in enumerate(sheet.rows, start=2)
    ]
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="{max(len(sheet.headings), 1)}" width="16" '
        f'customWidth="1"/></cols><sheetData>{"".join(rows)}</sheetData><autoFilter ref="A1:{last}"/></worksheet>'
    )


def _row(number: int, cells: Iterable[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(row: int, column: int, value: Value, style: int = _PLAIN) -> str:
    place = f"{_letters(column)}{row}"
    match value:
        case None | "":
            return ""
        case bool():
            return f'<c r="{place}" s="{style}" t="b"><v>{int(value)}</v></c>'
        case Decimal() | int():
            return f'<c r="{place}" s="{style}"><v>{value}</v></c>'
        case dt.datetime():
            serial = (value - dt.datetime.combine(_EPOCH, dt.time())) / dt.timedelta(days=1)
            return f'<c r="{place}" s="{_MOMENT}"><v>{serial:.10f}</v></c>'
        case dt.date():
            return f'<c r="{place}" s="{_DAY}"><v>{(value - _EPOCH).days}</v></c>'
        case dt.time():
            return f'<c r="{place}" s="{_TIME}"><v>{(value.hour * 60 + value.minute) / 1440:.10f}</v></c>'
    if style == _PLAIN and FORMULA.match(value):
        style = _QUOTED
    words = f'<is><t xml:space="preserve">{text(value[:32_767])}</t></is>'
    return f'<c r="{place}" s="{style}" t="inlineStr">{words}</c>'


def _letters(column: int) -> str:
    found = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that Excel takes: at most 31 characters, none of ``[]:*?/\\``, no two alike."""
    found: list[str] = []
    for name in wanted:
        plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:31] or "Sheet"
        candidate, number = plain, 1
        while candidate.casefold() in {other.casefold() for other in found}:
            number += 1
            candidate = f"{plain[: 31 - len(f' ({number})')]} ({number})"
        found.append(candidate)
    return found


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A CSV file in UTF-8, with the byte-order mark by which Excel knows that.

    Text that a spreadsheet program would take for a formula gets an apostrophe before it (OWASP, CSV Injection).
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([_harmless(name) for name in headings])
    writer.writerows([_written(value) for value in values] for values in rows)
    return stream.getvalue().encode("utf-8-sig")


def _written(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dt.datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case dt.time():
            return value.strftime("%H:%M")
        case Decimal():
            return f"{value:f}"
        case str():
            return _harmless(value)
    return str(value)


def _harmless(value: str) -> str:
    return f"'{value}" if FORMULA.match(value) else value

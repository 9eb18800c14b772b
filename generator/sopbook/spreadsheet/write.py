"""Writing tables. Text stays text: no value that a stranger typed becomes a formula when the file is opened."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sopbook.prose import is_wide
from sopbook.word.markup import attribute, text
from sopbook.word.package import pack_parts
from sopbook.word.relations import Relation, write_relations

Value = str | Decimal | int | bool | dt.date | dt.datetime | dt.time | None

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EPOCH = dt.date(1899, 12, 30)

# Cell styles: plain, heading, day, moment, time, text that begins like a formula; and the same wrapped, with borders.
_PLAIN, _HEADING, _DAY, _MOMENT, _TIME, _QUOTED = range(6)
_WRAPPED = 6
_LINE_HEIGHT = 15  # points
_MOST_LINES = 27  # Excel's rows are at most 409 points high
_LOOK = 'fillId="{fill}" borderId="1" xfId="0" applyBorder="1" applyAlignment="1"'
_ALIGNED = '<alignment horizontal="left" vertical="center" wrapText="1"/></xf>'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="166" formatCode="hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="等线"/></font>'
    '<font><b/><sz val="11"/><name val="等线"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    '<fgColor rgb="FFEDEDED"/></patternFill></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left style="thin"/>'
    '<right style="thin"/><top style="thin"/><bottom style="thin"/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="12">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
    + "".join(
        f'<xf numFmtId="{kind}" fontId="{int(index == _HEADING)}" {_LOOK.format(fill=2 * (index == _HEADING))}'
        + (' quotePrefix="1"' if index == _QUOTED else "")
        + f">{_ALIGNED}"
        for index, kind in enumerate((0, 0, 164, 165, 166, 49))
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
FORMULA = re.compile(r"'*[=+\-@\t\r\n|%]")
"""What a spreadsheet program may take for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Paper:
    """How a sheet is printed: the widths of its columns in characters, and what stands above and below each page.

    It goes on a sheet in landscape as wide as the page, with the headings on each page.
    """

    widths: Sequence[int]
    header: str
    footer: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its headings, its rows; and how it is printed, if anybody will."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Value]]
    paper: Paper | None = None


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """A workbook. Headings stay in view; there is a filter on them."""
    names = _sheet_names([sheet.name for sheet in sheets])
    parts = {f"xl/worksheets/sheet{number}.xml": _sheet(sheet).encode() for number, sheet in enumerate(sheets, start=1)}
    entries = "".join(
        f'<sheet name="{attribute(name)}" sheetId="{number}" r:id="s{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    parts["xl/workbook.xml"] = (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets>'
        f"{_print_names(sheets, names)}</workbook>"
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
    last = _last(sheet)
    base = _WRAPPED if sheet.paper else 0
    rows = [
        _row(
            1,
            [_cell(1, i, name, _HEADING, base) for i, name in enumerate(sheet.headings)],
            _high(sheet, sheet.headings),
        )
    ]
    rows += [
        _row(number, [_cell(number, i, value, _PLAIN, base) for i, value in enumerate(values)], _high(sheet, values))
        for number, values in enumerate(sheet.rows, start=2)
    ]
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}">'
        + ('<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' if sheet.paper else "")
        + '<sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{_columns(sheet)}</cols>'
        f'<sheetData>{"".join(rows)}</sheetData><autoFilter ref="A1:{last}"/>{_page(sheet)}</worksheet>'
    )


def _last(sheet: Sheet) -> str:
    return f"{_letters(max(len(sheet.headings), 1) - 1)}{len(sheet.rows) + 1}"


def _columns(sheet: Sheet) -> str:
    if sheet.paper is None:
        return f'<col min="1" max="{max(len(sheet.headings), 1)}" width="16" customWidth="1"/>'
    return "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(sheet.paper.widths, start=1)
    )


def _page(sheet: Sheet) -> str:
    """Landscape on A4, as many pages high as it takes. In a header ``&`` begins a code (ECMA-376 Part 1, 18.3.1.39)."""
    if sheet.paper is None:
        return ""
    header, footer = (text(words.replace("&", "&&")) for words in (sheet.paper.header, sheet.paper.footer))
    return (
        '<printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.5" right="0.5" top="0.8" bottom="0.7" header="0.35" footer="0.35"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        f"<headerFooter><oddHeader>&amp;L{header}</oddHeader><oddFooter>&amp;L{footer}&amp;R&amp;P / &amp;N</oddFooter>"
        "</headerFooter>"
    )


def _print_names(sheets: Sequence[Sheet], names: Sequence[str]) -> str:
    """What is printed, which rows come again on each page, and where the filter is (it is told twice in the format)."""
    found = ""
    for number, (sheet, name) in enumerate(zip(sheets, names, strict=True)):
        if sheet.paper is None:
            continue
        last = re.sub(r"(\D+)(\d+)", r"$\1$\2", _last(sheet))
        place = text(f"'{name}'!")
        hidden = f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number}" hidden="1">{place}$A$1:{last}'
        found += (
            f'{hidden}</definedName><definedName name="_xlnm.Print_Area" localSheetId="{number}">{place}$A$1:{last}'
            f'</definedName><definedName name="_xlnm.Print_Titles" localSheetId="{number}">{place}$1:$1</definedName>'
        )
    return f"<definedNames>{found}</definedNames>" if found else ""


def _row(number: int, cells: Iterable[str], lines: int = 0) -> str:
    height = f' ht="{lines * _LINE_HEIGHT}" customHeight="1"' if lines else ""
    return f'<row r="{number}"{height}>{"".join(cells)}</row>'


def _high(sheet: Sheet, values: Sequence[Value]) -> int:
    """How many lines a printed row needs: programs other than Excel do not find that out by themselves."""
    if sheet.paper is None:
        return 0
    lines = [
        sum(max(1, -(-_across(part) // max(width - 1, 1))) for part in value.split("\n"))
        for value, width in zip(values, sheet.paper.widths, strict=True)
        if isinstance(value, str)
    ]
    return min(max(lines, default=1), _MOST_LINES)


def _across(words: str) -> int:
    """The width of text, in characters of the width of a digit."""
    return sum(2 if is_wide(char) else 1 for char in words)


def _cell(row: int, column: int, value: Value, style: int = _PLAIN, base: int = 0) -> str:
    place = f"{_letters(column)}{row}"
    match value:
        case None | "":
            return f'<c r="{place}" s="{base}"/>' if base else ""
        case bool():
            return f'<c r="{place}" s="{base + style}" t="b"><v>{int(value)}</v></c>'
        case Decimal() | int():
            return f'<c r="{place}" s="{base + style}"><v>{value}</v></c>'
        case dt.datetime():
            serial = (value - dt.datetime.combine(_EPOCH, dt.time())) / dt.timedelta(days=1)
            return f'<c r="{place}" s="{base + _MOMENT}"><v>{serial:.10f}</v></c>'
        case dt.date():
            return f'<c r="{place}" s="{base + _DAY}"><v>{(value - _EPOCH).days}</v></c>'
        case dt.time():
            return f'<c r="{place}" s="{base + _TIME}"><v>{(value.hour * 60 + value.minute) / 1440:.10f}</v></c>'
    if style == _PLAIN and FORMULA.match(value):
        style = _QUOTED
    words = f'<is><t xml:space="preserve">{text(value[:32_767])}</t></is>'
    return f'<c r="{place}" s="{base + style}" t="inlineStr">{words}</c>'


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

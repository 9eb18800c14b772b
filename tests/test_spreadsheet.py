"""Tables: what other programs write is read, what we write others read, and nothing gets out of bounds."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopbook.spreadsheet import MOST_ROWS, BadCell, Sheet, csv_bytes, open_table, xlsx_bytes
from sopbook.spreadsheet.table import Table
from sopbook.untrusted import Refused
from sopbook.word.package import pack_parts
from sopbook.word.pdf import convert

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def cells(name: str, data: bytes) -> list[dict[str, object]]:
    return [row.cells for row in Table(name, data).rows()]


def workbook(sheet: str, **parts: str) -> bytes:
    """A workbook with that sheet data; ``parts`` replace or add others (``__`` for ``/``, ``_xml`` for ``.xml``)."""
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([Sheet("a", ["b"], [])]))) as package:
        found = {name: package.read(name) for name in package.namelist()}
    found["xl/worksheets/sheet1.xml"] = f"<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>".encode()
    found |= {name.replace("__", "/").replace("_xml", ".xml"): text.encode() for name, text in parts.items()}
    return pack_parts(found)


HEADINGS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>甲</t></is></c><c r="B1" t="inlineStr"><is><t>乙</t></is></c></row>'
)


# ------------------------------------------------------------------------------- csv


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_spreadsheet_programs_write_it(encoding: str, delimiter: str) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([[], ["房号", "姓名", ""], ["2-1001", "张三\n李四", "x"], ["", "", ""], ["2-1002", "", ""]])
    table = Table("业户.csv", stream.getvalue().encode(encoding))
    assert [row.cells for row in table.rows()] == [{"房号": "2-1001", "姓名": "张三\n李四"}, {"房号": "2-1002"}]
    assert [row.cells for row in table.rows()] == [{"房号": "2-1001", "姓名": "张三\n李四"}, {"房号": "2-1002"}], (
        "again"
    )


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.csv", b"", "标题行"),
        ("a.csv", b"a,b,a\n1,2,3", "出现两次"),
        ("a.csv", b'a,b\n"1,2', "CSV"),
        ("a.csv", b"\xff\xff\xff\x80", "编码"),
        ("a.csv", ("a\n" + "1\n" * (MOST_ROWS + 1)).encode(), "超过 10000 行"),
        ("a.csv", ("," * 1500 + "a\n").encode(), "列"),
        ("a.csv", b"a\n" + b"x" * 200_000, "CSV"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "另存为 .xlsx"),
        ("a.pdf", b"%PDF", "只能读"),
        ("a.xlsx", b"", "压缩包"),
        ("a.xlsx", b"PK\x05\x06" + b"\0" * 18, "工作簿"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        cells(name, data)
    assert reason in refused.value.reason.zh


def test_text_that_looks_like_a_formula_stays_text() -> None:
    evil = ["=1+1", "+86 138", "-5", "@SUM(A1)", "\tx", "|cmd", "正常", "'quoted"]
    data = csv_bytes(["a"], [[text] for text in evil]).decode("utf-8-sig")
    assert all(not row[0].startswith(("=", "+", "-", "@", "\t", "|")) for row in csv.reader(io.StringIO(data)))
    assert [row["a"] for row in cells("a.csv", data.encode())] == [text.strip() for text in evil]
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([Sheet("a", ["a"], [[text] for text in evil])]))) as package:
        assert "<f>" not in package.read("xl/worksheets/sheet1.xml").decode()


# ------------------------------------------------------------------------------- xlsx


def test_what_we_write_we_read() -> None:
    row = [
        "文本\n两行",
        Decimal("12.5"),
        dt.date(2026, 3, 1),
        dt.datetime(2026, 3, 1, 14, 30),
        dt.time(9, 5),
        True,
        "=1",
    ]
    headings = ["a", "b", "c", "d", "e", "f", "g"]
    found = cells("a.xlsx", xlsx_bytes([Sheet("表", headings, [row])]))
    expected = [row[0], row[1], dt.datetime(2026, 3, 1), *row[3:]]
    assert found == [dict(zip(headings, expected, strict=True))]
    assert xlsx_bytes([Sheet("表", headings, [row])]) == xlsx_bytes([Sheet("表", headings, [row])])


def test_names_of_sheets_are_made_fit() -> None:
    data = xlsx_bytes([Sheet("a/b:c*[d]" + "长" * 40, ["x"], []), Sheet("A b c  d " + "长" * 40, ["x"], [])])
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        book = package.read("xl/workbook.xml").decode()
    assert "(2)" in book
    assert "/b:" not in book


def test_formulas_and_errors_are_no_values() -> None:
    sheet = HEADINGS + '<row r="7"><c r="A7"><f>1+1</f><v>2</v></c><c r="B7" t="e"><v>#REF!</v></c></row>'
    row = next(Table("a.xlsx", workbook(sheet)).rows())
    assert row.number == 7
    assert isinstance(row.cells["甲"], BadCell)
    assert "公式" in row.cells["甲"].reason.zh
    assert isinstance(row.cells["乙"], BadCell)


def test_shared_strings_without_their_readings_and_numbers_as_typed() -> None:
    related = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="s1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="t" Type="http://x/sharedStrings" Target="/xl/strings.xml"/></Relationships>'
    )
    strings = f"<sst {MAIN}><si><r><t>张</t></r><r><t>三</t></r><rPh><t>zhang</t></rPh></si></sst>"
    sheet = HEADINGS + '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2"><v>0.30000000000000004</v></c></row>'
    data = workbook(sheet, xl___rels__workbook_xml_rels="", xl__strings_xml=strings)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/_rels/workbook.xml.rels"] = related.encode()
    assert cells("a.xlsx", pack_parts(parts)) == [{"甲": "张三", "乙": Decimal("0.3")}]


def test_a_hundred_thousand_rows_are_refused_before_they_are_all_read() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 100_002))
    with pytest.raises(Refused) as refused:
        cells("a.xlsx", workbook(HEADINGS + rows))
    assert "10000 行" in refused.value.reason.zh


@pytest.mark.parametrize(
    "parts",
    [
        {"xl__workbook_xml": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><workbook/>'},
        {"xl__workbook_xml": "<workbook>"},
        {"xl__workbook_xml": f"<workbook {MAIN}><sheets/></workbook>"},
        {"xl__vbaProject.bin": "x"},
        {"xl__worksheets__sheet1_xml": "<a>" * 500},
        {"xl__worksheets__sheet1_xml": f'<!DOCTYPE a [<!ENTITY b "c">]><worksheet {MAIN}/>'},
        {"xl__styles_xml": "<a/>" * 1_000_000},
    ],
)
def test_hostile_workbooks_are_refused(parts: dict[str, str]) -> None:
    with pytest.raises(Refused):
        cells("a.xlsx", workbook(HEADINGS, **parts))


def test_a_zip_bomb_is_not_unpacked() -> None:
    sheet = HEADINGS + '<row r="2"><c r="A2" t="inlineStr"><is><t>' + "a" * 90_000_000 + "</t></is></c></row>"
    data = workbook(sheet)
    assert len(data) < 200_000
    with pytest.raises(Refused) as refused:
        cells("a.xlsx", data)
    assert "压缩炸弹" in refused.value.reason.zh


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for name in ("a.csv", "a.xlsx"):
        with contextlib.suppress(Refused):
            cells(name, data)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 255))
def test_a_damaged_workbook_is_read_or_refused(place: int, byte: int) -> None:
    data = bytearray(workbook(HEADINGS + '<row r="2"><c r="A2"><v>1</v></c></row>'))
    data[place % len(data)] = byte
    with contextlib.suppress(Refused):
        cells("a.xlsx", bytes(data))


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20).map(str.strip)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_any_text_comes_back_from_both_formats(rows: list[tuple[str, str]]) -> None:
    expected = [{key: value for key, value in zip("ab", row, strict=True) if value} for row in rows if any(row)]
    plain = [{key: clean(value) for key, value in row.items() if clean(value)} for row in expected]
    assert cells("a.csv", csv_bytes(["a", "b"], rows)) == expected
    assert cells("a.xlsx", xlsx_bytes([Sheet("x", ["a", "b"], rows)])) == [row for row in plain if row]


def clean(text: str) -> str:
    from sopbook.word.markup import clean as without_forbidden

    return without_forbidden(text).strip()


@pytest.mark.office
@pytest.mark.xdist_group("office")
def test_libreoffice_reads_ours_and_we_read_its_workbooks(office: str, tmp_path: Path) -> None:
    ours = tmp_path / "ours.xlsx"
    row = ["=1+1", Decimal("12.5"), dt.date(2026, 3, 1), "换\n行 & <b>"]
    ours.write_bytes(xlsx_bytes([Sheet("表", ["甲", "乙", "丙", "丁"], [row])]))
    (tmp_path / "again").mkdir()
    theirs = convert([ours], tmp_path / "again", to="xlsx")[0]
    found = [entry.cells for entry in open_table(theirs).rows()]
    assert found == [{"甲": "=1+1", "乙": Decimal("12.5"), "丙": dt.datetime(2026, 3, 1), "丁": "换\n行 & <b>"}]

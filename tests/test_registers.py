"""The registers as other programs see them."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from handbooks import REPOSITORY, Draft
from sopbook.copies.registers import registers
from sopbook.handbooks import load
from sopbook.model import Status


@pytest.fixture(scope="module")
def books() -> dict[str, openpyxl.Workbook]:
    """The registers of the real handbook."""
    return {name: openpyxl.load_workbook(io.BytesIO(data)) for name, data in registers(load(REPOSITORY)).items()}


def rows(book: openpyxl.Workbook) -> list[tuple[object, ...]]:
    return [tuple(row) for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)]


def test_every_register_is_filterable_frozen_and_ready_to_print(books: dict[str, openpyxl.Workbook]) -> None:
    assert set(books) == {f"{n}.xlsx" for n in ("documents", "forms", "records", "responsibilities", "reviews")}
    for book in books.values():
        sheet = book.worksheets[0]
        whole = sheet.dimensions
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == whole
        assert sheet.print_area == f"'{sheet.title}'!" + "$A$1:" + "$".join(("", *_split(whole.split(":")[1])))
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.max_row > 5


def _split(place: str) -> tuple[str, str]:
    letters = place.rstrip("0123456789")
    return letters, place[len(letters) :]


def test_the_master_list_holds_every_document_with_real_dates(books: dict[str, openpyxl.Workbook]) -> None:
    handbook = load(REPOSITORY)
    found = rows(books["documents.xlsx"])
    assert [row[0] for row in found] == [document.id for document in handbook.documents]
    for row, document in zip(found, handbook.documents, strict=True):
        assert row[5] == dt.datetime.combine(document.control.effective, dt.time())
        assert row[9] == dt.datetime.combine(document.control.review_due, dt.time())
    assert books["documents.xlsx"].worksheets[0]["F2"].number_format == r"yyyy\-mm\-dd"


def test_reviews_come_in_the_order_of_their_days(books: dict[str, openpyxl.Workbook]) -> None:
    days = [row[0] for row in rows(books["reviews.xlsx"])]
    assert days == sorted(days)


def test_records_have_their_retention(books: dict[str, openpyxl.Workbook]) -> None:
    handbook = load(REPOSITORY)
    found = {row[0]: row[2] for row in rows(books["records.xlsx"]) if row[0]}
    forms = [d for d in handbook.documents if d.kind == "form" and d.control.status is not Status.WITHDRAWN]
    assert set(found) == {form.id for form in forms}
    assert all(found.values())
    assert "投诉月度分析" in [row[1] for row in rows(books["records.xlsx"]) if not row[0]], "what only a step names"


def test_the_matrix_counts_steps(books: dict[str, openpyxl.Workbook]) -> None:
    sheet = books["responsibilities.xlsx"].worksheets[0]
    actors = [cell.value for cell in sheet[1]]
    row = next(row for row in rows(books["responsibilities.xlsx"]) if row[0] == "KF-CX-06")
    assert row[actors.index("部门文员")] == "主责 1"
    assert row[actors.index("客服主管")] == "主责 6\n配合 1"


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "'=1"])
def test_no_value_becomes_a_formula(draft: Draft, text: str) -> None:
    quoted = text.replace("'", "''")
    draft.replace("sop/office/OF-BD-01.md", "title: 快件登记表", f"title: '{quoted}'")
    for name, data in registers(draft.load()).items():
        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert all(cell.data_type != "f" for cell in cells), name
        if name in ("documents.xlsx", "forms.xlsx", "records.xlsx", "reviews.xlsx"):
            named = [cell for cell in cells if cell.value == text]
            assert named, name
            assert all(cell.quotePrefix for cell in named)

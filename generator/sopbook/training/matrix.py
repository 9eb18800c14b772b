"""From many people's progress to one workbook: who read, practised and passed what, and in which version."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Document, Procedure, Role, Status
from sopbook.training.path import role_paths
from sopbook.training.progress import Passed, Person, Practised, Progress, Read, RolePassed

_MOST_CELL = 500
_EPOCH = dt.datetime(2000, 1, 1)
_GREEN, _AMBER, _GREY = (PatternFill("solid", fgColor=colour) for colour in ("C6E7D8", "FFE7B8", "E8E8E8"))

_SHEETS = (Text("矩阵", "Matrix"), Text("明细", "Details"), Text("文件", "Files"))
_PERSON = Text("姓名", "Name")
_NUMBER = Text("工号", "Staff number")
_DETAILS = (
    Text("编号", "Number"),
    Text("名称", "Title"),
    Text("现行版本", "Version in force"),
    Text("已读", "Read on"),
    Text("读的版本", "Version read"),
    Text("已练", "Practised on"),
    Text("答对", "Right"),
    Text("题数", "Asked"),
    Text("通过", "Passed on"),
    Text("得分（%）", "Score (%)"),
    Text("考的版本", "Version passed"),
    Text("考的是现行版本", "Passed the version in force"),
)
_FILES = (Text("文件", "File"), Text("结果", "Result"))
_YES, _NO = Text("是", "yes"), Text("否", "no")
_TEST_OF = Text("岗位测验：{role}", "Test of the role: {role}")
_STATE = {
    "passed": Text("通过 {percent:g}% {version}", "passed {percent:g}% {version}"),
    "practised": Text("已练 {version}", "practised {version}"),
    "read": Text("已读 {version}", "read {version}"),
}

_Dated = TypeVar("_Dated", Read, Practised)


@dataclass(frozen=True, slots=True)
class Record:
    """Where one person stands with one document or, for a role, with its test."""

    read: Read | None = None
    practised: Practised | None = None
    passed: Passed | RolePassed | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One person with all records by document number."""

    person: Person
    records: Mapping[str, Record]


def standings(found: Iterable[Progress]) -> tuple[Standing, ...]:
    """People by staff number and name; of several files of one person the latest of each record counts."""
    people: dict[tuple[str, str], list[Progress]] = {}
    for progress in found:
        person = progress.person
        # Somebody who has a staff number is known by it, however the name is spelt.
        key = (person.number.strip().casefold(), "" if person.number.strip() else person.name.strip())
        people.setdefault(key, []).append(progress)
    return tuple(_standing(people[key]) for key in sorted(people))


def _standing(files: Sequence[Progress]) -> Standing:
    newest = max(files, key=lambda progress: progress.exported)
    records: dict[str, Record] = {}
    for number in sorted({n for f in files for n in (*f.read, *f.practised, *f.passed, *f.roles)}):
        tests = [file.passed.get(number) or file.roles.get(number) for file in files]
        records[number] = Record(
            _latest(file.read.get(number) for file in files),
            _latest(file.practised.get(number) for file in files),
            max((test for test in tests if test), key=lambda test: test.on, default=None),
        )
    return Standing(newest.person, records)


def _latest(found: Iterable[_Dated | None]) -> _Dated | None:
    there = [record for record in found if record is not None]
    return max(there, key=lambda record: record.on) if there else None


def workbook(handbook: Handbook, people: Sequence[Standing], files: Sequence[tuple[str, str]], language: str) -> bytes:
    """The workbook: a matrix, every record, and what became of each file. The same input gives the same bytes."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    matrix, details, sources = (book.create_sheet(name.in_language(language)) for name in _SHEETS)
    documents = _columns(handbook, people)
    _fill_matrix(matrix, documents, people, language)
    _fill_details(details, documents, people, language)
    _row(sources, [text.in_language(language) for text in _FILES], bold=True)
    for name, result in files:
        _row(sources, [name, result])
    _widths(sources, [50, 70])
    return _stable(book)


def _columns(handbook: Handbook, people: Sequence[Standing]) -> list[Document]:
    """The documents that are learnt, those on a path or with a record; then the roles with a test."""
    numbers = {document.id for path in role_paths(handbook) for document in path.documents}
    numbers |= {number for standing in people for number in standing.records}
    known = [d for d in handbook.documents if d.id in numbers or isinstance(d, Procedure)]
    known = [d for d in known if d.control.status is not Status.WITHDRAWN]
    return sorted(known, key=lambda document: isinstance(document, Role))


def _fill_matrix(sheet: Worksheet, documents: Sequence[Document], people: Sequence[Standing], language: str) -> None:
    heads = [_PERSON.in_language(language), _NUMBER.in_language(language)]
    _row(sheet, [*heads, *(_head(document, language) for document in documents)], bold=True)
    for standing in people:
        _row(sheet, [standing.person.name, standing.person.number])
        for column, document in enumerate(documents, 3):
            record = standing.records.get(document.id, Record())
            text, colour = _state(record, document, language)
            if text:
                cell = sheet.cell(sheet.max_row, column)
                _write(cell, text)
                cell.fill = colour
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    _widths(sheet, [14, 12, *(18 for _ in documents)])
    sheet.freeze_panes = "C2"


def _head(document: Document, language: str) -> str:
    if isinstance(document, Role):
        return _TEST_OF.in_language(language).format(role=document.title)
    return f"{document.id} {document.title}"


def _state(record: Record, document: Document, language: str) -> tuple[str, PatternFill]:
    """The furthest that somebody got with a document, and a colour: green for a test of the version in force."""
    current = document.control.version
    if record.passed:
        text = _STATE["passed"].in_language(language)
        colour = _GREEN if record.passed.version == current else _AMBER
        return text.format(percent=record.passed.score, version=record.passed.version).strip(), colour
    for key, found in ("practised", record.practised), ("read", record.read):
        if found:
            return _STATE[key].in_language(language).format(version=found.version), _GREY
    return "", _GREY


def _fill_details(sheet: Worksheet, documents: Sequence[Document], people: Sequence[Standing], language: str) -> None:
    heads = (_PERSON, _NUMBER, *_DETAILS)
    _row(sheet, [text.in_language(language) for text in heads], bold=True)
    by_number = {document.id: document for document in documents}
    for standing in people:
        order = [document.id for document in documents if document.id in standing.records]
        # What the handbook no longer has is told too: it was learnt.
        for number in (*order, *(number for number in standing.records if number not in by_number)):
            record, document = standing.records[number], by_number.get(number)
            passed = record.passed
            current = document.control.version if document else ""
            is_current = (_YES if passed.version == current else _NO).in_language(language) if passed else ""
            _row(
                sheet,
                [
                    standing.person.name,
                    standing.person.number,
                    number,
                    _head(document, language).removeprefix(f"{number} ") if document else "",
                    current,
                    record.read.on if record.read else None,
                    record.read.version if record.read else "",
                    record.practised.on if record.practised else None,
                    record.practised.right if record.practised else None,
                    record.practised.asked if record.practised else None,
                    passed.on if passed else None,
                    passed.score if passed else None,
                    passed.version if passed else "",
                    is_current,
                ],
            )
    _widths(sheet, [14, 12, 12, 30, 10, 12, 10, 12, 8, 8, 12, 10, 10, 16])
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions


_Value = str | int | float | dt.date | None


def _row(sheet: Worksheet, values: Sequence[_Value], *, bold: bool = False) -> None:
    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet.cell(1, 1).value is not None else 1
    for column, value in enumerate(values, 1):
        if value is None or value == "":
            continue
        cell = sheet.cell(row, column)
        _write(cell, value)
        if bold:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _write(cell: object, value: _Value) -> None:
    """A value as what it is. Text stays text, whatever it begins with: no trainee's words become a formula."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_MOST_CELL]
        cell.value = value  # type: ignore[attr-defined]
        cell.data_type = "s"  # type: ignore[attr-defined]
        cell.quotePrefix = value[:1] in "=+-@\t|%"  # type: ignore[attr-defined]
    else:
        cell.value = value  # type: ignore[attr-defined]


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _stable(book: Workbook) -> bytes:
    """The workbook's bytes without the day on which they were written."""
    book.properties.created = book.properties.modified = _EPOCH
    first = io.BytesIO()
    book.save(first)
    out = io.BytesIO()
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _without_modified(data)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    return out.getvalue()


def _without_modified(core: bytes) -> bytes:
    """openpyxl dates a workbook anew when it saves it."""
    start, end = core.find(b"<dcterms:modified"), core.find(b"</dcterms:modified>")
    return core if start < 0 else core[:start] + core[end + len(b"</dcterms:modified>") :]

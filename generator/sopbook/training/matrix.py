"""From many people's progress to one workbook: who read, practised and passed what, and in which version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Document, Procedure, Role, Status
from sopbook.spreadsheet import Sheet, xlsx_bytes
from sopbook.spreadsheet.write import Value
from sopbook.training.path import role_paths
from sopbook.training.progress import Passed, Person, Practised, Progress, Read, RolePassed

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
    "passed": Text("✓ 通过 {percent:g}% {version}", "✓ passed {percent:g}% {version}"),
    "older": Text("△ 通过旧版 {percent:g}% {version}", "△ passed an older version {percent:g}% {version}"),
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
    documents = _columns(handbook, people)
    matrix, details, sources = (name.in_language(language) for name in _SHEETS)
    return xlsx_bytes(
        [
            _matrix(matrix, documents, people, language),
            _details(details, documents, people, language),
            Sheet(sources, [text.in_language(language) for text in _FILES], files),
        ]
    )


def _columns(handbook: Handbook, people: Sequence[Standing]) -> list[Document]:
    """The documents that are learnt, those on a path or with a record; then the roles with a test."""
    numbers = {document.id for path in role_paths(handbook) for document in path.documents}
    numbers |= {number for standing in people for number in standing.records}
    known = [d for d in handbook.documents if d.id in numbers or isinstance(d, Procedure)]
    known = [d for d in known if d.control.status is not Status.WITHDRAWN]
    return sorted(known, key=lambda document: isinstance(document, Role))


def _matrix(name: str, documents: Sequence[Document], people: Sequence[Standing], language: str) -> Sheet:
    heads = [_PERSON.in_language(language), _NUMBER.in_language(language)]
    rows = [
        [
            standing.person.name,
            standing.person.number,
            *(_state(standing.records.get(document.id, Record()), document, language) for document in documents),
        ]
        for standing in people
    ]
    return Sheet(name, [*heads, *(_head(document, language) for document in documents)], rows)


def _head(document: Document, language: str) -> str:
    if isinstance(document, Role):
        return _TEST_OF.in_language(language).format(role=document.title)
    return f"{document.id} {document.title}"


def _state(record: Record, document: Document, language: str) -> str:
    """The furthest that somebody got with a document; a test of another version than that in force is told apart."""
    if record.passed:
        key = "passed" if record.passed.version == document.control.version else "older"
        text = _STATE[key].in_language(language)
        return text.format(percent=record.passed.score, version=record.passed.version).strip()
    for key, found in ("practised", record.practised), ("read", record.read):
        if found:
            return _STATE[key].in_language(language).format(version=found.version)
    return ""


def _details(name: str, documents: Sequence[Document], people: Sequence[Standing], language: str) -> Sheet:
    by_number = {document.id: document for document in documents}
    rows = []
    for standing in people:
        order = [document.id for document in documents if document.id in standing.records]
        # What the handbook no longer has is told too: it was learnt.
        for number in (*order, *(number for number in standing.records if number not in by_number)):
            rows.append(_detail(standing, number, by_number.get(number), language))
    return Sheet(name, [text.in_language(language) for text in (_PERSON, _NUMBER, *_DETAILS)], rows)


def _detail(standing: Standing, number: str, document: Document | None, language: str) -> list[Value]:
    record = standing.records[number]
    read, practised, passed = record.read, record.practised, record.passed
    current = document.control.version if document else ""
    is_current = (_YES if passed.version == current else _NO).in_language(language) if passed else ""
    return [
        standing.person.name,
        standing.person.number,
        number,
        _head(document, language).removeprefix(f"{number} ") if document else "",
        current,
        read.on if read else None,
        read.version if read else "",
        practised.on if practised else None,
        practised.right if practised else None,
        practised.asked if practised else None,
        passed.on if passed else None,
        Decimal(str(passed.score)) if passed else None,
        passed.version if passed else "",
        is_current,
    ]

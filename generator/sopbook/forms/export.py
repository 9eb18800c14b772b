"""What was read from filled forms, as a workbook, as CSV or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sopbook.forms.fillable import Blank, Fillable, Grid, Group
from sopbook.forms.reading import FilledForm
from sopbook.forms.values import Value, portable, show
from sopbook.locales import Locale, Text
from sopbook.prose import plain_blocks
from sopbook.spreadsheet import Sheet, csv_bytes, xlsx_bytes
from sopbook.spreadsheet.write import Value as Written

FORMATS = (".xlsx", ".csv", ".json")

_ONE_FORM = Text(
    "一个 CSV 只能放一种表单；这里有 {numbers}。请改用 .xlsx 或 .json",
    "a CSV holds one kind of form, and here are {numbers}; use .xlsx or .json",
)


class SeveralForms(Exception):
    """A CSV was asked for, and there are several kinds of forms; ``reason`` says which."""

    def __init__(self, numbers: Iterable[str]) -> None:
        listed = ", ".join(numbers)
        self.reason = _ONE_FORM.filled(numbers=listed)
        super().__init__(self.reason.en)


def export(forms: Sequence[FilledForm], suffix: str, words: Locale) -> bytes:
    """The forms in the format that a file name's ``suffix`` stands for.

    Raises SeveralForms if that is CSV and they are not all of one kind.
    """
    if suffix == ".json":
        return as_json(forms)
    return as_csv(forms, words) if suffix == ".csv" else as_xlsx(forms, words)


def as_json(forms: Iterable[FilledForm]) -> bytes:
    """A list with an object for each form; tables are lists of objects."""
    return (json.dumps([_object(form) for form in forms], ensure_ascii=False, indent=2) + "\n").encode()


def _object(filled: FilledForm) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    tables: dict[str, list[dict[str, Any]]] = {}
    for part in filled.form.parts:
        if isinstance(part, Group):
            blanks = (blank for entry in part.entries for blank in entry.blanks)
            fields |= {blank.tag: portable(filled.values[blank.tag]) for blank in blanks if blank.tag in filled.values}
        else:
            tables[part.anchor] = [
                {"row": number} | {key: portable(value) for key, value in row.items()}
                for number, row in _rows(part, filled)
            ]
    return {
        "file": filled.file,
        "form": filled.form.number,
        "version": filled.version,
        "fields": fields,
        "tables": tables,
        "unread": [{"field": item.field, "found": item.found, "reason": item.reason.en} for item in filled.unread],
    }


def _rows(grid: Grid, filled: FilledForm) -> Iterable[tuple[int, dict[str, Value]]]:
    """The rows in which something is filled in, with their numbers."""
    for number, cells in enumerate(grid.rows, start=1):
        found = {
            column.key: filled.values[cell.tag]
            for column, cell in zip(grid.columns, cells, strict=True)
            if isinstance(cell, Blank) and cell.tag in filled.values
        }
        if found:
            yield number, found


def as_csv(forms: Sequence[FilledForm], words: Locale) -> bytes:
    """A row for each form and a column for each blank, headed so that `sopbook form --rows` takes it again."""
    numbers = dict.fromkeys(filled.form.number for filled in forms)
    if len(numbers) > 1:
        raise SeveralForms(numbers)
    if not forms:
        return csv_bytes([words.word("forms", "file")], [])
    form = forms[0].form
    used = [blank for blank in form.blanks() if _is_entry(form, blank) or any(blank.tag in f.values for f in forms)]
    headings = [form.name_of(blank) for blank in used]
    rows = ([_written(filled.values.get(blank.tag), words) for blank in used] for filled in forms)
    return csv_bytes(headings, rows)


def _is_entry(form: Fillable, blank: Blank) -> bool:
    entries = (entry for part in form.parts if isinstance(part, Group) for entry in part.entries)
    return any(blank in entry.blanks for entry in entries)


def as_xlsx(forms: Sequence[FilledForm], words: Locale) -> bytes:
    """A workbook: for each kind of form a sheet with a row for each, and a sheet for each of its tables."""
    sheets: list[Sheet] = []
    for number in dict.fromkeys(filled.form.number for filled in forms):
        kind = [filled for filled in forms if filled.form.number == number]
        sheets += _sheets(kind, words)
    return xlsx_bytes(sheets or [Sheet(words.word("forms", "form"), [words.word("forms", "file")], [])])


def _sheets(forms: Sequence[FilledForm], words: Locale) -> Iterable[Sheet]:
    form = forms[0].form
    file, row = words.word("forms", "file"), words.word("forms", "row")
    blanks = [b for part in form.parts if isinstance(part, Group) for entry in part.entries for b in entry.blanks]
    headings = [file, *(form.name_of(blank) for blank in blanks)]
    rows = [[f.file, *(_written(f.values.get(blank.tag), words) for blank in blanks)] for f in forms]
    yield Sheet(form.number, headings, rows)
    for part in form.parts:
        if isinstance(part, Grid):
            yield Sheet(
                f"{form.number} {part.title or part.anchor}",
                [file, row, *(column.label for column in part.columns)],
                [
                    [f.file, number, *_cells(part, number, values, words)]
                    for f in forms
                    for number, values in _rows(part, f)
                ],
            )


def _cells(grid: Grid, number: int, values: dict[str, Value], words: Locale) -> Iterable[Written]:
    for column, cell in zip(grid.columns, grid.rows[number - 1], strict=True):
        if isinstance(cell, Blank):
            yield _written(values.get(column.key), words)
        else:
            yield " ".join(plain_blocks(cell.blocks).split())


def _written(value: Value | None, words: Locale) -> Written:
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, bool):
        return show(value, words)
    return value

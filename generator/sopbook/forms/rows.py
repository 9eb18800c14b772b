"""A spreadsheet to merge into a form: which column fills which blank, and what is wrong in which row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sopbook.forms.fillable import Blank, Fillable
from sopbook.forms.values import BadValue, Raw, Value, parse
from sopbook.locales import Text
from sopbook.read.collect import near
from sopbook.spreadsheet import BadCell, Cell, Table

MOST_PROBLEMS = 200
_MOST_HINTS = 20

_UNKNOWN = Text("没有“{name}”这一栏{close}", 'there is no field "{name}"{close}')
_CLOSE = Text("；是否指 {names}", "; did you mean {names}")
_SEE = Text("（各栏的名称见 sopbook form fields {number}）", " (`sopbook form fields {number}` lists them)")
_TWICE = Text("“{name}”与另一列填的是同一栏", '"{name}" fills the same field as another column')
_MISSING = Text("“{name}”必填，却是空的", '"{name}" is required and empty')
_NOTHING = Text("没有一列能填进这张表", "no column fills a field of this form")
_BAD = Text("“{name}”：{reason}", '"{name}": {reason}')


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with what is to be filled in. ``row`` is 0 for the headings, or where there are no rows."""

    row: int
    text: Text


@dataclass(frozen=True, slots=True)
class Merge:
    """A table that fits a form. ``columns`` maps its headings to blanks."""

    form: Fillable
    table: Table
    columns: Mapping[str, Blank]
    count: int = 0

    def values(self) -> Iterator[tuple[int, dict[str, Value]]]:
        """The number and the values of each row. The rows have been checked: none raises."""
        for row in self.table.rows():
            values, _ = _row_values(self.columns, row.cells)
            yield row.number, values

    @property
    def by_hand(self) -> list[str]:
        """The required fields that no column fills."""
        filled = {blank.tag for blank in self.columns.values()}
        return [blank.label for blank in self.form.blanks() if blank.required and blank.tag not in filled]


@dataclass(slots=True)
class Checked:
    """A merge, or what is wrong with it (at most ``MOST_PROBLEMS``; ``more`` counts the others)."""

    merge: Merge | None = None
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    def add(self, row: int, text: Text, **values: object) -> None:
        """Note a problem."""
        if len(self.problems) >= MOST_PROBLEMS:
            self.more += 1
        else:
            self.problems.append(Problem(row, text.filled(**values)))


def unknown_field(form: Fillable, name: str, *, hint: bool = True) -> Text:
    """The complaint about a name that no field has, with near ones."""
    if not hint:
        return _UNKNOWN.filled(name=name, close="")
    labels = [form.name_of(blank) for blank in form.blanks()]
    close = near(name, [*labels, *form.by_tag])
    known = _CLOSE.filled(names=", ".join(close)) if close else _SEE.filled(number=form.number)
    return _UNKNOWN.filled(name=name, close=known)


def check(form: Fillable, table: Table) -> Checked:
    """Look at every row before anything is made. Raises Refused where the file is damaged or too long."""
    found = Checked()
    columns: dict[str, Blank] = {}
    for name in table.headings.values():
        blank = form.named(name)
        if blank is None:
            # To look for near names takes time, and a table with so many unknown columns is another form's.
            found.add(0, unknown_field(form, name, hint=len(found.problems) < _MOST_HINTS))
        elif blank in columns.values():
            found.add(0, _TWICE, name=name)
        else:
            columns[name] = blank
    if not columns:
        found.add(0, _NOTHING)
        return found
    count = 0
    for row in table.rows():
        count += 1
        values, problems = _row_values(columns, row.cells)
        for problem in problems:
            found.add(row.number, problem)
        for name, blank in columns.items():
            if blank.required and blank.tag not in values and name not in row.cells:
                found.add(row.number, _MISSING, name=name)
    if not found.problems:
        found.merge = Merge(form, table, columns, count)
    return found


def _row_values(columns: Mapping[str, Blank], cells: Mapping[str, Cell]) -> tuple[dict[str, Value], list[Text]]:
    values: dict[str, Value] = {}
    problems: list[Text] = []
    for name, cell in cells.items():
        blank = columns.get(name)
        if blank is None:
            continue
        if isinstance(cell, BadCell):
            problems.append(_BAD.filled(name=name, reason=cell.reason))
        else:
            _fill_in(values, problems, blank, name, cell)
    return values, problems


def _fill_in(values: dict[str, Value], problems: list[Text], blank: Blank, name: str, raw: Raw) -> None:
    """Note the value of a blank, that it has none, or what is wrong with it."""
    try:
        value = parse(blank, raw)
    except BadValue as bad:
        problems.append(_BAD.filled(name=name, reason=bad.reason))
        return
    if value is None:
        values.pop(blank.tag, None)
    else:
        values[blank.tag] = value


def from_names(form: Fillable, named: Iterable[tuple[str, Raw]]) -> tuple[dict[str, Value], list[Text]]:
    """Values by tag from values by name (a later one goes before an earlier), and what is wrong with them."""
    values: dict[str, Value] = {}
    problems: list[Text] = []
    for name, raw in named:
        blank = form.named(name)
        if blank is None:
            problems.append(unknown_field(form, name))
        else:
            _fill_in(values, problems, blank, name, raw)
    return values, problems


def from_json(form: Fillable, data: object) -> tuple[dict[str, Value], list[Text]]:
    """Values from a JSON object: fields by name, tables as lists of objects with their columns by name."""
    if not isinstance(data, dict):
        return {}, [Text("JSON 应是一个对象：{字段：值}", "the JSON has to be an object of fields and values")]
    flat: list[tuple[str, Raw]] = []
    for name, value in data.items():
        if isinstance(value, list) and any(isinstance(row, dict) for row in value):
            for number, row in enumerate(value, start=1):
                entries = row.items() if isinstance(row, dict) else ()
                flat += ((f"{name}.{number}.{column}", _raw(cell)) for column, cell in entries)
        elif isinstance(value, dict):
            flat += ((f"{name}.{column}", _raw(cell)) for column, cell in value.items())
        else:
            flat.append((str(name), _raw(value)))
    return from_names(form, flat)


def _raw(value: object) -> Raw:
    return value if value is None or isinstance(value, str | int | float | bool | list) else str(value)

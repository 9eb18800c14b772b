"""Pages that nobody writes: what follows from the whole handbook.

Each entry of OVERVIEWS is a page ``<name>/``, made by the template of the same name; the name is
also its title's key among the words of the interface.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from sopbook.link.derived import Responsibility, changes, departments, due_for_review, recurring, responsibilities
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale
from sopbook.model import Kind, Status
from sopbook.targets.site.view import KIND_PAGES, Group

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The responsibility matrix of a department; with an empty name, of a handbook that has only one."""

    name: str
    actors: tuple[str, ...]
    rows: tuple[Responsibility, ...]


def _matrix(handbook: Handbook, words: Locale) -> Values:
    actors, rows = responsibilities(handbook)
    names = departments(handbook, "")
    if len(names) == 1:
        return {"tables": [Matrix("", actors, rows)]}
    # In one table for all, nearly every cell would be empty.
    tables = []
    for name in names:
        own = tuple(row for row in rows if row.procedure.department == name)
        involved = {actor for row in own for actor in (*row.leads, *row.helps)}
        if own:
            tables.append(Matrix(name, tuple(actor for actor in actors if actor in involved), own))
    return {"tables": tables}


def _calendar(handbook: Handbook, words: Locale) -> Values:
    found = groupby(recurring(handbook), key=lambda entry: entry.frequency.period)
    return {"periods": [Group(words.word("periods", period), tuple(entries)) for period, entries in found]}


def _review(handbook: Handbook, words: Locale) -> Values:
    return {"documents": due_for_review(handbook)}


def _changes(handbook: Handbook, words: Locale) -> Values:
    months = groupby(changes(handbook), key=lambda change: f"{change.date:%Y-%m}")
    return {"months": [Group(month, tuple(found)) for month, found in months]}


def _labels(handbook: Handbook, words: Locale) -> Values:
    kinds = (Kind.PROCEDURE, Kind.FORM, Kind.CHECKLIST)
    documents = [d for kind in kinds for d in handbook.of_kind(kind) if d.control.status is not Status.WITHDRAWN]
    return {"documents": documents, "kinds": [(kind, KIND_PAGES[kind]) for kind in kinds]}


OVERVIEWS: Mapping[str, tuple[str, Callable[[Handbook, Locale], Values]]] = {
    "matrix": ("matrix", _matrix),
    "calendar": ("calendar", _calendar),
    "review": ("review_list", _review),
    "changes": ("changes", _changes),
    "labels": ("labels", _labels),
}
"""Folder and template of each page; the key of its title, and what its template needs."""

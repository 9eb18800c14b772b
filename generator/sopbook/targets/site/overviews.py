"""Pages that nobody writes: what follows from the whole handbook.

Each entry of OVERVIEWS is a page ``<name>/``, made by the template of the same name; the name is
also its title's key among the words of the interface.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from sopbook.cache.kept import kept_by_document
from sopbook.link.derived import Responsibility, departments, due_for_review, recurring, responsibilities
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale
from sopbook.model import Document, Kind, Revision, Status
from sopbook.targets.site.view import KIND_PAGES, Group

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The responsibility matrix of a department; with an empty name, of a handbook that has only one."""

    name: str
    actors: tuple[str, ...]
    rows: tuple[Responsibility, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A revision of a document that says when it was made."""

    document: Document
    revision: Revision
    date: dt.date


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
    """Every dated revision, newest first, by month; within a day by number."""
    dated = [
        Change(document, Revision(version, day, change, approver, document.place), day)
        for document in handbook.documents
        for version, date, change, approver in _revisions(handbook, document)
        for day in (dt.date.fromisoformat(date),)
    ]
    months = groupby(sorted(dated, key=lambda one: one.date, reverse=True), key=lambda one: f"{one.date:%Y-%m}")
    return {"months": [Group(month, tuple(found)) for month, found in months]}


@kept_by_document
def _revisions(handbook: Handbook, document: Document) -> list[list[str]]:
    """The dated revisions of a document: apart from its text, so that this page need not change with that."""
    return [[one.version, one.date.isoformat(), one.change, one.approver] for one in document.revisions if one.date]


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

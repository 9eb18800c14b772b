"""What follows from the handbook for one document at a time, kept from build to build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from sopbook.cache.store import Store
from sopbook.cache.tool import digest
from sopbook.cache.versions import Versions
from sopbook.cache.watch import answered, watching
from sopbook.compact_json import dumps, loads
from sopbook.link.handbook import Handbook
from sopbook.memo import once_a_handbook
from sopbook.model import Document
from sopbook.parallel import map_share

_J = TypeVar("_J")

Make = Callable[[Document], tuple[Any, bytes]]
"""Works out what is to be kept of a document (as JSON can hold it), and more that is used at once or not at all."""


@dataclass(frozen=True)
class Kept:
    """``values`` by the number of each document; of those worked out just now, ``more`` besides."""

    values: Mapping[str, Any]
    more: Mapping[str, bytes]


def kept_by_document(function: Callable[[Handbook, Document], _J]) -> Callable[[Handbook, Document], _J]:
    """For a pure function of a handbook and a document in it whose answer is plain data (as JSON gives it back).

    Answers are worked out for all documents at the first call, and kept. Whoever calls depends on the
    answer for that document only.
    """

    name = f"{function.__module__}.{function.__name__}"

    def answer(handbook: Handbook, number: str) -> _J | None:
        document = handbook.by_number.get(number)
        return None if document is None else _table(handbook, name, function)[number]

    answer.__module__, answer.__name__ = function.__module__, function.__name__
    answers = answered()(answer)

    @wraps(function)
    def answering(handbook: Handbook, document: Document) -> _J:
        found = answers(handbook, document.id)
        return function(handbook, document) if found is None else found

    return answering


@once_a_handbook
def _tables(_: Handbook) -> dict[str, Mapping[str, Any]]:
    """What was worked out for a handbook so far, by the name of the function."""
    return {}


def _table(handbook: Handbook, name: str, function: Callable[[Handbook, Document], _J]) -> Mapping[str, _J]:
    tables = _tables(handbook)
    if name not in tables:
        made = keep(handbook, name, handbook.documents, lambda document: (function(handbook, document), b""))
        tables[name] = made.values
    return tables[name]


def store_of(handbook: Handbook) -> Store:
    """Where what follows from a handbook is kept; nowhere if nobody counts its changes."""
    return handbook.versions.store if handbook.versions else Store(None)


def keep(handbook: Handbook, name: str, documents: Sequence[Document], make: Make) -> Kept:
    """What ``make`` says of each document: worked out for those where it may have changed, in several processes.

    ``name`` tells different ``make`` apart; it must name everything that decides what that says but for
    the handbook itself.
    """
    versions = handbook.versions
    if versions is None:
        made = {document.id: make(document) for document in documents}
        return Kept({i: value for i, (value, _) in made.items()}, {i: more for i, (_, more) in made.items()})
    store, key = versions.store, digest("kept", name, versions.base)
    rows = _load(store, key, versions)
    missing = [document for document in documents if versions.content[document.place.file] not in rows]

    def work(share: Sequence[Document]) -> list[tuple[_Row, bytes]]:
        found = []
        for document in share:
            with watching() as seen:
                value, more = make(document)
            # As it comes out of the cache: lists, not tuples.
            found.append((_Row(loads(dumps(value)), tuple(sorted(seen))), more))
        return found

    made = dict(zip((d.id for d in missing), map_share(work, missing), strict=True))
    current = {d.id: made[d.id][0] if d.id in made else rows[versions.content[d.place.file]] for d in documents}
    if made:
        _save(store, key, versions, {versions.content[d.place.file]: current[d.id] for d in documents})
    values = {number: row.value for number, row in current.items()}
    return Kept(values, {number: more for number, (_, more) in made.items()})


@dataclass(frozen=True, slots=True)
class _Row:
    """A value, and the keys of what was looked at for it."""

    value: Any
    seen: tuple[str, ...]


def _load(store: Store, key: str, versions: Versions) -> dict[str, _Row]:
    """The rows, by the document's content, for which nothing has changed."""
    try:
        digests, rows = loads(store.get(key) or b"[{}, {}]")
        keys, changed = list(digests), versions.changed(digests)
        found = {content: _Row(value, tuple(keys[index] for index in seen)) for content, (value, seen) in rows.items()}
    except (ValueError, TypeError, AttributeError, IndexError):
        return {}
    return {content: row for content, row in found.items() if changed.isdisjoint(row.seen)} if changed else found


def _save(store: Store, key: str, versions: Versions, rows: Mapping[str, _Row]) -> None:
    digests = versions.digests_of(row.seen for row in rows.values())
    places = {word: place for place, word in enumerate(digests)}
    packed = {content: (row.value, [places[word] for word in row.seen]) for content, row in rows.items()}
    store.put(key, dumps([digests, packed]))

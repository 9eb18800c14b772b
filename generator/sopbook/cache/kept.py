"""What follows from the handbook for one document at a time, kept from build to build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from sopbook.cache.seen import Seen
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
        now = {document.id: make(document) for document in documents}
        return Kept({i: value for i, (value, _) in now.items()}, {i: more for i, (_, more) in now.items()})
    store, key = versions.store, digest("kept", name, versions.base)
    rows, seen_before = _load(store, key, versions)
    missing = [document for document in documents if versions.content[document.place.file] not in rows]

    def work(share: Sequence[Document]) -> list[tuple[Any, frozenset[str], bytes]]:
        found = []
        for document in share:
            with watching() as seen:
                value, more = make(document)
            # As it comes out of the cache: lists, not tuples.
            found.append((loads(dumps(value)), frozenset(seen), more))
        return found

    made = dict(zip((d.id for d in missing), map_share(work, missing), strict=True))
    fresh = {number: (value, seen_before.numbers_of(seen)) for number, (value, seen, _) in made.items()}
    current = {d.id: fresh[d.id] if d.id in fresh else rows[versions.content[d.place.file]] for d in documents}
    if made:
        packed = seen_before.pack(seen for _, seen in current.values())
        store.put(key, dumps([packed, {versions.content[d.place.file]: current[d.id] for d in documents}]))
    values = {number: value for number, (value, _) in current.items()}
    return Kept(values, {number: more for number, (_, _, more) in made.items()})


_Row = tuple[Any, Sequence[int]]
"""A value, and the numbers of what was looked at for it."""


def _load(store: Store, key: str, versions: Versions) -> tuple[Mapping[str, _Row], Seen]:
    """The rows, by the document's content, for which nothing has changed."""
    rows: Mapping[str, _Row]
    try:
        (keys, digests), rows = loads(store.get(key) or b"[[[], []], {}]")
        seen = Seen(versions, keys, digests)
        if seen.changed:
            rows = {content: row for content, row in rows.items() if seen.are_as_before(row[1])}
    except (ValueError, TypeError, AttributeError, IndexError):
        return {}, Seen(versions)
    return rows, seen

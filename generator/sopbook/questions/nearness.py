"""Whom and what distractors are taken from: in a large handbook not from everywhere.

A question about a document should change only when something near it does, and the time for a
question must not grow with the handbook. So each document has some neighbours: all documents of a
small handbook; of a large one those of its own department first, picked on a ring of hashes, as in
consistent hashing (Karger and others 1997), so that a document more or less changes few choices.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from sopbook.cache.watch import answered
from sopbook.link.handbook import Handbook
from sopbook.memo import once_a_handbook
from sopbook.model import Status

SMALL = 60
"""Of so many all are neighbours."""

PICKED = 16
"""So many neighbours have enough that is certainly wrong among them."""

Ring = Sequence[tuple[str, str]]
"""Hashes in order, each with what it is the hash of."""


@answered()
def near_numbers(handbook: Handbook, kind_and_number: str) -> tuple[str, ...]:
    """The numbers of documents of a kind in force near a document, itself included if it is of that kind."""
    kind, _, number = kind_and_number.partition(" ")
    rings = _rings(handbook)
    department = handbook.by_number[number].department
    found = picked(rings[kind, department], rings[kind, ""], number)
    return tuple(sorted(found, key=_places(handbook).__getitem__))


@answered()
def near_actors(handbook: Handbook, number: str) -> tuple[str, ...]:
    """The titles of roles and partners near a document."""
    places, ring, roles = _actors(handbook)
    department = handbook.by_number[number].department
    found = picked(roles[department], ring, number)
    return tuple(sorted(found, key=places.__getitem__))


def picked(near: Ring, all_of_them: Ring, seed: str) -> frozenset[str]:
    """All if they are few; else some of those on the first ring, and of the others if that holds too few."""
    if len(all_of_them) <= SMALL:
        return frozenset(name for _, name in all_of_them)
    found: dict[str, None] = {}
    for ring in (near, all_of_them):
        start = bisect(ring, (_hash(seed), ""))
        for _, name in islice((*ring[start : start + PICKED], *ring[:start]), PICKED):
            if len(found) < PICKED:
                found[name] = None
    return frozenset(found)


def ring_of(names: Iterable[str]) -> Ring:
    """Names on a ring."""
    return sorted((_hash(name), name) for name in names)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@once_a_handbook
def _rings(handbook: Handbook) -> Mapping[tuple[str, str], Ring]:
    """By kind and department the documents in force; of all departments under an empty one."""
    names: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for document in handbook.documents:
        if document.control.status is not Status.WITHDRAWN:
            for department in dict.fromkeys((document.department, "")):
                names[document.kind, department].append(document.id)
    return defaultdict(list, {key: ring_of(found) for key, found in names.items()})


@once_a_handbook
def _places(handbook: Handbook) -> Mapping[str, int]:
    """The place of each document in the handbook, by number."""
    return {document.id: place for place, document in enumerate(handbook.documents)}


@once_a_handbook
def _actors(handbook: Handbook) -> tuple[Mapping[str, int], Ring, Mapping[str, Ring]]:
    """The titles of all actors with their places, these on a ring, and by department those of its roles."""
    actors = {actor.title: actor for actor in handbook.actors.values()}
    by_department: defaultdict[str, list[str]] = defaultdict(list)
    for title, actor in actors.items():
        if actor.role:
            by_department[actor.role.department].append(title)
    roles = defaultdict(list, {department: ring_of(titles) for department, titles in by_department.items()})
    return {title: place for place, title in enumerate(actors)}, ring_of(actors), roles

"""Which questions have to be looked at again, because what they test has changed since an author confirmed them.

Derived questions follow the text by themselves; only written ones can fall behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sopbook.link.handbook import Handbook, Target
from sopbook.questions.content import digest_of
from sopbook.questions.entry import Entry


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A question and what it tests; ``changed`` if that was confirmed before and is different now."""

    entry: Entry
    target: Target
    changed: bool


def name_of(target: Target) -> str:
    """A target as a question names it: ``KF-CX-06#accept``."""
    return f"{target.document.id}#{target.anchor}" if target.anchor else target.document.id


def digests(handbook: Handbook, entries: Iterable[Entry]) -> Mapping[tuple[str, str], str]:
    """The digest of everything that questions test now, by (question, tested)."""
    known: dict[str, str] = {}
    found = {}
    for entry in entries:
        for target in entry.targets:
            name = name_of(target)
            if name not in known:
                known[name] = digest_of(handbook, target)
            found[entry.id, name] = known[name]
    return found


def unconfirmed(handbook: Handbook, entries: Iterable[Entry]) -> tuple[Unconfirmed, ...]:
    """Every written question that is not confirmed for the content that it tests now; none without a list."""
    if handbook.confirmed is None:
        return ()
    entries = [entry for entry in entries if not entry.derived]
    now = digests(handbook, entries)
    found = []
    for entry in entries:
        for target in entry.targets:
            key = (entry.id, name_of(target))
            before = handbook.confirmed.get(key)
            if before != now[key]:
                found.append(Unconfirmed(entry, target, before is not None))
    return tuple(found)

"""Remembering what follows from a handbook, for as long as the same handbook is asked about."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from sopbook.cache.watch import note_all, watching
from sopbook.link.handbook import Handbook

_T = TypeVar("_T")


def once_a_handbook(function: Callable[[Handbook], _T]) -> Callable[[Handbook], _T]:
    """A pure function of a handbook that remembers its last answer: rules, pages and data ask the same."""
    last: list[tuple[weakref.ref[Handbook], _T, frozenset[str]]] = []

    @wraps(function)
    def remembering(handbook: Handbook) -> _T:
        if not last or last[0][0]() is not handbook:
            with watching() as seen:
                found = function(handbook)
            last[:] = [(weakref.ref(handbook), found, frozenset(seen))]
        # Whoever asks again depends on what the first one looked at.
        note_all(last[0][2])
        return last[0][1]

    return remembering

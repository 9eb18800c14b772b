"""What a computation looks at, beyond the document that it is about.

A handbook whose changes are counted (``link.watched``) notes here whatever is asked of it, and a
document held back by the cache (``cache.codec``) that its running text was looked at. So an output
is made anew when, and only when, something that it looked at has changed, without having to say so.

A note is a key, ``<what>:<of which>``; ``cache.versions`` knows the digest of what it stands for.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import wraps
from typing import Any, TypeVar

_T = TypeVar("_T")

EVERYTHING = "*"
"""The key of all that documents show to one another."""

TEXT = "text"
"""What a key says that stands for all of a file, its running text included."""

_OURS = f"{__name__.partition('.')[0]}."

Answer = Callable[[Any, str], _T]

_watchers: list[set[str] | None] = []
"""Who collects at present, the innermost last; None where nobody wants to know."""

_answers: dict[str, tuple[Answer[Any], Callable[[Any], object]]] = {}


def note(key: str) -> None:
    """Somebody looks at what ``key`` stands for."""
    if _watchers and (found := _watchers[-1]) is not None:
        found.add(key)


def note_text(file: str) -> None:
    """Somebody looks at the running text of the document in ``file``."""
    note(f"{TEXT}:{file}")


def note_all(keys: Iterable[str]) -> None:
    """Somebody uses what was found out by looking at all these."""
    if _watchers and (found := _watchers[-1]) is not None:
        found.update(keys)


@contextmanager
def watching() -> Iterator[set[str]]:
    """Collects the keys of what is looked at in the ``with`` block."""
    found: set[str] = set()
    with _watched_by(found):
        yield found
    # What an inner computation needs, the outer one needs as well.
    note_all(found)


def unwatched() -> AbstractContextManager[None]:
    """Keeps from outer computations what is looked at in the ``with`` block."""
    return _watched_by(None)


@contextmanager
def _watched_by(watcher: set[str] | None) -> Iterator[None]:
    _watchers.append(watcher)
    try:
        yield
    finally:
        # By identity: two sets that hold the same are equal.
        del _watchers[next(i for i in reversed(range(len(_watchers))) if _watchers[i] is watcher)]


def answered(describe: Callable[[Any], object] = lambda value: value) -> Callable[[Answer[_T]], Answer[_T]]:
    """For a pure function of a handbook and a word that looks at much and says little.

    Whoever calls it depends on its answer (on what ``describe`` says of that, as ``repr`` shows it),
    not on everything that it looked at. It is known by its module and name.
    """

    def decorate(function: Answer[_T]) -> Answer[_T]:
        name = f"{function.__module__}.{function.__name__}"
        _answers[name] = (function, describe)

        @wraps(function)
        def answering(handbook: Any, word: str) -> _T:
            note(f"{name}:{word}")
            with unwatched():
                return function(handbook, word)

        return answering

    return decorate


def answer(name: str, handbook: Any, word: str) -> str | None:
    """What a function that was ``answered`` says now, as text.

    None if there is no such function, or what it is asked about is no longer there.
    """
    if name not in _answers and name.startswith(_OURS):
        # A note of an earlier build may be the first that speaks of it.
        with suppress(ImportError):
            importlib.import_module(name.rpartition(".")[0])
    if name not in _answers:
        return None
    function, describe = _answers[name]
    with unwatched(), suppress(LookupError):
        return repr(describe(function(handbook, word)))
    return None

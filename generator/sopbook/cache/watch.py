"""Which documents' running text a computation looks at.

Documents from the cache hold their running text back until somebody asks for it
(``cache.codec``). Asking is noted here, so that a page that shows a passage of another document
is made anew when that document changes, without having to say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_watchers: list[set[str]] = []


def note(file: str) -> None:
    """Somebody looks at the running text of the document in ``file``."""
    if _watchers:
        _watchers[-1].add(file)


@contextmanager
def watching() -> Iterator[set[str]]:
    """Collects the files whose running text is looked at in the ``with`` block."""
    found: set[str] = set()
    _watchers.append(found)
    try:
        yield found
    finally:
        _watchers.remove(found)
        # What an inner computation needs, the outer one needs as well.
        for watcher in _watchers[-1:]:
            watcher |= found

"""What rules found in documents that have not changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from msgspec import convert, to_builtins

from sopbook.cache.kept import keep
from sopbook.link.handbook import Handbook
from sopbook.model import Document
from sopbook.places import Finding
from sopbook.prose import walked_once

Check = Callable[[Handbook, dt.date], Iterable[Finding]]


def findings_by_document(handbook: Handbook, today: dt.date, checks: Sequence[Check]) -> list[Finding]:
    """What checks, each of which looks at one document at a time, find in the handbook."""

    def look_at(document: Document) -> tuple[Any, bytes]:
        part = cast(Handbook, _Part(handbook, document))
        with walked_once(document):
            found = tuple(finding for check in checks for finding in check(part, today))
        return to_builtins(found), b""

    kept = keep(handbook, f"findings {today.isoformat()}", handbook.documents, look_at)
    return [finding for d in handbook.documents for finding in convert(kept.values[d.id], tuple[Finding, ...])]


class _Part:
    """A handbook of which a check is to go through one document only; everything else is there to be asked for."""

    def __init__(self, handbook: Handbook, document: Document) -> None:
        self.documents = (document,)
        self._handbook = handbook

    def __getattr__(self, name: str) -> object:
        return getattr(self._handbook, name)

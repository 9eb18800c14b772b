"""What rules found in documents that have not changed since."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from sopbook.cache.codec import Encoder, decode, dumps
from sopbook.cache.store import Store
from sopbook.cache.tool import digest
from sopbook.cache.watch import watching
from sopbook.link.handbook import Handbook
from sopbook.model import Document
from sopbook.parallel import map_share
from sopbook.places import Finding
from sopbook.prose import walked_once

Check = Callable[[Handbook, dt.date], Iterable[Finding]]


class Remembered:
    """Remembers, in the cache, what was found in each document."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def findings(self, handbook: Handbook, today: dt.date, checks: Sequence[Check]) -> list[Finding]:
        """What the checks, each of which looks at one document at a time, find in the handbook."""
        versions = handbook.versions
        if versions is None:
            return [finding for check in checks for finding in check(handbook, today)]
        key = digest("findings", versions.base, today.isoformat())
        kept = self._load(key)
        fresh = {
            content: encoded
            for content, (encoded, seen, seen_digest) in kept.items()
            if versions.of_keys(seen) == seen_digest
        }
        missing = [d for d in handbook.documents if versions.content[d.place.file] not in fresh]

        def look_at(documents: Sequence[Document]) -> list[tuple[Any, list[str]]]:
            return [_looked_at(handbook, document, today, checks) for document in documents]

        made = dict(zip((d.id for d in missing), map_share(look_at, missing), strict=True))
        found: list[Finding] = []
        rows: dict[str, Any] = {}
        for document in handbook.documents:
            file, content = document.place.file, versions.content[document.place.file]
            if document.id in made:
                encoded, seen = made[document.id]
                rows[content] = (encoded, seen, versions.of_keys(seen))
            else:
                encoded, rows[content] = fresh[content], kept[content]
            found += decode(encoded, file)
        if made:
            self._store.put(key, dumps(rows))
        return found

    def _load(self, key: str) -> dict[str, Any]:
        try:
            found = json.loads(self._store.get(key) or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _looked_at(
    handbook: Handbook, document: Document, today: dt.date, checks: Sequence[Check]
) -> tuple[Any, list[str]]:
    """What is found in a document, encoded; and the keys of what was looked at."""
    part = cast(Handbook, _Part(handbook, document))
    with watching() as seen, walked_once(document):
        found = tuple(finding for check in checks for finding in check(part, today))
    return Encoder(document.place.file).value(found), sorted(seen)


class _Part:
    """A handbook of which a check is to go through one document only; everything else is there to be asked for."""

    def __init__(self, handbook: Handbook, document: Document) -> None:
        self.documents = (document,)
        self._handbook = handbook

    def __getattr__(self, name: str) -> object:
        return getattr(self._handbook, name)

"""Reading only what has changed: what came of a file is found by the digest of its path and bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sopbook.cache.codec import Encoder, Passages, decode, without_places
from sopbook.cache.store import Store
from sopbook.cache.tool import digest, tool_digest
from sopbook.compact_json import dumps, loads
from sopbook.parallel import map_share
from sopbook.read import Reading, read_document

File = tuple[str, bytes]


class CachedReader:
    """Reads files like ``read.tree.read_all``, and remembers.

    All documents come out with their running text held back (``cache.codec``), whether they were
    read now or before.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: dict[str, Reading] = {}

    def __call__(self, files: Sequence[File]) -> list[Reading]:
        """The readings of the files, in their order."""
        tool = tool_digest()
        keys = [digest("reading", tool, file, data) for file, data in files]
        kept = {key: self._kept[key] for key in keys if key in self._kept}
        rows = self.store.get_all([key for key in keys if key not in kept])
        for key, (file, data) in zip(keys, files, strict=True):
            if (
                key in rows
                and key not in kept
                and (reading := self._from_row(key, (file, data), rows[key])) is not None
            ):
                kept[key] = reading
        fresh = [(key, file) for key, file in zip(keys, files, strict=True) if key not in kept]
        kept |= self._read(fresh)
        self._kept = kept
        return [kept[key] for key in keys]

    def _from_row(self, key: str, file: File, row: bytes) -> Reading | None:
        try:
            return _decoded(file[0], key, loads(row), Passages(file[0], lambda: self._passages(key, file)))
        except (ValueError, KeyError, TypeError, IndexError):
            return None

    def _passages(self, key: str, file: File) -> bytes:
        """The running text of a document whose outline came out of the cache; read anew if it is gone from there."""
        return self.store.get(f"{key}+") or _encoded(read_document(*file))[1]

    def _read(self, files: Sequence[tuple[str, File]]) -> dict[str, Reading]:
        rows = map_share(_encode_all, files)
        self.store.put_all(
            {
                name: data
                for (key, _), row in zip(files, rows, strict=True)
                for name, data in zip((key, f"{key}+"), row, strict=True)
            }
        )
        found = {}
        for (key, (file, _)), (outline, passages) in zip(files, rows, strict=True):
            found[key] = _decoded(file, key, loads(outline), Passages(file, lambda data=passages: data))  # type: ignore[misc]
        return found


def _encode_all(files: Sequence[tuple[str, File]]) -> list[tuple[bytes, bytes]]:
    return [_encoded(read_document(file, data)) for _, (file, data) in files]


def _encoded(reading: Reading) -> tuple[bytes, bytes]:
    """The row of a reading, and that of its running text."""
    encoder = Encoder(reading.file)
    outline = encoder.document(reading.document) if reading.document else None
    row = {
        "document": outline,
        "outline": digest(dumps(without_places(outline))),
        "names": encoder.value(reading.names),
        "findings": encoder.value(reading.findings),
        "mentioned": reading.facts.mentioned,
        "files": reading.facts.files,
    }
    return dumps(row), dumps([0, *encoder.passages])


def _decoded(file: str, key: str, row: dict[str, Any], passages: Passages) -> Reading:
    reading = Reading(
        file,
        decode(row["document"], file, passages),
        decode(row["names"], file),
        decode(row["findings"], file),
        content=key,
        outline=row["outline"],
    )
    facts = replace(
        reading.facts, mentioned=tuple(row["mentioned"]), files=tuple((href, picture) for href, picture in row["files"])
    )
    return replace(reading, facts=facts)

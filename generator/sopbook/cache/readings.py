"""Reading only what has changed: what came of a file is found by the digest of its path and bytes."""

from __future__ import annotations

from collections.abc import Sequence

from sopbook.cache.codec import Decoder, Passages, encode, shown, taken_apart
from sopbook.cache.store import Store
from sopbook.cache.tool import digest, tool_digest
from sopbook.model import Bank, Checklist, Department, Form, Procedure, ReferenceDocument, Role
from sopbook.node import Node
from sopbook.parallel import map_share
from sopbook.places import Finding
from sopbook.read import Reading, read_document
from sopbook.read.facts import Facts

File = tuple[str, bytes]


class _Row(Node, frozen=True):
    """What is kept of a reading. ``outline`` is the digest of what others may see of the document."""

    document: Bank | Checklist | Department | Form | Procedure | ReferenceDocument | Role | None
    outline: str
    names: frozenset[str]
    findings: tuple[Finding, ...]
    mentioned: tuple[str, ...]
    files: tuple[tuple[str, bool], ...]


_decoded: Decoder[_Row] = Decoder(_Row)


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
            return _reading(file[0], key, row, Passages(file[0], lambda: self._passages(key, file)))
        except ValueError:
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
            found[key] = _reading(file, key, outline, Passages(file, lambda data=passages: data))  # type: ignore[misc]
        return found


def _encode_all(files: Sequence[tuple[str, File]]) -> list[tuple[bytes, bytes]]:
    return [_encoded(read_document(file, data)) for _, (file, data) in files]


def _encoded(reading: Reading) -> tuple[bytes, bytes]:
    """The row of a reading, and that of its running text."""
    outline, passages = taken_apart(reading.document)
    facts = reading.facts
    row = [
        _Row.__name__,
        outline,
        digest(encode(shown(reading.document))),
        sorted(reading.names),
        reading.findings,
        facts.mentioned,
        facts.files,
    ]
    return encode(row), encode(passages)


def _reading(file: str, key: str, data: bytes, passages: Passages) -> Reading:
    row = _decoded(data, passages)
    facts = Facts(row.mentioned, row.files)
    return Reading(file, row.document, row.names, row.findings, facts, content=key, outline=row.outline)

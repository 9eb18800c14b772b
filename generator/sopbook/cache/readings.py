"""Reading only what has changed: what came of a file is found by the digest of its path and bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from sopbook.cache.codec import Decoder, Passages, shown, taken_apart
from sopbook.cache.store import Store
from sopbook.cache.tool import digest, tool_digest
from sopbook.compact_json import dumps
from sopbook.model import Bank, Checklist, Department, Form, Procedure, ReferenceDocument, Role, Settings
from sopbook.node import Node
from sopbook.parallel import ahead, map_share
from sopbook.places import Finding
from sopbook.read import Reading
from sopbook.read.facts import Facts
from sopbook.read.tree import File, Reader


class _Row(Node, frozen=True):
    """What is kept of a reading. ``outline`` is the digest of what others may see of the document."""

    document: Bank | Checklist | Department | Form | Procedure | ReferenceDocument | Role | None
    outline: str
    names: frozenset[str]
    findings: tuple[Finding, ...]
    mentioned: tuple[str, ...]
    files: tuple[tuple[str, bool], ...]


class _Settings(Node, frozen=True):
    """What is kept of the settings."""

    settings: Settings
    findings: tuple[Finding, ...]


_decoded: Decoder[_Row] = Decoder(_Row)
_decoded_settings: Decoder[_Settings] = Decoder(_Settings)


class CachedReader(Reader):
    """Reads files, and remembers.

    All documents come out with their running text held back (``cache.codec``), whether they were
    read now or before. ``meanwhile`` is done beside the reading, where another process can read.
    """

    def __init__(self, store: Store, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.store = store
        self._meanwhile = meanwhile
        self._kept: dict[str, Reading] = {}

    def settings(self, data: bytes) -> tuple[Settings, tuple[Finding, ...]]:
        """The settings, and what is wrong with them."""
        key = digest("settings", tool_digest(), data)
        with suppress(ValueError):
            if row := self.store.get(key):
                kept = _decoded_settings(row)
                return kept.settings, kept.findings
        settings, findings = super().settings(data)
        self.store.put(key, dumps(_Settings(settings, findings)))
        return settings, findings

    def documents(self, files: Sequence[File]) -> Sequence[Reading]:
        """The readings of the files, in their order."""
        keys = _keys(files)
        kept = {key: self._kept[key] for key in keys if key in self._kept}
        wanted = {key: file for key, file in zip(keys, files, strict=True) if key not in kept}
        there = self.store.among(wanted)
        absent = [(key, file) for key, file in wanted.items() if key not in there]
        # Many are read by all processes, few by one other.
        if there:
            with ahead(partial(_remember, self.store, absent) if absent else None) as wait:
                self._meanwhile()
                kept |= self._recall({key: wanted[key] for key in wanted if key in there})
                rows = wait()
            kept |= _readings(absent, rows) if rows else {}
            kept |= self._read([(key, file) for key, file in wanted.items() if key not in kept])
        else:
            kept |= self._read(absent, self._meanwhile)
        self._kept = kept
        return [kept[key] for key in keys]

    def _recall(self, files: Mapping[str, File]) -> dict[str, Reading]:
        """What the cache has of some files."""
        rows = self.store.get_all(files) if files else {}
        found = {key: self._from_row(key, files[key], row) for key, row in rows.items()}
        return {key: reading for key, reading in found.items() if reading is not None}

    def _from_row(self, key: str, file: File, row: bytes) -> Reading | None:
        try:
            return _reading(file[0], key, row, Passages(file[0], lambda: self._passages(key, file)))
        except ValueError:
            return None

    def _passages(self, key: str, file: File) -> bytes:
        """The running text of a document whose outline came out of the cache; read anew if it is gone from there."""
        return self.store.get(f"{key}+") or _encode_all([(key, file)])[0][1]

    def _read(
        self, files: Sequence[tuple[str, File]], meanwhile: Callable[[], object] = lambda: None
    ) -> dict[str, Reading]:
        return _readings(files, _remember(self.store, files, meanwhile))


def _readings(files: Sequence[tuple[str, File]], rows: Sequence[tuple[bytes, bytes]]) -> dict[str, Reading]:
    """What came of files that were read just now."""
    found = {}
    for (key, (file, _)), (outline, passages) in zip(files, rows, strict=True):
        found[key] = _reading(file, key, outline, Passages(file, lambda data=passages: data))  # type: ignore[misc]
    return found


def _keys(files: Sequence[File]) -> list[str]:
    tool = tool_digest()
    return [digest("reading", tool, file, data) for file, data in files]


def _remember(
    store: Store, files: Sequence[tuple[str, File]], meanwhile: Callable[[], object] = lambda: None
) -> list[tuple[bytes, bytes]]:
    """Read files, and keep what came of them under their keys."""
    rows = map_share(_encode_all, files, meanwhile)
    store.put_all(
        {
            name: data
            for (key, _), row in zip(files, rows, strict=True)
            for name, data in zip((key, f"{key}+"), row, strict=True)
        }
    )
    return rows


def _encode_all(files: Sequence[tuple[str, File]]) -> list[tuple[bytes, bytes]]:
    # Takes a moment to load, and in most builds there is little or nothing to read.
    from sopbook.read.document import read_document

    return [_encoded(read_document(file, data)) for _, (file, data) in files]


def _encoded(reading: Reading) -> tuple[bytes, bytes]:
    """The row of a reading, and that of its running text."""
    outline, passages = taken_apart(reading.document)
    facts = reading.facts
    row = [
        _Row.__name__,
        outline,
        digest(dumps(shown(reading.document))),
        sorted(reading.names),
        reading.findings,
        facts.mentioned,
        facts.files,
    ]
    return dumps(row), dumps(passages)


def _reading(file: str, key: str, data: bytes, passages: Passages) -> Reading:
    row = _decoded(data, passages)
    facts = Facts(row.mentioned, row.files)
    return Reading(file, row.document, row.names, row.findings, facts, content=key, outline=row.outline)

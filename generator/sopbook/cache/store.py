"""The cache's file: rows of bytes by key, in one SQLite database.

SQLite survives a killed process and lets several builds share the file. Each row carries a
checksum; a damaged row counts as absent, a damaged file is thrown away. When the file cannot be
used at all (read-only, locked for long, disk full), builds go on without it.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")

CACHE = Path(".cache", "sopbook.db")
"""The cache's file in the output folder."""

MAX_BYTES = 512_000_000
"""The cache is cut back to three quarters of this, least recently used rows first."""

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, used INTEGER NOT NULL, "
    "checksum BLOB NOT NULL, data BLOB NOT NULL) WITHOUT ROWID"
)
_BATCH = 500
_MOST_UNPACKED = 256_000_000
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


class Store:
    """A cache file. No method raises: what cannot be read is absent, what cannot be written is not kept."""

    def __init__(self, path: Path | None, *, most_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._day = int(time.time() // 86400)  # for the order of leaving only; no output knows it
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._gave_up = path is None

    @property
    def is_kept(self) -> bool:
        """True if there is a file at all."""
        return self._path is not None

    def get(self, key: str) -> bytes | None:
        """The bytes of a row, or None."""
        return self.get_all([key]).get(key)

    def get_all(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The rows that are there and sound."""
        found: dict[str, bytes] = {}
        stale: list[str] = []
        for key, used, checksum, data in self._select("key, used, checksum, data", list(keys)):
            content = _unpack(key, checksum, data)
            if content is not None:
                found[key] = content
                if used < self._day:
                    stale.append(key)
        if stale and self._process == os.getpid():
            self._try(lambda connection: self._touch(connection, stale))
        return found

    def among(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of the keys of which there is a row, sound or not."""
        return frozenset(key for (key,) in self._select("key", list(keys)))

    def put_all(self, rows: Mapping[str, bytes]) -> None:
        """Keep rows."""
        if not rows:
            return
        packed = [(key, self._day, *_pack(key, data)) for key, data in rows.items()]

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", packed)
            self._cut(connection)
            connection.commit()

        self._try(write)

    def put(self, key: str, data: bytes) -> None:
        """Keep a row."""
        self.put_all({key: data})

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None and self._process == os.getpid():
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    # ---------------------------------------------------------------------------- inside

    def _select(self, columns: str, keys: list[str]) -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            query = f"SELECT {columns} FROM entry WHERE key IN ({marks})"  # noqa: S608 - marks only
            yield from self._try(lambda c, q=query, b=batch: c.execute(q, b).fetchall()) or ()  # type: ignore[misc]

    def _try(self, work: Callable[[sqlite3.Connection], _T]) -> _T | None:
        for _ in range(2):
            connection = self._open()
            if connection is None:
                return None
            try:
                return work(connection)
            except sqlite3.Error as error:
                with suppress(sqlite3.Error):
                    connection.rollback()
                if not _is_broken(error):
                    return None
                self._throw_away()
        return None

    def _open(self) -> sqlite3.Connection | None:
        # A connection must not be used across a fork.
        if self._connection is not None and self._process == os.getpid():
            return self._connection
        if self._gave_up or self._path is None:
            return None
        self._process = os.getpid()
        for _ in range(2):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._connection = sqlite3.connect(self._path, timeout=10)
                # A power cut may cost the cache, which checksums notice, and never an output.
                self._connection.execute("PRAGMA synchronous = OFF")
                self._connection.execute("PRAGMA auto_vacuum = FULL")
                self._connection.execute(_SCHEMA)
            except (OSError, sqlite3.Error) as error:
                self._connection = None
                if not _is_broken(error):
                    break
                self._throw_away()
            else:
                return self._connection
        self._gave_up = True
        return None

    def _throw_away(self) -> None:
        self.close()
        if self._path is not None:
            for path in (self._path, self._path.with_name(f"{self._path.name}-journal")):
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _touch(self, connection: sqlite3.Connection, keys: Iterable[str]) -> None:
        connection.executemany("UPDATE entry SET used = ? WHERE key = ?", [(self._day, key) for key in keys])
        connection.commit()

    def _cut(self, connection: sqlite3.Connection) -> None:
        # The file is never smaller than what is in it, and to ask for its size costs nothing.
        (pages,), (page,) = (connection.execute(f"PRAGMA {of}").fetchone() for of in ("page_count", "page_size"))
        if pages * page <= self._most_bytes:
            return
        size = "SELECT COALESCE(SUM(LENGTH(data) + LENGTH(key)), 0) FROM entry"
        (total,) = connection.execute(size).fetchone()
        if total <= self._most_bytes:
            return
        for key, length in connection.execute("SELECT key, LENGTH(data) FROM entry ORDER BY used, key").fetchall():
            connection.execute("DELETE FROM entry WHERE key = ?", (key,))
            total -= length + len(key)
            if total <= self._most_bytes * 3 // 4:
                break


def _is_broken(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN


def _pack(key: str, data: bytes) -> tuple[bytes, bytes]:
    packed = zlib.compress(data, 1)
    return _checksum(key, packed), packed


def _unpack(key: str, checksum: bytes, packed: bytes) -> bytes | None:
    if checksum != _checksum(key, packed):
        return None
    try:
        return zlib.decompressobj().decompress(packed, _MOST_UNPACKED)
    except zlib.error:
        return None


def _checksum(key: str, packed: bytes) -> bytes:
    return hashlib.blake2b(packed, digest_size=16, key=key.encode()[:64]).digest()

"""Reading a handbook's folder: its settings, its documents, and the files beside them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sopbook.bounded import read_up_to
from sopbook.errors import HandbookNotFound
from sopbook.model import Settings
from sopbook.places import Finding, Place
from sopbook.read import Reading, confirmed, source
from sopbook.read.collect import Collector

SOURCES = "sop"
SETTINGS = f"{SOURCES}/handbook.yml"

File = tuple[str, bytes]
"""Its path, relative to the handbook's folder, and its bytes."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything below ``sop/``, read.

    ``assets`` maps each other file (path relative to the handbook's folder) to its size in bytes.
    """

    root: Path
    settings: Settings
    readings: tuple[Reading, ...]
    assets: Mapping[str, int]
    findings: tuple[Finding, ...]
    confirmed: Mapping[tuple[str, str], str] | None = None
    """See ``Handbook.confirmed``."""


class Reader:
    """Reads what is in files; others may remember what came of the same bytes before."""

    # The readers take a tenth of a second to load, and whoever remembers may not need them.

    def settings(self, data: bytes) -> tuple[Settings, tuple[Finding, ...]]:
        """See ``read.settings.read_settings``."""
        from sopbook.read.settings import read_settings

        return read_settings(data)

    def documents(self, files: Sequence[File]) -> Sequence[Reading]:
        """What ``read.document.read_document`` makes of each file."""
        from sopbook.read.document import read_document

        return [read_document(file, data) for file, data in files]


def read_sources(root: Path, reader: Reader | None = None) -> Sources:
    """Read the handbook in ``root``. Files are visited in the order of their paths.

    Raises HandbookNotFound if there is none.
    """
    reader = reader or Reader()
    root = root.resolve()
    if not (root / SETTINGS).is_file():
        raise HandbookNotFound(root)
    collector = Collector()
    settings, wrong = reader.settings(_content(root, SETTINGS, collector) or b"")
    collector.findings += wrong
    documents: list[File] = []
    assets: dict[str, int] = {}
    for file in _files(root, collector):
        if file in (SETTINGS, confirmed.FILE):
            continue
        if file.lower().endswith(".md"):
            data = _content(root, file, collector)
            if data is not None:
                documents.append((file, data))
        else:
            # What vanishes meanwhile is no longer there.
            with suppress(OSError):
                assets[file] = (root / file).stat().st_size
    readings = tuple(reader.documents(documents))
    lock = _content(root, confirmed.FILE, collector) if (root / confirmed.FILE).is_file() else None
    known = None if lock is None else confirmed.parse(lock, collector)
    return Sources(root, settings, readings, assets, tuple(collector.findings), known)


def _files(root: Path, collector: Collector) -> list[str]:
    """Every regular file below the sources; links that lead out of the handbook are reported, not followed."""
    found: list[str] = []
    for folder, folders, names in os.walk(root / SOURCES):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in [*names, *folders]:
            path = Path(folder, name)
            if path.is_symlink() and not path.resolve().is_relative_to(root / SOURCES):
                collector.add("SOP705", Place(path.relative_to(root).as_posix()), name)
            elif name in names and not name.startswith(".") and path.is_file():
                found.append(path.relative_to(root).as_posix())
    return sorted(found)


def _content(root: Path, file: str, collector: Collector) -> bytes | None:
    try:
        return read_up_to(f"{root}/{file}", source.MAX_SOURCE_BYTES + 1)
    except OSError as error:
        collector.add("SOP101", Place(file), error.strerror or "", reason="os")
        return None

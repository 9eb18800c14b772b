"""Nothing has changed: what a build may say without having read anything.

A build leaves a note of what it said, under the digest of everything it can have read. The next
one, if the digest is the same and the output folder holds the same files, says it again. This
module is all that such a build needs, so it imports little.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sopbook.cache.store import Store
from sopbook.cache.tool import digest, folder_digest, tool_digest
from sopbook.compact_json import dumps, loads
from sopbook.resources import site_folder, templates_folder

if TYPE_CHECKING:
    from sopbook.targets import State

_SOURCES = "sop"
_FOLDERS = ("site", "templates")
_CHUNK = 1 << 20
_name = attrgetter("name")


Known = Mapping[Path, Mapping[str, "State"]]
"""The states of all files below folders, by their paths there."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a build printed: the report, the summary, for each target the number of its files; and its exit code."""

    report: str
    summary: str
    files: dict[str, int]
    language: str
    code: int


class Unchanged:
    """Notes of builds of one handbook into one folder, with the same arguments on the same day."""

    def __init__(self, store: Store, root: Path, out: Path, arguments: Sequence[str]) -> None:
        self._store = store
        self._out = out
        self._key = digest("said", str(out), *arguments, inputs_digest(root))

    def recall(self) -> Said | None:
        """What the last such build said; None if anything is different now."""
        try:
            row = loads(self._store.get(self._key) or b"null")
            if row is None or row["outputs"] != outputs_digest(self._out):
                return None
            return Said(**row["said"])
        except (ValueError, KeyError, TypeError):
            return None

    def note(self, said: Said, known: Known = MappingProxyType({})) -> None:
        """Remember what was said. ``known`` are the states of all files in some of the folders below ``out``."""
        row = {"said": asdict(said), "outputs": outputs_digest(self._out, known)}
        self._store.put(self._key, dumps(row))


def inputs_digest(root: Path) -> str:
    """Everything below the handbook's folder that a build may read, and the tool with its own parts."""
    parts = [tool_digest(), str(root), folder_digest([site_folder(), templates_folder()])]
    for name in (_SOURCES, *_FOLDERS):
        parts += _contents(root / name)
    config = root / "mkdocs.yml"
    if config.is_file():
        # It may name other files anywhere (a theme, hooks), so their digest is not enough.
        text = config.read_bytes()
        parts.append(text.decode("utf-8", "replace"))
        if b"custom_dir" in text or b"hooks" in text:
            parts += [
                part
                for path in sorted(root.iterdir())
                if path.name not in ("build", ".git")
                for part in _contents(path)
            ]
    return digest(*parts)


def outputs_digest(out: Path, known: Known = MappingProxyType({})) -> str:
    """Names, sizes and times of change of all files in the output folder (but for the cache and the lock).

    Folders whose files are ``known`` are not looked at: asking for the states of thousands takes a while.
    """
    beside = {f"{folder.relative_to(out).as_posix()}/": files for folder, files in known.items()}
    lines = [
        f"{path} {s.st_size} {s.st_mtime_ns} {stat.S_IFMT(s.st_mode)}" for path, s in files_below(out, beside.keys())
    ]
    for above, files in beside.items():
        lines += (
            f"{above}{name} {state.size} {state.modified} {stat.S_IFREG}"
            for name, state in files.items()
            if not (name.startswith(".") or "/." in name)
        )
    return digest("\0".join(sorted(lines)))


def _contents(path: Path) -> Iterator[str]:
    if path.is_dir():
        for name, status in files_below(path):
            yield name
            yield _content(f"{path}/{name}", status)
        return
    try:
        status = path.stat()
    except OSError:
        return
    if stat.S_ISREG(status.st_mode):
        yield path.name
        yield _content(str(path), status)


def _content(path: str, status: os.stat_result) -> str:
    try:
        link = str(Path(path).readlink()) if stat.S_ISLNK(status.st_mode) else ""
        if not (stat.S_ISREG(status.st_mode) or Path(path).is_file()):
            return f"{link} {status.st_mode}"
        with open(path, "rb") as stream:  # noqa: PTH123 - as in cache.tool
            # Room is made for as much as is asked for, which takes longer than reading a small file.
            room = min(status.st_size + 1, _CHUNK)
            return digest(link, *iter(lambda: stream.read(room), b""))
    except OSError as error:
        return str(error.strerror)


def files_below(folder: Path, without: Collection[str] = ()) -> Iterator[tuple[str, os.stat_result]]:
    """Files and links below a folder, in an order that only names decide, without hidden ones and some folders."""
    waiting = [(str(folder), "")]
    while waiting:
        path, prefix = waiting.pop()
        try:
            entries = sorted(os.scandir(path), key=_name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if f"{prefix}{entry.name}/" not in without:
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # It has gone since the folder was listed.
            yield prefix + entry.name, status

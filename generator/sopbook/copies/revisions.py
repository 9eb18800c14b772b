"""The handbook as it was at a git revision.

Only ``rev-parse``, ``ls-tree`` and ``cat-file --batch`` are run: they look into no index and no work
tree, so neither filters, hooks, ``fsmonitor`` nor ``tar.*.command`` of a hostile configuration come
to run (``git archive``, ``diff`` and ``checkout`` would run some). Fetching what a partial clone
lacks is forbidden. Names in a tree are not believed: what would lead out of the folder is refused.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sopbook.errors import HandbookNotFound
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.read.tree import SOURCES

_SECONDS = 60
MOST_FILES = 20_000
MOST_BYTES = 200_000_000
_REGULAR = ("100644", "100755")
_READ = (".md", ".yml")

_NO_GIT = Text("没有找到 git", "git is not installed")
_FAILED = Text("git 读不出 {revision}：{detail}", "git cannot read {revision}: {detail}")
_NO_HANDBOOK = Text("{revision} 里没有手册", "there is no handbook in {revision}")
_TOO_MUCH = Text("{revision} 里的文件太多或太大", "{revision} holds too much")
_BAD_NAME = Text("{revision} 里的文件名不能用：{name}", "{revision} holds a file name that cannot be used: {name}")


class NoRevision(Exception):
    """A revision cannot be read; ``reason`` says why."""

    def __init__(self, text: Text, **values: object) -> None:
        self.reason = Text(text.zh.format(**values), text.en.format(**values))
        super().__init__(self.reason.en)


@dataclass(frozen=True, slots=True)
class _Entry:
    path: str
    blob: str
    size: int


@contextmanager
def folder_at(root: Path, revision: str) -> Iterator[Path]:
    """A folder with the sources as they were; it is gone afterwards. Pictures and other files are there, but empty."""
    commit = _git(root, revision, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    prefix = _git(root, revision, "rev-parse", "--show-prefix").decode().strip()
    entries = list(_entries(root, revision, commit.decode().strip(), prefix))
    with tempfile.TemporaryDirectory(prefix="sopbook-") as scratch:
        folder = Path(scratch)
        read = [entry for entry in entries if entry.path.lower().endswith(_READ)]
        contents = _blobs(root, revision, read)
        for entry in entries:
            path = folder / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents.get(entry.blob, b"") if entry in read else b"")
        yield folder


def handbook_at(root: Path, revision: str) -> Handbook:
    """The handbook as it was. Raises NoRevision."""
    with folder_at(root, revision) as folder:
        try:
            return load(folder)
        except HandbookNotFound as missing:
            raise NoRevision(_NO_HANDBOOK, revision=revision) from missing


def _entries(root: Path, revision: str, commit: str, prefix: str) -> Iterator[_Entry]:
    listed = _git(root, revision, "ls-tree", "-r", "-z", "--long", "--full-tree", commit, "--", f"{prefix}{SOURCES}/")
    total = 0
    records = [record for record in listed.split(b"\0") if record]
    if len(records) > MOST_FILES:
        raise NoRevision(_TOO_MUCH, revision=revision)
    for record in records:
        facts, _, name = record.partition(b"\t")
        mode, _, blob, size = facts.decode().split()
        if mode not in _REGULAR:  # links and submodules lead elsewhere
            continue
        path = _safe(name, prefix, revision)
        if not size.isdecimal():  # "BAD": the object is not there
            raise NoRevision(_FAILED, revision=revision, detail=path)
        if path.lower().endswith(_READ):
            total += int(size)
        if total > MOST_BYTES:
            raise NoRevision(_TOO_MUCH, revision=revision)
        yield _Entry(path, blob, int(size))


def _safe(name: bytes, prefix: str, revision: str) -> str:
    try:
        path = name.decode().removeprefix(prefix)
    except UnicodeDecodeError as error:
        raise NoRevision(_BAD_NAME, revision=revision, name=repr(name)) from error
    parts = PurePosixPath(path).parts
    if not path.startswith(f"{SOURCES}/") or "\\" in path or any(part in ("..", ".", ".git") for part in parts):
        raise NoRevision(_BAD_NAME, revision=revision, name=repr(path))
    return path


def _blobs(root: Path, revision: str, entries: list[_Entry]) -> dict[str, bytes]:
    wanted = "".join(f"{entry.blob}\n" for entry in entries).encode()
    out = _git(root, revision, "cat-file", "--batch", given=wanted)
    found: dict[str, bytes] = {}
    place = 0
    for entry in entries:
        end = out.index(b"\n", place)
        header = out[place:end].split()
        if len(header) != 3 or header[1] != b"blob":
            raise NoRevision(_FAILED, revision=revision, detail=entry.path)
        size = int(header[2])
        found[entry.blob] = out[end + 1 : end + 1 + size]
        place = end + 1 + size + 1
    return found


def _git(root: Path, revision: str, *arguments: str, given: bytes | None = None) -> bytes:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {
        "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1", "GIT_NO_REPLACE_OBJECTS": "1", "LC_ALL": "C",
    }  # fmt: skip
    guards = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never")
    command = ["git", "--no-pager", *guards, "-C", str(root), *arguments]
    try:
        ran = subprocess.run(  # noqa: S603 - no shell; the revision stands behind --end-of-options
            command, input=given, capture_output=True, env=environment, timeout=_SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise NoRevision(_NO_GIT) from error
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise NoRevision(_FAILED, revision=revision, detail=str(error)[:300]) from error
    if ran.returncode != 0:
        detail = ran.stderr.decode(errors="replace").strip()[-300:] or f"exit {ran.returncode}"
        raise NoRevision(_FAILED, revision=revision, detail=detail)
    return ran.stdout

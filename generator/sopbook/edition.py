"""The file system's side of writing outputs so that a build that fails or is killed leaves the last good one whole.

A folder of outputs is never changed: its next edition is put together beside it (files that stay
are linked, not copied) and then takes its place in one step of the file system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from msgspec import Struct

_BINARY = getattr(os, "O_BINARY", 0)  # Windows would change line ends


class FileState(Struct, frozen=True):
    """A file as the file system has it: size in bytes (-1 if it is no regular file), time of change in ns, identity."""

    size: int
    modified: int
    inode: int


def files_in(folder: Path) -> dict[str, FileState]:
    """Every file below a folder by its path there; empty if there is no such folder."""
    found: dict[str, FileState] = {}
    for name, entry in _entries(folder):
        status = entry.stat(follow_symlinks=False)
        size = status.st_size if stat.S_ISREG(status.st_mode) else -1
        found[name] = FileState(size, status.st_mtime_ns, status.st_ino)
    return found


def _entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Every file below a folder."""
    waiting = [(str(folder), "")]
    while waiting:
        path, prefix = waiting.pop()
        try:
            entries = list(os.scandir(path))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                waiting.append((entry.path, f"{prefix}{entry.name}/"))
            else:
                yield prefix + entry.name, entry


class Edition:
    """The next state of a folder, put together beside it.

    ``spare`` is where the state before the present one is kept, if it is: most of its files are
    those of the present one, so that few have to be linked. Use the edition in a ``with`` block;
    unless ``switch`` was called, the folder is as it was. Raises OSError where the file system
    refuses.
    """

    def __init__(self, folder: Path, wanted: Collection[str], spare: Path | None = None) -> None:
        self.folder = folder
        self._spare = spare
        self._new = spare or _beside(folder, "new")
        self._wanted = wanted
        self._there: dict[str, int] = {}
        self._made: set[str] = set()

    def __enter__(self) -> Edition:
        recover_folder(self.folder)
        if self._spare is None or self._new.is_symlink() or not self._new.is_dir():
            _remove(self._new)
        self._new.mkdir(parents=True, exist_ok=True)
        self._there = {name: entry.inode() for name, entry in _entries(self._new)}
        self._drop(self._there.keys() - set(self._wanted))
        return self

    def __exit__(self, *_: object) -> None:
        if self._spare is None:
            _remove(self._new)

    def write(self, name: str, data: bytes) -> FileState:
        """Write a file."""
        path = self._place(name)
        # By the system's calls: pathlib and buffers take as long again as these.
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(file, rest) :]
            status = os.fstat(file)
        finally:
            os.close(file)
        return FileState(status.st_size, status.st_mtime_ns, status.st_ino)

    def link(self, name: str, source: Path) -> FileState | None:
        """Give a file from elsewhere a name here too; None where the file system does not let it have two."""
        path = self._place(name)
        try:
            os.link(source, path)
        except OSError:
            return None
        status = Path(path).stat()
        return FileState(status.st_size, status.st_mtime_ns, status.st_ino)

    def switch(self, kept: Mapping[str, FileState], written: Collection[str]) -> None:
        """Put what was written, and the files of the present state that are ``kept``, in its place."""
        self._drop(self._there.keys() - kept.keys() - set(written))
        for name, state in kept.items():
            if self._there.get(name) != state.inode:
                self._keep(name)
        _replace(self.folder, self._new)
        if self._spare is not None:
            self._spare.mkdir(exist_ok=True)  # empty after a first build: a sign to fill it

    def _keep(self, name: str) -> None:
        source, target = f"{self.folder}/{name}", self._place(name)
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT):
                raise
            shutil.copy2(source, target)  # no links here, or too many of this file

    def _drop(self, names: Iterable[str]) -> None:
        emptied = set()
        for name in names:
            (self._new / name).unlink(missing_ok=True)
            self._there.pop(name)
            emptied |= set(PurePosixPath(name).parents)
        for parent in sorted(emptied, key=lambda path: -len(path.parts)):
            if parent.parts:
                with suppress(OSError):  # not empty
                    (self._new / parent).rmdir()

    def _place(self, name: str) -> str:
        """The path of a file that is to be made: nothing stands there, but its folder is there."""
        path = f"{self._new}/{name}"
        above = name.rpartition("/")[0]
        if above not in self._made:
            _make_folder(f"{self._new}/{above}")
            self._made.add(above)
        if name in self._there:
            # What stands there may be the present state's as well: never write into it.
            Path(path).unlink(missing_ok=True)
        return path


def _make_folder(path: str) -> None:
    """Make a folder, and those above it, unless it is there."""
    # In most cases one call of the system, which pathlib takes as long again for.
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        if not Path(path).is_dir():
            raise
    except FileNotFoundError:
        Path(path).mkdir(parents=True, exist_ok=True)


def is_empty(folder: Path) -> bool:
    """True for a folder with nothing in it."""
    try:
        return not folder.is_symlink() and next(os.scandir(folder), None) is None
    except OSError:
        return False


def stock(spare: Path, folder: Path) -> None:
    """Give every file of a folder a second name in its spare, which is empty. Raises OSError."""
    for path, _, names in os.walk(folder):
        target = f"{spare}{path.removeprefix(str(folder))}"
        Path(target).mkdir(parents=True, exist_ok=True)
        for name in names:
            os.link(f"{path}/{name}", f"{target}/{name}")


def _replace(folder: Path, new: Path) -> None:
    """Let ``new`` stand where ``folder`` stands; afterwards ``new`` is what stood there, or nothing."""
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink(missing_ok=True)
        new.replace(folder)
    elif not _exchange(new, folder):
        old = _beside(folder, "old")
        _remove(old)
        folder.replace(old)
        new.replace(folder)
        old.replace(new)


def switch_folder(new: Path, folder: Path) -> None:
    """Put the folder ``new`` in the place of ``folder``, and throw away what stood there. Raises OSError."""
    _replace(folder, new)
    _remove(new)


def recover_folder(folder: Path) -> None:
    """Clean up after a build that was killed; finish a switch that was cut off between two moves."""
    old = _beside(folder, "old")
    if old.exists() and not folder.exists():
        old.replace(folder)
    _remove(old)
    _remove(_beside(folder, "new"))


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def write_file(path: Path, data: bytes) -> bool:
    """Write a single file in one go, if its bytes are others; tells whether it wrote."""
    with suppress(OSError):
        if path.read_bytes() == data:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path, "new")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f".{path.name[:100]}.{what}")


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places at once; False where the system cannot do that.

    Linux' renameat2(RENAME_EXCHANGE) and macOS' renamex_np(RENAME_SWAP). Elsewhere a switch takes
    two moves, and a kill between them is mended by the next build.
    """
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            at_current_folder, exchange = -100, 2
            return bool(library.renameat2(at_current_folder, first, at_current_folder, second, exchange) == 0)
        if sys.platform == "darwin":
            swap = 2
            return bool(library.renamex_np(first, second, swap) == 0)
    except (OSError, AttributeError, TypeError):
        pass
    return False

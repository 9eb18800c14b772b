"""The file system's side of writing outputs so that a build that fails or is killed leaves the last good one whole.

A folder of outputs is never changed: its next edition is put together beside it (files that stay
are linked, not copied) and then takes its place in one step of the file system.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path


class Edition:
    """The next state of a folder, put together beside it.

    Use it in a ``with`` block; unless ``switch`` was called, nothing of it is left behind.
    Raises OSError where the file system refuses.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._new = _beside(folder, "new")
        self._made: set[Path] = set()

    def __enter__(self) -> Edition:
        recover_folder(self.folder)
        shutil.rmtree(self._new, ignore_errors=True)
        self._new.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._new, ignore_errors=True)

    def keep(self, name: str) -> None:
        """Take a file over from the present state."""
        source, target = self.folder / name, self._place(name)
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENOENT):
                raise
            shutil.copy2(source, target)  # no links here, or too many of this file

    def write(self, name: str, data: bytes) -> os.stat_result:
        """Write a file; returns what the file system says of it."""
        path = self._place(name)
        path.write_bytes(data)
        return path.stat()

    def switch(self) -> None:
        """Put this state in the place of the present one."""
        if not self.folder.is_symlink() and self.folder.is_dir():
            if not _exchange(self._new, self.folder):
                old = _beside(self.folder, "old")
                shutil.rmtree(old, ignore_errors=True)
                self.folder.replace(old)
                self._new.replace(self.folder)
                shutil.rmtree(old, ignore_errors=True)
        else:
            if self.folder.is_symlink() or self.folder.exists():
                self.folder.unlink()
            self._new.replace(self.folder)

    def _place(self, name: str) -> Path:
        path = self._new / name
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        return path


def recover_folder(folder: Path) -> None:
    """Clean up after a build that was killed; finish a switch that was cut off between two moves."""
    old = _beside(folder, "old")
    if old.exists() and not folder.exists():
        old.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(_beside(folder, "new"), ignore_errors=True)


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

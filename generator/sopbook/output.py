"""Writing outputs so that a build that fails or is killed leaves the last good one whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sopbook.targets import Outcome, TargetFailed

try:
    import fcntl
except ImportError:  # Windows has no flock; there a second build has to be avoided by hand.
    fcntl = None  # type: ignore[assignment]


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the output folder for one build; a second one waits for the first.

    Raises TargetFailed if the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        stream = (out / ".lock").open("w")
    except OSError as error:
        raise TargetFailed(f"cannot write to {out}: {error.strerror}") from error
    with stream:
        if fcntl is not None:
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def sync_folder(folder: Path, files: Mapping[str, bytes]) -> Outcome:
    """Make ``folder`` hold exactly ``files`` (by relative path); what is equal already stays untouched.

    Each file is replaced in one go, so no reader ever sees half of one.
    """
    written = 0
    for name, data in files.items():
        path = folder / name
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name[:100]}.new")
        temporary.write_bytes(data)
        temporary.replace(path)
        written += 1
    return Outcome(written, len(files) - written, _remove_others(folder, set(files)))


def _remove_others(folder: Path, wanted: set[str]) -> int:
    removed = 0
    for above, folders, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(above, name)
            if path.relative_to(folder).as_posix() not in wanted:
                path.unlink()
                removed += 1
        for name in folders:
            path = Path(above, name)
            if not any(path.iterdir()):
                path.rmdir()
    return removed


def write_file(path: Path, data: bytes) -> None:
    """Replace a file in one go, so that no reader ever sees half of one. Raises OSError if it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:100]}.new")
    temporary.write_bytes(data)
    temporary.replace(path)


def switch_folder(new: Path, current: Path) -> None:
    """Put the folder ``new`` in the place of ``current``."""
    old = current.with_name(f".{current.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if current.exists():
        current.replace(old)
    new.replace(current)
    shutil.rmtree(old, ignore_errors=True)


def recover_folder(current: Path) -> None:
    """Finish a switch that was cut off between its two moves."""
    old = current.with_name(f".{current.name}.old")
    if old.exists() and not current.exists():
        old.replace(current)
    shutil.rmtree(old, ignore_errors=True)

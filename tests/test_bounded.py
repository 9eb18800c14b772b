"""Reading no more of a file than is asked for, whatever kind of file it is."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sopbook.bounded import read_up_to


@pytest.mark.parametrize(("most", "expected"), [(0, 0), (5, 5), (200_000, 200_000), (10**9, 200_000)])
def test_a_file_is_read_up_to_the_limit(tmp_path: Path, most: int, expected: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * 200_000)
    assert read_up_to(path, most) == b"a" * expected


def test_a_pipe_which_has_no_size_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    threading.Thread(target=path.write_bytes, args=(b"b" * 300_000,)).start()
    assert read_up_to(path, 10**9) == b"b" * 300_000

"""Reading no more of a file than is asked for."""

from __future__ import annotations

import os
from pathlib import Path

_LEAST_ROOM = 1 << 16


def read_up_to(path: str | Path, most: int) -> bytes:
    """The first ``most`` bytes of a file. Raises OSError."""
    # Python makes room for as much as is asked for: for the most there may be, that takes longer than reading a
    # small file. What is no regular file has no size, and any file may grow meanwhile.
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - pathlib takes as long again
        room = max(os.fstat(stream.fileno()).st_size + 1, _LEAST_ROOM)
        data = bytearray()
        while part := stream.read(min(room, most - len(data))):
            data += part
    return bytes(data)

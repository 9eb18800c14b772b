"""Zip packages with the same bytes for the same parts, and parts that are compressed only once.

A merge writes thousands of packages that differ in a few values of one part. So a part can be
packed from pieces: a constant piece is deflated once and kept, a varying one is stored between
them (RFC 1951: each piece ends on a byte boundary and refers to nothing before it).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_LEVEL = 6
"""The usual one: the highest makes a form a thirtieth smaller, and takes more than twice as long."""
_DATE = 0x0021  # 1980-01-01, the first day a zip can name
_STORED_MOST = 0xFFFF
_STORED = struct.Struct("<BHH").pack
_END = b"\x01\x00\x00\xff\xff"  # an empty last block
_UTF8 = 0x0800


@dataclass(frozen=True, slots=True)
class Member:
    """A part as it lies in a package: name, checksum, size, and its deflated bytes."""

    name: str
    crc: int
    size: int
    deflated: bytes


def member(name: str, data: bytes) -> Member:
    """A part, deflated."""
    return Member(name, zlib.crc32(data), len(data), _deflate(data, zlib.Z_FINISH))


def pack(members: Iterable[Member]) -> bytes:
    """A zip archive of the parts, in their order."""
    pieces: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for entry in members:
        name = entry.name.encode()
        common = struct.pack(
            "<HHHHHLLLHH", 20, _UTF8, 8, 0, _DATE, entry.crc, len(entry.deflated), entry.size, len(name), 0
        )
        pieces += (b"PK\x03\x04", common, name, entry.deflated)
        directory.append(
            b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + name
        )
        offset += 4 + len(common) + len(name) + len(entry.deflated)
    index = b"".join(directory)
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, len(directory), len(directory), len(index), offset, 0)
    return b"".join((*pieces, index, end))


def pack_parts(parts: Mapping[str, bytes]) -> bytes:
    """A package of parts. The list of content types comes first, as Office programs write it."""
    first = "[Content_Types].xml"
    names = sorted(parts, key=lambda name: (name != first, name))
    return pack(member(name, parts[name]) for name in names)


def _deflate(data: bytes, flush: int) -> bytes:
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush(flush)


class PieceCache:
    """Pieces of text that come again: encoded and deflated once.

    A piece is given by its parts, which are the same strings each time, so that finding it is
    quick. The cache forgets everything when it is full: memory stays flat whatever comes.
    """

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._known: dict[tuple[str, ...], tuple[bytes, bytes]] = {}

    def _made(self, piece: tuple[str, ...]) -> tuple[bytes, bytes]:
        """The piece's bytes, and the same deflated."""
        if len(self._known) >= self._most:
            self._known.clear()
        data = "".join(piece).encode()
        made = self._known[piece] = (data, _deflate(data, zlib.Z_SYNC_FLUSH))
        return made

    def member(self, name: str, constant: Sequence[tuple[str, ...]], varying: Sequence[str]) -> Member:
        """A part made of constant and varying text by turns, beginning and ending with a constant piece."""
        raw: list[bytes] = []
        packed: list[bytes] = []
        known = self._known
        for piece, value in zip(constant, (*varying, ""), strict=True):
            data, deflated = known.get(piece) or self._made(piece)
            raw.append(data)
            packed.append(deflated)
            if value:
                data = value.encode()
                raw.append(data)
                if len(data) > _STORED_MOST:
                    packed += _stored(data)
                else:
                    packed += (_STORED(0, len(data), len(data) ^ 0xFFFF), data)
        packed.append(_END)
        whole = b"".join(raw)
        return Member(name, zlib.crc32(whole), len(whole), b"".join(packed))


def _stored(data: bytes) -> Iterable[bytes]:
    for start in range(0, len(data), _STORED_MOST):
        block = data[start : start + _STORED_MOST]
        yield _STORED(0, len(block), len(block) ^ 0xFFFF) + block

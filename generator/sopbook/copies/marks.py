"""The mark of a paragraph in a Word file: which place of the source it came from, and what it said there.

It is a hidden bookmark, as Word and LibreOffice keep those while people edit. With what the
paragraph said in its name, a copy that comes back can be compared with a source that changed since.
"""

from __future__ import annotations

import hashlib
import re

from sopbook.copies.outline import Line, Run

_LENGTH = 16
_NAME = re.compile(rf"_sopp([0-9a-f]{{{_LENGTH}}})([0-9a-f]{{{_LENGTH}}})")


def said(line: Line) -> str:
    """The text of a paragraph as a Word file holds it, without pictures and line breaks."""
    return plain("".join(piece.text for piece in line.pieces if isinstance(piece, Run)))


def plain(text: str) -> str:
    """Text with white space of any kind and length as one space."""
    return " ".join(text.split())


def checksum(text: str) -> str:
    """A short name for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def mark_name(line: Line) -> str:
    """The name of the bookmark: at most 40 characters, which is what Word takes."""
    return f"_sopp{checksum(line.key)}{checksum(said(line))}"


def read_mark(name: str) -> tuple[str, str] | None:
    """The checksums of key and text in the name of a bookmark; None if it is none of ours."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2]) if found else None

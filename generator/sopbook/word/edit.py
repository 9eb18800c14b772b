"""Changing an XML part of somebody else's Word file where it must change, and leaving every other byte as it is.

Reading a part into a tree and writing it again would lose what Word needs and no XML library keeps
(the prefixes that ``mc:Ignorable`` names). So the parser only says where things stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from sopbook.untrusted import guarded_parser
from sopbook.word.markup import W, text

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]{1,40}?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a part: ``data[start:end]``."""

    start: int
    end: int


@dataclass(slots=True)
class _Piece:
    """The text of one ``w:t``; ``run_end`` is where the run around it ends."""

    span: Span
    text: str
    run_end: int = 0


@dataclass(slots=True)
class Paragraph:
    """A paragraph: where it stands, whether it is a child of the body, and its text."""

    start: int
    in_body: bool
    end: int = 0
    pieces: list[_Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of its runs."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(slots=True)
class Element:
    """A child of the root or of the body."""

    name: str
    span: Span


@dataclass(slots=True)
class Map:
    """Where the things of a part stand.

    ``top`` are the root's children, ``body`` those of ``w:body``; names are without namespace.
    """

    root_tag: Span
    paragraphs: list[Paragraph]
    top: list[Element]
    body: list[Element]
    w_prefix: bool


@lru_cache(maxsize=16)
def survey(data: bytes) -> Map:
    """Find out where the paragraphs of a part stand. Raises ExpatError if it is no well-formed XML.

    The parts of a template are looked at for each document that is made of it; the map is not to be changed.
    """
    return _Surveyor(data).map


class _Surveyor:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._stack: list[tuple[str, int]] = []
        self._open: list[Paragraph] = []
        self._run: list[_Piece] = []
        self._text: list[str] | None = None
        self._text_start = 0
        self.map = Map(Span(0, 0), [], [], [], False)
        self._parser = guarded_parser("template")
        self._parser.buffer_text = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartNamespaceDeclHandler = self._namespace
        self._parser.Parse(data, True)

    def _namespace(self, prefix: str | None, uri: str) -> None:
        if prefix == "w" and uri == W:
            self.map.w_prefix = True

    def _start(self, name: str, _: dict[str, str]) -> None:
        place = self._parser.CurrentByteIndex
        if not self._stack:
            self.map.root_tag = Span(place, self._tag_end(place))
        self._stack.append((name, place))
        if name == f"{W}}}p":
            in_body = [entry for entry, _ in self._stack[:-1]][-1:] == [f"{W}}}body"]
            self._open.append(Paragraph(place, in_body))
        elif name == f"{W}}}r":
            self._run = []
        elif name == f"{W}}}t":
            self._text, self._text_start = [], 0

    def _characters(self, characters: str) -> None:
        if self._text is not None:
            if not self._text:
                self._text_start = self._parser.CurrentByteIndex
            self._text.append(characters)

    def _end(self, name: str) -> None:
        place = self._parser.CurrentByteIndex
        _, start = self._stack.pop()
        first = self._tag_end(start)
        end = first if self._data[first - 2 : first] == b"/>" else self._tag_end(place)
        if name == f"{W}}}t":
            if self._text and self._open:
                piece = _Piece(Span(self._text_start, place), "".join(self._text))
                self._open[-1].pieces.append(piece)
                self._run.append(piece)
            self._text = None
        elif name == f"{W}}}r":
            for piece in self._run:
                piece.run_end = end
        elif name == f"{W}}}p":
            done = self._open.pop()
            done.end = end
            self.map.paragraphs.append(done)
        local = name.rpartition("}")[2]
        if len(self._stack) == 1:
            self.map.top.append(Element(local, Span(start, end)))
        elif len(self._stack) == 2 and self._stack[-1][0] == f"{W}}}body":
            self.map.body.append(Element(local, Span(start, end)))

    def _tag_end(self, start: int) -> int:
        """Where the tag that starts there ends. Office programs escape a ``>`` in an attribute's value."""
        return self._data.index(b">", start) + 1


def apply(data: bytes, changes: Iterable[tuple[Span, bytes]]) -> bytes:
    """The bytes with each span replaced; spans may not overlap."""
    pieces: list[bytes] = []
    last = 0
    for span, new in sorted(changes, key=lambda change: (change[0].start, change[0].end)):
        pieces += (data[last : span.start], new)
        last = span.end
    return b"".join((*pieces, data[last:]))


def placeholders(found: Map) -> list[str]:
    """The names of all placeholders, as written."""
    return [match[1] for paragraph in found.paragraphs for match in PLACEHOLDER.finditer(paragraph.text)]


def fill(data: bytes, value: Callable[[str], str | None], picture: Callable[[str], str]) -> bytes:
    """Replace the placeholders whose ``value`` is not None, even where Word has cut them into several runs.

    ``picture`` gives the run that is put behind a placeholder's own (or nothing).
    """
    changes: list[tuple[Span, bytes]] = []
    for paragraph in survey(data).paragraphs:
        changes += _paragraph_changes(paragraph, value, picture)
    return apply(data, changes)


def _paragraph_changes(
    paragraph: Paragraph, value: Callable[[str], str | None], picture: Callable[[str], str]
) -> Iterable[tuple[Span, bytes]]:
    matches = [match for match in PLACEHOLDER.finditer(paragraph.text) if value(match[1]) is not None]
    if not matches:
        return
    start = 0
    for piece in paragraph.pieces:
        end = start + len(piece.text)
        kept: list[str] = []
        last = start
        for match in matches:
            if match.end() <= start or match.start() >= end:
                continue
            kept.append(paragraph.text[last : max(match.start(), last)])
            if match.start() >= start:  # the placeholder begins in this piece, so its value stands here
                kept.append(value(match[1]) or "")
                drawing = picture(match[1])
                if drawing:
                    yield Span(piece.run_end, piece.run_end), drawing.encode()
            last = min(match.end(), end)
        kept.append(paragraph.text[last:end])
        replaced = "".join(kept)
        if replaced != piece.text:
            yield piece.span, text(replaced).encode()
        start = end

"""Text in lines: which of them are paragraphs, and which were broken to fit a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sopbook.importing.markers import typed
from sopbook.prose import is_wide

_END = re.compile(r"[。！？；：!?;:.…][”」』）)】》'\"]?$")
_GLUED = re.compile(r"[。；;.!?]\s+(?=\S)")
MIN_WRAP = 50
"""Columns below which a line was ended by its author: nobody sets text narrower than that."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank. ``after_blank`` tells whether a blank line stands above it."""

    number: int
    text: str
    after_blank: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """A paragraph put together from lines; ``count`` is how many."""

    number: int
    text: str
    count: int
    indent: int


def lines_of(text: str) -> list[Line]:
    """The lines that are not blank."""
    found: list[Line] = []
    blank = True
    for number, line in enumerate(text.replace("\f", "\n").split("\n") if "\f" not in text else _pages(text), 1):
        stripped = line.strip()
        if stripped:
            found.append(Line(number, line.rstrip(), blank))
        blank = not stripped
    return found


def _pages(text: str) -> list[str]:
    """Lines where a form feed ends a page: it counts as part of the next line, so numbers stay those of an editor."""
    return text.replace("\f", "").split("\n")


def join(lines: Sequence[Line]) -> Iterator[Joined]:
    """Paragraphs out of lines that were broken at a fixed width."""
    full = _full_width(lines)
    spaced = sum(line.after_blank for line in lines) > len(lines) / 6
    pending: list[Line] = []
    for line in lines:
        if pending and not _continues(pending[-1], line, full, spaced):
            yield _joined(pending)
            pending = []
        pending.append(line)
    if pending:
        yield _joined(pending)


def columns(text: str) -> int:
    """The width of a text on a screen: a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _full_width(lines: Sequence[Line]) -> int:
    """How wide the broken lines are: the commonest width of lines that end within a sentence.

    Lines of a justified page differ by a character or two; those of an author's choice differ by more.
    """
    widths = sorted(columns(line.text.strip()) for line in lines if not _END.search(line.text))
    widths = [width for width in widths if MIN_WRAP <= width <= 140]
    best, most = 0, 1
    for width in widths:
        near = sum(width - 6 <= other <= width for other in widths)
        if near > most:
            best, most = width, near
    return best


def _continues(before: Line, line: Line, full: int, spaced: bool) -> bool:
    text, next_ = before.text.strip(), line.text.strip()
    if line.after_blank or typed(next_) or re.match(r"[-*•·●○■□▪◆➢]\s*\S", next_):
        return False
    # An indent of two characters begins a paragraph in Chinese; a deeper one than before does in any language.
    deeper = line.text.startswith(("\u3000\u3000", "    ")) and not before.text.startswith(("\u3000\u3000", "    "))
    if deeper and not (typed(text) and _indent(line) <= 8):
        return False
    if "\t" in text or "\t" in next_:
        return False
    # A list item that goes on under its own text, as editors indent it.
    if typed(text) and _indent(line) > _indent(before) and columns(text) >= MIN_WRAP - 10:
        return True
    if spaced and _is_latin(text) and columns(text) >= MIN_WRAP and not _END.search(text):
        return True
    # A sentence that has begun (it has a comma) and not ended; nobody breaks off there by choice.
    if columns(text) >= MIN_WRAP and not _END.search(text) and re.search(r"[，,、；;]", _GLUED.split(text)[-1]):
        return True
    if not full:
        return False
    # Where a tool has glued items onto one line, only the last of them was broken at the width of the page.
    width = columns(text)
    if width > full + 8:
        width = columns(_GLUED.split(text)[-1])
    if _END.search(text):
        # Within an English paragraph a sentence may end where the line does; the next line then fills its width too.
        return spaced and full - 12 <= width <= full + 8 and not next_[:1].isdigit() and _is_latin(text)
    if full - 8 <= width <= full + 8:
        return True
    return _is_latin(text) and width >= full - 16 and next_[:1].islower()


def _indent(line: Line) -> int:
    return columns(line.text) - columns(line.text.lstrip())


def _is_latin(text: str) -> bool:
    return columns(text) < len(text) * 1.3


def _joined(lines: Sequence[Line]) -> Joined:
    text = ""
    for line in lines:
        piece = line.text.strip()
        if text.endswith("-") and piece[:1].islower() and text[-2:-1].isalpha():
            text = text[:-1]
            text += piece
        else:
            # A line of Chinese was not broken at a space, whatever stands at its end.
            space = text and not is_wide(text[-1]) and not is_wide(piece[0])
            text += (" " if space else "") + piece
    first = lines[0].text
    return Joined(lines[0].number, text, len(lines), columns(first) - columns(first.lstrip()))

"""A document as it stands on paper: paragraphs and tables in order, whatever file they end up in.

An outline may carry changes: ``change`` of a run, a paragraph or a row is empty, ``ins`` or ``del``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Change = Literal["", "ins", "del"]


class Role(StrEnum):
    """What a paragraph is. The value names its style in the template, but for headings."""

    PART = "part"
    DOCUMENT = "document"
    SECTION = "section"
    PHASE = "phase"
    GROUP = "group"
    FRONT = "SOP Front"
    STEP = "SOP Step"
    FACTS = "SOP Facts"
    TEXT = "SOP Text"
    LIST = "SOP List"
    QUOTE = "SOP Quote"
    CALLOUT = "SOP Callout"
    CODE = "SOP Code"
    CAPTION = "caption"
    CELL = "SOP Cell"
    CELL_HEAD = "SOP Table Head"
    NOTICE = "SOP Notice"


HEADINGS = (Role.PART, Role.DOCUMENT, Role.SECTION, Role.PHASE, Role.GROUP)
"""From the highest to the lowest."""


class Mark(StrEnum):
    """What stands before a paragraph of a list. The value names the numbering style in the template."""

    NONE = ""
    OUTLINE = "SOP Outline"
    STEPS = "SOP Steps"
    NUMBERS = "SOP Numbers"
    BULLETS = "SOP Bullets"
    TICKS = "SOP Ticks"


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one look. ``target`` is a place (``NUMBER#anchor``) that it leads to, ``href`` a web address."""

    text: str
    bold: bool = False
    italic: bool = False
    target: str = ""
    href: str = ""
    change: Change = ""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its file in the handbook's folder, and what it shows in words."""

    path: str
    alternative: str
    change: Change = ""

    @property
    def text(self) -> str:
        """What stands for it where pictures cannot."""
        return f"[{self.alternative}]" if self.alternative else ""


Piece = Run | Shot


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. Paragraphs of one ``list`` (a number) count on; ``level`` is how deep it is nested.

    ``key`` names the place in the source (``NUMBER#anchor/n``): it is the same as long as what
    stands before it under that anchor is. ``source`` is the line of the source from which on it
    stands there, 0 for what stands nowhere. ``targets`` are the places that references name.
    """

    role: Role
    pieces: tuple[Piece, ...]
    level: int = 0
    mark: Mark = Mark.NONE
    list: int = 0
    key: str = ""
    targets: tuple[str, ...] = ()
    change: Change = ""
    source: int = 0

    @property
    def text(self) -> str:
        """Its text."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells, each of paragraphs."""

    cells: tuple[tuple[Line, ...], ...]
    change: Change = ""

    @property
    def text(self) -> str:
        """Its text, cells parted by a tab."""
        return "\t".join("\n".join(line.text for line in cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. ``shares`` are the widths of its columns in relation to each other.

    Without a ``header`` the first column holds the labels. ``level`` is how deep it is nested.
    """

    name: str
    shares: tuple[int, ...]
    header: Row | None
    rows: tuple[Row, ...]
    key: str = ""
    level: int = 0

    @property
    def text(self) -> str:
        """Its text, row by row."""
        return "\n".join(row.text for row in self.all_rows)

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """Its rows with the header, if it has one."""
        return (self.header, *self.rows) if self.header else self.rows


Block = Line | Grid


def lines(blocks: tuple[Block, ...]) -> Iterator[Line]:
    """Every paragraph, also those in tables, in reading order."""
    for block in blocks:
        if isinstance(block, Line):
            yield block
        else:
            for row in block.all_rows:
                for cell in row.cells:
                    yield from cell

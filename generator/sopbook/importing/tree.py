"""What every reader of an existing document gives: paragraphs and tables with their places in the original.

The tree knows nothing of where it comes from (Word, HTML, text) nor of what it will become.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

BLANK = "＿＿＿＿"
"""A blank to fill in, as running text shows it: wide low lines mean nothing to Markdown."""


class Where(StrEnum):
    """What a place in an original counts."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    TABLE = "table"
    HEADER = "header"
    FOOTER = "footer"
    NOTE = "note"
    COMMENT = "comment"
    BOX = "box"
    FILE = "file"


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in an original: the ``number``-th (from 1) of what ``where`` says; ``row`` and ``cell`` in a table."""

    where: Where
    number: int = 0
    row: int = 0
    cell: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Characters with one look. ``image`` names a picture of the original and then ``text`` is its alternative."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """The number or bullet of a paragraph.

    ``family`` is the same for markers of one series (``一、``, ``(1)``, an automatic list and level);
    ``ordinals`` are its numbers, outermost first (only the last one where the others are not written);
    ``depth`` is the level in its own scheme from 0. A bullet has no ordinals.
    """

    label: str
    family: str
    ordinals: tuple[int, ...] = ()
    depth: int = 0
    automatic: bool = False

    @property
    def ordinal(self) -> int:
        """The last number; 0 for a bullet."""
        return self.ordinals[-1] if self.ordinals else 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. ``heading`` is its level by style (0: none); ``indent`` in points, None if unknown.

    ``checked`` tells whether its box is ticked, None if it has none.
    """

    runs: tuple[Run, ...]
    spot: Spot
    heading: int = 0
    is_title: bool = False
    marker: Marker | None = None
    indent: float | None = None
    centred: bool = False
    checked: bool | None = None

    @property
    def text(self) -> str:
        """The characters without their looks."""
        return "".join(run.text for run in self.runs)

    @property
    def bold(self) -> bool:
        """True if everything in it is bold."""
        return all(run.bold for run in self.runs if run.text.strip()) and bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that covers ``rows`` x ``columns`` places of the grid."""

    blocks: tuple[Block, ...]
    spot: Spot
    rows: int = 1
    columns: int = 1

    @property
    def text(self) -> str:
        """Its words, one line a paragraph."""
        return "\n".join(text_of(block) for block in self.blocks).strip()


@dataclass(frozen=True, slots=True)
class Table:
    """A table. Every place of the grid is covered by one cell; a row lists the cells that begin in it."""

    rows: tuple[tuple[Cell, ...], ...]
    spot: Spot

    @property
    def grid(self) -> list[list[Cell]]:
        """For each place of the grid, the cell that covers it."""
        height = len(self.rows)
        places: list[dict[int, Cell]] = [{} for _ in range(height)]
        for top, row in enumerate(self.rows):
            left = 0
            for cell in row:
                while left in places[top]:
                    left += 1
                for line in range(top, min(height, top + cell.rows)):
                    for column in range(left, left + cell.columns):
                        places[line].setdefault(column, cell)
                left += cell.columns
        width = max((max(row, default=-1) + 1 for row in places), default=0)
        empty = [Cell((), Spot(self.spot.where, self.spot.number, i + 1)) for i in range(height)]
        return [[row.get(column, empty[i]) for column in range(width)] for i, row in enumerate(places)]


Block = Paragraph | Table


def text_of(block: Block) -> str:
    """The words of a block, one line a paragraph."""
    if isinstance(block, Paragraph):
        return f"{block.marker.label} {block.text}" if block.marker else block.text
    return "\n".join(cell.text for row in block.rows for cell in row)


class Fate(StrEnum):
    """What became of something in the original."""

    GUESSED = "guessed"
    CHANGED = "changed"
    LEFT_OUT = "left-out"
    TO_DO = "to-do"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the report.

    ``code`` names the sentence (``report.SENTENCES``), ``text`` is the original text in full, ``detail`` what
    was made of it.
    """

    fate: Fate
    code: str
    spot: Spot
    text: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Original:
    """An existing document as read. ``pictures`` are its pictures by the name that runs use."""

    blocks: tuple[Block, ...]
    entries: tuple[Entry, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    matter: Mapping[str, str] = field(default_factory=dict)
    """What the original says about itself in a machine-readable way, by canonical key: its title, its number."""

"""An outline as WordprocessingML, with its changes as tracked changes (ECMA-376 Part 1, 17.13.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count

from sopbook.copies.marks import mark_name
from sopbook.copies.numbering import DEEPEST, Lists
from sopbook.copies.outline import HEADINGS, Block, Change, Grid, Line, Mark, Piece, Role, Row, Run, Shot
from sopbook.word.blocks import TABLE_END, Box, characters, row, table_start
from sopbook.word.controls import bookmark_name
from sopbook.word.markup import R, attribute

INDENT = 425
"""Twips by which each level stands further in; the template's lists do the same."""

STYLES = (
    "Title", "heading 1", "heading 2", "heading 3", "heading 4", "heading 5", "toc 1", "toc 2", "caption", "Hyperlink",
    "SOP Front", "SOP Step", "SOP Facts", "SOP Text", "SOP List", "SOP Quote", "SOP Callout", "SOP Code", "SOP Cell",
    "SOP Table Head", "SOP Notice", "SOP Thin", "SOP Grid", *(mark for mark in Mark if mark),
)  # fmt: skip
"""The styles that a template has to have."""

Show = Callable[[Shot], str]
"""What makes a run with a picture, or with its words where there is none."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """Who is named as the author of the changes, and the day."""

    author: str
    day: dt.date


class Writer:
    """Writes outlines into one document part.

    ``targets`` are the places that the file holds: a reference to another becomes plain text.
    ``link`` gives the relationship of a web address. ``highest`` is the role that is heading 1.
    """

    def __init__(
        self,
        styles: Mapping[str, str],
        width: int,
        lists: Lists,
        targets: frozenset[str],
        link: Callable[[str], str],
        show: Show,
        *,
        highest: Role = Role.SECTION,
        tracking: Tracking | None = None,
    ) -> None:
        self._styles = styles
        self._width = width
        self._lists = lists
        self._targets = targets
        self._link = link
        self._show = show
        self._base = HEADINGS.index(highest)
        self._tracking = tracking
        self._marks = count(1)
        self._changes = count(1)

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Blocks in order. Two tables that touch would become one, so a thin paragraph parts them."""
        parts: list[str] = []
        last: Block | None = None
        for block in blocks:
            if isinstance(block, Grid) and isinstance(last, Grid):
                parts.append(self.thin())
            parts.append(self.line(block) if isinstance(block, Line) else self.grid(block))
            last = block
        if isinstance(last, Grid):
            parts.append(self.thin())
        return "".join(parts)

    def thin(self, section: str = "") -> str:
        """A paragraph that takes no room; it may carry the page settings of the section that ends here."""
        return f'<w:p><w:pPr><w:pStyle w:val="{self._styles["SOP Thin"]}"/>{section}</w:pPr></w:p>'

    # ----------------------------------------------------------------------- paragraphs

    def line(self, line: Line, *, page_break: bool = False) -> str:
        """A paragraph."""
        heading = line.role in HEADINGS
        name = f"heading {HEADINGS.index(line.role) - self._base + 1}" if heading else str(line.role)
        properties = (
            f'<w:pStyle w:val="{attribute(self._styles[name])}"/>'
            + ("<w:keepNext/>" if line.role in (Role.STEP, Role.FACTS) else "")
            + ("<w:pageBreakBefore/>" if page_break else "")
            + self._numbering(line)
            + self._mark_change(line.change)
        )
        starts, ends = self._bookmarks(line)
        pieces = "".join(self._piece(piece, line.change) for piece in line.pieces)
        return f"<w:p><w:pPr>{properties}</w:pPr>{starts}{pieces}{ends}</w:p>"

    def _numbering(self, line: Line) -> str:
        level = min(line.level, DEEPEST)
        if line.mark is Mark.NONE:
            return f'<w:ind w:left="{INDENT * level}"/>' if level else ""
        number = self._lists.number(line.mark, line.list, level)
        return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'

    def _bookmarks(self, line: Line) -> tuple[str, str]:
        starts, ends = "", ""
        if line.change == "del":
            return starts, ends
        # A heading is found by its place, too: the contents lead there.
        places = (line.key, *line.targets) if line.role in HEADINGS else line.targets
        names = [bookmark_name(place) for place in dict.fromkeys(places) if place]
        for name in (*names, mark_name(line)) if line.key else names:
            number = next(self._marks)
            starts += f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
            ends += f'<w:bookmarkEnd w:id="{number}"/>'
        return starts, ends

    # ----------------------------------------------------------------------------- runs

    def _piece(self, piece: Piece, around: Change) -> str:
        change = piece.change or around
        if isinstance(piece, Shot):
            return self._changed(self._show(piece), change)
        if not piece.text:
            return ""
        linked = piece.href or (piece.target if piece.target in self._targets else "")
        made = self._changed(self._run(piece, bool(linked), deleted=change == "del"), change)
        # Word accepts no link within a deletion.
        if not linked or change == "del":
            return made
        if piece.href:
            return (
                f'<w:hyperlink xmlns:r="{R}" r:id="{attribute(self._link(piece.href))}" w:history="1">{made}'
                "</w:hyperlink>"
            )
        return f'<w:hyperlink w:anchor="{bookmark_name(piece.target)}" w:history="1">{made}</w:hyperlink>'

    def _run(self, piece: Run, linked: bool, *, deleted: bool) -> str:
        properties = (
            (f'<w:rStyle w:val="{attribute(self._styles["Hyperlink"])}"/>' if linked else "")
            + '<w:rFonts w:hint="eastAsia"/>'
            + ("<w:b/><w:bCs/>" if piece.bold else "")
            + ("<w:i/><w:iCs/>" if piece.italic else "")
        )
        content = characters(piece.text)
        if deleted:
            content = content.replace("<w:t ", "<w:delText ").replace("</w:t>", "</w:delText>")
        return f"<w:r><w:rPr>{properties}</w:rPr>{content}</w:r>"

    def _changed(self, content: str, change: Change) -> str:
        return f"<w:{change} {self._stamp()}>{content}</w:{change}>" if change else content

    def _mark_change(self, change: Change) -> str:
        return f"<w:rPr><w:{change} {self._stamp()}/></w:rPr>" if change else ""

    def _stamp(self) -> str:
        tracking = self._tracking or Tracking("", dt.date(1970, 1, 1))
        return (
            f'w:id="{next(self._changes)}" w:author="{attribute(tracking.author)}" '
            f'w:date="{tracking.day.isoformat()}T00:00:00Z"'
        )

    # --------------------------------------------------------------------------- tables

    def grid(self, grid: Grid) -> str:
        """A table, no wider than the page; its header is repeated on each page."""
        total = sum(grid.shares)
        width = self._width - INDENT * min(grid.level, DEEPEST)
        widths = [width * share // total for share in grid.shares]
        start = table_start(widths, self._styles["SOP Grid"], grid.name, grid.name, header_row=grid.header is not None)
        if grid.level:
            start = start.replace(
                "<w:tblLayout ", f'<w:tblInd w:w="{INDENT * min(grid.level, DEEPEST)}" w:type="dxa"/><w:tblLayout ', 1
            )
        rows = [self._row(grid.header, widths, header=True)] if grid.header else []
        return "".join((start, *rows, *(self._row(entry, widths) for entry in grid.rows), TABLE_END))

    def _row(self, entry: Row, widths: list[int], *, header: bool = False) -> str:
        boxes = [Box(self._cell(cell, entry.change)) for cell in entry.cells]
        made = row(boxes, widths, header=header)
        if entry.change:
            made = made.replace("</w:trPr>", f"<w:{entry.change} {self._stamp()}/></w:trPr>", 1)
        return made

    def _cell(self, cell: tuple[Line, ...], change: Change) -> str:
        return "".join(self.line(_with_change(line, change) if change else line) for line in cell) or "<w:p/>"


def _with_change(line: Line, change: Change) -> Line:
    # The mark of a cell's only paragraph belongs to the cell, so only its text is marked.
    return replace(line, pieces=tuple(replace(piece, change=change) for piece in line.pieces))

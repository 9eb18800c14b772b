"""How a form stands on paper: as tables that a pen can write in, and that fill themselves on screen.

The result is a list of constant text and slots, in order. A slot renders its part of a value; so
one layout serves the blank form, a filled one, and a merge of thousands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sopbook import prose
from sopbook.forms.fillable import Blank, Column, Entry, Fillable, Grid, Group, Printed, ems
from sopbook.forms.values import Value, show
from sopbook.locales import Locale
from sopbook.model import FieldType
from sopbook.word.blocks import TABLE_END, Box, paragraph, row, run, table_start
from sopbook.word.controls import DateControl, Frame, ListControl, TextControl, TickControl
from sopbook.word.prose import WordProse

STYLES = (
    "SOP Title", "SOP Section", "SOP Label", "SOP Field", "SOP Cell", "SOP Table Head", "SOP Hint", "SOP Note",
    "SOP Notice", "SOP Grid",
)  # fmt: skip
"""The styles that a template has to have."""

_EM = 200  # twips: a character of 10 points
_PADDING = 180
_LABEL = 1650
_LINE = 380  # what a pen needs
_ROW = 450
_SIGNED_ROW = 580
_SHORT_EMS = 15
_STAR = "\u00a0*"  # stays with the label's last character

# What a pen needs across, in twips, by type.
_WIDTHS = {
    FieldType.DATE: 1350,
    FieldType.TIME: 950,
    FieldType.DATETIME: 1900,
    FieldType.NUMBER: 900,
    FieldType.MONEY: 1050,
    FieldType.PHONE: 1450,
    FieldType.SIGNATURE: 1250,
    FieldType.CHECK: 700,
}
_TICK_COLUMN = 620
_MOST_ACROSS = 13
_MOST_GIVEN = 11
_TEXT_LEAST = 1000


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that differs from one filled form to the next: the pieces of a blank's value.

    ``pieces`` gives constant and varying text by turns, a constant one first and last.
    """

    tag: str
    pieces: Callable[[Value | None], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A form's content as constant text and slots; ``landscape`` if it needs the sheet turned."""

    pieces: tuple[str | Slot, ...]
    landscape: bool


def lay_out(
    form: Fillable,
    words: Locale,
    styles: Mapping[str, str],
    text: WordProse,
    widths: tuple[int, int],
    notice: str = "",
    *,
    marks: bool = True,
) -> Layout:
    """Arrange a form. ``widths`` are those of the text upright and turned; ``notice`` stands above all.

    Without ``marks`` the controls have no bookmarks, for a document that holds several copies.
    """
    grids = [part for part in form.parts if isinstance(part, Grid)]
    landscape = any(sum(_least(grid)) > widths[0] for grid in grids)
    writer = _Writer(words, styles, text, widths[landscape], marks)
    pieces = writer.form(form, notice)
    return Layout(tuple(_joined(pieces)), landscape)


def _joined(pieces: Iterator[str | Slot]) -> Iterator[str | Slot]:
    constant: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            constant.append(piece)
        else:
            yield "".join(constant)
            constant = []
            yield piece
    yield "".join(constant)


class _Writer:
    def __init__(self, words: Locale, styles: Mapping[str, str], text: WordProse, width: int, marks: bool) -> None:
        self._words = words
        self._styles = styles
        self._text = text
        self._width = width
        self._marks = marks
        self._slots: list[Slot] = []

    # -------------------------------------------------------------------------- parts

    def form(self, form: Fillable, notice: str) -> Iterator[str | Slot]:
        """The whole form."""
        if notice:
            yield paragraph(run(notice), self._styles["SOP Notice"])
        for index, part in enumerate(form.parts):
            if part.title:
                yield paragraph(run(part.title), self._styles["SOP Section"], keep_next=True)
            elif index:
                yield paragraph("", self._styles["SOP Note"])
            if isinstance(part, Grid):
                yield from self._filled(self._grid(part))
            elif part.entries:
                yield from self._filled(self._group(part, form.title))
            yield self._text.blocks(part.notes, self._styles["SOP Note"])
        yield from self._foot(form)

    def _filled(self, xml: Iterator[str]) -> Iterator[str | Slot]:
        """The text with each mark of a slot replaced by the slot."""
        for chunk in xml:
            first, *others = chunk.split("\0")
            yield first
            for index in range(0, len(others), 2):
                yield self._slots[int(others[index])]
                yield others[index + 1]

    def _slot(self, tag: str, pieces: Callable[[Value | None], tuple[str, ...]]) -> str:
        self._slots.append(Slot(tag, pieces))
        return f"\0{len(self._slots) - 1}\0"  # no XML can hold this character

    def _foot(self, form: Fillable) -> Iterator[str]:
        style = self._styles["SOP Note"]
        notes: list[str] = []
        if any(blank.required for blank in form.blanks()):
            notes.append(self._words.word("forms", "required_note"))
        if any("★" in prose.plain_blocks(cell.blocks) for cell in _printed_cells(form)):
            notes.append(self._words.word("forms", "critical_note"))
        if form.retention:
            notes.append(self._words.word("forms", "kept").format(retention=form.retention))
        if notes:
            yield paragraph(run(" ".join(notes)), style)
        for section in form.sections:
            title = self._words.word("forms", "instructions") if section.key == "notes" else section.title
            if title:
                yield paragraph(run(title, bold=True), style, keep_next=True)
            yield self._text.blocks(section.blocks, style)

    # -------------------------------------------------------------- groups of entries

    def _group(self, group: Group, form_title: str) -> Iterator[str]:
        half = self._width // 2
        widths = [_LABEL, half - _LABEL, _LABEL, self._width - half - _LABEL]
        name = group.title or form_title
        labels = self._words.format("list").join(entry.label for entry in group.entries)
        yield table_start(widths, self._styles["SOP Grid"], name, labels, header_row=False)
        waiting: Entry | None = None
        for entry in group.entries:
            if not _is_short(entry, widths[1], self._words):
                if waiting:
                    yield self._row((waiting,), widths)
                yield self._row((entry,), widths)
                waiting = None
            elif waiting:
                yield self._row((waiting, entry), widths)
                waiting = None
            else:
                waiting = entry
        if waiting:
            yield self._row((waiting,), widths)
        yield TABLE_END

    def _row(self, entries: Sequence[Entry], widths: Sequence[int]) -> str:
        boxes: list[Box] = []
        for entry in entries:
            boxes.append(
                Box(paragraph(run(entry.label + (_STAR if entry.required else "")), self._styles["SOP Label"]))
            )
            span = 1 if len(entries) == 2 else 3
            content, hint = self._entry(entry, sum(widths[1 : 1 + span])), self._hint(entry)
            several = entry.blanks[0].type is FieldType.MULTILINE
            # Below several lines to write on, nobody would see the hint before writing over it.
            boxes.append(Box(hint + content if several else content + hint, span, top=several))
        return row(boxes, widths, height=max(_height(entry) for entry in entries))

    def _hint(self, entry: Entry) -> str:
        return self._text.blocks(entry.hint, self._styles["SOP Hint"])

    def _entry(self, entry: Entry, width: int) -> str:
        content = self._blank(entry.blanks[0], entry.label, width)
        for blank in entry.blanks[1:]:
            content += run("  " + self._words.word("forms", "signed")) + self._blank(blank, blank.label, width)
        return paragraph(content, self._styles["SOP Field"])

    # ------------------------------------------------------------------------- tables

    def _grid(self, grid: Grid) -> Iterator[str]:
        widths = _fit(_least(grid), [_weight(column, option, grid) for column, option in _narrow(grid)], self._width)
        labels = self._words.format("list").join(column.label for column in grid.columns)
        yield table_start(widths, self._styles["SOP Grid"], grid.title or labels, labels, header_row=True)
        yield from self._header(grid, widths)
        for cells in grid.rows:
            boxes: list[Box] = []
            for column, cell in zip(grid.columns, cells, strict=True):
                width = widths[sum(box.span for box in boxes)]
                boxes += self._cell(column, cell, width)
            signed = any(column.type is FieldType.SIGNATURE for column in grid.columns)
            yield row(boxes, widths, height=_SIGNED_ROW if signed else _ROW)
        yield TABLE_END

    def _header(self, grid: Grid, widths: Sequence[int]) -> Iterator[str]:
        two = any(column.spread for column in grid.columns)
        style = self._styles["SOP Table Head"]
        first: list[Box] = []
        second: list[Box] = []
        for column in grid.columns:
            label = paragraph(run(_heading(column)), style)
            if column.spread:
                first.append(Box(label, span=len(column.options)))
                second += [Box(paragraph(run(option), style)) for option in column.options]
                continue
            if column.options and any(isinstance(c, Blank) and not c.ticks for c in _cells(grid, column)):
                label += paragraph(run(" / ".join(column.options)), self._styles["SOP Hint"], align="center")
            first.append(Box(label, merge="restart" if two else ""))
            second.append(Box(paragraph("", style), merge="continue"))
        yield row(first, widths, header=True)
        if two:
            yield row(second, widths, header=True)

    def _cell(self, column: Column, cell: Blank | Printed, width: int) -> Iterator[Box]:
        style = self._styles["SOP Cell"]
        if isinstance(cell, Printed):
            span = len(column.options) if column.spread else 1
            align = "center" if column.key == "no" else ""
            content = self._text.blocks(cell.blocks, style)
            yield Box(paragraph(run(prose.plain_blocks(cell.blocks)), style, align=align) if align else content, span)
        elif column.spread:
            for option in cell.options:
                yield Box(paragraph(self._tick(cell, option), style, align="center"))
        else:
            centred = cell.type is FieldType.CHECK
            yield Box(paragraph(self._blank(cell, "", width, in_table=True), style, align="center" if centred else ""))

    # ------------------------------------------------------------------------- blanks

    def _frame(self, tag: str, alias: str) -> Frame:
        return Frame(tag, alias, len(self._slots) + 1 if self._marks else None)

    def _blank(self, blank: Blank, label: str, width: int, *, in_table: bool = False) -> str:
        """A blank in a line of text that is ``width`` wide; ``label`` names a single box to tick."""
        if blank.type is FieldType.CHECK:
            return self._tick_alone(blank) + (run(f" {label}") if label else "")
        if blank.ticks:
            return self._ticks(blank, width)
        unit = "" if in_table else self._unit(blank)
        return self._control(blank, in_table) + (run(f" {unit}") if unit else "")

    def _ticks(self, blank: Blank, width: int) -> str:
        """A box for each option. Lines are broken between options, never inside of one."""
        content: list[str] = []
        used = 0.0
        for option in blank.options:
            needed = ems(option) + 2.6
            if used:
                full = (used + needed) * _EM > width - _PADDING
                content.append(run("\n" if full else "   "))
                used = 0.0 if full else used
            content.append(self._tick(blank, option) + run(f" {option}"))
            used += needed
        return "".join(content)

    def _unit(self, blank: Blank) -> str:
        return blank.unit or (self._words.word("forms", "money") if blank.type is FieldType.MONEY else "")

    def _control(self, blank: Blank, in_table: bool) -> str:
        words, frame = self._words, self._frame(blank.tag, blank.label)
        if blank.type is FieldType.DATE:
            date = DateControl(
                frame, placeholder_of(blank, words, in_table), words.word("forms", "word_date"), words.tag
            )

            def dated(value: Value | None) -> tuple[str, ...]:
                return date.pieces(value, show(value, words)) if isinstance(value, dt.date) else date.pieces(None, "")

            return self._slot(blank.tag, dated)
        if blank.type is FieldType.CHOICE:
            chosen = ListControl(frame, words.word("forms", "blank_text"), blank.options)
            return self._slot(blank.tag, lambda value: chosen.pieces(value if isinstance(value, str) else None))
        free = TextControl(frame, placeholder_of(blank, words, in_table))
        return self._slot(blank.tag, lambda value: free.pieces(None if value is None else show(value, words)))

    def _tick(self, blank: Blank, option: str) -> str:
        box = TickControl(self._frame(blank.tick_tag(option), f"{blank.label}: {option}"))
        return self._slot(
            blank.tag,
            lambda value: box.pieces(option in value if isinstance(value, tuple) else option == value),
        )

    def _tick_alone(self, blank: Blank) -> str:
        box = TickControl(self._frame(blank.tag, blank.label))
        return self._slot(blank.tag, lambda value: box.pieces(value is True))


_PLACEHOLDERS = {
    FieldType.DATE: "blank_date",
    FieldType.TIME: "blank_time",
    FieldType.DATETIME: "blank_datetime",
    FieldType.SIGNATURE: "blank_signature",
}


def placeholder_of(blank: Blank, words: Locale, in_table: bool) -> str:
    """What stands in an empty blank: room for a pen, and outside of tables the marks between the figures of a date."""
    return words.word("forms", "blank_text" if in_table else _PLACEHOLDERS.get(blank.type, "blank_text"))


def _heading(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return column.label + unit + (_STAR if column.required else "")


def _printed_cells(form: Fillable) -> Iterator[Printed]:
    for part in form.parts:
        if isinstance(part, Grid):
            yield from (cell for cells in part.rows for cell in cells if isinstance(cell, Printed))


def _is_short(entry: Entry, width: int, words: Locale) -> bool:
    """True if half a line is enough for an entry."""
    blank = entry.blanks[0]
    if blank.type in (FieldType.MULTILINE, FieldType.SIGNATURE, FieldType.CHOICES, FieldType.CHECK):
        return False
    across = sum(ems(option) + 2.6 for option in blank.options) or ems(placeholder_of(blank, words, in_table=False))
    return ems(prose.plain_blocks(entry.hint)) <= _SHORT_EMS and across * _EM <= width - _PADDING


def _height(entry: Entry) -> int:
    blank = entry.blanks[0]
    if blank.type is FieldType.MULTILINE:
        return _LINE * blank.lines
    return _SIGNED_ROW if blank.type is FieldType.SIGNATURE else _ROW


# ------------------------------------------------------------------------ column widths


def _narrow(grid: Grid) -> Iterator[tuple[Column, int]]:
    """Each column on paper: its column, and which of its options it is for (-1 where it is for all)."""
    for column in grid.columns:
        if column.spread:
            yield from ((column, number) for number in range(len(column.options)))
        else:
            yield column, -1


def _least(grid: Grid) -> list[int]:
    """The least width of each column on paper."""
    found: list[int] = []
    for column, place in _narrow(grid):
        if place >= 0:
            found.append(max(_TICK_COLUMN, round(min(ems(column.options[place]), 3) * _EM) + _PADDING))
        elif column.key == "no" and column.type is FieldType.TEXT and all(isinstance(r[0], Printed) for r in grid.rows):
            found.append(_TICK_COLUMN)
        else:
            label = round(min(ems(_heading(column)) / 2, 6) * _EM) + _PADDING
            found.append(max(label, _column_width(column, grid)))
    return found


def _cells(grid: Grid, column: Column) -> list[Blank | Printed]:
    index = grid.columns.index(column)
    return [cells[index] for cells in grid.rows]


def _given_ems(column: Column, grid: Grid) -> float:
    """How wide the longest given text of a column is."""
    cells = (cell for cell in _cells(grid, column) if isinstance(cell, Printed))
    return max((ems(prose.plain_blocks(cell.blocks)) for cell in cells), default=0)


def _column_width(column: Column, grid: Grid) -> int:
    cells = _cells(grid, column)
    given = _given_ems(column, grid)
    printed = round(min(given, _MOST_GIVEN) * _EM) + _PADDING if given else 0
    boxed = next((cell for cell in cells if isinstance(cell, Blank) and cell.ticks), None)
    if boxed and boxed.options:
        across = sum(ems(option) + 2.6 for option in boxed.options)
        if boxed.type is FieldType.CHOICES or across > _MOST_ACROSS:
            across = max(ems(option) for option in boxed.options) + 2.6
        return max(printed, round(across * _EM) + _PADDING)
    return max(printed, _WIDTHS.get(column.type, _TEXT_LEAST))


def _weight(column: Column, option: int, grid: Grid) -> float:
    """How much of the spare width a column on paper takes; ``option`` is -1 for one that is not spread."""
    given = _given_ems(column, grid)
    if option < 0 and given > _MOST_GIVEN:
        return 1.0 + min(given, 60) / 20
    narrow = option >= 0 or given or column.type in _WIDTHS or column.type is FieldType.CHOICE
    return 0.15 if narrow else 1.0 + min(ems(column.label), 8) / 8


def _fit(least: Sequence[int], weights: Sequence[float], width: int) -> list[int]:
    """Widths that add up to ``width``."""
    spare = width - sum(least)
    total = sum(weights)
    if spare >= 0:
        found = [round(low + spare * weight / total) for low, weight in zip(least, weights, strict=True)]
    else:
        found = [round(low * width / sum(least)) for low in least]
    found[-1] += width - sum(found)
    return found

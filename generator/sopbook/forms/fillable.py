"""What there is to fill in on a form or a checklist: an ordered tree of blanks with stable tags."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sopbook import prose
from sopbook.locales import Locale
from sopbook.model import Checklist, Field, FieldGroup, FieldType, Form, Item, RowTable, Section
from sopbook.places import Place
from sopbook.prose import Block
from sopbook.word.controls import short_tag

_MOST_LISTED = 3
_MOST_LISTED_EMS = 8
_MOST_SPREAD = 6


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to fill in.

    ``tag`` is its stable name, ``label`` what people call it. With ``ticks`` there is a box for each
    option; otherwise a choice is a list that drops down.
    """

    tag: str
    label: str
    type: FieldType
    required: bool
    options: tuple[str, ...] = ()
    unit: str = ""
    lines: int = 1
    ticks: bool = False

    def tick_tag(self, option: str) -> str:
        """The tag of the box of an option."""
        return short_tag(f"{self.tag}:{option}")


@dataclass(frozen=True, slots=True)
class Printed:
    """A cell of a table that is given, not filled in."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A label with what is filled in beside it; a signature has a second blank, its date."""

    label: str
    required: bool
    hint: tuple[Block, ...]
    blanks: tuple[Blank, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that stand together."""

    title: str
    anchor: str
    entries: tuple[Entry, ...]
    notes: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. A ``spread`` one has a narrow column of boxes for each option."""

    key: str
    label: str
    type: FieldType
    required: bool
    options: tuple[str, ...]
    unit: str
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a row for each thing entered. Every row has as many cells as there are columns."""

    title: str
    anchor: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Blank | Printed, ...], ...]
    notes: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Fillable:
    """A form as something to fill in.

    ``sections`` is the running text that is printed below it; ``retention`` is empty for what is
    not kept by itself.
    """

    number: str
    title: str
    version: str
    retention: str
    parts: tuple[Group | Grid, ...]
    sections: tuple[Section, ...]

    def blanks(self) -> Iterator[Blank]:
        """All blanks, in reading order."""
        for part in self.parts:
            if isinstance(part, Group):
                for entry in part.entries:
                    yield from entry.blanks
            else:
                for row in part.rows:
                    yield from (cell for cell in row if isinstance(cell, Blank))

    @cached_property
    def by_tag(self) -> Mapping[str, Blank]:
        """Each blank by its tag."""
        return {blank.tag: blank for blank in self.blanks()}

    @cached_property
    def names(self) -> Mapping[str, Blank]:
        """Each blank by everything that people may call it: its tag, and its label where only one has it."""
        found = {fold(blank.tag): blank for blank in self.blanks()}
        labels = Counter(fold(blank.label) for blank in self.blanks())
        for blank in self.blanks():
            if labels[fold(blank.label)] == 1:
                found.setdefault(fold(blank.label), blank)
        for part in self.parts:
            for name, blank in _qualified(part):
                found.setdefault(fold(name), blank)
        return found

    def named(self, name: str) -> Blank | None:
        """The blank that goes by a name, or None."""
        return self.names.get(fold(name))

    def name_of(self, blank: Blank) -> str:
        """What to call a blank in a heading: its label, or its tag where several have that label."""
        return blank.label if self.names.get(fold(blank.label)) is blank else blank.tag


def _qualified(part: Group | Grid) -> Iterator[tuple[str, Blank]]:
    """The names of blanks within their part: group and label; table, row and column by title or id."""
    if isinstance(part, Group):
        for entry in part.entries:
            yield from ((f"{part.title}.{blank.label}", blank) for blank in entry.blanks)
        return
    for number, row in enumerate(part.rows, start=1):
        for column, cell in zip(part.columns, row, strict=True):
            if isinstance(cell, Blank):
                for table in (part.anchor, part.title):
                    yield from ((f"{table}.{number}.{name}", cell) for name in (column.key, column.label))


def fold(name: str) -> str:
    """How names are compared: without case, width, spaces and the mark of what is required."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split()).rstrip("*")


@lru_cache(maxsize=10_000)
def ems(text: str) -> float:
    """How wide text is, in widths of a Chinese character."""
    return sum(1.0 if prose.is_wide(char) else 0.55 for char in text)


def fillable(document: Form | Checklist, words: Locale) -> Fillable:
    """What there is to fill in on a document."""
    sections = tuple(section for section in document.sections if section.key not in ("revisions",) and section.blocks)
    if isinstance(document, Form):
        parts = tuple(_part(part, words) for part in document.parts)
        retention = document.retention
    else:
        parts, retention = _checklist(document, words), ""
    return Fillable(document.id, document.title, document.control.version, retention, parts, sections)


def _part(part: FieldGroup | RowTable, words: Locale) -> Group | Grid:
    if isinstance(part, FieldGroup):
        return Group(part.title, part.anchor, tuple(_entry(field, words) for field in part.fields), part.notes)
    return _grid(part, words)


def _entry(field: Field, words: Locale) -> Entry:
    blank = _blank(field, short_tag(field.anchor), field.label, ticks=True)
    blanks: tuple[Blank, ...] = (blank,)
    if field.type is FieldType.SIGNATURE:
        label = words.format("signature_date", label=field.label)
        blanks = (blank, Blank(short_tag(f"{field.anchor}.date"), label, FieldType.DATE, False))
    return Entry(field.label, field.required, field.hint, blanks)


def _blank(field: Field, tag: str, label: str, *, ticks: bool) -> Blank:
    boxed = field.type in (FieldType.CHOICES, FieldType.CHECK) or (field.type is FieldType.CHOICE and ticks)
    return Blank(tag, label, field.type, field.required, field.options, field.unit, field.lines, boxed)


def _grid(table: RowTable, words: Locale) -> Grid:
    given = bool(table.preset) and table.rows == len(table.preset)
    columns = tuple(_column(field, table.anchor, spread=given) for field in table.columns)
    rows: list[tuple[Blank | Printed, ...]] = []
    for number in range(1, table.rows + 1):
        preset = table.preset[number - 1] if number <= len(table.preset) else ("",) * len(columns)
        cells: list[Blank | Printed] = []
        for field, column, text in zip(table.columns, columns, preset, strict=True):
            if text:
                cells.append(printed(text, table.place))
                continue
            tag = short_tag(f"{table.anchor}.{number}.{column.key}")
            label = words.format("table_label", table=table.title or table.anchor, row=number, column=field.label)
            cells.append(_blank(field, tag, label, ticks=column.spread or _fits_in_cell(field.options)))
        rows.append(tuple(cells))
    return Grid(table.title, table.anchor, columns, tuple(rows), table.notes)


def _column(field: Field, table: str, *, spread: bool) -> Column:
    spreads = spread and field.type is FieldType.CHOICE and len(field.options) <= _MOST_SPREAD
    key = field.anchor.removeprefix(f"{table}.")
    return Column(key, field.label, field.type, field.required, field.options, field.unit, spreads)


def _fits_in_cell(options: tuple[str, ...]) -> bool:
    return len(options) <= _MOST_LISTED and sum(ems(option) + 1 for option in options) <= _MOST_LISTED_EMS


def printed(text: str, place: Place) -> Printed:
    """Given text as a cell."""
    return Printed((prose.Paragraph((prose.Text(text),), place),))


# --------------------------------------------------------------------------- checklist


def _checklist(checklist: Checklist, words: Locale) -> tuple[Group | Grid, ...]:
    """A checklist as a sheet: who and when, then a table for each group of items."""
    results = tuple(words.words("forms")["results"])
    head = Group(
        "",
        "round",
        (
            _plain_entry("area", FieldType.TEXT, words),
            _plain_entry("day", FieldType.DATE, words),
            _plain_entry("start", FieldType.TIME, words),
            _plain_entry("inspector", FieldType.SIGNATURE, words),
        ),
    )
    groups: dict[str, list[Item]] = {}
    for item in checklist.items:
        groups.setdefault(item.group, []).append(item)
    numbers = {item.anchor: number for number, item in enumerate(checklist.items, start=1)}
    columns = (
        Column("no", words.word("forms", "item_number"), FieldType.TEXT, False, (), ""),
        Column("item", words.word("ui", "item"), FieldType.TEXT, False, (), ""),
        Column("result", words.word("forms", "result"), FieldType.CHOICE, False, results, "", spread=True),
        Column("note", words.word("forms", "finding"), FieldType.TEXT, False, (), ""),
    )
    grids = (
        Grid(
            title or words.word("ui", "items"),
            f"items-{index}",
            columns,
            tuple(_item_row(item, numbers[item.anchor], results, words) for item in items),
        )
        for index, (title, items) in enumerate(groups.items(), start=1)
    )
    return (head, *grids)


def _plain_entry(key: str, type_: FieldType, words: Locale) -> Entry:
    label = words.word("forms", key)
    return Entry(label, False, (), (Blank(key, label, type_, False),))


def _item_row(item: Item, number: int, results: tuple[str, ...], words: Locale) -> tuple[Blank | Printed, ...]:
    title = f"{item.title} ★" if item.critical else item.title
    lines: list[Block] = [prose.Paragraph((prose.Strong((prose.Text(title),)),), item.place)]
    if item.criterion:
        lines.append(prose.Paragraph(item.criterion, item.place))
    lines += item.body
    if item.on_miss:
        miss = prose.Text(words.format("on_miss", label=words.word("labels", "on_miss")))
        lines.append(prose.Paragraph((miss, *item.on_miss), item.place))
    return (
        printed(str(number), item.place),
        Printed(tuple(lines)),
        Blank(short_tag(f"{item.anchor}.result"), item.title, FieldType.CHOICE, False, results, ticks=True),
        Blank(
            short_tag(f"{item.anchor}.note"),
            words.format("item_note", item=item.title),
            FieldType.TEXT,
            False,
        ),
    )

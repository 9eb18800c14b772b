"""What the readers of the kinds share: names, anchors and suffix values of one document."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from sopbook import prose
from sopbook.locales import canonical
from sopbook.model import Cover, Name, TimeLimit
from sopbook.places import Place
from sopbook.prose import Block, Inline, Suffix
from sopbook.read import quantities
from sopbook.read.collect import Collector
from sopbook.read.source import Source
from sopbook.values import Frequency

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RawItem:
    """A list item taken apart: bold title, suffix, the rest of its first paragraph, further blocks.

    ``bold`` tells whether the title was marked as one; otherwise it is the item's first line.
    """

    title: str
    bold: bool
    suffix: Suffix
    lead: tuple[Inline, ...]
    blocks: tuple[Block, ...]
    checked: bool | None
    place: Place

    @property
    def body(self) -> tuple[Block, ...]:
        """Everything below the title, the rest of the first paragraph included."""
        first: tuple[Block, ...] = (prose.Paragraph(self.lead, self.place),) if self.lead else ()
        return first + self.blocks


class Context:
    """The state of reading one document: where it is, what is wrong, which anchors are taken."""

    def __init__(self, source: Source, collector: Collector, blocks: tuple[Block, ...]) -> None:
        self.source = source
        self.collector = collector
        # An id that an author wrote goes before one that we derive, wherever it stands.
        self._explicit = {node.anchor for node in prose.walk(blocks) if isinstance(node, Suffix) and node.anchor}
        self._taken: dict[str, Place] = {}
        self._copies: defaultdict[str, int] = defaultdict(lambda: 1)

    # ------------------------------------------------------------------------ anchors

    def anchor(self, suffix: Suffix, title: str, place: Place, scope: str = "") -> str:
        """The stable name of a node: the author's own, else one made from its title."""
        if suffix.anchor:
            name = f"{scope}{suffix.anchor}"
            if name in self._taken:
                self.collector.add("SOP204", suffix.place, suffix.anchor, first=self._taken[name].line)
            self._taken.setdefault(name, suffix.place)
            return name
        return self.derived_anchor(f"{scope}{slug(title)}", place)

    def derived_anchor(self, wanted: str, place: Place) -> str:
        """``wanted``, with a number behind it if it is taken."""
        name = wanted
        while name in self._taken or name in self._explicit:
            self._copies[wanted] += 1
            name = f"{wanted}-{self._copies[wanted]}"
        self._taken[name] = place
        return name

    # ------------------------------------------------------------------ suffix values

    def allow(self, suffix: Suffix, *keys: str) -> None:
        """Report the keys and flags of a suffix that mean nothing on this kind of node."""
        for key in (*(key for key, _ in suffix.values), *sorted(suffix.flags)):
            if key not in keys:
                self.collector.add("SOP201", suffix.place, suffix.raw, key=key, close=keys)

    def words(self, suffix: Suffix, key: str) -> tuple[str, ...]:
        """The members of a comma-separated value."""
        return tuple(word.strip() for word in re.split("[,\uff0c]", suffix.get(key) or "") if word.strip())

    def names(self, suffix: Suffix, key: str) -> tuple[Name, ...]:
        """The members of a value that names things, each with its place."""
        return tuple(Name(word, self.within(suffix, word)) for word in self.words(suffix, key))

    def within(self, suffix: Suffix, word: str) -> Place:
        """Where a word of a suffix stands."""
        return self.source.locate(suffix.place.line, word, suffix.place.column)

    def value(self, suffix: Suffix, key: str, expected: str, read: Callable[[str], _T | None]) -> _T | None:
        """A typed value; None if the key is absent or (with a finding) its value is wrong."""
        written = suffix.get(key)
        if written is None:
            return None
        found = read(written)
        if found is None:
            place = self.within(suffix, written)
            self.collector.add("SOP202", place, written, key=key, value=written, expected=expected)
        return found

    def limit(self, suffix: Suffix) -> TimeLimit | None:
        """The ``within`` value: a duration or the name of a figure."""
        written = suffix.get("within")
        if not written:
            return None
        return TimeLimit(written, quantities.duration(written), self.within(suffix, written))

    def frequency(self, suffix: Suffix) -> Frequency | None:
        """The ``frequency`` value."""
        return self.value(suffix, "frequency", "frequency", quantities.frequency)

    def whole(self, suffix: Suffix, key: str, most: int) -> int | None:
        """A whole number from 1 to ``most``."""
        return self.value(suffix, key, "whole", lambda text: _whole(text, most))

    def covers(self, suffix: Suffix, anchor: str) -> tuple[Cover, ...]:
        """The requirements that a node answers."""
        return tuple(Cover(name.text, anchor, name.place) for name in self.names(suffix, "covers"))

    # --------------------------------------------------------------------- list items

    def item(self, item: prose.ListItem, *, nested_suffixes: bool = False) -> RawItem:
        """Take a list item apart; with ``nested_suffixes`` the blocks below it keep theirs."""
        clean = (lambda blocks: blocks) if nested_suffixes else self.clean
        if not item.blocks or not isinstance(item.blocks[0], prose.Paragraph):
            return RawItem("", False, _no_suffix(item.place), (), clean(item.blocks), item.checked, item.place)
        children = strip(item.blocks[0].children)
        suffix = next((node for node in children if isinstance(node, Suffix)), _no_suffix(item.place))
        rest = strip(tuple(node for node in children if node is not suffix))
        bold = bool(rest) and isinstance(rest[0], prose.Strong)
        end = 1 if bold else next((i for i, node in enumerate(rest) if isinstance(node, prose.SoftBreak)), len(rest))
        title = prose.plain(rest[:end]).strip()
        lead = self.clean_inlines(strip(rest[end:]))
        return RawItem(title, bold, suffix, lead, clean(item.blocks[1:]), item.checked, item.place)

    def need_title(self, item: RawItem) -> RawItem:
        """Report an item whose title is not set in bold (or is missing)."""
        if not item.bold:
            self.collector.add("SOP207", item.place, item.title[:60])
        return item

    # -------------------------------------------------------------- misplaced suffixes

    def clean(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """The blocks with every leftover suffix reported and turned back into text."""
        return tuple(self._clean_block(block) for block in blocks)

    def _clean_block(self, block: Block) -> Block:
        match block:
            case prose.Paragraph(children) | prose.Heading(children=children):
                return replace(block, children=self.clean_inlines(children))
            case prose.List(items=items):
                return replace(block, items=tuple(replace(item, blocks=self.clean(item.blocks)) for item in items))
            case prose.Table(header=header, rows=rows):
                return replace(block, header=self._clean_cells(header), rows=tuple(map(self._clean_cells, rows)))
            case prose.Quote(blocks) | prose.Callout(blocks=blocks):
                return replace(block, blocks=self.clean(blocks))
        return block

    def _clean_cells(self, cells: tuple[prose.Cell, ...]) -> tuple[prose.Cell, ...]:
        return tuple(replace(cell, children=self.clean_inlines(cell.children)) for cell in cells)

    def clean_inlines(self, inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
        """Like ``clean``, for inlines."""
        return tuple(self._clean_inline(node) for node in inlines)

    def _clean_inline(self, node: Inline) -> Inline:
        match node:
            case Suffix(raw=raw, place=place):
                self.collector.add("SOP203", place, raw)
                return prose.Text(raw)
            case prose.Strong(children) | prose.Emphasis(children) | prose.Link(children=children):
                return replace(node, children=self.clean_inlines(children))
        return node


def strip(inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The inlines without white space at either end."""
    found = list(inlines)
    while found and _is_blank(found[0]):
        found.pop(0)
    while found and _is_blank(found[-1]):
        found.pop()
    if found and isinstance(found[0], prose.Text):
        found[0] = prose.Text(found[0].text.lstrip())
    if found and isinstance(found[-1], prose.Text):
        found[-1] = prose.Text(found[-1].text.rstrip())
    return tuple(found)


def split_lines(inlines: tuple[Inline, ...]) -> list[tuple[Inline, ...]]:
    """The inlines of each source line."""
    lines: list[list[Inline]] = [[]]
    for node in inlines:
        if isinstance(node, prose.SoftBreak | prose.LineBreak):
            lines.append([])
        else:
            lines[-1].append(node)
    return [tuple(line) for line in lines]


def slug(title: str) -> str:
    """A title as an anchor: its letters and digits (of any script) in lower case, joined by hyphens."""
    return re.sub(r"[\W_]+", "-", title.casefold()).strip("-") or "part"


def spelled(table: str) -> Callable[[str], str | None]:
    """A reader of a word of one locale table."""
    return lambda word: canonical(table, word)


def labelled(line: tuple[Inline, ...], labels: Iterable[str]) -> tuple[Inline, ...] | None:
    """What follows ``label:`` at the start of a line (either colon), or None if the line has no such label."""
    if not line or not isinstance(line[0], prose.Text):
        return None
    first = line[0].text.lstrip()
    for label in labels:
        match = re.match(re.escape(label) + r"\s*[:\uff1a]\s*", first, re.IGNORECASE)
        if match:
            return strip((prose.Text(first[match.end() :]), *line[1:]))
    return None


def _is_blank(node: Inline) -> bool:
    return isinstance(node, prose.SoftBreak) or (isinstance(node, prose.Text) and not node.text.strip())


def _no_suffix(place: Place) -> Suffix:
    return Suffix("", "", (), frozenset(), place)


def _whole(text: str, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most else None

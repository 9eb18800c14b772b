"""The sections of a document, and the groups of lists inside a section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from sopbook import prose
from sopbook.locales import canonical
from sopbook.model import Kind, Section
from sopbook.places import Place
from sopbook.prose import Block, Suffix
from sopbook.read.context import Context, slug

_SHARED = frozenset({"purpose", "scope", "notes", "references", "revisions"})

SECTIONS: dict[Kind, frozenset[str]] = {
    Kind.DEPARTMENT: _SHARED | {"functions", "stages", "plans", "roles", "partners"},
    Kind.ROLE: _SHARED | {"duties", "qualifications", "authority", "training"},
    Kind.PROCEDURE: _SHARED
    | {"trigger", "preconditions", "steps", "acceptance", "exceptions", "escalation", "records", "risks", "questions"},
    Kind.CHECKLIST: _SHARED | {"items"},
    Kind.FORM: _SHARED | {"fields"},
    Kind.BANK: _SHARED | {"questions"},
    Kind.REFERENCE: _SHARED | {"terms", "contacts"},
}
"""The canonical headings that mean something in each kind."""


@dataclass(frozen=True, slots=True)
class Group:
    """A list in a section, under the ``###`` heading (if any) it belongs to."""

    heading: prose.Heading | None
    list: prose.List

    def title(self) -> str:
        """The heading's text; empty without a heading."""
        return _title(self.heading)


@dataclass(frozen=True, slots=True)
class TableGroup:
    """A table in a section, under the ``###`` heading (if any) it belongs to."""

    heading: prose.Heading | None
    table: prose.Table

    def title(self) -> str:
        """The heading's text; empty without a heading."""
        return _title(self.heading)


class Outline:
    """The sections of one document; readers take structured content out of them.

    What nobody takes stays in its section as running text, so nothing is lost.
    """

    def __init__(self, blocks: tuple[Block, ...], kind: Kind, context: Context) -> None:
        self._context = context
        self._sections: list[Section] = []
        for heading, inside in _parts(blocks):
            self._sections.append(self._section(kind, heading, inside))
        self._check_levels(blocks)

    def take_blocks(self, key: str) -> tuple[Block, ...]:
        """Take all blocks of a section."""
        section = self._find(key)
        if section is None:
            return ()
        self._replace(section, ())
        return section.blocks

    def take_lists(self, key: str) -> list[Group]:
        """Take the lists of a section, each with the heading above it; other blocks stay."""
        taken = self._take(key, prose.List)
        return [Group(heading, block) for heading, block in taken if isinstance(block, prose.List)]

    def take_tables(self, key: str) -> list[TableGroup]:
        """Take the tables of a section, each with the heading above it; other blocks stay."""
        taken = self._take(key, prose.Table)
        return [TableGroup(heading, block) for heading, block in taken if isinstance(block, prose.Table)]

    def finish(self) -> tuple[Section, ...]:
        """The sections as they are now, free of suffixes, empty ones without meaning left out."""
        cleaned = (replace(section, blocks=self._context.clean(section.blocks)) for section in self._sections)
        return tuple(section for section in cleaned if section.key or section.title or section.blocks)

    def place(self, key: str) -> Place | None:
        """Where the section's heading stands; None if there is no such section."""
        section = self._find(key)
        return section.place if section else None

    # ---------------------------------------------------------------------- internals

    def _take(self, key: str, kind: type[Block]) -> list[tuple[prose.Heading | None, Block]]:
        section = self._find(key)
        if section is None:
            return []
        taken: list[tuple[prose.Heading | None, Block]] = []
        rest: list[Block] = []
        heading: prose.Heading | None = None
        for block in section.blocks:
            if isinstance(block, kind):
                if heading in rest:
                    rest.remove(heading)
                taken.append((heading, block))
                continue
            if isinstance(block, prose.Heading):
                heading = block
            rest.append(block)
        self._replace(section, tuple(rest))
        return taken

    def _find(self, key: str) -> Section | None:
        return next((section for section in self._sections if section.key == key), None)

    def _replace(self, section: Section, blocks: tuple[Block, ...]) -> None:
        self._sections[self._sections.index(section)] = replace(section, blocks=blocks)

    def _section(self, kind: Kind, heading: prose.Heading | None, blocks: tuple[Block, ...]) -> Section:
        context = self._context
        if heading is None:
            place = blocks[0].place if blocks else Place(context.source.file)
            return Section("", "", "", blocks, place)
        suffix = next((node for node in heading.children if isinstance(node, Suffix)), None)
        title = prose.plain(heading.children).strip()
        key = canonical("headings", title) or ""
        if key not in SECTIONS[kind] or self._find(key):
            key = ""
        figures = None
        if suffix is not None:
            context.allow(suffix, "figures")
            figures = suffix.get("figures") or ("*" if "figures" in suffix.flags else None)
        if suffix is not None and suffix.anchor:
            anchor = context.anchor(suffix, title, heading.place)
        else:
            anchor = context.derived_anchor(key or slug(title), heading.place)
        return Section(key, title, anchor, blocks, heading.place, figures)

    def _check_levels(self, blocks: tuple[Block, ...]) -> None:
        level = 1
        seen: dict[str, int] = {}
        for block in blocks:
            if not isinstance(block, prose.Heading):
                continue
            title = prose.plain(block.children).strip()
            if block.level == 1 or block.level > level + 1:
                right = min(level + 1, max(2, block.level - 1)) if block.level > 1 else 2
                self._context.collector.add(
                    "SOP205", block.place, f"{'#' * block.level} {title}", level=block.level, right="#" * right
                )
            if block.level == 2:
                if title in seen:
                    self._context.collector.add("SOP206", block.place, title, title=title, first=seen[title])
                seen.setdefault(title, block.place.line)
            level = max(2, block.level)


def _title(heading: prose.Heading | None) -> str:
    return prose.plain(heading.children).strip() if heading else ""


def _parts(blocks: tuple[Block, ...]) -> Iterator[tuple[prose.Heading | None, tuple[Block, ...]]]:
    heading: prose.Heading | None = None
    inside: list[Block] = []
    for block in blocks:
        if isinstance(block, prose.Heading) and block.level <= 2:
            if heading is not None or inside:
                yield heading, tuple(inside)
            heading, inside = block, []
        else:
            inside.append(block)
    if heading is not None or inside:
        yield heading, tuple(inside)

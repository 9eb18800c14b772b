"""The part of the navigation that a page shows.

A reader sees the way to the page: the sections above it with what is in them, and of every other
section its name, which leads to its first page (unless there are very many). So pages of one
section share one navigation, and a page does not grow with the handbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sopbook.cache.tool import digest
from sopbook.compact_json import dumps

MOST_BESIDE = 30
"""Where more stand beside one another, a page shows of the sections only the one that it is in."""


@dataclass(eq=False, slots=True)
class Entry:
    """A page (with its path) or a section (with children) of the navigation."""

    title: str
    path: str = ""
    children: list[Entry] = field(default_factory=list)
    parent: Entry | None = None

    def above(self) -> Iterator[Entry]:
        """The sections that hold this entry, from the innermost."""
        section = self.parent
        while section is not None:
            yield section
            section = section.parent


@dataclass(frozen=True, slots=True)
class Visible:
    """An entry as a page shows it; of a section that the page is not in, the first child only."""

    title: str
    path: str
    children: tuple[Visible, ...]
    active: bool


class Navigation:
    """The navigation of a site, from mkdocs' form of it (lists of ``{title: path or list}``).

    ``open_level`` is the depth (from 1) at which the theme shows sections open even if the page is
    in another one beside them; 0 for none.
    """

    def __init__(self, items: Sequence[Any], *, open_level: int = 0) -> None:
        self._root = _section("", items)
        self._open_level = open_level
        self._flat = list(_pages(self._root))
        # A page that stands in two places belongs to the later one, as with mkdocs.
        self._index = {entry.path: index for index, entry in enumerate(self._flat)}
        self._digests: dict[Entry | None, str] = {}

    def find(self, path: str) -> Entry | None:
        """The entry of a page; None if the navigation does not name it."""
        index = self._index.get(path)
        return None if index is None else self._flat[index]

    def neighbours(self, path: str) -> tuple[Entry | None, Entry | None]:
        """The pages before and after a page."""
        index = self._index.get(path)
        if index is None:
            return None, None
        before = self._flat[index - 1] if index else None
        return before, self._flat[index + 1] if index + 1 < len(self._flat) else None

    def visible(self, section: Entry | None) -> tuple[Visible, ...]:
        """What the pages of a section show; with None, what a page outside the navigation shows."""
        active = {section, *section.above()} if section else set()
        return tuple(self._visible(entry, active, 1) for entry in self._root.children)

    def digest(self, path: str) -> str:
        """Changes with whatever the navigation shows on a page."""
        entry = self.find(path)
        section = entry.parent if entry and entry.parent is not self._root else None
        if section not in self._digests:
            self._digests[section] = digest(dumps([_plain(item) for item in self.visible(section)]))
        around = [(other.title, other.path) if other else None for other in (entry, *self.neighbours(path))]
        return digest(self._digests[section], dumps(around))

    def section_of(self, path: str) -> Entry | None:
        """The section that a page is in; None at the top and outside the navigation."""
        entry = self.find(path)
        return entry.parent if entry and entry.parent is not self._root else None

    def _visible(self, entry: Entry, active: set[Entry], level: int) -> Visible:
        beside = level == 1 or entry.parent in active
        whole = entry in active or (level == self._open_level and beside)
        shown = entry.children if whole else entry.children[:1]
        if len(shown) > MOST_BESIDE:
            shown = [child for child in shown if child.path or child in active]
        children = tuple(self._visible(child, active, level + 1) for child in shown)
        return Visible(entry.title, entry.path, children, entry in active)


def _section(title: str, items: Sequence[Any]) -> Entry:
    section = Entry(title)
    for item in items:
        name, content = next(iter(item.items())) if isinstance(item, dict) else ("", item)
        child = Entry(name, content) if isinstance(content, str) else _section(name, content)
        child.parent = section
        section.children.append(child)
    return section


def _pages(entry: Entry) -> Iterator[Entry]:
    for child in entry.children:
        if child.path:
            yield child
        else:
            yield from _pages(child)


def _plain(item: Visible) -> list[Any]:
    return [item.title, item.path, item.active, *map(_plain, item.children)]

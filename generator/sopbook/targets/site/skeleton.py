"""Pages of mkdocs-material from skeletons: what is the same on many pages is rendered once.

Nine tenths of a page's template say the same on every page that is equally deep in the site and shows
the same parts. So the template is rendered once with marks in the place of what differs, and cut
there; a page is then its skeleton with its own title, content and addresses between the pieces. A
test compares the pages with those of ``mkdocs build``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from mkdocs.utils import normalize_url

NAVIGATION, CONTENTS = "sopbook_navigation", "sopbook_toc"
"""The names under which the template gets the navigation and the table of contents."""

_FEATURES = frozenset(
    {
        "navigation.expand",
        "navigation.indexes",
        "navigation.prune",
        "navigation.sections",
        "navigation.top",
        "toc.follow",
    }
)
"""Features of the theme that do not make its templates look at more of a page than is listed here."""

_META = frozenset({"title", "hide"})

# What the filter that takes tags out of a title leaves as it is.
_PLAIN = re.compile(r"[^\s<&]+(?: [^\s<&]+)*")

# Characters for private use stand for nothing, so no template writes them. ``#`` keeps addresses as they are.
_MARK = re.compile("#?\ue000([a-z_]+)\ue001")

Render = Callable[[Mapping[str, object]], str]
"""Renders the page's template with some variables in the place of its own."""


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What decides the skeleton of a page."""

    depth: int
    hidden: tuple[str, ...]
    names_itself: bool
    has_heading: bool
    has_contents: bool
    has_address: bool
    has_previous: bool
    has_next: bool


class Skeletons:
    """The skeletons of one site."""

    def __init__(self, config: MkDocsConfig) -> None:
        theme = config.theme
        self._is_known = (
            theme.name == "material"
            and not theme.custom_dir
            and not config.hooks
            and not config.plugins
            and _FEATURES.issuperset(theme.get("features") or [])
        )
        self._skeletons: dict[_Kind, list[str]] = {}

    def serves(self, page: Page) -> bool:
        """True if it is known what the template shows of this page: it is the theme's own, and the page has no more."""
        return (
            self._is_known
            and _META.issuperset(page.meta)
            and not page.is_homepage
            and page.edit_url is None
            and _PLAIN.fullmatch(page.title or "") is not None
        )

    def page(self, page: Page, parts: Mapping[str, str], render: Render) -> str:
        """The HTML of a page. ``parts`` are its navigation and table of contents, by the names of their variables."""
        kind = _kind(page)
        if kind not in self._skeletons:
            marks = {name: _mark(name) for name in parts}
            self._skeletons[kind] = _MARK.split(render({"page": _blank(page, kind), **marks}))
        pieces = self._skeletons[kind]
        values = {
            "title": page.title,
            "named": page.meta.get("title"),
            "content": page.content,
            "address": page.canonical_url,
            "skip": page.toc.items[0].url if kind.has_contents else "",
            "previous": normalize_url(page.previous_page.url, page) if page.previous_page else "",
            "next": normalize_url(page.next_page.url, page) if page.next_page else "",
            **parts,
        }
        return "".join(values[piece] if at % 2 else piece for at, piece in enumerate(pieces))


class _Heading(str):
    """A mark that templates take for content with a heading."""

    __slots__ = ()

    def __contains__(self, part: object) -> bool:
        return part == "<h1" or super().__contains__(part)  # type: ignore[operator]


def _kind(page: Page) -> _Kind:
    return _Kind(
        depth=page.url.count("/"),
        hidden=tuple(page.meta.get("hide", ())),
        names_itself="title" in page.meta,
        has_heading="<h1" in (page.content or ""),
        has_contents=bool(page.toc.items),
        has_address=bool(page.canonical_url),
        has_previous=page.previous_page is not None,
        has_next=page.next_page is not None,
    )


def _blank(page: Page, kind: _Kind) -> Any:
    """A page with marks for what differs; templates find nothing else on it."""
    return SimpleNamespace(
        title=_mark("title"),
        meta={**page.meta, "title": _mark("named")} if kind.names_itself else page.meta,
        content=_Heading(_mark("content")) if kind.has_heading else _mark("content"),
        toc=[SimpleNamespace(url=f"#{_mark('skip')}")] if kind.has_contents else [],
        url="\ue000/" * kind.depth,
        canonical_url=_mark("address") if kind.has_address else None,
        previous_page=SimpleNamespace(url=f"#{_mark('previous')}") if kind.has_previous else None,
        next_page=SimpleNamespace(url=f"#{_mark('next')}") if kind.has_next else None,
        is_homepage=False,
        edit_url=None,
    )

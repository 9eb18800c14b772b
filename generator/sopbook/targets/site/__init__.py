"""The handbook site: a folder of Markdown pages that any builder can build, and the built site."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sopbook.cache.kept import store_of
from sopbook.cache.tool import digest, folder_digest, tool_digest
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.output import Product, inputs_at, shelf, write_file
from sopbook.resources import templates_folder
from sopbook.targets import Outcome, Target, TargetFailed, Workplace
from sopbook.targets.site.beside import (
    bytes_of,
    documents_searched,
    files_beside_pages,
    index_ahead,
    index_handed_over,
    load_what_is_beside,
    search_index,
    site_folders,
    without_search_index,
)
from sopbook.targets.site.builder import config_text, plain_config
from sopbook.targets.site.finish import finish_page, first_styles
from sopbook.targets.site.navigation import Navigation
from sopbook.targets.site.offline import WORKER, offline_files
from sopbook.targets.site.pages import Page, all_pages, navigation

if TYPE_CHECKING:
    from sopbook.targets.site.shell import Shell


@dataclass(frozen=True)
class Compiled:
    """The folder of Markdown: what was done, its files with their digests, and the configuration."""

    outcome: Outcome
    digests: Mapping[str, str]
    config: dict[str, Any]
    navigation: list[Any]
    own: Mapping[str, Any]


def generate(handbook: Handbook, place: Workplace) -> Compiled:
    """Write ``docs`` and ``mkdocs.yml`` into the output folder.

    Raises TargetFailed if the handbook's own ``mkdocs.yml`` or a template is wrong, or a file
    cannot be read or written.
    """
    own = _own_config(place.root)
    config = plain_config(handbook, own)
    docs = shelf(place.out / "docs", place.store, handbook.versions, place.ready)
    products = _pages(handbook, place.root) | files_beside_pages(handbook, place.root)
    if _is_first(place):
        documents_searched(handbook)
        made = docs.publish(without_search_index(products), more=partial(search_index, handbook))
    else:
        ahead = place.ready().get(NAME)
        index = search_index(handbook) if ahead is None else index_handed_over(handbook, ahead)
        made = docs.publish(products | index)
    items = navigation(handbook)
    try:
        write_file(place.out / "mkdocs.yml", config_text(config, items).encode())
    except OSError as error:
        raise TargetFailed(f"cannot write {error.filename}: {error.strerror}") from error
    return Compiled(made.outcome, made.digests, config, items, own)


def build(handbook: Handbook, place: Workplace) -> Outcome:
    """Write the pages and build the site."""
    # What takes time comes before what waits for the search's index.
    site = shelf(place.out / "site", place.store, ready=place.ready)
    _load_shell()
    compiled = generate(handbook, place)
    pages = _Site(compiled, place)
    made = site.publish(pages.products(), pages.offline)
    return compiled.outcome + made.outcome


def load(place: Workplace) -> None:
    """Load what a first build needs: others need less, and wait for the reading of one document only."""
    if _is_first(place):
        _load_shell()
        load_what_is_beside()


def begin(handbook: Handbook, place: Workplace) -> Callable[[], object] | None:
    """Brings the search's index up to date, which needs nothing from the pages.

    A first one is put together where it is needed: a whole index takes longer to hand over.
    """
    if _is_first(place) or not handbook.versions:
        return None
    return lambda: index_ahead(handbook, inputs_at(place.out / "docs", store_of(handbook)))


def _is_first(place: Workplace) -> bool:
    """True if there is no earlier build."""
    return not (place.out / "docs").is_dir()


# ------------------------------------------------------------------- the folder of Markdown


def _pages(handbook: Handbook, root: Path) -> dict[str, Product]:
    """Every page of the folder of Markdown."""
    folders = [root / "templates" / "pages", templates_folder() / "pages"]
    templates = folder_digest(folders)
    return {
        name: Product(_inputs(handbook, page, templates), partial(_encoded, page.text))
        for name, page in all_pages(handbook, folders).items()
    }


def _load_shell() -> type[Shell]:
    # Takes mkdocs a moment to load.
    from sopbook.targets.site.shell import Shell

    return Shell


def _inputs(handbook: Handbook, page: Page, templates: str) -> str:
    if handbook.versions is None:
        return ""
    version = handbook.versions.of(page.document) if page.document else handbook.versions.base
    return digest("page", version, templates)


def _encoded(text: Callable[[], str]) -> bytes:
    return text().encode()


def _own_config(root: Path) -> Mapping[str, Any]:
    """What the handbook's own ``mkdocs.yml`` says; empty if there is none.

    Raises TargetFailed if it is no YAML mapping.
    """
    path = root / "mkdocs.yml"
    if not path.is_file():
        return {}
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TargetFailed(f"{path.name}: {error}") from error
    if not isinstance(found, dict):
        raise TargetFailed(f"{path.name} is no mapping of keys to values")
    return found


# --------------------------------------------------------------------------- the built site


def _open_level(config: Mapping[str, Any]) -> int:
    """At which depth mkdocs-material's features keep sections of the navigation open."""
    theme = config.get("theme")
    features = theme.get("features") or [] if isinstance(theme, dict) else []
    if "navigation.sections" not in features:
        return 0
    return 2 if "navigation.tabs" in features else 1


class _Site:
    """The files of the built site, each with what decides it."""

    def __init__(self, compiled: Compiled, place: Workplace) -> None:
        self._compiled = compiled
        self._place = place
        self._navigation = Navigation(compiled.navigation, open_level=_open_level(compiled.config))
        self._docs = place.out / "docs"
        self._styles = first_styles(site_folders(place.root))

    def products(self) -> dict[str, Product]:
        """Pages, the theme's files, and what the folder of Markdown holds besides pages."""
        look, docs = self._look, str(self._docs)
        products: dict[str, Product] = {}
        for name, path in self._shell.theme_files().items():
            # What the theme's own developers need is a quarter of a small site.
            if not name.endswith(".map"):
                products[name] = Product(look, partial(bytes_of, path))
        products["404.html"] = Product(digest(look, self._navigation.digest("")), self._not_found)
        for name, sha in self._compiled.digests.items():
            if name.endswith(".md"):
                address = f"{name.removesuffix('.md')}.html"
                inputs = digest(look, sha, self._navigation.digest(name))
                products[address] = Product(inputs, partial(self._page, name))
            elif name != WORKER:  # which gets the digest of all other files
                original = f"{docs}/{name}"
                products[name] = Product(f"copy {sha}", partial(bytes_of, original), same_as=(original, sha))
        return products

    def offline(self, digests: Mapping[str, str]) -> Mapping[str, bytes]:
        """The list of files for the service worker, and the worker that knows this list's digest."""
        return offline_files(bytes_of(self._docs / WORKER), digests)

    @cached_property
    def _shell(self) -> Shell:
        pages = frozenset(name for name in self._compiled.digests if name.endswith(".md"))
        config_file = self._place.out / "mkdocs.yml"
        key = digest(self._look, str(config_file), json.dumps(self._compiled.navigation), *sorted(pages))
        # A program that builds again and again (``sopbook serve``) need not compile the templates each time.
        if key not in _shells:
            _shells.clear()
            _shells[key] = _load_shell()(self._compiled.config, config_file, self._navigation, pages)
        return _shells[key]

    @cached_property
    def _look(self) -> str:
        """The digest of what decides how all pages look."""
        config = json.dumps(self._compiled.config, default=str)
        return digest(tool_digest(), config, self._theme_digest, self._styles)

    @cached_property
    def _theme_digest(self) -> str:
        """The house's own theme folder and hooks, if it has any."""
        theme = self._compiled.own.get("theme", {})
        own = theme.get("custom_dir") if isinstance(theme, dict) else None
        hooks = self._compiled.own.get("hooks") or []
        files = [path for hook in hooks if (path := self._place.root / str(hook)).is_file()]
        folders = [self._place.root / str(own)] if own else []
        return digest(folder_digest(folders), *(path.read_bytes() for path in files))

    def _page(self, name: str) -> bytes:
        return self._final(self._shell.page(name, bytes_of(self._docs / name).decode()), name)

    def _not_found(self) -> bytes:
        return self._final(self._shell.not_found(), "404.md")

    def _final(self, html: str, name: str) -> bytes:
        """The one place that the HTML of every page passes through; ``name`` is its path in the folder of Markdown."""
        return finish_page(html, self._styles).encode("utf-8", "xmlcharrefreplace")


_shells: dict[str, Shell] = {}
"""The last shell, by the digest of all that decides it."""

NAME = "site"

TARGET = Target(
    name=NAME,
    summary=Text("员工手册网站(docs/ 与 site/)", "the handbook site (docs/ and site/)"),
    build=build,
    load=load,
    begin=begin,
)

__all__ = ["TARGET", "Compiled", "begin", "build", "generate"]

"""Pages in mkdocs-material's templates: what ``mkdocs build`` makes of a page, made page by page.

mkdocs renders every page whenever it builds, and the whole navigation into each of them. Here its
own parts (configuration, Python-Markdown, templates) render the pages that are asked for, with
the part of the navigation that they show; that is rendered once for all pages of a section. A
test compares the result with that of ``mkdocs build``: they differ in blank lines only.
"""

from __future__ import annotations

import fnmatch
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
import mkdocs
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation as MkDocsNavigation
from mkdocs.structure.nav import Section
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from mkdocs.utils import markdown_extensions, meta

from sopbook.targets import TargetFailed
from sopbook.targets.site.compiled import kept_templates
from sopbook.targets.site.navigation import Entry, Navigation, Visible
from sopbook.targets.site.quick import convert
from sopbook.targets.site.skeleton import CONTENTS, NAVIGATION, Skeletons

_KEPT_TREES = 16
"""Pages come section by section, so few navigations are needed at a time."""

_FIRST = '{% import "partials/language.html" as lang with context %}{% set features = config.theme.features or [] %}'
_NAV = _FIRST + '{% include "partials/nav.html" %}'
_ACTIVE = _FIRST + '{% import "partials/nav-item.html" as item with context %}{{ item.render(page, "__nav", 1) }}'
_CONTENTS = _FIRST + '{% include "partials/toc.html" %}'
_ITEM, _ITEM_END = '<li class="md-nav__item">', "</li>"
_NOT_PUBLISHED = (".*", "*/.*", "*.py", "*.pyc", "*.html", "*readme*", "mkdocs_theme.yml", "locales/*")


@dataclass
class _Tree:
    """The navigation that the pages of a section show, with the pages that it links to by path."""

    navigation: MkDocsNavigation
    pages: dict[str, Page]
    html: str = ""
    outside: dict[int, str] = field(default_factory=dict)

    def split(self, url: str) -> tuple[str, str] | None:
        """The HTML before and after the item that leads to ``url``; None if there is not just one such item."""
        link = f'<a href="{url}" class="md-nav__link">'
        if self.html.count(link) != 1:
            return None
        at = self.html.index(link)
        start, end = self.html.rfind(_ITEM, 0, at), self.html.find(_ITEM_END, at)
        if start < 0 or end < 0 or self.html[start + len(_ITEM) : at].strip():
            return None
        return self.html[:start], self.html[end + len(_ITEM_END) :]

    @cached_property
    def urls(self) -> frozenset[str]:
        """The addresses of these pages."""
        return frozenset(page.url for page in self.pages.values())


class Shell:
    """Renders pages of one site. ``config`` is mkdocs' configuration without the navigation.

    Raises TargetFailed with mkdocs' message if the configuration or a template is wrong.
    """

    def __init__(
        self, config: Mapping[str, Any], config_file: Path, navigation: Navigation, known: frozenset[str]
    ) -> None:
        self._navigation = navigation
        self._config = _loaded(config, config_file)
        self._files = _KnownFiles(known, self._config)
        self._skeletons = Skeletons(self._config)
        contents = {"partials/toc.html": f"{{{{ {CONTENTS} }}}}"}
        self._whole = self._environment({})
        around = self._environment(contents)
        self._env = self._config.plugins.on_env(
            self._environment({**contents, "partials/nav.html": f"{{{{ {NAVIGATION} }}}}"}),
            config=self._config,
            files=self._files,
        )
        self._contents = self._whole.from_string(_CONTENTS)
        self._nav = around.from_string(_NAV)
        self._active = around.from_string(_ACTIVE)
        self._trees: dict[Entry | None, _Tree] = {}

    def _environment(self, ours: Mapping[str, str]) -> jinja2.Environment:
        """The theme's templates, with some of our own in their place."""
        environment = self._config.theme.get_env()
        if environment.loader is not None:
            environment.loader = jinja2.ChoiceLoader([jinja2.DictLoader(ours), environment.loader])
        environment.bytecode_cache = kept_templates()
        return environment

    # ------------------------------------------------------------------------------ pages

    def page(self, path: str, text: str) -> str:
        """The HTML of a page, from its path in the folder of Markdown and its text."""
        with _errors_named(path):
            tree = self._tree(self._navigation.section_of(path))
            entry = self._navigation.find(path)
            page = tree.pages.get(path) or self._outside(path, entry)
            self._between(page, path)
            self._fill(page, text)
            page.active = True
            try:
                return self._in_template(page, tree)
            finally:
                page.active = False
                page.content = page.markdown = None

    def content(self, path: str, text: str) -> Page:
        """A page with its content and table of contents, but no template around it."""
        with _errors_named(path):
            page = self._outside(path, self._navigation.find(path))
            self._fill(page, text)
            return page

    def not_found(self) -> str:
        """The page for addresses that lead nowhere; its links are absolute, since it shows anywhere."""
        with _errors_named("404.html"):
            tree = self._tree(None)
            base = urlsplit(self._config.site_url or "/").path
            context = get_context(tree.navigation, self._files, self._config, base_url=base)
            events, template = self._config.plugins, self._whole.get_template("404.html")
            template = events.on_pre_template(template, template_name="404.html", config=self._config)
            context = events.on_template_context(context, template_name="404.html", config=self._config)
            html = template.render(context)
            return str(events.on_post_template(html, template_name="404.html", config=self._config))

    def _fill(self, page: Page, text: str) -> None:
        events = self._config.plugins
        self._config._current_page = page
        page = events.on_pre_page(page, config=self._config, files=self._files)
        page.markdown, page.meta = meta.get_data(text)
        page.markdown = events.on_page_markdown(page.markdown, page=page, config=self._config, files=self._files)
        quick = convert(page.markdown)
        if quick is not None:
            page.content, page._title_from_render = quick.content, quick.title
            page.toc = get_toc(quick.toc)  # type: ignore[arg-type]
        else:
            page.render(self._config, self._files)
        page.content = events.on_page_content(page.content or "", page=page, config=self._config, files=self._files)

    def _in_template(self, page: Page, tree: _Tree) -> str:
        context = get_context(tree.navigation, self._files, self._config, page)
        parts = {CONTENTS: self._contents.render(context)}
        parts[NAVIGATION] = self._navigation_html(page, tree, {**context, **parts})
        template = self._env.get_template(str(page.meta.get("template", "main.html")))
        if self._skeletons.serves(page):
            return self._skeletons.page(page, parts, lambda ours: str(template.render({**context, **ours})))
        events = self._config.plugins
        context = events.on_page_context(context, page=page, config=self._config, nav=tree.navigation)
        html = events.on_post_page(template.render({**context, **parts}), page=page, config=self._config)
        return str(html)

    # ------------------------------------------------------------------------- navigation

    def _navigation_html(self, page: Page, tree: _Tree, context: Mapping[str, Any]) -> str:
        """The navigation as the theme renders it for this page.

        Siblings differ in one item only, the page itself; where it cannot be told (a section's
        own page, a template of the house's), the whole is rendered.
        """
        if page.url not in tree.urls:
            return self._navigation_outside(page, tree, context)
        if page.is_index and page.parent is None:
            return str(self._nav.render(context))
        if not tree.html:
            tree.html = self._without_page(page, context)
        relative = "../" * page.url.count("/") + page.url
        parts = tree.split(relative)
        if parts is None:
            return str(self._nav.render(context))
        active = self._active.render(context).strip()
        # The theme calls a page ``./`` on the page itself.
        return active.join(part.replace(f'href="{relative}"', 'href="./"') for part in parts)

    def _navigation_outside(self, page: Page, tree: _Tree, context: Mapping[str, Any]) -> str:
        """The navigation of a page that it does not name: only the way to the top tells it from others."""
        theme = self._config.theme
        # The house's own templates may show anything, and one feature puts the page's headings into it.
        if theme.custom_dir or "toc.integrate" in (theme.get("features") or []):
            return str(self._nav.render(context))
        depth = page.url.count("/")
        if depth not in tree.outside:
            tree.outside[depth] = str(self._nav.render(context))
        return tree.outside[depth]

    def _without_page(self, page: Page, context: Mapping[str, Any]) -> str:
        """The navigation of the page's section with the section open and none of its pages marked."""
        page.active = False
        if page.parent is not None:
            page.parent.active = True
        try:
            other = self._outside("__none__/index.md", None)
            return str(self._nav.render({**context, "page": other}))
        finally:
            page.active = True

    def _tree(self, section: Entry | None) -> _Tree:
        if section not in self._trees:
            while len(self._trees) >= _KEPT_TREES:
                del self._trees[next(iter(self._trees))]
            pages: dict[str, Page] = {}
            items = [self._item(visible, pages) for visible in self._navigation.visible(section)]
            self._trees[section] = _Tree(MkDocsNavigation(items, list(pages.values())), pages)
        return self._trees[section]

    def _item(self, visible: Visible, pages: dict[str, Page]) -> Page | Section:
        if visible.path:
            # As with mkdocs, a page that stands in two places is one page.
            if visible.path not in pages:
                pages[visible.path] = self._made(visible.title, visible.path)
            return pages[visible.path]
        section = Section(visible.title, [self._item(child, pages) for child in visible.children])
        for child in section.children:
            child.parent = section
        section.active = visible.active
        return section

    def _between(self, page: Page, path: str) -> None:
        before, after = self._navigation.neighbours(path)
        page.previous_page = self._made(before.title, before.path) if before else None
        page.next_page = self._made(after.title, after.path) if after else None

    def _outside(self, path: str, entry: Entry | None) -> Page:
        return self._made(entry.title if entry else None, path)

    def _made(self, title: str | None, path: str) -> Page:
        return Page(title or None, self._files.file(path), self._config)

    # ------------------------------------------------------------------------------ theme

    def theme_files(self) -> dict[str, Path]:
        """The theme's styles, scripts and pictures by their path in the site."""
        patterns = [*_NOT_PUBLISHED, *(f"*{suffix}" for suffix in markdown_extensions)]
        patterns += self._config.theme.static_templates
        found: dict[str, Path] = {}
        for folder in self._config.theme.dirs:
            for above, folders, names in os.walk(folder):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                for name in sorted(names):
                    path = Path(above, name)
                    relative = path.relative_to(folder).as_posix()
                    if not any(fnmatch.fnmatch(relative.lower(), pattern) for pattern in patterns):
                        found.setdefault(relative, path)
        return found


class _KnownFiles(Files):
    """The pages of the site as mkdocs wants to see them, each made when asked for."""

    def __init__(self, paths: frozenset[str], config: MkDocsConfig) -> None:
        super().__init__([])
        self._paths = paths
        self._site = config.site_dir
        self._made: dict[str, File] = {}

    def file(self, path: str) -> File:
        """The file with that path in the folder of Markdown."""
        # mkdocs takes two entries of the navigation for one page if they have the same file.
        if path not in self._made:
            self._made[path] = File(path, None, self._site, use_directory_urls=True)
        return self._made[path]

    def get_file_from_path(self, path: str) -> File | None:
        """As mkdocs' own."""
        return self.file(path) if path in self._paths else None


def _loaded(config: Mapping[str, Any], config_file: Path) -> MkDocsConfig:
    loaded = MkDocsConfig(config_file_path=str(config_file))
    with _errors_named("mkdocs.yml"):
        loaded.load_dict(dict(config))
        errors, _ = loaded.validate()
        if errors:
            raise TargetFailed("mkdocs: " + "; ".join(f"{key}: {error}" for key, error in errors))
        loaded.plugins.on_startup(command="build", dirty=False)
        loaded = loaded.plugins.on_config(loaded)
        # The navigation is cut to what a page shows; the theme has to know.
        features = list(loaded.theme.get("features", []))
        if "navigation.prune" not in features:
            loaded.theme["features"] = [*features, "navigation.prune"]
    return loaded


@contextmanager
def _errors_named(what: str) -> Iterator[None]:
    """Turns what mkdocs and the templates raise into TargetFailed, and keeps mkdocs' log off the terminal."""
    logger = logging.getLogger("mkdocs")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        raise TargetFailed(f"template {error.filename or error.name}, line {error.lineno}: {error.message}") from error
    except (MkDocsException, jinja2.TemplateError, SystemExit) as error:
        raise TargetFailed(f"mkdocs: {what}: {error}") from error
    finally:
        logger.setLevel(before)


MKDOCS_VERSION = mkdocs.__version__

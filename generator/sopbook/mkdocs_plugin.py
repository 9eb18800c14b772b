"""The mkdocs plugin: ``mkdocs build`` and ``mkdocs serve`` compile ``sop/`` first.

Thin on purpose: it calls the site target and hands mkdocs the folder of Markdown. What a page
means is decided there.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

from mkdocs.config import base
from mkdocs.config import config_options as option
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority

from sopbook.cache.readings import CachedReader
from sopbook.cache.store import CACHE, Store
from sopbook.errors import HandbookNotFound
from sopbook.handbooks import load
from sopbook.output import locked
from sopbook.read.tree import SOURCES
from sopbook.targets import TargetFailed, Workplace
from sopbook.targets.site import Compiled, generate
from sopbook.targets.site.beside import site_folders
from sopbook.targets.site.finish import finish_page, first_styles
from sopbook.targets.site.offline import WORKER, offline_files


class SopbookOptions(base.Config):  # type: ignore[no-untyped-call]
    """The plugin's options. ``out``: where compiled files go, relative to ``mkdocs.yml``."""

    out = option.Type(str, default="build")


class SopbookPlugin(BasePlugin[SopbookOptions]):  # type: ignore[no-untyped-call]
    """Gives mkdocs the compiled handbook instead of its sources."""

    def __init__(self) -> None:
        self._root = Path()
        self._reader: CachedReader | None = None
        self._styles = ""
        self._serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Having this event makes mkdocs keep the plugin between the builds of ``mkdocs serve``."""
        self._serving = command == "serve"

    @event_priority(100)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Compile the handbook and point mkdocs at the result."""
        self._root = Path(config.config_file_path).parent.resolve()
        out = self._root / self.config.out
        place = Workplace(self._root, out, Store(out / CACHE))
        self._reader = self._reader or CachedReader(place.store or Store(None))
        try:
            handbook = load(self._root, self._reader)
            with locked(place.out):
                compiled = generate(handbook, place)
        except HandbookNotFound as missing:
            raise PluginError(f"sopbook: there is no handbook in {missing.args[0]}") from missing
        except TargetFailed as failed:
            raise PluginError(f"sopbook: {failed}") from failed
        self._styles = first_styles(site_folders(self._root))
        self._apply(config, compiled, place)
        return config

    def _apply(self, config: MkDocsConfig, compiled: Compiled, place: Workplace) -> None:
        config.docs_dir = str(place.out / "docs")
        config.nav = compiled.navigation
        styles = compiled.config["extra_css"]
        config.extra_css = [*config.extra_css, *(style for style in styles if style not in config.extra_css)]
        named = {str(script) for script in config.extra_javascript}
        scripts = [script for script in compiled.config["extra_javascript"] if _path(script) not in named]
        config.extra_javascript = [*config.extra_javascript, *map(option.ExtraScript().validate, scripts)]  # type: ignore[no-untyped-call]
        config.theme["language"] = compiled.config["theme"]["language"]

    def on_post_page(self, output: str, *, page: Any, config: MkDocsConfig) -> str:
        """Give a built page its last touch."""
        return finish_page(output, self._styles)

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """List the files for the service worker; an author who looks at edits wants no copies of old pages."""
        site = Path(config.site_dir)
        if not self._serving and (site / WORKER).is_file():
            paths = (path for path in sorted(site.rglob("*")) if path.is_file())
            digests = {p.relative_to(site).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
            for name, data in offline_files((site / WORKER).read_bytes(), digests).items():
                (site / name).write_bytes(data)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: Any) -> LiveReloadServer:
        """Watch the sources, not the compiled pages, which each build writes."""
        server.unwatch(config.docs_dir)
        server.watch(str(self._root / SOURCES))
        if (self._root / "templates").is_dir():
            server.watch(str(self._root / "templates"))
        return server


def _path(script: str | dict[str, Any]) -> str:
    """The path of a script as ``mkdocs.yml`` may name it."""
    return script if isinstance(script, str) else str(script["path"])

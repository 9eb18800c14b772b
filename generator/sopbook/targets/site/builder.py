"""From the folder of Markdown to HTML, with mkdocs and mkdocs-material.

Everything that mkdocs has to be told is in one plain configuration, so that any builder that
reads ``mkdocs.yml`` can build the same folder without this package.
"""

from __future__ import annotations

import hashlib
import html
import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from mkdocs.commands.build import build as build_mkdocs
from mkdocs.config import load_config
from mkdocs.exceptions import MkDocsException

from sopbook.link.handbook import Handbook
from sopbook.locales import locale
from sopbook.output import recover_folder, switch_folder
from sopbook.targets import Outcome, TargetFailed
from sopbook.targets.site.finish import finish_page
from sopbook.targets.site.offline import WORKER, offline_files

STAMP = ".sopbook"
"""A file in the built site that says what it was built from."""

STYLES = ("assets/sopbook.css", "assets/search.css", "assets/forms.css", "assets/training.css")
"""The stylesheets of every page."""

SCRIPT = {"path": "assets/sopbook.js", "type": "module"}
"""The one script that every page names; it fetches the others where there is something for them to do."""

_TOOLS = ("sopbook", "mkdocs", "mkdocs-material", "markdown")


def plain_config(handbook: Handbook, navigation: list[Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The builder's configuration for ``build/docs``.

    ``own`` is the handbook's own ``mkdocs.yml``, which may say anything but where things are;
    plugins stay out, since not every builder runs them.
    """
    language = handbook.settings.language
    config: dict[str, Any] = {
        "site_name": html.escape(handbook.settings.title, quote=False),
        "theme": {
            "name": "material",
            "language": language,
            "font": False,
            "features": [
                "navigation.indexes",
                "navigation.prune",
                "navigation.top",
                "toc.follow",
            ],
            "palette": [
                {
                    "media": "(prefers-color-scheme: light)",
                    "scheme": "default",
                    "primary": "teal",
                    "accent": "deep orange",
                    "toggle": {"icon": "material/weather-night", "name": _toggle(language, "dark")},
                },
                {
                    "media": "(prefers-color-scheme: dark)",
                    "scheme": "slate",
                    "primary": "teal",
                    "accent": "amber",
                    "toggle": {"icon": "material/weather-sunny", "name": _toggle(language, "light")},
                },
            ],
        },
        "extra": {"generator": False},
    }
    if handbook.settings.base_url:
        config["site_url"] = handbook.settings.base_url
    config |= {key: value for key, value in own.items() if key not in ("docs_dir", "site_dir", "plugins", "INHERIT")}
    config |= {
        "docs_dir": "docs",
        "site_dir": "site",
        "use_directory_urls": True,
        "nav": navigation,
        "extra_css": [*own.get("extra_css", []), *STYLES],
        "extra_javascript": [*own.get("extra_javascript", []), SCRIPT],
        "markdown_extensions": ["attr_list", "tables", {"toc": {"permalink": False}}],
        # Nor its own search: search.js takes its place.
        "plugins": [],
    }
    return config


def _toggle(language: str, scheme: str) -> str:
    return locale(language).word("ui", f"switch_to_{scheme}")


def write_config(path: Path, config: Mapping[str, Any]) -> bytes:
    """The configuration as YAML, written if it changed; returns its bytes."""
    data = yaml.safe_dump(dict(config), allow_unicode=True, sort_keys=False, width=1000).encode()
    if not path.is_file() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return data


def build_site(out: Path, styles: str, inputs: Iterable[bytes]) -> Outcome:
    """Build ``out/docs`` into ``out/site``, unless it was built from the same ``inputs`` before.

    ``styles`` is CSS for the time until a page's stylesheets are there (see ``finish``).

    The last good site stays in place until the new one is whole. Raises TargetFailed with the
    builder's message if it cannot build.
    """
    site = out / "site"
    recover_folder(site)
    stamp = _stamp([*inputs, styles.encode()])
    if (site / STAMP).is_file() and (site / STAMP).read_text("utf-8") == stamp:
        return Outcome(0, sum(1 for path in site.rglob("*") if path.is_file()) - 1, 0)
    fresh = out / ".site.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with _errors_of_mkdocs() as errors:
        try:
            config = load_config(str(out / "mkdocs.yml"), site_dir=str(fresh))
            config.plugins.on_startup(command="build", dirty=False)
            build_mkdocs(config)
        except (MkDocsException, SystemExit) as error:
            shutil.rmtree(fresh, ignore_errors=True)
            raise TargetFailed(f"mkdocs: {'; '.join(errors) or error}") from error
    _make_reproducible(fresh)
    for page in sorted(fresh.rglob("*.html")):
        page.write_text(finish_page(page.read_text("utf-8"), styles), "utf-8")
    _make_offline(fresh)
    (fresh / STAMP).write_text(stamp, "utf-8")
    switch_folder(fresh, site)
    return Outcome(sum(1 for path in site.rglob("*") if path.is_file()) - 1, 0, 0)


@contextmanager
def _errors_of_mkdocs() -> Iterator[list[str]]:
    """Collect what mkdocs logs as errors, and keep its other messages (a line a page) off the terminal."""
    found: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("mkdocs")
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR)
    logger.propagate = False
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


def _stamp(inputs: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for tool in _TOOLS:
        digest.update(f"{tool} {version(tool)}\n".encode())
    for data in inputs:
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest() + "\n"


def _make_offline(site: Path) -> None:
    """Give the service worker its list of the site's files."""
    paths = sorted(path for path in site.rglob("*") if path.is_file())
    digests = {path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    for name, data in offline_files((site / WORKER).read_bytes(), digests).items():
        (site / name).write_bytes(data)


def _make_reproducible(site: Path) -> None:
    """Drop what mkdocs dates with the day of the build: the same sources give the same bytes."""
    for name in ("sitemap.xml", "sitemap.xml.gz"):
        (site / name).unlink(missing_ok=True)
    # What the theme's own developers need is a quarter of a small site.
    for path in site.rglob("*.map"):
        path.unlink()

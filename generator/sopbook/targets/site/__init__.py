"""The handbook site: a folder of Markdown pages that any builder can build, and the built site."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sopbook.forms.files import page_files, template_folders
from sopbook.link.assets import files_used, is_publishable
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, locale
from sopbook.model import Role
from sopbook.output import sync_folder
from sopbook.read.links import relative_path
from sopbook.resources import site_folder, templates_folder
from sopbook.search.index import build_index
from sopbook.search.shards import search_files
from sopbook.targets import Outcome, Target, TargetFailed, Workplace
from sopbook.targets.site.builder import build_site, plain_config, write_config
from sopbook.targets.site.calendar import calendar_file
from sopbook.targets.site.finish import FIRST_STYLES, first_styles
from sopbook.targets.site.pages import navigation, render_pages
from sopbook.targets.site.training import training_files


def generate(handbook: Handbook, place: Workplace) -> tuple[Outcome, list[bytes], dict[str, Any]]:
    """Write ``docs`` and ``mkdocs.yml`` into the output folder.

    Returns what was done, the bytes that decide the site, and the configuration.
    """
    files = _files(handbook, place.root)
    outcome = sync_folder(place.out / "docs", files)
    config = plain_config(handbook, navigation(handbook), _own_config(place.root))
    written = write_config(place.out / "mkdocs.yml", config)
    decisive = [written]
    for name in sorted(files):
        decisive += [name.encode(), files[name]]
    return outcome, decisive, config


def build(handbook: Handbook, place: Workplace) -> Outcome:
    """Write the pages and build the site."""
    outcome, decisive, _ = generate(handbook, place)
    styles = first_styles(site_folders(place.root))
    return outcome + build_site(place.out, styles, decisive)


def _files(handbook: Handbook, root: Path) -> dict[str, bytes]:
    """Everything in the folder of Markdown: pages, the files beside the documents, our own parts."""
    pages = render_pages(handbook, [root / "templates" / "pages", templates_folder() / "pages"])
    files = {name: text.encode() for name, text in pages.items()}
    words = locale(handbook.settings.language)
    files |= training_files(handbook)
    files["calendar/recurring.ics"] = calendar_file(handbook, words)
    files |= page_files(handbook, template_folders(root))
    for document in handbook.documents:
        if isinstance(document, Role):
            files[f"{document.id}/calendar.ics"] = calendar_file(handbook, words, document.title)
        for use in files_used(document):
            if use.path is not None and is_publishable(use, handbook.assets):
                name = posixpath.join(document.id, relative_path(use.href) or "")
                files[name] = (root / use.path).read_bytes()
    for folder in reversed(site_folders(root)):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name != FIRST_STYLES:
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files | search_files(build_index(handbook))


def site_folders(root: Path) -> list[Path]:
    """The folders of the site's own parts: the house's goes before ours."""
    return [root / "site", site_folder()]


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


TARGET = Target(
    name="site",
    summary=Text("员工手册网站（docs/ 与 site/）", "the handbook site (docs/ and site/)"),
    build=build,
)

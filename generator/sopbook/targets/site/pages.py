"""The pages of the site: a pure function from the handbook to Markdown texts."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2

from sopbook.cache.tool import folder_digest
from sopbook.link.derived import departments
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale, locale
from sopbook.model import Document, Kind
from sopbook.targets import TargetFailed
from sopbook.targets.site.compiled import kept_templates
from sopbook.targets.site.html import Html, css_text, heading_anchor, markdown_text
from sopbook.targets.site.navigation import MOST_BESIDE
from sopbook.targets.site.overviews import OVERVIEWS
from sopbook.targets.site.training import TrainingPage, has_training, training_pages
from sopbook.targets.site.view import KIND_PAGES, Group, View


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the folder of Markdown: the document that it is about, if it is about one, and its text."""

    document: Document | None
    text: Callable[[], str]


def render_pages(handbook: Handbook, template_folders: Sequence[Path]) -> dict[str, str]:
    """The text of every page; see ``all_pages``."""
    return {path: page.text() for path, page in all_pages(handbook, template_folders).items()}


def all_pages(handbook: Handbook, template_folders: Sequence[Path]) -> dict[str, Page]:
    """Every page by its path in the site's folder of Markdown.

    Templates of earlier folders go before those of later ones. Rendering raises TargetFailed,
    naming template and line, if a template is broken.
    """
    environment = _environment(tuple(template_folders), folder_digest(template_folders))
    words = locale(handbook.settings.language)
    render = partial(_render, environment, handbook, words)
    overviews = [(folder, words.word("ui", title)) for folder, (title, _) in OVERVIEWS.items()]
    home = {"kinds": list(KIND_PAGES.items()), "overviews": overviews}
    pages = {"index.md": Page(None, partial(render, "home", root="", values=home))}
    for document in handbook.documents:
        path = f"{document.id}/index.md"
        pages[path] = Page(document, partial(render, document.kind, document=document))
    for kind, folder in KIND_PAGES.items():
        if handbook.of_kind(kind):
            listed = partial(handbook.of_kind, kind)
            pages[f"{folder}/index.md"] = Page(None, partial(_list, render, handbook, folder, listed))
    pages["search/index.md"] = Page(None, partial(render, "search"))
    everything = partial(_list, render, handbook, "all_documents", lambda: handbook.documents)
    pages["documents/index.md"] = Page(None, everything)
    for folder, (_, values) in OVERVIEWS.items():
        pages[f"{folder}/index.md"] = Page(None, partial(_overview, render, folder, partial(values, handbook, words)))
    for page in training_pages(handbook):
        pages[page.path] = Page(None, partial(_training, render, page))
    return pages


def _training(render: Callable[..., str], page: TrainingPage) -> str:
    return render(page.template, root=page.root, values=page.values())


def _overview(render: Callable[..., str], template: str, values: Callable[[], Mapping[str, object]]) -> str:
    return render(template, values=values())


def _list(
    render: Callable[..., str],
    handbook: Handbook,
    heading: str,
    documents: Callable[[], Iterable[Document]],
) -> str:
    title = locale(handbook.settings.language).word("ui", heading)
    several = len(departments(handbook, "")) > 1
    values = {"heading": title, "documents": list(documents()), "departments": several}
    return render("list", values=values)


def _render(
    environment: jinja2.Environment,
    handbook: Handbook,
    words: Locale,
    template: str,
    *,
    document: Document | None = None,
    root: str = "../",
    values: Mapping[str, object] | None = None,
) -> str:
    prose_html = Html(handbook, words, document, root)
    view = View(handbook, words, prose_html)
    context = {
        "doc": document,
        "view": view,
        "html": prose_html,
        "ui": view.ui,
        "locale": words,
        "separator": words.format("list"),
        **(values or {}),
    }
    try:
        text = "\n\n".join(environment.get_template(f"{name}.md.j2").render(context) for name in ("_top", template))
    except jinja2.TemplateSyntaxError as error:
        raise TargetFailed(f"template {error.filename or error.name}, line {error.lineno}: {error.message}") from error
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError) as error:
        raise TargetFailed(f"template {template}.md.j2: {error}") from error
    # The first page goes by the name of the site.
    return _front_matter(document, text if root else "") + _tidy(text)


def _front_matter(document: Document | None, text: str) -> str:
    """Front matter for the site builder. JSON strings are YAML, whatever a title holds."""
    if document is None:
        # The builder takes no title from a heading that has something before it.
        heading = re.search(r"^# (.+)$", text, re.MULTILINE)
        title = json.dumps(_title(html.unescape(heading[1])), ensure_ascii=False) if heading else ""
        return "---\n" + (f"title: {title}\n" if title else "") + "hide:\n  - toc\n---\n\n"
    title = _title(f"{document.id} {document.title}")
    return f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n\n"


def _tidy(text: str) -> str:
    """No trailing spaces, no more than one blank line: templates are laid out for their readers."""
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"


@lru_cache(maxsize=2)
def _environment(folders: tuple[Path, ...], digest: str) -> jinja2.Environment:
    """The templates of some folders, compiled once for as long as they stay as they are (by ``digest``)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        bytecode_cache=kept_templates(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["md"] = markdown_text
    environment.globals["anchor"] = heading_anchor
    environment.globals["css_text"] = css_text
    environment.filters["groupby_in_order"] = _grouped
    environment.filters["dialled"] = lambda phone: re.sub(r"[^\d+*#,;]", "", phone)
    return environment


def _grouped(items: Iterable[Any], attribute: str) -> list[Group]:
    return [
        Group(name, tuple(members)) for name, members in groupby(items, key=lambda item: str(getattr(item, attribute)))
    ]


_MOST_ROLES = 60
"""More of them are not in the navigation of each page of the training."""


def _kind_title(words: Locale, kind: Kind) -> str:
    return words.word("ui", KIND_PAGES[kind])


def navigation(handbook: Handbook) -> list[Any]:
    """The navigation in mkdocs' form: home, emergencies, then departments, in each the kinds."""
    words = locale(handbook.settings.language)
    entries: list[Any] = [{words.word("ui", "home"): "index.md"}]
    view = View(handbook, words, Html(handbook, words, None))
    shown = {document.id for kind in Kind for document in view.in_force(kind)}
    urgent = view.urgent()
    if urgent:
        entries.append({words.word("ui", "urgent"): [_entry(document) for document in urgent]})
    if has_training(handbook):
        title = words.word("training", "title")
        roles = [{_title(role.title): f"training/{role.id}/index.md"} for role in view.in_force(Kind.ROLE)]
        # The first page of the training lists them all.
        entries.append({title: [{title: "training/index.md"}, *(roles if len(roles) <= _MOST_ROLES else ())]})
    named = departments(handbook, "")
    found: list[Any] = []
    for department in named:
        members = [d for d in handbook.documents if d.department == department and d.id in shown]
        sections = [
            # With one department, the list page of a kind is the section's own page.
            {title: [{title: f"{KIND_PAGES[kind]}/index.md"}, *listed] if len(named) == 1 else listed}
            for kind in Kind
            for title in (_kind_title(words, kind),)
            if (listed := [_entry(document) for document in members if document.kind is kind])
        ]
        found += sections if len(named) == 1 else [{_title(department or handbook.settings.title): sections}]
    if len(named) > MOST_BESIDE:
        title = _kind_title(words, Kind.DEPARTMENT)
        index = [{title: f"{KIND_PAGES[Kind.DEPARTMENT]}/index.md"}] if handbook.of_kind(Kind.DEPARTMENT) else []
        found = [{title: [*index, *found]}]
    entries += found
    overviews: list[Any] = [{words.word("ui", "all_documents"): "documents/index.md"}]
    overviews += [{words.word("ui", title): f"{folder}/index.md"} for folder, (title, _) in OVERVIEWS.items()]
    entries.append({words.word("ui", "overviews"): overviews})
    return entries


def _entry(document: Document) -> dict[str, str]:
    return {_title(document.title): f"{document.id}/index.md"}


def _title(text: str) -> str:
    """A title for the site builder, whose templates take titles for HTML."""
    return html.escape(text, quote=False)

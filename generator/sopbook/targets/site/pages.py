"""The pages of the site: a pure function from the handbook to Markdown texts."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2

from sopbook.link.handbook import Handbook
from sopbook.locales import Locale, locale
from sopbook.model import Document, Kind
from sopbook.targets import TargetFailed
from sopbook.targets.site.html import Html, heading_anchor, markdown_text
from sopbook.targets.site.view import KIND_PAGES, View


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbours with the same value of an attribute."""

    name: str
    members: tuple[Any, ...]


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
    environment = _environment(template_folders)
    words = locale(handbook.settings.language)
    render = partial(_render, environment, handbook, words)
    pages = {"index.md": Page(None, partial(render, "home", kinds=list(KIND_PAGES.items()), root=""))}
    for document in handbook.documents:
        path = f"{document.id}/index.md"
        pages[path] = Page(document, partial(render, document.kind, document=document))
    several = len({document.department for document in handbook.documents}) > 1
    for kind, folder in KIND_PAGES.items():
        documents = handbook.of_kind(kind)
        if documents:
            pages[f"{folder}/index.md"] = Page(None, partial(_list, render, words, folder, documents, several))
    everything = partial(_list, render, words, "all_documents", handbook.documents, several)
    pages["documents/index.md"] = Page(None, everything)
    return pages


def _list(
    render: Callable[..., str], words: Locale, heading: str, documents: Iterable[Document], departments: bool
) -> str:
    title = words.word("ui", heading)
    return render("list", heading=title, documents=list(documents), departments=departments)


def _render(
    environment: jinja2.Environment,
    handbook: Handbook,
    words: Locale,
    template: str,
    *,
    document: Document | None = None,
    root: str = "../",
    **values: object,
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
        **values,
    }
    try:
        text = "".join(environment.get_template(f"{name}.md.j2").render(context) for name in ("_top", template))
    except jinja2.TemplateSyntaxError as error:
        raise TargetFailed(f"template {error.filename or error.name}, line {error.lineno}: {error.message}") from error
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError) as error:
        raise TargetFailed(f"template {template}.md.j2: {error}") from error
    return _front_matter(handbook, document) + _tidy(text)


def _front_matter(handbook: Handbook, document: Document | None) -> str:
    """Front matter for the site builder. JSON strings are YAML, whatever a title holds."""
    if document is None:
        # A list repeats the titles of what it lists: as an answer it would only hide them.
        return "---\nsearch:\n  exclude: true\n---\n\n"
    title = _title(f"{document.id} {document.title}")
    lines = [f"title: {json.dumps(title, ensure_ascii=False)}"]
    if document.kind is Kind.BANK:
        # Wrong answers must not turn up as answers.
        lines.append("search:\n  exclude: true")
    return "---\n" + "\n".join(lines) + "\n---\n\n"


def _tidy(text: str) -> str:
    """No trailing spaces, no more than one blank line: templates are laid out for their readers."""
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _environment(folders: Sequence[Path]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["md"] = markdown_text
    environment.globals["anchor"] = heading_anchor
    environment.filters["groupby_in_order"] = _grouped
    environment.filters["dialled"] = lambda phone: re.sub(r"[^\d+*#,;]", "", phone)
    return environment


def _grouped(items: Iterable[Any], attribute: str) -> list[Group]:
    return [
        Group(name, tuple(members)) for name, members in groupby(items, key=lambda item: str(getattr(item, attribute)))
    ]


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
    departments = list(dict.fromkeys(document.department for document in handbook.documents))
    for department in departments:
        members = [d for d in handbook.documents if d.department == department and d.id in shown]
        sections = [
            # With one department, the list page of a kind is the section's own page.
            {_kind_title(words, kind): [f"{KIND_PAGES[kind]}/index.md", *listed] if len(departments) == 1 else listed}
            for kind in Kind
            if (listed := [_entry(document) for document in members if document.kind is kind])
        ]
        entries += sections if len(departments) == 1 else [{_title(department or handbook.settings.title): sections}]
    entries.append({words.word("ui", "all_documents"): "documents/index.md"})
    return entries


def _entry(document: Document) -> dict[str, str]:
    return {_title(document.title): f"{document.id}/index.md"}


def _title(text: str) -> str:
    """A title for the site builder, whose templates take titles for HTML."""
    return html.escape(text, quote=False)


def search_terms(handbook: Handbook) -> list[str]:
    """Words that Chinese segmentation has to keep whole: the handbook's own names and terms."""
    words = {term for entry in handbook.terms() for term in (entry.name, *entry.synonyms)}
    words |= set(handbook.actors)
    words |= {keyword for document in handbook.documents for keyword in document.keywords}
    return sorted(word for word in words if re.fullmatch(r"[\u3400-\u9fff]{2,8}", word))

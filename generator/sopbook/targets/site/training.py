"""The site's training parts: which pages there are, and the data that their scripts work with.

The data holds the questions with their answers: without a server nothing can be hidden from a
reader who looks for it, and a test that decides about somebody is taken under a trainer's eyes
(``docs/training.md``). It is written as JSON beside the pages, so that it is no page, stands in no
search, and is kept on the device with everything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from sopbook import prose
from sopbook.link.handbook import Handbook, Target
from sopbook.locales import Locale, locale
from sopbook.model import Document, Procedure, Question, QuestionType, Role, Status
from sopbook.questions.content import content_of, digest_of
from sopbook.questions.coverage import coverage
from sopbook.questions.entry import Entry
from sopbook.questions.pool import pool
from sopbook.questions.wording import Wording
from sopbook.targets.site.html import Html, document_url
from sopbook.training.path import RolePath, role_paths

FOLDER = "training"
DATA = f"{FOLDER}/data"


@dataclass(frozen=True, slots=True)
class TrainingPage:
    """A page by its path: its template and what that needs; ``root`` leads from it to the top of the site."""

    path: str
    template: str
    values: Mapping[str, object]

    @property
    def root(self) -> str:
        """The way to the top."""
        return _way_up(self.path)


def _way_up(path: str) -> str:
    return "../" * path.count("/")


def training_pages(handbook: Handbook) -> Iterator[TrainingPage]:
    """Every page of the training, if there is anything to ask."""
    entries = pool(handbook)
    if not entries:
        return
    words = locale(handbook.settings.language)
    paths = role_paths(handbook)
    counts = {number: len(found) for number, found in _by_document(handbook, entries).items()}
    yield TrainingPage(f"{FOLDER}/index.md", "training", {"paths": paths, "counts": counts})
    yield TrainingPage(f"{FOLDER}/review/index.md", "training-review", {})
    yield TrainingPage(f"{FOLDER}/coverage/index.md", "training-coverage", {"coverage": coverage(handbook, entries)})
    for path in paths:
        folder = f"{FOLDER}/{path.role.id}"
        for name, template in ("", "role"), ("sheet/", "sheet"), ("certificate/", "certificate"):
            address = f"{folder}/{name}index.md"
            # The stops are the role's own words: they are shown as its page would show them.
            told = _Elsewhere(handbook, words, path.role, _way_up(address))
            values = {"path": path, "role": path.role, "counts": counts, "told": told}
            yield TrainingPage(address, f"training-{template}", values)
    for procedure in _procedures(handbook):
        if counts.get(procedure.id):
            values = {"procedure": procedure, "count": counts[procedure.id]}
            yield TrainingPage(f"{FOLDER}/{procedure.id}/index.md", "training-procedure", values)


def training_files(handbook: Handbook) -> dict[str, bytes]:
    """The data of the training pages: an index, and a file for each procedure and role with its questions."""
    entries = pool(handbook)
    if not entries:
        return {}
    words = locale(handbook.settings.language)
    asked = _by_document(handbook, entries)
    paths = role_paths(handbook)
    learnt = {document.id: document for path in paths for document in (path.role, *path.documents)}
    learnt |= {procedure.id: procedure for procedure in _procedures(handbook)}
    files = {f"{DATA}/index.json": _json(_index(handbook, words, learnt.values(), paths, asked))}
    for number, questions in asked.items():
        document = handbook.by_number[number]
        data = {
            **_about(document),
            "parts": [
                {
                    "anchor": t.anchor,
                    "title": t.title,
                    "digest": digest_of(handbook, t),
                    "lines": content_of(handbook, t),
                }
                for t in _parts(document)
            ],
            "questions": [_entry(handbook, words, entry) for entry in questions],
        }
        files[f"{DATA}/{number}.json"] = _json(data)
    return files


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _procedures(handbook: Handbook) -> list[Procedure]:
    found = (document for document in handbook.documents if isinstance(document, Procedure))
    return [procedure for procedure in found if procedure.control.status is not Status.WITHDRAWN]


def _by_document(handbook: Handbook, entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The questions about each procedure and each role; one that tests two of them stands with both."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for document in dict.fromkeys(target.document for target in entry.targets):
            if isinstance(document, Procedure | Role) and document.control.status is not Status.WITHDRAWN:
                found.setdefault(document.id, []).append(entry)
    return dict(sorted(found.items()))


def _parts(document: Document) -> list[Target]:
    parts = document.steps if isinstance(document, Procedure) else document.duties if isinstance(document, Role) else ()
    return [Target(document, part.anchor, part.title) for part in parts]


def _about(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "kind": document.kind,
        "title": document.title,
        "version": document.control.version,
        "address": document_url(document.id, root=""),
    }


def _index(
    handbook: Handbook,
    words: Locale,
    documents: Iterable[Document],
    paths: Iterable[RolePath],
    asked: Mapping[str, list[Entry]],
) -> dict[str, Any]:
    settings = asdict(handbook.settings.training)
    settings.pop("coverage")
    return {
        "handbook": {"title": handbook.settings.title, "organisation": handbook.settings.organisation},
        "language": words.tag,
        "settings": settings,
        "words": {key: words.word("training", key) for key in words.words("training")},
        "documents": {
            document.id: {
                **_about(document),
                "questions": len(asked.get(document.id, ())),
                "parts": {t.anchor: digest_of(handbook, t) for t in _parts(document)} if document.id in asked else {},
            }
            for document in documents
        },
        "roles": {
            path.role.id: {
                "title": path.role.title,
                "path": [document.id for document in path.documents],
                "tested": [document.id for document in path.procedures if document.id in asked],
            }
            for path in paths
        },
    }


# ------------------------------------------------------------------------------ questions


class _Elsewhere(Html):
    """Prose of a document, shown on a page that is not its own."""

    def link_to(self, target: Target, label: str = "") -> Markup:
        """A link that names the document's address even for a place in the same document."""
        href = document_url(target.document.id, target.anchor, self.root)
        title = target.document.title if not target.anchor else f"{target.document.title} · {target.title}"
        return Markup('<a class="sop-ref" href="{}">{}</a>').format(href, label or title)

    def _image(self, node: prose.Image) -> Markup:
        if self.document is None or not self._published(node.source, is_picture=True):
            return escape(node.alt)
        source = f"{self.root}{quote(self.document.id)}/{quote(node.source)}"
        return Markup('<img src="{}" alt="{}" loading="lazy">').format(source, node.alt)


def _entry(handbook: Handbook, words: Locale, entry: Entry) -> dict[str, Any]:
    html = _Elsewhere(handbook, words, entry.document, "../../")
    return {
        "id": entry.id,
        "derived": entry.derived,
        "tests": [
            {"number": t.document.id, "anchor": t.anchor, "title": t.title, "document": t.document.title}
            for t in entry.targets
        ],
        **_question(html, Wording(handbook, words), entry.document, entry.question),
    }


def _question(html: Html, wording: Wording, document: Document, question: Question) -> dict[str, Any]:
    """A question as its script needs it. Keys that a type has no use for are left out."""
    data: dict[str, Any] = {
        "type": question.type,
        "difficulty": question.difficulty,
        "stem": html.inlines(question.stem),
        "body": html.blocks(question.body),
        "rationale": html.blocks(question.rationale),
    }
    match question.type:
        case QuestionType.SINGLE | QuestionType.MULTIPLE | QuestionType.ORDERING:
            data["options"] = [[html.inlines(option.text), option.correct] for option in question.options]
        case QuestionType.MATCHING:
            data["pairs"] = [
                [html.inlines(pair.left), wording.inlines(pair.right, document)] for pair in question.pairs
            ]
        case QuestionType.TRUE_FALSE:
            data["truth"] = question.answer.truth
        case QuestionType.FILL:
            data["variants"] = question.answer.variants
        case QuestionType.NUMBER:
            answer = question.answer
            data |= {"number": answer.number, "unit": answer.unit, "tolerance": answer.tolerance}
        case QuestionType.CASE:
            data["parts"] = [_question(html, wording, document, part) for part in question.parts]
    return data

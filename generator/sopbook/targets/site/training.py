"""The site's training parts: which pages there are, and the data that their scripts work with.

The data holds the questions with their answers: without a server nothing can be hidden from a
reader who looks for it, and a test that decides about somebody is taken under a trainer's eyes
(``docs/training.md``). It is written as JSON beside the pages, so that it is no page, stands in no
search, and is kept on the device with everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape
from msgspec import structs

from sopbook import prose
from sopbook.cache.kept import Kept, keep
from sopbook.cache.tool import digest
from sopbook.cache.watch import answered, unwatched
from sopbook.compact_json import dumps
from sopbook.link.handbook import Handbook, Target
from sopbook.locales import Locale, locale
from sopbook.memo import once_a_handbook
from sopbook.model import Document, Procedure, Question, QuestionType, Role, Status
from sopbook.output import Product
from sopbook.questions.content import content_of, digest_of_lines
from sopbook.questions.coverage import asked_in, coverage_of
from sopbook.questions.entry import Entry
from sopbook.questions.pool import about
from sopbook.questions.wording import Wording
from sopbook.targets.site.html import Html, document_url
from sopbook.targets.site.markup import filled
from sopbook.training.path import role_path, role_paths

FOLDER = "training"
DATA = f"{FOLDER}/data"


@dataclass(frozen=True, slots=True)
class TrainingPage:
    """A page by its path: its template and what that needs; ``root`` leads from it to the top of the site."""

    path: str
    template: str
    values: Callable[[], Mapping[str, object]]

    @property
    def root(self) -> str:
        """The way to the top."""
        return _way_up(self.path)


def _way_up(path: str) -> str:
    return "../" * path.count("/")


def has_training(handbook: Handbook) -> bool:
    """True if there is anything to ask."""
    return any(value["count"] for value in _asked(handbook).values.values())


def training_pages(handbook: Handbook) -> Iterator[TrainingPage]:
    """Every page of the training, if there is anything to ask."""
    if not has_training(handbook):
        return
    counts = _Counts(handbook)
    yield TrainingPage(
        f"{FOLDER}/index.md", "training", lambda: {"paths": role_paths(handbook), "counts": _Counts(handbook)}
    )
    yield TrainingPage(f"{FOLDER}/review/index.md", "training-review", dict)
    yield TrainingPage(f"{FOLDER}/coverage/index.md", "training-coverage", partial(_coverage, handbook))
    for document in _learnable(handbook):
        if isinstance(document, Role):
            for name, template in ("", "role"), ("sheet/", "sheet"), ("certificate/", "certificate"):
                address = f"{FOLDER}/{document.id}/{name}index.md"
                yield TrainingPage(address, f"training-{template}", partial(_role, handbook, document, address))
        elif document.id in counts:
            values = partial(_procedure, handbook, document)
            yield TrainingPage(f"{FOLDER}/{document.id}/index.md", "training-procedure", values)


def _role(handbook: Handbook, role: Role, address: str) -> Mapping[str, object]:
    # The stops are the role's own words: they are shown as its page would show them.
    told = _Elsewhere(handbook, locale(handbook.settings.language), role, _way_up(address))
    return {"path": role_path(handbook, role), "role": role, "counts": _Counts(handbook), "told": told}


def _procedure(handbook: Handbook, procedure: Document) -> Mapping[str, object]:
    handbook.by_number.get(procedure.id)  # whose title is shown: noted
    return {"procedure": procedure, "count": _Counts(handbook)[procedure.id]}


def _coverage(handbook: Handbook) -> Mapping[str, object]:
    asked = {
        (document.id, anchor): by_hand
        for document in _learnable(handbook)
        for anchor, by_hand in _covered(handbook, document.id)
    }
    return {"coverage": coverage_of(handbook, asked)}


# ----------------------------------------------------------------------------------- data


def training_files(handbook: Handbook) -> dict[str, Product]:
    """The data of the training pages: an index, and a file for each procedure and role with its questions."""
    if not has_training(handbook):
        return {}
    versions = handbook.versions
    index = digest("training-index", versions.base) if versions else ""
    files = {f"{DATA}/index.json": Product(index, partial(_index, handbook))}
    asked = _asked(handbook)
    for document in _learnable(handbook):
        value = asked.values[document.id]
        if value["count"]:
            inputs = digest("training-data", value["sha"]) if versions else ""
            files[f"{DATA}/{document.id}.json"] = Product(inputs, partial(_data, handbook, document))
    return files


def _learnable(handbook: Handbook) -> list[Procedure | Role]:
    """What has questions: the procedures and roles in force."""
    return [
        document
        for document in handbook.documents
        if isinstance(document, Procedure | Role) and document.control.status is not Status.WITHDRAWN
    ]


@once_a_handbook
def _asked(handbook: Handbook) -> Kept:
    """By document how many questions it has, what they ask about, and the digests of its parts; and its data."""
    return keep(handbook, "asked", _learnable(handbook), partial(_summary, handbook))


def _summary(handbook: Handbook, document: Document) -> tuple[dict[str, Any], bytes]:
    entries = about(handbook, document)
    content = [(target, content_of(handbook, target)) for target in _parts(document)] if entries else []
    parts = [(target, digest_of_lines(lines), lines) for target, lines in content]
    data = dumps(_questions(handbook, document, entries, parts)) if entries else b""
    covered = [(anchor, by_hand) for (number, anchor), by_hand in asked_in(entries).items() if number == document.id]
    value = {
        "count": len(entries),
        "covered": covered,
        "parts": {target.anchor: sha for target, sha, _ in parts},
        "sha": digest(data),
    }
    return value, data


def _data(handbook: Handbook, document: Document) -> bytes:
    """The data of a document: what was made with its summary, or made now if that is from an earlier build."""
    with unwatched():  # The summary has the digest of it.
        return _asked(handbook).more.get(document.id) or _summary(handbook, document)[1]


def _questions(
    handbook: Handbook,
    document: Document,
    entries: Iterable[Entry],
    parts: Iterable[tuple[Target, str, tuple[str, ...]]],
) -> dict[str, Any]:
    words = locale(handbook.settings.language)
    return {
        **_about(document),
        "parts": [
            {"anchor": target.anchor, "title": target.title, "digest": sha, "lines": lines}
            for target, sha, lines in parts
        ],
        "questions": [_entry(handbook, words, entry) for entry in entries],
    }


@answered()
def _count(handbook: Handbook, number: str) -> int:
    return _asked(handbook).values[number]["count"] if number in _asked(handbook).values else 0


@answered()
def _covered(handbook: Handbook, number: str) -> list[tuple[str, bool]]:
    return _asked(handbook).values[number]["covered"] if number in _asked(handbook).values else []


@answered()
def _part_digests(handbook: Handbook, number: str) -> dict[str, str]:
    return _asked(handbook).values[number]["parts"] if number in _asked(handbook).values else {}


class _Counts(Mapping[str, int]):
    """How many questions there are about each procedure and role that has any."""

    def __init__(self, handbook: Handbook) -> None:
        self._handbook = handbook

    def __getitem__(self, number: str) -> int:
        count = _count(self._handbook, number)
        if not count:
            raise KeyError(number)
        return count

    def __iter__(self) -> Iterator[str]:
        return (document.id for document in _learnable(self._handbook) if _count(self._handbook, document.id))

    def __len__(self) -> int:
        return sum(1 for _ in self)


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


def _index(handbook: Handbook) -> bytes:
    words = locale(handbook.settings.language)
    settings = structs.asdict(handbook.settings.training)
    settings.pop("coverage")
    counts = _Counts(handbook)
    paths = role_paths(handbook)
    learnt = {document.id: document for path in paths for document in (path.role, *path.documents)}
    learnt |= {document.id: document for document in _learnable(handbook)}
    data = {
        "handbook": {"title": handbook.settings.title, "organisation": handbook.settings.organisation},
        "language": words.tag,
        "settings": settings,
        "words": {key: words.word("training", key) for key in words.words("training")},
        "documents": {
            document.id: {
                **_about(document),
                "questions": counts.get(document.id, 0),
                "parts": _part_digests(handbook, document.id),
            }
            for document in learnt.values()
        },
        "roles": {
            path.role.id: {
                "title": path.role.title,
                "path": [document.id for document in path.documents],
                "tested": [document.id for document in path.procedures if document.id in counts],
            }
            for path in paths
        },
    }
    return dumps(data)


# ------------------------------------------------------------------------------ questions


class _Elsewhere(Html):
    """Prose of a document, shown on a page that is not its own."""

    def link_to(self, target: Target, label: str = "") -> Markup:
        """A link that names the document's address even for a place in the same document."""
        href = document_url(target.document.id, target.anchor, self.root)
        title = target.document.title if not target.anchor else f"{target.document.title} · {target.title}"
        return filled('<a class="sop-ref" href="{}">{}</a>', href, label or title)

    def _image(self, node: prose.Image) -> Markup:
        if self.document is None or not self._published(node.source, is_picture=True):
            return escape(node.alt)
        source = f"{self.root}{quote(self.document.id)}/{quote(node.source)}"
        return filled('<img src="{}" alt="{}" loading="lazy">', source, node.alt)


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

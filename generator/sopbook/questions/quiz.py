"""A quiz: chosen questions made ready to leave the handbook, and how they are to be put.

Inside the handbook a question may speak of figures, of other documents and of pictures beside its
file; outside nobody can look those up. So a question is *settled*: figures have become their
values, references words, pictures names of files that travel along, and a case a row of ordinary
questions that share a situation. It is a ``model.Question`` all the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import posixpath
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from msgspec import structs

from sopbook import prose
from sopbook.link.assets import FileUse, asset_path, is_publishable
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, locale
from sopbook.model import Document, Question, QuestionType
from sopbook.node import Node, rebuilt
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.questions.pool import Entry
from sopbook.questions.text import clean, tidy
from sopbook.read.links import is_external

MAX_MEDIA_BYTES = 20_000_000
"""All pictures of a quiz together: mail and training platforms refuse larger files."""

_PICTURE_LEFT = Text(
    "图片“{name}”没有带上（不存在、类型不支持或过大）",
    'the picture "{name}" (missing, of a type that is not carried, or too large)',
)
_FILE_LEFT = Text("附件“{name}”（只留下文字）", 'the attachment "{name}"; its words stay')
_NO_ANSWER = Text("整道题：没有可判分的答案", "the whole question: it has no answer to mark it by")

_Node = TypeVar("_Node")


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that did not go along: of which question (empty: of the quiz as a whole), and what."""

    id: str
    what: Text


@dataclass(frozen=True, slots=True)
class Terms:
    """How a quiz is put. ``pass_mark`` is in percent; ``count`` 0 means all questions."""

    pass_mark: int = 80
    count: int = 0
    shuffle_questions: bool = True
    shuffle_options: bool = True
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A settled question that is never a case, with a name that stays (``KF-TK-06#respond``).

    ``case`` names the case that it is a part of (or is empty), ``situation`` is that case's text.
    """

    id: str
    question: Question
    tests: tuple[str, ...]
    case: str = ""
    situation: tuple[Block, ...] = ()

    @property
    def stem(self) -> str:
        """The stem as plain text."""
        return prose.plain(self.question.stem)


@dataclass(frozen=True, slots=True)
class Quiz:
    """Questions that leave the handbook together.

    ``media`` are their pictures, by name; ``edition`` is the day of the newest document they are from.
    """

    title: str
    language: str
    asked: tuple[Asked, ...]
    terms: Terms
    media: Mapping[str, bytes]
    edition: dt.date
    losses: tuple[Loss, ...] = ()

    @property
    def groups(self) -> tuple[tuple[Asked, ...], ...]:
        """The questions, those of a case together."""
        found: dict[str, list[Asked]] = {}
        for asked in self.asked:
            found.setdefault(asked.case or asked.id, []).append(asked)
        return tuple(tuple(group) for group in found.values())


def make_quiz(handbook: Handbook, root: Path, title: str, entries: Iterable[Entry], terms: Terms) -> Quiz:
    """Settle entries into a quiz. What cannot go along is in its ``losses``."""
    settler = _Settler(handbook, root)
    kept = tuple(entries)
    asked = tuple(one for entry in kept for one in settler.entry(entry))
    edition = max((entry.document.control.effective for entry in kept), default=dt.date(2000, 1, 1))
    return Quiz(title, handbook.settings.language, asked, terms, settler.media, edition, tuple(settler.losses))


def drawn(quiz: Quiz) -> Quiz:
    """The quiz with the number of questions that its terms want, drawn by its seed, in their order.

    For what has no selection of its own. The questions of a case stay together: a case goes in if
    it still fits, or if nothing smaller does.
    """
    wanted = quiz.terms.count
    if not 0 < wanted < len(quiz.asked):
        return quiz
    groups = list(quiz.groups)
    random.Random(quiz.terms.seed).shuffle(groups)  # noqa: S311 - which questions, not a secret
    kept: set[str] = set()
    for group in groups:
        if len(kept) + len(group) <= wanted:
            kept |= {asked.id for asked in group}
    if not kept:
        kept = {asked.id for asked in groups[0]}
    return replace(quiz, asked=tuple(asked for asked in quiz.asked if asked.id in kept))


def bare(node: _Node) -> _Node:
    """A node without its places and with line ends in its text settled: for comparing."""
    if isinstance(node, Place):
        return Place("")  # type: ignore[return-value]
    if isinstance(node, tuple):
        return tuple(bare(item) for item in node)  # type: ignore[return-value]
    if isinstance(node, Node):
        return rebuilt(node, bare)  # type: ignore[no-any-return]
    return node


class _Settler:
    """Makes the questions of one quiz ready; collects their pictures and what is left out."""

    def __init__(self, handbook: Handbook, root: Path) -> None:
        self._handbook = handbook
        self._root = root
        self._words = locale(handbook.settings.language)
        self._size = 0
        self._document: Document | None = None
        self._id = ""
        self.media: dict[str, bytes] = {}
        self.losses: list[Loss] = []

    def entry(self, entry: Entry) -> Iterable[Asked]:
        self._document = entry.document
        question = entry.question
        tests = tuple(f"{target.document.id}#{target.anchor}".rstrip("#") for target in entry.targets)
        if question.type is not QuestionType.CASE:
            yield from self._asked(entry.id, question, tests, "", ())
            return
        self._id = entry.id
        situation = (prose.Paragraph(self._inlines(question.stem), question.place), *self._blocks(question.body))
        # What is to be learnt from the whole case is told after its last question.
        last = len(question.parts) - 1
        for index, part in enumerate(question.parts):
            whole = structs.replace(part, rationale=(*part.rationale, *question.rationale)) if index == last else part
            own = tuple(name.text for name in part.tests) or tests
            yield from self._asked(f"{entry.document.id}#{part.anchor}", whole, own, entry.id, situation)

    def _asked(
        self, name: str, question: Question, tests: tuple[str, ...], case: str, situation: tuple[Block, ...]
    ) -> Iterable[Asked]:
        self._id = name
        if not question.has_answer:
            self.losses.append(Loss(name, _NO_ANSWER))
            return
        yield Asked(name, self._question(question), tests, case, situation)

    def _question(self, question: Question) -> Question:
        inlines = self._inlines
        return structs.replace(
            question,
            stem=inlines(question.stem),
            body=self._blocks(question.body),
            options=tuple(structs.replace(option, text=inlines(option.text)) for option in question.options),
            pairs=tuple(
                structs.replace(pair, left=inlines(pair.left), right=inlines(pair.right)) for pair in question.pairs
            ),
            rationale=self._blocks(question.rationale),
        )

    # -------------------------------------------------------------------------- prose

    def _blocks(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return prose.rewritten_blocks(blocks, self._inline)

    def _inlines(self, inlines: tuple[Inline, ...]) -> tuple[Inline, ...]:
        return tidy(prose.rewritten(inlines, self._inline))

    def _inline(self, node: Inline) -> tuple[Inline, ...]:
        match node:
            case prose.Text(text):
                return (prose.Text(clean(text)),)
            case prose.Code(text):
                return (prose.Code(clean(text)),)
            case prose.Link(href=href, children=children) if not is_external(href):
                self.losses.append(Loss(self._id, _FILE_LEFT.filled(name=href)))
                return children
            case prose.Image():
                return (self._image(node),)
            case prose.Reference():
                return (prose.Text(clean(self._reference(node))),)
            case prose.FigureUse(name):
                figure = self._handbook.figures.get(name)
                value = figure and (self._words.duration(figure.duration) if figure.duration else figure.value)
                return (prose.Text(clean(value or name)),)
        return (node,)

    def _reference(self, node: prose.Reference) -> str:
        target = self._handbook.follow(node, self._document) if self._document else None
        if node.label or target is None:
            return node.label or str(node)
        return target.title if target.anchor else f"{target.document.id} {target.title}"

    def _image(self, node: prose.Image) -> Inline:
        document = self._document
        path = asset_path(document, node.source) if document else None
        use = FileUse(node.source, path, True, node.alt, node.place)
        size = self._handbook.assets.get(path or "", 0)
        if path is None or not is_publishable(use, self._handbook.assets) or self._size + size > MAX_MEDIA_BYTES:
            self.losses.append(Loss(self._id, _PICTURE_LEFT.filled(name=node.source)))
            return prose.Text(clean(node.alt))
        name = self._media_name(path)
        if name not in self.media:
            self._size += size
            self.media[name] = (self._root / path).read_bytes()
        return prose.Image(name, clean(node.alt), node.place)

    def _media_name(self, path: str) -> str:
        """A name for a picture by its path: ASCII, since packages travel through old programs, and its own."""
        stem, suffix = posixpath.splitext(path.partition("/")[2])
        plain = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-") or "picture"
        if plain != stem.replace("/", "-"):
            plain = f"{plain}-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"
        return f"{plain}{suffix.lower()}"

"""What the makers of questions share: the facts of the handbook at hand, and the form of a question."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sopbook import prose
from sopbook.link.handbook import Handbook, Target
from sopbook.locales import Text
from sopbook.model import (
    Answer,
    Document,
    Kind,
    Option,
    Procedure,
    Question,
    QuestionType,
    Step,
)
from sopbook.places import Place
from sopbook.questions.entry import Entry
from sopbook.questions.nearness import near_numbers
from sopbook.questions.quality import LEAST_OPTIONS
from sopbook.questions.wording import Wording, fold

DISTRACTORS = 3

_SOURCE = Text("《{document}》：{lines}。", "{document}: {lines}.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A question in plain words, before it becomes one.

    ``maker`` and the anchor of the first target make its name. ``tiers`` are the distractors that
    may be used, the most plausible ones first; within a tier none is preferred.
    """

    maker: str
    targets: tuple[Target, ...]
    stem: str
    right: str
    tiers: tuple[tuple[str, ...], ...]
    because: str
    place: Place
    difficulty: int = 1


@dataclass(frozen=True)
class Desk:
    """The handbook and its wording at hand."""

    handbook: Handbook
    wording: Wording
    _bodies: dict[tuple[str, str], str] = field(default_factory=dict)

    def say(self, text: Text, **values: object) -> str:
        """A sentence in the handbook's language."""
        return text.in_language(self.wording.words.language).format(**values)

    def steps(self, document: Document) -> Iterator[tuple[Procedure, Step]]:
        """Every step of a procedure that can be told from the others of it by its title."""
        if isinstance(document, Procedure):
            titles = [fold(step.title) for step in document.steps]
            for step, title in zip(document.steps, titles, strict=True):
                if title and titles.count(title) == 1:
                    yield document, step

    def near(self, kind: Kind, document: Document) -> list[Document]:
        """Documents of a kind in force from which distractors may come."""
        numbers = near_numbers(self.handbook, f"{kind} {document.id}")
        return [self.handbook.by_number[number] for number in numbers]

    def body(self, procedure: Procedure, step: Step) -> str:
        """What a step says besides its title."""
        key = procedure.id, step.anchor
        if key not in self._bodies:
            self._bodies[key] = "\n".join(self.wording.lines(step.body, procedure))
        return self._bodies[key]

    def because(self, document: Document, *lines: str) -> str:
        """The reason: what the document says."""
        joined = self.say(Text("；", "; ")).join(lines)
        return self.say(_SOURCE, document=document.title, lines=joined)

    def single(self, draft: Draft) -> Iterator[Entry]:
        """A single choice; none if too few distractors are at hand."""
        target = draft.targets[0]
        anchor = f"{target.anchor}.{draft.maker}" if target.anchor else draft.maker
        wrong = distractors(f"{target.document.id}#{anchor}", draft.right, draft.tiers)
        if len(wrong) + 1 >= LEAST_OPTIONS:
            texts = shuffled(f"{target.document.id}#{anchor}", [draft.right, *wrong])
            options = [(text, text == draft.right) for text in texts]
            yield from self.entry(draft, anchor, QuestionType.SINGLE, options)

    def ordering(self, draft: Draft, elements: Sequence[str]) -> Iterator[Entry]:
        """Elements to be arranged, given in the right order."""
        anchor = f"{draft.targets[0].anchor}.{draft.maker}"
        if len({fold(text) for text in elements}) == len(elements) >= LEAST_OPTIONS:
            yield from self.entry(draft, anchor, QuestionType.ORDERING, [(text, True) for text in elements])

    def entry(
        self, draft: Draft, anchor: str, kind: QuestionType, options: Sequence[tuple[str, bool]]
    ) -> Iterator[Entry]:
        """The question that a draft becomes; none if its name is taken by something in the document."""
        document = draft.targets[0].document
        if anchor in self.handbook.anchors[document.id]:
            return
        question = Question(
            anchor=anchor,
            type=kind,
            stem=(prose.Text(draft.stem),),
            body=(),
            options=tuple(Option((prose.Text(text),), correct, draft.place) for text, correct in options),
            pairs=(),
            answer=Answer(),
            parts=(),
            rationale=(prose.Paragraph((prose.Text(draft.because),), draft.place),),
            tests=(),
            difficulty=draft.difficulty,
            place=draft.place,
        )
        yield Entry(document, question, draft.targets, derived=True)


def shuffled(seed: str, texts: Iterable[str]) -> list[str]:
    """Texts in an order that looks random and is always the same for the same seed."""
    return sorted(texts, key=lambda text: hashlib.sha256(f"{seed}\n{text}".encode()).digest())


def distractors(seed: str, right: str, tiers: Iterable[Sequence[str]]) -> list[str]:
    """Up to three texts, from the first tiers if they have enough; each says something else."""
    taken = {fold(right)}
    found: list[str] = []
    for tier in tiers:
        if len(found) == DISTRACTORS:
            break
        for text in shuffled(seed, dict.fromkeys(tier)):
            if fold(text) and fold(text) not in taken and len(found) < DISTRACTORS:
                taken.add(fold(text))
                found.append(text)
    return found


def step_target(procedure: Procedure, step: Step) -> Target:
    """A step as what is tested."""
    return Target(procedure, step.anchor, step.title)


@lru_cache(maxsize=100_000)
def overlaps(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """True if a name of one thing is a name of the other, or part of one, or has one as its part."""
    first = {fold(name) for name in one} - {""}
    second = {fold(name) for name in other} - {""}
    return any(a in b or b in a for a in first for b in second)

"""What makes a question worthless: an answer that is given away, too few options, the same option twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sopbook import prose
from sopbook.model import Document, Question, QuestionType
from sopbook.questions.wording import Wording, fold, shares_run, weight

LEAST_OPTIONS = 3
"""A single choice between two is a coin."""

_LONGER = 1.6
_LONGER_BY = 10
_SHARED_WIDE = 4
_SHARED_WORDS = 3


class Flaw(StrEnum):
    """What may be wrong with a question whose answer is known."""

    FEW = "few"
    TWICE = "twice"
    LENGTH = "length"
    WORDING = "wording"
    STEM = "stem"


@dataclass(frozen=True, slots=True)
class Shown:
    """A question in plain words: its stem, what is right and what is wrong."""

    stem: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


def with_parts(questions: Iterable[Question]) -> Iterator[Question]:
    """Questions, and the questions of cases after the case."""
    for question in questions:
        yield question
        yield from with_parts(question.parts)


def shown(question: Question, document: Document, wording: Wording) -> Shown:
    """A question in plain words."""
    texts = [(wording.option(option, document), option.correct) for option in question.options]
    return Shown(
        wording.inlines(question.stem, document),
        tuple(text for text, correct in texts if correct),
        tuple(text for text, correct in texts if not correct),
    )


def flaws(question: Question, document: Document, wording: Wording) -> tuple[Flaw, ...]:
    """What is wrong with a question, as far as that can be told without knowing the trade."""
    text = shown(question, document, wording)
    found: list[Flaw] = []
    if question.type in (QuestionType.SINGLE, QuestionType.MULTIPLE) and len(question.options) < LEAST_OPTIONS:
        found.append(Flaw.FEW)
    if _twice([*text.right, *text.wrong]):
        found.append(Flaw.TWICE)
    if question.type is QuestionType.SINGLE and len(text.right) == 1 and text.wrong:
        found += _given_away(text)
    if question.type is QuestionType.FILL and any(
        fold(v) and fold(v) in fold(text.stem) for v in question.answer.variants
    ):
        found.append(Flaw.STEM)
    return tuple(found)


def _given_away(text: Shown) -> Iterator[Flaw]:
    (right,) = text.right
    longest = max(weight(wrong) for wrong in text.wrong)
    if weight(right) > _LONGER * longest and weight(right) - longest >= _LONGER_BY:
        yield Flaw.LENGTH
    if fold(right) and fold(right) in fold(text.stem):
        yield Flaw.STEM
    elif _echoes(text.stem, right, text.wrong):
        yield Flaw.WORDING


def _echoes(stem: str, right: str, wrong: Sequence[str]) -> bool:
    """True if the right option repeats a run of the stem's words and no other option shares even half of it."""
    wide = any(prose.is_wide(char) for char in stem)
    if not shares_run(stem, right, _SHARED_WIDE if wide else _SHARED_WORDS):
        return False
    shared = _SHARED_WIDE if wide else _SHARED_WORDS
    while shares_run(stem, right, shared + 1):
        shared += 1
    return not any(shares_run(stem, other, (shared + 1) // 2) for other in wrong)


def _twice(texts: Sequence[str]) -> bool:
    folded = [fold(text) or text for text in texts]
    return len(set(folded)) < len(folded)

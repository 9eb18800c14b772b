"""An exam on paper: which questions stand where, in each variant. Nothing here knows how it is printed.

The variants of a paper hold the same questions, by a seed in another order and with their options
in another order; the types stand in the same order in each, so that one answer sheet fits all. A
case comes last, with its questions together.
"""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from dataclasses import dataclass

from sopbook import prose
from sopbook.locales import Locale
from sopbook.model import QuestionType
from sopbook.prose import Block, Inline
from sopbook.questions.incoming import number_text
from sopbook.questions.quiz import Asked, Quiz

LETTERS = string.ascii_uppercase

ORDER = (
    QuestionType.SINGLE,
    QuestionType.MULTIPLE,
    QuestionType.TRUE_FALSE,
    QuestionType.FILL,
    QuestionType.NUMBER,
    QuestionType.ORDERING,
    QuestionType.MATCHING,
    QuestionType.CASE,
)
"""The order of the sections."""

POINTS: Mapping[QuestionType, int] = {
    QuestionType.SINGLE: 2,
    QuestionType.MULTIPLE: 4,
    QuestionType.TRUE_FALSE: 2,
    QuestionType.FILL: 2,
    QuestionType.NUMBER: 2,
    QuestionType.ORDERING: 4,
    QuestionType.MATCHING: 4,
}
"""What a right answer is worth; in a case each question is worth what it is elsewhere."""


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """A question as printed: its number, its options or (of a matching question) its right sides in print order.

    ``right`` says the answer in one line: ``B``, ``ACD``, ``对``, ``1C 2A``.
    """

    number: int
    asked: Asked
    points: int
    lettered: tuple[tuple[Inline, ...], ...]
    right: str


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """Questions that stand together; those of a case below its situation."""

    situation: tuple[Block, ...]
    questions: tuple[PaperQuestion, ...]


@dataclass(frozen=True, slots=True)
class PaperSection:
    """The questions of one type, or (``type`` case) the cases."""

    type: QuestionType
    groups: tuple[PaperGroup, ...]

    @property
    def questions(self) -> tuple[PaperQuestion, ...]:
        """Its questions, in order."""
        return tuple(question for group in self.groups for question in group.questions)

    @property
    def points(self) -> int:
        """What it is worth."""
        return sum(question.points for question in self.questions)


@dataclass(frozen=True, slots=True)
class Paper:
    """One variant of an exam."""

    variant: str
    sections: tuple[PaperSection, ...]

    @property
    def points(self) -> int:
        """What it is worth."""
        return sum(section.points for section in self.sections)

    def needed(self, pass_mark: int) -> int:
        """The points with which one passes, of a pass mark in percent."""
        return -(-self.points * pass_mark // 100)


def make_paper(quiz: Quiz, variant: str, points: Mapping[QuestionType, int], words: Locale) -> Paper:
    """A variant of a quiz (which holds just the questions that are to be put)."""
    return _Printer(quiz, variant, points, words).paper()


class _Printer:
    def __init__(self, quiz: Quiz, variant: str, points: Mapping[QuestionType, int], words: Locale) -> None:
        self._quiz = quiz
        self._variant = variant
        self._points = points
        self._words = words
        self._number = 0

    def paper(self) -> Paper:
        groups = list(self._quiz.groups)
        if self._quiz.terms.shuffle_questions:
            self._random("order").shuffle(groups)
        sections = (self._section(kind, [group for group in groups if _kind(group) is kind]) for kind in ORDER)
        return Paper(self._variant, tuple(section for section in sections if section.groups))

    def _random(self, what: str) -> random.Random:
        return random.Random(f"{self._quiz.terms.seed} {self._variant} {what}")  # noqa: S311 - an order, not a secret

    def _section(self, kind: QuestionType, groups: list[tuple[Asked, ...]]) -> PaperSection:
        if kind is QuestionType.CASE:
            # One answer sheet fits all variants only if what is asked at each number is of one type.
            groups.sort(key=lambda group: tuple(ORDER.index(asked.question.type) for asked in group))
        made = (PaperGroup(group[0].situation, tuple(self._question(asked) for asked in group)) for group in groups)
        return PaperSection(kind, tuple(made))

    def _question(self, asked: Asked) -> PaperQuestion:
        self._number += 1
        question = asked.question
        texts = [option.text for option in question.options]
        if question.type is QuestionType.MATCHING:
            texts = list(dict.fromkeys(pair.right for pair in question.pairs))
        order = list(range(len(texts)))
        mixes = question.type in (QuestionType.MATCHING, QuestionType.ORDERING)
        if mixes or self._quiz.terms.shuffle_options:
            self._random(asked.id).shuffle(order)
        if question.type is QuestionType.ORDERING and order == sorted(order):
            order.reverse()  # what has to be put in order is not printed in order
        printed = tuple(texts[index] for index in order)
        right = self._right(asked, order, texts)
        return PaperQuestion(self._number, asked, self._points[question.type], printed, right)

    def _right(self, asked: Asked, order: list[int], texts: list[tuple[Inline, ...]]) -> str:
        question = asked.question
        answer = question.answer
        letter = {index: _letter(place) for place, index in enumerate(order)}
        match question.type:
            case QuestionType.SINGLE | QuestionType.MULTIPLE:
                return "".join(sorted(letter[i] for i, option in enumerate(question.options) if option.correct))
            case QuestionType.ORDERING:
                return " ".join(letter[index] for index in range(len(texts)))
            case QuestionType.MATCHING:
                pairs = enumerate((letter[texts.index(pair.right)] for pair in question.pairs), start=1)
                return "  ".join(f"({number}) {name}" for number, name in pairs)
            case QuestionType.TRUE_FALSE:
                return self._words.word("ui", "true" if answer.truth else "false")
            case QuestionType.NUMBER:
                slack = f" ± {number_text(answer.tolerance)}" if answer.tolerance else ""
                return f"{number_text(answer.number or 0.0)}{slack} {answer.unit}".strip()
        return " / ".join(answer.variants)


def _letter(place: int) -> str:
    return LETTERS[place] if place < len(LETTERS) else str(place + 1)


def _kind(group: tuple[Asked, ...]) -> QuestionType:
    return QuestionType.CASE if group[0].case else group[0].question.type


def letters(question: PaperQuestion) -> list[str]:
    """The letters of what is printed."""
    return [_letter(place) for place in range(len(question.lettered))]


def plain_stem(question: PaperQuestion) -> str:
    """The stem as plain text."""
    return prose.plain(question.asked.question.stem)

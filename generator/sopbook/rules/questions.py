"""Questions that cannot be marked or do not say what they test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from sopbook import prose
from sopbook.check import Example, Rule
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Bank, Procedure, Question, QuestionType
from sopbook.places import Finding, Severity


def _questions(handbook: Handbook) -> Iterator[Question]:
    for document in handbook.documents:
        if isinstance(document, Bank | Procedure):
            yield from _with_parts(document.questions)


def _with_parts(questions: Iterable[Question]) -> Iterator[Question]:
    for question in questions:
        yield question
        yield from _with_parts(question.parts)


def _stem(question: Question) -> str:
    return prose.plain(question.stem)[:40]


def question_without_answer(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Questions with nothing marked as right, or several answers to a single choice."""
    for question in _questions(handbook):
        if not question.has_answer:
            yield Finding("SOP601", question.place, _stem(question), {"type": str(question.type)})


def question_without_target(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Questions that do not say which step they test; the parts of a case may leave it to the case."""
    for document in handbook.documents:
        if isinstance(document, Bank | Procedure):
            for question in document.questions:
                tested = question.tests or any(part.tests for part in question.parts)
                if not tested or any("#" not in name.text for name in question.tests):
                    yield Finding("SOP602", question.place, _stem(question))


def question_without_rationale(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Questions that do not say why the answer is right; a case may leave it to its parts."""
    for question in _questions(handbook):
        if not question.rationale and question.type is not QuestionType.CASE:
            yield Finding("SOP603", question.place, _stem(question))


_BANK = "sop/office/OF-TK-01.md"

RULES = (
    Rule(
        code="SOP601",
        name="question-without-answer",
        severity=Severity.ERROR,
        title=Text("题目没有正确答案", "question without a right answer"),
        message=Text(
            "题目“{text}”({type})没有可判分的答案", 'the question "{text}" ({type}) has no answer to mark it by'
        ),
        remedy=Text(
            "单选恰好一个 [x]，多选至少一个 [x]，判断写 answer=对/错，填空和数值写 answer=，排序列出顺序，配对列出两列。",
            "A single choice has exactly one [x], a multiple choice at least one, true-false, fill and number have answer=, "
            "ordering has a list in order, matching a table of two columns.",
        ),
        why=Text("没有答案的题目无法判分。", "Without an answer a question cannot be marked."),
        example=Example(
            file=_BANK,
            good=Text("- [x] 当场拍照", "- [x] Photographs it"),
            bad=Text("- [ ] 当场拍照", "- [ ] Photographs it"),
        ),
        check=question_without_answer,
        by_document=True,
    ),
    Rule(
        code="SOP602",
        name="question-without-step",
        severity=Severity.ERROR,
        title=Text("题目没有写明考查哪一步", "question that does not say which step it tests"),
        message=Text("题目“{text}”没有写明考查的步骤", 'the question "{text}" does not say which step it tests'),
        remedy=Text("在花括号中写 tests=#步骤标识。", "Write tests=#step in its suffix."),
        why=Text(
            "答错的人要能回到原文；步骤改了，才知道哪些题要跟着改。",
            "Whoever misses it has to find the text again; and when the step changes, the question has to follow.",
        ),
        example=Example(
            file=_BANK,
            good=Text("{#damaged tests=#register difficulty=1}", "{#damaged tests=#register difficulty=1}"),
            bad=Text("{#damaged difficulty=1}", "{#damaged difficulty=1}"),
        ),
        check=question_without_target,
        by_document=True,
    ),
    Rule(
        code="SOP603",
        name="question-without-rationale",
        severity=Severity.WARNING,
        title=Text("题目没有解析", "question without a rationale"),
        message=Text("题目“{text}”没有解析", 'the question "{text}" has no rationale'),
        remedy=Text("在题目下写 > [!rationale] 理由。", "Write > [!rationale] and the reason below it."),
        why=Text("只知道对错学不到东西，解析才是培训。", "Right or wrong teaches little; the reason is the lesson."),
        example=Example(
            file=_BANK,
            good=Text("> [!rationale] 代领", "> [!rationale] Knowing"),
            bad=Text("代领", "Knowing"),
        ),
        check=question_without_rationale,
        by_document=True,
    ),
)

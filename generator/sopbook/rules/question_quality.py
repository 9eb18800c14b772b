"""Questions that test nothing: asked twice, given away, with too few options, or left behind by their step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sopbook import prose
from sopbook.cache.kept import kept_by_document
from sopbook.check import Example, Rule
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Bank, Document, Procedure, Question
from sopbook.places import Finding, Place, Severity
from sopbook.questions.binding import name_of, unconfirmed
from sopbook.questions.coverage import coverage
from sopbook.questions.pool import pool, written
from sopbook.questions.quality import Flaw, flaws, shown, with_parts
from sopbook.questions.wording import Wording, fold
from sopbook.read.tree import SETTINGS


def _questions(handbook: Handbook) -> Iterator[tuple[Document, Question]]:
    for document in handbook.documents:
        if isinstance(document, Bank | Procedure):
            for question in with_parts(document.questions):
                yield document, question


def _text(question: Question) -> str:
    return prose.plain(question.stem)[:40]


def question_twice(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Questions with the same stem and the same options as one before."""
    seen: dict[str, Place] = {}
    for document in handbook.documents:
        if isinstance(document, Bank | Procedure) and document.questions:
            said = _what_is_asked(handbook, document)
            for question, key in zip(with_parts(document.questions), said, strict=True):
                first = seen.setdefault(key, question.place) if key else question.place
                if first is not question.place:
                    yield Finding("SOP604", question.place, _text(question), {"first": str(first)})


@kept_by_document
def _what_is_asked(handbook: Handbook, document: Document) -> list[str]:
    """For each question of a document, and of its cases, a text that is the same for those that ask the same."""
    wording = Wording.of(handbook)
    found = []
    for question in with_parts(document.questions) if isinstance(document, Bank | Procedure) else ():
        text = shown(question, document, wording)
        body = "".join(wording.lines(question.body, document))
        pairs = tuple(wording.inlines(pair.left, document) for pair in question.pairs)
        options = sorted({fold(option) for option in (*text.right, *text.wrong, *pairs)})
        found.append("\n".join((fold(text.stem), fold(body), *options)) if fold(text.stem) else "")
    return found


def _flawed(handbook: Handbook, code: str, *kinds: Flaw) -> Iterator[Finding]:
    wording = Wording.of(handbook)
    for document, question in _questions(handbook):
        for flaw in flaws(question, document, wording):
            if flaw in kinds:
                yield Finding(code, question.place, _text(question), {"flaw": str(flaw)})


def answer_given_away(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Single choices whose right option is told by its length, by an echo of the stem, or by the stem itself."""
    yield from _flawed(handbook, "SOP605", Flaw.LENGTH, Flaw.WORDING, Flaw.STEM)


def too_few_options(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Choices with fewer than three options."""
    yield from _flawed(handbook, "SOP606", Flaw.FEW)


def option_twice(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Questions with two options that say the same."""
    yield from _flawed(handbook, "SOP607", Flaw.TWICE)


def step_changed(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Questions that were confirmed for another content of their step than there is now."""
    for found in unconfirmed(handbook, written(handbook)):
        if found.changed:
            values = {"tested": name_of(found.target), "id": found.entry.id}
            yield Finding("SOP608", found.entry.question.place, _text(found.entry.question), values)


def not_confirmed(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Questions that are not in the list of confirmed ones, if the handbook keeps one."""
    for found in unconfirmed(handbook, written(handbook)):
        if not found.changed:
            values = {"tested": name_of(found.target), "id": found.entry.id}
            yield Finding("SOP609", found.entry.question.place, _text(found.entry.question), values)


def too_little_asked(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """A share of steps, critical steps or duties with a question that is below what the settings ask."""
    least = handbook.settings.training.coverage
    if not (least.steps or least.critical or least.duties):
        return
    found = coverage(handbook, pool(handbook))
    for what, share, wanted in (
        ("steps", found.steps, least.steps),
        ("critical", found.critical, least.critical),
        ("duties", found.duties, least.duties),
    ):
        if share.percent < wanted:
            values: dict[str, str | int] = {
                "what": what,
                "percent": f"{share.percent:.1f}",
                "wanted": wanted,
                "missing": len(share.missing),
            }
            yield Finding("SOP610", Place(SETTINGS), "", values)


_BANK = "sop/office/OF-TK-01.md"

RULES = (
    Rule(
        code="SOP604",
        name="question-twice",
        severity=Severity.WARNING,
        title=Text("题目重复", "the same question twice"),
        message=Text("题目“{text}”在 {first} 已经有了", 'the question "{text}" stands at {first} already'),
        remedy=Text("删掉一题，或换一个情景、换一组选项。", "Remove one, or ask about another situation."),
        why=Text(
            "同一题抽到两次，分数就算了两遍，也少考了一处。",
            "A test that draws both counts one thing twice and leaves another out.",
        ),
        example=Example(
            file=_BANK,
            good=Text("1. 同事替别人取件", "1. A colleague whom the clerk knows may always collect for somebody else."),
            bad=Text(
                "1. 同事替别人取件,只要认识就可以直接发放。 {#again type=true-false answer=false tests=#hand-over}\n\n"
                "   > [!rationale] 须有委托。\n1. 同事替别人取件",
                "1. A colleague whom the clerk knows may always collect for somebody else. "
                "{#again type=true-false answer=false tests=#hand-over}\n\n   > [!rationale] A mandate is needed.\n"
                "1. A colleague whom the clerk knows may always collect for somebody else.",
            ),
        ),
        check=question_twice,
    ),
    Rule(
        code="SOP605",
        name="answer-given-away",
        severity=Severity.WARNING,
        title=Text("题目泄露答案", "question that gives its answer away"),
        message=Text("题目“{text}”{flaw}", 'the question "{text}" {flaw}'),
        remedy=Text(
            "让各选项长短相近、都用或都不用题干里的词。",
            "Make the options about equally long, and let all or none of them repeat the words of the stem.",
        ),
        why=Text(
            "会考试的人不懂业务也能答对，分数就说明不了什么。",
            "Whoever is good at tests then passes without knowing the work.",
        ),
        words={
            "length": Text("的正确选项明显比其他的长", "has a right option that is much longer than the others"),
            "wording": Text("只有正确选项重复题干里的词", "has a right option that alone repeats words of the stem"),
            "stem": Text("的题干里就有答案", "says the answer in its stem"),
        },
        example=Example(
            file=_BANK,
            good=Text("- [x] 当场拍照", "- [x] Photographs it"),
            bad=Text(
                "- [x] 请快递员留步，把破损处从三个角度当场拍照，写明时间和单号",
                "- [x] Keeps the courier there, photographs the damage from three sides with the number in view, notes the time",
            ),
        ),
        check=answer_given_away,
        by_document=True,
    ),
    Rule(
        code="SOP606",
        name="too-few-options",
        severity=Severity.WARNING,
        title=Text("选项太少", "too few options"),
        message=Text("题目“{text}”不足三个选项", 'the question "{text}" has fewer than three options'),
        remedy=Text("补上像真的错误选项，或改成判断题。", "Add plausible wrong ones, or make it true-false."),
        why=Text("两个选项里猜对一个，不算会。", "To guess one of two is no knowledge."),
        example=Example(
            file=_BANK,
            good=Text("type=true-false answer=false", "type=true-false answer=false"),
            bad=Text("type=single", "type=single"),
        ),
        check=too_few_options,
        by_document=True,
    ),
    Rule(
        code="SOP607",
        name="option-twice",
        severity=Severity.ERROR,
        title=Text("选项重复", "the same option twice"),
        message=Text("题目“{text}”有两个相同的选项", 'the question "{text}" has two options that say the same'),
        remedy=Text(
            "改掉其中一个；数值改动后也要看选项。",
            "Change one of them; look at the options after a figure changes too.",
        ),
        why=Text(
            "一对一错的两个选项相同，就没有人能答对。",
            "Where one of the two is right, nobody can answer rightly.",
        ),
        example=Example(
            file=_BANK,
            good=Text("- [x] 当场拍照", "- [x] Photographs it and has the courier sign"),
            bad=Text(
                "- [ ] 当场拍照，请快递员签字\n   - [x] 当场拍照",
                "- [ ] Photographs it, and has the courier sign\n   - [x] Photographs it and has the courier sign",
            ),
        ),
        check=option_twice,
        by_document=True,
    ),
    Rule(
        code="SOP608",
        name="question-step-changed",
        severity=Severity.WARNING,
        title=Text("考查的内容改过", "what a question tests has changed"),
        message=Text(
            "题目“{text}”({id})考查的 {tested} 在上次确认后改过",
            'what the question "{text}" ({id}) tests, {tested}, has changed since it was confirmed',
        ),
        remedy=Text(
            "对照现行内容看题目和答案，改好后运行 sopbook quiz confirm {id}。",
            "Compare question and answer with the text in force, mend them, then run `sopbook quiz confirm {id}`.",
        ),
        why=Text(
            "步骤改了而题目没改，员工就会学到旧做法。",
            "A question that stays behind its step teaches yesterday's way.",
        ),
        check=step_changed,
    ),
    Rule(
        code="SOP609",
        name="question-not-confirmed",
        severity=Severity.INFO,
        title=Text("题目未确认", "question not confirmed"),
        message=Text(
            "题目“{text}”({id})还没有与 {tested} 对照确认",
            'the question "{text}" ({id}) has not been confirmed against {tested}',
        ),
        remedy=Text("核对后运行 sopbook quiz confirm {id}。", "Check it, then run `sopbook quiz confirm {id}`."),
        why=Text(
            "没有确认过的题目，步骤改了也不会提醒。",
            "For a question that was never confirmed nobody is told when its step changes.",
        ),
        check=not_confirmed,
    ),
    Rule(
        code="SOP610",
        name="question-coverage",
        severity=Severity.WARNING,
        title=Text("题目覆盖不足", "too little is asked"),
        message=Text(
            "有题目的{what}只占 {percent}%，要求 {wanted}%，还缺 {missing} 处",
            "only {percent} % of the {what} have a question, {wanted} % are asked for; {missing} have none",
        ),
        remedy=Text(
            "运行 sopbook quiz coverage 看缺在哪里；出题，或调整 handbook.yml 的 training.coverage。",
            "`sopbook quiz coverage` shows where; write questions, or change training.coverage in handbook.yml.",
        ),
        why=Text(
            "没有题目的步骤，没有人知道员工会不会。", "Of a step that nobody asks about nobody knows who masters it."
        ),
        words={
            "steps": Text("步骤", "steps"),
            "critical": Text("关键步骤", "critical steps"),
            "duties": Text("职责", "duties"),
        },
        check=too_little_asked,
    ),
    Rule(
        code="SOP611",
        name="confirmation-unreadable",
        severity=Severity.ERROR,
        title=Text("题目确认记录损坏", "damaged list of confirmed questions"),
        message=Text("这一行不是“题目 考查处 摘要”：{text}", 'this line is no "question tested digest": {text}'),
        remedy=Text(
            "合并留下的标记删掉即可；拿不准就删掉这一行，再运行 sopbook quiz confirm。",
            "Remove what a merge left behind; if in doubt remove the line and run `sopbook quiz confirm`.",
        ),
        why=Text(
            "读不懂的行不算确认，对应的题目会重新提醒。",
            "A line that cannot be read confirms nothing; its questions would be reported again.",
        ),
    ),
)

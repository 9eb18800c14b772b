"""What does the procedure warn of at this step?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sopbook import prose
from sopbook.cache.kept import kept_by_document
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Document, Kind, Procedure, Status, Step
from sopbook.questions.derived.drafting import Desk, Draft, step_target
from sopbook.questions.entry import Entry
from sopbook.questions.wording import Wording, fold, shares_run, weight

_STEM = Text(
    "《{procedure}》在“{step}”这一步特别提醒的风险，是哪一条？",
    '{procedure}: which risk does the procedure warn of at the step "{step}"?',
)
_BECAUSE = Text("“{step}”：{warning}", '"{step}": {warning}')
_WARNINGS = ("important", "warning", "caution")
_LONGEST = 120
_SHORTEST = 16
_ALIKE_WIDE = 3
_ALIKE_WORDS = 2
_AS_LONG = 1.5


def make(desk: Desk, document: Document) -> Iterator[Entry]:
    """For each step with a warning; warnings of procedures about something else are the distractors.

    One of the same procedure, or of one that this procedure leads to, could be heeded here too.
    """
    own_warnings = dict(warnings_of(desk.handbook, document))
    known = [(p, s, own_warnings[s.anchor]) for p, s in desk.steps(document) if s.anchor in own_warnings]
    if not known:
        return
    others = desk.near(Kind.PROCEDURE, document)
    related = {document.id} | {other.id for other in desk.handbook.names.get(document.id, ())}
    related |= {other.id for other in desk.handbook.mentions.get(document.id, ())}
    said = "".join(_told(desk, desk.handbook.by_number[number]) for number in sorted(related))
    told_there = [
        text
        for other in others
        for _, text in warnings_of(desk.handbook, other)
        if other.id not in related and fold(text) not in said
    ]
    for procedure, step, warning in known:
        own = f"{procedure.title}\n{step.title}\n{desk.body(procedure, step)}"
        wrong = [text for text in told_there if _as_long(text, warning) and not _alike(text, own)]
        yield from desk.single(
            Draft(
                maker="warned",
                targets=(step_target(procedure, step),),
                stem=desk.say(_STEM, procedure=procedure.title, step=step.title),
                right=warning,
                tiers=(tuple(wrong),),
                because=desk.because(procedure, desk.say(_BECAUSE, step=step.title, warning=warning.rstrip("。.!！"))),
                place=step.place,
                difficulty=2,
            )
        )


def _told(desk: Desk, document: Document) -> str:
    """What a procedure in force says, folded."""
    if not isinstance(document, Procedure) or document.control.status is Status.WITHDRAWN:
        return ""
    return fold("\n".join(desk.body(document, step) for step in document.steps))


@kept_by_document
def warnings_of(handbook: Handbook, document: Document) -> list[list[str]]:
    """The anchor and the first warning of each step of a procedure that has one."""
    if not isinstance(document, Procedure):
        return []
    desk = Desk(handbook, Wording.of(handbook))
    return [[step.anchor, text] for step in document.steps for text in warnings(desk, document, step)[:1]]


def warnings(desk: Desk, procedure: Procedure, step: Step) -> list[str]:
    """The first sentence of each warning of a step, if it is neither a word nor an essay."""
    found: list[str] = []
    for node in prose.walk(step.body):
        if isinstance(node, prose.Callout) and node.kind in _WARNINGS:
            text = " ".join(desk.wording.lines(node.blocks, procedure))
            sentence = re.split(r"(?<=[。！？])|(?<=[.!?])\s+", text)[0].strip()
            if _SHORTEST <= weight(sentence) <= _LONGEST:
                found.append(sentence)
    return found


def _as_long(text: str, other: str) -> bool:
    shorter, longer = sorted((weight(text), weight(other)))
    return longer <= _AS_LONG * shorter


def _alike(text: str, other: str) -> bool:
    wide = any(prose.is_wide(char) for char in text)
    return shares_run(text, other, _ALIKE_WIDE if wide else _ALIKE_WORDS)

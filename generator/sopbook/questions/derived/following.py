"""What comes next?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from sopbook.locales import Text
from sopbook.model import Document, Procedure, Step
from sopbook.questions.derived.drafting import Desk, Draft, overlaps, step_target
from sopbook.questions.entry import Entry

_STEM = Text(
    "按《{procedure}》的步骤顺序，紧接在“{step}”之后的是哪一步？",
    '{procedure}: in the order of the steps, which one comes directly after "{step}"?',
)
_BECAUSE = Text("“{step}”之后是“{following}”", '"{step}" is followed by "{following}"')


def make(desk: Desk, document: Document) -> Iterator[Entry]:
    """For each step that has another one after it in its run; the procedure's other steps are the distractors."""
    distinct = {step.anchor for _, step in desk.steps(document)}
    if isinstance(document, Procedure):
        for run in runs(document):
            for step, following in pairwise(run):
                if {step.anchor, following.anchor} <= distinct:
                    yield from _question(desk, document, step, following)


def runs(procedure: Procedure) -> list[Sequence[Step]]:
    """The steps that are done one after another: of one phase, without those that have a rhythm of their own."""
    phases = [list(steps) for _, steps in groupby(procedure.steps, key=lambda step: step.phase)]
    found: list[Sequence[Step]] = []
    for phase in phases:
        groups = groupby(phase, key=lambda step: step.frequency is None or step.frequency == procedure.frequency)
        found += [list(steps) for in_line, steps in groups if in_line]
    return found


def _question(desk: Desk, procedure: Procedure, step: Step, following: Step) -> Iterator[Entry]:
    taken = (step.title, following.title)
    wrong = [other for other in procedure.steps if not overlaps((other.title,), taken)]
    yield from desk.single(
        Draft(
            maker="following",
            targets=(step_target(procedure, step), step_target(procedure, following)),
            stem=desk.say(_STEM, procedure=procedure.title, step=step.title),
            right=following.title,
            tiers=(
                tuple(other.title for other in wrong if other.phase == step.phase),
                tuple(other.title for other in wrong),
            ),
            because=desk.because(procedure, desk.say(_BECAUSE, step=step.title, following=following.title)),
            place=step.place,
            difficulty=2,
        )
    )

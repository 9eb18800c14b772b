"""Put these steps in order."""

from __future__ import annotations

from collections.abc import Iterator

from sopbook.locales import Text
from sopbook.model import Document, Procedure
from sopbook.questions.derived.drafting import Desk, Draft, overlaps, step_target
from sopbook.questions.derived.following import runs
from sopbook.questions.entry import Entry

_STEM = Text(
    "按《{procedure}》的步骤顺序，把下面几步排好。", "{procedure}: put these steps in the order of the procedure."
)
_BECAUSE = Text("顺序是{titles}", "the order is {titles}")
LENGTH = 5
_LEAST = 3


def make(desk: Desk, document: Document) -> Iterator[Entry]:
    """For each run of steps, five at a time; what is left over in the end joins if there are three of it."""
    distinct = {step.anchor for _, step in desk.steps(document)}
    if not isinstance(document, Procedure):
        return
    for run in runs(document):
        for start in range(0, len(run), LENGTH):
            steps = run[start : start + LENGTH]
            titles = [step.title for step in steps]
            alike = any(overlaps((a,), (b,)) for i, a in enumerate(titles) for b in titles[i + 1 :])
            if len(steps) < _LEAST or alike or not {step.anchor for step in steps} <= distinct:
                continue
            draft = Draft(
                maker="sequence",
                targets=tuple(step_target(document, step) for step in steps),
                stem=desk.say(_STEM, procedure=document.title),
                right="",
                tiers=(),
                because=desk.because(document, desk.say(_BECAUSE, titles=" → ".join(titles))),
                place=steps[0].place,
                difficulty=2,
            )
            yield from desk.ordering(draft, titles)

"""Which form is filled in at this step?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sopbook import prose
from sopbook.locales import Text
from sopbook.model import Checklist, Document, Form, Kind, Procedure, Status, Step
from sopbook.questions.derived.drafting import Desk, Draft, overlaps, step_target
from sopbook.questions.entry import Entry
from sopbook.questions.wording import fold

_STEM = Text(
    "做《{procedure}》的“{step}”这一步，填哪份表单？", '{procedure}: which form is filled in at the step "{step}"?'
)
_BECAUSE = Text("“{step}”填 {form}", '"{step}" fills in {form}')


def make(desk: Desk, document: Document) -> Iterator[Entry]:
    """For each step with one form. Whatever else the step uses, keeps or mentions is no distractor."""
    if not any(len(step.forms) == 1 for _, step in desk.steps(document)):
        return
    used = {name.text for _, step in desk.steps(document) for name in (*step.forms, *step.records)}
    near = used | {other.id for other in desk.handbook.names.get(document.id, ())}
    found = (desk.handbook.by_number.get(number) for number in sorted(near))
    forms = {
        form.id: form
        for form in (*filter(None, found), *desk.near(Kind.FORM, document))
        if isinstance(form, Form) and form.control.status is not Status.WITHDRAWN
    }
    for procedure, step in desk.steps(document):
        right = desk.handbook.document_named(step.forms[0]) if len(step.forms) == 1 else None
        if not isinstance(right, Form) or fold(right.title) in fold(f"{procedure.title}{step.title}"):
            continue
        touched = _touched(desk, procedure, step, forms.values())
        wrong = [
            form
            for form in forms.values()
            if form.id not in touched and not overlaps((form.title,), (right.title, step.title))
        ]
        yield from desk.single(
            Draft(
                maker="form",
                targets=(step_target(procedure, step),),
                stem=desk.say(_STEM, procedure=procedure.title, step=step.title),
                right=_label(right),
                tiers=(
                    tuple(_label(form) for form in wrong if form.id in near),
                    tuple(_label(form) for form in wrong if form.department == right.department),
                ),
                because=desk.because(procedure, desk.say(_BECAUSE, step=step.title, form=_label(right))),
                place=step.place,
            )
        )


def _label(form: Document) -> str:
    return f"{form.id} {form.title}"


def _touched(desk: Desk, procedure: Procedure, step: Step, forms: Iterable[Form]) -> set[str]:
    """The numbers of all documents that a step has to do with, as far as they are among ``forms``."""
    found = {name.text for name in (*step.forms, *step.checklists, *step.records)}
    found |= {node.number for node in prose.walk(step.body) if isinstance(node, prose.Reference)}
    for name in step.checklists:
        checklist = desk.handbook.document_named(name)
        if isinstance(checklist, Checklist) and checklist.record:
            found.add(checklist.record.text)
    # A form may be called by its name alone.
    text = fold(desk.body(procedure, step))
    return found | {form.id for form in forms if fold(form.title) in text}

"""What a procedure owes its readers: who does each step, and what is left on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sopbook.check import Example, Rule
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Procedure
from sopbook.places import Finding, Severity


def _procedures(handbook: Handbook) -> Iterator[Procedure]:
    return (document for document in handbook.documents if isinstance(document, Procedure))


def step_without_responsible(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Steps that name nobody."""
    for procedure in _procedures(handbook):
        for step in procedure.steps:
            if not step.responsible:
                yield Finding("SOP401", step.place, step.title, {"title": step.title})


def procedure_without_records(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Procedures that leave nothing behind: no form, checklist or record at any step, no records section."""
    for procedure in _procedures(handbook):
        kept = any(step.forms or step.checklists or step.records for step in procedure.steps)
        records = procedure.section("records")
        if not kept and not (records and records.blocks):
            yield Finding("SOP402", procedure.place, procedure.id, {"title": procedure.title})


RULES = (
    Rule(
        code="SOP401",
        name="step-without-responsible",
        severity=Severity.ERROR,
        title=Text("步骤没有责任岗位", "step without a responsible role"),
        message=Text("步骤“{title}”没有写由谁负责", 'nobody is responsible for the step "{title}"'),
        remedy=Text("在花括号中写 responsible=岗位。", "Write responsible=role in its suffix."),
        why=Text(
            "没有责任人的步骤，出了事人人都以为是别人的事。",
            "A step that is nobody's is left to somebody else by everybody.",
        ),
        example=Example(
            file="sop/office/OF-CX-01.md",
            good=Text(
                "{#notify responsible=收发员 within=快件通知}",
                '{#notify responsible="Mail clerk" within=parcel-notice}',
            ),
            bad=Text("{#notify within=快件通知}", "{#notify within=parcel-notice}"),
        ),
        check=step_without_responsible,
        by_document=True,
    ),
    Rule(
        code="SOP402",
        name="procedure-without-records",
        severity=Severity.WARNING,
        title=Text("程序不留记录", "procedure without records"),
        message=Text(
            "“{title}”没有表单、检查表，也没有“记录”一节", '"{title}" has no form, no checklist and no Records section'
        ),
        remedy=Text(
            "在步骤上写 form=、checklist= 或 record=,或加“## 记录”一节。",
            "Name form=, checklist= or record= at a step, or add a section ## Records.",
        ),
        why=Text(
            "没有记录就无法证明按程序做过，也无从改进（ISO 9001:2015，7.5.3）。",
            "Without a record nobody can show that the procedure was followed, or improve it (ISO 9001:2015, 7.5.3).",
        ),
        example=None,
        check=procedure_without_records,
        by_document=True,
    ),
)

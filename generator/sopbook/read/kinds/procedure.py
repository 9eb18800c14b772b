"""Reading a procedure: steps, acceptance, questions."""

from __future__ import annotations

from typing import Any

from sopbook.model import Criterion, Procedure, Step
from sopbook.prose import ListItem, Paragraph
from sopbook.read.context import Context
from sopbook.read.frontmatter import ProcedureMatter
from sopbook.read.kinds.common import name_in
from sopbook.read.outline import Outline
from sopbook.read.questions import read_questions

_STEP_KEYS = (
    "responsible",
    "with",
    "within",
    "form",
    "checklist",
    "record",
    "frequency",
    "critical",
    "covers",
)


def read_procedure(matter: ProcedureMatter, common: dict[str, Any], outline: Outline, context: Context) -> Procedure:
    """The procedure that an outline describes."""
    steps = tuple(
        _step(item, group.title(), context) for group in outline.take_lists("steps") for item in group.list.items
    )
    if not steps:
        context.collector.add("SOP209", outline.place("steps") or common["place"], section="steps")
    acceptance = tuple(
        criterion
        for group in outline.take_lists("acceptance")
        for item in group.list.items
        for criterion in _criterion(item, context)
    )
    questions = read_questions(outline.take_lists("questions"), context, common["id"])
    return Procedure(
        **common,
        sections=outline.finish(),
        frequency=matter.frequency,
        urgent=matter.urgent,
        short=matter.short,
        call=tuple(name_in(common, context, "call", text) for text in matter.call),
        steps=steps,
        acceptance=acceptance,
        questions=questions,
    )


def _step(item: ListItem, phase: str, context: Context) -> Step:
    raw = context.need_title(context.item(item))
    suffix = raw.suffix
    context.allow(suffix, *_STEP_KEYS)
    anchor = context.anchor(suffix, raw.title, raw.place)
    return Step(
        anchor=anchor,
        title=raw.title,
        phase=phase,
        responsible=context.names(suffix, "responsible"),
        support=context.names(suffix, "with"),
        within=context.limit(suffix),
        forms=context.names(suffix, "form"),
        checklists=context.names(suffix, "checklist"),
        records=context.names(suffix, "record"),
        frequency=context.frequency(suffix),
        critical="critical" in suffix.flags,
        covers=context.covers(suffix, anchor),
        body=raw.body,
        place=raw.place,
    )


def _criterion(item: ListItem, context: Context) -> list[Criterion]:
    paragraphs = (block for block in item.blocks if isinstance(block, Paragraph))
    return [Criterion(context.clean_inlines(block.children), block.place) for block in paragraphs]

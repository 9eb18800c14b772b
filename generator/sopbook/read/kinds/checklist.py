"""Reading a checklist: items with criterion and how a miss is handled."""

from __future__ import annotations

from typing import Any

from sopbook.locales import languages, locale
from sopbook.model import Checklist, Item
from sopbook.prose import Inline, ListItem, SoftBreak
from sopbook.read.context import Context, labelled, split_lines
from sopbook.read.frontmatter import ChecklistMatter
from sopbook.read.kinds.common import name_in
from sopbook.read.outline import Outline

_ON_MISS = tuple(word for language in languages() for word in locale(language).words("labels")["on_miss"])


def read_checklist(matter: ChecklistMatter, common: dict[str, Any], outline: Outline, context: Context) -> Checklist:
    """The checklist that an outline describes."""
    items = tuple(
        _item(item, group.title(), context) for group in outline.take_lists("items") for item in group.list.items
    )
    if not items:
        context.collector.add("SOP209", outline.place("items") or common["place"], section="items")
    return Checklist(
        **common,
        sections=outline.finish(),
        frequency=matter.frequency,
        responsible=tuple(name_in(common, context, "responsible", text) for text in matter.responsible),
        record=name_in(common, context, "record", matter.record) if matter.record else None,
        items=items,
    )


def _item(item: ListItem, group: str, context: Context) -> Item:
    raw = context.need_title(context.item(item))
    context.allow(raw.suffix, "critical", "covers")
    anchor = context.anchor(raw.suffix, raw.title, raw.place)
    criterion: list[Inline] = []
    on_miss: list[Inline] = []
    for line in split_lines(raw.lead):
        miss = labelled(line, _ON_MISS)
        # Once the handling of a miss has begun, further lines continue it.
        into = on_miss if miss is not None or on_miss else criterion
        if into:
            into.append(SoftBreak())
        into.extend(line if miss is None else miss)
    return Item(
        anchor=anchor,
        title=raw.title,
        group=group,
        critical="critical" in raw.suffix.flags,
        covers=context.covers(raw.suffix, anchor),
        criterion=tuple(criterion),
        on_miss=tuple(on_miss),
        body=raw.blocks,
        place=raw.place,
    )

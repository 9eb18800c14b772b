"""Lists of titled things with a text: functions, stage tasks, plans, duties, partners."""

from __future__ import annotations

from sopbook.model import Duty, Partner, Task
from sopbook.read.context import Context
from sopbook.read.outline import Group


def read_tasks(group: Group, context: Context) -> tuple[Task, ...]:
    """The tasks of one list."""
    tasks: list[Task] = []
    for listed in group.list.items:
        item = context.need_title(context.item(listed))
        context.allow(item.suffix, "covers", "frequency", "responsible")
        anchor = context.anchor(item.suffix, item.title, item.place)
        tasks.append(
            Task(
                anchor=anchor,
                title=item.title,
                body=item.body,
                covers=context.covers(item.suffix, anchor),
                frequency=context.frequency(item.suffix),
                responsible=context.names(item.suffix, "responsible"),
                place=item.place,
                group=group.title(),
            )
        )
    return tuple(tasks)


def read_duties(group: Group, context: Context) -> tuple[Duty, ...]:
    """The duties of one list."""
    duties: list[Duty] = []
    for listed in group.list.items:
        item = context.need_title(context.item(listed))
        context.allow(item.suffix, "covers", "frequency")
        anchor = context.anchor(item.suffix, item.title, item.place)
        covers, frequency = context.covers(item.suffix, anchor), context.frequency(item.suffix)
        duties.append(Duty(anchor, item.title, item.body, covers, frequency, item.place, group.title()))
    return tuple(duties)


def read_partners(group: Group, context: Context) -> tuple[Partner, ...]:
    """The outside parties of one list."""
    partners: list[Partner] = []
    for listed in group.list.items:
        item = context.need_title(context.item(listed))
        context.allow(item.suffix, "aliases")
        aliases = context.words(item.suffix, "aliases")
        partners.append(Partner(item.title, aliases, item.body, item.place, group.title()))
    return tuple(partners)

"""Reading a department: functions, stages with their tasks, plans, partners."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from sopbook import prose
from sopbook.model import Department, Stage
from sopbook.prose import Suffix
from sopbook.read.context import Context
from sopbook.read.frontmatter import DepartmentMatter
from sopbook.read.kinds.tasks import read_partners, read_tasks
from sopbook.read.outline import Group, Outline


def read_department(matter: DepartmentMatter, common: dict[str, Any], outline: Outline, context: Context) -> Department:
    """The department that an outline describes."""
    functions = tuple(task for group in outline.take_lists("functions") for task in read_tasks(group, context))
    stages = tuple(_stage(group, context) for group in outline.take_lists("stages"))
    plans = tuple(task for group in outline.take_lists("plans") for task in read_tasks(group, context))
    partners = tuple(p for group in outline.take_lists("partners") for p in read_partners(group, context))
    return Department(
        **common, sections=outline.finish(), functions=functions, stages=stages, plans=plans, partners=partners
    )


def _stage(group: Group, context: Context) -> Stage:
    heading = group.heading
    place = heading.place if heading else group.list.place
    own = next((node for node in heading.children if isinstance(node, Suffix)), None) if heading else None
    suffix = own or Suffix("", "", (), frozenset(), place)
    context.allow(suffix)
    title = prose.plain(heading.children).strip() if heading else ""
    # The heading is the stage itself, so its tasks need no group.
    tasks = tuple(replace(task, group="") for task in read_tasks(group, context))
    return Stage(title, context.anchor(suffix, title or "stage", place), tasks, place)

"""Reading a role: duties and training path."""

from __future__ import annotations

from typing import Any

from sopbook.model import Role, TrainingStep
from sopbook.prose import ListItem, Paragraph, Suffix
from sopbook.read.context import Context, strip
from sopbook.read.frontmatter import RoleMatter
from sopbook.read.kinds.common import name_in
from sopbook.read.kinds.tasks import read_duties
from sopbook.read.outline import Outline


def read_role(matter: RoleMatter, common: dict[str, Any], outline: Outline, context: Context) -> Role:
    """The role that an outline describes."""
    duties = tuple(duty for group in outline.take_lists("duties") for duty in read_duties(group, context))
    training = tuple(_stop(item, context) for group in outline.take_lists("training") for item in group.list.items)
    superior = name_in(common, context, "reports_to", matter.reports_to) if matter.reports_to else None
    return Role(
        **common,
        sections=outline.finish(),
        aliases=tuple(matter.aliases),
        reports_to=superior,
        duties=duties,
        training=training,
    )


def _stop(item: ListItem, context: Context) -> TrainingStep:
    """A stop keeps its whole text; only the suffix is taken out."""
    blocks = item.blocks
    within = None
    if blocks and isinstance(blocks[0], Paragraph):
        suffix = next((node for node in blocks[0].children if isinstance(node, Suffix)), None)
        if suffix is not None:
            context.allow(suffix, "within")
            within = context.limit(suffix)
            kept = strip(tuple(node for node in blocks[0].children if node is not suffix))
            blocks = (Paragraph(kept, blocks[0].place), *blocks[1:])
    return TrainingStep(context.clean(blocks), within, item.place)

"""One source file becomes one typed document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sopbook.model import Document, Kind
from sopbook.read import Reading, frontmatter, markdown, source, yaml_tree
from sopbook.read.collect import Collector
from sopbook.read.context import Context
from sopbook.read.facts import NO_FACTS, facts_of
from sopbook.read.kinds.bank import read_bank
from sopbook.read.kinds.checklist import read_checklist
from sopbook.read.kinds.common import read_common
from sopbook.read.kinds.department import read_department
from sopbook.read.kinds.form import read_form
from sopbook.read.kinds.procedure import read_procedure
from sopbook.read.kinds.reference import read_reference
from sopbook.read.kinds.role import read_role
from sopbook.read.outline import Outline

_READERS: Mapping[Kind, Callable[[Any, dict[str, Any], Outline, Context], Document]] = {
    Kind.DEPARTMENT: read_department,
    Kind.ROLE: read_role,
    Kind.PROCEDURE: read_procedure,
    Kind.CHECKLIST: read_checklist,
    Kind.FORM: read_form,
    Kind.BANK: read_bank,
    Kind.REFERENCE: read_reference,
}


def read_document(file: str, data: bytes) -> Reading:
    """Read one source. A function of its bytes alone: never raises, never looks at the disk.

    ``file`` is the path by which findings name it.
    """
    collector = Collector()
    document, names = _read(file, data, collector)
    facts = facts_of(document) if document else NO_FACTS
    return Reading(file, document, names, tuple(collector.findings), facts)


def _read(file: str, data: bytes, collector: Collector) -> tuple[Document | None, frozenset[str]]:
    text = source.decode(file, data, collector)
    parts = source.split(file, text, collector) if text is not None else None
    if parts is None:
        return None, frozenset()
    tree = yaml_tree.parse(parts.front_matter, file, 2, collector)
    blocks = markdown.parse(parts, collector)
    if tree is None:
        return None, frozenset()
    tree = frontmatter.canonical_keys(tree)
    matter, sound = frontmatter.validate(tree, file, collector)
    names = _names(tree)
    if matter is None:
        return None, names
    context = Context(parts, collector, blocks)
    kind = Kind(matter.kind)
    outline = Outline(blocks, kind, context)
    common = read_common(matter, tree.places, context, outline)
    document = _READERS[kind](matter, common, outline, context)
    return (document if sound else None), names


def _names(tree: yaml_tree.Tree) -> frozenset[str]:
    found: list[yaml_tree.Value] = [tree.values.get("id", ""), tree.values.get("title", "")]
    aliases = tree.values.get("aliases", [])
    found += aliases if isinstance(aliases, list) else [aliases]
    return frozenset(name for name in found if isinstance(name, str))

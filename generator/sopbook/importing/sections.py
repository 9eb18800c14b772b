"""Which kind of document an outline is, and which of its headings are known sections of that kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from sopbook.importing.inline import label
from sopbook.importing.outline import Node
from sopbook.importing.tree import Table
from sopbook.importing.words import pattern, words
from sopbook.model import Kind
from sopbook.read.outline import SECTIONS

STRUCTURED = {
    Kind.PROCEDURE: ("steps",),
    Kind.DEPARTMENT: ("functions", "stages", "plans"),
    Kind.ROLE: ("duties",),
    Kind.CHECKLIST: ("items",),
}
"""The sections whose lists are more than prose."""


def key_for(title: str, kind: Kind) -> str:
    """The known section of a kind that a heading names; empty if it is the author's own."""
    bare = _bare(title)
    # What a kind has structure for goes before what every kind has.
    keys = sorted(SECTIONS[kind], key=lambda key: (key not in STRUCTURED.get(kind, ()), key))
    return next((key for key in keys if key in words("headings") and pattern("headings", key).fullmatch(bare)), "")


def _bare(title: str) -> str:
    return re.sub(r"\s*[（(][^）)]{0,20}[）)]$", "", label(title)).rstrip("：:. ")


def kind_of(title: str, root: Node) -> Kind:
    """The kind that a document most looks like, forms aside; a reference if like none."""
    headings = [_bare(node.text) for node in root.walk() if node.is_heading]
    headings = headings or [_bare(node.text) for node in root.nodes]
    score: Counter[Kind] = Counter()
    for kind in (Kind.PROCEDURE, Kind.DEPARTMENT, Kind.ROLE, Kind.CHECKLIST):
        for key in STRUCTURED[kind]:
            score[kind] += 2 * any(pattern("headings", key).fullmatch(heading) for heading in headings)
        for key in sorted(SECTIONS[kind]):
            if key in STRUCTURED[kind] or sum(key in SECTIONS[other] for other in SECTIONS) > 2:
                continue
            score[kind] += any(
                pattern("headings", key).fullmatch(heading) for heading in headings if key in words("headings")
            )
    named = next((Kind(key) for key in words("titles") if pattern("titles", key).fullmatch(label(title))), None)
    if named is not None and (named in score or named is Kind.REFERENCE):
        score[named] += 2
    # Articles are what rules are made of, whatever their title.
    score[Kind.REFERENCE] += 4 * (
        sum(node.marker is not None and node.marker.family == "第条" for node in root.walk()) > 1
    )
    if any(checklist_columns(table) for table in tables_in(root)):
        score[Kind.CHECKLIST] += 3
    if any(step_columns(table) for table in tables_in(root)):
        score[Kind.PROCEDURE] += 3
    best, points = max(score.items(), key=lambda entry: (entry[1], -list(Kind).index(entry[0])))
    return best if points >= 2 else Kind.REFERENCE


def tables_in(node: Node) -> Iterator[Table]:
    """Every table below a node."""
    for child in node.children:
        if isinstance(child, Table):
            yield child
        elif isinstance(child, Node):
            yield from tables_in(child)


def columns_named(table: Table, keys: Iterable[str]) -> dict[str, int]:
    """Which column of a table is what, by the words of its first row."""
    grid = table.grid
    found: dict[str, int] = {}
    for index, cell in enumerate(grid[0] if grid else ()):
        name = label(cell.text)
        key = next((key for key in keys if key not in found and pattern("tables", key).fullmatch(name)), None)
        if key:
            found[key] = index
    return found


def checklist_columns(table: Table) -> dict[str, int]:
    """The columns of a table of things to inspect; empty if it is none. It needs criteria that are filled in."""
    found = columns_named(table, ("item", "criterion", "on_miss", "result"))
    if "criterion" not in found or "item" not in found or len(table.rows) < 3:
        return {}
    # Of ``area``, ``item``, ``criterion`` the one beside the criterion is what is inspected.
    names = [label(cell.text) for cell in table.grid[0][: found["criterion"]]]
    found["item"] = max(
        (i for i, name in enumerate(names) if pattern("tables", "item").fullmatch(name)), default=found["item"]
    )
    filled = sum(bool(row[found["criterion"]].text) for row in table.grid[1:])
    return found if filled * 2 > len(table.rows) - 1 and "result" in found else {}


def step_columns(table: Table) -> dict[str, int]:
    """The columns of a table of steps; empty if it is none. It needs a column that says who."""
    found = columns_named(table, ("responsible", "within", "record", "step", "text"))
    return found if {"step", "responsible"} <= set(found) and len(table.rows) > 2 else {}

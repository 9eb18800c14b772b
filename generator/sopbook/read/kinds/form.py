"""Reading a form: groups of typed fields, and tables with rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sopbook import prose
from sopbook.model import Field, FieldGroup, FieldType, Form, RowTable
from sopbook.places import Place
from sopbook.prose import Block, Suffix
from sopbook.read.context import Context, spelled
from sopbook.read.frontmatter import FormMatter
from sopbook.read.outline import Outline

_KEYS = ("type", "required", "options", "unit", "lines")
_CHOICES = (FieldType.CHOICE, FieldType.CHOICES)
_DEFAULT_LINES = 3
MAX_ROWS = 200
"""Blank rows of a table: more than that no sheet of paper has."""


def read_form(matter: FormMatter, common: dict[str, Any], outline: Outline, context: Context) -> Form:
    """The form that an outline describes."""
    blocks = outline.take_blocks("fields")
    parts = tuple(_part(heading, inside, context) for heading, inside in _groups(blocks))
    if not any(part.columns if isinstance(part, RowTable) else part.fields for part in parts):
        context.collector.add("SOP209", outline.place("fields") or common["place"], section="fields")
    return Form(**common, sections=outline.finish(), retention=matter.retention, parts=parts)


def _groups(blocks: tuple[Block, ...]) -> Iterator[tuple[prose.Heading | None, list[Block]]]:
    heading: prose.Heading | None = None
    inside: list[Block] = []
    for block in blocks:
        if isinstance(block, prose.Heading) and block.level == 3:
            if heading or inside:
                yield heading, inside
            heading, inside = block, []
        else:
            inside.append(block)
    if heading or inside:
        yield heading, inside


def _part(heading: prose.Heading | None, inside: list[Block], context: Context) -> FieldGroup | RowTable:
    place = heading.place if heading else inside[0].place
    own = next((node for node in heading.children if isinstance(node, Suffix)), None) if heading else None
    suffix = own or Suffix("", "", (), frozenset(), place)
    title = prose.plain(heading.children).strip() if heading else ""
    context.allow(suffix, "type", "rows")
    anchor = context.anchor(suffix, title or "fields", place)
    table = next((block for block in inside if isinstance(block, prose.Table)), None)
    if table is not None:
        notes = tuple(block for block in inside if block is not table)
        return _table(title, anchor, suffix, table, context.clean(notes), context)
    fields = tuple(_field(item, context) for block in inside if isinstance(block, prose.List) for item in block.items)
    notes = tuple(block for block in inside if not isinstance(block, prose.List))
    return FieldGroup(title, anchor, fields, context.clean(notes), place)


def _table(
    title: str, anchor: str, suffix: Suffix, table: prose.Table, notes: tuple[Block, ...], context: Context
) -> RowTable:
    columns = tuple(_column(cell, anchor, context) for cell in table.header)
    filled = (tuple(prose.plain(cell.children).strip() for cell in row) for row in table.rows)
    preset = tuple(row for row in filled if any(row))
    rows = max(context.whole(suffix, "rows", MAX_ROWS) or 1, len(preset))
    return RowTable(title, anchor, columns, preset, rows, notes, table.place)


def _column(cell: prose.Cell, table: str, context: Context) -> Field:
    suffix = next((node for node in cell.children if isinstance(node, Suffix)), None)
    label = prose.plain(cell.children).strip()
    return _typed(
        suffix or Suffix("", "", (), frozenset(), cell.place), label, (), (), cell.place, context, f"{table}."
    )


def _field(item: prose.ListItem, context: Context) -> Field:
    raw = context.need_title(context.item(item))
    nested = tuple(block for block in raw.blocks if isinstance(block, prose.List))
    options = tuple(prose.plain_blocks(entry.blocks) for block in nested for entry in block.items)
    hint = tuple(block for block in raw.body if block not in nested)
    return _typed(raw.suffix, raw.title, options, hint, raw.place, context)


def _typed(
    suffix: Suffix,
    label: str,
    nested_options: tuple[str, ...],
    hint: tuple[Block, ...],
    place: Place,
    context: Context,
    scope: str = "",
) -> Field:
    context.allow(suffix, *_KEYS)
    stated = context.value(suffix, "type", "field_type", _field_type)
    options = nested_options or _split_options(suffix.get("options") or "")
    kind = FieldType(stated) if stated else (FieldType.CHOICE if options else FieldType.TEXT)
    if kind in _CHOICES and len(options) < 2:
        context.collector.add("SOP210", place, label, label=label)
    return Field(
        anchor=context.anchor(suffix, label, place, scope),
        label=label,
        type=kind,
        required="required" in suffix.flags,
        options=options,
        unit=suffix.get("unit") or "",
        lines=context.whole(suffix, "lines", 60) or (_DEFAULT_LINES if kind is FieldType.MULTILINE else 1),
        hint=hint,
        place=place,
    )


def _field_type(word: str) -> str | None:
    found = spelled("field_types")(word)
    return None if found == "table" else found


def _split_options(text: str) -> tuple[str, ...]:
    return tuple(option.strip() for option in re.split(r"[/|\uff0f\uff5c]", text) if option.strip())

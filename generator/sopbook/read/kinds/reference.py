"""Reading a reference: glossary terms and contacts beside free sections."""

from __future__ import annotations

import re
from typing import Any

from sopbook.model import Contact, ReferenceDocument, Term
from sopbook.read.context import Context
from sopbook.read.frontmatter import ReferenceMatter
from sopbook.read.outline import Outline
from sopbook.read.tables import read_rows

_SEPARATORS = re.compile(r"[、,\uff0c;\uff1b]")


def read_reference(
    matter: ReferenceMatter, common: dict[str, Any], outline: Outline, context: Context
) -> ReferenceDocument:
    """The reference that an outline describes."""
    terms = tuple(
        Term(row.text("term"), _split(row.text("synonyms")), row.cells.get("meaning", ()), row.place, row.group)
        for row in read_rows(outline.take_tables("terms"), context, "term", "synonyms", "meaning")
    )
    contacts = tuple(
        Contact(
            name=row.text("name"),
            phones=_split(row.text("phone")),
            hours=row.text("hours"),
            note=row.cells.get("note", ()),
            place=row.place,
            group=row.group,
        )
        for row in read_rows(outline.take_tables("contacts"), context, "name", "phone", "hours", "note")
    )
    return ReferenceDocument(**common, sections=outline.finish(), terms=terms, contacts=contacts)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SEPARATORS.split(text) if part.strip())

"""What the front matter gives every document."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from sopbook.model import Control, Cover, Kind, Name, Revision
from sopbook.places import Place
from sopbook.read.context import Context
from sopbook.read.frontmatter import FrontMatter
from sopbook.read.outline import Outline
from sopbook.read.tables import read_rows
from sopbook.read.yaml_tree import Path

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_common(matter: FrontMatter, places: dict[Path, Place], context: Context, outline: Outline) -> dict[str, Any]:
    """The fields of ``Document`` except its sections (which the kind's reader still takes from)."""

    def named(key: str, text: str) -> Name:
        return Name(text, _value_place(context, places, (key,), text))

    return {
        "id": matter.id,
        "kind": Kind(matter.kind),
        "title": matter.title,
        "place": _value_place(context, places, ("id",), matter.id),
        "control": Control(
            version=matter.version,
            effective=matter.effective,
            review=matter.review,
            reviewed=matter.reviewed,
            status=matter.status,
            owner=named("owner", matter.owner),
            approver=named("approver", matter.approver),
        ),
        "department": matter.department or "",
        "keywords": tuple(matter.keywords),
        "covers": tuple(_covers(matter.covers, places, context)),
        "revisions": tuple(_revisions(outline, context)),
        "keys": tuple((str(path[0]), place) for path, place in places.items() if len(path) == 1),
    }


def name_in(common: dict[str, Any], context: Context, key: str, text: str) -> Name:
    """A name that stands in the front matter under ``key``."""
    place = dict(common["keys"]).get(key, common["place"])
    return Name(text, context.source.locate(place.line, text, place.column))


def _value_place(context: Context, places: dict[Path, Place], path: Path, text: str) -> Place:
    place = places.get(path, places.get(path[:1], Place(context.source.file)))
    return context.source.locate(place.line, text, place.column)


def _covers(entries: Iterable[str], places: dict[Path, Place], context: Context) -> Iterable[Cover]:
    for index, entry in enumerate(entries):
        requirement, _, anchor = entry.partition("#")
        yield Cover(requirement.strip(), anchor.strip(), _value_place(context, places, ("covers", index), entry))


def _revisions(outline: Outline, context: Context) -> Iterable[Revision]:
    for row in read_rows(outline.take_tables("revisions"), context, "version", "date", "change", "approver"):
        yield Revision(
            row.text("version"), _date(row.text("date")), row.text("change"), row.text("approver"), row.place
        )


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None

"""The small parts of a package that say what its other parts are: relationships, content types, properties."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from sopbook.untrusted import parse_xml
from sopbook.word.markup import attribute, text

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
CUSTOM = f"{_OFFICE}/custom-properties"
_CUSTOM_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the class of user-defined properties (MS-OLEPS)

MAIN = f"{_OFFICE}/relationships/officeDocument"
IMAGE = f"{_OFFICE}/relationships/image"
HYPERLINK = f"{_OFFICE}/relationships/hyperlink"
CORE_PROPERTIES = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
EXTENDED_PROPERTIES = f"{_OFFICE}/relationships/extended-properties"
CUSTOM_PROPERTIES = f"{_OFFICE}/relationships/custom-properties"


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part points to: ``target`` as written, ``external`` if it is outside the package."""

    id: str
    type: str
    target: str
    external: bool = False


def relations_of(part: str) -> str:
    """The name of the part that holds the relationships of ``part`` (empty for those of the package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def read_relations(name: str, data: bytes) -> list[Relation]:
    """The relationships in a part."""
    return [
        Relation(item.get("Id", ""), item.get("Type", ""), item.get("Target", ""), item.get("TargetMode") == "External")
        for item in parse_xml(name, data)
        if item.tag == f"{{{_RELATIONS}}}Relationship"
    ]


def resolve(part: str, target: str) -> str:
    """The name of the part that a relationship of ``part`` leads to."""
    path = unquote(target)
    folder = posixpath.dirname(part)
    return posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))


def write_relations(relations: Iterable[Relation]) -> bytes:
    """Relationships as a part."""
    entries = "".join(
        f'<Relationship Id="{attribute(r.id)}" Type="{attribute(r.type)}" Target="{attribute(r.target)}"'
        + (' TargetMode="External"/>' if r.external else "/>")
        for r in relations
    )
    return f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{entries}</Relationships>'.encode()


def with_relation(relations: list[Relation], type_: str, target: str) -> tuple[list[Relation], str]:
    """The relationships with one more, unless one of that type and target is there; and its id."""
    for known in relations:
        if known.type == type_ and known.target == target:
            return relations, known.id
    taken = {relation.id for relation in relations}
    new = next(name for number in range(1, len(taken) + 2) if (name := f"sop{number}") not in taken)
    return [*relations, Relation(new, type_, target)], new


@dataclass(frozen=True, slots=True)
class ContentTypes:
    """What each part is: by the end of its name, or by its whole name."""

    defaults: Mapping[str, str]
    overrides: Mapping[str, str]

    @classmethod
    def read(cls, data: bytes) -> ContentTypes:
        """The content types in ``[Content_Types].xml``."""
        root = parse_xml("[Content_Types].xml", data)
        return cls(
            {e.get("Extension", ""): e.get("ContentType", "") for e in root if e.tag == f"{{{_TYPES}}}Default"},
            {e.get("PartName", ""): e.get("ContentType", "") for e in root if e.tag == f"{{{_TYPES}}}Override"},
        )

    def of(self, part: str) -> str:
        """What a part is; empty if nothing says so."""
        ending = part.rpartition(".")[2].lower()
        return self.overrides.get(f"/{part}", self.defaults.get(ending, ""))

    def write(self) -> bytes:
        """The part ``[Content_Types].xml``."""
        defaults = "".join(
            f'<Default Extension="{attribute(ending)}" ContentType="{attribute(kind)}"/>'
            for ending, kind in self.defaults.items()
        )
        overrides = "".join(
            f'<Override PartName="{attribute(name)}" ContentType="{attribute(kind)}"/>'
            for name, kind in self.overrides.items()
        )
        return f'{_HEAD}<Types xmlns="{_TYPES}">{defaults}{overrides}</Types>'.encode()


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says about itself. ``day`` stands for both its creation and its last change."""

    title: str
    subject: str
    creator: str
    language: str
    day: dt.date
    own: Mapping[str, str]


def core_properties(properties: Properties) -> bytes:
    """The part ``docProps/core.xml``."""
    day = f"{properties.day.isoformat()}T00:00:00Z"
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{text(properties.title)}</dc:title><dc:subject>{text(properties.subject)}</dc:subject>"
        f"<dc:creator>{text(properties.creator)}</dc:creator><dc:language>{text(properties.language)}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified></cp:coreProperties>'
    ).encode()


def extended_properties(properties: Properties) -> bytes:
    """The part ``docProps/app.xml``."""
    return (
        f'{_HEAD}<Properties xmlns="{_OFFICE}/extended-properties">'
        f"<Application>sopbook</Application><Company>{text(properties.creator)}</Company></Properties>"
    ).encode()


def custom_properties(own: Mapping[str, str]) -> bytes:
    """The part ``docProps/custom.xml``: properties that Word, WPS and LibreOffice keep."""
    entries = "".join(
        f'<property fmtid="{_CUSTOM_ID}" pid="{number}" name="{attribute(name)}">'
        f"<vt:lpwstr>{text(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(own.items(), start=2)
    )
    return (f'{_HEAD}<Properties xmlns="{CUSTOM}" xmlns:vt="{_OFFICE}/docPropsVTypes">{entries}</Properties>').encode()


def read_custom_properties(data: bytes) -> dict[str, str]:
    """The text properties in ``docProps/custom.xml``."""
    root = parse_xml("docProps/custom.xml", data)
    return {item.get("name", ""): "".join(item.itertext()).strip() for item in root}

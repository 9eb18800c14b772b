"""The parts of a Word file and how they refer to each other."""

from __future__ import annotations

import posixpath
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cached_property

from sopbook.locales import Text
from sopbook.untrusted import Archive, Refused, parse_xml

_NO_WORD = Text("不是 Word 文档（里面没有正文）", "it is no Word document (there is no main part in it)")
MAX_ELEMENTS = 400_000


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to: the last word of its type, the part (or, if ``external``, the address)."""

    type: str
    target: str
    external: bool


class Package:
    """A Word file opened for reading. Raises Refused if it is none or is out of bounds."""

    def __init__(self, data: bytes) -> None:
        self.archive = Archive(data)
        self.names = frozenset(self.archive.names)
        found = [r.target for r in self.relations("").values() if r.type == "officeDocument" and r.target in self.names]
        self.main = found[0] if found else "word/document.xml"
        if self.main not in self.names:
            raise Refused(_NO_WORD)

    @cached_property
    def document(self) -> ET.Element:
        """The main part."""
        root = parse_xml(self.main, self.archive.read(self.main), MAX_ELEMENTS)
        if local(root) != "document":
            raise Refused(_NO_WORD)
        return root

    def relations(self, part: str) -> dict[str, Relation]:
        """The relations of a part, by id."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self.names:
            return {}
        found: dict[str, Relation] = {}
        for element in parse_xml(path, self.archive.read(path), MAX_ELEMENTS):
            external = element.get("TargetMode") == "External"
            target = element.get("Target", "")
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[element.get("Id", "")] = Relation(element.get("Type", "").rpartition("/")[2], target, external)
        return found

    def related(self, type_: str) -> list[tuple[str, ET.Element]]:
        """The parts of one type that the main part refers to, in the order of their names."""
        targets = sorted({r.target for r in self.relations(self.main).values() if r.type == type_ and not r.external})
        return [(t, parse_xml(t, self.archive.read(t), MAX_ELEMENTS)) for t in targets if t in self.names]


def local(element: ET.Element) -> str:
    """The name of an element without its namespace: WordprocessingML has two (strict and transitional)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: ET.Element | None, *path: str) -> ET.Element | None:
    """The first element below by local names, or None."""
    for name in path:
        if element is None:
            return None
        element = next((e for e in element if local(e) == name), None)
    return element


def value(element: ET.Element | None, name: str = "val") -> str | None:
    """An attribute by its local name, or None."""
    if element is None:
        return None
    return next((v for key, v in element.attrib.items() if key.rpartition("}")[2] == name), None)


def number(element: ET.Element | None, name: str = "val") -> int | None:
    """A whole number in an attribute, or None."""
    text = value(element, name)
    try:
        return int(float(text)) if text is not None and len(text) < 12 else None
    except ValueError:
        return None


def is_on(element: ET.Element | None) -> bool | None:
    """A switch such as ``w:b``: on if it is there and does not say otherwise; None if it is absent."""
    return None if element is None else value(element) not in ("0", "false", "off", "none")

"""A controlled copy that comes back: its paragraphs, each with the place of the source that it came from."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from sopbook.copies.document import NUMBER_PROPERTY, VERSION_PROPERTY
from sopbook.copies.marks import plain, read_mark
from sopbook.copies.outline import Role
from sopbook.locales import Text
from sopbook.untrusted import Archive, Refused, parse_xml
from sopbook.word.markup import W
from sopbook.word.relations import read_custom_properties
from sopbook.word.template import DOCUMENT, style_ids

_PROPERTIES = "docProps/custom.xml"
_STYLES = "word/styles.xml"
_NO_COPY = Text("不是由 sopbook print 生成的受控副本", "it is no controlled copy that `sopbook print` made")
_NO_MARKS = Text(
    "里面的定位标记都丢失了，无法对应到源文件",
    "its marks are all lost, so that nothing in it can be found in the source",
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it came back. ``marks`` are the checksums of places and of what was said there.

    ``row`` tells the rows of all tables apart (0: in none) and ``style`` is the name of its style.
    ``tracked`` is true if its text has changes that nobody accepted or refused yet; they count as accepted.
    """

    text: str
    marks: tuple[tuple[str, str], ...]
    style: str
    row: int
    tracked: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """A copy that came back: of which document and version, and its paragraphs from the first marked one on."""

    number: str
    version: str
    paragraphs: tuple[Paragraph, ...]


def read_copy(data: bytes) -> Returned:
    """Read a copy. Raises Refused for anything else."""
    archive = Archive(data)
    if not {DOCUMENT, _PROPERTIES, _STYLES} <= set(archive.names):
        raise Refused(_NO_COPY)
    properties = read_custom_properties(archive.read(_PROPERTIES))
    number = properties.get(NUMBER_PROPERTY, "")
    if not number:
        raise Refused(_NO_COPY)
    names = {identifier: name for name, identifier in style_ids(archive.read(_STYLES)).items()}
    body = parse_xml(DOCUMENT, archive.read(DOCUMENT)).find(_w("body"))
    found = list(_Walk(names).paragraphs(body if body is not None else ET.Element("none"), 0))
    first = next((index for index, paragraph in enumerate(found) if paragraph.marks), None)
    if first is None:
        raise Refused(_NO_MARKS)
    # Before the first mark are the cover and the signatures, which are no part of the source.
    text = [p for p in found[first:] if p.marks or not (p.style.casefold().startswith("toc ") or p.style == Role.FRONT)]
    return Returned(number, properties.get(VERSION_PROPERTY, ""), tuple(text))


def _w(name: str) -> str:
    return f"{{{W}}}{name}"


class _Walk:
    def __init__(self, styles: dict[str, str]) -> None:
        self._styles = styles
        self._rows = 0
        self._waiting: list[tuple[str, str]] = []

    def paragraphs(self, element: ET.Element, row: int) -> Iterator[Paragraph]:
        """The paragraphs below an element in order; what was deleted as a whole is left out."""
        for child in element:
            if child.tag == _w("p"):
                yield from self._paragraph(child, row)
            elif child.tag == _w("tr"):
                if child.find(f"{_w('trPr')}/{_w('del')}") is None:
                    self._rows += 1
                    yield from self.paragraphs(child, self._rows)
            elif child.tag == _w("bookmarkStart"):
                # Some programs write a mark before the paragraph that it begins in.
                self._waiting += _marks(child)
            elif child.tag != _w("del"):
                yield from self.paragraphs(child, row)

    def _paragraph(self, element: ET.Element, row: int) -> Iterator[Paragraph]:
        style = element.find(f"{_w('pPr')}/{_w('pStyle')}")
        marks = [*self._waiting, *(mark for start in element.iter(_w("bookmarkStart")) for mark in _marks(start))]
        self._waiting = []
        text = plain("".join(_characters(element)))
        changed = any(element.find(f".//{_w(name)}") is not None for name in ("ins", "del", "moveTo", "moveFrom"))
        gone = element.find(f"{_w('pPr')}/{_w('rPr')}/{_w('del')}") is not None
        if gone and not text:
            return
        name = self._styles.get(style.get(_w("val"), "") if style is not None else "", "")
        yield Paragraph(text, tuple(dict.fromkeys(marks)), name, row, changed)


def _marks(start: ET.Element) -> list[tuple[str, str]]:
    mark = read_mark(start.get(_w("name"), ""))
    return [mark] if mark else []


def _characters(element: ET.Element) -> Iterator[str]:
    for child in element:
        if child.tag in (_w("del"), _w("moveFrom"), _w("pPr"), _w("instrText")):
            continue
        if child.tag == _w("t"):
            yield child.text or ""
        elif child.tag in (_w("br"), _w("tab"), _w("cr")):
            yield " "
        elif child.tag == _w("noBreakHyphen"):
            yield "-"
        else:
            yield from _characters(child)

"""What paragraph styles say, their ancestors included."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import TypeVar

from sopbook.importing.readers.docx.package import child, is_on, local, number, value

_HEADING = re.compile(r"(?:heading|标题|標題|überschrift|titre)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|标题|標題|文档标题", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目錄)\s*\d", re.IGNORECASE)
MAX_ANCESTORS = 20
_T = TypeVar("_T")


class Styles:
    """The styles of a document, by id."""

    def __init__(self, root: ET.Element | None) -> None:
        styles = [e for e in (root if root is not None else ()) if local(e) == "style"]
        self._styles = {value(e, "styleId") or "": e for e in styles}
        self._default = next(
            (
                value(e, "styleId") or ""
                for e in styles
                if value(e, "type") == "paragraph" and value(e, "default") in ("1", "true", "on")
            ),
            "",
        )

    def heading(self, style: str) -> int:
        """The heading level that a style gives; 0 for none."""
        for element in self._lineage(style):
            match = _HEADING.fullmatch(_name(element))
            if match:
                return int(match[1])
            level = number(child(element, "pPr", "outlineLvl"))
            if level is not None:
                return level + 1 if 0 <= level < 9 else 0
        return 0

    def is_title(self, style: str) -> bool:
        """True for the style of the document's title."""
        return any(_TITLE.fullmatch(_name(element)) for element in self._lineage(style))

    def is_contents(self, style: str) -> bool:
        """True for the styles of a table of contents."""
        return any(_CONTENTS.match(_name(element)) for element in self._lineage(style))

    def numbering(self, style: str) -> tuple[int | None, int | None]:
        """The list and the level that a style gives; None for what it does not say."""
        list_ = self._first(style, lambda e: number(child(e, "pPr", "numPr", "numId")))
        return list_, self._first(style, lambda e: number(child(e, "pPr", "numPr", "ilvl")))

    def switch(self, style: str, name: str) -> bool:
        """Whether a style switches a look such as ``b`` on."""
        return bool(self._first(style, lambda e: is_on(child(e, "rPr", name))))

    def setting(self, style: str, *path: str, name: str = "val") -> str | None:
        """A paragraph setting such as ``("jc",)``, from the style or the nearest ancestor that has it."""
        return self._first(style, lambda e: value(child(e, "pPr", *path), name))

    def _first(self, style: str, read: Callable[[ET.Element], _T | None]) -> _T | None:
        return next((found for e in self._lineage(style) if (found := read(e)) is not None), None)

    def _lineage(self, style: str) -> Iterator[ET.Element]:
        seen: set[str] = set()
        current = style or self._default
        while current in self._styles and current not in seen and len(seen) < MAX_ANCESTORS:
            seen.add(current)
            yield self._styles[current]
            current = value(child(self._styles[current], "basedOn")) or ""


def _name(element: ET.Element) -> str:
    return value(child(element, "name")) or ""

"""Real numbering (ECMA-376 Part 1, 17.9): lists that start anew, in the look of the template's list styles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from sopbook.copies.outline import Mark
from sopbook.untrusted import parse_xml
from sopbook.word import edit
from sopbook.word.edit import Span
from sopbook.word.markup import W

NUMBERING = "word/numbering.xml"
_STYLES = "word/styles.xml"
_COUNTED = (Mark.OUTLINE, Mark.STEPS, Mark.NUMBERS)
DEEPEST = 8


def abstract_lists(parts: Mapping[str, bytes]) -> dict[Mark, tuple[int, int]]:
    """For each mark the template's list of that style: its number in ``w:num``, and that of its ``w:abstractNum``.

    A mark whose style leads to no list is left out.
    """
    if NUMBERING not in parts:
        return {}
    root = parse_xml(NUMBERING, parts[NUMBERING])
    known = {
        _number(num, f"{{{W}}}numId"): _number(abstract, f"{{{W}}}val")
        for num in root.iter(f"{{{W}}}num")
        if (abstract := num.find(f"{{{W}}}abstractNumId")) is not None
    }
    found: dict[Mark, tuple[int, int]] = {}
    for style in parse_xml(_STYLES, parts[_STYLES]).iter(f"{{{W}}}style"):
        name, num = style.find(f"{{{W}}}name"), style.find(f"{{{W}}}pPr/{{{W}}}numPr/{{{W}}}numId")
        if style.get(f"{{{W}}}type") == "numbering" and name is not None and num is not None:
            number = _number(num, f"{{{W}}}val")
            if name.get(f"{{{W}}}val") in list(Mark) and number in known:
                found[Mark(name.get(f"{{{W}}}val", ""))] = (number, known[number])
    return found


def _number(element: object, name: str) -> int:
    value = getattr(element, "get", lambda _: None)(name)
    return int(value) if value and re.fullmatch(r"\d{1,9}", value) else -1


class Lists:
    """Hands out list numbers for a document, and writes them into the template's part."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._abstract = abstract_lists(parts)
        taken = re.findall(rb'w:numId="(\d{1,9})"', parts[NUMBERING])
        self._next = max((int(number) for number in taken), default=0) + 1
        self._made: list[tuple[int, int, int]] = []
        self._known: dict[tuple[int, Mark, int], int] = {}
        self._document = 0

    def new_document(self) -> None:
        """From here on all lists are others than before."""
        self._document += 1

    def number(self, mark: Mark, list_: int, level: int) -> int:
        """The number (``w:numId``) of a list of the document."""
        own, abstract = self._abstract[mark]
        if mark not in _COUNTED:
            return own
        key = (self._document, mark, list_)
        if key not in self._known:
            self._known[key] = self._next
            self._made.append((self._next, abstract, level))
            self._next += 1
        return self._known[key]

    def write(self, part: bytes) -> bytes:
        """The part with the lists that were handed out."""
        # CT_Numbering is a sequence: the lists stand after their definitions and before the clean-up mark.
        top = edit.survey(part).top
        nums = [element.span.end for element in top if element.name == "num"]
        place = max(nums)
        return edit.apply(part, [(Span(place, place), "".join(self._entries()).encode())])

    def _entries(self) -> Iterable[str]:
        for number, abstract, level in self._made:
            yield (
                f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/><w:lvlOverride w:ilvl="{level}">'
                '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
            )

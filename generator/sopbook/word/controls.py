"""Content controls: the places of a Word file that are filled in.

A control is a structured document tag (ECMA-376 Part 1, 17.5.2) inside a paragraph, with its tag
and a bookmark of a name derived from it, since LibreOffice before 7.5 forgets tags and keeps
bookmarks. Text is rich text: LibreOffice 7.4 writes plain-text controls wrongly (docs/adr/0010-content-controls.md).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sopbook.word.blocks import inner_characters
from sopbook.word.markup import attribute, text

MOST_TAG = 64
"""Word cuts a longer tag."""

TICKED, UNTICKED = "\u2611", "\u2610"
_TICK_FONT = "Segoe UI Symbol"
_RUN = '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">'
_RUN_END = "</w:t></w:r></w:sdtContent></w:sdt>"
_PLACEHOLDER = "<w:showingPlcHdr/>"


def short_tag(tag: str) -> str:
    """The tag, with its end replaced by a checksum if Word would cut it."""
    if len(tag) <= MOST_TAG:
        return tag
    return f"{tag[: MOST_TAG - 13]}~{hashlib.sha256(tag.encode()).hexdigest()[:12]}"


def bookmark_name(tag: str) -> str:
    """The name of a control's bookmark. It begins with ``_``, so that Word does not list it."""
    return f"_sop{hashlib.sha256(tag.encode()).hexdigest()[:20]}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after a control's own properties and content.

    ``mark`` is the number of its bookmark in the document, or None for no bookmark.
    """

    tag: str
    alias: str
    mark: int | None

    @property
    def start(self) -> str:
        """Up to the properties that depend on the kind of control."""
        known = (
            f'<w:bookmarkStart w:id="{self.mark}" w:name="{bookmark_name(self.tag)}"/>' if self.mark is not None else ""
        )
        return (
            f'{known}<w:sdt><w:sdtPr><w:alias w:val="{attribute(self.alias[:MOST_TAG])}"/>'
            f'<w:tag w:val="{attribute(self.tag)}"/><w:lock w:val="sdtLocked"/>'
        )

    @property
    def end(self) -> str:
        """What follows the control."""
        return f'<w:bookmarkEnd w:id="{self.mark}"/>' if self.mark is not None else ""


class TextControl:
    """Free text, with line breaks."""

    def __init__(self, frame: Frame, placeholder: str) -> None:
        start = frame.start
        self._end = _RUN_END + frame.end
        self._blank = (f"{start}{_PLACEHOLDER}</w:sdtPr><w:sdtContent>{_RUN}{text(placeholder)}{self._end}",)
        self._start = f"{start}</w:sdtPr><w:sdtContent>{_RUN}"

    def pieces(self, value: str | None) -> tuple[str, ...]:
        """The control with a value: what is constant and what varies, by turns."""
        return (self._start, inner_characters(value), self._end) if value else self._blank


class DateControl:
    """A day, with a calendar to choose it from. ``pattern`` is Word's, ``language`` a BCP 47 tag."""

    def __init__(self, frame: Frame, placeholder: str, pattern: str, language: str) -> None:
        tail = (
            f'<w:dateFormat w:val="{attribute(pattern)}"/><w:lid w:val="{attribute(language)}"/>'
            '<w:storeMappedDataAs w:val="date"/><w:calendar w:val="gregorian"/></w:date></w:sdtPr>'
            f"<w:sdtContent>{_RUN}"
        )
        self._end = _RUN_END + frame.end
        self._blank = (f"{frame.start}{_PLACEHOLDER}<w:date>{tail}{text(placeholder)}{self._end}",)
        self._start = f'{frame.start}<w:date w:fullDate="'
        self._middle = f'T00:00:00Z">{tail}'

    def pieces(self, value: dt.date | None, shown: str) -> tuple[str, ...]:
        """The control with a day; ``shown`` is the day in words."""
        if value is None:
            return self._blank
        return (self._start, value.isoformat(), self._middle, text(shown), self._end)


class ListControl:
    """One of several options, from a list that drops down."""

    def __init__(self, frame: Frame, placeholder: str, options: Sequence[str]) -> None:
        items = "".join(
            f'<w:listItem w:displayText="{attribute(option)}" w:value="{attribute(option)}"/>' for option in options
        )
        known = f"<w:dropDownList>{items}</w:dropDownList></w:sdtPr><w:sdtContent>{_RUN}"
        end = _RUN_END + frame.end
        self._blank = (f"{frame.start}{_PLACEHOLDER}{known}{text(placeholder)}{end}",)
        self._options = {option: (f"{frame.start}{known}{text(option)}{end}",) for option in options}

    def pieces(self, value: str | None) -> tuple[str, ...]:
        """The control with one of its options."""
        return self._options[value] if value else self._blank


class TickControl:
    """A box to tick."""

    def __init__(self, frame: Frame) -> None:
        def made(ticked: bool) -> str:
            return (
                f'{frame.start}<w14:checkbox><w14:checked w14:val="{int(ticked)}"/>'
                f'<w14:checkedState w14:val="{ord(TICKED):04X}" w14:font="{_TICK_FONT}"/>'
                f'<w14:uncheckedState w14:val="{ord(UNTICKED):04X}" w14:font="{_TICK_FONT}"/></w14:checkbox></w:sdtPr>'
                f'<w:sdtContent><w:r><w:rPr><w:rFonts w:ascii="{_TICK_FONT}" w:hAnsi="{_TICK_FONT}" '
                f'w:eastAsia="{_TICK_FONT}" w:cs="{_TICK_FONT}" w:hint="eastAsia"/></w:rPr>'
                f"<w:t>{TICKED if ticked else UNTICKED}{_RUN_END}{frame.end}"
            )

        self._pieces = {ticked: (made(ticked),) for ticked in (False, True)}

    def pieces(self, value: bool) -> tuple[str, ...]:
        """The box, ticked or not."""
        return self._pieces[value]

"""The table of contents: a real field, with entries that are right before Word has updated it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sopbook.copies.outline import HEADINGS, Block, Grid, Line, Role
from sopbook.prose import is_wide
from sopbook.word.blocks import characters
from sopbook.word.controls import bookmark_name
from sopbook.word.markup import attribute

_BEGIN, _MIDDLE, _END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading: its place, its text with its number, its level from 1, and its page (0: not known)."""

    place: str
    text: str
    level: int
    page: int = 0


def entries(blocks: Iterable[Block], highest: Role, levels: int = 2) -> list[Entry]:
    """The headings of an outline, numbered as the template's outline list does."""
    found: list[Entry] = []
    numbers = [0, 0]
    base = HEADINGS.index(highest)
    for block in blocks:
        if not isinstance(block, Line) or block.role not in HEADINGS:
            continue
        number = ""
        if block.mark:
            numbers = [numbers[0] + 1, 0] if block.level == 0 else [numbers[0], numbers[1] + 1]
            number = ".".join(map(str, numbers[: block.level + 1])) + "  "
        elif block.role is Role.DOCUMENT:
            numbers = [0, 0]
        level = HEADINGS.index(block.role) - base + 1
        if level <= levels:
            found.append(Entry(block.key, number + block.text, level))
    return found


def field(found: Sequence[Entry], styles: tuple[str, str], levels: int = 2, *, dirty: bool) -> str:
    """The field. ``styles`` are the ids of its two levels; a dirty one is updated by Word when it opens the file."""
    if not found:
        return ""
    begin = _BEGIN.replace("/>", ' w:dirty="true"/>', 1) if dirty else _BEGIN
    start = f'{begin}<w:r><w:instrText xml:space="preserve"> TOC \\o "1-{levels}" \\h \\z </w:instrText></w:r>{_MIDDLE}'
    paragraphs = [
        f'<w:p><w:pPr><w:pStyle w:val="{attribute(styles[entry.level - 1])}"/></w:pPr>'
        + (start if index == 0 else "")
        + _entry(entry)
        + (_END if index == len(found) - 1 else "")
        + "</w:p>"
        for index, entry in enumerate(found)
    ]
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
        f"</w:docPartObj></w:sdtPr><w:sdtContent>{''.join(paragraphs)}</w:sdtContent></w:sdt>"
    )


def _entry(entry: Entry) -> str:
    name = bookmark_name(entry.place)
    return (
        f'<w:hyperlink w:anchor="{name}" w:history="1"><w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
        f"{characters(entry.text)}</w:r><w:r><w:tab/></w:r>{_BEGIN}"
        f'<w:r><w:instrText xml:space="preserve"> PAGEREF {name} \\h </w:instrText></w:r>{_MIDDLE}'
        f"<w:r>{characters(str(entry.page))}</w:r>{_END}</w:hyperlink>"
    )


# ------------------------------------------------------------------- where no layout is known

_LINE = 16.5  # points, of text
_PAGE = 700.0
_EM = 10.5
_GAPS = {Role.PART: 60, Role.DOCUMENT: 40, Role.SECTION: 34, Role.PHASE: 28, Role.GROUP: 24, Role.STEP: 24}


def estimated(
    found: Sequence[Entry], blocks: Sequence[Block], first: int, width: int, new_page: frozenset[str]
) -> list[Entry]:
    """The entries with the pages that they are likely to be on: by the lengths of texts, as no layout is at hand.

    ``first`` is the page on which the blocks begin, ``width`` that of the text in twips; a heading
    whose place is in ``new_page`` begins a page.
    """
    pages: dict[str, int] = {}
    page, used = first, 0.0
    for block in blocks:
        height = _height(block, width / 20)
        if isinstance(block, Line) and block.key in new_page and used:
            page, used = page + 1, 0.0
        keep = 3 * _LINE if isinstance(block, Line) and block.role in _GAPS else 0
        if used + min(height, _PAGE / 4) + keep > _PAGE:
            page, used = page + 1, 0.0
        if isinstance(block, Line):
            pages[block.key] = page
        used += height
        while used > _PAGE:
            page, used = page + 1, used - _PAGE
    return [replace(entry, page=pages.get(entry.place, first)) for entry in found]


def _height(block: Block, width: float) -> float:
    if isinstance(block, Grid):
        total = sum(block.shares)
        rows = block.all_rows
        return sum(
            max(
                sum(_lines(line.text, width * share / total - 9) for line in cell) or 1
                for cell, share in zip(row.cells, block.shares, strict=True)
            )
            * 13.0
            + 5
            for row in rows
        )
    return _lines(block.text, width - 21 * block.level) * _LINE + _GAPS.get(block.role, 3) * 0.5


def _lines(text: str, width: float) -> int:
    return sum(
        max(1, math.ceil(sum(_EM if is_wide(char) else _EM * 0.52 for char in line) / width))
        for line in text.split("\n")
    )

"""Paragraphs, runs and tables as WordprocessingML. Lengths are in twips (1/20 point) unless they say otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sopbook.word.markup import attribute, text

# Quotation marks, dashes and dots exist in both widths: the hint says that ours are the wide ones.
_HINT = '<w:rFonts w:hint="eastAsia"/>'


def run(words: str, *, bold: bool = False, italic: bool = False) -> str:
    """Text in the paragraph's style; line feeds become line breaks."""
    properties = _HINT + ("<w:b/><w:bCs/>" if bold else "") + ("<w:i/><w:iCs/>" if italic else "")
    return f"<w:r><w:rPr>{properties}</w:rPr>{characters(words)}</w:r>"


def characters(words: str) -> str:
    """The content of a run: text, with its line feeds and tabs."""
    return '<w:t xml:space="preserve">' + inner_characters(words) + "</w:t>"


def inner_characters(words: str) -> str:
    """Like ``characters``, without the outermost tags, for a place that has them already."""
    if words.isprintable():
        return text(words)
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    return (
        text(plain)
        .replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
        .replace("\t", '</w:t><w:tab/><w:t xml:space="preserve">')
    )


def paragraph(content: str, style: str = "", *, keep_next: bool = False, align: str = "", indent: int = 0) -> str:
    """A paragraph of runs. ``style`` is a style's id, ``align`` one of left, center, right."""
    properties = (
        (f'<w:pStyle w:val="{attribute(style)}"/>' if style else "")
        + ("<w:keepNext/>" if keep_next else "")
        + (f'<w:ind w:left="{indent}"/>' if indent else "")
        + (f'<w:jc w:val="{align}"/>' if align else "")
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>" if properties else f"<w:p>{content}</w:p>"


@dataclass(frozen=True, slots=True)
class Box:
    """A table cell: its paragraphs, how many grid columns it spans, and whether a merged column starts or goes on."""

    content: str
    span: int = 1
    merge: str = ""  # "restart", "continue" or nothing
    top: bool = False  # text at the top, for a place to write several lines


def row(boxes: Iterable[Box], widths: Sequence[int], *, height: int = 0, header: bool = False) -> str:
    """A table row that never breaks across pages; a header row is repeated on each page."""
    cells: list[str] = []
    column = 0
    for box in boxes:
        width = sum(widths[column : column + box.span])
        column += box.span
        properties = (
            f'<w:tcW w:w="{width}" w:type="dxa"/>'
            + (f'<w:gridSpan w:val="{box.span}"/>' if box.span > 1 else "")
            + (f'<w:vMerge w:val="{box.merge}"/>' if box.merge else "")
            + f'<w:vAlign w:val="{"top" if box.top else "center"}"/>'
        )
        cells.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{box.content}</w:tc>")
    properties = (
        "<w:cantSplit/>"
        + (f'<w:trHeight w:val="{height}" w:hRule="atLeast"/>' if height else "")
        + ("<w:tblHeader/>" if header else "")
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def table_start(widths: Sequence[int], style: str, name: str, description: str, *, header_row: bool) -> str:
    """The beginning of a table; ``name`` and ``description`` are what a screen reader says of it."""
    look = f'w:firstRow="{int(header_row)}" w:lastRow="0" w:firstColumn="{int(not header_row)}" w:lastColumn="0"'
    value = "0020" if header_row else "0080"
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{attribute(style)}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="{value}" {look} w:noHBand="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{attribute(name)}"/><w:tblDescription w:val="{attribute(description)}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )


TABLE_END = "</w:tbl>"

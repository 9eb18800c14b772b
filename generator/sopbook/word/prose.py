"""From prose to Word paragraphs. Print cannot be clicked: a reference says number and title, a link its address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sopbook import prose
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale
from sopbook.model import Document
from sopbook.prose import Block, Inline
from sopbook.read.links import is_external
from sopbook.word.blocks import TABLE_END, Box, paragraph, row, run, table_start

_INDENT = 300


@dataclass(frozen=True, slots=True)
class WordProse:
    """Renders the prose of one document. ``table_style`` is the id of the style of its tables.

    ``picture`` makes a run of a picture; without it, a picture is its alternative text.
    """

    handbook: Handbook
    words: Locale
    document: Document
    table_style: str
    width: int
    picture: Callable[[prose.Image], str] | None = None

    def blocks(self, blocks: tuple[Block, ...], style: str, indent: int = 0) -> str:
        """Blocks as paragraphs in one style."""
        return "".join(self._block(block, style, indent) for block in blocks)

    def _block(self, block: Block, style: str, indent: int) -> str:
        match block:
            case prose.Paragraph(children):
                return paragraph(self.inlines(children), style, indent=indent)
            case prose.Heading(children=children):
                return paragraph(self.inlines(children, bold=True), style, keep_next=True, indent=indent)
            case prose.List():
                return "".join(self._items(block, style, indent))
            case prose.Table(header=header, rows=rows):
                return self._table(header, rows, style)
            case prose.Quote(blocks):
                return self.blocks(blocks, style, indent + _INDENT)
            case prose.Callout(kind=kind, blocks=blocks):
                title = paragraph(
                    run(self.words.word("callouts", kind), bold=True), style, keep_next=True, indent=indent
                )
                return title + self.blocks(blocks, style, indent + _INDENT)
            case prose.CodeBlock(text):
                return paragraph(run(text), style, indent=indent + _INDENT)
            case prose.ThematicBreak():
                return ""

    def _items(self, block: prose.List, style: str, indent: int) -> Iterator[str]:
        for number, item in enumerate(block.items, start=1):
            mark = f"{number}. " if block.ordered else "• " if item.checked is None else "☐ "
            first, *rest = item.blocks or (prose.Paragraph((), item.place),)
            if isinstance(first, prose.Paragraph):
                yield paragraph(run(mark) + self.inlines(first.children), style, indent=indent + _INDENT)
            else:
                yield self._block(first, style, indent + _INDENT)
            yield self.blocks(tuple(rest), style, indent + 2 * _INDENT)

    def _table(self, header: tuple[prose.Cell, ...], rows: tuple[tuple[prose.Cell, ...], ...], style: str) -> str:
        widths = [self.width // len(header)] * len(header)
        title = " / ".join(prose.plain(cell.children) for cell in header)
        return (
            table_start(widths, self.table_style, title, title, header_row=True)
            + row((Box(paragraph(self.inlines(c.children, bold=True), style)) for c in header), widths, header=True)
            + "".join(row((Box(paragraph(self.inlines(c.children), style)) for c in cells), widths) for cells in rows)
            + TABLE_END
        )

    def inlines(self, inlines: tuple[Inline, ...], *, bold: bool = False, italic: bool = False) -> str:
        """Inlines as runs."""
        parts: list[str] = []
        for index, node in enumerate(inlines):
            match node:
                case prose.SoftBreak():
                    before = prose.plain(inlines[max(0, index - 1) : index])
                    space = prose.join_lines(before, prose.plain(inlines[index + 1 : index + 2]))
                    parts.append(run(space) if space else "")
                case prose.Strong(children):
                    parts.append(self.inlines(children, bold=True, italic=italic))
                case prose.Emphasis(children):
                    parts.append(self.inlines(children, bold=bold, italic=True))
                case prose.Link(href=href, children=children):
                    parts.append(self.inlines(children, bold=bold, italic=italic))
                    if is_external(href) and prose.plain(children) != href:
                        parts.append(run(f" ({href})", bold=bold))
                case prose.Image() if self.picture:
                    parts.append(self.picture(node))
                case _:
                    parts.append(run(self.words_of(node), bold=bold, italic=italic))
        return "".join(parts)

    def words_of(self, node: Inline) -> str:
        """The words of an inline that holds no others."""
        match node:
            case prose.Text(text) | prose.Code(text):
                return text
            case prose.LineBreak():
                return "\n"
            case prose.Image(alt=alt):
                return f"[{alt}]" if alt else ""
            case prose.FigureUse(name):
                return self.figure(name)
            case prose.Reference(label=label):
                target = self.handbook.follow(node, self.document)
                if target is None or label:
                    return label or str(node)
                if target.document.id == self.document.id:
                    return target.title
                title = target.title if not target.anchor else f"{target.document.title} · {target.title}"
                return f"{target.document.id} {title}"
        return ""

    def figure(self, name: str) -> str:
        """The value of a figure as readers say it; its name if there is none."""
        figure = self.handbook.figures.get(name)
        if figure is None:
            return name
        return self.words.duration(figure.duration) if figure.duration else figure.value

"""Prose as HTML for other systems: well-formed XML, few tags, no class that means anything there.

``from_html.py`` is its other half.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup, escape

from sopbook import prose
from sopbook.prose import Block, Inline
from sopbook.read.links import is_safe_link

_SAFE_IN_URL = "/:?&=%@+,;#~.-_()"


def _as_named(name: str) -> str:
    return quote(name)


@dataclass(frozen=True, slots=True)
class Fragment:
    """Renders settled prose. ``address`` turns a picture's name into what ``src`` says."""

    address: Callable[[str], str] = _as_named

    def blocks(self, blocks: tuple[Block, ...]) -> Markup:
        """Blocks as HTML."""
        return Markup("").join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> Markup:
        match block:
            case prose.Paragraph(children):
                return Markup("<p>{}</p>").format(self.inlines(children))
            case prose.Heading(level=level, children=children):
                return Markup("<h{0}>{1}</h{0}>").format(level, self.inlines(children))
            case prose.List(ordered=ordered, items=items):
                rows = Markup("").join(Markup("<li>{}</li>").format(self._item(item)) for item in items)
                return Markup("<{0}>{1}</{0}>").format("ol" if ordered else "ul", rows)
            case prose.Table(header=header, rows=rows):
                head = self._row(header, "th")
                body = Markup("").join(self._row(row, "td") for row in rows)
                return Markup("<table><thead>{}</thead><tbody>{}</tbody></table>").format(head, body)
            case prose.Quote(blocks):
                return Markup("<blockquote>{}</blockquote>").format(self.blocks(blocks))
            case prose.Callout(kind=kind, blocks=blocks):
                return Markup('<blockquote class="sop-{}">{}</blockquote>').format(kind, self.blocks(blocks))
            case prose.CodeBlock(text):
                return Markup("<pre>{}</pre>").format(text)
            case prose.ThematicBreak():
                return Markup("<hr/>")

    def _item(self, item: prose.ListItem) -> Markup:
        if len(item.blocks) == 1 and isinstance(item.blocks[0], prose.Paragraph):
            return self.inlines(item.blocks[0].children)
        return self.blocks(item.blocks)

    def _row(self, row: tuple[prose.Cell, ...], tag: str) -> Markup:
        cells = (Markup("<{0}>{1}</{0}>").format(tag, self.inlines(cell.children)) for cell in row)
        return Markup("<tr>{}</tr>").format(Markup("").join(cells))

    def inlines(self, inlines: tuple[Inline, ...]) -> Markup:
        """Inlines as HTML."""
        return Markup("").join(self._inline(node) for node in inlines)

    def _inline(self, node: Inline) -> Markup:
        match node:
            case prose.Text(text):
                return escape(text)
            case prose.LineBreak():
                return Markup("<br/>")
            case prose.Strong(children):
                return Markup("<strong>{}</strong>").format(self.inlines(children))
            case prose.Emphasis(children):
                return Markup("<em>{}</em>").format(self.inlines(children))
            case prose.Code(text):
                return Markup("<code>{}</code>").format(text)
            case prose.Link(href=href, children=children):
                words = self.inlines(children)
                return (
                    Markup('<a href="{}">{}</a>').format(quote(href, _SAFE_IN_URL), words)
                    if is_safe_link(href)
                    else words
                )
            case prose.Image(source=name, alt=alt):
                return Markup('<img src="{}" alt="{}"/>').format(self.address(name), alt)
        return Markup("")

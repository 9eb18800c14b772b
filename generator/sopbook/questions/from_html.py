"""HTML from another system as prose: what the source format can say is kept, the rest becomes its text.

No tag, attribute or script reaches a source. The depth of nesting is bounded, since prose is a tree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

from sopbook import prose
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.questions.text import clean, spaced, tidy
from sopbook.read.links import is_external, is_safe_link

_DEEPEST = 20
_INLINE: dict[str, type[prose.Strong] | type[prose.Emphasis]] = {
    "strong": prose.Strong,
    "b": prose.Strong,
    "em": prose.Emphasis,
    "i": prose.Emphasis,
}
_HEADINGS = {f"h{level}": max(level, 3) for level in range(1, 7)}
_CONTAINERS = frozenset({"ul", "ol", "li", "table", "tr", "td", "th", "blockquote", "pre", "code", "a", *_INLINE})
_BREAKING = frozenset(
    {"p", "div", "section", "article", "caption", "figure", "figcaption", "dl", "dt", "dd", *_HEADINGS}
)
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "iframe", "object"})


@dataclass
class _Node:
    """An element that is still open: its blocks so far, and the inlines since the last of them."""

    tag: str
    attributes: dict[str, str]
    blocks: list[object] = field(default_factory=list)
    inlines: list[Inline] = field(default_factory=list)
    level: int = 0


class _Reader(HTMLParser):
    def __init__(self, place: Place, picture: Callable[[str], str | None]) -> None:
        super().__init__(convert_charrefs=True)
        self._place = place
        self._picture = picture
        self._open = [_Node("", {})]
        self._silent = 0
        self._extra = 0

    # ------------------------------------------------------------------- what comes in

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        elif self._silent:
            return
        elif tag == "br":
            self._top.inlines.append(prose.LineBreak())
        elif tag == "hr":
            self._flush()
            self._top.blocks.append(prose.ThematicBreak(self._place))
        elif tag == "img":
            self._image(attributes)
        elif tag in _BREAKING:
            self._flush()
            self._top.level = _HEADINGS.get(tag, 0)
        elif tag in _CONTAINERS:
            if len(self._open) > _DEEPEST:
                self._extra += 1
                return
            if tag in ("ul", "ol", "table", "blockquote", "pre"):
                self._flush()
            elif tag in ("li", "tr", "td", "th"):
                self._leave_unclosed(tag)
            self._open.append(_Node(tag, attributes))

    def _leave_unclosed(self, tag: str) -> None:
        """HTML lets ``</li>``, ``</td>`` and ``</tr>`` be left out."""
        closes = {"li": ("li",), "td": ("td", "th"), "th": ("td", "th"), "tr": ("tr", "td", "th")}[tag]
        while self._top.tag in closes:
            self._close()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKING and not self._silent:
            self._flush()
        elif tag in _CONTAINERS and not self._silent:
            if self._extra:
                self._extra -= 1
            elif any(node.tag == tag for node in self._open):
                while self._close() != tag:
                    pass

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        text = clean(data)
        if not any(node.tag in ("pre", "code") for node in self._open):
            text = spaced(text)
        self._top.inlines.append(prose.Text(text))

    def _image(self, attributes: dict[str, str]) -> None:
        name = self._picture(unquote(attributes.get("src", "")))
        alt = clean(" ".join(attributes.get("alt", "").split()))
        self._top.inlines.append(prose.Image(name, alt, self._place) if name else prose.Text(alt))

    # ------------------------------------------------------------------- what comes out

    @property
    def _top(self) -> _Node:
        return self._open[-1]

    def _flush(self) -> None:
        """End the paragraph that is being read."""
        node = self._top
        inlines = tidy(node.inlines)
        if inlines:
            found = (
                prose.Heading(node.level, inlines, self._place) if node.level else prose.Paragraph(inlines, self._place)
            )
            node.blocks.append(found)
        node.inlines = []
        node.level = 0

    def _close(self) -> str:
        node = self._open.pop()
        if node.tag in _INLINE or node.tag in ("a", "code"):
            self._close_inline(node)
            return node.tag
        if node.tag == "pre":
            text = prose.plain(tuple(node.inlines)).strip("\n")
            self._top.blocks.append(prose.CodeBlock(text, self._place))
            return node.tag
        self._open.append(node)
        self._flush()
        self._open.pop()
        blocks = tuple(block for block in node.blocks if isinstance(block, Block))
        parent = self._top.blocks
        match node.tag:
            case "li":
                parent.append(prose.ListItem(blocks, None, self._place))
            case "ul" | "ol":
                items = tuple(item for item in node.blocks if isinstance(item, prose.ListItem))
                if items:
                    parent.append(prose.List(node.tag == "ol", items, self._place))
            case "td" | "th":
                parent.append(prose.Cell(_in_one(blocks), self._place))
            case "tr":
                parent.append(tuple(cell for cell in node.blocks if isinstance(cell, prose.Cell)))
            case "table":
                parent.extend(self._table([row for row in node.blocks if isinstance(row, tuple) and row]))
            case "blockquote":
                parent.append(self._quote(node, blocks))
        return node.tag

    def _close_inline(self, node: _Node) -> None:
        # A paragraph inside bold text is no HTML, but word processors write it.
        inlines = prose.merged([*_in_one(tuple(b for b in node.blocks if isinstance(b, Block))), *node.inlines])
        words = prose.plain(inlines)
        parent = self._top.inlines
        if node.tag == "code" and words:
            parent.append(prose.Code(words))
        elif node.tag == "a":
            href = node.attributes.get("href", "").strip()
            if is_external(href) and is_safe_link(href) and inlines:
                parent.append(prose.Link(href, inlines, self._place))
            else:
                parent.extend(inlines)
        elif node.tag in _INLINE and words.strip():
            parent.append(_INLINE[node.tag](inlines))
        else:
            parent.extend(inlines)

    def _table(self, rows: list[tuple[prose.Cell, ...]]) -> list[Block]:
        if not rows:
            return []
        width = max(map(len, rows))
        empty = prose.Cell((), self._place)
        full = [(*row, *[empty] * (width - len(row))) for row in rows]
        return [prose.Table(full[0], tuple(full[1:]), self._place)]

    def _quote(self, node: _Node, blocks: tuple[Block, ...]) -> Block:
        kind = node.attributes.get("class", "").removeprefix("sop-")
        if kind in ("note", "tip", "important", "warning", "caution"):
            return prose.Callout(kind, blocks, self._place)  # type: ignore[arg-type]
        return prose.Quote(blocks, self._place)

    def result(self) -> tuple[Block, ...]:
        self.close()
        while len(self._open) > 1:
            self._close()
        self._flush()
        return tuple(block for block in self._top.blocks if isinstance(block, Block))


def read_html(html: str, place: Place, picture: Callable[[str], str | None]) -> tuple[Block, ...]:
    """The blocks of a piece of HTML.

    ``picture`` gets an image's address and gives the name of the picture that travels along, or
    None for one that does not: then its alternative text stays.
    """
    reader = _Reader(place, picture)
    reader.feed(html)
    return reader.result()


def in_one_line(blocks: tuple[Block, ...]) -> tuple[Inline, ...]:
    """Blocks as inlines, for a place that holds no more: a break between paragraphs, items and rows."""
    return _in_one(blocks)


def _in_one(blocks: tuple[Block, ...]) -> tuple[Inline, ...]:
    found: list[Inline] = []
    for block in blocks:
        if found:
            found.append(prose.LineBreak())
        match block:
            case prose.Paragraph(children) | prose.Heading(children=children):
                found.extend(children)
            case _:
                found.append(prose.Text(" ".join(prose.plain_blocks((block,)).split())))
    return tidy(found)

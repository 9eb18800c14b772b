"""From Markdown text to a tree of prose, every node with its place.

CommonMark with tables, read by markdown-it, plus the format's own inline marks: references,
figures and braces suffixes. HTML is not part of the format: it is reported and kept as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from sopbook import prose
from sopbook.locales import canonical
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.read import suffix
from sopbook.read.collect import Collector
from sopbook.read.links import is_safe_link
from sopbook.read.source import Source

MAX_NESTING = 40
"""Lists and quotes within each other; what lies deeper is reported, since the parser leaves it out."""

_REFERENCE = re.compile(r"\[\[([^\[\]#|\n]*)(?:#([^\[\]|\n]+))?(?:\|([^\[\]\n]+))?\]\]")
_FIGURE = re.compile(r"\{\{([^{}\n]+)\}\}")
_CALLOUT = re.compile(r"\[!([^\]\n]+)\]\s*")
_TASK = re.compile(r"\[([ xX])\](?:\s+|$)")
_COMMENT = re.compile(r"\s*<!--.*-->\s*", re.DOTALL)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def _mark(name: str, pattern: re.Pattern[str]) -> None:
    """Register an inline rule that turns a match of ``pattern`` into a token that knows its offset."""

    def rule(state: StateInline, silent: bool) -> bool:
        match = pattern.match(state.src, state.pos)
        if match is None or (name == "sop_suffix" and not suffix.looks_like(match[1])):
            return False
        if name == "sop_reference" and not (match[1].strip() or match[2]):
            return False
        if not silent:
            token = state.push(name, "", 0)
            token.content = match[0]
            token.meta = {"groups": match.groups(), "offset": state.pos}
        state.pos = match.end()
        return True

    _PARSER.inline.ruler.before("link", name, rule)


_PARSER = MarkdownIt("commonmark", {"html": True, "maxNesting": MAX_NESTING}).enable("table")
# Links are judged by our own rule, which reports what it refuses, and are kept as written.
_PARSER.validateLink = lambda url: True  # type: ignore[method-assign]
_PARSER.normalizeLink = lambda url: url  # type: ignore[method-assign]
_mark("sop_reference", _REFERENCE)
_mark("sop_figure", _FIGURE)
_mark("sop_suffix", suffix.PATTERN)


def parse(source: Source, collector: Collector) -> tuple[Block, ...]:
    """The blocks of a document's body."""
    tokens = _PARSER.parse(source.body)
    for token in tokens:
        if token.level >= MAX_NESTING - 1:
            line = source.body_line + (token.map[0] if token.map else 0)
            collector.add("SOP101", Place(source.file, line), reason="nesting", limit=MAX_NESTING)
            break
    return _Builder(source, collector).blocks(tokens)


class _Builder:
    """Turns markdown-it's flat tokens into a tree."""

    def __init__(self, source: Source, collector: Collector) -> None:
        self._source = source
        self._collector = collector

    # ------------------------------------------------------------------------- blocks

    def blocks(self, tokens: Sequence[Token]) -> tuple[Block, ...]:
        found: list[Block] = []
        index = 0
        while index < len(tokens):
            end = _closing(tokens, index)
            block = self._block(tokens[index], tokens[index + 1 : end])
            if block is not None:
                found.append(block)
            index = end + 1
        return tuple(found)

    def _block(self, token: Token, inside: Sequence[Token]) -> Block | None:
        place = self._place_of(token)
        match token.type:
            case "paragraph_open":
                return prose.Paragraph(self._inlines(inside[0]), place)
            case "heading_open":
                return prose.Heading(int(token.tag[1:]), self._inlines(inside[0]), place)
            case "bullet_list_open" | "ordered_list_open":
                return prose.List(token.type.startswith("ordered"), self._items(inside), place)
            case "blockquote_open":
                return self._quote(inside, place)
            case "table_open":
                return self._table(inside, place)
            case "fence" | "code_block":
                return prose.CodeBlock(token.content.rstrip("\n"), place)
            case "hr":
                return prose.ThematicBreak(place)
            case "html_block":
                return self._html_block(token, place)
        raise AssertionError(f"markdown-it made a token this reader does not know: {token.type}")

    def _items(self, tokens: Sequence[Token]) -> tuple[prose.ListItem, ...]:
        found: list[prose.ListItem] = []
        index = 0
        while index < len(tokens):
            end = _closing(tokens, index)
            inside = tokens[index + 1 : end]
            checked = self._take_task_mark(inside)
            found.append(prose.ListItem(self.blocks(inside), checked, self._place_of(tokens[index])))
            index = end + 1
        return tuple(found)

    def _take_task_mark(self, inside: Sequence[Token]) -> bool | None:
        if len(inside) < 2 or inside[0].type != "paragraph_open" or not inside[1].children:
            return None
        first = inside[1].children[0]
        match = _TASK.match(first.content) if first.type == "text" else None
        if match is None:
            return None
        first.content = first.content[match.end() :]
        return match[1] != " "

    def _quote(self, inside: Sequence[Token], place: Place) -> Block:
        if len(inside) > 1 and inside[0].type == "paragraph_open" and inside[1].children:
            children = inside[1].children
            match = _CALLOUT.match(children[0].content) if children[0].type == "text" else None
            kind = canonical("callouts", match[1]) if match else None
            if match and kind:
                children[0].content = children[0].content[match.end() :]
                if not children[0].content and len(children) > 1 and children[1].type == "softbreak":
                    del children[:2]
                blocks = tuple(
                    block
                    for block in self.blocks(inside)
                    if not (isinstance(block, prose.Paragraph) and not block.children)
                )
                return prose.Callout(kind, blocks, place)  # type: ignore[arg-type]
        return prose.Quote(self.blocks(inside), place)

    def _table(self, inside: Sequence[Token], place: Place) -> prose.Table:
        rows: list[list[prose.Cell]] = []
        for token in inside:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(prose.Cell(self._inlines(token), self._place_of(token)))
        return prose.Table(tuple(rows[0]), tuple(tuple(row) for row in rows[1:]), place)

    def _html_block(self, token: Token, place: Place) -> Block | None:
        if _COMMENT.fullmatch(token.content):
            return None
        self._refuse_html(token.content, place)
        return prose.Paragraph((prose.Text(token.content.strip()),), place)

    # ------------------------------------------------------------------------ inlines

    def _inlines(self, token: Token) -> tuple[Inline, ...]:
        found, _ = self._run(token, token.children or [], 0, "")
        return found

    def _run(self, inline: Token, children: Sequence[Token], index: int, until: str) -> tuple[tuple[Inline, ...], int]:
        """The inlines from ``index`` to the token of type ``until``, and the index after that."""
        found: list[Inline] = []
        while index < len(children) and children[index].type != until:
            token = children[index]
            if token.nesting == 1:
                inner, index = self._run(inline, children, index + 1, token.type.replace("_open", "_close"))
                found.extend(self._span(inline, token, inner))
            else:
                node = self._leaf(inline, token)
                if node is not None:
                    found.append(node)
                index += 1
        return tuple(found), index + 1

    def _span(self, inline: Token, token: Token, inner: tuple[Inline, ...]) -> tuple[Inline, ...]:
        if token.type == "strong_open":
            return (prose.Strong(inner),)
        if token.type == "em_open":
            return (prose.Emphasis(inner),)
        href = str(token.attrGet("href") or "")
        place = self._find(inline, href)
        if is_safe_link(href):
            return (prose.Link(href, inner, place),)
        self._collector.add("SOP702", place, href, href=href)
        return (*inner, prose.Text(f" ({href})"))

    def _leaf(self, inline: Token, token: Token) -> Inline | None:
        match token.type:
            case "text" | "text_special":
                return prose.Text(token.content) if token.content else None
            case "softbreak":
                return prose.SoftBreak()
            case "hardbreak":
                return prose.LineBreak()
            case "code_inline":
                return prose.Code(token.content)
            case "image":
                return self._image(inline, token)
            case "html_inline":
                return self._html_inline(inline, token)
            case "sop_reference":
                number, anchor, label = (part.strip() if part else "" for part in token.meta["groups"])
                return prose.Reference(number, anchor, label, self._at(inline, token))
            case "sop_figure":
                return prose.FigureUse(token.meta["groups"][0].strip(), self._at(inline, token))
            case "sop_suffix":
                place = self._at(inline, token)
                return suffix.parse(token.meta["groups"][0], token.content, place, self._collector)
        raise AssertionError(f"markdown-it made a token this reader does not know: {token.type}")

    def _image(self, inline: Token, token: Token) -> Inline:
        href = str(token.attrGet("src") or "")
        place = self._find(inline, href)
        if is_safe_link(href):
            return prose.Image(href, token.content, place)
        self._collector.add("SOP702", place, href, href=href)
        return prose.Text(token.content)

    def _html_inline(self, inline: Token, token: Token) -> Inline | None:
        if _COMMENT.fullmatch(token.content):
            return None
        if _LINE_BREAK.fullmatch(token.content):
            return prose.LineBreak()
        self._refuse_html(token.content, self._find(inline, token.content))
        return prose.Text(token.content)

    def _refuse_html(self, html: str, place: Place) -> None:
        first = html.strip().splitlines()[0] if html.strip() else html
        self._collector.add("SOP701", place, first[:80], html=first[:80])

    # ------------------------------------------------------------------------- places

    def _place_of(self, token: Token) -> Place:
        line = self._source.body_line + (token.map[0] if token.map else 0)
        return self._source.locate(line, "")

    def _at(self, inline: Token, token: Token) -> Place:
        """The place of a token that knows its offset in the inline content."""
        before = inline.content[: token.meta["offset"]]
        line = self._source.body_line + (inline.map[0] if inline.map else 0) + before.count("\n")
        # The content has lost its indentation, so count how often the same mark came before it on its line.
        same_line = before.rpartition("\n")[2]
        place = self._source.locate(line, token.content)
        for _ in range(same_line.count(token.content)):
            place = self._source.locate(line, token.content, place.column + 1)
        return place

    def _find(self, inline: Token, text: str) -> Place:
        """The place of text whose offset markdown-it does not tell: its first line in the block."""
        first, last = inline.map or (0, 1)
        for line in range(self._source.body_line + first, self._source.body_line + last):
            if text and text in self._source.line(line):
                return self._source.locate(line, text)
        return self._place_of(inline)


def _closing(tokens: Sequence[Token], index: int) -> int:
    """The index of the token that closes the one at ``index`` (itself, if it opens nothing)."""
    depth = 0
    for position in range(index, len(tokens)):
        depth += tokens[position].nesting
        if depth == 0:
            return position
    return len(tokens) - 1

"""Running text as a tree: what a target renders, whatever its format.

Blocks hold inlines; both are immutable. Nothing here is HTML or Markdown: a target that
writes HTML or Word walks the tree and decides what each node becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal, get_args, get_type_hints

from msgspec.structs import replace

from sopbook.node import Apart, Node
from sopbook.places import Place

# ----------------------------------------------------------------------------- inlines


class Text(Node, frozen=True):
    """Plain characters."""

    text: str


class SoftBreak(Node, frozen=True):
    """A line end in the source: a space between words, nothing between Chinese characters."""


class LineBreak(Node, frozen=True):
    """A line end that the author asked for."""


class Strong(Node, frozen=True):
    children: tuple[Inline, ...]


class Emphasis(Node, frozen=True):
    children: tuple[Inline, ...]


class Code(Node, frozen=True):
    text: str


class Link(Node, frozen=True):
    """A link to the outside or to a file beside the document (``href`` as written)."""

    href: str
    children: tuple[Inline, ...]
    place: Place


class Image(Node, frozen=True):
    """A picture beside the document; ``alt`` is its text alternative."""

    source: str
    alt: str
    place: Place


class Reference(Node, frozen=True):
    """``[[number#anchor|label]]``; an empty number means this document, an empty anchor the whole."""

    number: str
    anchor: str
    label: str
    place: Place

    def __str__(self) -> str:
        return f"{self.number}#{self.anchor}" if self.anchor else self.number


class FigureUse(Node, frozen=True):
    """``{{name}}``: the value of a figure from the handbook's settings."""

    name: str
    place: Place


class Suffix(Node, frozen=True):
    """A braces suffix; the readers of the kinds consume it, so a handbook holds none.

    ``values`` keeps the keys in canonical spelling, in source order.
    """

    raw: str
    anchor: str
    values: tuple[tuple[str, str], ...]
    flags: frozenset[str]
    place: Place

    def get(self, key: str) -> str | None:
        """The value of ``key``, or None."""
        return dict(self.values).get(key)


Inline = Text | SoftBreak | LineBreak | Strong | Emphasis | Code | Link | Image | Reference | FigureUse | Suffix

# ------------------------------------------------------------------------------ blocks

CalloutKind = Literal["note", "tip", "important", "warning", "caution", "rationale"]


class Paragraph(Node, frozen=True):
    children: tuple[Inline, ...]
    place: Place


class Heading(Node, frozen=True):
    """A heading inside a section; ``level`` is 3 to 6."""

    level: int
    children: tuple[Inline, ...]
    place: Place


class ListItem(Node, frozen=True):
    """``checked`` is None for an item that is not part of a task list."""

    blocks: tuple[Block, ...]
    checked: bool | None
    place: Place


class List(Node, frozen=True):
    ordered: bool
    items: tuple[ListItem, ...]
    place: Place


class Cell(Node, frozen=True):
    children: tuple[Inline, ...]
    place: Place


class Table(Node, frozen=True):
    """A table; every row has as many cells as the header."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    place: Place


class Quote(Node, frozen=True):
    blocks: tuple[Block, ...]
    place: Place


class Callout(Node, frozen=True):
    """A note or a caution that stands out from the text."""

    kind: CalloutKind
    blocks: tuple[Block, ...]
    place: Place


class CodeBlock(Node, frozen=True):
    text: str
    place: Place


class ThematicBreak(Node, frozen=True):
    place: Place


Block = Paragraph | Heading | List | Table | Quote | Callout | CodeBlock | ThematicBreak

# ----------------------------------------------------------------------------- helpers


def walk(node: object) -> Iterator[object]:
    """Every node in and below ``node`` (a node, or tuples of nodes), in reading order."""
    for root, nodes in _walked:
        if root is node:
            return iter(nodes)
    return _walk(node)


@contextmanager
def walked_once(node: object) -> Iterator[None]:
    """Within the ``with`` block, ``walk(node)`` goes through the nodes that were found at its beginning."""
    _walked.append((node, tuple(_walk(node))))
    try:
        yield
    finally:
        _walked.pop()


_walked: list[tuple[object, tuple[object, ...]]] = []


def _walk(node: object) -> Iterator[object]:
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tuple):
            waiting.extend(reversed(here))
        elif isinstance(here, Node) and not isinstance(here, Place):
            yield here
            for name in _holding(type(here)):
                waiting.append(getattr(here, name))


@cache
def _holding(kind: type[Node]) -> tuple[str, ...]:
    """The parts of a class that can hold nodes, by their annotations, the last one first."""
    return tuple(name for name, hint in reversed(get_type_hints(kind).items()) if _holds_nodes(hint))


def _holds_nodes(hint: Any) -> bool:
    if isinstance(hint, type) and issubclass(hint, Node | Apart):
        return hint is not Place
    return any(map(_holds_nodes, get_args(hint)))


def merged(inlines: Iterable[Inline]) -> tuple[Inline, ...]:
    """The inlines with neighbouring texts (and code) as one, and empty ones left out."""
    found: list[Inline] = []
    for node in inlines:
        last = found[-1] if found else None
        if isinstance(node, Text) and isinstance(last, Text):
            found[-1] = Text(last.text + node.text)
        elif isinstance(node, Code) and isinstance(last, Code):
            found[-1] = Code(last.text + node.text)
        elif not (isinstance(node, Text) and not node.text):
            found.append(node)
    return tuple(found)


def rewritten(inlines: tuple[Inline, ...], change: Callable[[Inline], Iterable[Inline]]) -> tuple[Inline, ...]:
    """The inlines with what ``change`` makes of each; it is asked about those inside before those around them.

    A line end of the source becomes what it stands for: a space or nothing.
    """
    found: list[Inline] = []
    for index, node in enumerate(inlines):
        if isinstance(node, SoftBreak):
            node = Text(join_lines(plain(inlines[max(0, index - 1) : index]), plain(inlines[index + 1 : index + 2])))
        elif isinstance(node, Strong | Emphasis | Link):
            node = replace(node, children=rewritten(node.children, change))
        found.extend(change(node))
    return merged(found)


def rewritten_blocks(blocks: tuple[Block, ...], change: Callable[[Inline], Iterable[Inline]]) -> tuple[Block, ...]:
    """The blocks with ``rewritten`` applied to all that they hold."""
    return tuple(_rewritten_block(block, change) for block in blocks)


def _rewritten_block(block: Block, change: Callable[[Inline], Iterable[Inline]]) -> Block:
    def cells(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(replace(cell, children=rewritten(cell.children, change)) for cell in row)

    match block:
        case Paragraph(children) | Heading(children=children):
            return replace(block, children=rewritten(children, change))
        case List(items=items):
            kept = (replace(item, blocks=rewritten_blocks(item.blocks, change)) for item in items)
            return replace(block, items=tuple(kept))
        case Table(header=header, rows=rows):
            return replace(block, header=cells(header), rows=tuple(cells(row) for row in rows))
        case Quote(blocks) | Callout(blocks=blocks):
            return replace(block, blocks=rewritten_blocks(blocks, change))
    return block


def is_wide(char: str) -> bool:
    """True for characters that are written without spaces between them (Chinese, its punctuation)."""
    code = ord(char)
    return 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0xFE30 <= code <= 0xFFEF or code >= 0x20000


def join_lines(before: str, after: str) -> str:
    """What a line end between two texts stands for: a space, or nothing between wide characters."""
    if before and after and is_wide(before[-1]) and is_wide(after[0]):
        return ""
    return " "


def plain(inlines: tuple[Inline, ...]) -> str:
    """The text of ``inlines`` without any mark-up; references and figures as they are named."""
    parts: list[str] = []
    for index, node in enumerate(inlines):
        match node:
            case Text(text) | Code(text):
                parts.append(text)
            case SoftBreak():
                parts.append(join_lines("".join(parts), plain(inlines[index + 1 : index + 2])))
            case LineBreak():
                parts.append(" ")
            case Strong(children) | Emphasis(children) | Link(children=children):
                parts.append(plain(children))
            case Image(alt=alt):
                parts.append(alt)
            case Reference(label=label):
                parts.append(label or str(node))
            case FigureUse(name):
                parts.append(name)
            case Suffix():
                pass
    return "".join(parts)


def plain_blocks(blocks: tuple[Block, ...]) -> str:
    """The text of ``blocks``, one line for each paragraph, cell row or list item."""
    lines: list[str] = []
    for node in walk(blocks):
        match node:
            case Paragraph(children) | Heading(children=children):
                lines.append(plain(children))
            case Table(header=header, rows=rows):
                lines.extend(" ".join(plain(cell.children) for cell in row) for row in (header, *rows))
            case CodeBlock(text):
                lines.append(text)
    return "\n".join(line.strip() for line in lines if line.strip())

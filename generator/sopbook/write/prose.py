"""From the prose tree to Markdown that the reader turns into the same tree.

Text is escaped as lightly as the reader allows: what people will edit should look like what they would write.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sopbook import prose
from sopbook.node import Node, rebuilt
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.read import markdown
from sopbook.read.collect import Collector
from sopbook.read.source import Source

_NOWHERE = Place("")
_ALWAYS = re.compile(r"[\\`*]|<(?=[A-Za-z/!?])|&(?=[A-Za-z#])|\{(?=\{)|!(?=\[)")
_HEAVY = re.compile(r"[\\`*_\[\]{<]|&(?=[A-Za-z#])")
_DOUBTFUL = re.compile(r"[_\[{]")
_LINE_START = re.compile(r"(?P<digits>\d{1,9})(?=[.)](\s|$))|(?=[#>+=~|-]|:?-)")


def write_blocks(blocks: Sequence[Block]) -> str:
    """The Markdown of blocks, ending with a line end; empty for no blocks."""
    text = _blocks(blocks, loose=True)
    return f"{text}\n" if text else ""


def write_inlines(inlines: Sequence[Inline]) -> str:
    """The Markdown of a paragraph's content; it may have several lines."""
    nodes = _trimmed(inlines)
    light = _lines(_run(nodes, _ALWAYS, "\\\n"))
    if not any(isinstance(n, prose.Text) and _DOUBTFUL.search(n.text) for n in prose.walk(tuple(nodes))):
        return light
    return light if _reads_as(light, nodes) else _lines(_run(nodes, _HEAVY, "\\\n"))


def suffix(anchor: str = "", values: Iterable[tuple[str, str]] = (), flags: Iterable[str] = ()) -> prose.Suffix:
    """A braces suffix with what is not empty; values are quoted where they need it."""
    given = tuple((key, " ".join(value.replace('"', "”").split())) for key, value in values if value)
    flags = frozenset(flags)
    words = [*([f"#{anchor}"] if anchor else []), *(f"{key}={_quoted(value)}" for key, value in given), *sorted(flags)]
    return prose.Suffix(f"{{{' '.join(words)}}}" if words else "", anchor, given, flags, _NOWHERE)


def unplaced(node: Any) -> Any:
    """A node (or tuple of nodes) with its places blanked and neighbouring texts joined, for comparing."""
    if isinstance(node, tuple):
        return _joined([unplaced(child) for child in node])
    if isinstance(node, Place):
        return _NOWHERE
    if isinstance(node, Node):
        return rebuilt(node, unplaced)
    return node


def _joined(nodes: list[Any]) -> tuple[Any, ...]:
    found: list[Any] = []
    for node in nodes:
        if found and isinstance(node, prose.Text) and isinstance(found[-1], prose.Text):
            found[-1] = prose.Text(found[-1].text + node.text)
        else:
            found.append(node)
    return tuple(found)


# ---------------------------------------------------------------------------------- blocks


def _blocks(blocks: Sequence[Block], *, loose: bool) -> str:
    """Blocks one below the other. In a list item (not ``loose``) a list or quote follows its paragraph at once."""
    text = ""
    other = False
    for index, block in enumerate(blocks):
        before = blocks[index - 1] if index else None
        other = isinstance(block, prose.List) and _same_list(before, block) and not other
        if before is not None:
            text += "\n" if not loose and _may_follow(before, block) else "\n\n"
        text += _block(block, other)
    return text


def _may_follow(before: Block, block: Block) -> bool:
    return isinstance(before, prose.Paragraph) and isinstance(block, prose.List | prose.Callout | prose.Quote)


def _same_list(before: Block | None, block: prose.List) -> bool:
    return isinstance(before, prose.List) and before.ordered is block.ordered


def _block(block: Block, other: bool) -> str:
    match block:
        case prose.Paragraph(children):
            return write_inlines(children)
        case prose.Heading(level, children):
            return f"{'#' * level} {_one_line(children)}".rstrip()
        case prose.List(ordered, items):
            marker = ("1)" if other else "1.") if ordered else ("*" if other else "-")
            return "\n".join(_item(item, marker) for item in items)
        case prose.Table():
            return _table(block)
        case prose.Quote(blocks):
            return _prefixed(_blocks(blocks, loose=True), "> ", "> ")
        case prose.Callout():
            return _callout(block)
        case prose.CodeBlock(text):
            longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
            fence = "`" * max(3, longest + 1)
            return f"{fence}\n{text}\n{fence}"
        case prose.ThematicBreak():
            return "___"


def _item(item: prose.ListItem, marker: str) -> str:
    text = _blocks(item.blocks, loose=not _is_tight(item.blocks))
    if item.checked is not None:
        text = f"[{'x' if item.checked else ' '}] {text}".rstrip()
    elif text.startswith("[") and re.match(r"\[[ xX]\](\s|$)", text):
        text = f"\\{text}"
    return _prefixed(text, f"{marker} ", " " * (len(marker) + 1))


def _is_tight(blocks: Sequence[Block]) -> bool:
    """True if no blank line is needed: one paragraph, then lists and quotes."""
    return all(isinstance(block, prose.List | prose.Callout | prose.Quote) for block in blocks[1:])


def _prefixed(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    rest = [f"{others}{line}" if line else others.rstrip() for line in lines[1:]]
    return "\n".join([f"{first}{lines[0]}".rstrip(), *rest])


def _callout(callout: prose.Callout) -> str:
    head = f"[!{callout.kind}]"
    first = callout.blocks[0] if callout.blocks else None
    text = _blocks(callout.blocks, loose=True)
    if isinstance(first, prose.Paragraph):
        return _prefixed(f"{head} {text}", "> ", "> ")
    return _prefixed(f"{head}\n\n{text}" if text else head, "> ", "> ")


def _table(table: prose.Table) -> str:
    rows = [_row(table.header), f"|{' --- |' * len(table.header)}", *(_row(row) for row in table.rows)]
    return "\n".join(rows)


def _row(cells: Sequence[prose.Cell]) -> str:
    written = (_one_line(cell.children).replace("|", "\\|") for cell in cells)
    return "|" + "".join(f" {text} |" if text else "  |" for text in written)


# --------------------------------------------------------------------------------- inlines


def _one_line(inlines: Sequence[Inline]) -> str:
    """Inlines where a line end would end the block: in a heading or a cell."""
    nodes = [prose.Text(" ") if isinstance(node, prose.SoftBreak) else node for node in _trimmed(inlines)]
    light = _run(nodes, _ALWAYS, "<br>")
    if any(isinstance(node, prose.Text) and _DOUBTFUL.search(node.text) for node in prose.walk(tuple(nodes))):
        # A line start that means something in a paragraph means nothing here, so it must not spoil the comparison.
        guarded = _trimmed([prose.Text("x "), *nodes])
        light = light if _reads_as(f"x {light}", guarded) else _run(nodes, _HEAVY, "<br>")
    # Hashes at its end would be taken for the closing part of a heading.
    return re.sub(r"(^|\s)(#+)$", r"\1\\\2", light)


def _reads_as(text: str, nodes: Sequence[Inline]) -> bool:
    source = Source("", tuple(text.split("\n")), "", text, 1)
    collector = Collector()
    read = markdown.parse(source, collector)
    wanted = (prose.Paragraph(tuple(nodes), _NOWHERE),)
    return not collector.findings and unplaced(read) == unplaced(wanted)


def _trimmed(inlines: Sequence[Inline]) -> list[Inline]:
    """Inlines as Markdown can hold them: no white space at the ends of lines, none doubled by joining."""
    found: list[Inline] = []
    for node in _joined(list(inlines)):
        if isinstance(node, prose.Text):
            node = prose.Text(re.sub(r"[ \t]*\n[ \t]*", " ", node.text))
            if not found or isinstance(found[-1], prose.SoftBreak | prose.LineBreak):
                node = prose.Text(node.text.lstrip())
            if not node.text:
                continue
        elif isinstance(node, prose.SoftBreak | prose.LineBreak):
            _strip_end(found)
        found.append(node)
    _strip_end(found)
    while found and isinstance(found[-1], prose.SoftBreak | prose.LineBreak):
        found.pop()
        _strip_end(found)
    return found


def _strip_end(found: list[Inline]) -> None:
    if found and isinstance(found[-1], prose.Text):
        stripped = found[-1].text.rstrip()
        if stripped:
            found[-1] = prose.Text(stripped)
        else:
            found.pop()


def _run(inlines: Sequence[Inline], escapes: re.Pattern[str], line_break: str) -> str:
    text = ""
    for index, node in enumerate(inlines):
        after = next(_characters(inlines[index + 1 :]), "")
        text += _inline(node, escapes, line_break, text[-1:], after)
    return text


def _inline(node: Inline, escapes: re.Pattern[str], line_break: str, before: str, after: str) -> str:
    match node:
        case prose.Text(text):
            return escapes.sub(lambda match: f"\\{match[0]}", text)
        case prose.SoftBreak():
            return "\n"
        case prose.LineBreak():
            return line_break
        case prose.Strong(children):
            return _marked(_run(children, escapes, line_break), "**", before, after)
        case prose.Emphasis(children):
            return _marked(_run(children, escapes, line_break), "*", before, after)
        case prose.Code(text):
            return _code(text)
        case prose.Link(href, children):
            return f"[{_run(children, _HEAVY, line_break)}]({_address(href)})"
        case prose.Image(source, alt):
            return f"![{_HEAVY.sub(lambda match: f'{chr(92)}{match[0]}', alt)}]({_address(source)})"
        case prose.Reference(label=label):
            return f"[[{node}|{label}]]" if label else f"[[{node}]]"
        case prose.FigureUse(name):
            return f"{{{{{name}}}}}"
        case prose.Suffix(raw=raw):
            return raw


def _marked(inner: str, mark: str, before: str, after: str) -> str:
    """Text in emphasis marks; without them where CommonMark would not see them (between a word and punctuation)."""
    if not inner.strip() or inner != inner.strip():
        return inner
    opens = not _is_punctuation(inner[0]) or _is_edge(before)
    closes = not _is_punctuation(inner[-1]) or _is_edge(after)
    return f"{mark}{inner}{mark}" if opens and closes and before != "*" and after != "*" else inner


def _is_edge(char: str) -> bool:
    return not char or char.isspace() or _is_punctuation(char)


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _characters(inlines: Sequence[Inline]) -> Iterator[str]:
    for node in inlines:
        match node:
            case prose.Text(text):
                yield from text
            case prose.SoftBreak() | prose.LineBreak():
                yield "\n"
            case prose.Strong() | prose.Emphasis():
                yield "*"
            case _:
                yield "["


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _address(href: str) -> str:
    return f"<{href}>" if re.search(r"[\s()<>]", href) or not href else href


def _lines(text: str) -> str:
    """Mark characters at the start of a line that would begin another kind of block."""
    return "\n".join(_escape_start(line.lstrip(" \t")) for line in text.split("\n"))


def _escape_start(line: str) -> str:
    match = _LINE_START.match(line)
    if match is None:
        return line
    return f"{match[0]}\\{line[match.end() :]}"


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r'[\s{}"=#]', value) else value

"""Web pages, saved from a browser or from Word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree, html

from sopbook.importing.encoding import decode
from sopbook.importing.readers import Input, Reader
from sopbook.importing.readers.bounds import check_rows
from sopbook.importing.tree import BLANK, Block, Cell, Entry, Fate, Marker, Original, Paragraph, Run, Spot, Table, Where
from sopbook.locales import Text
from sopbook.untrusted import Refused

MAX_DEPTH = 200
MAX_ELEMENTS = 200_000
_DEEP = Text("网页结构过大或过深", "the page has too many or too deeply nested elements")
_EMPTY = Text("网页里没有内容", "there is nothing in the page")
_INVISIBLE = frozenset(
    {"script", "style", "noscript", "template", "head", "meta", "link", "title", "base", "svg", "math"}
)
_FURNITURE = frozenset({"nav", "aside", "footer", "header"})
_EMBEDDED = frozenset({"iframe", "object", "embed", "video", "audio", "canvas", "applet"})
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr", "input", "select", "textarea", "button",
))  # fmt: skip
_LEAD = re.compile(r"^[ \t\n]+|[ \t\n]+$")


@dataclass(frozen=True, slots=True)
class _Look:
    bold: bool = False
    italic: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class _Item:
    """The list item whose first paragraph comes next."""

    marker: Marker


def read(input_: Input) -> Original:
    """The blocks of a page. Raises Refused for what is out of bounds."""
    text, encoding = decode(input_.data)
    guessed = [Entry(Fate.GUESSED, "encoding", Spot(Where.FILE), detail=encoding)] if encoding != "utf-8" else []
    return read_html(text, tuple(guessed))


def read_html(text: str, entries: tuple[Entry, ...] = (), first_line: int = 0) -> Original:
    """The blocks of HTML; ``first_line`` is added to the lines by which places are named."""
    # An XML declaration contradicts text that is decoded already.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    parser = html.HTMLParser(no_network=True, huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Refused(_EMPTY) from error
    _bound(root)
    walker = _Walker(first_line)
    blocks = tuple(walker.blocks(root, 0))
    title = " ".join((root.findtext(".//title") or "").split())
    return Original(blocks, (*entries, *walker.entries), {}, {"title": title} if title else {})


def _bound(root: html.HtmlElement) -> None:
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise Refused(_DEEP)


class _Walker:
    """Walks through the elements of a page in reading order."""

    def __init__(self, first_line: int) -> None:
        self.entries: list[Entry] = []
        self._first_line = first_line
        self._lists = 0
        self._tables = 0
        self._item: _Item | None = None

    def blocks(self, element: html.HtmlElement, depth: int) -> Iterator[Block]:
        """The blocks in an element; runs of inline content become paragraphs."""
        runs = [Run(element.text)] if element.text else []
        spot = self._spot(element)
        for node in element:
            if not isinstance(node.tag, str):
                runs += [Run(node.tail)] if node.tail else []
                continue
            if node.tag in _INLINE and not self._holds_blocks(node):
                runs += self._inline(node, _Look())
            else:
                yield from self._flush(runs, spot, depth)
                runs = []
                yield from self._block(node, depth)
                spot = self._spot(node)
            if node.tail:
                runs.append(Run(node.tail))
        yield from self._flush(runs, spot, depth)

    def _block(self, node: html.HtmlElement, depth: int) -> Iterator[Block]:
        tag = str(node.tag)
        if tag in _INVISIBLE:
            return
        if _hidden(node) or tag in _FURNITURE:
            text = " ".join(" ".join(node.itertext()).split())
            if text:
                code = "furniture" if tag in _FURNITURE else "hidden"
                self.entries.append(Entry(Fate.LEFT_OUT, code, self._spot(node), text))
        elif tag in _EMBEDDED:
            text = " ".join(" ".join(node.itertext()).split())
            self.entries.append(Entry(Fate.LEFT_OUT, "embedded", self._spot(node), text or node.get("src") or tag))
        elif re.fullmatch(r"h[1-6]", tag):
            for block in self.blocks(node, depth):
                yield replace(block, heading=int(tag[1])) if isinstance(block, Paragraph) else block
        elif tag in ("ul", "ol", "menu", "dir"):
            yield from self._list(node, depth)
        elif tag == "table":
            yield self._table(node)
        elif tag == "pre":
            for offset, line in enumerate("".join(node.itertext()).split("\n")):
                if line.strip():
                    yield Paragraph(
                        (Run(line.strip()),), replace(self._spot(node), number=self._spot(node).number + offset)
                    )
        elif tag != "hr":
            yield from self.blocks(node, depth)

    def _holds_blocks(self, node: html.HtmlElement) -> bool:
        return any(
            isinstance(e.tag, str) and e.tag not in _INLINE and e.tag not in _INVISIBLE for e in node.iterdescendants()
        )

    def _flush(self, runs: Sequence[Run], spot: Spot, depth: int) -> Iterator[Block]:
        cleaned = _collapsed(runs)
        if not cleaned:
            return
        item, self._item = self._item, None
        indent = depth * 18.0 if depth else None
        yield Paragraph(cleaned, spot, marker=item.marker if item else None, indent=indent)

    # ----------------------------------------------------------------------- inlines

    def _inline(self, node: html.HtmlElement, look: _Look) -> list[Run]:
        tag = node.tag
        if not isinstance(tag, str) or tag in _INVISIBLE:
            return []
        if _hidden(node):
            text = " ".join(" ".join(node.itertext()).split())
            if text:
                self.entries.append(Entry(Fate.LEFT_OUT, "hidden", self._spot(node), text))
            return []
        if tag in ("br", "img", "input", "textarea", "select"):
            return self._leaf(node, look)
        weight = re.search(r"font-weight\s*:\s*(\w+)", node.get("style") or "")
        heavy = bool(weight) and (weight[1] == "bold" or (weight[1].isdigit() and int(weight[1]) >= 600))  # type: ignore[index]
        look = _Look(
            look.bold or tag in ("b", "strong") or heavy,
            look.italic or tag in ("i", "em"),
            _web(node.get("href")) if tag == "a" else look.href,
        )
        runs = [Run(node.text, look.bold, look.italic, look.href)] if node.text else []
        for inner in node:
            runs += self._inline(inner, look)
            if inner.tail:
                runs.append(Run(inner.tail, look.bold, look.italic, look.href))
        return runs

    def _leaf(self, node: html.HtmlElement, look: _Look) -> list[Run]:
        match node.tag:
            case "br":
                return [Run("\v")]
            case "img":
                text = (node.get("alt") or "").strip()
                self.entries.append(
                    Entry(Fate.LEFT_OUT, "picture", self._spot(node), text or (node.get("src") or "")[:200])
                )
                return []
            case "input" if node.get("type") in ("checkbox", "radio"):
                return [Run("☑" if node.get("checked") is not None else "□")]
            case "input" if node.get("type") in ("hidden", "submit", "button", "image", "reset"):
                return []
            case "select":
                options = [" ".join((o.text or "").split()) for o in node.iter("option")]
                return [Run(" ".join(f"□{option}" for option in options if option))]
        return [Run(" ".join((node.text or node.get("value") or "").split()) or BLANK)]

    # ------------------------------------------------------------------ lists, tables

    def _list(self, node: html.HtmlElement, depth: int) -> Iterator[Block]:
        self._lists += 1
        family = f"auto:html{self._lists}"
        number = _whole(node.get("start"), 1)
        for item in node:
            if item.tag != "li":
                if isinstance(item.tag, str):
                    yield from self._block(item, depth)
                continue
            ordinals: tuple[int, ...] = ()
            label = "•"
            if node.tag == "ol":
                number = _whole(item.get("value"), number)
                ordinals, label = (number,), f"{number}."
                number += 1
            self._item = _Item(Marker(label, f"{family}:{depth}", ordinals, depth, automatic=True))
            yield from self.blocks(item, depth + 1)
            if self._item is not None and ordinals:
                yield Paragraph((), self._spot(item), marker=self._item.marker)
            self._item = None

    def _table(self, node: html.HtmlElement) -> Block:
        self._tables += 1
        number = self._tables
        rows = [row for row in node.iter("tr") if next(row.iterancestors("table")) is node]
        check_rows(number, len(rows))
        outer, self._item = self._item, None
        found: list[tuple[Cell, ...]] = []
        for caption in node.findall("caption"):
            text = " ".join(" ".join(caption.itertext()).split())
            spot = Spot(Where.TABLE, number, 1, 1)
            if text:
                self.entries.append(Entry(Fate.CHANGED, "caption", spot, text))
                width = sum(min(_whole(c.get("colspan"), 1), 100) for c in rows[0]) if rows else 1
                found.append((Cell((Paragraph((Run(text),), spot),), spot, columns=max(1, width)),))
        for index, row in enumerate(rows, len(found) + 1):
            cells = []
            for position, cell in enumerate((c for c in row if c.tag in ("td", "th")), 1):
                spot = Spot(Where.TABLE, number, index, position)
                blocks = tuple(replace(block, spot=spot) for block in self.blocks(cell, 0))
                height = min(max(1, _whole(cell.get("rowspan"), 1)), len(rows))
                cells.append(Cell(blocks, spot, height, min(max(1, _whole(cell.get("colspan"), 1)), 100)))
            found.append(tuple(cells))
        self._item = outer
        return Table(tuple(found), Spot(Where.TABLE, number))

    def _spot(self, node: html.HtmlElement) -> Spot:
        return Spot(Where.LINE, (node.sourceline or 1) + self._first_line)


def _collapsed(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs with white space as a browser shows it: one space for many, none at the ends; ``\\v`` is a line break."""
    found: list[Run] = []
    for run in runs:
        text = re.sub(r"[ \t\n\r]+", " ", run.text)
        before = found[-1].text[-1:] if found else ""
        if before in (" ", "\v", ""):
            text = text.lstrip(" ")
        if text == "\v" and found:
            found[-1] = replace(found[-1], text=found[-1].text.rstrip(" "))
        if text or run.image:
            found.append(replace(run, text=text))
    while found and not found[-1].text.strip(" \v") and not found[-1].image:
        found.pop()
    while found and not found[0].text.strip(" \v\u00a0\u3000") and not found[0].image:
        found.pop(0)
    if not any(run.text.strip() or run.image for run in found):
        return ()
    found[-1] = replace(found[-1], text=found[-1].text.rstrip(" \v"))
    return tuple(replace(run, text=run.text.replace("\v", "\n")) for run in found)


def _hidden(node: html.HtmlElement) -> bool:
    style = (node.get("style") or "").replace(" ", "").lower()
    # Word saves the numbers of its lists in a span that other programs are to ignore.
    return "display:none" in style or "visibility:hidden" in style or node.get("hidden") is not None


def _web(href: str | None) -> str:
    return href.strip() if href and re.match(r"\s*(https?:|mailto:|tel:)", href) else ""


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.strip().isdigit() and len(text) < 6 else default


READER = Reader(suffixes=(".html", ".htm", ".xhtml"), read=read)

"""Markdown of any flavour: CommonMark with tables and task lists; HTML in it is read too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sopbook.importing.encoding import decode
from sopbook.importing.readers import Input, Reader
from sopbook.importing.readers.html import read_html
from sopbook.importing.tree import Block, Cell, Entry, Fate, Marker, Original, Paragraph, Run, Spot, Table, Where
from sopbook.locales import Text, canonical
from sopbook.prose import join_lines
from sopbook.read import yaml_tree
from sopbook.read.collect import Collector
from sopbook.untrusted import Refused

MAX_NESTING = 60
_DEEP = Text("列表或引用嵌套过深", "lists or quotes are nested too deeply")
_PARSER = MarkdownIt("commonmark", {"html": True, "maxNesting": MAX_NESTING}).enable("table").enable("strikethrough")
_TASK = re.compile(r"\[([ xX])\](\s+|$)")
_MATTER = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Item:
    marker: Marker | None
    checked: bool | None = None


def read(input_: Input) -> Original:
    """The blocks of a Markdown file. Raises Refused for bytes that are no text."""
    text, encoding = decode(input_.data)
    entries = [] if encoding == "utf-8" else [Entry(Fate.GUESSED, "encoding", Spot(Where.FILE), detail=encoding)]
    matter, body, offset = _front(text)
    tokens = _PARSER.parse(body)
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise Refused(_DEEP)
    walker = _Walker(offset, entries)
    for key in matter:
        if canonical("keys", key) is None and matter[key]:
            walker.entries.append(Entry(Fate.LEFT_OUT, "matter", Spot(Where.LINE, 1), f"{key}: {matter[key]}"))
    known = {canonical("keys", key) or key: value for key, value in matter.items()}
    return Original(tuple(walker.blocks(tokens, 0)), tuple(walker.entries), {}, known)


def _front(text: str) -> tuple[dict[str, str], str, int]:
    """The values of YAML front matter, the body, and the number of lines before it."""
    match = _MATTER.match(text)
    tree = yaml_tree.parse(match[1] or "", "", 2, Collector()) if match else None
    if match is None or tree is None:
        return {}, text, 0
    flat = {str(key): _flat(value) for key, value in tree.values.items()}
    return flat, text[match.end() :], match[0].count("\n")


def _flat(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_flat, value))
    return str(value) if not isinstance(value, dict) else "; ".join(f"{k}: {_flat(v)}" for k, v in value.items())


class _Walker:
    def __init__(self, offset: int, entries: list[Entry]) -> None:
        self.entries = entries
        self._offset = offset
        self._lists = 0
        self._tables = 0
        self._item: _Item | None = None

    def blocks(self, tokens: Sequence[Token], depth: int) -> Iterator[Block]:
        """The blocks of tokens on one level."""
        index = 0
        while index < len(tokens):
            token = tokens[index]
            end = index
            level = 0
            while True:
                level += tokens[end].nesting
                if level <= 0:
                    break
                end += 1
            yield from self._block(token, tokens[index + 1 : end], depth)
            index = end + 1

    def _block(self, token: Token, inside: Sequence[Token], depth: int) -> Iterator[Block]:
        spot = Spot(Where.LINE, (token.map[0] if token.map else 0) + 1 + self._offset)
        match token.type:
            case "paragraph_open":
                yield self._paragraph(self._runs(inside[0], spot), spot, depth, 0)
            case "heading_open":
                yield self._paragraph(self._runs(inside[0], spot), spot, depth, int(token.tag[1:]))
            case "bullet_list_open" | "ordered_list_open":
                yield from self._list(token, inside, depth)
            case "table_open":
                yield self._table(inside)
            case "blockquote_open":
                yield from self.blocks(inside, depth + 1)
            case "fence" | "code_block":
                for number, line in enumerate(token.content.split("\n"), spot.number + (token.type == "fence")):
                    if line.strip():
                        yield self._paragraph((Run(line.strip()),), Spot(Where.LINE, number), depth, 0)
            case "html_block":
                if re.sub(r"<!--.*?-->", "", token.content, flags=re.DOTALL).strip():
                    found = read_html(token.content, (), spot.number - 1)
                    self.entries += found.entries
                    yield from found.blocks

    def _paragraph(self, runs: tuple[Run, ...], spot: Spot, depth: int, heading: int) -> Paragraph:
        item, self._item = self._item, None
        indent = depth * 18.0 if depth else None
        marker, checked = (item.marker, item.checked) if item else (None, None)
        return Paragraph(runs, spot, heading=heading, marker=marker, indent=indent, checked=checked)

    def _list(self, token: Token, inside: Sequence[Token], depth: int) -> Iterator[Block]:
        self._lists += 1
        ordered = token.type.startswith("ordered")
        number = int(token.attrGet("start") or 1) if ordered else 0
        family = f"auto:md{self._lists}:{depth}"
        index = 0
        while index < len(inside):
            end = index + 1
            level = 1
            while level:
                level += inside[end].nesting
                end += 1
            content = inside[index + 1 : end - 1]
            label, ordinals = (f"{number}.", (number,)) if ordered else ("•", ())
            checked = _take_task(content)
            self._item = _Item(Marker(label, family, ordinals, depth, automatic=True), checked)
            yield from self.blocks(content, depth + 1)
            self._item = None
            number += 1
            index = end

    def _table(self, inside: Sequence[Token]) -> Table:
        self._tables += 1
        rows: list[list[Cell]] = []
        for token in inside:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                spot = Spot(Where.TABLE, self._tables, len(rows), len(rows[-1]) + 1)
                runs = self._runs(token, spot)
                rows[-1].append(Cell((Paragraph(runs, spot),) if runs else (), spot))
        return Table(tuple(map(tuple, rows)), Spot(Where.TABLE, self._tables))

    def _runs(self, inline: Token, spot: Spot) -> tuple[Run, ...]:
        runs: list[Run] = []
        bold = italic = 0
        href = ""
        for token in inline.children or []:
            match token.type:
                case "strong_open" | "strong_close":
                    bold += token.nesting
                case "em_open" | "em_close":
                    italic += token.nesting
                case "link_open":
                    target = str(token.attrGet("href") or "")
                    href = target if re.match(r"https?:|mailto:|tel:", target) else ""
                    if not href:
                        self.entries.append(Entry(Fate.LEFT_OUT, "link", spot, target))
                case "link_close":
                    href = ""
                case "text" | "text_special" | "code_inline":
                    runs.append(Run(token.content, bold > 0, italic > 0, href))
                case "softbreak":
                    runs.append(Run("\r"))
                case "hardbreak":
                    runs.append(Run("\n"))
                case "image":
                    self.entries.append(
                        Entry(Fate.LEFT_OUT, "picture", spot, token.content or str(token.attrGet("src")))
                    )
                case "html_inline" if re.fullmatch(r"<br\s*/?>", token.content, re.IGNORECASE):
                    runs.append(Run("\n"))
        for index, run in enumerate(runs):
            if run.text == "\r":
                before = runs[index - 1].text if index else ""
                after = runs[index + 1].text if index + 1 < len(runs) else ""
                runs[index] = Run(join_lines(before, after))
        return tuple(run for run in runs if run.text)


def _take_task(content: Sequence[Token]) -> bool | None:
    if len(content) < 2 or content[0].type != "paragraph_open" or not content[1].children:
        return None
    first = content[1].children[0]
    match = _TASK.match(first.content) if first.type == "text" else None
    if match is None:
        return None
    first.content = first.content[match.end() :]
    return match[1] != " "


READER = Reader(suffixes=(".md", ".markdown"), read=read)

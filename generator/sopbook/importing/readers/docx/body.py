"""From the parts of a Word file to the neutral tree."""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sopbook.importing.readers.bounds import check_rows
from sopbook.importing.readers.docx.numbering import Numbering
from sopbook.importing.readers.docx.package import Package, child, is_on, local, number, value
from sopbook.importing.readers.docx.runs import Paragraph as Walked
from sopbook.importing.readers.docx.runs import Walker, entries, indent_of
from sopbook.importing.readers.docx.styles import Styles
from sopbook.importing.tree import Block, Cell, Entry, Fate, Marker, Original, Paragraph, Run, Spot, Table, Where
from sopbook.locales import Text
from sopbook.untrusted import Refused

MAX_PICTURE_BYTES = 5_000_000
_DEEP = Text("表格嵌套过深", "tables are nested too deeply")
_PICTURES = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"GIF8": ".gif"}
_CONTAINERS = frozenset({"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "body", "Choice", "Fallback"})
_CONTENTS_LINE = re.compile(r".+?[.…·\t\s]{2,}\d{1,4}")


class Reader:
    """Reads one file; ``original`` gives what it found."""

    def __init__(self, package: Package) -> None:
        self._package = package
        styles = package.related("styles")
        numbering = package.related("numbering")
        self._styles = Styles(styles[0][1] if styles else None)
        self._numbering = Numbering(numbering[0][1] if numbering else None, self._styles)
        self._relations = package.relations(package.main)
        self._walker = Walker(self._styles, {key: relation.target for key, relation in self._relations.items()})
        self._entries: list[Entry] = []
        self._pictures: dict[str, bytes] = {}
        self._paragraphs = 0
        self._tables = 0
        self._boxes = 0
        self._notes = self._numbered_parts("footnotes", "footnote") | self._numbered_parts("endnotes", "endnote")
        self._cited: list[tuple[Spot, ET.Element]] = []
        self._commented: dict[str, Spot] = {}
        self._contents: list[tuple[Spot, str]] = []
        self._joined: list[Run] = []

    def original(self) -> Original:
        """The document as a neutral tree."""
        body = child(self._package.document, "body")
        blocks = list(self._blocks(body if body is not None else (), depth=0, at=None))
        blocks += self._note_blocks()
        if self._contents:
            text = "\n".join(line for _, line in self._contents)
            self._entries.append(Entry(Fate.LEFT_OUT, "contents", self._contents[0][0], text))
        self._read_margins()
        self._read_comments()
        self._read_package()
        return Original(tuple(blocks), tuple(self._entries), self._pictures)

    # ------------------------------------------------------------------------ blocks

    def _blocks(self, elements: Iterable[ET.Element], depth: int, at: Spot | None) -> Iterator[Block]:
        if depth > 20:
            raise Refused(_DEEP)
        for element in elements:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element, depth, at)
            elif name == "tbl":
                yield self._table(element, depth, at)
            elif name == "altChunk":
                self._entries.append(Entry(Fate.LEFT_OUT, "chunk", at or Spot(Where.PARAGRAPH, self._paragraphs)))
            elif name == "AlternateContent":
                choice = child(element, "Choice")
                yield from self._blocks(choice if choice is not None else element, depth + 1, at)
            elif name in _CONTAINERS:
                yield from self._blocks(element, depth + (name != "sdtContent" and name != "sdt"), at)

    def _paragraph(self, element: ET.Element, depth: int, at: Spot | None) -> Iterator[Block]:
        if at is None:
            self._paragraphs += 1
        spot = at or Spot(Where.PARAGRAPH, self._paragraphs)
        properties = child(element, "pPr")
        style = value(child(properties, "pStyle")) or ""
        walked = self._walker.paragraph(element, spot, style)
        self._entries += entries(walked)
        self._commented |= dict.fromkeys(walked.comments, spot)
        self._check_pictures(walked)
        runs = [self._cited_run(run, walked) for run in walked.runs]
        text = "".join(run.text for run in runs)
        if walked.in_contents or (self._styles.is_contents(style) and _CONTENTS_LINE.fullmatch(text.strip())):
            if text.strip():
                self._contents.append((spot, text))
        elif is_on(child(properties, "rPr", "del")) or child(properties, "rPr", "del") is not None:
            # The end of this paragraph was deleted: its text runs on into the next one.
            self._joined += runs
        else:
            runs = [*self._joined, *runs]
            self._joined = []
            if any(run.text.strip() or run.image for run in runs):
                yield self._made(tuple(_merged(runs)), spot, properties, style)
            else:
                # An empty paragraph counts too. In a cell its number is all there is: a column of item numbers.
                empty = self._made((), spot, properties, style)
                if empty.marker and empty.marker.ordinals and spot.where is Where.TABLE:
                    yield empty
        for box in walked.boxes:
            self._boxes += 1
            box_spot = Spot(Where.BOX, self._boxes)
            inside = tuple(self._blocks(box, depth + 1, box_spot))
            if inside:
                self._entries.append(Entry(Fate.CHANGED, "box", box_spot, detail=str(spot.number)))
            yield from inside

    def _made(self, runs: tuple[Run, ...], spot: Spot, properties: ET.Element | None, style: str) -> Paragraph:
        found = self._numbering.marker(style, child(properties, "numPr"))
        marker, list_indent = found if found else (None, None)
        level = number(child(properties, "outlineLvl"))
        heading = level + 1 if level is not None and level < 9 else self._styles.heading(style)
        indent = indent_of(properties, self._styles, style)
        alignment = value(child(properties, "jc")) or self._styles.setting(style, "jc")
        return Paragraph(
            runs,
            spot,
            heading=heading,
            is_title=self._styles.is_title(style),
            marker=marker,
            indent=list_indent if indent is None else indent,
            centred=alignment in ("center", "distribute"),
        )

    def _cited_run(self, run: Run, walked: Walked) -> Run:
        """A run with the numbers of its footnotes."""

        def cite(match: re.Match[str]) -> str:
            note = self._notes.get(walked.notes[int(match[1])])
            if note is None:
                return ""
            self._cited.append((walked.spot, note))
            return f"[{len(self._cited)}]"

        return replace(run, text=re.sub("\0(\\d+)\0", cite, run.text)) if "\0" in run.text else run

    def _note_blocks(self) -> Iterator[Block]:
        for index, (_, note) in enumerate(tuple(self._cited), 1):
            for block in self._blocks(note, 1, Spot(Where.NOTE, index)):
                if isinstance(block, Paragraph):
                    runs = (Run(block.runs[0].text.lstrip()), *block.runs[1:]) if block.runs else ()
                    block = replace(block, runs=runs, marker=Marker(f"[{index}]", "note", (index,), 0, automatic=True))
                yield block

    # ------------------------------------------------------------------------ tables

    def _table(self, element: ET.Element, depth: int, at: Spot | None) -> Table:
        self._tables += 1
        table = self._tables
        rows = list(_below(element, "tr"))
        check_rows(table, len(rows))
        grid: list[list[tuple[int, Cell, str]]] = []
        for index, row in enumerate(rows, 1):
            properties = child(row, "trPr")
            if child(properties, "del") is not None:
                text = "".join(e.text or "" for e in row.iter() if local(e) in ("t", "delText"))
                self._entries.append(Entry(Fate.LEFT_OUT, "deleted", Spot(Where.TABLE, table, index), text))
                continue
            grid.append(list(self._row(row, table, index, depth, number(child(properties, "gridBefore")) or 0)))
        return Table(_spanned(grid), Spot(Where.TABLE, table) if at is None else at)

    def _row(self, row: ET.Element, table: int, index: int, depth: int, left: int) -> Iterator[tuple[int, Cell, str]]:
        if left:
            yield 0, Cell((), Spot(Where.TABLE, table, index), columns=left), ""
        for position, cell in enumerate(_below(row, "tc"), 1):
            properties = child(cell, "tcPr")
            spot = Spot(Where.TABLE, table, index, position)
            width = max(1, min(number(child(properties, "gridSpan")) or 1, 100))
            merge = child(properties, "vMerge")
            state = "" if merge is None else value(merge) or "continue"
            blocks = tuple(self._blocks(cell, depth + 1, spot))
            yield left, Cell(blocks, spot, columns=width), state
            left += width

    # ------------------------------------------------------------- what is not the body

    def _numbered_parts(self, type_: str, name: str) -> dict[tuple[str, str], ET.Element]:
        return {
            (name, value(e, "id") or ""): e
            for _, root in self._package.related(type_)
            for e in root
            if local(e) == name and value(e, "type") in (None, "normal")
        }

    def _read_margins(self) -> None:
        for type_, where in (("header", Where.HEADER), ("footer", Where.FOOTER)):
            seen: Counter[str] = Counter()
            for index, (_, root) in enumerate(self._package.related(type_), 1):
                text = "\n".join(filter(None, (_plain(p) for p in root.iter() if local(p) == "p")))
                if text and not seen[text]:
                    self._entries.append(Entry(Fate.LEFT_OUT, type_, Spot(where, index), text))
                seen[text] += 1

    def _read_comments(self) -> None:
        for _, root in self._package.related("comments"):
            for index, comment in enumerate((e for e in root if local(e) == "comment"), 1):
                text = "\n".join(_plain(p) for p in comment.iter() if local(p) == "p")
                spot = self._commented.get(value(comment, "id") or "", Spot(Where.COMMENT, index))
                self._entries.append(Entry(Fate.LEFT_OUT, "comment", spot, text, value(comment, "author") or ""))

    def _read_package(self) -> None:
        here = Spot(Where.FILE)
        names = sorted(self._package.names)
        if any(posixpath.basename(name).lower() == "vbaproject.bin" for name in names):
            self._entries.append(Entry(Fate.LEFT_OUT, "macros", here))
        for name in names:
            if "/embeddings/" in name or "/activeX/" in name.replace("activex", "activeX"):
                self._entries.append(Entry(Fate.LEFT_OUT, "embedded", here, posixpath.basename(name)))
        for relation in self._relations.values():
            if relation.external and relation.type not in ("hyperlink",):
                self._entries.append(Entry(Fate.LEFT_OUT, "external", here, relation.target))

    def _check_pictures(self, walked: Walked) -> None:
        for index, run in enumerate(walked.runs):
            if not run.image:
                continue
            name = self._picture(run.image)
            if name:
                walked.runs[index] = replace(run, image=name)
            else:
                self._entries.append(Entry(Fate.LEFT_OUT, "picture", walked.spot, posixpath.basename(run.image)))
                walked.runs[index] = Run(run.text)

    def _picture(self, target: str) -> str | None:
        """The name under which a picture of the package is kept; None if it cannot be shown."""
        if target not in self._package.names:
            return None
        data = self._package.archive.read(target)
        kind = next((suffix for magic, suffix in _PICTURES.items() if data.startswith(magic)), None)
        if kind is None or len(data) > MAX_PICTURE_BYTES:
            return None
        same = next((name for name, known in self._pictures.items() if known == data), None)
        name = same or f"picture-{len(self._pictures) + 1}{kind}"
        self._pictures[name] = data
        return name


def _below(element: ET.Element, name: str) -> Iterator[ET.Element]:
    """The rows of a table or cells of a row, also those in content controls and tracked changes."""
    for node in element:
        if local(node) == name:
            yield node
        elif local(node) in _CONTAINERS:
            yield from _below(node, name)


def _spanned(grid: list[list[tuple[int, Cell, str]]]) -> tuple[tuple[Cell, ...], ...]:
    """Rows of cells with their heights; the continuations of a vertical merge are taken into its first cell."""
    kept: list[list[Cell]] = [[] for _ in grid]
    open_: dict[int, tuple[int, int]] = {}
    for line, row in enumerate(grid):
        for left, cell, state in row:
            if state == "continue" and left in open_:
                top, index = open_[left]
                first = kept[top][index]
                kept[top][index] = replace(first, rows=line - top + 1, blocks=(*first.blocks, *cell.blocks))
                continue
            for column in range(left, left + cell.columns):
                open_.pop(column, None)
            if state:
                open_[left] = (line, len(kept[line]))
            kept[line].append(cell)
    return tuple(tuple(row) for row in kept)


def _merged(runs: list[Run]) -> Iterator[Run]:
    """Runs with the same look become one: Word splits them for its own purposes."""
    pending: Run | None = None
    for run in runs:
        if pending and not run.image and not pending.image and replace(run, text="") == replace(pending, text=""):
            pending = replace(pending, text=pending.text + run.text)
            continue
        if pending:
            yield pending
        pending = run
    if pending:
        yield pending


def _plain(paragraph: ET.Element) -> str:
    return "".join(e.text or "" for e in paragraph.iter() if local(e) == "t").strip()

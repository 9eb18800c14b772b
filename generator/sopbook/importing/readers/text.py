"""Plain text: lines that may be broken at a fixed width, in whatever encoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sopbook.importing.encoding import decode
from sopbook.importing.furniture import dropped
from sopbook.importing.lines import Joined, join, lines_of
from sopbook.importing.readers import Input, Reader
from sopbook.importing.tree import Block, Cell, Entry, Fate, Original, Paragraph, Run, Spot, Table, Where

POINTS_A_COLUMN = 6.0


def read(input_: Input) -> Original:
    """The paragraphs of a text. Raises Refused for bytes that are no text."""
    text, encoding = decode(input_.data)
    entries: list[Entry] = []
    if encoding not in ("utf-8", "ascii"):
        entries.append(Entry(Fate.GUESSED, "encoding", Spot(Where.FILE), detail=encoding))
    lines = lines_of(text)
    gone = dropped([line.text for line in lines])
    entries += [
        Entry(Fate.LEFT_OUT, "furniture", Spot(Where.LINE, lines[index].number), lines[index].text.strip())
        for index in sorted(gone)
    ]
    joined = list(join([line for index, line in enumerate(lines) if index not in gone]))
    for paragraph in joined:
        if paragraph.count > 1:
            spot = Spot(Where.LINE, paragraph.number)
            entries.append(Entry(Fate.CHANGED, "joined", spot, paragraph.text, str(paragraph.count)))
    return Original(tuple(_blocks(joined)), tuple(entries))


def _blocks(joined: Sequence[Joined]) -> Iterator[Block]:
    index = 0
    tables = 0
    while index < len(joined):
        end = index
        width = joined[index].text.count("\t")
        while end < len(joined) and width and joined[end].text.count("\t") == width:
            end += 1
        if end - index > 1:
            tables += 1
            yield _table(joined[index:end], tables)
            index = end
        else:
            line = joined[index]
            indent = line.indent * POINTS_A_COLUMN
            yield Paragraph((Run(line.text),), Spot(Where.LINE, line.number), indent=indent or None)
            index += 1


def _table(rows: Sequence[Joined], number: int) -> Table:
    """Lines with the same number of tabs: what a table becomes when somebody copies it as text."""
    found = []
    for row in rows:
        spot = Spot(Where.LINE, row.number)
        cells = (part.strip() for part in row.text.split("\t"))
        found.append(tuple(Cell((Paragraph((Run(cell),), spot),) if cell else (), spot) for cell in cells))
    return Table(tuple(found), Spot(Where.LINE, rows[0].number))


READER = Reader(suffixes=(".txt", ".text"), read=read)

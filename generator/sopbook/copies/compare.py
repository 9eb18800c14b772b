"""What changed between two outlines: one outline with what was inserted and deleted marked.

Leaving out what is marked as inserted gives the old outline back, leaving out what is marked as
deleted the new one (``kept``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TypeVar

from sopbook.copies.outline import Block, Change, Grid, Line, Piece, Row, Run, Shot

_T = TypeVar("_T", Line, Grid, Row, Block)
_ALIKE = 0.45
"""How much of their text two paragraphs share that are told as one that was changed."""
_MOST_PAIRS = 250_000
# Latin words as a whole, everything else character by character.
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-.'][A-Za-z0-9]+)*|.", re.DOTALL)


def compared(old: Sequence[Block], new: Sequence[Block]) -> tuple[Block, ...]:
    """The new outline with the changes since the old one."""
    found: list[Block] = []
    for before, after in _aligned(old, new):
        match before, after:
            case Line() as first, Line() as second:
                found.append(_line(first, second))
            case Grid() as first, Grid() as second:
                found.append(_grid(first, second))
            case None, Line() | Grid() as second:
                found.append(marked(second, "ins"))
            case Line() | Grid() as first, None:
                found.append(marked(first, "del"))
    return tuple(found)


def kept(blocks: Sequence[Block], without: Change) -> tuple[Block, ...]:
    """The outline without what is marked in one way, and with the other marks taken off."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Line):
            if block.change != without:
                found.append(_kept_line(block, without))
            continue
        rows = tuple(_kept_row(row, without) for row in block.rows if row.change != without)
        header = None if block.header is None or block.header.change == without else _kept_row(block.header, without)
        if rows or header:
            found.append(replace(block, header=header, rows=rows))
    return tuple(found)


def _kept_line(line: Line, without: Change) -> Line:
    pieces = [replace(piece, change="") for piece in line.pieces if piece.change != without]
    return replace(line, pieces=merged(pieces), change="")


def _kept_row(row: Row, without: Change) -> Row:
    cells = tuple(tuple(_kept_line(line, without) for line in cell if line.change != without) for cell in row.cells)
    return Row(cells)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much changed: paragraphs and rows that are new, gone, or changed inside."""

    inserted: int
    deleted: int
    changed: int


def amount(blocks: Sequence[Block]) -> Amount:
    """Counts the changes."""
    states = Counter(state for block in blocks for state in _states(block))
    return Amount(states["ins"], states["del"], states["both"])


def _states(block: Block) -> Iterator[str]:
    for part in (block,) if isinstance(block, Line) else block.all_rows:
        if part.change:
            yield part.change
        elif is_changed(part):
            yield "both"


def is_changed(part: Block | Row) -> bool:
    """True if anything in it is marked."""
    match part:
        case Line(pieces=pieces, change=change):
            return bool(change) or any(piece.change for piece in pieces)
        case Row(cells=cells, change=change):
            return bool(change) or any(is_changed(line) for cell in cells for line in cell)
        case Grid():
            return any(is_changed(row) for row in part.all_rows)


def marked(block: Block, change: Change) -> Block:
    """A block that is new, or gone."""
    if isinstance(block, Line):
        return replace(block, change=change)
    header = replace(block.header, change=change) if block.header else None
    return replace(block, header=header, rows=tuple(replace(row, change=change) for row in block.rows))


# ------------------------------------------------------------------------------ alignment


def _aligned(old: Sequence[_T], new: Sequence[_T]) -> Iterator[tuple[_T | None, _T | None]]:
    """The members of both in order: alike ones in pairs, others alone, what is gone before what is new."""
    matcher = SequenceMatcher(None, [_signature(b) for b in old], [_signature(b) for b in new], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            yield from zip(old[i1:i2], new[j1:j2], strict=True)
        else:
            yield from _paired(old[i1:i2], new[j1:j2])


def _signature(part: Block | Row) -> tuple[object, ...]:
    match part:
        case Line(role=role, mark=mark, level=level):
            return (role, mark, level, _tokens(part))
        case Row(cells=cells):
            return tuple(tuple(_signature(line) for line in cell) for cell in cells)
        case Grid(shares=shares, header=header, rows=rows):
            return (len(shares), _signature(header) if header else (), tuple(_signature(row) for row in rows))


def _paired(old: Sequence[_T], new: Sequence[_T]) -> Iterator[tuple[_T | None, _T | None]]:
    """The pairing that keeps the order and shares the most text."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        yield from ((part, None) for part in old)
        yield from ((None, part) for part in new)
        return
    bags_old, bags_new = ([Counter(part.text) for part in parts] for parts in (old, new))
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[0.0] * len(new) for _ in old]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            alike[i][j] = _alike(old[i], new[j], bags_old[i], bags_new[j])
            together = best[i + 1][j + 1] + alike[i][j] if alike[i][j] >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], together)
    i = j = 0
    while i < len(old) and j < len(new):
        if alike[i][j] >= _ALIKE and best[i][j] == best[i + 1][j + 1] + alike[i][j]:
            yield old[i], new[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            yield old[i], None
            i += 1
        else:
            yield None, new[j]
            j += 1
    yield from ((part, None) for part in old[i:])
    yield from ((None, part) for part in new[j:])


def _alike(old: Block | Row, new: Block | Row, bag: Counter[str], other: Counter[str]) -> float:
    """From 0 to 1: how much of their text two parts share; 0 if they cannot be one."""
    match old, new:
        case Line(), Line():
            if (old.role, old.mark, old.level) != (new.role, new.mark, new.level):
                return 0.0
            # What carries the same anchor is the same thing, whatever it is called now.
            if old.targets and old.targets == new.targets:
                return 1.0
        case Grid(), Grid():
            if len(old.shares) != len(new.shares) or (old.header is None) != (new.header is None):
                return 0.0
        case Row(), Row():
            if old.cells and new.cells and _text(old.cells[0]) == _text(new.cells[0]) and _text(old.cells[0]):
                return 1.0
        case _:
            return 0.0
    total = bag.total() + other.total()
    return 2 * (bag & other).total() / total if total else 1.0


def _text(cell: tuple[Line, ...]) -> str:
    return "\n".join(line.text for line in cell)


# ------------------------------------------------------------------------ inside a paragraph

Token = tuple[str, bool, bool] | Shot


def _tokens(line: Line) -> tuple[Token, ...]:
    return tuple(_token(piece) for piece in _split(line))


def _split(line: Line) -> list[Piece]:
    found: list[Piece] = []
    for piece in line.pieces:
        if isinstance(piece, Shot):
            found.append(piece)
        else:
            found += [replace(piece, text=token) for token in _TOKEN.findall(piece.text)]
    return found


def _token(piece: Piece) -> Token:
    return piece if isinstance(piece, Shot) else (piece.text, piece.bold, piece.italic)


def _line(old: Line, new: Line) -> Line:
    before, after = _split(old), _split(new)
    matcher = SequenceMatcher(None, [_token(p) for p in before], [_token(p) for p in after], autojunk=False)
    found: list[Piece] = []
    for equal, i1, i2, j1, j2 in _calm(matcher.get_opcodes()):
        if equal:
            found += after[j1:j2]
        else:
            found += [replace(piece, change="del") for piece in before[i1:i2]]
            found += [replace(piece, change="ins") for piece in after[j1:j2]]
    return replace(new, pieces=merged(found))


_Span = tuple[bool, int, int, int, int]


def _calm(codes: Sequence[tuple[str, int, int, int, int]]) -> list[_Span]:
    """The steps of a comparison; a lone character that stayed between two changes is told as changed, too."""
    spans: list[_Span] = []
    last = len(codes) - 1
    for index, (kind, i1, i2, j1, j2) in enumerate(codes):
        equal = kind == "equal" and (i2 - i1 > 1 or index in (0, last))
        if spans and not equal and not spans[-1][0]:
            _, start, _, other, _ = spans.pop()
            spans.append((False, start, i2, other, j2))
        else:
            spans.append((equal, i1, i2, j1, j2))
    return spans


def merged(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one look as one run."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, Run) and isinstance(last, Run) and replace(piece, text=last.text) == last:
            found[-1] = replace(last, text=last.text + piece.text)
        else:
            found.append(piece)
    return tuple(found)


# ---------------------------------------------------------------------------------- tables


def _grid(old: Grid, new: Grid) -> Grid:
    header = _row(old.header, new.header) if old.header and new.header else new.header
    rows: list[Row] = []
    for before, after in _aligned(old.rows, new.rows):
        if before and after:
            rows.append(_row(before, after))
        elif after:
            rows.append(replace(after, change="ins"))
        elif before:
            rows.append(replace(before, change="del"))
    return replace(new, header=header, rows=tuple(rows))


def _row(old: Row, new: Row) -> Row:
    return Row(tuple(_cell(before, after) for before, after in zip(old.cells, new.cells, strict=True)))


def _cell(old: tuple[Line, ...], new: tuple[Line, ...]) -> tuple[Line, ...]:
    # The only paragraph of a cell can neither come nor go, so the two are one that changed.
    if len(old) == len(new) == 1:
        return (_line(old[0], new[0]),)
    return tuple(block for block in compared(old, new) if isinstance(block, Line))

"""Whether every word of an original is in what became of it, or in the report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sopbook import prose
from sopbook.importing.markers import BARE, typed
from sopbook.importing.tree import Block, Entry, Fate, Paragraph, Spot
from sopbook.prose import Suffix

_PIECES = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """The letters and digits of a text, run together: what a change of punctuation or layout does not touch."""
    return _PIECES.sub("", text)


def missing(blocks: Sequence[Block], made: Sequence[prose.Block], title: str, entries: Sequence[Entry]) -> list[Entry]:
    """An entry for each paragraph of an original of which words are neither in the output nor in the report."""
    kept = _kept(made, title)
    reported = [letters(entry.text) for entry in entries]
    found: list[Entry] = []
    for spot, text in _paragraphs(blocks):
        marker, bare = typed(text), BARE.match(text)
        text = text[marker.end :] if marker else text[bare.end() :] if bare else text
        if letters(text) in kept:
            continue
        lost = [
            p for p in map(letters, _PIECES.split(text)) if p and p not in kept and not any(p in r for r in reported)
        ]
        if lost:
            found.append(Entry(Fate.CHANGED, "taken-apart", spot, text, " ".join(lost)))
    return found


def _kept(made: Sequence[prose.Block], title: str) -> str:
    suffixes = [node.raw for node in prose.walk(tuple(made)) if isinstance(node, Suffix)]
    return letters(prose.plain_blocks(tuple(made))) + "\0".join(map(letters, [title, *suffixes]))


def _paragraphs(blocks: Sequence[Block]) -> Iterator[tuple[Spot, str]]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.spot, block.text
            continue
        for row in block.rows:
            for cell in row:
                yield from ((cell.spot, text) for _, text in _paragraphs(cell.blocks))

"""Three versions of a text put together: as it was imported, as people edited it here, as it is elsewhere now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Conflict:
    """Lines that both sides changed, each in its way. ``line`` is where they stand in our version, from 1."""

    line: int
    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]


Chunk = tuple[str, ...] | Conflict


def merge(base: str, ours: str, theirs: str) -> list[Chunk]:
    """The merged text in chunks (lines with their ends); a chunk that both sides changed differently is a conflict.

    The method of diff3 (Khanna, Kunal, Pierce: A Formal Investigation of Diff3, 2007): lines that all three have are
    fixed points, and between two of them a side that did not change the base gives way to the one that did.
    """
    return list(_chunks(_lines(base), _lines(ours), _lines(theirs)))


def _chunks(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Chunk]:
    in_ours, in_theirs = _matches(base, ours), _matches(base, theirs)
    b = o = t = 0
    for index in [*(i for i in range(len(base)) if i in in_ours and i in in_theirs), len(base)]:
        at_ours = in_ours[index] if index < len(base) else len(ours)
        at_theirs = in_theirs[index] if index < len(base) else len(theirs)
        yield from _between(o + 1, tuple(base[b:index]), tuple(ours[o:at_ours]), tuple(theirs[t:at_theirs]))
        if index < len(base):
            yield (base[index],)
        b, o, t = index + 1, at_ours + 1, at_theirs + 1


def _between(line: int, base: tuple[str, ...], ours: tuple[str, ...], theirs: tuple[str, ...]) -> Iterator[Chunk]:
    if ours in (base, theirs):
        if theirs:
            yield theirs
    elif theirs == base:
        if ours:
            yield ours
    elif len(base) == len(ours) == len(theirs) > 1:
        # As many lines on every side: each is compared by itself, so that neighbours do not share a conflict.
        for index, three in enumerate(zip(base, ours, theirs, strict=True)):
            yield from _between(line + index, *((entry,) for entry in three))
    else:
        yield Conflict(line, base, ours, theirs)


def _matches(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    return {a + i: b + i for a, b, size in matcher.get_matching_blocks() for i in range(size)}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def conflicts(chunks: Sequence[Chunk]) -> list[Conflict]:
    """The conflicts among chunks."""
    return [chunk for chunk in chunks if isinstance(chunk, Conflict)]


def resolved(chunks: Sequence[Chunk], how: str) -> str:
    """The text with every conflict settled: ``ours``, ``theirs``, or both between ``marks`` for people to settle."""
    found: list[str] = []
    for chunk in chunks:
        if not isinstance(chunk, Conflict):
            found += chunk
        elif how == "ours":
            found += chunk.ours
        elif how == "theirs":
            found += chunk.theirs
        else:
            found += ["<<<<<<< sop\n", *_ended(chunk.ours), "=======\n", *_ended(chunk.theirs), ">>>>>>> import\n"]
    return "".join(found)


def _ended(lines: Sequence[str]) -> list[str]:
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]

"""Edits of a source that touch only the lines they mean, so that everything else stays byte-identical.

A node of a document knows its place; ``node_lines`` finds the lines that belong to it, and ``apply`` replaces,
inserts and removes lines without writing any other one anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markdown_it import MarkdownIt

from sopbook.places import Place
from sopbook.read.markdown import MAX_NESTING

_PARSER = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
_OPENERS = {"list_item_open": 0, "tr_open": 1, "heading_open": 2, "table_open": 3, "paragraph_open": 4}


@dataclass(frozen=True, slots=True, order=True)
class Lines:
    """Lines ``first`` up to (not with) ``end``, counted from 1; empty if both are the same."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Put ``text`` (whole lines) in the place of ``lines``."""

    lines: Lines
    text: str


class Overlap(ValueError):
    """Two edits want the same lines."""


def apply(source: str, edits: Iterable[Edit]) -> str:
    """The source with all edits made. Raises Overlap if two of them touch the same lines."""
    lines = source.splitlines(keepends=True)
    found: list[str] = []
    at = 1
    for edit in sorted(edits, key=lambda edit: edit.lines):
        if edit.lines.first < at:
            raise Overlap(edit.lines)
        found += lines[at - 1 : edit.lines.first - 1]
        if edit.text:
            found.append(edit.text if edit.text.endswith("\n") else f"{edit.text}\n")
        at = edit.lines.end
    return "".join([*found, *lines[at - 1 :]])


def node_lines(source: str, place: Place) -> Lines | None:
    """The lines of the list item, table row, heading, table or paragraph that starts at a place; None if nothing does.

    Of several that start on one line it is the outermost item, else the row, and so on in that order.
    Blank lines behind a node are not part of it.
    """
    lines = source.splitlines()
    offset = _body_start(lines)
    best: tuple[int, int, Lines] | None = None
    for token in _PARSER.parse("\n".join(lines[offset:])):
        rank = _OPENERS.get(token.type)
        if rank is None or token.map is None or token.map[0] + offset + 1 != place.line:
            continue
        end = token.map[1] + offset
        while end > place.line and not lines[end - 1].strip():
            end -= 1
        candidate = (rank, token.level, Lines(place.line, end + 1))
        best = min(best, candidate) if best else candidate
    return best[2] if best else None


def section_lines(source: str, place: Place) -> Lines | None:
    """The lines of the section whose heading stands at a place: up to the next heading of its level or above."""
    lines = source.splitlines()
    offset = _body_start(lines)
    level = 0
    for token in _PARSER.parse("\n".join(lines[offset:])):
        if token.type != "heading_open" or token.map is None or token.level:
            continue
        line = token.map[0] + offset + 1
        if line == place.line:
            level = int(token.tag[1:])
        elif level and line > place.line and int(token.tag[1:]) <= level:
            return Lines(place.line, line)
    return Lines(place.line, len(lines) + 1) if level else None


def _body_start(lines: list[str]) -> int:
    """The number of lines that the front matter takes."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    return next((i + 1 for i, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), 0)

"""The head of a document: its title, and the lines or the table that say number, version and dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sopbook.importing.inline import flat, label
from sopbook.importing.lines import columns
from sopbook.importing.markers import typed
from sopbook.importing.tree import Block, Entry, Fate, Paragraph, Spot, Table, Where, text_of
from sopbook.importing.words import key_of
from sopbook.read.frontmatter import NUMBER

MAX_TITLE_COLUMNS = 80
HEAD_BLOCKS = 14
"""How far down a head reaches."""

_PAIR = re.compile(r"\s*([^：:]{2,16}?)\s*[：:]\s*([^：:；;]{1,40}?)\s*(?=$|[；;]|\s{2,}|\t|[^\s：:]{2,8}[：:])")
_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})")
_CONSUMED = ("id", "version", "effective", "retention")


@dataclass(frozen=True, slots=True)
class Head:
    """What the head says. ``matter`` holds values that front matter can take, by canonical key."""

    title: str
    matter: Mapping[str, str]
    entries: tuple[Entry, ...]


def read_head(
    blocks: Sequence[Block], matter: Mapping[str, str], wanted_title: str, fallback: str
) -> tuple[Head, list[Block]]:
    """The head, and the blocks without what it took. What it takes is in the report in full."""
    entries: list[Entry] = []
    rest = list(blocks)
    found = {key: value for key, value in matter.items() if value}
    for block in list(rest[:HEAD_BLOCKS]):
        said = _said(block)
        if said:
            # A table of head data is taken whole; of a line only what front matter holds.
            found = {**said, **found}
            rest.remove(block)
            entries.append(Entry(Fate.CHANGED, "head", block.spot, text_of(block), _listed(said)))
    title = wanted_title or found.get("title", "")
    spotted = _title(rest)
    if spotted is not None:
        block, name = spotted
        if wanted_title or (found.get("title") and matter.get("kind")):
            entries.append(Entry(Fate.CHANGED, "title", block.spot, block.text, title))
        else:
            title = name
            entries.append(Entry(Fate.GUESSED, "title", block.spot, block.text, title))
        rest = _without(rest, block, entries)
    elif not title:
        title = fallback
        entries.append(Entry(Fate.GUESSED, "title", Spot(Where.FILE), detail=title))
    return Head(title[:200], _checked(found), tuple(entries)), rest


def _without(rest: list[Block], title: Paragraph, entries: list[Entry]) -> list[Block]:
    """The blocks without the title, and without its repetition right after it."""
    kept = [block for block in rest if block is not title]
    for block in kept[:3]:
        if isinstance(block, Paragraph) and block.marker is None and block.text.strip() == title.text.strip():
            entries.append(Entry(Fate.LEFT_OUT, "repeated", block.spot, block.text))
            kept = [other for other in kept if other is not block]
    # One heading of the highest level that holds all the others was the title: theirs move up.
    if title.heading and not any(isinstance(b, Paragraph) and 0 < b.heading <= title.heading for b in kept):
        return [_raised(block) for block in kept]
    return kept


def _raised(block: Block) -> Block:
    return replace(block, heading=block.heading - 1) if isinstance(block, Paragraph) and block.heading > 1 else block


def _title(blocks: Sequence[Block]) -> tuple[Paragraph, str] | None:
    first = [block for block in blocks[:HEAD_BLOCKS] if isinstance(block, Paragraph)]
    styled = next((block for block in first if block.is_title), None)
    if styled and styled.text.strip():
        return styled, _words(styled)
    for index, block in enumerate(first[:4]):
        text = block.text.strip()
        if (
            not text
            or block.marker
            or typed(text)
            or columns(text) > MAX_TITLE_COLUMNS
            or re.search(r"[。；;，,：:]$|_{3}|[：:]\s*\S", text)
        ):
            if columns(text) > MAX_TITLE_COLUMNS or block.marker or typed(text):
                break
            continue
        lone = block.heading and sum(isinstance(b, Paragraph) and b.heading == block.heading for b in blocks) == 1
        if block.heading and not lone:
            break
        if index == 0 or block.centred or block.bold or block.heading:
            return block, _words(block)
    return None


def _words(block: Paragraph) -> str:
    return label(block.text.replace("\n", " "))


def _said(block: Block) -> dict[str, str]:
    if isinstance(block, Table):
        return _table_says(block)
    if block.heading or block.marker or columns(block.text) > 120:
        return {}
    found: dict[str, str] = {}
    consumed = 0
    for match in _PAIR.finditer(block.text):
        key = key_of("matter", re.sub(r"\s+", "", match[1])) or key_of("matter", flat(match[1]))
        if key in _CONSUMED and _fits(key, match[2]):
            found.setdefault(key, match[2].strip())
            consumed += len(match[0].strip())
    return found if found and consumed * 3 >= len(block.text.strip()) * 2 else {}


def _table_says(table: Table) -> dict[str, str]:
    if len(table.rows) > 8:
        return {}
    found: dict[str, str] = {}
    keys = 0
    for row in table.rows:
        for cell, following in pairwise(row):
            name = label(cell.text).rstrip("：:")
            key = key_of("matter", re.sub(r"\s+", "", name)) or key_of("matter", name)
            keys += key is not None
            if key in _CONSUMED and _fits(key, following.text):
                found.setdefault(key, flat(following.text))
    for row in table.rows:
        for cell in row:
            for match in _PAIR.finditer(cell.text):
                key = key_of("matter", re.sub(r"\s+", "", match[1])) or key_of("matter", flat(match[1]))
                keys += key is not None
                if key in _CONSUMED and _fits(key, match[2]):
                    found.setdefault(key, match[2].strip())
    return found if keys >= 2 and {"id", "version", "effective"} & set(found) else {}


def _fits(key: str, value: str) -> bool:
    value = flat(value)
    if key == "effective":
        return _date(value) is not None
    if key == "id":
        return bool(NUMBER.fullmatch(value.replace(" ", "")))
    return bool(value) and not re.search(r"[＿_]{2}|年\s+月", value) and len(value) <= 40


def _checked(found: Mapping[str, str]) -> dict[str, str]:
    """Only values that front matter accepts."""
    kept: dict[str, str] = {}
    for key in ("version", "retention", "kind", "review"):
        if found.get(key):
            kept[key] = flat(found[key])[:100]
    number = found.get("id", "").replace(" ", "")
    if NUMBER.fullmatch(number):
        kept["id"] = number
    date = _date(found.get("effective", ""))
    if date:
        kept["effective"] = date
    return kept


def _date(text: str) -> str | None:
    match = _DATE.search(text)
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])).isoformat() if match else None
    except ValueError:
        return None


def _listed(said: Mapping[str, str]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in said.items())

"""The content of what a question tests, in words, and a short digest of it.

A question and a passed test are bound to these digests: as soon as anything changes that a reader
of the step would see (the text, who does it, a house figure's value), the digest changes too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

from sopbook.link.handbook import Handbook, Target
from sopbook.locales import Locale
from sopbook.model import Checklist, Duty, Item, Procedure, Role, Step, Task
from sopbook.prose import Block, walk
from sopbook.questions.wording import Wording

DIGEST_CHARS = 12


def content_of(handbook: Handbook, target: Target) -> tuple[str, ...]:
    """What a reader finds at a target, line by line; the whole document if it has no anchor."""
    wording = Wording.of(handbook)
    document = target.document
    if not target.anchor:
        lines = [line for section in document.sections for line in wording.lines(section.blocks, document)]
        parts = _parts(document)
        return (document.title, *lines, *(line for part in parts for line in _lines(part, target, wording)))
    part = next((part for part in _parts(document) if part.anchor == target.anchor), None)
    if part is not None:
        return _lines(part, target, wording)
    section = next((section for section in document.sections if section.anchor == target.anchor), None)
    if section is not None:
        return (section.title, *wording.lines(section.blocks, document))
    return (target.title, *_anywhere(target, wording))


def digest_of(handbook: Handbook, target: Target) -> str:
    """A digest of a target's content."""
    return digest_of_lines(content_of(handbook, target))


def digest_of_lines(lines: Iterable[str]) -> str:
    """The digest of a content."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:DIGEST_CHARS]


def _parts(document: object) -> tuple[Step | Item | Duty | Task, ...]:
    match document:
        case Procedure(steps=steps):
            return steps
        case Checklist(items=items):
            return items
        case Role(duties=duties):
            return duties
    return tuple(node for node in walk(document) if isinstance(node, Task)) if document else ()


def _lines(part: Step | Item | Duty | Task, target: Target, wording: Wording) -> tuple[str, ...]:
    document = target.document
    match part:
        case Step():
            return (part.title, *_marks(part, wording), *wording.lines(part.body, document))
        case Item():
            criterion, miss = (wording.inlines(text, document) for text in (part.criterion, part.on_miss))
            label = _label(wording.words, "on_miss")
            return (part.title, criterion, *([f"{label}{miss}"] if miss else []), *wording.lines(part.body, document))
    often = [wording.words.frequency(part.frequency)] if part.frequency else []
    return (part.title, *often, *wording.lines(part.body, document))


def _marks(step: Step, wording: Wording) -> tuple[str, ...]:
    """What stands beside a step's text, as ``label: value`` lines."""
    words = wording.words
    separator = words.format("list")
    values = {
        "responsible": separator.join(wording.actors(step.responsible)),
        "support": separator.join(wording.actors(step.support)),
        "time_limit": wording.limit(step.within) if step.within else "",
        "frequency": words.frequency(step.frequency) if step.frequency else "",
        "form": separator.join(wording.documents(step.forms)),
        "checklist": separator.join(wording.documents(step.checklists)),
        "record": separator.join(wording.documents(step.records)),
    }
    lines = [f"{_label(words, key)}{value}" for key, value in values.items() if value]
    return (*lines, *([words.word("ui", "critical")] if step.critical else []))


def _anywhere(target: Target, wording: Wording) -> tuple[str, ...]:
    """The text of any other node that carries the anchor: a term, a field, a stage."""
    for node in walk(target.document):
        if getattr(node, "anchor", None) == target.anchor:
            blocks: tuple[Block, ...] = getattr(node, "body", ()) or getattr(node, "notes", ())
            return wording.lines(blocks, target.document)
    return ()


@cache
def _label(words: Locale, key: str) -> str:
    return f"{words.word('ui', key)}{words.word('training', 'colon')}"

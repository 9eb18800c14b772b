"""From the runs of an original to prose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sopbook import prose
from sopbook.importing.tree import Paragraph, Run
from sopbook.places import Place
from sopbook.prose import Inline

NOWHERE = Place("")
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_SET_APART = re.compile(rf"(?<=[{_WIDE}])[ \u3000\u00a0]+(?=[{_WIDE}])")


def inlines(runs: Sequence[Run], *, keep_bold: bool = True) -> tuple[Inline, ...]:
    """The inlines of runs. Bold is dropped (``keep_bold`` False) where all of a paragraph is bold."""
    found: list[Inline] = []
    for run in runs:
        nodes = list(_characters(run))
        if run.href and nodes:
            nodes = [prose.Link(run.href, tuple(nodes), NOWHERE)]
        if run.bold and keep_bold and run.text.strip():
            nodes = _strong(nodes)
        elif run.italic and run.text.strip():
            nodes = [prose.Emphasis(tuple(nodes))] if run.text == run.text.strip() else nodes
        found += nodes
    return tuple(found)


def paragraph_inlines(paragraph: Paragraph) -> tuple[Inline, ...]:
    """The inlines of a paragraph without its marker."""
    return inlines(paragraph.runs, keep_bold=not paragraph.bold)


def _strong(nodes: list[Inline]) -> list[Inline]:
    """Bold without white space at its ends, where Markdown would not see it."""
    if len(nodes) != 1 or not isinstance(nodes[0], prose.Text):
        return [prose.Strong(tuple(nodes))]
    text = nodes[0].text
    bare = text.strip()
    start = text.index(bare)
    parts = (prose.Text(text[:start]), prose.Strong((prose.Text(bare),)), prose.Text(text[start + len(bare) :]))
    return [part for part in parts if not isinstance(part, prose.Text) or part.text]


def _characters(run: Run) -> Iterator[Inline]:
    if run.image:
        yield prose.Image(run.image, flat(run.text), NOWHERE)
        return
    for index, line in enumerate(run.text.split("\n")):
        if index:
            yield prose.LineBreak()
        text = re.sub(r"[ \t\u00a0]{1,}", " ", line)
        if text:
            yield prose.Text(text)


def flat(text: str) -> str:
    """Text on one line, with single spaces."""
    return " ".join(text.split())


def label(text: str) -> str:
    """A heading or a label as one writes it: letters that were set apart to fill a line stand together again.

    Only where every gap is between single characters or the whole is short; ``客服部 工作手册`` keeps its space.
    """
    text = flat(re.sub(rf"(?<=[{_WIDE}])\s*\n\s*(?=[{_WIDE}])", "", text).replace("\u3000", " "))
    pieces = text.split(" ")
    if len(pieces) > 1 and (all(len(piece) == 1 for piece in pieces) or len(_SET_APART.sub("", text)) <= 6):
        return _SET_APART.sub("", text)
    if re.search(rf"(?:[{_WIDE}] ){{2,}}", text):
        return _SET_APART.sub("", text)
    return text

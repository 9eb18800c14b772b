"""Text as it leaves the handbook and comes in: without control characters, with single spaces."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sopbook import prose
from sopbook.prose import Inline
from sopbook.read.context import strip
from sopbook.word.markup import clean as clean_xml

_CONTROLS = re.compile("[\x7f-\x9f]")
_SPACES = re.compile(r"[ \t\n\r\f]+")


def clean(text: str) -> str:
    """Text without control characters, which no source holds and no format can carry."""
    return _CONTROLS.sub("", clean_xml(text))


def spaced(text: str) -> str:
    """Text with runs of white space as one space (a no-break space is kept: it was meant)."""
    return _SPACES.sub(" ", text)


def tidy(inlines: Iterable[Inline]) -> tuple[Inline, ...]:
    """Inlines with single spaces, and none at either end or beside a break."""
    found = list(prose.merged(inlines))
    while found and isinstance(found[0], prose.LineBreak):
        found.pop(0)
    while found and isinstance(found[-1], prose.LineBreak):
        found.pop()
    for index, node in enumerate(found):
        if isinstance(node, prose.Text):
            text = spaced(node.text)
            text = text.lstrip() if index and isinstance(found[index - 1], prose.LineBreak) else text
            after = found[index + 1 : index + 2]
            text = text.rstrip() if after and isinstance(after[0], prose.LineBreak) else text
            found[index] = prose.Text(text)
    stripped = prose.merged(strip(prose.merged(found)))
    return stripped if stripped == tuple(found) else tidy(stripped)

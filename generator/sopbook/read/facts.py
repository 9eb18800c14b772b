"""What the linker and the targets need to know of a document's running text without reading it."""

from __future__ import annotations

from dataclasses import dataclass

from sopbook import prose
from sopbook.model import Document
from sopbook.read.links import is_external


@dataclass(frozen=True, slots=True)
class Facts:
    """``mentioned``: the numbers that references name, in reading order (this document's own left out).

    ``files``: each picture and each attachment as it is addressed, and whether it is a picture.
    """

    mentioned: tuple[str, ...] = ()
    files: tuple[tuple[str, bool], ...] = ()


NO_FACTS = Facts()


def facts_of(document: Document) -> Facts:
    """The facts about a document."""
    mentioned: dict[str, None] = {}
    files: dict[tuple[str, bool], None] = {}
    for node in prose.walk(document):
        match node:
            case prose.Reference(number=number) if number and number != document.id:
                mentioned[number] = None
            case prose.Image(source=source):
                files[source, True] = None
            case prose.Link(href=href) if not is_external(href):
                files[href, False] = None
    return Facts(tuple(mentioned), tuple(files))

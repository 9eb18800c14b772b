"""Files beside a document: which one an address names, and what may be published."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sopbook import prose
from sopbook.model import Document
from sopbook.places import Place
from sopbook.read.links import is_external, relative_path

IMAGE_TYPES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
"""Pictures that every browser and Word show. SVG is left out, since it may carry scripts."""

ATTACHMENT_TYPES = (
    *IMAGE_TYPES,
    ".pdf",
    ".docx",
    ".xlsx",
    ".pptx",
    ".odt",
    ".ods",
    ".odp",
    ".txt",
    ".csv",
    ".mp4",
    ".mp3",
)
"""Files that a browser hands over or shows without running anything in the handbook's name."""


@dataclass(frozen=True, slots=True)
class FileUse:
    """A file that a document names: as written, and relative to the handbook's folder (or None)."""

    href: str
    path: str | None
    is_picture: bool
    alternative: str
    place: Place


def files_used(document: Document) -> Iterator[FileUse]:
    """Every picture and attachment of a document, external pictures included (their path is None)."""
    for node in prose.walk(document):
        if isinstance(node, prose.Image):
            yield FileUse(node.source, asset_path(document, node.source), True, node.alt, node.place)
        elif isinstance(node, prose.Link) and not is_external(node.href):
            yield FileUse(node.href, asset_path(document, node.href), False, "", node.place)


def asset_path(document: Document, href: str) -> str | None:
    """The file that a relative address in a document names; None for any other address."""
    path = None if is_external(href) else relative_path(href)
    return posixpath.join(posixpath.dirname(document.place.file), path) if path else None


def is_publishable(use: FileUse, assets: Mapping[str, int]) -> bool:
    """True if the file is there and of a type that is safe to publish."""
    types = IMAGE_TYPES if use.is_picture else ATTACHMENT_TYPES
    return use.path is not None and use.path in assets and use.path.lower().endswith(types)

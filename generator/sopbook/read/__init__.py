"""The first phase: a source file becomes a typed document (``document``), a folder becomes ``Sources`` (``tree``)."""

from __future__ import annotations

from sopbook.model import Document
from sopbook.node import Node
from sopbook.places import Finding
from sopbook.read.facts import NO_FACTS, Facts


class Reading(Node, frozen=True):
    """What came of one file.

    ``document`` is None if the file is broken; ``names`` is then what it claims to be called
    (number, title, aliases), so that references to it are not reported as dangling on top.
    ``content`` is the digest of the file's path and bytes, ``outline`` that of what other documents
    may see of this one; both are empty where nobody counts changes.
    """

    file: str
    document: Document | None
    names: frozenset[str]
    findings: tuple[Finding, ...]
    facts: Facts = NO_FACTS
    content: str = ""
    outline: str = ""

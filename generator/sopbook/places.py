"""Where something stands in a source, and what is found there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import field

from sopbook.node import Node


class Place(Node, frozen=True, order=True, tag=False):
    """A point in a source file.

    ``file`` is relative to the handbook's folder, with ``/`` between its parts; ``line`` and
    ``column`` count from 1, columns in Unicode characters.
    """

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    """How much a finding matters: errors fail a check, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Finding(Node, frozen=True):
    """A fact that a rule reports, before it is put into words.

    ``text`` is the offending text as it stands in the source (may be empty), ``args`` fill the
    rule's message, ``close`` are existing names near to what was written, best first.
    """

    code: str
    place: Place
    text: str = ""
    args: Mapping[str, str | int] = field(default_factory=dict)
    close: tuple[str, ...] = ()


class Diagnostic(Node, frozen=True):
    """A finding in the reader's language: what is wrong (``message``), what would be right (``remedy``)."""

    code: str
    name: str
    severity: Severity
    place: Place
    text: str
    message: str
    remedy: str

"""What share of the steps, the critical steps and the duties has a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sopbook.link.handbook import Handbook, Target
from sopbook.model import Document, Duty, Procedure, Role, Status, Step
from sopbook.questions.entry import Entry


@dataclass(frozen=True, slots=True)
class Share:
    """How much of something has a question. ``written`` counts what has one written by hand."""

    total: int
    covered: int
    written: int
    missing: tuple[Target, ...] = ()

    @property
    def percent(self) -> float:
        """The share in per cent; of nothing, all is covered."""
        return 100 * self.covered / self.total if self.total else 100.0

    def __add__(self, other: Share) -> Share:
        return Share(
            self.total + other.total,
            self.covered + other.covered,
            self.written + other.written,
            self.missing + other.missing,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """The shares of one procedure (steps, critical steps) or one role (duties)."""

    document: Document
    steps: Share
    critical: Share
    duties: Share


@dataclass(frozen=True, slots=True)
class Coverage:
    """The shares of a handbook, and those of each of its documents."""

    steps: Share
    critical: Share
    duties: Share
    rows: tuple[Row, ...]


def coverage(handbook: Handbook, entries: Iterable[Entry]) -> Coverage:
    """The shares; withdrawn documents do not count."""
    return coverage_of(handbook, asked_in(entries))


Asked = Mapping[tuple[str, str], bool]
"""What is asked about (number and anchor), and whether by a question written by hand."""


def asked_in(entries: Iterable[Entry]) -> Asked:
    """What questions ask about."""
    asked: dict[tuple[str, str], bool] = {}
    for entry in entries:
        for target in entry.targets:
            key = (target.document.id, target.anchor)
            asked[key] = asked.get(key, False) or not entry.derived
    return asked


def coverage_of(handbook: Handbook, asked: Asked) -> Coverage:
    """The shares, from what is asked about."""
    rows = [
        _row(document, asked)
        for document in handbook.documents
        if isinstance(document, Procedure | Role) and document.control.status is not Status.WITHDRAWN
    ]
    none = Share(0, 0, 0)
    return Coverage(
        steps=sum((row.steps for row in rows), none),
        critical=sum((row.critical for row in rows), none),
        duties=sum((row.duties for row in rows), none),
        rows=tuple(rows),
    )


def _row(document: Procedure | Role, asked: Asked) -> Row:
    steps = document.steps if isinstance(document, Procedure) else ()
    duties = document.duties if isinstance(document, Role) else ()
    critical = tuple(step for step in steps if step.critical)
    return Row(
        document, _share(document, steps, asked), _share(document, critical, asked), _share(document, duties, asked)
    )


def _share(document: Document, parts: Sequence[Step | Duty], asked: Asked) -> Share:
    targets = [Target(document, part.anchor, part.title) for part in parts]
    found = [asked.get((document.id, target.anchor)) for target in targets]
    missing = tuple(target for target, is_written in zip(targets, found, strict=True) if is_written is None)
    return Share(len(targets), len(targets) - len(missing), sum(bool(is_written) for is_written in found), missing)

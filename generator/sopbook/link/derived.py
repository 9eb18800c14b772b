"""What follows from the whole handbook and nobody writes: recurring work, responsibilities, changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sopbook.cache.watch import answered
from sopbook.link.handbook import Handbook, Target
from sopbook.memo import once_a_handbook
from sopbook.model import Checklist, Department, Document, Kind, Name, Procedure, Role, Status
from sopbook.values import Frequency, Period


@dataclass(frozen=True, slots=True)
class Recurring:
    """Something that has to be done again and again. ``people`` are the titles of those who do it."""

    frequency: Frequency
    target: Target
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Responsibility:
    """A row of the responsibility matrix: by actor, how many steps it leads and how many it helps with."""

    procedure: Procedure
    leads: dict[str, int]
    helps: dict[str, int]


@once_a_handbook
def recurring(handbook: Handbook) -> tuple[Recurring, ...]:
    """All recurring work, most frequent first; what is done only on demand is left out.

    A step that recurs as its procedure does is not told twice.
    """
    found = [
        entry
        for document in handbook.documents
        if document.control.status is not Status.WITHDRAWN
        for entry in _recurring(handbook, document)
        if entry.frequency.period is not Period.ON_DEMAND
    ]
    order = list(Period)
    return tuple(sorted(found, key=lambda entry: (order.index(entry.frequency.period), -entry.frequency.times)))


def _told(found: tuple[Recurring, ...]) -> object:
    targets = [each.target for each in found]
    documents = [(t.document.id, t.document.title, t.document.control.effective) for t in targets]
    return [(e.frequency, e.target.anchor, e.target.title, e.people) for e in found], documents


@answered(_told)
def recurring_of(handbook: Handbook, actor: str) -> tuple[Recurring, ...]:
    """The recurring work of somebody (by title), most frequent first."""
    return _recurring_by_actor(handbook).get(actor, ())


@once_a_handbook
def _recurring_by_actor(handbook: Handbook) -> dict[str, tuple[Recurring, ...]]:
    found: dict[str, list[Recurring]] = {}
    for entry in recurring(handbook):
        for actor in entry.people:
            found.setdefault(actor, []).append(entry)
    return {actor: tuple(entries) for actor, entries in found.items()}


@answered()
def departments(handbook: Handbook, _: str) -> tuple[str, ...]:
    """The names of the departments that have documents, in the order of these."""
    return tuple(dict.fromkeys(document.department for document in handbook.documents))


@answered()
def urgent_numbers(handbook: Handbook, _: str) -> tuple[str, ...]:
    """The numbers of the emergencies that are in force."""
    return _urgent(handbook)


@once_a_handbook
def _urgent(handbook: Handbook) -> tuple[str, ...]:
    return tuple(
        document.id
        for document in handbook.of_kind(Kind.PROCEDURE)
        if isinstance(document, Procedure) and document.urgent and document.control.status is not Status.WITHDRAWN
    )


def _recurring(handbook: Handbook, document: Document) -> Iterator[Recurring]:
    whole = Target(document, "", document.title)
    match document:
        case Procedure(frequency=frequency, steps=steps):
            if frequency:
                people = tuple(name for step in steps for name in step.responsible)
                yield Recurring(frequency, whole, _titles(handbook, people))
            for step in steps:
                if step.frequency and step.frequency != frequency:
                    target = Target(document, step.anchor, step.title)
                    yield Recurring(step.frequency, target, _titles(handbook, step.responsible))
        case Checklist(frequency=Frequency() as frequency, responsible=responsible):
            yield Recurring(frequency, whole, _titles(handbook, responsible))
        case Department(plans=plans):
            for plan in plans:
                if plan.frequency:
                    target = Target(document, plan.anchor, plan.title)
                    yield Recurring(plan.frequency, target, _titles(handbook, plan.responsible))


def _titles(handbook: Handbook, names: tuple[Name, ...]) -> tuple[str, ...]:
    """The titles that names lead to, each once, in order."""
    actors = ((name, handbook.actor(name)) for name in names)
    return tuple(dict.fromkeys(actor.title if actor else name.text for name, actor in actors))


def responsibilities(handbook: Handbook) -> tuple[tuple[str, ...], tuple[Responsibility, ...]]:
    """The responsibility matrix: its actors (roles first, then partners), and a row for each procedure."""
    rows: dict[str, Responsibility] = {}
    for actor, work in handbook.work.items():
        for entry in work:
            document = entry.document
            if isinstance(document, Procedure) and document.control.status is not Status.WITHDRAWN:
                row = rows.setdefault(document.id, Responsibility(document, {}, {}))
                counts = row.leads if entry.responsible else row.helps
                counts[actor] = counts.get(actor, 0) + 1
    roles = [document.title for document in handbook.of_kind(Kind.ROLE) if isinstance(document, Role)]
    used = {actor for row in rows.values() for actor in (*row.leads, *row.helps)}
    partners = sorted(used - set(roles), key=lambda title: list(handbook.actors).index(title))
    actors = (*(title for title in roles if title in used), *partners)
    return actors, tuple(rows[document.id] for document in handbook.documents if document.id in rows)


def due_for_review(handbook: Handbook) -> tuple[Document, ...]:
    """All documents in the order of the day by which they have to be reviewed; withdrawn ones need no review."""
    found = [document for document in handbook.documents if document.control.status is not Status.WITHDRAWN]
    return tuple(sorted(found, key=lambda document: document.control.review_due))

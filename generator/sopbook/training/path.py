"""What a role learns, in which order: from its training path, or else from the steps that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sopbook import prose
from sopbook.cache.watch import answered
from sopbook.link.handbook import Handbook
from sopbook.memo import once_a_handbook
from sopbook.model import Bank, Document, Procedure, Role, Status, TimeLimit, TrainingStep
from sopbook.prose import Block


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop on a path: its text (empty if nobody wrote one), by when, and what is learnt there."""

    body: tuple[Block, ...]
    within: TimeLimit | None
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class RolePath:
    """The path of a role. ``later`` are procedures of its daily work that the path leaves for afterwards."""

    role: Role
    stops: tuple[Stop, ...]
    later: tuple[Procedure, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """Everything on the path, in order, each once."""
        return tuple(document for stop in self.stops for document in stop.documents)

    @property
    def procedures(self) -> tuple[Procedure, ...]:
        """The procedures on the path: what is practised and tested."""
        return tuple(document for document in self.documents if isinstance(document, Procedure))


@once_a_handbook
def role_paths(handbook: Handbook) -> tuple[RolePath, ...]:
    """The path of every role in force."""
    roles = (document for document in handbook.documents if isinstance(document, Role))
    return tuple(role_path(handbook, role) for role in roles if role.control.status is not Status.WITHDRAWN)


@answered()
def is_on_a_path(handbook: Handbook, number: str) -> bool:
    """True for the number of a document on any role's path."""
    return number in _on_a_path(handbook)


@once_a_handbook
def _on_a_path(handbook: Handbook) -> frozenset[str]:
    """The numbers of all documents on any role's path."""
    return frozenset(document.id for path in role_paths(handbook) for document in path.documents)


def role_path(handbook: Handbook, role: Role) -> RolePath:
    """The path of one role. Without a written one, it is the procedures it is responsible in, emergencies first."""
    work = [entry.document for entry in handbook.work.get(role.title, ()) if entry.responsible]
    distinct = {document.id: document for document in work}
    own = [document for document in distinct.values() if _is_learnt(document) and isinstance(document, Procedure)]
    if not role.training:
        ordered = sorted(own, key=lambda procedure: not procedure.urgent)
        return RolePath(role, tuple(Stop((), None, (procedure,)) for procedure in ordered), ())
    taken: set[str] = set()
    stops = []
    for step in role.training:
        documents = tuple({d.id: d for d in _named(handbook, step) if d.id not in taken}.values())
        taken |= {document.id for document in documents}
        stops.append(Stop(step.body, step.within, documents))
    return RolePath(role, tuple(stops), tuple(procedure for procedure in own if procedure.id not in taken))


def _named(handbook: Handbook, step: TrainingStep) -> Iterator[Document]:
    """The documents that a stop names; a bank stands for what it tests."""
    for node in prose.walk(step.body):
        if isinstance(node, prose.Reference):
            document = handbook.by_number.get(node.number)
            if isinstance(document, Bank):
                document = handbook.document_named(document.tests) if document.tests else None
            if document is not None and _is_learnt(document):
                yield document


def _is_learnt(document: Document) -> bool:
    return document.control.status is not Status.WITHDRAWN and not isinstance(document, Bank)

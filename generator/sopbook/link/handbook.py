"""The linked handbook: documents, and what follows from several of them together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sopbook.cache.watch import note, unwatched
from sopbook.model import (
    Bank,
    Contact,
    Document,
    Duty,
    Figure,
    Kind,
    Name,
    Partner,
    Question,
    ReferenceDocument,
    Role,
    Settings,
    Step,
    Term,
    TimeLimit,
)
from sopbook.places import Finding
from sopbook.prose import Reference
from sopbook.read.facts import Facts
from sopbook.values import Duration

if TYPE_CHECKING:
    from sopbook.cache.versions import Versions


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference leads to: a document, or (``anchor`` not empty) a part of it."""

    document: Document
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a source names as responsible: a role of the handbook or an outside partner."""

    title: str
    role: Role | None
    partner: Partner | None


@dataclass(frozen=True, slots=True)
class Use:
    """A step that fills a form, goes through a checklist or keeps a record."""

    document: Document
    step: Step


@dataclass(frozen=True, slots=True)
class Work:
    """A step that an actor carries out, or (``responsible`` False) helps with."""

    document: Document
    step: Step
    responsible: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the document it stands in."""

    document: Document
    question: Question


@dataclass(frozen=True)
class Handbook:
    """All documents with their links.

    ``documents`` are sorted by number and hold each number once; ``duplicates`` are the others.
    ``broken`` are the names (numbers, titles, aliases) of files that could not be read.
    ``assets`` maps the files beside the documents to their sizes. All mappings are keyed by
    document number unless they say otherwise.
    """

    settings: Settings
    documents: tuple[Document, ...]
    duplicates: tuple[Document, ...]
    broken: frozenset[str]
    assets: Mapping[str, int]
    findings: tuple[Finding, ...]
    by_number: Mapping[str, Document]
    facts: Mapping[str, Facts]
    """What each document's running text names, without reading it."""
    anchors: Mapping[str, Mapping[str, Target]]
    """For each document, what each anchor and each unambiguous title in it leads to."""
    actors: Mapping[str, Actor]
    """Every name by which a role or partner goes."""
    figures: Mapping[str, Figure]
    uses: Mapping[str, tuple[Use, ...]]
    """For each form, checklist or record, the steps that use it."""
    mentions: Mapping[str, tuple[Document, ...]]
    """For each document, the others that refer to it in any way."""
    names: Mapping[str, tuple[Document, ...]]
    """For each document, the others that it refers to in any way, by number."""
    work: Mapping[str, tuple[Work, ...]]
    """For each actor (by title), the steps it carries out or helps with."""
    questions: Mapping[tuple[str, str], tuple[Asked, ...]]
    """For each tested (number, anchor), the questions that test it."""
    confirmed: Mapping[tuple[str, str], str] | None = None
    """For each (question, what it tests) the digest of the content for which an author confirmed it; None if
    the handbook keeps no such list."""
    versions: Versions | None = None
    """Digests of what outputs depend on; None where nobody counts changes."""

    def of_kind(self, kind: Kind) -> tuple[Document, ...]:
        """The documents of one kind, by number."""
        note(f"kind:{kind}")
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> Mapping[Kind, tuple[Document, ...]]:
        found: dict[Kind, list[Document]] = {}
        with unwatched():
            for document in self.documents:
                found.setdefault(document.kind, []).append(document)
        return {kind: tuple(documents) for kind, documents in found.items()}

    def resolve(self, number: str, anchor: str, within: Document) -> Target | None:
        """What ``number#anchor`` leads to, seen from ``within``; None if it leads nowhere."""
        document = self.by_number.get(number) if number else within
        if document is None:
            return None
        if not anchor:
            return Target(document, "", document.title)
        return self.anchors[document.id].get(anchor)

    def follow(self, reference: Reference, within: Document) -> Target | None:
        """What a reference leads to."""
        return self.resolve(reference.number, reference.anchor, within)

    def document_named(self, name: Name) -> Document | None:
        """The document whose number a name is."""
        return self.by_number.get(name.text)

    def actor(self, name: Name) -> Actor | None:
        """The role or partner that a name stands for."""
        return self.actors.get(name.text)

    def duration_of(self, limit: TimeLimit) -> Duration | None:
        """A time limit in time, looked up if it names a figure; None if that figure is no time."""
        if limit.duration is not None:
            return limit.duration
        figure = self.figures.get(limit.text)
        return figure.duration if figure else None

    @cached_property
    def _contacts(self) -> Mapping[str, Contact]:
        found: dict[str, Contact] = {}
        with unwatched():
            for contact in self.contacts():
                found.setdefault(contact.name, contact)
        return found

    def terms(self) -> tuple[Term, ...]:
        """The terms of all glossaries."""
        return tuple(term for document in self._references() for term in document.terms)

    def contacts(self) -> tuple[Contact, ...]:
        """The contacts of all references."""
        return tuple(contact for document in self._references() for contact in document.contacts)

    def contact(self, name: Name) -> Contact | None:
        """The contact that goes by a name."""
        note(f"contact:{name.text}")
        return self._contacts.get(name.text)

    def duties(self) -> tuple[tuple[Role, Duty], ...]:
        """Every duty with its role."""
        roles = (document for document in self.of_kind(Kind.ROLE) if isinstance(document, Role))
        return tuple((role, duty) for role in roles for duty in role.duties)

    def banks_for(self, document: Document) -> tuple[Bank, ...]:
        """The question banks made for a document."""
        note(f"banks:{document.id}")
        return self._banks.get(document.id, ())

    @cached_property
    def _banks(self) -> Mapping[str, tuple[Bank, ...]]:
        found: dict[str, list[Bank]] = {}
        with unwatched():
            for bank in self.of_kind(Kind.BANK):
                if isinstance(bank, Bank) and bank.tests:
                    found.setdefault(bank.tests.text, []).append(bank)
        return {number: tuple(banks) for number, banks in found.items()}

    def subordinates(self, role: Role) -> tuple[Role, ...]:
        """The posts that report to a post."""
        note(f"subordinates:{role.id}")
        return self._subordinates.get(role.id, ())

    @cached_property
    def _subordinates(self) -> Mapping[str, tuple[Role, ...]]:
        found: dict[str, list[Role]] = {}
        with unwatched():
            for other in self.of_kind(Kind.ROLE):
                actor = self.actor(other.reports_to) if isinstance(other, Role) and other.reports_to else None
                if actor and actor.role and isinstance(other, Role):
                    found.setdefault(actor.role.id, []).append(other)
        return {number: tuple(roles) for number, roles in found.items()}

    def _references(self) -> tuple[ReferenceDocument, ...]:
        return tuple(d for d in self.of_kind(Kind.REFERENCE) if isinstance(d, ReferenceDocument))

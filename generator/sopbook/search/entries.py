"""What is searched: each document with its names and its parts, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sopbook import prose
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale, locale
from sopbook.model import (
    Bank,
    Checklist,
    Contact,
    Department,
    Document,
    Field,
    Form,
    Item,
    Name,
    Procedure,
    ReferenceDocument,
    Role,
    RowTable,
    Status,
    Step,
    Task,
    Term,
    TimeLimit,
)
from sopbook.node import Node, rebuilt
from sopbook.prose import Block, Inline

FIRST_ACTIONS = 3
"""So many steps of an emergency stand in the result itself."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document that a result can lead to.

    ``type`` is step, item, field, term, contact, duty, task or section; ``anchor`` is empty where the
    page has no place of its own for it. ``names`` are other words for it (also the name of its
    time limit); ``limit`` that limit. ``also`` is searched but not shown: the forms filled in.
    """

    type: str
    anchor: str
    title: str
    text: str
    names: tuple[str, ...] = ()
    who: str = ""
    limit: str = ""
    also: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to telephone: name, and the numbers as they are written."""

    name: str
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as it is searched. ``names`` are the other words for it, ``roles`` who works with it.

    ``summary`` is what to show of it when no part of it stands out. ``actions`` and ``calls`` are the
    first steps of an emergency.
    """

    id: str
    kind: str
    title: str
    department: str
    roles: tuple[str, ...]
    names: tuple[str, ...]
    urgent: bool
    summary: str
    parts: tuple[Part, ...]
    actions: tuple[str, ...]
    calls: tuple[Call, ...]


def searched(handbook: Handbook) -> list[Document]:
    """Every document that staff may work by, by number: withdrawn ones are not found."""
    return [document for document in handbook.documents if document.control.status is not Status.WITHDRAWN]


def entries(handbook: Handbook) -> tuple[Entry, ...]:
    """Every document that is searched."""
    return tuple(entry_of(handbook, document) for document in searched(handbook))


def entry_of(handbook: Handbook, document: Document) -> Entry:
    """A document as it is searched."""
    return _Maker(handbook, locale(handbook.settings.language), document).entry()


@dataclass(frozen=True)
class _Maker:
    handbook: Handbook
    locale: Locale
    document: Document

    def entry(self) -> Entry:
        document = self.document
        urgent = isinstance(document, Procedure) and document.urgent
        return Entry(
            document.id,
            document.kind,
            document.title,
            document.department,
            self._roles(document),
            names_of(document),
            urgent,
            self._summary(document),
            tuple(self._parts(document)),
            tuple(step.title for step in document.steps[:FIRST_ACTIONS]) if isinstance(document, Procedure) else (),
            tuple(self._calls(document)),
        )

    # --------------------------------------------------------------- facts of a document

    def _roles(self, document: Document) -> tuple[str, ...]:
        """The posts and partners that work by a document."""
        match document:
            case Role():
                found: Iterable[str] = (document.title,)
            case Procedure(steps=steps):
                found = (self._actor(name) for step in steps for name in (*step.responsible, *step.support))
            case Checklist(responsible=responsible):
                found = (self._actor(name) for name in responsible)
            case Form():
                uses = self.handbook.uses.get(document.id, ())
                found = (self._actor(name) for use in uses for name in use.step.responsible)
            case _:
                found = ()
        return tuple(sorted(set(found)))

    def _summary(self, document: Document) -> str:
        for key in ("trigger", "purpose", "notes", "scope"):
            section = document.section(key)
            if section and section.blocks:
                return self._blocks(section.blocks)
        return next((self._blocks(s.blocks) for s in document.sections if s.blocks and s.key != "revisions"), "")

    def _calls(self, document: Document) -> Iterator[Call]:
        if isinstance(document, Procedure) and document.urgent:
            for name in document.call:
                contact = self.handbook.contact(name)
                if contact:
                    yield Call(contact.name, contact.phones)

    def _actor(self, name: Name) -> str:
        actor = self.handbook.actor(name)
        return actor.title if actor else name.text

    # ------------------------------------------------------------------------- its parts

    def _parts(self, document: Document) -> Iterator[Part]:
        if isinstance(document, Bank):
            return  # Wrong answers must not turn up as answers.
        for section in document.sections:
            if section.blocks and section.key not in ("revisions", "questions"):
                yield Part("section", section.anchor, section.title, self._blocks(section.blocks))
        match document:
            case Procedure():
                yield from map(self._step, document.steps)
                for point in document.acceptance:
                    yield Part("section", self._anchor(document, "acceptance"), "", self._inlines(point.text))
            case Checklist(items=items):
                yield from map(self._item, items)
            case Form():
                for group in document.parts:
                    fields = group.columns if isinstance(group, RowTable) else group.fields
                    row = group.anchor if isinstance(group, RowTable) else ""
                    yield from (self._field(field, row) for field in fields)
            case Department():
                stages = (task for stage in document.stages for task in stage.tasks)
                yield from map(self._task, (*document.functions, *stages, *document.plans))
            case Role(duties=duties):
                yield from (Part("duty", duty.anchor, duty.title, self._blocks(duty.body)) for duty in duties)
            case ReferenceDocument(terms=terms, contacts=contacts):
                yield from (self._term(term, self._anchor(document, "terms")) for term in terms)
                yield from (self._contact(contact, self._anchor(document, "contacts")) for contact in contacts)
        yield from self._figures(document)

    def _anchor(self, document: Document, key: str) -> str:
        section = document.section(key)
        return section.anchor if section else ""

    def _step(self, step: Step) -> Part:
        forms = [self._named(name) for name in (*step.forms, *step.checklists, *step.records)]
        figure = [step.within.text] if step.within and step.within.text in self.handbook.figures else []
        who = self._join(self._actor(name) for name in step.responsible)
        text, also = self._blocks(step.body), self._join(forms)
        return Part("step", step.anchor, step.title, text, tuple(figure), who, self._limit(step.within), also)

    def _item(self, item: Item) -> Part:
        text = "\n".join(
            filter(None, (self._inlines(item.criterion), self._blocks(item.body), self._inlines(item.on_miss)))
        )
        return Part("item", item.anchor, item.title, text)

    def _field(self, field: Field, table: str) -> Part:
        text = "\n".join(filter(None, (self._blocks(field.hint), self._join(field.options))))
        return Part("field", table or field.anchor, field.label, text)

    def _task(self, task: Task) -> Part:
        return Part(
            "task", task.anchor, task.title, self._blocks(task.body), (), self._join(map(self._actor, task.responsible))
        )

    def _term(self, term: Term, anchor: str) -> Part:
        return Part("term", anchor, term.name, self._inlines(term.meaning), term.synonyms)

    def _contact(self, contact: Contact, anchor: str) -> Part:
        text = self._join(filter(None, (*contact.phones, contact.hours, self._inlines(contact.note))))
        return Part("contact", anchor, contact.name, text)

    def _figures(self, document: Document) -> Iterator[Part]:
        for section in document.sections:
            if section.figures is not None:
                for figure in self.handbook.settings.figures:
                    if section.figures in ("*", figure.group):
                        value = self._figure(figure.name)
                        yield Part(
                            "section", section.anchor, figure.name, f"{value} {figure.basis}".strip(), limit=value
                        )

    # -------------------------------------------------------------------- in plain words

    def _limit(self, limit: TimeLimit | None) -> str:
        if limit is None:
            return ""
        return self.locale.duration(limit.duration) if limit.duration else self._figure(limit.text)

    def _figure(self, name: str) -> str:
        figure = self.handbook.figures.get(name)
        if figure is None:
            return name
        return self.locale.duration(figure.duration) if figure.duration else figure.value

    def _named(self, name: Name) -> str:
        document = self.handbook.document_named(name)
        return document.title if document else name.text

    def _join(self, words: Iterable[str]) -> str:
        return self.locale.format("list").join(words)

    def _inlines(self, inlines: tuple[Inline, ...]) -> str:
        return prose.plain(self._said(inlines))

    def _blocks(self, blocks: tuple[Block, ...]) -> str:
        return prose.plain_blocks(self._said(blocks))

    def _said(self, node: Any) -> Any:
        """The same prose with figures and references as readers see them."""
        match node:
            case prose.FigureUse(name):
                return prose.Text(self._figure(name))
            case prose.Reference(label=label):
                target = self.handbook.follow(node, self.document)
                return prose.Text(label or (target.title if target else str(node)))
            case tuple():
                return tuple(self._said(child) for child in node)
        return rebuilt(node, self._said) if isinstance(node, Node) else node


def names_of(document: Document) -> tuple[str, ...]:
    """The other words for a document."""
    short = (document.short,) if isinstance(document, Procedure) and document.short else ()
    aliases = document.aliases if isinstance(document, Role) else ()
    return tuple(dict.fromkeys((*short, *document.keywords, *aliases)))


def pack(entry: Entry) -> dict[str, Any]:
    """A document as JSON can hold it; what is empty is left out."""
    parts = [[p.type, p.anchor, p.title, p.text, " ".join(p.names), p.who, p.limit, p.also] for p in entry.parts]
    for part in parts:
        while part and not part[-1]:
            part.pop()
    value = {
        "id": entry.id,
        "kind": entry.kind,
        "title": entry.title,
        "department": entry.department,
        "roles": entry.roles,
        "names": entry.names,
        "urgent": entry.urgent,
        "summary": entry.summary,
        "parts": parts,
        "calls": [[call.name, *call.phones] for call in entry.calls],
        "actions": entry.actions if entry.urgent else (),
    }
    return {key: item for key, item in value.items() if item}

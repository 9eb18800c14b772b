"""What page templates may ask for: words, links, and the facts about a document that its page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from sopbook import prose
from sopbook.link.derived import Recurring, recurring_of, urgent_numbers
from sopbook.link.handbook import Handbook, Target, Work
from sopbook.locales import Locale
from sopbook.model import (
    Bank,
    Checklist,
    Contact,
    Document,
    Figure,
    Form,
    Kind,
    Name,
    Option,
    Procedure,
    Question,
    Revision,
    Role,
    RowTable,
    Section,
    Status,
    Step,
    TimeLimit,
)
from sopbook.places import Place
from sopbook.targets.site.flow import flow_picture
from sopbook.targets.site.html import Html
from sopbook.targets.site.markup import filled
from sopbook.targets.site.qr import address_of, qr_code
from sopbook.training.path import is_on_a_path
from sopbook.values import Frequency

_AFTER_STEPS = ("exceptions", "escalation", "acceptance", "notes")
_BACKGROUND = ("purpose", "scope", "records", "risks", "references")

FIRST_ACTIONS = 5
"""More than a hand has fingers nobody keeps in mind in an emergency."""

RECENT_REVISIONS = 5
"""How far back a page tells what changed; the revision table has the rest."""

KIND_PAGES = {
    Kind.DEPARTMENT: "departments",
    Kind.ROLE: "roles",
    Kind.PROCEDURE: "procedures",
    Kind.CHECKLIST: "checklists",
    Kind.FORM: "forms",
    Kind.BANK: "banks",
    Kind.REFERENCE: "references",
}
"""The folder of each kind's list page, which is also its name in the locales."""


@dataclass(frozen=True, slots=True)
class Group:
    """Things that belong together under a name."""

    name: str
    members: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class StepsOfProcedure:
    """Some steps of one procedure: those that an actor takes, or that use a form."""

    document: Document
    steps: tuple[Work, ...]


@dataclass(frozen=True)
class View:
    """The helpers of a page's template. ``html`` renders prose as seen from that page."""

    handbook: Handbook
    locale: Locale
    html: Html

    def ui(self, key: str, **values: object) -> str:
        """A word or phrase of the interface."""
        word = self.locale.word("ui", key)
        return word.format(**values) if values else word

    # --------------------------------------------------------------------- small facts

    def name_of(self, name: Name) -> Markup:
        """A role or partner as a link (partners have no page); or a document, or words."""
        actor = self.handbook.actor(name)
        if actor and actor.role:
            return self.html.document_link(actor.role, actor.role.title)
        if actor:
            return filled("{}", actor.title)
        return self.document_named(name)

    def document_named(self, name: Name) -> Markup:
        """A document by its number, as a link; other words as they are."""
        document = self.handbook.document_named(name)
        return self.html.document_link(document) if document else filled("{}", name.text)

    def limit(self, limit: TimeLimit) -> Markup:
        """A time limit as readers say it."""
        if limit.duration is not None:
            return filled("{}", self.locale.duration(limit.duration))
        return self.html.figure(limit.text)

    def frequency(self, frequency: Frequency) -> str:
        """A frequency as readers say it."""
        return self.locale.frequency(frequency)

    def notice(self, document: Document) -> str:
        """What to say at the top of a document that is not in force; empty for one that is."""
        keys = {Status.DRAFT: "draft_notice", Status.WITHDRAWN: "withdrawn_notice"}
        key = keys.get(document.control.status)
        return self.ui(key) if key else ""

    def plain_section(self, document: Document, *skip: str) -> Iterable[Section]:
        """The sections with running text, in order, without those that the page shows in its own way."""
        return (section for section in document.sections if section.key not in (*skip, "revisions"))

    def sections_of(self, procedure: Procedure) -> list[Section]:
        """The sections of a procedure in the order that a reader needs them; those not named stand between."""
        # In an emergency nobody reads first what should have been there.
        order = ("steps", "preconditions") if procedure.urgent else ("preconditions", "steps")
        places = {key: place for place, key in enumerate((*order, *_AFTER_STEPS, "", *_BACKGROUND))}
        return sorted(self.plain_section(procedure), key=lambda part: places.get(part.key, places[""]))

    # -------------------------------------------------------------------- a procedure

    def longest_limit(self, procedure: Procedure) -> Markup | None:
        """The longest time limit among the steps."""
        limits = [step.within for step in procedure.steps if step.within]
        known = [(duration, limit) for limit in limits if (duration := self.handbook.duration_of(limit))]
        if not known:
            return None
        return self.limit(max(known, key=lambda pair: pair[0].approximate_minutes)[1])

    def people(self, procedure: Procedure) -> list[Name]:
        """Who is responsible for its steps, in the order of their first step, each once."""
        found: dict[str, Name] = {}
        for step in procedure.steps:
            for name in step.responsible:
                actor = self.handbook.actor(name)
                found.setdefault(actor.title if actor else name.text, name)
        return list(found.values())

    def documents_used(self, procedure: Procedure, kind: Kind | str) -> list[Document]:
        """The forms or checklists of its steps, by number."""
        names = [name for step in procedure.steps for name in (*step.forms, *step.checklists, *step.records)]
        found = {d.id: d for name in names if (d := self.handbook.document_named(name)) and d.kind == kind}
        return [found[number] for number in sorted(found)]

    def first_paragraph(self, document: Document, key: str) -> Markup | None:
        """The first block of a section, for a card."""
        section = document.section(key)
        return self.html.blocks(section.blocks[:1]) if section and section.blocks else None

    def contacts_to_call(self, procedure: Procedure) -> list[Contact]:
        """Whom to telephone first; names without a number are left out (a rule reports unknown ones)."""
        found = (self.handbook.contact(name) for name in procedure.call)
        return [contact for contact in found if contact and contact.phones]

    def first_steps(self, procedure: Procedure) -> tuple[Step, ...]:
        """What to do in the first minutes: the steps of the first phase, five at most."""
        first = procedure.steps[:1]
        return tuple(step for step in procedure.steps if first and step.phase == first[0].phase)[:FIRST_ACTIONS]

    def first_of(self, step: Step) -> Markup:
        """The first block of a step's text."""
        return self.html.blocks(step.body[:1])

    def flow(self, procedure: Procedure) -> Markup:
        """The procedure as a picture."""
        return flow_picture(procedure, self.handbook, self.locale)

    # ------------------------------------------------------------- every document's page

    def address(self, document: Document) -> str:
        """The full address of a document; empty if the handbook does not know its own."""
        base_url = self.handbook.settings.base_url
        return address_of(base_url, document.id) if base_url else ""

    def qr(self, document: Document) -> Markup:
        """The code that leads to a document."""
        return qr_code(self.address(document), self.ui("qr_alt", number=document.id))

    def recent_revisions(self, document: Document) -> tuple[Revision, ...]:
        """The revisions that a page tells a reader who saw an older one, newest first."""
        return document.revisions[:RECENT_REVISIONS]

    def named_by(self, document: Document) -> tuple[Document, ...]:
        """The documents that this one refers to, by number."""
        return self.handbook.names.get(document.id, ())

    def actor_link(self, title: str) -> Markup:
        """A role or partner by its title."""
        return self.name_of(Name(title, Place("")))

    def is_learnt(self, document: Document) -> bool:
        """True for what the training asks somebody to read: procedures, and what stands on a role's path."""
        if document.control.status is Status.WITHDRAWN:
            return False
        return isinstance(document, Procedure) or is_on_a_path(self.handbook, document.id)

    # -------------------------------------------------------------- other derived facts

    def recurring_of(self, actor: str) -> list[Recurring]:
        """The recurring work of a role, most frequent first."""
        found = recurring_of(self.handbook, actor)
        for entry in found:
            self.handbook.by_number.get(entry.target.document.id)  # whose title is shown: noted
        return list(found)

    def work_of(self, role: Role) -> list[StepsOfProcedure]:
        """Every step that a post takes or helps with, by procedure."""
        work = self.handbook.work.get(role.title, ())
        return [
            StepsOfProcedure(group[0].document, tuple(group))
            for _, found in groupby(work, key=lambda entry: entry.document.id)
            if (group := list(found))
        ]

    def subordinates(self, role: Role) -> list[Role]:
        """The posts that report to a post."""
        return list(self.handbook.subordinates(role))

    def step_link(self, work: Work) -> Markup:
        """A link to a step that shows the step's title only."""
        return self.html.link_to(Target(work.document, work.step.anchor, work.step.title), work.step.title)

    def tested(self, question: Question) -> list[Target]:
        """What a question tests."""
        split = (name.text.partition("#") for name in question.tests)
        here = self.html.document
        found = (self.handbook.resolve(number, anchor, here) for number, _, anchor in split if here)
        return [target for target in found if target]

    def jumbled(self, question: Question) -> list[Option]:
        """The elements of an ordering question in an order that tells nothing: that of their characters."""
        return sorted(question.options, key=lambda option: prose.plain(option.text))

    def uses_of(self, document: Document) -> list[StepsOfProcedure]:
        """The steps that use a form or checklist, by procedure."""
        uses = self.handbook.uses.get(document.id, ())
        return [
            StepsOfProcedure(found[0].document, tuple(Work(use.document, use.step, responsible=True) for use in found))
            for _, group in groupby(uses, key=lambda use: use.document.id)
            if (found := list(group))
        ]

    def mentions_of(self, document: Document) -> tuple[Document, ...]:
        """The documents that refer to this one."""
        return self.handbook.mentions.get(document.id, ())

    def figures(self, group: str) -> list[Figure]:
        """The figures of a group, or (``*``) all of them."""
        return [figure for figure in self.handbook.settings.figures if group in ("*", figure.group)]

    def urgent(self) -> list[Procedure]:
        """The emergencies that are in force."""
        found = (self.handbook.by_number[number] for number in urgent_numbers(self.handbook, ""))
        return [document for document in found if isinstance(document, Procedure)]

    def in_force(self, kind: Kind | str) -> list[Document]:
        """The documents of a kind that are not withdrawn."""
        documents = self.handbook.of_kind(Kind(kind))
        return [document for document in documents if document.control.status is not Status.WITHDRAWN]

    def size_of(self, document: Document) -> str:
        """How much there is in a document, in words: its steps, items, fields or questions."""
        match document:
            case Procedure(steps=steps):
                return self.ui("step_count", n=len(steps))
            case Checklist(items=items):
                return self.ui("item_count", n=len(items))
            case Form(parts=parts):
                return self.ui("field_count", n=sum(len(fields_of(part)) for part in parts))
            case Bank(questions=questions):
                return self.ui("question_count", n=len(questions))
        return ""


def fields_of(part: object) -> Sequence[object]:
    """The fields of a group, or the columns of a row table."""
    return part.columns if isinstance(part, RowTable) else getattr(part, "fields", ())

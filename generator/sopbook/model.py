"""The documents of a handbook: the dictionary of the trade's words.

All classes are immutable values. ``read`` makes one document out of one file; ``link`` puts
documents together; targets render them. Every node carries the place it comes from. Names of
other things (a role, a form) stay as written, with their place, until the linked handbook
resolves them.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING

from sopbook.node import Apart, Node
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.values import Duration, Frequency, Interval

if TYPE_CHECKING:
    Blocks = tuple[Block, ...]
    Inlines = tuple[Inline, ...]
    Revisions = tuple["Revision", ...]
    KeyPlaces = tuple[tuple[str, Place], ...]
else:
    # When a document comes out of the cache, these are held back until somebody looks at them.
    Blocks = Inlines = Revisions = KeyPlaces = Apart


class Kind(StrEnum):
    """The seven kinds of documents."""

    DEPARTMENT = "department"
    ROLE = "role"
    PROCEDURE = "procedure"
    CHECKLIST = "checklist"
    FORM = "form"
    BANK = "bank"
    REFERENCE = "reference"


class Status(StrEnum):
    """Where a controlled document stands in its life."""

    DRAFT = "draft"
    IN_FORCE = "in-force"
    WITHDRAWN = "withdrawn"


class Name(Node, frozen=True):
    """A word by which a source names something defined elsewhere: a role, a form, a step."""

    text: str
    place: Place


class Cover(Node, frozen=True):
    """A requirement that a document answers, and the anchor of the part that does (may be empty)."""

    requirement: str
    anchor: str
    place: Place


class Revision(Node, frozen=True):
    """A row of the revision table. ``date`` is None where the table's text is not a date."""

    version: str
    date: dt.date | None
    change: str
    approver: str
    place: Place


class Control(Node, frozen=True):
    """Document control (ISO 9001:2015, 7.5.3): which version is in force, who answers for it."""

    version: str
    effective: dt.date
    review: Interval
    reviewed: dt.date | None
    status: Status
    owner: Name
    approver: Name

    @property
    def review_due(self) -> dt.date:
        """The day by which the document has to be reviewed again."""
        return self.review.after(max(self.effective, self.reviewed or self.effective))


class Section(Node, frozen=True):
    """A ``##`` section. ``key`` is its canonical name, or empty for a section of the author's own.

    Of a section whose content is structured (steps, items, fields …), ``blocks`` holds only what
    stands around that content. ``figures`` names the group of figures listed in the section
    (``"*"`` for all), or is None.
    """

    key: str
    title: str
    anchor: str
    blocks: Blocks
    place: Place
    figures: str | None = None


class Document(Node, frozen=True, kw_only=True):
    """What every controlled document has.

    ``keys`` holds the place of each front-matter key, for findings that speak of one.
    """

    id: str
    kind: Kind
    title: str
    place: Place
    control: Control
    department: str
    keywords: tuple[str, ...]
    covers: tuple[Cover, ...]
    sections: tuple[Section, ...]
    revisions: Revisions
    keys: KeyPlaces

    def section(self, key: str) -> Section | None:
        """The section with that canonical key, or None."""
        return next((section for section in self.sections if section.key == key), None)

    def key_place(self, key: str) -> Place:
        """Where a front-matter key stands; the document's first line if it is absent."""
        return dict(self.keys).get(key, self.place)


# ------------------------------------------------------------------- department and role


class Task(Node, frozen=True):
    """Something a department is there for: a function, a task of a stage, or a plan.

    ``group`` is the ``###`` heading that it stands under, here and wherever there is one.
    """

    anchor: str
    title: str
    body: Blocks
    covers: tuple[Cover, ...]
    frequency: Frequency | None
    responsible: tuple[Name, ...]
    place: Place
    group: str = ""


class Stage(Node, frozen=True):
    """A stage in the life of what the department looks after, with its tasks."""

    title: str
    anchor: str
    tasks: tuple[Task, ...]
    place: Place


class Partner(Node, frozen=True):
    """A party outside the department that steps may name as they name a role."""

    title: str
    aliases: tuple[str, ...]
    body: Blocks
    place: Place
    group: str = ""


class Department(Document, frozen=True, kw_only=True):
    """What a department is there for, and who belongs to it."""

    functions: tuple[Task, ...]
    stages: tuple[Stage, ...]
    plans: tuple[Task, ...]
    partners: tuple[Partner, ...]


class Duty(Node, frozen=True):
    """Something a post answers for."""

    anchor: str
    title: str
    body: Blocks
    covers: tuple[Cover, ...]
    frequency: Frequency | None
    place: Place
    group: str = ""


class TrainingStep(Node, frozen=True):
    """A stop on a role's training path: what to learn and by when."""

    body: Blocks
    within: TimeLimit | None
    place: Place


class Role(Document, frozen=True, kw_only=True):
    """A post: what it answers for, and how somebody grows into it."""

    aliases: tuple[str, ...]
    reports_to: Name | None
    duties: tuple[Duty, ...]
    training: tuple[TrainingStep, ...]


# ---------------------------------------------------------------------------- procedure


class TimeLimit(Node, frozen=True):
    """A time limit as written: a duration, or (``duration`` None) the name of a figure."""

    text: str
    duration: Duration | None
    place: Place


class Step(Node, frozen=True):
    """One step of a procedure. ``records`` are document numbers or words."""

    anchor: str
    title: str
    phase: str
    responsible: tuple[Name, ...]
    support: tuple[Name, ...]
    within: TimeLimit | None
    forms: tuple[Name, ...]
    checklists: tuple[Name, ...]
    records: tuple[Name, ...]
    frequency: Frequency | None
    critical: bool
    covers: tuple[Cover, ...]
    body: Blocks
    place: Place


class Criterion(Node, frozen=True):
    """A point of acceptance: what done well means."""

    text: Inlines
    place: Place


class Procedure(Document, frozen=True, kw_only=True):
    """How something is done, step by step.

    ``short`` is a word or two for a button (empty if the title is short enough); ``call`` names
    the contacts to telephone first.
    """

    frequency: Frequency | None
    urgent: bool
    short: str
    call: tuple[Name, ...]
    steps: tuple[Step, ...]
    acceptance: tuple[Criterion, ...]
    questions: tuple[Question, ...]


# ------------------------------------------------------------------- checklist and form


class Item(Node, frozen=True):
    """Something inspected: its criterion, and how a miss is handled."""

    anchor: str
    title: str
    group: str
    critical: bool
    covers: tuple[Cover, ...]
    criterion: Inlines
    on_miss: Inlines
    body: Blocks
    place: Place


class Checklist(Document, frozen=True, kw_only=True):
    """What is inspected, by what criteria."""

    frequency: Frequency | None
    responsible: tuple[Name, ...]
    record: Name | None
    items: tuple[Item, ...]


class FieldType(StrEnum):
    """What may be written into a field."""

    TEXT = "text"
    MULTILINE = "multiline"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    CHOICE = "choice"
    CHOICES = "choices"
    CHECK = "check"
    PHONE = "phone"
    SIGNATURE = "signature"


class Field(Node, frozen=True):
    """A field of a form, or a column of one of its row tables."""

    anchor: str
    label: str
    type: FieldType
    required: bool
    options: tuple[str, ...]
    unit: str
    lines: int
    hint: Blocks
    place: Place


class FieldGroup(Node, frozen=True):
    """Fields that stand together, and then blocks of running text below them."""

    title: str
    anchor: str
    fields: tuple[Field, ...]
    notes: Blocks
    place: Place


class RowTable(Node, frozen=True):
    """A table with a row for each entry.

    ``preset`` are rows whose printed cells are given (as many cells as columns); ``rows`` is the
    number of rows on paper, presets included.
    """

    title: str
    anchor: str
    columns: tuple[Field, ...]
    preset: tuple[tuple[str, ...], ...]
    rows: int
    notes: Blocks
    place: Place


class Form(Document, frozen=True, kw_only=True):
    """What is filled in and kept as a record.

    ``retention`` is as written until linking; then it is in words.
    """

    retention: str
    parts: tuple[FieldGroup | RowTable, ...]


# ----------------------------------------------------------------------- question bank


class QuestionType(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true-false"
    ORDERING = "ordering"
    MATCHING = "matching"
    FILL = "fill"
    NUMBER = "number"
    CASE = "case"


class Option(Node, frozen=True):
    """An option to tick, or (in order) an element to arrange."""

    text: Inlines
    correct: bool
    place: Place


class Pair(Node, frozen=True):
    """Two things that belong together."""

    left: Inlines
    right: Inlines
    place: Place


class Answer(Node, frozen=True):
    """What is right in a question without options.

    ``truth`` for true/false, ``variants`` for fill-in, ``number`` with ``unit`` and
    ``tolerance`` (absolute) for a number; unused ones are None or empty.
    """

    truth: bool | None = None
    variants: tuple[str, ...] = ()
    number: float | None = None
    unit: str = ""
    tolerance: float = 0.0


class Question(Node, frozen=True):
    """A question written by hand. ``parts`` are the questions of a case.

    ``tests`` names what is tested (``KF-CX-06#accept``); difficulty goes from 1 to 3.
    """

    anchor: str
    type: QuestionType
    stem: tuple[Inline, ...]
    body: Blocks
    options: tuple[Option, ...]
    pairs: tuple[Pair, ...]
    answer: Answer
    parts: tuple[Question, ...]
    rationale: Blocks
    tests: tuple[Name, ...]
    difficulty: int
    place: Place

    @property
    def has_answer(self) -> bool:
        """True if something is marked as right, as the type needs it."""
        match self.type:
            case QuestionType.SINGLE:
                return sum(option.correct for option in self.options) == 1
            case QuestionType.MULTIPLE:
                return any(option.correct for option in self.options)
            case QuestionType.TRUE_FALSE:
                return self.answer.truth is not None
            case QuestionType.ORDERING:
                return len(self.options) > 1
            case QuestionType.MATCHING:
                return len(self.pairs) > 1
            case QuestionType.FILL:
                return bool(self.answer.variants)
            case QuestionType.NUMBER:
                return self.answer.number is not None
            case QuestionType.CASE:
                return bool(self.parts)


class Bank(Document, frozen=True, kw_only=True):
    """Questions written by hand about one document."""

    tests: Name | None
    questions: tuple[Question, ...]


# ---------------------------------------------------------------------------- reference


class Term(Node, frozen=True):
    """A word of the trade with the other words for it."""

    name: str
    synonyms: tuple[str, ...]
    meaning: Inlines
    place: Place
    group: str = ""


class Contact(Node, frozen=True):
    """Somebody to call. ``phones`` as they are dialled, first choice first."""

    name: str
    phones: tuple[str, ...]
    hours: str
    note: Inlines
    place: Place
    group: str = ""


class ReferenceDocument(Document, frozen=True, kw_only=True):
    """Rules, glossary and contacts."""

    terms: tuple[Term, ...]
    contacts: tuple[Contact, ...]


# ----------------------------------------------------------------------------- settings


class Figure(Node, frozen=True):
    """A value that the house may change in one place.

    ``duration`` is set where the value is a time; ``basis`` names the rule that sets it and is
    empty for the house's own figures.
    """

    name: str
    value: str
    duration: Duration | None
    group: str
    basis: str
    place: Place


class Thresholds(Node, frozen=True):
    """The least share (per cent) of steps, critical steps and duties that must have a question; 0 asks nothing."""

    steps: int = 0
    critical: int = 0
    duties: int = 0


class Training(Node, frozen=True):
    """How staff are tested: the pass mark in per cent, and questions and minutes of a test (0: no time limit).

    A procedure's test and the test of a whole role are sized apart.
    """

    pass_mark: int = 80
    questions: int = 10
    minutes: int = 10
    role_questions: int = 30
    role_minutes: int = 30
    coverage: Thresholds = Thresholds()


class Settings(Node, frozen=True):
    """The handbook's settings (``handbook.yml``).

    ``base_url`` is where the site is served (it ends with ``/``), empty if not known.
    ``departments`` maps a top-level folder to the department's name; ``rules`` maps a code to
    ``off`` or a severity.
    """

    organisation: str
    title: str
    language: str
    base_url: str
    departments: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    rules: tuple[tuple[str, str], ...]
    training: Training = Training()

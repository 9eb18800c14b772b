"""Every question of a handbook with what it tests, and the choice among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sopbook.cache.watch import answered
from sopbook.link import number_key
from sopbook.link.handbook import Handbook, Target
from sopbook.locales import fold
from sopbook.memo import once_a_handbook
from sopbook.model import Bank, Checklist, Document, Name, Procedure, Question, Status
from sopbook.questions.derived import derived, derived_from
from sopbook.questions.entry import Entry

__all__ = ["Choice", "Entry", "about", "choose", "pool", "written"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which questions are wanted; an empty value wants all.

    ``role`` is any name of a role or partner: it gets what tests the documents that it works by, of
    which those steps that it does itself or helps with, and what tests its duties. ``tag`` is a
    keyword of a document: it gets the questions of that document, and those that test it.
    """

    role: str = ""
    procedure: str = ""
    department: str = ""
    difficulty: int = 0
    tag: str = ""


@once_a_handbook
def pool(handbook: Handbook) -> tuple[Entry, ...]:
    """Every question there is: those written by hand, then those that the structure gives."""
    return (*written(handbook), *derived(handbook))


def written(handbook: Handbook) -> tuple[Entry, ...]:
    """The questions written by hand in documents that are not withdrawn, in the order of the handbook."""
    return tuple(entry for document in handbook.documents for entry in _written_in(handbook, document))


def about(handbook: Handbook, document: Document) -> tuple[Entry, ...]:
    """The questions that test a document: those written by hand, then those that the structure gives."""
    by_hand = (handbook.by_number[number] for number in _testers(handbook, document.id))
    # A checklist's rhythm is asked of the steps that go through it, too.
    used = (handbook.document_named(name) for name in _used_by(document))
    checklists = [checklist for checklist in used if isinstance(checklist, Checklist)]
    sources = {source.id: source for source in (document, *checklists)}
    entries = (
        *(entry for source in by_hand for entry in _written_in(handbook, source)),
        *(entry for number in sorted(sources, key=number_key) for entry in derived_from(handbook, sources[number])),
    )
    return tuple(entry for entry in entries if any(target.document.id == document.id for target in entry.targets))


def _used_by(document: Document) -> Iterator[Name]:
    if isinstance(document, Procedure):
        for step in document.steps:
            yield from (*step.forms, *step.checklists, *step.records)


@answered()
def _testers(handbook: Handbook, number: str) -> tuple[str, ...]:
    """The numbers of the documents in which questions that test a document are written, in order."""
    return _tests(handbook).get(number, ())


@once_a_handbook
def _tests(handbook: Handbook) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for entry in written(handbook):
        for target in entry.targets:
            found.setdefault(target.document.id, {})[entry.document.id] = None
    return {number: tuple(sources) for number, sources in found.items()}


def _written_in(handbook: Handbook, document: Document) -> Iterator[Entry]:
    if isinstance(document, Bank | Procedure) and document.control.status is not Status.WITHDRAWN:
        for question in document.questions:
            yield Entry(document, question, _targets(handbook, document, question))


def _targets(handbook: Handbook, document: Document, question: Question) -> tuple[Target, ...]:
    """What a question tests; a case tests what its parts test too."""
    within = handbook.document_named(document.tests) if isinstance(document, Bank) and document.tests else None
    names = [name.text for asked in (question, *question.parts) for name in asked.tests]
    found = (handbook.resolve(*_split(name), within or document) for name in dict.fromkeys(names))
    return tuple(target for target in found if target)


def _split(name: str) -> tuple[str, str]:
    number, _, anchor = name.partition("#")
    return number, anchor


def choose(entries: Iterable[Entry], choice: Choice, handbook: Handbook) -> tuple[Entry, ...]:
    """Those entries that are wanted, in their order.

    Raises KeyError with the unknown name if the role, the procedure, the department or the tag is not there.
    """
    actor = handbook.actors[choice.role] if choice.role else None
    if choice.procedure and choice.procedure not in handbook.by_number:
        raise KeyError(choice.procedure)
    if choice.department and choice.department not in {document.department for document in handbook.documents}:
        raise KeyError(choice.department)
    tag = fold(choice.tag)
    if tag and not any(_tagged(document, tag) for document in handbook.documents):
        raise KeyError(choice.tag)
    steps = {(work.document.id, work.step.anchor) for work in handbook.work.get(actor.title, ())} if actor else set()
    return tuple(
        entry
        for entry in entries
        if (not actor or any((t.document.id, t.anchor) in steps or t.document is actor.role for t in entry.targets))
        and (not choice.procedure or any(target.document.id == choice.procedure for target in entry.targets))
        and (not choice.department or entry.document.department == choice.department)
        and (not tag or any(_tagged(document, tag) for document in (entry.document, *_tested(entry))))
        and (not choice.difficulty or entry.question.difficulty == choice.difficulty)
    )


def _tested(entry: Entry) -> Iterable[Document]:
    return (target.document for target in entry.targets)


def _tagged(document: Document, tag: str) -> bool:
    return any(fold(keyword) == tag for keyword in document.keywords)

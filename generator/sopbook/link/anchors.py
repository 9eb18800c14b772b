"""The named parts of a document: what an anchor or a title in it leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sopbook import prose
from sopbook.link.handbook import Target
from sopbook.model import (
    Bank,
    Checklist,
    Department,
    Document,
    Form,
    Procedure,
    Question,
    Role,
    RowTable,
)


def parts(document: Document) -> Iterator[tuple[str, str]]:
    """Each named part of a document: its anchor and its title, in reading order."""
    for section in document.sections:
        if section.anchor:
            yield section.anchor, section.title
    match document:
        case Department(functions=functions, stages=stages, plans=plans):
            tasks = (*functions, *(task for stage in stages for task in stage.tasks), *plans)
            yield from ((stage.anchor, stage.title) for stage in stages)
            yield from ((task.anchor, task.title) for task in tasks)
        case Role(duties=duties):
            yield from ((duty.anchor, duty.title) for duty in duties)
        case Procedure(steps=steps, questions=questions):
            yield from ((step.anchor, step.title) for step in steps)
            yield from _questions(questions)
        case Checklist(items=items):
            yield from ((item.anchor, item.title) for item in items)
        case Form(parts=groups):
            for group in groups:
                yield group.anchor, group.title
                fields = group.columns if isinstance(group, RowTable) else group.fields
                yield from ((field.anchor, field.label) for field in fields)
        case Bank(questions=questions):
            yield from _questions(questions)


def _questions(questions: tuple[Question, ...]) -> Iterator[tuple[str, str]]:
    for question in questions:
        yield question.anchor, prose.plain(question.stem)
        yield from _questions(question.parts)


def targets(document: Document) -> dict[str, Target]:
    """What each anchor leads to, and each title that only one part has."""
    named = list(parts(document))
    count = Counter(title for _, title in named)
    found = {title: Target(document, anchor, title) for anchor, title in named if title and count[title] == 1}
    found.update((anchor, Target(document, anchor, title)) for anchor, title in named)
    return found


class Anchors(Mapping[str, Mapping[str, Target]]):
    """For each document (by number) what ``targets`` says, found out when first asked for."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = {document.id: document for document in documents}
        self._found: dict[str, dict[str, Target]] = {}

    def __getitem__(self, number: str) -> Mapping[str, Target]:
        if number not in self._found:
            self._found[number] = targets(self._documents[number])
        return self._found[number]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)

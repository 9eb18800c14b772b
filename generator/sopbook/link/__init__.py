"""The second phase: documents become one handbook, and what several of them imply is derived once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from msgspec.structs import replace

from sopbook.link.anchors import Anchors
from sopbook.link.handbook import Actor, Asked, Handbook, Target, Use, Work
from sopbook.locales import locale
from sopbook.model import (
    Bank,
    Checklist,
    Department,
    Document,
    Form,
    Name,
    Procedure,
    Question,
    Role,
    Settings,
    Step,
)
from sopbook.read.facts import Facts
from sopbook.read.quantities import duration
from sopbook.read.tree import Sources

__all__ = ["Actor", "Asked", "Handbook", "Target", "Use", "Work", "link", "named_documents", "number_key"]

_K = TypeVar("_K")
_V = TypeVar("_V")


def link(sources: Sources) -> Handbook:
    """Put the documents of a folder together."""
    documents, duplicates = _distinct(sources)
    facts = _facts(sources, documents)
    actors = _actors(documents)
    findings = (*sources.findings, *(finding for reading in sources.readings for finding in reading.findings))
    return Handbook(
        settings=sources.settings,
        documents=documents,
        duplicates=duplicates,
        broken=frozenset().union(*(reading.names for reading in sources.readings if reading.document is None)),
        assets=sources.assets,
        findings=findings,
        by_number={document.id: document for document in documents},
        facts=facts,
        anchors=Anchors(documents),
        actors=actors,
        figures={figure.name: figure for figure in sources.settings.figures},
        uses=_grouped(_uses(documents)),
        mentions={number: _unique(found) for number, found in _grouped(_mentions(documents, facts)).items()},
        names=_named(documents, facts),
        work=_grouped(_work(documents, actors)),
        questions=_grouped(_tested(documents)),
        confirmed=sources.confirmed,
    )


def number_key(number: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts numbers as people count: KF-CX-2 before KF-CX-10."""
    parts = re.findall(r"(\d+)|(\D+)", number)
    return tuple((0, int(digits), "") if digits else (1, 0, text) for digits, text in parts)


def _distinct(sources: Sources) -> tuple[tuple[Document, ...], tuple[Document, ...]]:
    """Each number's first document in the order of file names, and the rest."""
    found: dict[str, Document] = {}
    duplicates: list[Document] = []
    # Numbers name files and addresses, and not every file system tells letters' case apart.
    for reading in sources.readings:
        if reading.document is None:
            continue
        document = _with_settings(reading.document, sources.settings)
        if document.id.casefold() in found:
            duplicates.append(document)
        found.setdefault(document.id.casefold(), document)
    return tuple(sorted(found.values(), key=lambda document: number_key(document.id))), tuple(duplicates)


def _with_settings(document: Document, settings: Settings) -> Document:
    """A document with what the settings say of it: the name of its department, the length of a retention."""
    if not document.department:
        document = replace(document, department=_department(document, settings))
    if isinstance(document, Form):
        document = replace(document, retention=_in_words(document.retention, settings))
    return document


def _department(document: Document, settings: Settings) -> str:
    folders = PurePosixPath(document.place.file).parts[1:-1]
    return dict(settings.departments).get(folders[0], folders[0]) if folders else ""


def _in_words(retention: str, settings: Settings) -> str:
    """How long a form is kept, as readers say it, whether it was written as a figure, a duration or words."""
    figure = next((figure for figure in settings.figures if figure.name == retention), None)
    length = figure.duration if figure else duration(retention)
    if length:
        return locale(settings.language).duration(length)
    return figure.value if figure else retention


def _actors(documents: Iterable[Document]) -> Mapping[str, Actor]:
    found: dict[str, Actor] = {}
    for document in documents:
        if isinstance(document, Role):
            actor = Actor(document.title, document, None)
            for name in (document.title, document.id, *document.aliases):
                found.setdefault(name, actor)
    for document in documents:
        if isinstance(document, Department):
            for partner in document.partners:
                actor = Actor(partner.title, None, partner)
                for name in (partner.title, *partner.aliases):
                    found.setdefault(name, actor)
    return found


def _steps(documents: Iterable[Document]) -> Iterator[tuple[Procedure, Step]]:
    for document in documents:
        if isinstance(document, Procedure):
            for step in document.steps:
                yield document, step


def _uses(documents: Iterable[Document]) -> Iterator[tuple[str, Use]]:
    for document, step in _steps(documents):
        for number in dict.fromkeys(name.text for name in (*step.forms, *step.checklists, *step.records)):
            yield number, Use(document, step)


def _work(documents: Iterable[Document], actors: Mapping[str, Actor]) -> Iterator[tuple[str, Work]]:
    for document, step in _steps(documents):
        for names, responsible in ((step.responsible, True), (step.support, False)):
            for name in names:
                if name.text in actors:
                    yield actors[name.text].title, Work(document, step, responsible)


def named_documents(document: Document) -> Iterator[Name]:
    """Every name in a document that is meant as another document's number, outside running text."""
    match document:
        case Procedure(steps=steps):
            for step in steps:
                yield from (*step.forms, *step.checklists)
        case Checklist(record=Name() as record):
            yield record
        case Bank(tests=Name() as tests):
            yield tests


def _facts(sources: Sources, documents: Iterable[Document]) -> dict[str, Facts]:
    by_file = {reading.file: reading.facts for reading in sources.readings}
    return {document.id: by_file[document.place.file] for document in documents}


def _mentions(documents: Iterable[Document], facts: Mapping[str, Facts]) -> Iterator[tuple[str, Document]]:
    for document in documents:
        named = [name.text for name in named_documents(document)]
        if isinstance(document, Procedure):
            named += [name.text for step in document.steps for name in step.records]
        for number in (*facts[document.id].mentioned, *named):
            if number and number != document.id:
                yield number, document


def _named(documents: Iterable[Document], facts: Mapping[str, Facts]) -> Mapping[str, tuple[Document, ...]]:
    """For each document the others that it names, by number."""
    by_number = {document.id: document for document in documents}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for number, document in _mentions(by_number.values(), facts):
        if number in by_number:
            found[document.id].add(number)
    return {
        number: tuple(by_number[other] for other in sorted(others, key=number_key)) for number, others in found.items()
    }


def _tested(documents: Iterable[Document]) -> Iterator[tuple[tuple[str, str], Asked]]:
    for document in documents:
        if isinstance(document, Bank | Procedure):
            yield from _tested_by(document, document.questions)


def _tested_by(document: Document, questions: Iterable[Question]) -> Iterator[tuple[tuple[str, str], Asked]]:
    for question in questions:
        for name in question.tests:
            number, _, anchor = name.text.partition("#")
            yield (number, anchor), Asked(document, question)
        yield from _tested_by(document, question.parts)


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, tuple[_V, ...]]:
    found: defaultdict[_K, list[_V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


def _unique(documents: Iterable[Document]) -> tuple[Document, ...]:
    return tuple({document.id: document for document in documents}.values())

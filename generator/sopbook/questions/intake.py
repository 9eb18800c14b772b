"""Questions from outside into a bank: a new document, or more questions in one that is there.

Nothing that is there changes but the place where the new questions go in. The result is read back
before anything is written: what does not come out as it went in is not written at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import structs

from sopbook import prose
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, locale
from sopbook.model import Answer, Bank, Kind, Name, Question, QuestionType
from sopbook.output import write_file
from sopbook.places import Place
from sopbook.questions import incoming
from sopbook.questions.formats import Imported, Incoming, Unread
from sopbook.questions.quiz import bare
from sopbook.questions.source import question_source
from sopbook.read.document import read_document
from sopbook.scaffold import beginning

_NO_TARGET = Text(
    "没有写明考查哪一步（可用 --tests 指定）", "it does not say which step it tests; give one with --tests"
)
_BAD_TARGET = Text("手册里没有考查的“{name}”", 'the handbook has no "{name}", which it tests')
_THERE = Text("题库里已有同样的题", "the bank has the same question already")
_RENAMED = Text("标识“{old}”已被占用，改为“{new}”", 'its name "{old}" is taken; it is called "{new}" now')
_CHANGED = Text("写成源文件后读不回原样", "written as source, it does not read back as it was")
_FIRST = Text("从 {file} 导入", "Imported from {file}")


class IntakeError(Exception):
    """The questions cannot go in; the message says why."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What is to be written: the document's path and text, its pictures by path, and what stays out."""

    path: Path
    text: str
    media: Mapping[Path, bytes]
    taken: int
    unread: tuple[Unread, ...]

    def write(self) -> None:
        """Write the pictures, then the document, each in one go."""
        for path, data in (*self.media.items(), (self.path, self.text.encode())):
            write_file(path, data)


@dataclass(frozen=True, slots=True)
class Wish:
    """Where questions go (the number of a bank), and for a new bank its title; ``tests`` for those that do not say."""

    into: str
    title: str
    tests: str
    today: dt.date
    source: str


def intake(handbook: Handbook, root: Path, imported: Imported, wish: Wish) -> Intake:
    """Work out how a bank takes in questions; writes nothing.

    Raises IntakeError if there is no such place for them, ScaffoldError if the number of a new
    document is malformed.
    """
    there = handbook.by_number.get(wish.into)
    if there is not None and not isinstance(there, Bank):
        raise IntakeError(f"{wish.into} is no question bank but a {there.kind}")
    if wish.tests and not _resolves(handbook, wish.tests):
        raise IntakeError(_no_step(handbook, wish.tests))
    return _Intake(handbook, root, there, imported, wish).result()


def _no_step(handbook: Handbook, tests: str) -> str:
    number, _, anchor = tests.partition("#")
    document = handbook.by_number.get(number)
    if document is None:
        return f"the handbook has no {number}"
    steps = [key for key in handbook.anchors[number] if key and re.fullmatch(r"[a-z0-9.-]+", key)]
    problem = f"{number} has no step {anchor}" if anchor else "--tests needs a step"
    return f"{problem}; it has {', '.join(f'{number}#{step}' for step in steps[:30])}"


def _resolves(handbook: Handbook, name: str) -> bool:
    number, _, anchor = name.partition("#")
    return bool(anchor) and number in handbook.by_number and anchor in handbook.anchors[number]


class _Intake:
    def __init__(self, handbook: Handbook, root: Path, there: Bank | None, imported: Imported, wish: Wish) -> None:
        self._handbook = handbook
        self._root = root
        self._there = there
        self._imported = imported
        self._wish = wish
        self._words = locale(handbook.settings.language)
        self._unread = list(imported.unread)
        self._taken_names = set(handbook.anchors[there.id]) if there else set()
        self._known = {bare(structs.replace(q, anchor="", tests=())) for q in there.questions} if there else set()

    def result(self) -> Intake:
        if self._there:
            path, head = self._root / self._there.place.file, ""
        else:
            title = self._wish.title or Path(self._wish.source).stem
            path, head = beginning(self._handbook, self._root, Kind.BANK, self._wish.into, title, self._wish.today)
        names = _media_names(path, self._imported.media)
        questions = [
            question for question in (self._whole(group) for group in _cases(self._targeted())) if question is not None
        ]
        written: list[str] = []
        for question in questions:
            renamed = _with_pictures(question, {name: new.name for name, new in names.items()})
            source = self._source(renamed)
            if self._reads_back(renamed, source):
                written.append(source)
            else:
                self._complain(question, _CHANGED)
        media = {
            names[name]: data
            for name, data in self._imported.media.items()
            if any(f"<{names[name].name}>" in source for source in written)
        }
        text = self._appended(path, written) if self._there else self._new(head, written)
        return Intake(path, text, media, len(written), tuple(self._unread))

    # ------------------------------------------------------------------ one by one

    def _complain(self, question: Question, what: Text, /, *, whole: bool = True, **values: object) -> None:
        self._unread.append(Unread(question.place, prose.plain(question.stem)[:60], what.filled(**values), whole))

    def _targeted(self) -> Iterable[Incoming]:
        for entry in self._imported.questions:
            tests = [name for name in entry.tests if _resolves(self._handbook, name)]
            for name in entry.tests:
                if name not in tests:
                    self._complain(entry.question, _BAD_TARGET, whole=False, name=name)
            if not tests and self._wish.tests:
                tests = [self._wish.tests]
            if tests:
                yield replace(entry, tests=tuple(tests))
            else:
                self._complain(entry.question, _NO_TARGET)

    def _whole(self, group: Sequence[Incoming]) -> Question | None:
        parts = tuple(_tested(entry) for entry in group)
        question = parts[0] if not group[0].situation else _case(group[0].situation, parts)
        if bare(structs.replace(question, anchor="", tests=())) in self._known:
            self._complain(question, _THERE)
            return None
        return self._named(question)

    def _named(self, question: Question) -> Question:
        name = question.anchor
        if not name or name in self._taken_names:
            number = 1
            while f"q{number}" in self._taken_names:
                number += 1
            name = f"q{number}"
            if question.anchor:
                self._complain(question, _RENAMED, whole=False, old=question.anchor, new=name)
        self._taken_names.add(name)
        return structs.replace(question, anchor=name, parts=tuple(self._named(part) for part in question.parts))

    def _source(self, question: Question) -> str:
        """The question's text. A name of the bank's own document needs no number."""
        own = self._there.tests.text if self._there and self._there.tests else ""
        own = own or (self._wish.tests.partition("#")[0] if not self._there else "")

        def short(asked: Question) -> Question:
            names = tuple(Name(name.text.removeprefix(own) if own else name.text, name.place) for name in asked.tests)
            return structs.replace(asked, tests=names, parts=tuple(short(part) for part in asked.parts))

        brief = short(question)
        return question_source(brief, [name.text for name in brief.tests], self._words)

    def _reads_back(self, question: Question, source: str) -> bool:
        reading = read_document("new.md", f"{_PROBE}\n## Questions\n{source}\n".encode())
        document = reading.document
        if not isinstance(document, Bank) or reading.findings or len(document.questions) != 1:
            return False
        return _comparable(document.questions[0]) == _comparable(question)

    # ----------------------------------------------------------------- the whole file

    def _new(self, head: str, written: Sequence[str]) -> str:
        words = self._words
        tests = self._wish.tests.partition("#")[0]
        columns = [words.word("columns", key) for key in ("version", "date", "change", "approver")]
        approver = re.search(r"^approver: (.*)$", head, re.MULTILINE)
        change = _FIRST.in_language(words.language).format(file=Path(self._wish.source).name)
        row = ["A/0", self._wish.today.isoformat(), _plain_cell(change), approver[1] if approver else ""]
        lines = [
            f"{head}{f'tests: {tests}' + chr(10) if tests else ''}---",
            "",
            f"## {words.word('headings', 'questions')}",
            *written,
            "",
            f"## {words.word('headings', 'revisions')}",
            f"| {' | '.join(columns)} |",
            "| --- | --- | --- | --- |",
            f"| {' | '.join(row)} |",
        ]
        return "\n".join(lines) + "\n"

    def _appended(self, path: Path, written: Sequence[str]) -> str:
        text = path.read_text("utf-8")
        if not written or self._there is None:
            return text
        lines = text.split("\n")
        section = self._there.section("questions")
        start = section.place.line if section else len(lines)
        end = next((i for i in range(start, len(lines)) if re.match(r"##? ", lines[i])), len(lines))
        while end > start and not lines[end - 1].strip():
            end -= 1
        return "\n".join([*lines[:end], *"\n".join(written).split("\n"), *(lines[end:] if end < len(lines) else [""])])


_PROBE = """---
id: X-1
kind: bank
title: x
version: x
effective: 2000-01-01
review: 12 months
owner: x
approver: x
---
"""


def _plain_cell(text: str) -> str:
    return re.sub(r"[^\w .-]", " ", text)


def _cases(entries: Iterable[Incoming]) -> list[list[Incoming]]:
    """Questions that follow each other with the same situation are one case."""
    found: list[list[Incoming]] = []
    for entry in entries:
        if entry.situation and found and bare(found[-1][0].situation) == bare(entry.situation):
            found[-1].append(entry)
        else:
            found.append([entry])
    return found


def _tested(entry: Incoming) -> Question:
    place = entry.question.place
    return structs.replace(entry.question, tests=tuple(Name(name, place) for name in entry.tests))


def _case(situation: tuple[prose.Block, ...], parts: tuple[Question, ...]) -> Question:
    stem, body = incoming.stem_and_body(situation)
    names = dict.fromkeys(name.text for part in parts for name in part.tests)
    place = parts[0].place
    return Question(
        anchor="",
        type=QuestionType.CASE,
        stem=stem or (prose.Text("…"),),
        body=body,
        options=(),
        pairs=(),
        answer=Answer(),
        parts=parts,
        rationale=(),
        tests=tuple(Name(name, place) for name in names),
        difficulty=max(part.difficulty for part in parts),
        place=place,
    )


def _media_names(path: Path, media: Mapping[str, bytes]) -> dict[str, Path]:
    """Where pictures go: beside the document, under names that nothing else has."""
    found: dict[str, Path] = {}
    for name, data in media.items():
        stem, _, suffix = name.rpartition(".")
        candidate, number = path.with_name(f"{path.stem}-{name}"), 1
        while candidate in found.values() or (candidate.exists() and candidate.read_bytes() != data):
            number += 1
            candidate = path.with_name(f"{path.stem}-{stem}-{number}.{suffix}")
        found[name] = candidate
    return found


def _with_pictures(question: Question, names: Mapping[str, str]) -> Question:
    """The question with its pictures under their new names."""

    def renamed(node: prose.Inline) -> tuple[prose.Inline, ...]:
        return (structs.replace(node, source=names[node.source]),) if isinstance(node, prose.Image) else (node,)

    def line(inlines: tuple[prose.Inline, ...]) -> tuple[prose.Inline, ...]:
        return prose.rewritten(inlines, renamed)

    return structs.replace(
        question,
        stem=line(question.stem),
        body=prose.rewritten_blocks(question.body, renamed),
        options=tuple(structs.replace(option, text=line(option.text)) for option in question.options),
        pairs=tuple(structs.replace(pair, left=line(pair.left), right=line(pair.right)) for pair in question.pairs),
        rationale=prose.rewritten_blocks(question.rationale, renamed),
        parts=tuple(_with_pictures(part, names) for part in question.parts),
    )


def _comparable(question: Question) -> Question:
    """A question without what writing may change: places, targets, and marks that Markdown cannot show."""

    def plain(node: prose.Inline) -> tuple[prose.Inline, ...]:
        match node:
            case prose.Strong(children) | prose.Emphasis(children):
                return children
            case prose.Text(text):
                return (prose.Text(text.replace("［", "[").replace("］", "]")),)
        return (node,)

    def line(inlines: tuple[prose.Inline, ...]) -> tuple[prose.Inline, ...]:
        return prose.rewritten(inlines, plain)

    return bare(
        structs.replace(
            question,
            stem=line(question.stem),
            body=prose.rewritten_blocks(question.body, plain),
            options=tuple(structs.replace(option, text=line(option.text)) for option in question.options),
            pairs=tuple(structs.replace(pair, left=line(pair.left), right=line(pair.right)) for pair in question.pairs),
            rationale=prose.rewritten_blocks(question.rationale, plain),
            parts=tuple(_comparable(part) for part in question.parts),
            tests=(),
            place=Place(""),
        )
    )

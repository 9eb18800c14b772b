"""The way back: what was edited in a controlled copy is put into its source, and nothing else in the source is touched.

Every edit is proved before it counts: the source with it is read and composed again, and has to give
the outline it gave before but for this one change, and for this change exactly what the copy says.
An edit that cannot be proved is not made; it is shown with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sopbook.copies.compare import merged
from sopbook.copies.marks import checksum, said
from sopbook.copies.outline import HEADINGS, Line, Role, Run
from sopbook.copies.returned import Paragraph, Returned
from sopbook.locales import Text

_ITEM = re.compile(r"^(\s*)([-*+]|\d+[.)])(\s+)(\[[ xX]\]\s+)?")
_TOKEN = re.compile(r"[A-Za-z0-9]+|.", re.DOTALL)

_FORMAT = Text(
    "源文件里这一处不是普通文字（引用、数值或标记），请在源文件里改",
    "in the source this is no plain text (a reference, a figure or mark-up); change it there",
)
_BOTH = Text("源文件里这一处在打印之后也改过", "this was changed in the source, too, since the copy was made")
_NO_PLACE = Text(
    "这一处由其他内容推导而来，源文件里没有这段文字", "this follows from elsewhere and does not stand in the source"
)
_NEW = Text("新增的内容放不进源文件，请手工加上", "what is new cannot be put into the source; add it by hand")
_GONE = Text("删去后其余内容会变，请在源文件里删", "without it other things would change; delete it in the source")
_JOINED = Text("几段被并成了一段，请在源文件里改", "paragraphs were joined; change it in the source")

Compose = Callable[[str], Sequence[Line] | None]
"""The paragraphs of the outline that a source gives; None if it has errors."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A change that is in the source now. ``line`` is where the source had it, ``old`` or ``new`` may be empty."""

    line: int
    old: str
    new: str
    tracked: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A change that is not in the source, and why."""

    line: int
    old: str
    new: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Result:
    """The new source, and what became of each change, in the order of the source."""

    source: str
    carried: tuple[Carried, ...]
    conflicts: tuple[Conflict, ...]


def take_back(source: str, copy: Returned, compose: Compose) -> Result:
    """Put the changes of a copy into the source of its document.

    Raises ValueError if the source has errors.
    """
    return _TakeBack(source, copy, compose).result()


class _TakeBack:
    def __init__(self, source: str, copy: Returned, compose: Compose) -> None:
        self._source = source
        self._copy = copy
        self._compose = compose
        lines = compose(source)
        if lines is None:
            raise ValueError("the source has errors")
        self._lines: list[Line] = list(lines)
        self._carried: list[Carried] = []
        self._conflicts: list[Conflict] = []

    def result(self) -> Result:
        """Do it from the end to the beginning, so that what is still to come stays where it is."""
        by_key = {checksum(line.key): index for index, line in enumerate(self._lines)}
        places = [[by_key[key] for key, _ in p.marks if key in by_key] for p in self._copy.paragraphs]
        there = {index for found in places for index in found}
        old = dict(pair for p in self._copy.paragraphs for pair in p.marks)
        bottom = len(self._lines)
        for position in range(len(self._copy.paragraphs) - 1, -1, -1):
            paragraph, found = self._copy.paragraphs[position], places[position]
            if not found:
                continue
            end = position + 1
            while end < len(places) and not places[end]:
                end += 1
            self._delete_all([index for index in range(found[-1] + 1, bottom) if index not in there])
            bottom = found[0]
            self._insert(found[-1], [p for p in self._copy.paragraphs[position + 1 : end] if p.text and not p.marks])
            if len(found) > 1:
                text = " ".join(said(self._lines[index]) for index in found)
                self._conflict(found[0], text, paragraph.text, _JOINED)
            else:
                self._change(found[0], paragraph, old[checksum(self._lines[found[0]].key)])
        self._delete_all([index for index in range(bottom) if index not in there])
        # Marks of places that the source no longer has: what stands there was perhaps moved, so it is shown.
        for paragraph, found in zip(self._copy.paragraphs, places, strict=True):
            if paragraph.marks and not found and checksum(paragraph.text) not in {text for _, text in paragraph.marks}:
                self._conflicts.append(Conflict(0, "", paragraph.text, _BOTH))
        return Result(self._source, tuple(reversed(self._carried)), tuple(reversed(self._conflicts)))

    def _conflict(self, index: int, old: str, new: str, reason: Text) -> None:
        self._conflicts.append(Conflict(self._lines[index].source, old, new, reason))

    def _proved(self, source: str, expected: Sequence[str], kept: Callable[[list[Line]], list[Line]]) -> bool:
        """Take a source if it says what is expected and all that was kept is as it was."""
        lines = self._compose(source)
        if lines is None or [said(line) for line in lines] != list(expected):
            return False
        if [_shape(line) for line in kept(list(lines))] != [_shape(line) for line in kept(self._lines)]:
            return False
        self._source, self._lines = source, list(lines)
        return True

    # -------------------------------------------------------------------------- changes

    def _change(self, index: int, paragraph: Paragraph, printed: str) -> None:
        line = self._lines[index]
        old, new = said(line), paragraph.text
        if checksum(new) == printed or new == old:
            return  # only the source changed, or both in the same way
        if checksum(old) != printed:
            self._conflict(index, old, new, _BOTH)
        elif not line.source:
            self._conflict(index, old, new, _NO_PLACE)
        else:
            at = line.source
            expected = [said(other) for other in self._lines]
            expected[index] = new
            for candidate in self._rewritten(index, old, new):
                # Not even the shape of the changed paragraph may differ.
                if self._proved(candidate, expected, list):
                    self._carried.append(Carried(at, old, new, paragraph.tracked))
                    return
            self._conflict(index, old, new, _FORMAT)

    def _rewritten(self, index: int, old: str, new: str) -> Iterator[str]:
        """Sources in which the text is changed where it can be found, each part of it in one way only."""
        start, end = self._span(index)
        rows = self._source.splitlines(keepends=True)
        raw = "".join(rows[start:end])
        before, after = _TOKEN.findall(old), _TOKEN.findall(new)
        steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        for context in (6, 2, 0):
            edited = raw
            for kind, i1, i2, j1, j2 in reversed(steps):
                if kind == "equal":
                    continue
                left = "".join(before[max(0, i1 - context) : i1])
                middle, right = "".join(before[i1:i2]), "".join(before[i2 : i2 + context])
                if not left + middle + right or edited.count(left + middle + right) != 1:
                    edited = ""
                    break
                place = edited.index(left + middle + right) + len(left)
                edited = edited[:place] + "".join(after[j1:j2]) + edited[place + len(middle) :]
            if edited:
                yield "".join((*rows[:start], edited, *rows[end:]))
        # A paragraph that stands in the source word for word is replaced as a whole.
        if old and raw.count(old) == 1:
            yield "".join((*rows[:start], raw.replace(old, new), *rows[end:]))

    def _span(self, index: int) -> tuple[int, int]:
        """The rows of the source (from 0) from a paragraph up to the next one."""
        start = self._lines[index].source - 1
        later = [line.source - 1 for line in self._lines[index + 1 :] if line.source - 1 > start]
        rows = self._source.splitlines()
        end = min(later, default=len(rows))
        heading = next((n for n in range(start + 1, end) if rows[n].startswith("#")), end)
        return start, heading

    # ---------------------------------------------------------------- what is new, and what is gone

    def _delete_all(self, gone: Sequence[int]) -> None:
        """Delete paragraphs that stand one after the other: together, or else each by itself."""
        if gone and not self._deleted(gone):
            for index in reversed(gone):
                line = self._lines[index]
                if len(gone) == 1 or not self._deleted([index]):
                    reason = _GONE if line.source else _NO_PLACE
                    if said(line):
                        self._conflict(index, said(line), "", reason)

    def _deleted(self, gone: Sequence[int]) -> bool:
        first, last = gone[0], gone[-1]
        told = [(self._lines[index].source, said(self._lines[index])) for index in gone]
        if not all(source for source, _ in told):
            return False
        start, (_, end) = self._lines[first].source - 1, self._span(last)
        rows = self._source.splitlines(keepends=True)
        while end > start + 1 and not rows[end - 1].strip():
            end -= 1
        before = self._lines
        expected = [said(line) for index, line in enumerate(before) if index not in gone]

        def kept(lines: list[Line]) -> list[Line]:
            return lines[:first] + lines[last + 1 :] if lines is before or len(lines) == len(before) else lines

        if not self._proved("".join((*rows[:start], *rows[end:])), expected, kept):
            return False
        self._carried += [Carried(source, text, "", False) for source, text in reversed(told) if text]
        return True

    def _insert(self, index: int, new: Sequence[Paragraph]) -> None:
        """Put paragraphs behind a paragraph, one after the other; those of a row are one row."""
        after = index
        while new:
            row = [p for p in new if p.row and p.row == new[0].row] or [new[0]]
            new = new[len(row) :]
            if self._inserted(after, row):
                self._carried += [Carried(self._lines[after].source, "", p.text, p.tracked) for p in row]
                after += len(row)
            else:
                for paragraph in row:
                    self._conflict(index, "", paragraph.text, _NEW)

    def _inserted(self, index: int, new: Sequence[Paragraph]) -> bool:
        line = self._lines[index]
        if not line.source:
            return False
        rows = self._source.splitlines(keepends=True)
        _, end = self._span(index)
        while end > line.source and not rows[end - 1].strip():
            end -= 1
        texts = [paragraph.text for paragraph in new]
        said_now = [said(other) for other in self._lines]
        expected = said_now[: index + 1] + texts + said_now[index + 1 :]

        def kept(lines: list[Line]) -> list[Line]:
            return lines[: index + 1] + lines[index + 1 + len(new) :] if len(lines) == len(expected) else lines

        for text in self._written(line, rows[line.source - 1], new):
            head = rows[:end]
            if head and not head[-1].endswith("\n"):
                head[-1] += "\n"
            if self._proved("".join((*head, text, *rows[end:])), expected, kept):
                made = self._lines[index + 1 : index + 1 + len(new)]
                if all(_like(one.role, paragraph.style) for one, paragraph in zip(made, new, strict=True)):
                    return True
        return False

    def _written(self, line: Line, first: str, new: Sequence[Paragraph]) -> Iterator[str]:
        """How what is new may be written: as a row, a step, an item like the one before, or a paragraph."""
        text = new[0].text
        found = _ITEM.match(first)
        indent = " " * len(found[0]) if found and line.role is Role.LIST else " " * 3 * min(line.level, 1)
        if new[0].row:
            yield "| " + " | ".join(paragraph.text.replace("|", "\\|") for paragraph in new) + " |\n"
        elif new[0].style == Role.STEP:
            yield f"1. **{text}**\n"
        elif new[0].style == Role.LIST and found:
            yield f"{found[1]}{found[2]}{found[3]}{'[ ] ' if found[4] else ''}{text}\n"
        elif new[0].style == Role.LIST:
            yield f"{indent}- {text}\n"
        elif new[0].style not in _HEADING_NAMES:
            yield f"   {text}\n" if line.role in (Role.STEP, Role.FACTS) else f"\n{indent}{text}\n"
            yield f"\n   {text}\n"


_HEADING_NAMES = tuple(f"heading {level}" for level in range(1, len(HEADINGS) + 1))


def _like(role: Role, style: str) -> bool:
    """True if a paragraph of that style became what it looks like."""
    if style in (Role.STEP, Role.LIST):
        return role == style
    return role not in (Role.STEP, Role.LIST, *HEADINGS)


def _shape(line: Line) -> tuple[object, ...]:
    """What no edit may change about a paragraph: what it is, how it may be named, and the looks and links in it."""
    looks = [
        (piece.bold, piece.italic, piece.target, piece.href) if isinstance(piece, Run) else piece.path
        for piece in merged(line.pieces)
    ]
    return (line.role, line.mark, line.level, line.targets, looks)

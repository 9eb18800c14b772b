"""From the bytes of a file to its text, its front matter and its body, with limits against abuse."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sopbook.places import Place
from sopbook.read.collect import Collector

MAX_SOURCE_BYTES = 1_000_000
"""A document of a megabyte is a mistake or an attack: the longest manual chapters stay below a tenth."""

MAX_LINE_CHARS = 20_000
"""Beyond this a line is data, not text, and makes Markdown parsers slow."""

_FENCE = "---"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file. ``body_line`` is the line of the file on which the body starts."""

    file: str
    lines: tuple[str, ...]
    front_matter: str
    body: str
    body_line: int

    def line(self, number: int) -> str:
        """A line of the file by its number (from 1); empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def locate(self, number: int, text: str, after: int = 1) -> Place:
        """Where ``text`` first stands on a line at or after column ``after``; the line's first character if nowhere."""
        column = self.line(number).find(text, after - 1) if text else -1
        if column < 0:
            stripped = self.line(number).lstrip()
            column = len(self.line(number)) - len(stripped) if stripped else 0
        return Place(self.file, number, column + 1)


def decode(file: str, data: bytes, collector: Collector) -> str | None:
    """The text of a file, or None with a finding if it is too large or not UTF-8.

    A byte-order mark is dropped, and so are control characters, which no text needs and some
    tools take as their own markers.
    """
    if len(data) > MAX_SOURCE_BYTES:
        collector.add("SOP101", Place(file), reason="size", limit=MAX_SOURCE_BYTES)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8", "ignore")) + 1
        collector.add("SOP101", Place(file, line, column), repr(data[error.start : error.end]), reason="utf-8")
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, content in enumerate(text.split("\n"), 1):
        if len(content) > MAX_LINE_CHARS:
            collector.add("SOP101", Place(file, number), content[:40] + "…", reason="line", limit=MAX_LINE_CHARS)
            return None
    return _CONTROL.sub("", text)


def split(file: str, text: str, collector: Collector) -> Source | None:
    """Separate the front matter from the body; None with a finding if there is no front matter."""
    lines = tuple(text.split("\n"))
    if lines[0].rstrip() != _FENCE:
        collector.add("SOP102", Place(file), lines[0][:60])
        return None
    for index in range(1, len(lines)):
        if lines[index].rstrip() in (_FENCE, "..."):
            return Source(
                file=file,
                lines=lines,
                front_matter="\n".join(lines[1:index]),
                body="\n".join(lines[index + 1 :]),
                body_line=index + 2,
            )
    collector.add("SOP102", Place(file), lines[0])
    return None

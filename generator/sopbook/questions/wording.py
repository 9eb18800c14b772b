"""Text as readers see it: figures and references put into words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from sopbook import prose
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale, locale
from sopbook.model import Document, Name, Option, TimeLimit
from sopbook.prose import Block, Inline


@dataclass(frozen=True, slots=True)
class Wording:
    """Puts the prose of a handbook into plain words of its language."""

    handbook: Handbook
    words: Locale

    @staticmethod
    def of(handbook: Handbook) -> Wording:
        """The wording in the handbook's own language."""
        return Wording(handbook, locale(handbook.settings.language))

    def inlines(self, inlines: tuple[Inline, ...], document: Document) -> str:
        """Running text as one line."""
        if len(inlines) == 1 and isinstance(inlines[0], prose.Text):
            return inlines[0].text.strip()
        return prose.plain(tuple(self._told(node, document) for node in inlines)).strip()

    def lines(self, blocks: tuple[Block, ...], document: Document) -> tuple[str, ...]:
        """Blocks as lines: one a paragraph, list item's paragraph or row of a table."""
        found: list[str] = []
        for node in prose.walk(blocks):
            match node:
                case prose.Paragraph(children) | prose.Heading(children=children):
                    found.append(self.inlines(children, document))
                case prose.Table(header=header, rows=rows):
                    for row in (header, *rows):
                        found.append(" · ".join(self.inlines(cell.children, document) for cell in row))
                case prose.CodeBlock(text):
                    found.append(text)
        return tuple(line for line in found if line)

    def option(self, option: Option, document: Document) -> str:
        """An option's text."""
        return self.inlines(option.text, document)

    def limit(self, limit: TimeLimit) -> str:
        """A time limit; of a figure, its value."""
        return self.words.duration(limit.duration) if limit.duration else self.figure(limit.text)

    def figure(self, name: str) -> str:
        """The value of a figure; its name if there is no such figure."""
        figure = self.handbook.figures.get(name)
        if figure is None:
            return name
        return self.words.duration(figure.duration) if figure.duration else figure.value

    def actors(self, names: tuple[Name, ...]) -> tuple[str, ...]:
        """The titles that names stand for, each once."""
        found = ((name, self.handbook.actor(name)) for name in names)
        return tuple(dict.fromkeys(actor.title if actor else name.text for name, actor in found))

    def documents(self, names: tuple[Name, ...]) -> tuple[str, ...]:
        """Documents by number and title; other words as they are."""
        found = ((name, self.handbook.document_named(name)) for name in names)
        return tuple(f"{document.id} {document.title}" if document else name.text for name, document in found)

    def _told(self, node: Inline, document: Document) -> Inline:
        match node:
            case prose.FigureUse(name):
                return prose.Text(self.figure(name))
            case prose.Reference(label=""):
                target = self.handbook.follow(node, document)
                return prose.Text(target.title if target else str(node))
            case prose.Strong(children):
                return prose.Strong(tuple(self._told(child, document) for child in children))
            case prose.Emphasis(children):
                return prose.Emphasis(tuple(self._told(child, document) for child in children))
            case prose.Link():
                return prose.Text(self.inlines(node.children, document))
        return node


_NO_LETTERS = re.compile(r"[\W_]+")


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Text as it is compared: full-width and half-width alike, no case, no spaces, no punctuation."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def shares_run(one: str, other: str, length: int) -> bool:
    """True if two texts share a run of that many words (in Chinese, characters)."""
    return not _runs(one, length).isdisjoint(_runs(other, length))


@lru_cache(maxsize=5_000)
def _runs(text: str, length: int) -> frozenset[tuple[str, ...]]:
    words = words_in(text)
    return frozenset(zip(*(words[start:] for start in range(length)), strict=False))


@lru_cache(maxsize=5_000)
def words_in(text: str) -> tuple[str, ...]:
    """The words of a language with spaces, folded; a run of wide characters is a word for each character."""
    return tuple(re.findall(r"[a-z0-9]+|[^\W_a-z0-9]", unicodedata.normalize("NFKC", text).casefold()))


@lru_cache(maxsize=50_000)
def weight(text: str) -> int:
    """How long a text looks: a wide character counts two."""
    return sum(2 if prose.is_wide(char) else 1 for char in text.strip())

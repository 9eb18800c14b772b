"""The index: which documents each token leads to, and how strongly.

Strength is worked out here once, for every token and document, so that a search only adds whole
numbers: what ``gifts`` says of it, times how rare the token is.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Protocol

from sopbook.cache.kept import store_of
from sopbook.cache.tool import digest, tool_digest
from sopbook.compact_json import dumps, loads
from sopbook.link.handbook import Handbook
from sopbook.locales import locale
from sopbook.memo import once_a_handbook
from sopbook.search.analysis import ALONE, INITIALS, NAME, NUMBER, PINYIN, WORD
from sopbook.search.chinese import common_characters, reading, shapes, simplified
from sopbook.search.entries import Entry, entries
from sopbook.search.gifts import FROM_NUMBER, SCALE
from sopbook.search.keys import key_of
from sopbook.search.relevance import relevance
from sopbook.search.text import normalise
from sopbook.search.vocabulary import Vocabulary, Word, postings_kept, vocabulary_of

__all__ = [
    "ALONE",
    "INITIALS",
    "NAME",
    "NUMBER",
    "PINYIN",
    "WORD",
    "Character",
    "Frame",
    "Index",
    "Lexicon",
    "Token",
    "build_index",
    "frame_of",
    "key_of",
    "token_of",
]

_FORMS = 6
"""So many spellings of a token are kept, to find it in an excerpt."""


@dataclass(frozen=True, slots=True)
class Token:
    """What the index knows of a token.

    ``idf`` is its weight in hundredths; ``forms`` are its spellings where they differ from the token,
    and words that mean the same. ``postings`` are the document's position in the index, and the
    strength: twice the impact, plus one if the token stands in the document's title or other names.
    """

    text: str
    idf: int
    postings: tuple[tuple[int, int], ...]
    flags: int
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Character:
    """What a search has to know of a Chinese character: its folded reading, and which it is taken for."""

    reading: str
    like: str


class Lexicon(Protocol):
    """What understanding a query needs of an index, wherever that is kept."""

    unknown: int
    """The weight (hundredths) of a word that no document has."""
    stop: frozenset[str]
    particles: frozenset[str]
    limits: frozenset[str]
    kinds: Mapping[str, tuple[str, ...]]
    """The words by which kinds of documents are asked for."""
    simplified: Mapping[str, str]

    def get(self, token: str) -> Token | None:
        """The token, or None."""

    def starting(self, key: str) -> Sequence[Token]:
        """Every token with that key (see ``key_of``), in order."""

    def character(self, char: str) -> Character | None:
        """What is known of a Chinese character."""

    def before(self, char: str) -> str:
        """The characters with which a word of a name begins that has ``char`` as its second one, commonest first."""

    def after(self, char: str) -> str:
        """The second characters of the words of names that begin with ``char``, commonest first."""


@dataclass(frozen=True)
class Index:
    """The whole index in memory. ``tokens`` and ``characters`` are in order."""

    language: str
    entries: tuple[Entry, ...]
    tokens: Mapping[str, Token]
    characters: Mapping[str, Character]
    unknown: int
    stop: frozenset[str]
    particles: frozenset[str]
    limits: frozenset[str]
    kinds: Mapping[str, tuple[str, ...]]
    simplified: Mapping[str, str]
    keys: Mapping[str, tuple[Token, ...]]
    firsts: Mapping[str, str]
    seconds: Mapping[str, str]

    def entry(self, position: int) -> Entry:
        """The document at a position."""
        return self.entries[position]

    def clean(self, text: str) -> str:
        """A text as queries are spelt."""
        return normalise(text, self.simplified)

    def get(self, token: str) -> Token | None:
        """The token, or None."""
        return self.tokens.get(token)

    def starting(self, key: str) -> Sequence[Token]:
        """Every token with that key, in order."""
        return self.keys.get(key, ())

    def character(self, char: str) -> Character | None:
        """What is known of a Chinese character."""
        return self.characters.get(char)

    def before(self, char: str) -> str:
        """The characters with which a word of a name begins that has ``char`` as its second one, commonest first."""
        return self.firsts.get(char, "")

    def after(self, char: str) -> str:
        """The second characters of the words of names that begin with ``char``, commonest first."""
        return self.seconds.get(char, "")


class Frame:
    """What an index has besides documents and tokens: characters, and the words by which queries are understood."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        words = locale(vocabulary.handbook.settings.language)
        table = simplified()
        self._store = store_of(vocabulary.handbook)
        self._typed = "".join(sorted({char for shard in vocabulary.shards for char in shard.typed}))
        self._named = "".join(sorted({char for shard in vocabulary.shards for char in shard.named}))
        self.language: str = words.language
        self.unknown = _idf(vocabulary.size, 0)
        known = words.search_words("words")
        self.stop = frozenset(normalise(word, table).strip() for word in known["stop"])
        self.particles = frozenset(known["particles"])
        self.limits = frozenset(normalise(word, table).strip() for word in known["how_long"])
        asked = words.search_words("kinds")
        self.kinds: Mapping[str, tuple[str, ...]] = {
            kind: tuple(normalise(word, table).strip() for word in asked[kind]) for kind in relevance()["asked_kinds"]
        }
        typed = frozenset(self._typed)
        self.simplified: Mapping[str, str] = {old: new for old, new in sorted(table.items()) if new in typed}
        firsts: dict[str, list[str]] = defaultdict(list)
        seconds: dict[str, list[str]] = defaultdict(list)
        starts = chain.from_iterable(shard.starts for shard in vocabulary.shards)
        for start, _ in sorted(starts, key=lambda found: (-found[1], found[0])):
            firsts[start[1]].append(start[0])
            seconds[start[0]].append(start[1])
        self.firsts: Mapping[str, str] = {char: "".join(found) for char, found in sorted(firsts.items())}
        self.seconds: Mapping[str, str] = {char: "".join(found) for char, found in sorted(seconds.items())}

    @cached_property
    def characters(self) -> Mapping[str, Character]:
        """Readings of all characters that people type, and for each those in names that it is taken for."""
        key = f"characters {digest(tool_digest(), self._typed, self._named)}"
        wanted = sorted({*common_characters(), *self._typed})
        try:
            kept = loads(self._store.get(key) or b"{}")
            if list(kept) == wanted:
                return {char: Character(*known) for char, known in kept.items()}
        except (ValueError, TypeError, AttributeError):
            pass
        like, named = shapes(), frozenset(self._named)
        found = {char: Character(reading(char), "".join(sorted(like.like(char) & named))) for char in wanted}
        self._store.put(key, dumps({char: [known.reading, known.like] for char, known in found.items()}))
        return found


@once_a_handbook
def frame_of(handbook: Handbook) -> Frame:
    """The frame of a handbook's index."""
    return Frame(vocabulary_of(handbook))


@once_a_handbook
def build_index(handbook: Handbook) -> Index:
    """Index a handbook."""
    vocabulary, frame = vocabulary_of(handbook), frame_of(handbook)
    found = {text: token_of(text, word, vocabulary.size) for shard in vocabulary for text, word in shard.items()}
    tokens = {text: found[text] for text in sorted(found)}
    keys: dict[str, list[Token]] = defaultdict(list)
    for token in tokens.values():
        keys[key_of(token.text)].append(token)
    return Index(
        frame.language,
        entries(handbook),
        tokens,
        frame.characters,
        frame.unknown,
        frame.stop,
        frame.particles,
        frame.limits,
        frame.kinds,
        frame.simplified,
        {key: tuple(grouped) for key, grouped in keys.items()},
        frame.firsts,
        frame.seconds,
    )


def token_of(text: str, word: Word, size: int) -> Token:
    """A token of an index of ``size`` documents."""
    flags = word.flags
    weight, postings = _weighed(list(word.rows()), size)
    counted = sorted(word.forms.items(), key=lambda pair: (-pair[1], pair[0]))
    forms = tuple(form for form, _ in counted[:_FORMS] if form != text)
    return Token(text, weight, _strongest(postings, postings_kept(text)), flags, forms)


def _weighed(found: Sequence[tuple[int, ...]], size: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The weight of a token, and the strength of each posting.

    A word in names is rarer there than in running text, and weighs accordingly. A number has no weight
    beyond its own strength.
    """
    if found[0][2] == FROM_NUMBER:
        return 0, tuple((position, 2 * strength + 1) for position, strength, _, _ in found)
    figures = relevance()
    named = sum(1 for _, in_names, _, _ in found if in_names)
    anywhere = _idf(size, len(found))
    rare = _idf(size, named) if named else 0
    weight = max(anywhere, round(rare * figures["unnamed"])) if named else round(anywhere * figures["unnamed"])
    scale = figures["scale"] / 100 / SCALE
    postings = tuple(
        (position, 2 * max(1, round((rare * in_names + anywhere * said) * scale)) + (in_names > 0))
        for position, in_names, said, _ in found
    )
    return weight, postings


def _idf(size: int, having: int) -> int:
    """The weight of a token that ``having`` of ``size`` documents have, in hundredths."""
    return round(100 * math.log(1 + (size - having + 0.5) / (having + 0.5)))


def _strongest(postings: tuple[tuple[int, int], ...], kept: int) -> tuple[tuple[int, int], ...]:
    """The strongest postings: a word that thousands have tells nothing apart."""
    if len(postings) <= kept:
        return postings
    return tuple(sorted(sorted(postings, key=lambda posting: (-posting[1], posting[0]))[:kept]))

"""What one document gives to the index: which tokens it has, how often in which of its fields, and as what.

It follows from the document and from the handbook's own words alone, so it is kept from build to
build; ``vocabulary`` puts together what all documents give.

Tokens: Chinese words and pairs of characters, stems of English words, digits, single Chinese
characters (of names only); and with a mark before them, pinyin (``~``), initials (``^``), document
numbers (``#``) and words of a single character (``=``).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sopbook.cache.watch import answered
from sopbook.link.handbook import Handbook
from sopbook.locales import locale
from sopbook.search.chinese import CHINESE, Segmenter, reading, readings, simplified
from sopbook.search.entries import Entry, names_of, searched
from sopbook.search.relevance import relevance
from sopbook.search.text import Run, canonical_number, fold_pinyin, normalise, runs, stem

PINYIN, INITIALS, NUMBER, ALONE = "~", "^", "#", "="

WORD, NAME = 1, 2
"""Flags of a token: it is a word, not just neighbouring characters; it stands in a name or title."""

FIELDS = ("title", "names", "kind", "heading", "text")

NAMING = ("title", "names", "kind")
"""The fields that name a document."""


@dataclass(frozen=True)
class OwnWords:
    """The words that a handbook brings along: groups of those that mean the same, and what is one word."""

    groups: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]


@answered()
def own_words(handbook: Handbook, _: str) -> OwnWords:
    """The handbook's own words, as they are compared."""
    table = simplified()
    words = locale(handbook.settings.language)
    groups = [(term.name, *term.synonyms) for term in handbook.terms()]
    groups += words.search_groups()
    cleaned = tuple(
        tuple(dict.fromkeys(normalise(word, table).strip() for word in group if word.strip())) for group in groups
    )
    own = {word for group in cleaned for word in group}
    own |= {normalise(name, table).strip() for name in handbook.actors}
    own |= {normalise(name, table).strip() for document in searched(handbook) for name in names_of(document)}
    longest = relevance()["longest_word"]
    return OwnWords(cleaned, tuple(sorted(w for w in own if CHINESE.fullmatch(w) and 2 <= len(w) <= longest)))


@dataclass(frozen=True, slots=True)
class Given:
    """What a document gives.

    ``tokens`` have their flags, and how often they stand in each field; ``forms`` their spellings, with
    how often. ``numbers`` are the document's number, whole and in part, with how strongly it goes by that.
    """

    tokens: Mapping[str, Sequence[float]]
    forms: Mapping[str, Mapping[str, int]]
    numbers: Mapping[str, int]


class Analyst:
    """Takes documents apart."""

    def __init__(self, language: str, own: OwnWords) -> None:
        self._words = locale(language)
        self._table = simplified()
        self._segmenter = Segmenter(own.words)
        self._same: dict[str, tuple[str, ...]] = {}
        for group in own.groups:
            for word in group:
                others = (other for other in group if other != word)
                self._same[word] = tuple(dict.fromkeys((*self._same.get(word, ()), *others)))
        # A single character stands in too many words to say anything by itself.
        self.taken_apart = lru_cache(maxsize=20_000)(self._taken_apart)
        self._finder = _Finder(word for word in self._same if len(word) > 1)

    def given(self, entry: Entry) -> Given:
        """What a document gives."""
        return _Sheet(self._words.search_words("kinds"), self, entry).given()

    def clean(self, text: str) -> str:
        """A text as it is compared."""
        return normalise(text, self._table).strip()

    def cut(self, text: str) -> tuple[str, ...]:
        """The words of a run of Chinese characters."""
        return self._segmenter.cut(text)

    def _taken_apart(self, text: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """A run of Chinese characters: its words, these with the words inside them, and its neighbouring characters."""
        words = tuple(word for word in self.cut(text) if len(word) <= relevance()["longest_word"])
        pieces = (piece for word in words for piece in (word, *self.inside(word)) if len(piece) > 1)
        return words, tuple(pieces), tuple(map("".join, pairwise(text)))

    def inside(self, word: str) -> list[str]:
        """The shorter words inside a word."""
        return self._segmenter.inside(word)

    def segments(self, text: str) -> list[str]:
        """The words of a text."""
        return [word for run in runs(text) for word in (self.cut(run.text) if run.is_chinese else (run.text,))]

    def synonyms(self, text: str) -> Iterator[tuple[str, str]]:
        """Each word of a text that has others that mean the same, with each of those."""
        for match in self._finder(text):
            for other in self._same[match]:
                yield match, other


class _Sheet:
    """The notes taken of one document."""

    def __init__(self, kinds: Mapping[str, Sequence[str]], analyst: Analyst, entry: Entry) -> None:
        self._analyst = analyst
        self._entry = entry
        self._texts = {
            "title": [entry.title],
            "names": list(entry.names),
            "kind": list(kinds.get(entry.kind, ())),
            "heading": [word for part in entry.parts for word in (part.title, *part.names)],
            "text": [line for part in entry.parts for line in (part.text, part.who, part.limit, part.also)],
        }
        self._flags: dict[str, int] = defaultdict(int)
        self._forms: dict[str, Counter[str]] = defaultdict(Counter)

    def given(self) -> Given:
        """Everything noted."""
        found: dict[str, list[float]] = {}
        for index, field in enumerate(FIELDS):
            counts: dict[str, float] = defaultdict(float)
            for line in filter(None, self._texts[field]):
                self._add(counts, self._analyst.clean(line), field)
            for token, count in counts.items():
                found.setdefault(token, [0] * (1 + len(FIELDS)))[1 + index] = count
        for token, row in found.items():
            row[0] = self._flags[token]
        forms = {token: dict(sorted(counted.items())) for token, counted in sorted(self._forms.items())}
        return Given(dict(sorted(found.items())), forms, _numbers(self._entry.id))

    def _add(self, counts: dict[str, float], text: str, field: str) -> None:
        named = field in NAMING
        words: list[str] = []
        found = runs(text)
        for run in found:
            words += self._run(counts, run)
        for first, second in pairwise(found):
            if first.is_number and second.close and second.is_chinese:
                counts[first.text + second.text[0]] += 1
            if named and second.close and (first.text + second.text).isalpha() and (first.text + second.text).isascii():
                self._add_compound(counts, text, first, second)
        if named or field == "heading":
            self._add_name(counts, text, words, named)
        synonym = relevance()["synonym"]
        for match, other in self._analyst.synonyms(text):
            for token in self._words_of(other):
                counts[token] += synonym
                self._flags[token] |= WORD | (NAME if named else 0)
                self._forms[token][match] += 1
            if named:
                self._add_sounds(counts, other, self._analyst.segments(other), synonym)
                self._add_initials(counts, self._analyst.segments(other), synonym)
        if named:
            for token in counts:
                self._flags[token] |= NAME

    def _run(self, counts: dict[str, float], run: Run) -> Sequence[str]:
        """Add the tokens of a run; returns its words."""
        if not run.is_chinese:
            token = run.text if run.is_number else stem(run.text)
            counts[token] += 1
            self._flags[token] |= WORD
            self._forms[token][run.text] += 1
            return [run.text]
        words, pieces, pairs = self._analyst.taken_apart(run.text)
        flags = self._flags
        for piece in pieces:
            counts[piece] += 1
            flags[piece] |= WORD
        for pair in pairs:
            if pair not in counts or not flags[pair] & WORD:
                counts[pair] += 1
        return words

    def _add_compound(self, counts: dict[str, float], text: str, first: Run, second: Run) -> None:
        """Two neighbouring English words of a name as one: people write check-in as checkin."""
        token = stem(first.text + second.text)
        counts[token] += 1
        self._flags[token] |= WORD
        self._forms[token][text[first.start : second.start + len(second.text)]] += 1

    def _words_of(self, text: str) -> list[str]:
        """A synonym as tokens: whole if it is Chinese, else word by word."""
        if CHINESE.fullmatch(text) and len(text) <= relevance()["longest_word"]:
            return [text if len(text) > 1 else ALONE + text]
        return [
            word if CHINESE.match(word) or word.isdigit() else stem(word)
            for word in self._analyst.segments(text)
            if len(word) > 1
        ]

    def _add_name(self, counts: dict[str, float], text: str, words: list[str], named: bool) -> None:
        """What only names have: the whole as one word, single characters, pinyin and initials."""
        for char in "".join(CHINESE.findall(text)):
            counts[char] += 1
        if not named:
            return
        if CHINESE.fullmatch(text) and 2 < len(text) <= relevance()["longest_word"]:
            counts[text] += 1
            self._flags[text] |= WORD
        self._add_sounds(counts, text, words, 1)
        self._add_initials(counts, words, 1)
        for match, other in self._analyst.synonyms(text):
            said = text.replace(match, other, 1)
            self._add_initials(counts, self._analyst.segments(said), relevance()["synonym"])

    def _add_sounds(self, counts: dict[str, float], text: str, words: Sequence[str], weight: float) -> None:
        pieces = {piece for word in words for piece in (word, *self._analyst.inside(word))}
        pieces |= {text} if len(text) <= relevance()["longest_word"] else set()
        for word in sorted(pieces):
            if CHINESE.fullmatch(word) and len(word) > 1:
                for sound in sorted({"".join(readings(word)), "".join(map(reading, word))}):
                    token = PINYIN + fold_pinyin(sound)
                    counts[token] += weight
                    self._flags[token] |= WORD
                    self._forms[token][word] += 1

    def _add_initials(self, counts: dict[str, float], words: Sequence[str], weight: float) -> None:
        pieces = [(word, "".join(s[0] for s in _spelled(word))) for word in words]
        for start in range(len(pieces)):
            for end in range(start + 1, min(start + relevance()["name_initials_words"], len(pieces)) + 1):
                letters = "".join(letter for _, letter in pieces[start:end])
                if 2 <= len(letters) <= relevance()["longest_word"]:
                    token = INITIALS + letters
                    counts[token] = max(counts[token], weight)
                    self._flags[token] |= WORD
                    self._forms[token]["".join(word for word, _ in pieces[start:end])] += 1


def _spelled(word: str) -> tuple[str, ...]:
    """The syllables of a Chinese word; another word as it is."""
    return readings(word) if CHINESE.match(word) else (word,)


class _Finder:
    """Finds words in a text: longest first, Latin ones only as whole words."""

    def __init__(self, words: Iterable[str]) -> None:
        by_first: dict[str, list[str]] = defaultdict(list)
        for word in sorted(words, key=lambda word: (-len(word), word)):
            by_first[word[0]].append(word)
        # A pattern that begins with one of some characters skips all others at once.
        parts = [f"{re.escape(first)}(?:{'|'.join(map(_rest_of, found))})" for first, found in by_first.items()]
        self._pattern = re.compile("|".join(parts)) if parts else None

    def __call__(self, text: str) -> Iterator[str]:
        """Each word found, as often as it stands there."""
        if self._pattern:
            yield from (match[0] for match in self._pattern.finditer(text))


def _rest_of(word: str) -> str:
    """The pattern of a word behind its first character."""
    rest = re.escape(word[1:])
    return rest if CHINESE.search(word) else rf"(?<=\b{re.escape(word[0])}){rest}\b"


def _numbers(number: str) -> dict[str, int]:
    """The number of a document, whole and in part: ``#kfbd11``, ``#bd11``, and ``#bd1`` more weakly."""
    figures = relevance()["number"]
    pieces = re.findall(r"[a-z]+|[0-9]+", number.lower())
    strengths: dict[str, int] = {}
    for start in range(len(pieces)):
        rest = pieces[start:]
        if rest[0].isdigit() and len(rest) > 1:
            continue
        whole = canonical_number(rest)
        strength = figures["exact"] if rest[0].isalpha() else figures["suffix"]
        strengths[whole] = max(strengths.get(whole, 0), strength)
        if rest[0].isalpha():
            for end in range(1, len(rest)):
                strengths.setdefault(canonical_number(rest[:end]), figures["more"])
            if rest[-1].isdigit():
                digits = rest[-1].lstrip("0")
                for end in range(1, len(digits)):
                    strengths.setdefault(canonical_number([*rest[:-1], digits[:end]]), figures["more"])
    return {NUMBER + text: strength for text, strength in strengths.items()}

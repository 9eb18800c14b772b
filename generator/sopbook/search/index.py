"""The index: which documents each token leads to, and how strongly.

Strength (``impact``) is worked out here once, for every token and document, so that a search only
adds whole numbers: BM25F (Robertson, Zaragoza, Taylor 2004: "Simple BM25 extension to multiple
weighted fields") with the weights of ``relevance.json``, times the weight of the document's kind.

Tokens: Chinese words and pairs of characters, stems of English words, digits, single Chinese
characters (of names only); and with a mark before them, pinyin (``~``), initials (``^``), document
numbers (``#``) and words of a single character (``=``).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from sopbook.link.handbook import Handbook
from sopbook.locales import locale
from sopbook.search.chinese import CHINESE, Segmenter, common_characters, reading, readings, shapes, simplified
from sopbook.search.entries import Entry, entries
from sopbook.search.relevance import relevance
from sopbook.search.text import Run, canonical_number, fold_pinyin, normalise, runs, stem

PINYIN, INITIALS, NUMBER, ALONE = "~", "^", "#", "="

WORD, NAME = 1, 2
"""Flags of a token: it is a word, not just neighbouring characters; it stands in a name or title."""

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
    simplified: Mapping[str, str]

    def get(self, token: str) -> Token | None:
        """The token, or None."""

    def starting(self, key: str) -> Sequence[Token]:
        """Every token with that key (see ``key_of``), in order."""

    def character(self, char: str) -> Character | None:
        """What is known of a Chinese character."""

    def before(self, char: str) -> str:
        """The characters with which a word of a name begins that has ``char`` as its second one."""

    def after(self, char: str) -> str:
        """The second characters of the words of names that begin with ``char``."""


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
        """The characters with which a word of a name begins that has ``char`` as its second one."""
        return self.firsts.get(char, "")

    def after(self, char: str) -> str:
        """The second characters of the words of names that begin with ``char``."""
        return self.seconds.get(char, "")


def key_of(token: str) -> str:
    """What tokens are kept together by, so that a query needs little of a large vocabulary.

    Chinese goes by its first character, and the second one's place in eight groups; English by three
    letters, pinyin and initials by four and their mark; a number by all but its last two digits.
    """
    if token[0] == NUMBER:
        return token[:-2] if token[-2:].isdigit() and len(token) > 3 else re.sub(r"\d$", "", token)
    if token[0] in (PINYIN, INITIALS):
        return token[:5]
    if token[0] == ALONE:
        return token[1]
    if CHINESE.match(token):
        return token if len(token) == 1 else f"{token[0]}{ord(token[1]) % 8}"
    return token[:3]


def build_index(handbook: Handbook) -> Index:
    """Index a handbook. The last one is remembered, since several targets need it."""
    if not _last or _last[0] is not handbook:
        _last[:] = [handbook, _Builder(handbook).index()]
    index: Index = _last[1]
    return index


_last: list[Any] = []
"""The handbook that was indexed last, and its index."""


class _Builder:
    """Collects how often each token stands in which field of each document."""

    def __init__(self, handbook: Handbook) -> None:
        self._entries = entries(handbook)
        self._words = locale(handbook.settings.language)
        self._table = simplified()
        groups = [(term.name, *term.synonyms) for term in handbook.terms()]
        groups += self._words.search_groups()
        self._groups = [tuple(dict.fromkeys(self._clean(word) for word in group if word.strip())) for group in groups]
        own = {word for group in self._groups for word in group}
        own |= {self._clean(name) for name in handbook.actors}
        own |= {self._clean(name) for entry in self._entries for name in entry.names}
        self._segmenter = Segmenter(
            word for word in own if CHINESE.fullmatch(word) and 2 <= len(word) <= relevance()["longest_word"]
        )
        self._same: dict[str, tuple[str, ...]] = {}
        for group in self._groups:
            for word in group:
                others = (other for other in group if other != word)
                self._same[word] = tuple(dict.fromkeys((*self._same.get(word, ()), *others)))
        # A single character stands in too many words to say anything by itself.
        self._finder = _Finder(word for word in self._same if len(word) > 1)
        self._flags: dict[str, int] = defaultdict(int)
        self._forms: dict[str, Counter[str]] = defaultdict(Counter)

    def index(self) -> Index:
        """The finished index."""
        fields = [self._fields(entry) for entry in self._entries]
        lengths = _average_lengths(fields)
        sums: dict[str, list[_Sums]] = defaultdict(list)
        for position, (entry, counts) in enumerate(zip(self._entries, fields, strict=True)):
            weight = _weight_of(entry)
            for token, (named, said) in _strengths(counts, lengths).items():
                sums[token].append(_Sums(position, named * weight, said * weight))
        size = len(self._entries)
        tokens = {
            token: Token(token, *_weighed(found, size), self._flags[token], self._spellings(token))
            for token, found in sorted(sums.items())
        }
        for position, entry in enumerate(self._entries):
            _add_numbers(tokens, entry.id, position)
        tokens = {token: _kept(tokens[token]) for token in sorted(tokens)}
        keys: dict[str, list[Token]] = defaultdict(list)
        for known in tokens.values():
            keys[key_of(known.text)].append(known)
        firsts: dict[str, set[str]] = defaultdict(set)
        seconds: dict[str, set[str]] = defaultdict(set)
        for text, found in tokens.items():
            if found.flags == WORD | NAME and 2 <= len(text) <= 6 and CHINESE.fullmatch(text):
                firsts[text[1]].add(text[0])
                seconds[text[0]].add(text[1])
        typed = {char for token in tokens for char in token if CHINESE.match(char)}
        return Index(
            self._words.language,
            self._entries,
            tokens,
            _characters(tokens, typed),
            _idf(size, 0),
            frozenset(map(self._clean, self._words.search_words("words")["stop"])),
            frozenset(self._words.search_words("words")["particles"]),
            frozenset(map(self._clean, self._words.search_words("words")["how_long"])),
            {old: new for old, new in sorted(self._table.items()) if new in typed},
            {key: tuple(found) for key, found in keys.items()},
            {char: "".join(sorted(before)) for char, before in sorted(firsts.items())},
            {char: "".join(sorted(after)) for char, after in sorted(seconds.items())},
        )

    def _clean(self, text: str) -> str:
        return normalise(text, self._table).strip()

    def _spellings(self, token: str) -> tuple[str, ...]:
        counted = sorted(self._forms[token].items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(form for form, _ in counted[:_FORMS] if form != token)

    # --------------------------------------------------------------- tokens of a document

    def _fields(self, entry: Entry) -> dict[str, dict[str, float]]:
        """How often each token stands in each field of a document."""
        texts = {
            "title": [entry.title],
            "names": list(entry.names),
            "kind": list(self._words.search_words("kinds").get(entry.kind, ())),
            "heading": [word for part in entry.parts for word in (part.title, *part.names)],
            "text": [line for part in entry.parts for line in (part.text, part.who, part.limit, part.also)],
        }
        found: dict[str, dict[str, float]] = {}
        for field, lines in texts.items():
            counts: dict[str, float] = defaultdict(float)
            for line in lines:
                self._add(counts, self._clean(line), field)
            found[field] = counts
        return found

    def _add(self, counts: dict[str, float], text: str, field: str) -> None:
        named = field in _NAMING
        words: list[str] = []
        found = runs(text)
        for run in found:
            words += self._run(counts, run)
        for first, second in pairwise(found):
            if first.is_number and second.close and second.is_chinese:
                counts[first.text + second.text[0]] += 1
        if named or field == "heading":
            self._add_name(counts, text, words, named)
        synonym = relevance()["synonym"]
        for match in self._finder(text):
            for other in self._same[match]:
                for token in self._words_of(other):
                    counts[token] += synonym
                    self._flags[token] |= WORD | (NAME if named else 0)
                    self._forms[token][match] += 1
                if named:
                    self._add_sounds(counts, other, self._segments(other), synonym)
                    self._add_initials(counts, self._segments(other), synonym)
        if named:
            for token in list(counts):
                self._flags[token] |= NAME

    def _run(self, counts: dict[str, float], run: Run) -> list[str]:
        """Add the tokens of a run; returns its words."""
        if not run.is_chinese:
            token = run.text if run.is_number else stem(run.text)
            counts[token] += 1
            self._flags[token] |= WORD
            self._forms[token][run.text] += 1
            return [run.text]
        words = [word for word in self._segmenter.cut(run.text) if len(word) <= relevance()["longest_word"]]
        for word in words:
            for piece in (word, *self._segmenter.inside(word)):
                if len(piece) > 1:
                    counts[piece] += 1
                    self._flags[piece] |= WORD
        for first, second in pairwise(run.text):
            pair = first + second
            if not self._flags[pair] & WORD or pair not in counts:
                counts[pair] += 1
        return words

    def _segments(self, text: str) -> list[str]:
        return [
            word for run in runs(text) for word in (self._segmenter.cut(run.text) if run.is_chinese else (run.text,))
        ]

    def _words_of(self, text: str) -> list[str]:
        """A synonym as tokens: whole if it is Chinese, else word by word."""
        if CHINESE.fullmatch(text) and len(text) <= relevance()["longest_word"]:
            return [text if len(text) > 1 else ALONE + text]
        return [
            word if CHINESE.match(word) or word.isdigit() else stem(word)
            for word in self._segments(text)
            if len(word) > 1
        ]

    def _add_name(self, counts: dict[str, float], text: str, words: list[str], named: bool) -> None:
        """What only names have: the whole as one word, single characters, pinyin and initials."""
        for char in "".join(CHINESE.findall(text)):
            counts[char] += 1
        if named and CHINESE.fullmatch(text) and 2 < len(text) <= relevance()["longest_word"]:
            counts[text] += 1
            self._flags[text] |= WORD
        if named:
            self._add_sounds(counts, text, words, 1)
            self._add_initials(counts, words, 1)
            for match in self._finder(text):
                for other in self._same[match]:
                    said = text.replace(match, other, 1)
                    self._add_initials(counts, self._segments(said), relevance()["synonym"])

    def _add_sounds(self, counts: dict[str, float], text: str, words: Sequence[str], weight: float) -> None:
        pieces = {piece for word in words for piece in (word, *self._segmenter.inside(word))}
        pieces |= {text} if len(text) <= relevance()["longest_word"] else set()
        for word in sorted(pieces):
            if CHINESE.fullmatch(word) and len(word) > 1:
                for sound in {"".join(readings(word)), "".join(map(reading, word))}:
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
        ordered = sorted(words, key=lambda word: (-len(word), word))
        parts = [re.escape(word) if CHINESE.search(word) else rf"\b{re.escape(word)}\b" for word in ordered]
        self._pattern = re.compile("|".join(parts)) if parts else None

    def __call__(self, text: str) -> Iterator[str]:
        """Each word found, as often as it stands there."""
        if self._pattern:
            yield from (match[0] for match in self._pattern.finditer(text))


# ------------------------------------------------------------------------------- figures


def _average_lengths(fields: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, float]:
    totals: dict[str, float] = defaultdict(float)
    for counts in fields:
        for field, found in counts.items():
            totals[field] += sum(found.values())
    return {field: max(1.0, total / max(1, len(fields))) for field, total in totals.items()}


_NAMING = ("title", "names", "kind")


@dataclass(frozen=True, slots=True)
class _Sums:
    """How strongly a document has a token in its names and elsewhere."""

    position: int
    named: float
    said: float


def _strengths(
    fields: Mapping[str, Mapping[str, float]], averages: Mapping[str, float]
) -> dict[str, tuple[float, float]]:
    """How strongly a document has each token in its names, and elsewhere."""
    figures = relevance()
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for field, counts in fields.items():
        share, k = figures["length"][field], figures["saturation"][field]
        norm = k * (1 - share + share * sum(counts.values()) / averages[field])
        for token, count in counts.items():
            sums[token][field not in _NAMING] += figures["fields"][field] * count * (1 + k) / (count + norm)
    return {token: (named, said) for token, (named, said) in sums.items()}


def _weighed(found: Sequence[_Sums], size: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The weight of a token, and the strength of each posting.

    A word in names is rarer there than in running text, and weighs accordingly.
    """
    figures = relevance()
    named = sum(1 for sums in found if sums.named)
    anywhere = _idf(size, len(found))
    in_names = _idf(size, named) if named else 0
    weight = max(anywhere, round(in_names * figures["unnamed"])) if named else round(anywhere * figures["unnamed"])
    strengths = (
        (sums.position, (in_names * sums.named + anywhere * sums.said) * figures["scale"] / 100, sums.named > 0)
        for sums in found
    )
    return weight, tuple((position, 2 * max(1, round(impact)) + names) for position, impact, names in strengths)


def _weight_of(entry: Entry) -> float:
    figures = relevance()
    return float(figures["kinds"][entry.kind] * (figures["urgent"] if entry.urgent else 1))


def _idf(size: int, having: int) -> int:
    """The weight of a token that ``having`` of ``size`` documents have, in hundredths."""
    return round(100 * math.log(1 + (size - having + 0.5) / (having + 0.5)))


def _kept(token: Token) -> Token:
    """The token with its strongest postings: a word that thousands have tells nothing apart."""
    kept = relevance()["postings_kept"]
    if len(token.postings) <= kept:
        return token
    strongest = sorted(token.postings, key=lambda posting: (-posting[1], posting[0]))[:kept]
    return Token(token.text, token.idf, tuple(sorted(strongest)), token.flags, token.forms)


def _add_numbers(tokens: dict[str, Token], number: str, position: int) -> None:
    """The number of a document, whole and in part: ``#kfbd11``, ``#bd11``, and ``#bd1`` more weakly."""
    figures = relevance()["number"]
    pieces = re.findall(r"[a-z]+|[0-9]+", number.lower())
    impacts: dict[str, int] = {}
    for start in range(len(pieces)):
        rest = pieces[start:]
        strength = figures["exact"] if rest[0].isalpha() else figures["suffix"]
        whole = canonical_number(rest)
        if rest[0].isdigit() and len(rest) > 1:
            continue
        impacts[whole] = max(impacts.get(whole, 0), strength)
        if rest[0].isalpha():
            for end in range(1, len(rest)):
                _weaker(impacts, canonical_number(rest[:end]), figures["more"])
            if rest[-1].isdigit():
                digits = rest[-1].lstrip("0")
                for end in range(1, len(digits)):
                    _weaker(impacts, canonical_number([*rest[:-1], digits[:end]]), figures["more"])
    for text, impact in impacts.items():
        token = NUMBER + text
        before = tokens.get(token)
        postings = (*(before.postings if before else ()), (position, 2 * impact + 1))
        tokens[token] = Token(token, 0, postings, WORD | NAME, ())


def _weaker(impacts: dict[str, int], text: str, impact: int) -> None:
    impacts.setdefault(text, impact)


def _characters(tokens: Mapping[str, Token], known: set[str]) -> dict[str, Character]:
    """Readings of all characters that people type, and for each those in names that it is taken for."""
    named = {char for text, token in tokens.items() if token.flags & NAME for char in text if CHINESE.match(char)}
    like = shapes()
    return {
        char: Character(reading(char), "".join(sorted(like.like(char) & named)))
        for char in sorted({*common_characters(), *known})
    }

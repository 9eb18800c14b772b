"""Understanding a query: which tokens of the index it may mean, and how surely.

A query becomes *atoms* (a Chinese character, or a run of letters or digits) with a mass each — how
much of the question it carries — and *units*: a stretch of atoms that a token of the index stands
for. No dictionary is needed: Chinese is cut along the words that the index has.

``site/assets/search/query.js`` is the same in the browser; the two are kept alike by a test that asks both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sopbook.search.index import ALONE, INITIALS, NAME, NUMBER, PINYIN, WORD, Lexicon, Token, key_of
from sopbook.search.relevance import relevance
from sopbook.search.text import Run, canonical_number, fold_pinyin, joined, normalise, runs, stem

_NONE = -1_000_000
_WEAK = ("gram", "known", "unknown")
_WORDS = ("word", "name")


@dataclass(frozen=True, slots=True)
class Unit:
    """Atoms ``start`` to ``end`` as tokens of the index, any of which will do.

    Each meaning has a quality (hundredths): how far to trust it. ``cover`` says how much of the atoms it
    answers, ``named`` how much that counts for an answer not to be mere noise. ``spellings`` are what
    to look for in a text.
    """

    start: int
    end: int
    meanings: tuple[tuple[Token, int], ...]
    cover: int
    named: int
    spellings: tuple[str, ...]

    @property
    def weight(self) -> int:
        """How much the unit counts in choosing the part of a document."""
        return max(token.idf * quality for token, quality in self.meanings)


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a word may stand for, before it is a unit."""

    meanings: tuple[tuple[Token, int], ...] = ()
    cover: int = 0
    named: int = 0
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A query understood.

    ``text`` is its one spelling, run together; ``masses`` has a whole number for each atom; ``kinds`` are the kinds
    of documents that it asks for; ``unknown`` is the weight (hundredths) of a word that no document has, by which
    scores are measured.
    """

    text: str
    masses: tuple[int, ...]
    units: tuple[Unit, ...]
    asks_how_long: bool
    kinds: frozenset[str]
    unknown: int


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of Chinese characters read in one way. ``token`` is None for stop and unknown."""

    start: int
    end: int
    how: str
    token: Token | None


def understand(query: str, lexicon: Lexicon) -> Query:
    """What a query may mean to an index."""
    text = normalise(query, lexicon.simplified)[: relevance()["longest_query"]]
    reader = _Reader(lexicon)
    reader.read(runs(text))
    if not any(reader.masses):
        # Nothing but words that say nothing: then they are the subject.
        reader = _Reader(lexicon, keep_all=True)
        reader.read(runs(text))
    asks = any(_stands_in(phrase, text) for phrase in lexicon.limits)
    kinds = frozenset(kind for kind, words in lexicon.kinds.items() if any(_stands_in(word, text) for word in words))
    return Query(joined(text), tuple(reader.masses), tuple(reader.units), asks, kinds, lexicon.unknown)


def _stands_in(phrase: str, text: str) -> bool:
    return phrase in text if phrase[0] > "\u2000" else f" {phrase} " in f" {' '.join(run.text for run in runs(text))} "


class _Reader:
    """Reads the runs of a query into atoms and units."""

    def __init__(self, lexicon: Lexicon, *, keep_all: bool = False) -> None:
        self._lexicon = lexicon
        self._keep_all = keep_all
        self._figures = relevance()
        self.masses: list[int] = []
        self.units: list[Unit] = []

    def read(self, found: list[Run]) -> None:
        """Read all runs in order."""
        at = 0
        while at < len(found):
            run = found[at]
            if run.is_chinese:
                self._chinese(run.text)
                at += 1
                continue
            follows = found[at + 1] if at + 1 < len(found) and found[at + 1].close else None
            end = at + 1
            while end < len(found) and found[end].close and not found[end].is_chinese:
                end += 1
            taken = self._number(found[at:end], alone=at == 0 and end == len(found))
            if taken:
                at += taken
            elif run.is_number:
                self._digits(run.text, follows.text[0] if follows and follows.is_chinese else "")
                at += 1
            else:
                last = at + 1
                while last < end and not found[last].is_number:
                    last += 1
                self._letters([piece.text for piece in found[at:last]], ends=last == len(found))
                at = last

    # ------------------------------------------------------------------ numbers, digits

    def _number(self, pieces: list[Run], *, alone: bool) -> int:
        """Read a document number at the beginning of ``pieces``; returns how many of them it took."""
        for size in range(len(pieces), 0, -1):
            texts = [piece.text for piece in pieces[:size]]
            if not (alone and size == len(pieces)) and (texts[0].isdigit() or not any(map(str.isdigit, texts))):
                continue
            if len(texts) == 1 and texts[0].isdigit() and len(texts[0]) > 4:
                continue
            token = self._lexicon.get(NUMBER + canonical_number(texts))
            if token is None:
                continue
            certain = any(map(str.isdigit, texts)) and not texts[0].isdigit()
            if certain or size > 1:
                self._atom(self._lexicon.unknown, _Meant(((token, 100),), 100, 100))
                return size
            meant = self._digit_meaning(texts[0]) if texts[0].isdigit() else self._meanings(texts[0], ends=True)
            series = self._weighed([(token, "series")])
            mass = max([self._lexicon.unknown, *(other.idf for other, _ in meant.meanings)])
            both = _Meant(
                (*meant.meanings, *series.meanings),
                max(meant.cover, series.cover),
                max(meant.named, series.named),
                meant.spellings,
            )
            self._atom(mass, both)
            return size
        return 0

    def _digit_meaning(self, text: str) -> _Meant:
        token = self._lexicon.get(text)
        return _Meant(((token, 100),), 100, 100, (text,)) if token else _Meant()

    def _digits(self, text: str, unit: str) -> None:
        """Digits; with the character after them, if the index has the two together (110号, 30分)."""
        both = self._lexicon.get(text + unit) if unit else None
        meant = self._digit_meaning(text)
        if both:
            # The next atom is that character.
            start = len(self.masses)
            self.masses.append(both.idf)
            self.units.append(Unit(start, start + 2, ((both, 100),), 100, 100, (text + unit, f"{text} {unit}")))
            if meant.meanings:
                quality = self._figures["quality"]["gram"]
                self.units.append(Unit(start, start + 1, ((meant.meanings[0][0], quality),), 100, 100, (text,)))
        elif meant.meanings:
            self._atom(meant.meanings[0][0].idf, meant)
        else:
            self._atom(self._share("unknown_mass"), meant)

    def _atom(self, mass: int, meant: _Meant) -> None:
        start = len(self.masses)
        self.masses.append(mass)
        if meant.meanings:
            self.units.append(Unit(start, start + 1, meant.meanings, meant.cover, meant.named, meant.spellings))

    def _share(self, name: str) -> int:
        return int(self._lexicon.unknown * self._figures[name])

    # -------------------------------------------------------------------------- letters

    def _letters(self, words: list[str], *, ends: bool) -> None:
        """Neighbouring words in Latin letters: English, pinyin or initials."""
        known = [self._known(word, last=ends and index == len(words) - 1) for index, word in enumerate(words)]
        if len(words) > 1 and not all(known) and self._pieces("".join(words)):
            return
        for index, word in enumerate(words):
            self._word(word, ends=ends and index == len(words) - 1)

    def _known(self, word: str, *, last: bool) -> bool:
        if word in self._lexicon.stop:
            return True
        get = self._lexicon.get
        found = get(stem(word)) or get(word) or get(PINYIN + fold_pinyin(word))
        return bool(found) or (last and len(word) > 2 and any(self._completions(stem(word), word)))

    def _word(self, word: str, *, ends: bool) -> None:
        if word in self._lexicon.stop and not self._keep_all:
            self._atom(0, _Meant())
            return
        meant = self._meanings(word, ends=ends)
        if not meant.meanings and self._pieces(word):
            return
        if not meant.meanings:
            meant = self._mistyped(word, ends=ends)
        if meant.meanings:
            self._atom(max(token.idf for token, _ in meant.meanings), meant)
        else:
            self._atom(self._lexicon.unknown if len(word) > 3 else self._share("unknown_mass"), meant)

    def _meanings(self, word: str, *, ends: bool) -> _Meant:
        """The word as English, pinyin, initials, or (where the query ends) the beginning of one."""
        found: list[tuple[Token, str]] = []
        for text, how in (
            (stem(word), "word"),
            (PINYIN + fold_pinyin(word), "pinyin"),
            (INITIALS + word, "initials"),
        ):
            token = self._lexicon.get(text)
            if token and len(word) > 1:
                found.append((token, how))
        if ends and len(word) > 2 and not any(how == "word" for _, how in found):
            found += [(token, "prefix") for token in self._completions(stem(word), word)]
            if not found:
                folded = PINYIN + fold_pinyin(word)
                found += [(token, "pinyin_prefix") for token in self._completions(folded, folded)]
        return self._weighed(found)

    def _weighed(self, found: list[tuple[Token, str]]) -> _Meant:
        figures = self._figures
        return _Meant(
            tuple((token, figures["quality"][how]) for token, how in found),
            max((figures["cover"][how] for _, how in found), default=0),
            max((figures["named"][how] for _, how in found), default=0),
            tuple(dict.fromkeys(spelling for token, _ in found for spelling in _spellings(token))),
        )

    def _completions(self, start: str, typed: str) -> list[Token]:
        """The tokens that begin so, the commonest first."""
        if len(start) < (5 if start[:1] == PINYIN else 3):
            return []
        begun = [
            token
            for token in self._lexicon.starting(key_of(start))
            if token.text.startswith(start) or any(form.startswith(typed) for form in token.forms)
        ]
        begun.sort(key=lambda token: (token.idf, token.text))
        return begun[: self._figures["prefix_expansions"]]

    def _mistyped(self, word: str, *, ends: bool) -> _Meant:
        """The tokens that differ from a word by one letter.

        A few letters at the end of a query are pinyin that goes on, rather than pinyin with a mistake in it.
        """
        if len(word) < 4:
            return _Meant()
        found: list[tuple[Token, str]] = []
        for mark, text, size in (("", stem(word), 3), (PINYIN, fold_pinyin(word), 4)):
            if mark and ends and len(word) < self._figures["whole_pinyin"]:
                continue
            for start in dict.fromkeys(_mistyped_starts(text, size)):
                found += [
                    (token, "typo")
                    for token in self._lexicon.starting(mark + start)
                    if one_edit(text, token.text[len(mark) :]) and token.flags & WORD
                ]
        found.sort(key=lambda pair: (pair[0].idf, pair[0].text))
        return self._weighed(found[: self._figures["prefix_expansions"]])

    def _pieces(self, letters: str) -> bool:
        """Letters as several words in pinyin, or as several initials; False if they are neither."""
        for mark, text, shortest, longest, how in (
            (PINYIN, fold_pinyin(letters), 3, 24, "pinyin_part"),
            (INITIALS, letters, 2, 8, "initials_part"),
        ):
            split = self._split(mark, text, shortest, longest)
            if split:
                for token in split:
                    self._atom(token.idf, self._weighed([(token, how)]))
                return True
        return False

    def _split(self, mark: str, text: str, shortest: int, longest: int) -> list[Token]:
        """``text`` as the fewest tokens with that mark, or nothing."""
        best: list[list[Token] | None] = [[], *([None] * len(text))]
        for end in range(shortest, len(text) + 1):
            for start in range(max(0, end - longest), end - shortest + 1):
                before = best[start]
                if before is None or (best[end] is not None and len(before) + 1 >= len(best[end] or [])):
                    continue
                token = self._lexicon.get(mark + text[start:end])
                if token:
                    best[end] = [*before, token]
        return best[len(text)] or []

    # -------------------------------------------------------------------------- Chinese

    def _chinese(self, text: str) -> None:
        exact = self._path(text, {})
        weak = {p for span in exact if span.how in _WEAK for p in range(span.start, span.end)}
        path = self._path(text, self._similar(text, weak, _unlikely_starts(exact))) if weak else exact
        base = len(self.masses)
        self.masses += self._weights(path)
        for span in path:
            self._span(text, base, span)

    def _path(self, text: str, similar: dict[tuple[int, int], tuple[str, Token]]) -> list[_Span]:
        """The best way to cut ``text``: long and certain pieces before short and doubtful ones."""
        worth = self._figures["segment"]
        best: list[tuple[int, _Span | None]] = [(0, None), *[(_NONE, None)] * len(text)]
        for start in range(len(text)):
            for end in range(min(len(text), start + self._figures["longest_word"]), start, -1):
                for how, token in self._ways(text[start:end], similar.get((start, end))):
                    # Of two ways that are worth the same, the commoner words are meant.
                    rarity = token.idf // 10 if token else 0
                    value = best[start][0] + 10 * worth[how] * (end - start) ** 2 - rarity
                    if value > best[end][0]:
                        best[end] = (value, _Span(start, end, how, token))
        path: list[_Span] = []
        end = len(text)
        while end:
            span = best[end][1]
            assert span is not None  # noqa: S101 - every single character can be read
            path.append(span)
            end = span.start
        return path[::-1]

    def _ways(self, word: str, similar: tuple[str, Token] | None) -> Iterator[tuple[str, Token | None]]:
        if not self._keep_all and (word in self._lexicon.stop or word in self._lexicon.limits):
            yield ("limit" if word in self._lexicon.limits else "stop"), None
            return
        token = self._lexicon.get(word)
        if len(word) == 1:
            alone = self._lexicon.get(ALONE + word)
            yield ("word", alone) if alone else (("known" if token else "unknown"), token)
        elif token and token.flags & WORD:
            yield ("name" if token.flags & NAME else "word"), token
        elif token and not self._stops(word):
            yield "gram", token
        if similar:
            yield similar

    def _stops(self, word: str) -> bool:
        """True if two characters are neighbours by chance: one of them belongs to the question, not its subject."""
        return not self._keep_all and any(char in self._lexicon.particles for char in word)

    def _similar(self, text: str, weak: set[int], unlikely: set[int]) -> dict[tuple[int, int], tuple[str, Token]]:
        """Words that sound or look like stretches of ``text`` that the index does not know as words.

        What stands at the end may still be typed on, so a stretch up to there does not begin just anywhere.
        """
        found: dict[tuple[int, int], tuple[str, Token]] = {}
        for start in range(len(text)):
            for end in range(start + 2, min(len(text), start + 6) + 1):
                if end == len(text) and start in unlikely:
                    continue
                doubtful = [position for position in range(start, end) if position in weak]
                word = text[start:end]
                exact = self._lexicon.get(word)
                if doubtful and not (exact and exact.flags & WORD):
                    split = start in weak and end - 1 in weak and self._split_word(word)
                    meant = split or self._sounding(word) or self._looking(word, start, doubtful) or self._near(word)
                    if meant:
                        found[start, end] = meant
        return found

    def _split_word(self, word: str) -> tuple[str, Token] | None:
        """A word of two characters that is parted by one that says nothing: 调个班, 停了电."""
        token = self._lexicon.get(word[0] + word[-1]) if word[1:-1] in self._lexicon.stop else None
        return ("split", token) if token and token.flags == WORD | NAME else None

    def _sounding(self, word: str) -> tuple[str, Token] | None:
        known = [self._lexicon.character(char) for char in word]
        sound = "".join(char.reading for char in known if char)
        token = self._lexicon.get(PINYIN + sound) if all(known) else None
        return ("homophone", token) if token else None

    def _looking(self, word: str, start: int, doubtful: list[int]) -> tuple[str, Token] | None:
        found = [token for position in doubtful if (token := self._like(word, position - start))]
        return ("shape", min(found, key=lambda token: token.idf)) if found else None

    def _like(self, word: str, at: int) -> Token | None:
        """The commonest word with another character in one place."""
        char = self._lexicon.character(word[at])
        like = char.like if char else ""
        # What begins otherwise is kept elsewhere: look only where there is such a word, for the commonest one first.
        order = self._lexicon.before(word[1]) if at == 0 else self._lexicon.after(word[0]) if at == 1 else like
        tokens = (self._lexicon.get(word[:at] + other + word[at + 1 :]) for other in order if other in like)
        return next((token for token in tokens if token and token.flags == WORD | NAME), None)

    def _near(self, word: str) -> tuple[str, Token] | None:
        if len(word) < 4:
            return None
        for token in self._lexicon.starting(key_of(word)):
            if token.flags == WORD | NAME and len(token.text) == len(word):
                differing = sum(a != b for a, b in zip(token.text, word, strict=True))
                if differing == 1:
                    return "near", token
        return None

    def _weights(self, path: list[_Span]) -> list[int]:
        """The mass of each character."""
        weights: list[int] = []
        for index, span in enumerate(path):
            size = span.end - span.start
            if span.how in ("stop", "limit"):
                weights += [0] * size
            elif span.how in ("known", "unknown"):
                beside = [path[i].how for i in (index - 1, index + 1) if 0 <= i < len(path)]
                alone = not any(how in ("known", "unknown") for how in beside)
                weights.append(self._share("lone_mass" if alone else "unknown_mass"))
            else:
                idf = span.token.idf if span.token else 0
                weights += [max(idf // size, self._share("least_mass"))] * size
        return weights

    def _span(self, text: str, base: int, span: _Span) -> None:
        if span.token is not None and span.how != "known":
            self._unit(base, span.start, span.end, span.token, span.how)
        if span.how in ("word", "name", "near", "homophone", "shape"):
            self._nested(text, base, span)
        if span.how in ("known", "gram", "homophone", "shape", "near", "split"):
            for at in range(span.start, span.end):
                token = self._lexicon.get(text[at])
                if token and text[at] not in self._lexicon.stop:
                    self._unit(base, at, at + 1, token, "char")

    def _nested(self, text: str, base: int, span: _Span) -> None:
        """The words inside a long word: a document may have them apart."""
        if span.end - span.start < 3:
            return
        for start in range(span.start, span.end - 1):
            for end in range(start + 2, span.end + 1):
                token = self._lexicon.get(text[start:end])
                if token and token.flags & WORD and end - start < span.end - span.start:
                    self._unit(base, start, end, token, "nested")

    def _unit(self, base: int, start: int, end: int, token: Token, how: str) -> None:
        self.units.append(
            Unit(
                base + start,
                base + end,
                ((token, self._figures["quality"][how]),),
                self._figures["cover"][how],
                self._figures["named"][how],
                _spellings(token),
            )
        )


def _spellings(token: Token) -> tuple[str, ...]:
    return token.forms if token.text[0] in (PINYIN, INITIALS, NUMBER, ALONE) else (token.text, *token.forms)


def _mistyped_starts(text: str, size: int) -> Iterator[str]:
    """What the first letters may have been: one left out, or two swapped, by mistake."""
    yield text[:size]
    for at in range(size):
        yield text[:at] + text[at + 1 : size + 1]
    for at in range(min(size, len(text)) - 1):
        yield text[:at] + text[at + 1] + text[at] + text[at + 2 : size]


def one_edit(first: str, second: str) -> bool:
    """True if one letter too many, too few, wrong, or swapped with its neighbour makes the difference."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    same = 0
    while same < min(len(first), len(second)) and first[same] == second[same]:
        same += 1
    a, b = first[same:], second[same:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (len(a) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:])
    return a[1:] == b if len(a) > len(b) else a == b[1:]


def _unlikely_starts(path: Iterable[_Span]) -> set[int]:
    """Places inside words, and at the beginning of those that say nothing."""
    found: set[int] = set()
    for span in path:
        if span.how not in _WEAK:
            found.update(range(span.start + (span.how in _WORDS), span.end))
    return found

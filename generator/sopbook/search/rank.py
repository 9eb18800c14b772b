"""What answers a query: the documents, best first, each with its best part and an excerpt.

``site/assets/search/rank.js`` is the same in the browser.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sopbook.search.entries import Entry, Part
from sopbook.search.query import Query, Unit
from sopbook.search.relevance import relevance
from sopbook.search.text import joined

_SENTENCE = re.compile(r"[^\n\u3002\uff01\uff1f!?]+[\u3002\uff01\uff1f!?]?")


@dataclass(frozen=True, slots=True)
class Scored:
    """A document with its score, and the shares of the query (0 to 1) that it and that its names answer.

    ``surest`` says how far (in hundredths) the surest reading of anything in its names is to be trusted.
    """

    position: int
    score: float
    coverage: float
    named: float
    surest: int


@dataclass(frozen=True, slots=True)
class Rated:
    """A document with its final score and its best part; ``answers`` is False for mere noise."""

    score: float
    entry: Entry
    part: Part | None
    answers: bool


@dataclass(frozen=True, slots=True)
class Result:
    """An answer. ``part`` is None if the whole document is; ``score`` is 1 for the best."""

    entry: Entry
    part: Part | None
    excerpt: str
    score: float


class Store(Protocol):
    """Where documents are kept."""

    def entry(self, position: int) -> Entry:
        """The document at a position of the index."""

    def clean(self, text: str) -> str:
        """A text as queries are spelt (see ``text.normalise``)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. ``nearest`` are the closest documents if nothing answers the query."""

    results: tuple[Result, ...]
    nearest: tuple[Entry, ...]


def score(query: Query, allowed: Callable[[int], bool]) -> list[Scored]:
    """Every document that has something of the query, best first."""
    scores: dict[int, int] = {}
    covers: dict[int, tuple[list[int], list[int]]] = {}
    for unit in query.units:
        best: dict[int, int] = {}
        names: set[int] = set()
        for token, quality in unit.meanings:
            for position, strength in token.postings:
                if allowed(position):
                    best[position] = max(best.get(position, 0), quality * (strength >> 1))
                    if strength & 1:
                        names.add(position)
        for position, value in best.items():
            scores[position] = scores.get(position, 0) + value
            cover, named = covers.setdefault(position, ([0] * len(query.masses), [0] * len(query.masses)))
            _raise(cover, unit, unit.cover)
            if position in names:
                _raise(named, unit, unit.named)
    floor = relevance()["coverage_floor"]
    found = []
    for position, total in scores.items():
        cover, named = covers[position]
        share = _covered(query, cover)
        found.append(
            Scored(
                position, total * (floor + (1 - floor) * share), share, _covered(query, named), max(named, default=0)
            )
        )
    return sorted(found, key=lambda scored: (-scored.score, scored.position))


def _raise(cover: list[int], unit: Unit, value: int) -> None:
    for atom in range(unit.start, unit.end):
        cover[atom] = max(cover[atom], value)


def _covered(query: Query, cover: Sequence[int]) -> float:
    """The share of the query's mass that is covered."""
    mass = 100 * sum(query.masses)
    return sum(weight * part for weight, part in zip(query.masses, cover, strict=True)) / mass if mass else 0.0


def answer(query: Query, allowed: Callable[[int], bool], store: Store, limit: int) -> Answer:
    """The best ``limit`` answers."""
    figures = relevance()
    found = score(query, allowed)
    if not found:
        return Answer((), ())
    least = figures["answer_share"] * found[0].score
    good = [scored for scored in found[: max(limit, figures["reranked"])] if scored.score >= least]
    rated = [_rate(query, scored, store) for scored in good]
    first = sorted(rated[: figures["reranked"]], key=lambda one: -one.score)
    answers = [one for one in (*first, *rated[figures["reranked"] :]) if one.answers][:limit]
    if not answers:
        return Answer((), tuple(one.entry for one in first[: figures["suggestions"]]))
    return Answer(
        tuple(
            Result(one.entry, one.part, excerpt(query, one.entry, one.part, store), _share(one.score, answers[0].score))
            for one in answers
        ),
        (),
    )


def _share(value: float, top: float) -> float:
    return min(1.0, math.floor(value / top * 10000 + 0.5) / 10000)


# ------------------------------------------------------------------- the best part of one


def _rate(query: Query, scored: Scored, store: Store) -> Rated:
    """A document's final score, and the part that says more than its title."""
    figures = relevance()
    entry = store.entry(scored.position)
    clean = store.clean
    total = sum(unit.weight for unit in query.units)
    names = clean("\n".join((entry.title, *entry.names)))
    in_names = [_stands_in(unit, names) for unit in query.units]
    best, chosen, most = 0.0, None, 0.0
    for part in entry.parts:
        title = clean("\n".join((part.title, " ".join(part.names))))
        text = clean("\n".join((part.text, part.who, part.limit, part.also)))
        value = more = 0.0
        cover = [0] * len(query.masses)
        for unit, named in zip(query.units, in_names, strict=True):
            times = figures["part_title"] if _stands_in(unit, title) else int(_stands_in(unit, text))
            if named:
                times = min(times, 1)  # What the document is about tells its parts apart no more.
            value += unit.weight * times
            if times:
                _raise(cover, unit, unit.named)
                more += 0 if named else unit.weight
        if value and _is_asked(query, part, store):
            value += figures["limit_bonus"] * total
            more += 1
        most = max(most, _covered(query, cover))
        if value > best:
            best, chosen = value, part if more else None
    share = best / (figures["part_title"] * total) if total else 0.0
    value = scored.score * (1 + figures["part_bonus"] * share)
    if query.text in (joined(clean(name)) for name in (entry.title, *entry.names)):
        value *= figures["exact_name"]
    elif query.text in joined(clean(entry.title)):
        value *= figures["in_title"]
    if chosen and _is_asked(query, chosen, store):
        value *= figures["limit_answer"]
    if entry.kind in query.kinds:
        value *= figures["asked_kinds"][entry.kind]
    return Rated(value, entry, chosen, _answers(query, value, scored, most))


def _is_asked(query: Query, part: Part, store: Store) -> bool:
    """True if a query asks for a part's time limit, or names it: 24 小时回复."""
    limit = joined(store.clean(part.limit))
    return bool(limit) and (query.asks_how_long or limit in query.text)


def _answers(query: Query, value: float, scored: Scored, in_part: float) -> bool:
    """True if a document is more than noise: by the shares of the query in its names and in one of its parts.

    A high score says that words meet which seldom meet: then a smaller share will do, unless all is a
    guess (what sounds or looks alike) about a small part of the query.
    """
    figures = relevance()
    guessed = scored.surest < figures["sure"] and scored.coverage < figures["guess_coverage"]
    strong = value >= figures["strong"] * query.unknown and not guessed
    least: float = figures["strong_coverage" if strong else "named_coverage"]
    return scored.named >= least or bool(in_part >= figures["part_coverage"])


def _stands_in(unit: Unit, text: str) -> bool:
    return any(spelling in text for spelling in unit.spellings)


# ------------------------------------------------------------------------------- excerpts


def excerpt(query: Query, entry: Entry, part: Part | None, store: Store) -> str:
    """The sentence that has most of the query, cut to size around the first word found."""
    text = part.text if part else entry.summary
    sentences = _SENTENCE.findall(text) or [""]
    cleaned = [store.clean(sentence) for sentence in sentences]
    values = [sum(unit.weight for unit in query.units if _stands_in(unit, sentence)) for sentence in cleaned]
    index = max(range(len(sentences)), key=lambda i: (values[i], -i))
    places = [cleaned[index].find(s) for unit in query.units for s in unit.spellings]
    first = min((place for place in places if place >= 0), default=0)
    return _cut(sentences[index].strip(), first)


def _cut(text: str, first: int) -> str:
    size = relevance()["excerpt"]
    if len(text) <= size:
        return text
    start = max(0, min(first - size // 4, len(text) - size))
    return ("…" if start else "") + text[start : start + size].strip() + ("…" if start + size < len(text) else "")


def highlights(text: str, query: Query, store: Store) -> list[tuple[int, int]]:
    """Where the words of a query stand in a text, without overlaps."""
    cleaned = store.clean(text)
    if len(cleaned) != len(text):
        return []  # A character became two: better no mark than one in the wrong place.
    spellings = [spelling for unit in query.units for spelling in unit.spellings]
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(cleaned):
        size = max((len(spelling) for spelling in spellings if cleaned.startswith(spelling, at)), default=0)
        if size:
            found.append((at, at + size))
        at += max(1, size)
    return found

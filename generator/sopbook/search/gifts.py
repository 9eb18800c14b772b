"""What each document gives to the index, worked out anew only for documents that may have changed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from typing import Any

from sopbook.cache.kept import keep, store_of
from sopbook.cache.tool import digest
from sopbook.cache.watch import unwatched
from sopbook.compact_json import dumps, loads
from sopbook.link.handbook import Handbook
from sopbook.memo import once_a_handbook
from sopbook.model import Document
from sopbook.search.analysis import FIELDS, NAME, NAMING, WORD, Analyst, Given, OwnWords, own_words
from sopbook.search.chinese import know_readings, learnt_readings
from sopbook.search.entries import Entry, entry_of, pack, searched
from sopbook.search.relevance import relevance

SCALE = 1_000
"""Strengths are kept as whole numbers, in thousandths."""

FROM_NUMBER = -1
"""In the place of a strength elsewhere: the first strength is final, since it comes from a document's number."""

_LENGTH_STEPS = 4
_AT_ONCE = 100
_BETWEEN = b"\0"  # which JSON cannot hold

Posting = tuple[int, int, int, int]
"""A document's position, how strongly it has a token in its names, and elsewhere, and as what (flags)."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a document without what it gives.

    ``lengths`` are those of its fields, ``gives`` and ``file`` digests of what it gives, and of the
    document as a browser gets it.
    """

    kind: str
    department: str
    roles: tuple[str, ...]
    weight: float
    lengths: tuple[float, ...]
    gives: str
    file: str


class Gifts:
    """What the documents of a handbook give, by position: the documents that are searched, by number."""

    def __init__(self, handbook: Handbook) -> None:
        self._handbook = handbook
        self._store = store_of(handbook)
        self._own = own_words(handbook, "")
        self.documents: Sequence[Document] = searched(handbook)
        self.name = f"search {digest(repr(self._own))}"
        self._readings = f"readings {version('pypinyin')}"
        self._kept = keep(handbook, self.name, self.documents, self._analysed)
        self.heads: Sequence[Head] = [_head(self._kept.values[document.id]) for document in self.documents]

    def remember(self) -> None:
        """Keep what the documents that were taken apart now give, and how words are read."""
        if not self._kept.more:
            return
        rows, learnt = {}, self._known_readings()
        for number, more in self._kept.more.items():
            gives, file, read = _split(more)
            rows[_key(self._kept.values[number]["gives"])] = gives
            rows[_file_key(self._kept.values[number]["file"])] = file
            learnt |= loads(read)
        rows[self._readings] = dumps(dict(sorted(learnt.items())))
        self._store.put_all(rows)

    def _known_readings(self) -> dict[str, list[str]]:
        try:
            known = loads(self._store.get(self._readings) or b"{}")
            return {word: list(map(str, syllables)) for word, syllables in known.items()}
        except (ValueError, TypeError, AttributeError):
            return {}

    def gift(self, position: int) -> Given:
        """What a document gives."""
        document = self.documents[position]
        more = self._kept.more.get(document.id)
        if more is None:
            found = self.earlier(self.heads[position].gives)
            if found is not None:
                return found
            _, more = self._analysed(document)  # gone from the cache
        return Given(*loads(_split(more)[0]))

    def __iter__(self) -> Iterator[Given]:
        """What the documents give, in their order."""
        for start in range(0, len(self.heads), _AT_ONCE):
            share = range(start, min(start + _AT_ONCE, len(self.heads)))
            elsewhere = [at for at in share if self.documents[at].id not in self._kept.more]
            rows = self._store.get_all(_key(self.heads[at].gives) for at in elsewhere)
            for at in share:
                gives = self.heads[at].gives
                yield _given(rows.get(_key(gives)), gives) or self.gift(at)

    def earlier(self, gives: str) -> Given | None:
        """What a document gave when its head had that digest; None if that is gone from the cache."""
        return _given(self._store.get(_key(gives)), gives)

    def file(self, position: int) -> bytes:
        """A document as a browser gets it."""
        document = self.documents[position]
        if document.id in self._kept.more:
            return _split(self._kept.more[document.id])[1]
        kept = self._store.get(_file_key(self.heads[position].file))
        if kept is not None and digest(kept) == self.heads[position].file:
            return kept
        with unwatched():  # Its head has the digest of it.
            return dumps(pack(entry_of(self._handbook, document)))

    @cached_property
    def _analyst(self) -> Analyst:
        know_readings(self._known_readings())
        return _analyst(self._handbook.settings.language, self._own)

    def _analysed(self, document: Document) -> tuple[dict[str, Any], bytes]:
        entry = entry_of(self._handbook, document)
        learnt_readings()
        given = self._analyst.given(entry)
        gives, file = dumps([given.tokens, given.forms, given.numbers]), dumps(pack(entry))
        lengths = [sum(row[1 + field] for row in given.tokens.values()) for field in range(len(FIELDS))]
        head = {
            "kind": str(entry.kind),
            "department": entry.department,
            "roles": entry.roles,
            "weight": _weight_of(entry),
            "lengths": [_rounded_length(length) for length in lengths],
            "gives": digest(gives),
            "file": digest(file),
        }
        return head, _BETWEEN.join((gives, file, dumps(learnt_readings())))


@once_a_handbook
def gifts_of(handbook: Handbook) -> Gifts:
    """What the documents of a handbook give; worked out on all cores where much is new."""
    return Gifts(handbook)


@lru_cache(maxsize=1)
def _analyst(language: str, own: OwnWords) -> Analyst:
    """What takes documents apart; made once for as long as the handbook's own words stay the same."""
    return Analyst(language, own)


def _split(more: bytes) -> tuple[bytes, bytes, bytes]:
    """What a document gives, the document as a browser gets it, and the readings that were looked up."""
    gives, file, read = more.split(_BETWEEN)
    return gives, file, read


def _key(gives: str) -> str:
    return f"gift {gives}"


def _file_key(file: str) -> str:
    return f"file {file}"


def _given(row: bytes | None, gives: str) -> Given | None:
    return Given(*loads(row)) if row and digest(row) == gives else None


def _head(value: Mapping[str, Any]) -> Head:
    return Head(**{**value, "roles": tuple(value["roles"]), "lengths": tuple(value["lengths"])})


def _weight_of(entry: Entry) -> float:
    figures = relevance()
    return float(figures["kinds"][entry.kind] * (figures["urgent"] if entry.urgent else 1))


def _rounded_length(length: float) -> float:
    """A length to about a fifth: a word more or less is to leave the strengths of all others alone."""
    return round(2 ** (round(math.log2(length) * _LENGTH_STEPS) / _LENGTH_STEPS), 2) if length else 0.0


def average_lengths(heads: Sequence[Head]) -> tuple[float, ...]:
    """The average length of each field, to two digits, and at least 1."""
    totals: dict[int, float] = defaultdict(float)
    for head in heads:
        for field, length in enumerate(head.lengths):
            totals[field] += length
    means = (totals[field] / max(1, len(heads)) for field in range(len(FIELDS)))
    return tuple(max(1.0, float(f"{mean:.1e}")) for mean in means)


def postings(position: int, head: Head, gift: Given, averages: Sequence[float]) -> Iterator[tuple[str, Posting]]:
    """Each token of a document with its posting.

    Strength is BM25F's (Robertson, Zaragoza, Taylor 2004: "Simple BM25 extension to multiple weighted
    fields") with the weights of ``relevance.json``, times that of the document's kind; how rare a token
    is comes in later, when all documents are known.
    """
    measures = list(_measures(head.lengths, averages))
    naming = [(at, value, norm) for at, (value, norm, is_name) in enumerate(measures, 1) if is_name]
    saying = [(at, value, norm) for at, (value, norm, is_name) in enumerate(measures, 1) if not is_name]
    scale = SCALE * head.weight
    for token, row in gift.tokens.items():
        named = said = 0.0
        for at, value, norm in naming:
            count = row[at]
            if count:
                named += value * count / (count + norm)
        for at, value, norm in saying:
            count = row[at]
            if count:
                said += value * count / (count + norm)
        yield token, (position, round(scale * named), round(scale * said), int(row[0]))
    for token, strength in gift.numbers.items():
        yield token, (position, strength, FROM_NUMBER, WORD | NAME)


def _measures(lengths: Iterable[float], averages: Iterable[float]) -> Iterator[tuple[float, float, bool]]:
    """For each field its weight, how soon more of a token is no more, and whether it names the document."""
    figures = relevance()
    for field, length, average in zip(FIELDS, lengths, averages, strict=True):
        share, k = figures["length"][field], figures["saturation"][field]
        yield figures["fields"][field] * (1 + k), k * (1 - share + share * length / average), field in NAMING

"""What all documents give, put together: for each token the documents that have it, and how strongly.

The vocabulary is kept in shards, by the key of each token, and each shard in the cache by its
content. After an edit only the shards of those tokens are put together anew that the edited document
has gained, lost or has otherwise. So that an edit leaves the others alone, what all strengths depend
on is rounded: average lengths to two digits, the length of a document to about a fifth (as Lucene
does), the number of shards to steps of a quarter.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sopbook.cache.kept import store_of
from sopbook.cache.tool import digest, tool_digest
from sopbook.compact_json import dumps, loads
from sopbook.link.handbook import Handbook
from sopbook.memo import once_a_handbook
from sopbook.search.analysis import INITIALS, NAME, NUMBER, PINYIN, Given
from sopbook.search.chinese import CHINESE
from sopbook.search.gifts import Head, Posting, average_lengths, gifts_of, postings
from sopbook.search.guesses import guessed_list, guesses, is_looked_like
from sopbook.search.keys import hash_of, key_of, shard_of
from sopbook.search.relevance import relevance

SHARD = 2_000
"""Bytes of a shard as a browser gets it, uncompressed, on average."""

INLINE = 12
"""Lists of postings no longer than this stay with their token."""

INLINE_TYPING = {PINYIN: 40, INITIALS: 300}
"""The same of what a word may be while its letters are typed: each key asks for others."""

LIST_BYTES = 6_000
"""About the bytes at which a file of long lists of postings is full."""

_POSTING_BYTES = 6
_STEP = 1.25
_FEW_CHANGES = 20
"""After changes in more than one document in so many, putting all together anew is as quick."""

_WIDTH = 4


class Word:
    """What is known of a token: its postings (flat), and how often it is spelt how."""

    __slots__ = ("forms", "postings")

    def __init__(self, postings: Iterable[int] = (), forms: Mapping[str, int] | None = None) -> None:
        self.postings = array("i", postings)
        self.forms = dict(forms or {})

    @property
    def flags(self) -> int:
        """What the token is in any document."""
        found = 0
        for flags in self.postings[3::_WIDTH]:
            found |= flags
        return found

    def rows(self) -> Iterator[tuple[int, ...]]:
        """Its postings one by one."""
        return zip(*[iter(self.postings)] * _WIDTH, strict=True)

    def replace(self, position: int, posting: Posting | None) -> None:
        """Put a document's posting in the place of what it had."""
        for start in range(0, len(self.postings), _WIDTH):
            if self.postings[start] >= position:
                end = start + _WIDTH if self.postings[start] == position else start
                self.postings[start:end] = array("i", posting or ())
                return
        self.postings.extend(posting or ())

    def count(self, forms: Mapping[str, int], sign: int) -> None:
        """Count spellings, or (with a negative ``sign``) count them off."""
        for form, number in forms.items():
            self.forms[form] = self.forms.get(form, 0) + sign * number
            if not self.forms[form]:
                del self.forms[form]


Shard = dict[str, Word]
"""Tokens, in order."""


@dataclass(frozen=True, slots=True)
class Described:
    """A shard from outside: the digest of its content, about the size of its file, and what it has of names.

    ``named`` and ``typed`` are its Chinese characters (in names, and all), ``lists`` the first token of
    each of its files of postings, ``starts`` the first two characters of the words of names, and how many documents
    have just these as a word, ``guessed`` the hashes of what a reading of a query may guess.
    """

    sha: str
    size: int
    named: str
    typed: str
    lists: tuple[str, ...]
    starts: tuple[tuple[str, int], ...]
    guessed: tuple[int, ...]


class Vocabulary:
    """All tokens of a handbook, in shards; ``gifts`` is what they were put together from."""

    def __init__(self, handbook: Handbook) -> None:
        self._store = store_of(handbook)
        self.handbook = handbook
        self.gifts = gifts_of(handbook)
        self.gifts.remember()
        self._averages = average_lengths(self.gifts.heads)
        numbers = (document.id for document in self.gifts.documents)
        self._key = f"vocabulary {digest(tool_digest(), self.gifts.name, repr(self._averages), *numbers)}"
        self._shards: dict[int, Shard] = {}
        self.shards: Sequence[Described] = self._changed() or self._anew()

    @property
    def size(self) -> int:
        """The number of documents."""
        return len(self.gifts.documents)

    def shard(self, number: int) -> Shard:
        """The tokens of a shard."""
        if number not in self._shards:
            shard = self._kept(self.shards[number].sha)
            if shard is None:
                # It is gone from the cache: all are put together again.
                self._shards = dict(enumerate(_split(self._put_together(), len(self.shards))))
            else:
                self._shards[number] = shard
        return self._shards[number]

    def __iter__(self) -> Iterator[Shard]:
        """All shards."""
        return map(self.shard, range(len(self.shards)))

    # ---------------------------------------------------------------------- all documents

    def _anew(self) -> Sequence[Described]:
        words = self._put_together()
        shards = _split(words, _count_for(sum(_size(token, word) for token, word in words.items())))
        self._shards = dict(enumerate(shards))
        rows = [_packed(shard) for shard in shards]
        described = [_described(shard, row) for shard, row in zip(shards, rows, strict=True)]
        self._remember(described, rows)
        return described

    def _put_together(self) -> Shard:
        words: Shard = {}
        for position, (head, gift) in enumerate(zip(self.gifts.heads, self.gifts, strict=True)):
            for token, posting in postings(position, head, gift, self._averages):
                word = words.get(token)
                if word is None:
                    word = words[token] = Word()
                word.postings.extend(posting)
            for token, forms in gift.forms.items():
                words[token].count(forms, 1)
        return {token: words[token] for token in sorted(words)}

    # ------------------------------------------------------------- after a change of some

    def _changed(self) -> Sequence[Described] | None:
        """The shards after some documents have changed; None if all have to be put together anew."""
        before = self._recalled()
        if before is None:
            return None
        heads, described = before
        changes = [at for at, head in enumerate(self.gifts.heads) if _decisive(head) != _decisive(heads[at])]
        if len(changes) > max(1, self.size // _FEW_CHANGES):
            return None
        shards: dict[int, Shard] = {}
        for position in changes:
            old = self.gifts.earlier(heads[position].gives)
            if old is None or not self._replace(shards, described, position, (heads[position], old)):
                return None
        fresh = {number: _in_order(shard) for number, shard in shards.items()}
        rows = {number: _packed(shard) for number, shard in fresh.items()}
        after = [
            _described(fresh[number], rows[number]) if number in fresh else one for number, one in enumerate(described)
        ]
        if _count_for(sum(one.size for one in after)) != len(after):
            return None
        self._shards = fresh
        if changes:
            self._remember(after, rows.values())
        return after

    def _replace(
        self, shards: dict[int, Shard], described: Sequence[Described], position: int, before: tuple[Head, Given]
    ) -> bool:
        """Put what a document gives in the place of what it gave; False if a shard is gone from the cache."""
        head, old = before
        new = self.gifts.gift(position)
        had = dict(postings(position, head, old, self._averages))
        has = dict(postings(position, self.gifts.heads[position], new, self._averages))
        for token in had.keys() | has.keys():
            if had.get(token) == has.get(token) and old.forms.get(token) == new.forms.get(token):
                continue
            number = shard_of(key_of(token), len(described))
            if number not in shards:
                kept = self._kept(described[number].sha)
                if kept is None:
                    return False
                shards[number] = kept
            word = shards[number].setdefault(token, Word())
            word.replace(position, has.get(token))
            word.count(old.forms.get(token, {}), -1)
            word.count(new.forms.get(token, {}), 1)
        return True

    # --------------------------------------------------------------------------- the cache

    def _kept(self, sha: str) -> Shard | None:
        row = self._store.get(f"shard {sha}")
        if row is None or digest(row) != sha:
            return None
        return {token: Word(flat, forms) for token, (flat, forms) in loads(row).items()}

    def _recalled(self) -> tuple[list[Head], list[Described]] | None:
        row = self._store.get(self._key)
        try:
            heads, described = loads(row or b"null")
            return [_head(one) for one in heads], [_described_as(one) for one in described]
        except (ValueError, TypeError, IndexError):
            return None

    def _remember(self, described: Sequence[Described], rows: Iterable[bytes]) -> None:
        heads = [(head.weight, head.lengths, head.gives) for head in self.gifts.heads]
        listed = [(one.sha, one.size, one.named, one.typed, one.lists, one.starts, one.guessed) for one in described]
        kept = {f"shard {digest(row)}": row for row in rows}
        self._store.put_all(kept | {self._key: dumps([heads, listed])})


@once_a_handbook
def vocabulary_of(handbook: Handbook) -> Vocabulary:
    """The vocabulary of a handbook."""
    return Vocabulary(handbook)


def _decisive(head: Head) -> tuple[Any, ...]:
    """What decides what a document's postings are."""
    return head.weight, head.lengths, head.gives


def _head(row: Sequence[Any]) -> Head:
    weight, lengths, gives = row
    return Head("", "", (), weight, tuple(lengths), gives, "")


def _described_as(row: Sequence[Any]) -> Described:
    sha, size, named, typed, lists, starts, guessed = row
    return Described(
        sha, size, named, typed, tuple(lists), tuple((start, count) for start, count in starts), tuple(guessed)
    )


def _packed(shard: Shard) -> bytes:
    return dumps({token: [word.postings.tolist(), dict(sorted(word.forms.items()))] for token, word in shard.items()})


def _in_order(shard: Shard) -> Shard:
    """A shard without words that no document has any more."""
    return {token: shard[token] for token in sorted(shard) if shard[token].postings}


def _split(words: Shard, count: int) -> list[Shard]:
    shards: list[Shard] = [{} for _ in range(count)]
    for token, word in words.items():
        shards[shard_of(key_of(token), count)][token] = word
    return shards


def _size(token: str, word: Word) -> int:
    """About how many bytes a token takes in a file."""
    count = _listed(token, word)
    spelt = sum(len(form.encode()) for form in word.forms)
    return len(token.encode()) + spelt + 16 + (4 if _is_long(token, count) else count * _POSTING_BYTES)


def _listed(token: str, word: Word) -> int:
    """How many postings of a token there are in a file."""
    return min(len(word.postings) // _WIDTH, postings_kept(token))


def _is_long(token: str, count: int) -> bool:
    """True if a token's postings are not with it: never those of beginnings, of which each key brings one."""
    return count > INLINE_TYPING.get(token[0], INLINE) and not _is_beginning(token)


def _is_beginning(token: str) -> bool:
    """True for a single character, letter or digit (also of document numbers), with which many words begin."""
    return len(token.removeprefix(NUMBER)) == 1


def long_lists(shard: Shard) -> list[list[str]]:
    """The tokens with long lists of postings, in files of about one size; neighbours stay together."""
    found: list[list[str]] = []
    size = LIST_BYTES
    for token, word in shard.items():
        count = _listed(token, word)
        if _is_long(token, count):
            if size >= LIST_BYTES:
                found.append([])
                size = 0
            found[-1].append(token)
            size += count * _POSTING_BYTES
    return found


def postings_kept(token: str) -> int:
    """Of how many documents that have a token the index says so at most: of those that have it most strongly."""
    return int(relevance()["beginnings_kept" if _is_beginning(token) else "postings_kept"])


def _count_for(size: int) -> int:
    """Into how many shards so many bytes go."""
    steps = round(math.log(max(1.0, size / SHARD), _STEP))
    return max(1, round(_STEP**steps))


def _described(shard: Shard, row: bytes) -> Described:
    named: set[str] = set()
    typed: set[str] = set()
    starts: dict[str, int] = {}
    guessed: set[str] = set()
    for token, word in shard.items():
        flags = word.flags
        guessed.update(guesses(token, flags))
        chars = CHINESE.findall(token)
        typed.update(*chars)
        if flags & NAME:
            named.update(*chars)
        if is_looked_like(token, flags):
            count = len(word.postings) // _WIDTH if len(token) == 2 else 0
            starts[token[:2]] = max(count, starts.get(token[:2], 0))
    lists = long_lists(shard)
    for token in chain.from_iterable(lists):
        guessed.update(guessed_list(token, shard[token].flags))
    size = sum(_size(token, word) for token, word in shard.items())
    return Described(
        digest(row),
        size,
        "".join(sorted(named)),
        "".join(sorted(typed)),
        tuple(tokens[0] for tokens in lists),
        tuple(sorted(starts.items())),
        tuple(sorted(map(hash_of, guessed))),
    )

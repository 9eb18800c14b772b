"""What a reading of a query may guess, and whether it is there, in a few bits each: a Bloom filter[^1].

A query is also read as what sounds, looks or is spelt like it, and nearly all such guesses are in no
document. Without this the browser would fetch a piece of the vocabulary to learn so of each. It also
guesses that what has just been typed has a long list of postings, and fetches it together with the
token. The filter never denies what is there; of what is not there it takes about one in fifty to be there.
``site/assets/search/lexicon.js`` reads it.

[^1]: Bloom: "Space/time trade-offs in hash coding with allowable errors", CACM 13 (7), 1970; the
places of a token by two hashes: Kirsch, Mitzenmacher: "Less hashing, same performance", ESA 2006.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sopbook.search.analysis import ALONE, INITIALS, NAME, NUMBER, PINYIN, WORD
from sopbook.search.chinese import CHINESE
from sopbook.search.keys import key_of

HAS_LIST = "!"
"""The mark before a token that has a long list."""

_LONGEST = 6
"""Characters of a word that may be meant by another that looks like it."""

_BITS = 8
_PLACES = 5
"""Best for so many bits a token: their number times the logarithm of two."""


def is_looked_like(token: str, flags: int) -> bool:
    """True for a Chinese word of names, which may be meant by another that looks like it."""
    return flags == WORD | NAME and 2 <= len(token) <= _LONGEST and CHINESE.fullmatch(token) is not None


def guesses(token: str, flags: int) -> Iterator[str]:
    """What a reading of a query may guess by which a token would be found: itself, or the key of its neighbours."""
    if token[0] == PINYIN:
        yield token
        yield key_of(token)
    elif is_looked_like(token, flags):
        yield token
    elif flags & WORD and not CHINESE.fullmatch(token) and token[0] not in (INITIALS, NUMBER, ALONE):
        yield key_of(token)


def guessed_list(token: str, flags: int) -> Iterator[str]:
    """What may be guessed of a token that has a long list: Chinese that is no word is seldom a reading.

    Letters may also be the beginning of what is meant.
    """
    if flags & WORD or not CHINESE.match(token):
        yield HAS_LIST + token
    if not CHINESE.match(token) and token[0] not in (NUMBER, ALONE):
        yield HAS_LIST + key_of(token)


def bloom_filter(hashes: Collection[int]) -> bytes:
    """The filter of what has these hashes (see ``hash_of``)."""
    size = max(1, len(hashes)) * _BITS
    found = bytearray(size // 8)
    for value in hashes:
        step = value >> 16 | 1
        for place in range(value, value + _PLACES * step, step):
            bit = place % size
            found[bit >> 3] |= 1 << (bit & 7)
    return bytes(found)

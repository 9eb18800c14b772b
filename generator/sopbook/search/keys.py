"""What tokens are kept together by. ``site/assets/search/lexicon.js`` is the same in the browser."""

from __future__ import annotations

import re

from sopbook.search.analysis import ALONE, INITIALS, NUMBER, PINYIN
from sopbook.search.chinese import CHINESE

_MARKS = PINYIN + INITIALS + NUMBER


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


def shard_of(key: str, count: int) -> int:
    """The shard, of ``count``, that has a key.

    What the same letters may mean (English, pinyin, initials, a number) is in one shard: whoever types
    them asks for all of it.
    """
    return hash_of(key.lstrip(_MARKS)) % count


def hash_of(text: str) -> int:
    """32 bits: FNV-1a (Fowler, Noll, Vo) over the characters of a text."""
    value = 0x811C9DC5
    for char in text:
        value = ((value ^ ord(char)) * 0x01000193) & 0xFFFFFFFF
    return value

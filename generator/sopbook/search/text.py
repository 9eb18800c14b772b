"""What a text becomes before it is indexed or looked up: one spelling, and runs of one script.

``site/assets/search/text.js`` is the same in the browser; ``tests/test_search_browser.py`` compares the two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]+|[0-9]+")
_SEPARATED = re.compile(r"[ \t\r\n\-_./·#:]*")
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
# Characters that stay as they are when accents are taken apart: most texts have no others.
_PLAIN = re.compile("[\u0000-\u007f\u2010-\u2027\u3000-\u303f\u3400-\u9fff]*")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_NASAL = re.compile(r"([aei])ng")


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters of one script. ``start`` counts from the beginning of the text.

    ``close`` is True if nothing but a space, hyphen or the like stands between it and the run before.
    """

    text: str
    start: int
    close: bool

    @property
    def is_chinese(self) -> bool:
        """True for Chinese characters."""
        return self.text[0] >= "\u3400"

    @property
    def is_number(self) -> bool:
        """True for digits."""
        return self.text[0].isdigit()


def normalise(text: str, simplified: Mapping[str, str]) -> str:
    """One spelling: half width (NFKC), lower case, no accents on letters, simplified characters.

    ``simplified`` maps traditional characters to simplified ones.
    """
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKC", text).lower()
    if not _PLAIN.fullmatch(letters):
        letters = _ACCENTS.sub("", unicodedata.normalize("NFD", letters))
    return "".join([simplified.get(char, char) for char in letters])


def runs(text: str) -> list[Run]:
    """The runs of a normalised text; punctuation and other scripts fall out."""
    found: list[Run] = []
    end = 0
    for match in _RUN.finditer(text):
        close = bool(found) and _SEPARATED.fullmatch(text, end, match.start()) is not None
        found.append(Run(match[0], match.start(), close))
        end = match.end()
    return found


def joined(text: str) -> str:
    """The runs of a normalised text without what stands between them, to compare names."""
    return "".join(run.text for run in runs(text))


def canonical_number(pieces: list[str]) -> str:
    """How document numbers are compared: letters and digits only, numbers without leading zeros."""
    return "".join(piece.lstrip("0") or "0" if piece.isdigit() else piece for piece in pieces)


def fold_pinyin(letters: str) -> str:
    """Pinyin as people mix it up: zh and z, ch and c, sh and s, and final n and ng are the same."""
    for long, short in _FOLDS:
        letters = letters.replace(long, short)
    return _NASAL.sub(r"\1n", letters).replace("v", "u")


def stem(word: str) -> str:
    """The stem of an English word (M. F. Porter, "An algorithm for suffix stripping", 1980)."""
    return _stem(word) if len(word) > 2 else word


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    # Many handbooks have no English words, and few builds meet new ones.
    import snowballstemmer

    return snowballstemmer.stemmer("porter")

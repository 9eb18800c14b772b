"""Which lines belong to a page and not to a document: page numbers, buttons, advertising, lists of other files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from sopbook.importing.words import pattern

MAX_NAME = 100
"""Characters of a line that may be a title of another file."""

_REPEATS = 3


def dropped(texts: Sequence[str]) -> frozenset[int]:
    """The indices of the lines (or paragraphs) that are page furniture."""
    found = {index for index, text in enumerate(texts) if pattern("furniture", "line").fullmatch(text.strip())}
    found |= _tail(texts)
    return frozenset(found | _repeated(texts))


def _tail(texts: Sequence[str]) -> set[int]:
    """From a heading such as “Related documents” on, as long as nothing but names and furniture follows."""
    for start, text in enumerate(texts):
        if start and pattern("furniture", "tail").fullmatch(text.strip()):
            rest = [line.strip() for line in texts[start + 1 :]]
            if all(_is_name(line) for line in rest):
                return set(range(start, len(texts)))
            end = start + 1
            while end < len(texts) and _is_listed(texts[end].strip()):
                end += 1
            return set(range(start, end))
    return set()


def _is_listed(line: str) -> bool:
    return any(pattern("furniture", key).fullmatch(line) for key in ("listed", "tail", "line"))


def _is_name(line: str) -> bool:
    return _is_listed(line) or (len(line) <= MAX_NAME and bool(re.match(r"[-•·*]\s", line)))


def _repeated(texts: Sequence[str]) -> set[int]:
    """Lines that differ only in a page number and stand between pages again and again: running titles.

    They must come back at least three times, far apart, and hold a number that grows.
    """
    shapes: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        stripped = text.strip()
        if 4 < len(stripped) <= 60 and re.search(r"\d\s*(?:页)?$|^\d|[Pp]age|第.*页", stripped):
            shapes.setdefault(re.sub(r"\d+", "#", stripped), []).append(index)
    found: set[int] = set()
    for shape, indices in shapes.items():
        numbers = [re.findall(r"\d+", texts[index]) for index in indices]
        alike = Counter(shape)["#"] == 1 and len(indices) >= _REPEATS
        apart = alike and all(b - a > 4 for a, b in pairwise(indices))
        if apart and all(int(b[0]) > int(a[0]) for a, b in pairwise(numbers)):
            found |= set(indices)
    return found

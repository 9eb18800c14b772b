"""Automatic numbering as Word computes it (ECMA-376 part 1, 17.9).

Lists that share an abstract definition share their counters, unless an override restarts one; a level restarts
after a higher one, unless it says otherwise.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sopbook.importing import numerals
from sopbook.importing.readers.docx.package import child, is_on, local, number, value
from sopbook.importing.readers.docx.styles import Styles
from sopbook.importing.tree import Marker

LEVELS = 9
_NO_NUMBER = ("bullet", "none")


def _pick(characters: str) -> Callable[[int], str]:
    return lambda n: characters[(n - 1) % len(characters)] if n > 0 else str(n)


def _offset(first: int, count: int) -> Callable[[int], str]:
    return lambda n: chr(first + n - 1) if 0 < n <= count else str(n)


FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda n: f"{n:02d}",
    "lowerLetter": numerals.to_letter,
    "upperLetter": lambda n: numerals.to_letter(n).upper(),
    "lowerRoman": lambda n: numerals.to_roman(n).lower(),
    "upperRoman": numerals.to_roman,
    "chineseCounting": numerals.to_chinese,
    "chineseCountingThousand": numerals.to_chinese,
    "japaneseCounting": numerals.to_chinese,
    "taiwaneseCounting": numerals.to_chinese,
    "taiwaneseCountingThousand": numerals.to_chinese,
    "ideographDigital": lambda n: "".join("〇一二三四五六七八九"[int(digit)] for digit in str(n)),
    "japaneseDigitalTenThousand": lambda n: "".join("〇一二三四五六七八九"[int(digit)] for digit in str(n)),
    "chineseLegalSimplified": lambda n: numerals.to_chinese(n, legal=True),
    "ideographLegalTraditional": lambda n: numerals.to_chinese(n, legal=True),
    "ideographTraditional": _pick(numerals.STEMS),
    "ideographZodiac": _pick(numerals.BRANCHES),
    "decimalEnclosedCircle": _offset(0x2460, 20),
    "decimalEnclosedCircleChinese": _offset(0x2460, 20),
    "decimalEnclosedParen": _offset(0x2474, 20),
    "decimalEnclosedFullstop": _offset(0x2488, 20),
    "decimalFullWidth": lambda n: str(n).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "decimalFullWidth2": lambda n: str(n).translate({48 + i: 0xFF10 + i for i in range(10)}),
}
"""How a number looks in each format that does not write plain digits."""


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    text: str
    restart: int | None
    legal: bool
    style: str
    indent: float | None


class Numbering:
    """Counts the numbered paragraphs of one document, which must come in their order."""

    def __init__(self, root: ET.Element | None, styles: Styles) -> None:
        elements = list(root) if root is not None else []
        self._abstract = {number(e, "abstractNumId"): e for e in elements if local(e) == "abstractNum"}
        self._lists = {number(e, "numId"): e for e in elements if local(e) == "num"}
        self._styles = styles
        self._levels: dict[tuple[int, int], _Level | None] = {}
        self._counters: dict[int, list[int | None]] = {}
        self._begun: set[tuple[int, int]] = set()

    def marker(self, style: str, own: ET.Element | None) -> tuple[Marker, float | None] | None:
        """The marker of the next paragraph and its indent in points; None if it has none.

        ``own`` is the paragraph's own ``w:numPr``, which goes before that of its style.
        """
        list_, level = self._styles.numbering(style)
        own_list, own_level = number(child(own, "numId")), number(child(own, "ilvl"))
        if own_list is not None:
            list_, level = own_list, own_level or 0
        elif own_level is not None:
            level = own_level
        if not list_ or list_ not in self._lists:
            return None
        if level is None:
            level = self._level_of_style(list_, style)
        if not 0 <= level < LEVELS:
            return None
        return self._count(list_, level)

    def _count(self, list_: int, level: int) -> tuple[Marker, float | None] | None:
        definition = self._level(list_, level)
        abstract = self._abstract_of(list_)
        if definition is None or abstract is None:
            return None
        counters = self._counters.setdefault(abstract, [None] * LEVELS)
        override = self._start_override(list_, level)
        if override is not None and (list_, level) not in self._begun:
            counters[level] = override
        else:
            current = counters[level]
            counters[level] = definition.start if current is None else current + 1
        self._begun.add((list_, level))
        self._restart_below(list_, counters, level)
        label = self._label(list_, counters, level, definition)
        if definition.format == "none" and not label.strip():
            return None
        bullet = definition.format in _NO_NUMBER
        family = f"auto:{abstract}:{level}"
        ordinals = () if bullet else tuple(n for n in counters[: level + 1] if n is not None)
        return Marker(label, family, ordinals, level, automatic=True), definition.indent

    def _restart_below(self, list_: int, counters: list[int | None], level: int) -> None:
        for below in range(level + 1, LEVELS):
            definition = self._level(list_, below)
            # ``lvlRestart`` 0 means never; n means only after level n (counted from 1) or a higher one.
            restart = definition.restart if definition else None
            if restart is None or (restart and level < restart):
                counters[below] = None

    def _label(self, list_: int, counters: list[int | None], level: int, definition: _Level) -> str:
        if definition.format == "bullet":
            return "•"

        def written(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            other = self._level(list_, index)
            n = counters[index] if counters[index] is not None else (other.start if other else 1)
            plain = definition.legal or other is None
            return str(n) if plain or other is None else FORMATS.get(other.format, str)(n or 0)

        return re.sub(r"%([1-9])", written, definition.text)

    def _abstract_of(self, list_: int) -> int | None:
        found = number(child(self._lists.get(list_), "abstractNumId"))
        linked = value(child(self._abstract.get(found), "numStyleLink"))
        if linked:
            for key, element in self._abstract.items():
                if value(child(element, "styleLink")) == linked:
                    return key
        return found

    def _override(self, list_: int, level: int) -> ET.Element | None:
        overrides = [e for e in self._lists[list_] if local(e) == "lvlOverride" and number(e, "ilvl") == level]
        return overrides[0] if overrides else None

    def _start_override(self, list_: int, level: int) -> int | None:
        return number(child(self._override(list_, level), "startOverride"))

    def _level(self, list_: int, level: int) -> _Level | None:
        if (list_, level) not in self._levels:
            self._levels[list_, level] = self._read_level(list_, level)
        return self._levels[list_, level]

    def _read_level(self, list_: int, level: int) -> _Level | None:
        element = child(self._override(list_, level), "lvl")
        if element is None:
            abstract = self._abstract.get(self._abstract_of(list_))
            found = [e for e in (abstract if abstract is not None else ()) if local(e) == "lvl"]
            element = next((e for e in found if number(e, "ilvl") == level), None)
        if element is None:
            return None
        start = number(child(element, "start"))
        left = number(child(element, "pPr", "ind"), "left")
        return _Level(
            start=1 if start is None else start,
            format=value(child(element, "numFmt")) or "decimal",
            text=value(child(element, "lvlText")) or "",
            restart=number(child(element, "lvlRestart")),
            legal=bool(is_on(child(element, "isLgl"))),
            style=value(child(element, "pStyle")) or "",
            indent=left / 20 if left is not None else None,
        )

    def _level_of_style(self, list_: int, style: str) -> int:
        """A style in a list says its level by being named in it."""
        named = (i for i in range(LEVELS) if (level := self._level(list_, i)) and level.style == style)
        return next(named, 0)

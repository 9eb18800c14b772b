"""The words of each language, from one file a language beside this module.

The source format accepts the words of every language at once; what readers see is in the
handbook's language. To add a language, add its file: nothing else names the languages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sopbook.values import Duration, Frequency, Interval, TimeUnit


@dataclass(frozen=True)
class Text:
    """A sentence in every language of the tool, with ``{placeholders}``."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in ``language``; English where the language has none."""
        found: str = getattr(self, language, self.en)
        return found

    def filled(self, **values: object) -> Text:
        """The sentence with its placeholders filled; a value that is a Text goes into each language by itself."""
        zh = {key: value.zh if isinstance(value, Text) else value for key, value in values.items()}
        en = {key: value.en if isinstance(value, Text) else value for key, value in values.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))


class Locale:
    """One language's words. Tables are those of the locale file."""

    def __init__(self, language: str, tables: Mapping[str, Any]) -> None:
        self.language = language
        self._tables = tables

    @property
    def tag(self) -> str:
        """The BCP 47 language tag, e.g. ``zh-CN``."""
        return str(self._tables["tag"])

    def words(self, table: str) -> Mapping[str, list[str]]:
        """Canonical key to the accepted spellings of one table."""
        found: Mapping[str, list[str]] = self._tables[table]
        return found

    def word(self, table: str, key: str) -> str:
        """The preferred spelling of ``key``."""
        return self.words(table)[key][0]

    def format(self, key: str, **values: object) -> str:
        """One of the ``formats``, filled in."""
        pattern: str = self._tables["formats"][key]
        return pattern.format_map(values)

    def search_words(self, table: str) -> Mapping[str, list[str]]:
        """Words that a search treats in a special way: ``words`` (stop, how_long), ``kinds``."""
        found: Mapping[str, list[str]] = self._tables["search"][table]
        return found

    def search_groups(self) -> list[tuple[str, ...]]:
        """Everyday words that mean the same, in any trade."""
        return [tuple(group) for group in self._tables["search"]["same"]]

    def expected(self, key: str) -> str:
        """What a value of that type looks like, for a message."""
        return str(self._tables["expected"][key])

    def duration(self, value: Duration) -> str:
        """A time limit as readers say it: ``10 分钟``, ``3 working days``."""
        words = self.words("time_units")[value.unit]
        if value.unit in (TimeUnit.NOW, TimeUnit.SAME_DAY):
            return words[0]
        # A language with a plural lists it second; one without has the same word for any amount.
        plural = bool(self._tables["plural"]) and value.amount != 1
        return self.format("duration", amount=value.amount, unit=words[1] if plural else words[0])

    def frequency(self, value: Frequency) -> str:
        """A frequency as readers say it: ``每日``, ``2 times daily``."""
        period = self.word("periods", value.period)
        return period if value.times == 1 else self.format("times", period=period, times=value.times)

    def interval(self, value: Interval) -> str:
        """A review interval as readers say it."""
        if value.months % 12 == 0 and value.months > 12:
            return self.format("interval_years", n=value.months // 12)
        return self.format("interval_months", n=value.months)


@cache
def languages() -> tuple[str, ...]:
    """The languages there are, e.g. ``("en", "zh")``."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def locale(language: str) -> Locale:
    """The words of ``language``.

    Raises KeyError if there is no such language.
    """
    if language not in languages():
        raise KeyError(language)
    return Locale(language, tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text("utf-8")))


def fold(word: str) -> str:
    """How spellings are compared: without case, and with ``-``, ``_`` and spaces alike."""
    return " ".join(word.strip().casefold().replace("_", " ").replace("-", " ").split())


@cache
def spellings(table: str) -> Mapping[str, str]:
    """Every accepted spelling of a table in every language (folded) to its canonical key."""
    found: dict[str, str] = {}
    for language in languages():
        for key, words in locale(language).words(table).items():
            for word in (key, *words):
                found.setdefault(fold(word), key)
    return found


def canonical(table: str, word: str) -> str | None:
    """The canonical key of a spelling, or None."""
    return spellings(table).get(fold(word))

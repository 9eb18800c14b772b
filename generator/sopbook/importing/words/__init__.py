"""The words by which existing documents are recognised, from one file a language beside this module.

All languages are looked for at once. Patterns are regular expressions, matched without case.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def tables() -> tuple[Mapping[str, Any], ...]:
    """The tables of every language, in the order of the languages' names."""
    found = sorted((e for e in files(__name__).iterdir() if e.name.endswith(".toml")), key=lambda entry: entry.name)
    return tuple(tomllib.loads(entry.read_text("utf-8")) for entry in found)


@cache
def words(table: str) -> Mapping[str, tuple[str, ...]]:
    """For each key of a table, the patterns of all languages."""
    found: dict[str, tuple[str, ...]] = {}
    for language in tables():
        for key, entries in language.get(table, {}).items():
            found[key] = (*found.get(key, ()), *(entries if isinstance(entries, list) else [entries]))
    return found


@cache
def pattern(table: str, key: str) -> re.Pattern[str]:
    """One pattern for all that a key of a table says."""
    return re.compile("|".join(f"(?:{entry})" for entry in words(table).get(key, ("(?!)",))), re.IGNORECASE)


def key_of(table: str, text: str) -> str | None:
    """The first key of a table one of whose patterns is the whole of a text, or None."""
    return next((key for key in words(table) if pattern(table, key).fullmatch(text)), None)


def key_in(table: str, text: str) -> str | None:
    """The first key of a table one of whose patterns is found in a text, or None."""
    return next((key for key in words(table) if pattern(table, key).search(text)), None)

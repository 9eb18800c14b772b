"""Collecting findings while a file is read: reading never stops at the first mistake."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sopbook.places import Finding, Place


class Collector:
    """Gathers what the readers of one file find."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def add(self, code: str, place: Place, text: str = "", *, close: Iterable[str] = (), **args: str | int) -> None:
        """Note a finding; ``args`` fill the rule's message."""
        self.findings.append(Finding(code, place, text, args, tuple(close)))


def near(word: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The known words most like ``word``, best first (Ratcliff/Obershelp similarity, at least 0.6)."""
    # A long word costs quadratic time and is no misspelling of anything.
    if len(word) > 80:
        return ()
    by_folded = {item.casefold(): item for item in known}
    found = difflib.get_close_matches(word.casefold(), list(by_folded), n=limit, cutoff=0.6)
    return tuple(by_folded[item] for item in found)

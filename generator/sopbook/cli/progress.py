"""A progress bar on a terminal, and nothing elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_WIDTH = 30
_SECONDS_BETWEEN = 0.1


class Progress:
    """Shows on standard error how much of ``total`` is done. Use it in a ``with``."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._shown = 0.0
        self._live = sys.stderr.isatty() and total > 1

    def __enter__(self) -> Progress:
        self.at(0)
        return self

    def at(self, done: int) -> None:
        """Say how much is done."""
        now = time.monotonic()
        if not self._live or (now - self._shown < _SECONDS_BETWEEN and done < self._total):
            return
        self._shown = now
        filled = _WIDTH * done // max(self._total, 1)
        bar = "█" * filled + "░" * (_WIDTH - filled)
        print(f"\r{self._title} {bar} {done}/{self._total}", end="", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            print(file=sys.stderr)

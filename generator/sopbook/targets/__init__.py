"""The last phase: a target turns the handbook into files.

Each module or package here that has a ``TARGET`` is a target; targets know the handbook, never
each other and never the source text. A target has the name of its module.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sopbook.cache.store import Store
    from sopbook.link.handbook import Handbook
    from sopbook.locales import Text


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a target works: the handbook's folder, the folder it may write to, and the cache if there is one.

    ``ready`` waits for what another process may still be doing in ``out``.
    """

    root: Path
    out: Path
    store: Store | None = None
    ready: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a target did: files written, files that were fresh already, files removed."""

    written: int
    fresh: int
    removed: int

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.written + other.written, self.fresh + other.fresh, self.removed + other.removed)


class TargetFailed(Exception):
    """A target could not do its work; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of output. ``build`` raises TargetFailed if it cannot do its work.

    ``load`` loads modules and tables that ``build`` will need, at a moment when that costs no time: while
    other processes read. ``begin`` gives work for another process that leaves in the cache what ``build``
    will look for, or None.
    """

    name: str
    summary: Text
    build: Callable[[Handbook, Workplace], Outcome]
    load: Callable[[Workplace], object] = lambda place: None
    begin: Callable[[Handbook, Workplace], Callable[[], object] | None] = lambda handbook, place: None


@cache
def all_targets() -> tuple[Target, ...]:
    """Every target, by name."""
    return tuple(target_named(name) for name in sorted(module.name for module in pkgutil.iter_modules(__path__)))


def target_named(name: str) -> Target:
    """The target of a module here; others, and what they need, are not loaded. Raises ImportError if there is none."""
    target: Target = importlib.import_module(f"{__name__}.{name}").TARGET
    return target

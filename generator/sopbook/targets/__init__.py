"""The last phase: a target turns the handbook into files.

Each module or package here that has a ``TARGET`` is a target; targets know the handbook, never
each other and never the source text. A target has the name of its module.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sopbook.cache.store import Store
    from sopbook.link.handbook import Handbook
    from sopbook.locales import Text


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a target works: the handbook's folder, the folder it may write to, and the cache if there is one.

    ``ready`` waits for what other processes may still be doing in ``out``; it gives what has come of each
    target's ``begin``, by the name of the target.
    """

    root: Path
    out: Path
    store: Store | None = None
    ready: Callable[[], Mapping[str, Any]] = dict


class State(Protocol):
    """A file in the file system."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    @property
    def modified(self) -> int:
        """Its time of change in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a target did: files written, files that were fresh already, files removed.

    ``states`` are those of all files that are now in a folder of its, by their paths there.
    """

    written: int
    fresh: int
    removed: int
    states: Mapping[Path, Mapping[str, State]] = field(default_factory=dict, compare=False)

    def __add__(self, other: Outcome) -> Outcome:
        counts = (self.written + other.written, self.fresh + other.fresh, self.removed + other.removed)
        return Outcome(*counts, {**self.states, **other.states})


class TargetFailed(Exception):
    """A target could not do its work; the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of output. ``build`` raises TargetFailed if it cannot do its work.

    ``load`` loads modules and tables that ``build`` will need, at a moment when that costs no time: while
    other processes read. ``begin`` gives work for another process that ``build`` has the use
    of, by ``Workplace.ready`` or out of the cache, or None.
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

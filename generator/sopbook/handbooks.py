"""The compiler as a library: load a handbook, check it, build it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sopbook.cache.readings import CachedReader
from sopbook.cache.versions import versions_of
from sopbook.link import link
from sopbook.link.handbook import Handbook
from sopbook.output import locked
from sopbook.parallel import ahead
from sopbook.read.tree import read_sources
from sopbook.targets import Outcome, Target, Workplace, all_targets


def load(root: Path, reader: CachedReader | None = None) -> Handbook:
    """Read and link the handbook in a folder; with a ``reader``, only what it has not read before.

    Mistakes in the sources become findings of the handbook; HandbookNotFound is raised if the
    folder holds no handbook at all.
    """
    if reader is None:
        return link(read_sources(root))
    sources = read_sources(root, reader)
    handbook = link(sources)
    versions = versions_of(sources, handbook, reader.store)
    return versions.counted if versions else handbook


def build(handbook: Handbook, place: Workplace, targets: Iterable[Target] | None = None) -> dict[str, Outcome]:
    """Build targets (all of them unless named) into a folder; returns what each did.

    Two builds into one folder wait for each other. Raises TargetFailed at the first target that
    cannot do its work.
    """
    with locked(place.out):
        return {target.name: target.build(handbook, place) for target in targets or all_targets()}


@contextmanager
def begun(handbook: Handbook, place: Workplace, targets: Iterable[Target]) -> Iterator[Workplace]:
    """Let another process begin what targets can have done ahead; what builds waits by ``Workplace.ready``."""
    works = {target.name: work for target in targets if (work := target.begin(handbook, place))}

    def begin() -> dict[str, Any]:
        return {name: work() for name, work in works.items()}

    with ahead(begin if works else None) as wait:
        yield replace(place, ready=lambda: {**place.ready(), **(wait() or {})})

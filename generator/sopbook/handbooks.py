"""The compiler as a library: load a handbook, check it, build it."""

from __future__ import annotations

from pathlib import Path

from sopbook.link import link
from sopbook.link.handbook import Handbook
from sopbook.read.tree import read_sources


def load(root: Path) -> Handbook:
    """Read and link the handbook in a folder.

    Mistakes in the sources become findings of the handbook; HandbookNotFound is raised if the
    folder holds no handbook at all.
    """
    return link(read_sources(root))

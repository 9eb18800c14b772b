"""Questions that nobody writes, because the structure gives them.

Each module here that has a function ``make`` makes one kind of question about a document; a new
file needs no registration. A maker yields candidates; those with a flaw (``quality``) are dropped here, so that
no maker has to look for give-aways itself. A maker makes nothing where the text supports nothing:
too few distractors that are certainly wrong is reason enough.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from sopbook.link.handbook import Handbook
from sopbook.model import Document, Status
from sopbook.questions.derived.drafting import Desk
from sopbook.questions.entry import Entry
from sopbook.questions.quality import flaws
from sopbook.questions.wording import Wording

Maker = Callable[[Desk, Document], Iterator[Entry]]


@cache
def makers() -> tuple[tuple[str, Maker], ...]:
    """Every maker by the name of its module."""
    modules = ((m.name, importlib.import_module(f"{__name__}.{m.name}")) for m in pkgutil.iter_modules(__path__))
    return tuple((name, module.make) for name, module in sorted(modules) if hasattr(module, "make"))


def derived(handbook: Handbook) -> tuple[Entry, ...]:
    """All derived questions, by document."""
    return tuple(entry for document in handbook.documents for entry in derived_from(handbook, document))


def derived_from(handbook: Handbook, document: Document) -> tuple[Entry, ...]:
    """The questions that a document gives, in the order of its steps and of their names."""
    if document.control.status is Status.WITHDRAWN:
        return ()
    desk = Desk(handbook, Wording.of(handbook))
    found = [
        entry
        for _, make in makers()
        for entry in make(desk, document)
        if not flaws(entry.question, document, desk.wording)
    ]
    return tuple(sorted(found, key=lambda entry: (entry.question.place, entry.question.anchor)))

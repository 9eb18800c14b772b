"""A question together with the document it comes from and what it tests."""

from __future__ import annotations

from dataclasses import dataclass

from sopbook.link.handbook import Target
from sopbook.model import Document, Question


@dataclass(frozen=True, slots=True)
class Entry:
    """A question, the document it comes from, and the parts of documents that it tests.

    ``derived`` is True for a question that nobody wrote: the structure gave it.
    """

    document: Document
    question: Question
    targets: tuple[Target, ...]
    derived: bool = False

    @property
    def id(self) -> str:
        """A name that stays the same as long as the question does: ``KF-TK-06#respond``."""
        return f"{self.document.id}#{self.question.anchor}"

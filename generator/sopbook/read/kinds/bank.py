"""Reading a question bank."""

from __future__ import annotations

from typing import Any

from sopbook.model import Bank
from sopbook.read.context import Context
from sopbook.read.frontmatter import BankMatter
from sopbook.read.kinds.common import name_in
from sopbook.read.outline import Outline
from sopbook.read.questions import read_questions


def read_bank(matter: BankMatter, common: dict[str, Any], outline: Outline, context: Context) -> Bank:
    """The bank that an outline describes."""
    questions = read_questions(outline.take_lists("questions"), context, matter.tests or "")
    if not questions:
        context.collector.add("SOP209", outline.place("questions") or common["place"], section="questions")
    tests = name_in(common, context, "tests", matter.tests) if matter.tests else None
    return Bank(**common, sections=outline.finish(), tests=tests, questions=questions)

"""Terms that contradict each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sopbook.check import Example, Rule
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Term
from sopbook.places import Finding, Severity


def glossary_clash(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """A word that two terms claim."""
    owner: dict[str, Term] = {}
    for term in handbook.terms():
        for word in dict.fromkeys((term.name, *term.synonyms)):
            first = owner.setdefault(word.casefold(), term)
            if first is not term:
                yield Finding("SOP801", term.place, word, {"term": term.name, "other": first.name})


RULES = (
    Rule(
        code="SOP801",
        name="glossary-clash",
        severity=Severity.ERROR,
        title=Text("术语冲突", "glossary clash"),
        message=Text(
            "“{text}”同时属于术语“{other}”和“{term}”", '"{text}" belongs to the terms "{other}" and "{term}" at once'
        ),
        remedy=Text("一个词只归入一个术语。", "Let each word belong to one term."),
        why=Text(
            "搜索按同义词找文件；一个词有两个意思，就会找错。",
            "The search goes by synonyms; a word with two meanings finds the wrong thing.",
        ),
        example=Example(
            file="sop/office/OF-CK-01.md",
            good=Text("| 快件 | 快递、包裹 |", "| parcel | package, delivery |"),
            bad=Text(
                "| 信件 | 包裹 | 平信。 |\n| 快件 | 快递、包裹 |",
                "| letter | package | Mail. |\n| parcel | package, delivery |",
            ),
        ),
        check=glossary_clash,
    ),
)

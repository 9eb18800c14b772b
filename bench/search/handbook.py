"""A large handbook to measure with: sentences of a real one, with other words put in, in new documents.

    .venv/bin/python bench/search/handbook.py FOLDER [--documents 10000] [-C HANDBOOK]

Words come from jieba's dictionary, the common ones more often (Zipf's law), so that the vocabulary grows with the
handbook as a real one does. The same arguments give the same files.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
from pathlib import Path

import jieba
from common import REPOSITORY

from sopbook.handbooks import load
from sopbook.search.entries import entries

DEPARTMENTS = 20
KINDS = (("CX", "procedure"), ("BD", "form"), ("JC", "checklist"))
HEAD = """---
id: {number}
kind: {kind}
title: {title}
version: A/0
effective: 2026-01-01
review: 12 months
owner: 经理
approver: 总经理
keywords: [{keywords}]
{more}---
"""
FOOT = """
## 修订
| 版本 | 日期 | 内容 | 批准 |
| --- | --- | --- | --- |
| A/0 | 2026-01-01 | 首次发布 | 总经理 |
"""


class Writer:
    """Makes documents out of sentences and words."""

    def __init__(self, handbook: Path) -> None:
        self._chance = random.Random(20260101)
        found = entries(load(handbook))
        texts = (part.text for entry in found for part in entry.parts)
        self._sentences = sorted({s for text in texts for s in re.findall(r"[^\n\u3002]{8,60}\u3002", text)})
        self._titles = sorted({part.title for entry in found for part in entry.parts if 2 < len(part.title) < 12})
        jieba.initialize()
        common = ((count, word) for word, count in jieba.dt.FREQ.items() if re.fullmatch(r"[\u4e00-\u9fff]{2,4}", word))
        self._words = [word for _, word in sorted(common, reverse=True)[:30_000]]
        self._weights = list(itertools.accumulate(1 / (rank + 50) for rank in range(len(self._words))))

    def words(self, count: int) -> list[str]:
        """Words of the language."""
        return self._chance.choices(self._words, cum_weights=self._weights, k=count)

    def sentence(self) -> str:
        """A sentence of the handbook with two words put in."""
        text = self._chance.choice(self._sentences)
        at = self._chance.randrange(len(text))
        first, second = self.words(2)
        return re.sub(r"[{}\[\]#|<>`*_]", "", f"{text[:at]}{first}{text[at:-1]}{second}\u3002")

    def title(self) -> str:
        """A title of two words and a heading of the handbook."""
        return re.sub(r"[^\w]", "", "".join(self.words(2)) + self._chance.choice(self._titles))

    def document(self, number: str, kind: str) -> str:
        """A document: about 1.5 KB of text."""
        title, keywords = self.title(), ", ".join(self.words(3))
        more = "retention: 3年\n" if kind == "form" else ""
        parts = [HEAD.format(number=number, kind=kind, title=title, keywords=keywords, more=more)]
        parts.append(f"\n## 目的\n{self.sentence()}\n")
        rows = range(6)
        match kind:
            case "procedure":
                steps = (
                    f"1. **{self.title()}** {{#s{n} responsible=经理 within=30m}}\n   {self.sentence()}{self.sentence()}"
                    for n in rows
                )
                parts.append("\n## 程序\n" + "\n".join(steps) + "\n")
            case "form":
                parts.append(
                    "\n## 字段\n" + "\n".join(f"- **{self.title()}** {{#f{n}}} {self.sentence()}" for n in rows) + "\n"
                )
            case _:
                parts.append(
                    "\n## 检查项目\n"
                    + "\n".join(f"- [ ] **{self.title()}** {{#i{n}}} {self.sentence()}" for n in rows)
                    + "\n"
                )
        return "".join((*parts, FOOT))


def write(folder: Path, count: int, handbook: Path) -> None:
    """Write a handbook of ``count`` documents."""
    writer = Writer(handbook)
    names = [f"d{number:02d}" for number in range(DEPARTMENTS)]
    (folder / "sop").mkdir(parents=True, exist_ok=True)
    departments = "\n".join(f"  {name}: 第{number}部" for number, name in enumerate(names, 1))
    settings = f"organisation: 示例\ntitle: 大手册\nlanguage: zh\ndepartments:\n{departments}\n"
    (folder / "sop/handbook.yml").write_text(settings, "utf-8")
    for number in range(count):
        name = names[number % DEPARTMENTS]
        code, kind = KINDS[number // DEPARTMENTS % len(KINDS)]
        identity = f"{name.upper()}-{code}-{number // DEPARTMENTS // len(KINDS) + 1:03d}"
        path = folder / "sop" / name / f"{identity}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(writer.document(identity, kind), "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("-C", dest="handbook", type=Path, default=REPOSITORY)
    given = parser.parse_args()
    write(given.folder, given.documents, given.handbook)

"""Any text at all: nothing is lost, nothing breaks, and what comes out reads without errors."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopbook.check import rule_with
from sopbook.handbooks import load
from sopbook.importing import Importer, Wishes
from sopbook.importing.coverage import letters
from sopbook.importing.furniture import dropped
from sopbook.link.handbook import Handbook
from sopbook.model import Kind
from sopbook.places import Severity
from sopbook.read.document import read_document
from sopbook.scaffold import init
from sopbook.untrusted import Refused
from test_import_corpus import made_of

TODAY = dt.date(2026, 6, 1)
MARKERS = [
    "", "", "", "第一章 ", "第二条 ", "一、", "二、", "（一）", "1.0 ", "1.1 ", "1.2.1 ", "2.0 ", "1. ", "2、", "①",
    "a) ", "b) ", "- ", "• ", "    ", "# ", "## ", "第三章 ", "Step 2: ", "iv. ", "3 ",
]  # fmt: skip
WORDS = [
    "值班", "负责登记", "目的", "工作程序", "由收发员办理", "在10分钟内", "：", "。", "；", "，", "______",
    "年  月  日", "□是 □否", "电话：", "签字", "《快件登记表》", "见3.2条", "**粗**", "[x]", "{#a b=c}", "|", "<b>",
    "\t", "purpose", "The clerk shall", "within 3 days", " 2.0 ", "第 3 页 共 9 页", "`", "&amp;", "[[A-1]]", "{{b}}",
    "---", "编号：A-1", "版本：B/2",
]  # fmt: skip
LINES = st.builds(
    lambda marker, words: marker + "".join(words),
    st.sampled_from(MARKERS),
    st.lists(st.sampled_from(WORDS), max_size=8),
)
TEXTS = st.lists(LINES, min_size=1, max_size=14).map("\n".join)


@cache
def _handbook() -> tuple[Path, Handbook]:
    root = Path(mkdtemp(prefix="sopbook-fuzz-")) / "handbook"
    init(root, "zh", TODAY)
    return root, load(root)


def _made(name: str, text: str, kind: Kind | None) -> tuple[str, str] | None:
    root, handbook = _handbook()
    path = root.parent / name
    path.write_text(text, "utf-8")
    try:
        plan = Importer(handbook, root).plan(path, Wishes(today=TODAY, kind=kind, number="OF-XX-99"))
    except Refused:
        return None
    assert plan.new is not None
    return plan.new, made_of(plan)


KINDS = [None, *(kind for kind in Kind if kind is not Kind.BANK)]


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from(KINDS))
def test_any_text(text: str, kind: Kind | None) -> None:
    made = _made("any.txt", text, kind)
    if made is None:
        # Only where there is nothing but page numbers and the like.
        lines = [line for line in text.splitlines() if line.strip()]
        assert dropped(lines) == set(range(len(lines)))
        return
    source, everything = made
    # A number before a text may become its place in a list.
    lost = [piece for piece in map(letters, re.split(r"[\W_①]+", text)) if piece and piece not in everything]
    assert [piece for piece in lost if not _is_number(piece)] == []
    _sound(source)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.sampled_from(KINDS))
def test_any_markdown(text: str, kind: Kind | None) -> None:
    made = _made("any.md", text, kind)
    if made is not None:
        _sound(made[0])


def _is_number(piece: str) -> bool:
    return re.fullmatch(r"[\d一二三第章条①]+|[a-z]|iv|Step|\d+\w*", piece) is not None


def _sound(source: str) -> None:
    reading = read_document("x.md", source.encode())
    errors = [
        finding
        for finding in reading.findings
        if (rule := rule_with(finding.code))
        and rule.severity is Severity.ERROR
        and finding.code not in _WITHOUT_CONTENT
    ]
    assert errors == [], source
    assert reading.document is not None


# A text without anything like a step or a field cannot become a procedure or a form, whatever the user says.
_WITHOUT_CONTENT = ("SOP209",)


@pytest.mark.parametrize("make", [str.upper, str.title])
def test_english_headings_in_any_case(make: Callable[[str], str]) -> None:
    text = "\n\n".join(
        ["Guest Arrival Procedure", make("1. purpose"), "Be quick.", make("2. procedure"), "Greet.", "Smile."]
    )
    made = _made("case.txt", text, None)
    assert made is not None
    assert "## 目的" in made[0]
    assert "## 程序" in made[0]

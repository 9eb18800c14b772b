"""The source writer: what it writes reads as the same document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from handbooks import REPOSITORY
from sopbook import prose
from sopbook.model import Document
from sopbook.places import Place
from sopbook.read import markdown
from sopbook.read.collect import Collector
from sopbook.read.document import read_document
from sopbook.read.source import Source
from sopbook.write.document import write_document
from sopbook.write.prose import suffix, unplaced, write_blocks
from sopbook.write.spans import Edit, Lines, Overlap, apply, node_lines, section_lines

NOWHERE = Place("")
FOLDERS = ("sop", "examples", "generator/sopbook/scaffold/zh", "generator/sopbook/scaffold/en")
SOURCES = sorted(path for folder in FOLDERS for path in (REPOSITORY / folder).rglob("*.md") if "/sop/" in str(path))


def _read(text: str) -> Document:
    reading = read_document("x.md", text.encode())
    assert reading.document is not None, reading.findings
    return reading.document


def _bare(document: Document) -> Any:
    return replace(unplaced(document), keys=())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_document_of_the_handbooks_survives(path: Path) -> None:
    document = _read(path.read_text("utf-8"))
    language = "en" if "/en/" in str(path) else "zh"
    written = write_document(document, language)
    assert _bare(_read(written)) == _bare(document)
    assert write_document(_read(written), language) == written


# ------------------------------------------------------------------- prose of any shape

NASTY = st.text(
    alphabet=st.sampled_from(list("ab一，。 *_`[]<>{}!#-+=|\\&~:1.2)\"'＿（“")), min_size=1, max_size=24
).map(lambda text: " ".join(text.split()) or "a")
WORDS = st.text(alphabet="abc甲乙丙", min_size=1, max_size=8)
SPANS = st.one_of(
    NASTY.map(prose.Text),
    WORDS.map(lambda word: prose.Strong((prose.Text(word),))),
    WORDS.map(prose.Code),
    WORDS.map(lambda word: prose.Link("https://example.com/a", (prose.Text(word),), NOWHERE)),
    WORDS.map(lambda word: prose.Reference("KF-CX-06", "", word, NOWHERE)),
    st.just(prose.Reference("KF-CX-06", "accept", "", NOWHERE)),
    st.just(prose.FigureUse("投诉响应", NOWHERE)),
)


def _spaced(spans: list[Any]) -> tuple[Any, ...]:
    """Spans with a space between them: CommonMark sees no emphasis within a word of mixed letters."""
    found: list[Any] = []
    for index, span in enumerate(spans):
        found += [prose.Text(" "), span] if index else [span]
    return tuple(found)


INLINES = st.lists(SPANS, min_size=1, max_size=4).map(_spaced)
PARAGRAPHS = INLINES.map(lambda inlines: prose.Paragraph(inlines, NOWHERE))
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(INLINES.map(lambda inlines: prose.Cell(inlines, NOWHERE)), min_size=width, max_size=width).map(tuple),
        min_size=1,
        max_size=3,
    ).map(lambda rows: prose.Table(rows[0], tuple(rows[1:]), NOWHERE))
)


def _lists(blocks: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    body = st.tuples(PARAGRAPHS, st.lists(blocks, max_size=2)).map(lambda pair: (pair[0], *pair[1]))
    items = st.tuples(body, st.sampled_from([None, True, False])).map(
        lambda pair: prose.ListItem(pair[0], pair[1], NOWHERE)
    )
    return st.tuples(st.booleans(), st.lists(items, min_size=1, max_size=3)).map(
        lambda pair: prose.List(pair[0], tuple(pair[1]), NOWHERE)
    )


def _quotes(blocks: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    inside = st.tuples(PARAGRAPHS, st.lists(blocks, max_size=2)).map(lambda pair: (pair[0], *pair[1]))
    return st.one_of(
        inside.map(lambda found: prose.Quote(found, NOWHERE)),
        inside.map(lambda found: prose.Callout("warning", found, NOWHERE)),
    )


BLOCKS = st.recursive(
    st.one_of(
        PARAGRAPHS,
        TABLES,
        st.tuples(st.integers(2, 6), INLINES).map(lambda pair: prose.Heading(pair[0], pair[1], NOWHERE)),
        WORDS.map(lambda word: prose.CodeBlock(f"{word}\n```\n  {word}", NOWHERE)),
    ),
    lambda blocks: st.one_of(_lists(blocks), _quotes(blocks)),
    max_leaves=8,
)


def _blocks_of(text: str) -> tuple[prose.Block, ...]:
    return markdown.parse(Source("x.md", tuple(text.split("\n")), "", text, 1), Collector())


@settings(max_examples=400, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=4))
def test_reading_what_was_written_gives_the_same_prose(blocks: list[prose.Block]) -> None:
    text = write_blocks(blocks)
    assert unplaced(_blocks_of(text)) == unplaced(tuple(blocks)), text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_lost_or_becomes_markup(words: str) -> None:
    wanted = " ".join(words.split())
    text = write_blocks([prose.Paragraph((prose.Text(wanted),), NOWHERE)])
    read = _blocks_of(text)
    visible = "".join(char for char in wanted if ord(char) >= 32 and not 0x7F <= ord(char) < 0xA0 and char != "\0")
    if visible == wanted and wanted:
        assert len(read) == 1
        assert isinstance(read[0], prose.Paragraph)
        assert prose.plain(read[0].children) == wanted


def test_text_stays_readable() -> None:
    def written(words: str) -> str:
        return write_blocks([prose.Paragraph((prose.Text(words),), NOWHERE)]).strip()

    assert written("快件_登记 [2009] 12 号，{内部}使用。") == "快件_登记 [2009] 12 号，{内部}使用。"
    assert written("1. 不是列表") == "1\\. 不是列表"
    assert written("- 也不是") == "\\- 也不是"
    assert written("see [[KF-CX-06]]") == "see \\[\\[KF-CX-06\\]\\]"


def test_suffix_values_are_quoted_where_they_must_be() -> None:
    found = suffix("go", [("responsible", "Front desk"), ("within", "10m"), ("form", "")], ["critical"])
    assert found.raw == '{#go responsible="Front desk" within=10m critical}'


# ----------------------------------------------------------------------------- editing

SOURCE = """---
id: KF-CX-01
---

## 程序
1. **受理** {#accept responsible=前台}
   先致歉。

   - 第一
   - 第二
1. **派单**   {#assign responsible=主管}

| a | b |
|---|:--|
| 1 | 2 |

## 修订
无
"""


def test_an_edit_touches_only_its_lines() -> None:
    item = node_lines(SOURCE, Place("x.md", 6))
    row = node_lines(SOURCE, Place("x.md", 15))
    section = section_lines(SOURCE, Place("x.md", 5))
    assert (item, row, section) == (Lines(6, 11), Lines(15, 16), Lines(5, 17))
    edited = apply(SOURCE, [Edit(Lines(16, 16), "| 3 | 4 |"), Edit(item, "1. **接待** {#accept}\n")])
    assert edited.splitlines()[:6] == [*SOURCE.splitlines()[:5], "1. **接待** {#accept}"]
    assert "1. **派单**   {#assign responsible=主管}\n\n| a | b |\n|---|:--|\n| 1 | 2 |\n| 3 | 4 |\n\n## 修订" in edited
    assert apply(SOURCE, []) == SOURCE
    with pytest.raises(Overlap):
        apply(SOURCE, [Edit(Lines(6, 11), ""), Edit(Lines(8, 9), "x")])


def test_full_width_punctuation_is_understood() -> None:
    text = (
        "---\nid: A-1\nkind: checklist\ntitle: t\nversion: A/0\neffective: 2026-01-01\nreview: 1 year\nowner: o\n"
        "approver: a\n---\n## 检查项目\n- [ ] **地面** 无水渍。\n  不合格：通知保洁。\n"
    )
    document = _read(text)
    assert prose.plain(document.items[0].on_miss) == "通知保洁。"  # type: ignore[attr-defined]

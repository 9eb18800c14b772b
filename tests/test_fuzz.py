"""Whatever bytes a source holds, reading ends with a document or with findings, never with a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopbook import prose
from sopbook.model import Kind
from sopbook.places import Finding
from sopbook.read import Reading
from sopbook.read.document import read_document

FRAGMENTS = st.sampled_from(
    [
        "---\n", "id: X-1\n", "kind: procedure\n", "类别: 表单\n", "kind: bank\n", "effective: 2026-02-30\n", "a: *b\n",
        "## Steps\n", "## 字段\n", "## Questions\n", "## Items\n", "### G {#g type=table rows=3}\n", "#### deep\n",
        "1. **T** {#a responsible=x within=3wd}\n", "   text\n", "- [ ] **I** {#i critical} c\n", "  If not: x\n",
        "- [x] o\n", "| a {type=date} | b |\n| --- | --- |\n| c | d |\n", "> [!rationale] r\n", "> [!warning]\n> x\n",
        "[[X-1#a|b]]", "{{f}}", "{#", "{a=\"", "}", "]]", "**", "<script>", "<!-- -->", "![](a.png)",
        "[x](javascript:1)",
        "`", "```\n", "\\", "\t", "\x00", "\ufeff", "业户", "😀", "\n\n", "    ", "* * *\n", "[a]: b\n", "&#106;",
    ]
)  # fmt: skip
TEXTS = st.lists(st.one_of(FRAGMENTS, st.text(max_size=12)), max_size=40).map("".join)


def front_matter(kind: str, more: str, body: str) -> str:
    head = (
        f"id: X-1\nkind: {kind}\ntitle: t\nversion: A/0\neffective: 2026-01-01\nreview: 1 year\nowner: o\napprover: o\n"
    )
    return f"---\n{head}{more}---\n{body}"


def sound(reading: Reading) -> None:
    assert reading.document is not None or reading.findings
    for finding in reading.findings:
        assert isinstance(finding, Finding)
        assert finding.place.line >= 1
        assert finding.place.column >= 1
    # No suffix is left for a target to trip over.
    assert not [node for node in prose.walk(reading.document) if isinstance(node, prose.Suffix)]


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    sound(read_document("x.md", data))


@given(TEXTS)
def test_any_text(text: str) -> None:
    sound(read_document("x.md", text.encode("utf-8", "surrogatepass")))


@settings(max_examples=300)
@given(st.sampled_from(list(Kind)), TEXTS, TEXTS)
def test_any_body_and_front_matter_in_every_kind(kind: Kind, more: str, body: str) -> None:
    sound(read_document("x.md", front_matter(kind, "", body).encode("utf-8", "surrogatepass")))
    sound(read_document("x.md", front_matter(kind, more, body).encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize(
    "body",
    [
        "> " * 3000 + "x",
        "".join("  " * depth + "- a\n" for depth in range(300)),
        "**a " * 3000 + "b** " * 3000,
        "[" * 9000,
        "[a" * 3000 + "](x)" * 3000,
        "{" * 9000 + "}" * 9000,
        "|" * 2000 + "\n" + "|-" * 2000 + "\n" + ("|" * 2000 + "\n") * 50,
        "<a " * 5000,
        "# a\n" * 5000,
    ],
    ids=["quotes", "lists", "strong", "brackets", "links", "braces", "table", "html", "headings"],
)
def test_hostile_nesting_and_repetition(body: str) -> None:
    sound(read_document("x.md", front_matter("procedure", "", f"## Steps\n{body}").encode()))


PRINTABLE = st.characters(codec="utf-8", exclude_categories=["Cc"])


@settings(max_examples=200)
@given(st.sampled_from(list(Kind)), st.text(alphabet=PRINTABLE, max_size=200))
def test_no_word_of_a_plain_paragraph_is_lost(kind: Kind, text: str) -> None:
    words = "".join(char if char.isalnum() else " " for char in text).split()
    paragraph = " ".join(words)
    more = "retention: x\n" if kind is Kind.FORM else ""
    reading = read_document("x.md", front_matter(kind, more, f"## Notes\nBegin {paragraph}\n").encode())
    assert reading.document is not None
    notes = reading.document.section("notes")
    assert notes is not None
    assert prose.plain_blocks(notes.blocks).split() == ["Begin", *words]

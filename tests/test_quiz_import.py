"""Questions from other systems into a bank: what goes in, what is told, and what must not get in."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import quizzes
from handbooks import Draft
from sopbook import prose
from sopbook.cli import main
from sopbook.locales import locale
from sopbook.model import Answer, Bank, Question, QuestionType
from sopbook.questions.formats import all_formats
from sopbook.questions.from_html import read_html
from sopbook.questions.incoming import made
from sopbook.questions.pool import written
from sopbook.questions.quiz import Terms, make_quiz
from sopbook.questions.source import question_source
from sopbook.read.document import read_document
from sopbook.untrusted import Refused

T = QuestionType
ALL = (T.SINGLE, T.MULTIPLE, T.TRUE_FALSE, T.FILL, T.NUMBER, T.MATCHING, T.ORDERING)
quickly = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
STEP = "OF-CX-01#register"


def run(draft: Draft, file: Path, *more: str, into: str = "OF-TK-09") -> int:
    today = ["--today", "2026-06-01"]
    return main(["-C", str(draft.root), "quiz", "import", str(file), "--into", into, *today, *more])


def gift(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "questions.gift"
    file.write_text(text, "utf-8")
    return file


def errors(draft: Draft) -> list[str]:
    """What ``check`` fails for; strangers' questions may well be poor ones, of which it only warns."""
    return [finding.code for finding in draft.check() if finding.severity == "error"]


def bank(draft: Draft, number: str = "OF-TK-09") -> Bank:
    document = draft.load().by_number[number]
    assert isinstance(document, Bank)
    return document


# ------------------------------------------------------------------------ into the bank


@pytest.mark.parametrize("name", ["gift", "moodle", "xlsx", "csv"])
def test_an_export_comes_back_as_a_document_that_passes_check(name: str, draft: Draft, tmp_path: Path) -> None:
    quiz = quizzes.rich_quiz(draft)
    form = all_formats()[name]
    file = tmp_path / f"回来{form.suffix}"
    file.write_bytes(form.write(quiz).data)
    run(draft, file, "--tests", STEP, "--title", "导回题库")
    assert errors(draft) == []
    questions = bank(draft).questions
    assert bank(draft).title == "导回题库"
    cases = [question for question in questions if question.type is T.CASE]
    assert [[part.anchor for part in case.parts] for case in cases] == [["case-first", "case-open"]]
    kinds = {question.type for question in questions}
    assert kinds >= {T.SINGLE, T.MULTIPLE, T.TRUE_FALSE, T.MATCHING, T.FILL, T.NUMBER}
    assert (T.ORDERING in kinds) is (name != "gift")
    again = make_quiz(
        draft.load(), draft.root, "x", [e for e in written(draft.load()) if e.document.id == "OF-TK-09"], Terms()
    )
    texts = {asked.question.anchor: prose.plain(asked.question.stem) for asked in again.asked}
    assert texts == {a.question.anchor: prose.plain(a.question.stem) for a in quiz.asked if a.question.anchor in texts}


def test_pictures_of_moodle_lie_beside_the_new_bank(draft: Draft, tmp_path: Path) -> None:
    file = tmp_path / "quiz.xml"
    file.write_bytes(all_formats()["moodle"].write(quizzes.rich_quiz(draft)).data)
    run(draft, file, "--tests", STEP)
    assert (draft.root / "sop/office/OF-TK-09-office-box.png").read_bytes() == quizzes.png()
    assert "OF-TK-09-office-box.png" in draft.read("sop/office/OF-TK-09.md")
    assert errors(draft) == []


_TWO = """::first::第一题?{=对的 ~错的 ####因为。}

// [id:x#order-later] [tag:OF-CX-01#hand-over]
第二题，写 2 \\{a\\} 的值。{=2 =二}
"""


def test_questions_are_added_to_a_bank_that_is_there(draft: Draft, tmp_path: Path) -> None:
    before = draft.read(quizzes.BANK)
    assert run(draft, gift(tmp_path, _TWO), "--tests", STEP, into="OF-TK-01") == 0
    after = draft.read(quizzes.BANK)
    head, _, tail = before.partition("\n## 修订")
    assert after.startswith(head.rstrip())
    assert after.endswith(f"## 修订{tail}")
    assert errors(draft) == []
    added = bank(draft, "OF-TK-01").questions[-2:]
    assert [prose.plain(question.stem) for question in added] == ["第一题?", "第二题，写 2 {a} 的值。"]
    assert added[1].anchor == "order-later"
    assert [name.text for name in added[1].tests] == ["OF-CX-01#hand-over"]


def test_the_same_question_goes_in_only_once(draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = gift(tmp_path, _TWO)
    assert run(draft, file, "--tests", STEP, into="OF-TK-01") == 0
    once = draft.read(quizzes.BANK)
    assert run(draft, file, "--tests", STEP, into="OF-TK-01") == 1
    assert draft.read(quizzes.BANK) == once
    assert "题库里已有同样的题" in capsys.readouterr().err


def test_a_dry_run_writes_nothing(draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(draft, gift(tmp_path, _TWO), "--tests", STEP, "--dry-run") == 0
    assert "将读入 2 道题" in capsys.readouterr().out
    assert not (draft.root / "sop/office/OF-TK-09.md").exists()


def test_without_a_step_nothing_goes_in(draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(draft, gift(tmp_path, _TWO)) == 1
    assert "没有写明考查哪一步" in capsys.readouterr().err
    assert [prose.plain(question.stem) for question in bank(draft).questions] == ["第二题，写 2 {a} 的值。"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--tests", "OF-CX-01"], "needs a step; it has OF-CX-01#"),
        (["--tests", "OF-CX-99#x"], "no OF-CX-99"),
        (["--tests", "OF-CX-01#nothing"], "no step nothing"),
        (["--into", "OF-CX-01"], "no question bank"),
        (["--into", "nonsense"], "no document number"),
    ],
)
def test_misuse(more: list[str], said: str, draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(draft, gift(tmp_path, _TWO), *more) == 2
    assert said in capsys.readouterr().err


def test_what_cannot_be_read_is_told_with_its_line(
    draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = _TWO + "\n写一篇作文。{}\n\n只是说明\n\n没关{=a\n\n部分对。{~%50%a ~%50%b ~c#不对}\n\n数。{#9..11}\n"
    assert run(draft, gift(tmp_path, text), "--tests", STEP) == 1
    said = capsys.readouterr().err
    assert "questions.gift:6 写一篇作文" in said
    assert "questions.gift:8 只是说明" in said
    assert "questions.gift:10 没关" in said
    assert "questions.gift:12 部分对。：缺少：各选项的反馈" in said
    number = bank(draft).questions[-1]
    assert (number.answer.number, number.answer.tolerance) == (10, 1)


def test_a_workbook_as_people_write_it(draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["序号", "题目", "题型", "选项A", "选项B", "选项C", "正确答案", "答案解析", "难度"],
        [1, "客人要换房怎么办?", "单选题", "先登记", "直接换", None, "A", "先登记再换。", "易"],
        [2, "哪些要登记", "多选题", "甲", "乙", "丙", "A、C", None, "难"],
        [3, "可以拆件", "判断题", None, None, None, "×", None, None],
        [4, "多久", "填空题", None, None, None, "2小时|两小时", None, None],
        [5, "几天", "计算题", None, None, None, "7天", None, None],
        [6, "问答", "简答题", None, None, None, "随便", None, None],
        [7, "没有这个选项", "单选题", "甲", "乙", None, "D", None, None],
        [8, "=1+1", "判断题", None, None, None, "对", None, None],
    ):
        sheet.append(row)
    file = tmp_path / "题.xlsx"
    book.save(file)
    assert run(draft, file, "--tests", STEP) == 1
    said = capsys.readouterr().err
    assert "题.xlsx:7 问答：没有读入：不支持的题型“简答题”" in said
    assert "题.xlsx:8" in said
    assert "题.xlsx:9" in said  # a formula is no text
    questions = bank(draft).questions
    assert [question.type for question in questions] == [T.SINGLE, T.MULTIPLE, T.TRUE_FALSE, T.FILL, T.NUMBER]
    assert [option.correct for option in questions[1].options] == [True, False, True]
    assert questions[2].answer.truth is False
    assert (questions[4].answer.number, questions[4].answer.unit) == (7, "天")
    assert [question.difficulty for question in questions] == [1, 3, 1, 1, 1]


def test_html_of_a_word_processor(draft: Draft) -> None:
    html = (
        '<p class="MsoNormal">先<b>登记</b>，再&nbsp;<i>通知</i><br>第二行</p><script>alert(1)</script>'
        "<table><tr><td>甲<td>乙<tr><td>1<td>2</table><ul><li>一<li>二</ul>"
        '<p><a href="javascript:alert(1)">点</a> <a href="https://example.com">好</a> <img src="x.png" alt="图"></p>'
    )
    found = read_html(html, quizzes.PLACE, lambda source: None)
    assert [type(block).__name__ for block in found] == ["Paragraph", "Table", "List", "Paragraph"]
    assert "alert" not in repr(found)
    last = found[-1]
    assert isinstance(last, prose.Paragraph)
    assert prose.plain(last.children) == "点 好 图"


# --------------------------------------------------------------------------- source text


_HEAD = """---
id: X-1
kind: bank
title: x
version: x
effective: 2000-01-01
review: 1 year
owner: x
approver: x
---
"""


@quickly
@given(question=quizzes.questions(ALL))
@example(
    question=made(
        T.ORDERING,
        (prose.Text("- [x] 1. # >"),),
        quizzes.PLACE,
        anchor="a-1",
        options=[
            ((prose.Text(text),), True) for text in ("1) a", "```", "[x] b", "| c |", "* d", "+ e", "~~~", "1. f")
        ],
    )
)
def test_source_text_reads_back(question: Question) -> None:
    """Whatever is in a question, as Markdown it is the same question; marks alone may fall."""
    source = question_source(question, ["OF-CX-01#register"], locale("zh"))
    reading = read_document("x.md", f"{_HEAD}## 题目\n{source}\n\n## 修订\n".encode())
    assert isinstance(reading.document, Bank)
    assert [finding.code for finding in reading.findings] == []
    (found,) = reading.document.questions
    assert without_marks(found) == without_marks(question)


def without_marks(question: Question) -> Question:
    def plain(node: prose.Inline) -> Sequence[prose.Inline]:
        match node:
            case prose.Strong(children) | prose.Emphasis(children):
                return children
            case prose.Text(text):
                return (prose.Text(text.replace("［", "[").replace("］", "]")),)
        return (node,)

    def line(inlines: tuple[prose.Inline, ...]) -> tuple[prose.Inline, ...]:
        return prose.rewritten(inlines, plain)

    return quizzes.comparable(
        replace(
            question,
            stem=line(question.stem),
            body=prose.rewritten_blocks(question.body, plain),
            options=tuple(replace(option, text=line(option.text)) for option in question.options),
            pairs=tuple(replace(pair, left=line(pair.left), right=line(pair.right)) for pair in question.pairs),
            rationale=prose.rewritten_blocks(question.rationale, plain),
        )
    )


def test_marks_are_kept_where_markdown_can_show_them() -> None:
    stem = (
        prose.Text("先"),
        prose.Strong((prose.Text("登记"),)),
        prose.Text("，再 "),
        prose.Emphasis((prose.Text("通知"),)),
    )
    question = made(T.TRUE_FALSE, stem, quizzes.PLACE, anchor="a", answer=Answer(truth=True))
    assert question_source(question, ["#x"], locale("zh")).startswith("1. 先**登记**，再 *通知* {#a type=true-false")


# ------------------------------------------------------------------------ hostile input


def moodle(body: str, before: str = "") -> bytes:
    question = f'<question type="multichoice"><name><text>n</text></name>{body}</question>'
    return f'<?xml version="1.0"?>{before}<quiz>{question}</quiz>'.encode()


_XXE = '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_LAUGHS = '<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("before", [_XXE, _LAUGHS, '<!DOCTYPE quiz SYSTEM "http://evil/x.dtd">'])
def test_no_entity_is_expanded(before: str, draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "evil.xml"
    file.write_bytes(moodle('<questiontext format="html"><text>&x;</text></questiontext>', before))
    assert run(draft, file, "--tests", STEP) == 2
    assert "DTD" in capsys.readouterr().err
    assert not (draft.root / "sop/office/OF-TK-09.md").exists()


def test_depth_and_size_are_bounded() -> None:
    read = all_formats()["moodle"].read
    assert read is not None
    with pytest.raises(Refused):
        read("x.xml", b"<quiz>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</quiz>")
    with pytest.raises(Refused):
        read("x.xml", b"<quiz><que")
    with pytest.raises(Refused):
        read("x.xml", b"<other/>")
    gift_read = all_formats()["gift"].read
    assert gift_read is not None
    with pytest.raises(Refused):
        gift_read("x.gift", b"a" * 6_000_000)
    with pytest.raises(Refused):
        gift_read("x.gift", b"\xff\xfe\xfa")
    deep = read_html("<b>" * 10_000 + "x" + "<ul><li>" * 10_000, quizzes.PLACE, lambda source: None)
    assert "x" in prose.plain_blocks(deep)
    many = read_html("a" + "<br> " * 20_000 + "<b> </b>" * 10_000 + "z", quizzes.PLACE, lambda source: None)
    assert prose.plain_blocks(many).split() == ["a", "z"]
    told = gift_read("x.gift", b"q " * 150_000 + b"{=a ~b}")
    assert [entry.what.en for entry in told.unread] == ["it is too long"]


def test_a_zip_bomb_is_refused(draft: Draft, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sharedStrings.xml", b"\0" * 70_000_000)
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(stream.getvalue())
    assert run(draft, file, "--tests", STEP) == 2


@pytest.mark.parametrize("name", ["../../evil.png", "/etc/evil.png", "..\\evil.png", "a.svg", "a.html", "con.png"])
def test_pictures_stay_beside_the_bank_and_are_pictures(name: str, draft: Draft, tmp_path: Path) -> None:
    data = quizzes.png() if name.endswith(".png") else b"<svg onload='alert(1)'/>"
    body = (
        f'<questiontext format="html"><text><![CDATA[<p>q <img src="@@PLUGINFILE@@/{name}" alt="alt"></p>]]></text>'
        f'<file name="{name}" encoding="base64">{base64.b64encode(data).decode()}</file></questiontext>'
        '<single>true</single><answer fraction="100"><text>a</text></answer>'
        '<answer fraction="0"><text>b</text></answer>'
    )
    file = tmp_path / "q.xml"
    file.write_bytes(moodle(body))
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    run(draft, file, "--tests", STEP)
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert {path.parent for path in new} == {draft.root / "sop/office"}
    assert {path.suffix for path in new} <= {".md", ".png"}
    assert errors(draft) == []


def test_source_text_of_strangers_stays_text(draft: Draft, tmp_path: Path) -> None:
    text = "::t::[plain]<script>alert(1)</script> [[OF-CX-01]] {#x tests\\=#y\\} \\{\\{figure\\}\\} ## 修订 {=a ~b}\n"
    run(draft, gift(tmp_path, text.replace("{#x", "\\{#x")), "--tests", STEP)
    (question,) = bank(draft).questions
    assert prose.plain(question.stem) == "<script>alert(1)</script> [[OF-CX-01]] {#x tests=#y} {{figure}} ## 修订"
    assert errors(draft) == []


@quickly
@given(data=st.text(st.sampled_from("::{}=~#%\\->TF0123.[]html\n /$,\t中"), max_size=120))
def test_any_gift_is_read_or_reported(data: str) -> None:
    read = all_formats()["gift"].read
    assert read is not None
    read("x.gift", data.encode())


_PIECES = [
    "<p>",
    "</p>",
    "<b>",
    "</i>",
    "<td>",
    "<table>",
    "<li>",
    "<img src=x>",
    "<a href='j:'>",
    "x",
    " ",
    "&lt;",
    "<",
]


@quickly
@given(data=st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_any_html_is_prose(data: str) -> None:
    for block in read_html(data, quizzes.PLACE, lambda source: None):
        assert isinstance(block, prose.Block)

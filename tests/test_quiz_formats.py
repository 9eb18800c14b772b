"""Questions in other systems' formats, read by other people's programs and by our own readers."""

from __future__ import annotations

import csv
import html
import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from msgspec import structs

import quizzes
from handbooks import Draft
from sopbook import prose
from sopbook.cli import main
from sopbook.model import Question, QuestionType
from sopbook.questions.formats import all_formats
from sopbook.questions.pool import written
from sopbook.questions.quiz import Quiz, Terms, drawn, make_quiz

Foreign = Callable[[str, bytes], Any]
T = QuestionType
IN_GIFT = (T.SINGLE, T.MULTIPLE, T.TRUE_FALSE, T.FILL, T.NUMBER, T.MATCHING)
ALL = (*IN_GIFT, T.ORDERING)
quickly = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def losses_of(quiz: Quiz, name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for loss in all_formats()[name].write(quiz).losses:
        found.setdefault(loss.id.partition("#")[2], set()).add(loss.what.en)
    return found


# ------------------------------------------------------------------------- every format


def test_formats_are_found_by_themselves() -> None:
    assert set(all_formats()) == {
        "anki", "csv", "exam-xlsx", "gift", "moodle", "qti21", "qti30", "scorm12", "scorm2004", "xlsx",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(all_formats()))
def test_the_same_questions_give_the_same_bytes(name: str, draft: Draft) -> None:
    quiz = quizzes.rich_quiz(draft)
    assert all_formats()[name].write(quiz).data == all_formats()[name].write(quizzes.rich_quiz(draft)).data


@pytest.mark.parametrize("name", sorted(all_formats()))
def test_what_a_format_cannot_carry_stands_in_its_docstring(name: str) -> None:
    doc = __import__(all_formats()[name].write.__module__, fromlist=["FORMAT"]).__doc__
    assert "not carried" in doc.lower()


def test_losses_are_told_for_each_question(draft: Draft) -> None:
    quiz = quizzes.rich_quiz(draft)
    gift = losses_of(quiz, "gift")
    assert gift["order"] == {"the whole question: the format has no ordering questions"}
    assert gift["signs"] == {'the picture "office-box.png"; its alternative text stays'}
    assert any("unit" in what for what in gift["days"])
    assert any("case" in what for what in gift["case-first"])
    assert "several" not in gift
    table = losses_of(quiz, "exam-xlsx")
    assert "pairs" in table
    assert "order" in table
    assert any("tolerance" in what for what in table["days"])
    assert losses_of(quiz, "scorm12") == {}
    assert losses_of(quiz, "qti21") == {}


def test_pictures_that_cannot_go_along_are_told(draft: Draft) -> None:
    quizzes.rich(draft)
    (draft.root / "sop/office/box.png").unlink()
    handbook = draft.load()
    quiz = make_quiz(handbook, draft.root, "x", written(handbook), Terms())
    assert [loss.id for loss in quiz.losses] == ["OF-TK-01#signs"]
    assert "破损的外箱" in prose.plain_blocks(quiz.asked[0].question.body)


def test_figures_and_references_become_words(draft: Draft) -> None:
    rationale = prose.plain_blocks(quizzes.rich_quiz(draft).asked[0].question.rationale)
    assert "OF-CX-01 " in rationale
    assert "[[" not in rationale


# --------------------------------------------------------------------------------- GIFT


def test_gift_is_what_pygiftparser_reads(draft: Draft, foreign: Foreign) -> None:
    quiz = quizzes.rich_quiz(draft)
    found = {q["title"]: q for q in foreign("gift", all_formats()["gift"].write(quiz).data)}
    assert all(question["valid"] for question in found.values())
    kinds = {name.partition("#")[2]: question["kind"] for name, question in found.items()}
    assert kinds == {
        "signs": "SelectSet", "several": "MultipleChoicesSet", "proxy": "TrueFalseSet", "pairs": "MatchingSet",
        "blank": "ShortSet", "days": "NumericAnswerSet", "case-first": "SelectSet", "case-open": "TrueFalseSet",
    }  # fmt: skip
    signs = found["OF-TK-01#signs"]
    assert "~ = # { } : \\ 和 <b> & ]]>" in html.unescape(signs["text"])
    assert "<td>外箱 ≥ 3 处破损</td>" in signs["text"]
    right = [answer["answer"] for answer in signs["answers"] if answer["fraction"] == 100]
    assert [html.unescape(text) for text in right] == ["当场拍照，请快递员签字（∑ ≤ 100%）"]
    assert found["OF-TK-01#proxy"]["truth"] is False
    assert found["OF-TK-01#days"]["answers"][0]["value"] == 7.5
    assert "小李收到" in found["OF-TK-01#case-first"]["text"]


@quickly
@given(question=quizzes.questions((T.SINGLE, T.MULTIPLE)))
def test_gift_escapes_every_sign(question: Question, foreign: Foreign) -> None:
    (found,) = foreign("gift", all_formats()["gift"].write(quizzes.quiz_of(question)).data)
    assert found["valid"]
    assert found["markup"] == "html"
    assert visible(found["text"]) == visible_of(question)
    assert [visible(a["answer"]) for a in found["answers"]] == [squeezed(prose.plain(o.text)) for o in question.options]
    assert [a["fraction"] > 0 for a in found["answers"]] == [option.correct for option in question.options]
    assert visible(found["feedback"]) == squeezed(prose.plain_blocks(question.rationale))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def visible(markup: str) -> str:
    """What one sees of HTML, without white space."""
    return squeezed(html.unescape(re.sub(r"<[^>]*>", "", markup)))


def visible_of(question: Question) -> str:
    return squeezed(prose.plain(question.stem) + prose.plain_blocks(question.body))


# ------------------------------------------------------------------------------- Moodle


def test_moodle_xml_is_what_moodle_xml_parser_reads(draft: Draft, foreign: Foreign) -> None:
    quiz = quizzes.rich_quiz(draft)
    data = all_formats()["moodle"].write(quiz).data
    found = {q["name"].partition(" ")[0]: q for q in foreign("moodle", data)}
    assert set(found) == {"OF-TK-01#signs", "OF-TK-01#several", "OF-TK-01#case-first"}
    signs = found["OF-TK-01#signs"]
    assert signs["single"] is True
    assert "@@PLUGINFILE@@/office-box.png" in signs["text"]
    assert [fraction for _, fraction in signs["options"]] == [0, 100, 0, 0]
    assert "∑ ≤ 100%" in signs["options"][1][0]
    assert [fraction for _, fraction in found["OF-TK-01#several"]["options"]] == [50, 50, -100]


@quickly
@given(question=quizzes.questions((T.SINGLE, T.MULTIPLE)))
def test_moodle_xml_escapes_every_sign(question: Question, foreign: Foreign) -> None:
    (found,) = foreign("moodle", all_formats()["moodle"].write(quizzes.quiz_of(question)).data)
    # The reader turns entities into signs once itself, so tags and text can't be told apart any more: compare both so.
    assert squeezed(plain_html(question.stem)) in squeezed(found["text"])
    assert [squeezed(text) for text, _ in found["options"]] == [squeezed(plain_html(o.text)) for o in question.options]
    assert [fraction > 0 for _, fraction in found["options"]] == [option.correct for option in question.options]


def plain_html(inlines: tuple[prose.Inline, ...]) -> str:
    from sopbook.questions.html import Fragment

    written = html.unescape(Fragment().inlines(inlines))
    return re.sub(r"<!\[CDATA\[|\]\]>", "", written)  # it takes these out of the text too


# ----------------------------------------------------------------- there and back again


@pytest.mark.parametrize("name", ["gift", "moodle", "xlsx", "csv"])
def test_a_rich_quiz_comes_back(name: str, draft: Draft) -> None:
    """Everything that the format's losses do not name is as it was."""
    quiz = quizzes.rich_quiz(draft)
    form = all_formats()[name]
    export = form.write(quiz)
    assert form.read is not None
    imported = form.read(f"quiz{form.suffix}", export.data)
    assert not [entry for entry in imported.unread if entry.whole]
    lost = {loss.id for loss in export.losses if "whole" in loss.what.en}
    kept = [asked for asked in quiz.asked if asked.id not in lost]
    assert [entry.question.anchor for entry in imported.questions] == [asked.question.anchor for asked in kept]
    changed = {
        loss.id for loss in export.losses if loss.id and "case" not in loss.what.en and "Moodle" not in loss.what.en
    }
    for asked, entry in zip(kept, imported.questions, strict=True):
        assert entry.tests == asked.tests
        assert quizzes.bare(entry.situation) == quizzes.bare(asked.situation)
        if asked.id not in changed or name == "moodle":
            assert quizzes.comparable(entry.question) == quizzes.comparable(asked.question)
    if name == "moodle":
        assert list(imported.media.values()) == list(quiz.media.values())


@quickly
@given(question=quizzes.questions(IN_GIFT, unit=False))
def test_gift_round_trip(question: Question) -> None:
    kept = tuple(text for text in question.answer.variants if "->" not in text)
    if question.type is T.FILL:
        if not kept:
            return
        question = structs.replace(question, answer=structs.replace(question.answer, variants=kept))
    assert back_again("gift", question) == quizzes.comparable(question)


@quickly
@given(question=quizzes.questions(ALL))
def test_moodle_round_trip(question: Question) -> None:
    assert back_again("moodle", question) == quizzes.comparable(question)


@quickly
@given(question=quizzes.questions(ALL, marks=False))
@pytest.mark.parametrize("name", ["xlsx", "csv"])
def test_table_round_trip(name: str, question: Question) -> None:
    assert back_again(name, question) == quizzes.comparable(question)


def back_again(name: str, question: Question) -> Question:
    form = all_formats()[name]
    assert form.read is not None
    imported = form.read(f"quiz{form.suffix}", form.write(quizzes.quiz_of(question)).data)
    assert imported.unread == ()
    (entry,) = imported.questions
    return quizzes.comparable(entry.question)


# ------------------------------------------------------------------------------- tables


def sheet_of(data: bytes) -> list[dict[str, Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    head, *rows = sheet.iter_rows()
    assert not [cell for row in rows for cell in row if cell.data_type == "f"]
    names = [cell.value for cell in head]
    return [dict(zip(names, (cell.value for cell in row), strict=True)) for row in rows]


def test_openpyxl_reads_the_plain_workbook(draft: Draft) -> None:
    rows = {row["题号"]: row for row in sheet_of(all_formats()["xlsx"].write(quizzes.rich_quiz(draft)).data)}
    assert rows["OF-TK-01#signs"]["答案"] == "B"
    assert rows["OF-TK-01#several"]["答案"] == "AB"
    assert rows["OF-TK-01#order"]["答案"] == "ABCD"
    assert rows["OF-TK-01#pairs"]["选项A"] == "破损 → 快递员"
    assert rows["OF-TK-01#blank"]["答案"] == "2 小时|两小时|2h"
    assert (rows["OF-TK-01#days"]["答案"], rows["OF-TK-01#days"]["单位"]) == (7.5, "天")
    assert rows["OF-TK-01#case-first"]["案例情景"].startswith("小李")


def test_openpyxl_reads_the_platforms_workbook(draft: Draft) -> None:
    rows = sheet_of(all_formats()["exam-xlsx"].write(quizzes.rich_quiz(draft)).data)
    assert [row["题型"] for row in rows] == ["单选题", "多选题", "判断题", "填空题", "填空题", "单选题", "判断题"]
    assert [row["正确答案"] for row in rows] == ["B", "AB", "错误", "2 小时|两小时|2h", "7.5|7.5天", "A", "错误"]
    assert rows[5]["题干"].startswith("小李")


def test_no_text_becomes_a_formula(draft: Draft, office: str, tmp_path: Path) -> None:
    """LibreOffice opens the tables and computes nothing."""
    draft.replace(quizzes.BANK, "直接拒收,不作登记", '=HYPERLINK("http://evil")')
    draft.replace(quizzes.BANK, "先收下,等收件人发现再说", "+1+1")
    handbook = draft.load()
    quiz = make_quiz(handbook, draft.root, "=1+1", written(handbook), Terms())
    files = []
    for name in ("xlsx", "csv", "exam-xlsx"):
        files.append(tmp_path / f"{name}{all_formats()[name].suffix}")
        files[-1].write_bytes(all_formats()[name].write(quiz).data)
    csv_of_values = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true"
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", csv_of_values]
    subprocess.run([*command, "--outdir", tmp_path / "out", *files], check=True, capture_output=True, timeout=180)
    made = list((tmp_path / "out").iterdir())
    assert len(made) == 3
    for table in made:
        cells = [cell.lstrip("'") for row in csv.reader(io.StringIO(table.read_text("utf-8-sig"))) for cell in row]
        assert '=HYPERLINK("http://evil")' in cells
        assert "+1+1" in cells
        assert not [cell for cell in cells if cell.startswith("==") or cell == "2"]


# --------------------------------------------------------------------------------- Anki


def test_anki_imports_the_cards(draft: Draft, foreign: Foreign) -> None:
    found = foreign("anki", all_formats()["anki"].write(quizzes.rich_quiz(draft)).data)
    assert (found["new"], found["again"], found["cards"]) == (9, 0, 9)
    assert "快件收发 考核::OF-TK-01" in found["decks"]
    assert found["media"] == ["office-box.png"]
    notes = {note["fields"][2].split()[0]: note for note in found["notes"]}
    signs = notes["OF-TK-01#signs"]
    assert 'src="office-box.png"' in signs["fields"][0]
    assert "<td>外箱 ≥ 3 处破损</td>" in signs["fields"][0]
    assert "∑ ≤ 100%" in signs["fields"][1]
    assert "~ = # { } : \\" in html.unescape(signs["fields"][0])
    assert "OF-CX-01#register" in signs["tags"]
    assert "留下凭据" in signs["back"]
    assert "7.5 ± 0.5 天" in notes["OF-TK-01#days"]["fields"][1]


# ----------------------------------------------------------------------- command line


def test_export_writes_the_file_and_tells_what_stays_out(
    draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quizzes.rich(draft)
    out = tmp_path / "deep/quiz.zip"
    arguments = ["-C", str(draft.root), "quiz", "export", "--format", "scorm12", "--out", str(out), "--pass-mark", "60"]
    assert main([*arguments, "--count", "3"]) == 0
    assert "quiz.js" in zipfile.ZipFile(out).namelist()
    assert b"<adlcp:masteryscore>60<" in zipfile.ZipFile(out).read("imsmanifest.xml")
    assert main(["-C", str(draft.root), "quiz", "export", "--format", "gift", "--out", str(out)]) == 0
    assert "整道题" in capsys.readouterr().err


def test_tags_choose_questions(draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keyword = draft.load().by_number["OF-CX-01"].keywords[0]
    out = str(tmp_path / "q.csv")
    arguments = ["-C", str(draft.root), "quiz", "export", "--format", "csv", "--out", out, "--tag"]
    assert main([*arguments, keyword]) == 0
    assert main([*arguments, f"{keyword}x"]) == 2
    assert f"did you mean {keyword}" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--pass-mark", "101"], ["--count", "0"], ["--count", "x"], ["--format", "nothing"]])
def test_misuse_of_export(wrong: list[str], draft: Draft, tmp_path: Path) -> None:
    arguments = ["-C", str(draft.root), "quiz", "export", "--format", "gift", "--out", str(tmp_path / "q"), *wrong]
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


def test_drawing_is_by_seed_and_keeps_cases_together(draft: Draft) -> None:
    quiz = quizzes.rich_quiz(draft)

    def names(seed: int, count: int) -> list[str]:
        terms = Terms(count=count, seed=seed)
        return [asked.question.anchor for asked in drawn(replace(quiz, terms=terms)).asked]

    assert names(3, 4) == names(3, 4)
    assert len({tuple(names(seed, 4)) for seed in range(12)}) > 3
    for seed in range(20):
        found = names(seed, 5)
        assert len(found) <= 5
        assert ("case-first" in found) == ("case-open" in found)

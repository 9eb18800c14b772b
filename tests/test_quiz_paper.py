"""Exam papers as Word files: read by python-docx, turned into PDF by LibreOffice."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import docx
import pytest

import quizzes
from handbooks import Draft
from sopbook.cli import main
from sopbook.locales import locale
from sopbook.model import QuestionType
from sopbook.questions.image_size import image_size
from sopbook.questions.paper import POINTS, Paper, make_paper
from sopbook.questions.quiz import Terms

NAMES = {"试卷-A.docx", "试卷-B.docx", "答题卡.docx", "答案-A.docx", "答案-B.docx"}


def papers(draft: Draft, *more: str, out: str = "out") -> Path:
    folder = draft.root.parent / out
    assert main(["-C", str(draft.root), "quiz", "paper", "--out", str(folder), *more]) == 0
    return folder


def lines(path: Path) -> list[str]:
    """Every paragraph, those in tables included."""
    document = docx.Document(str(path))
    found = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        found += [cell.text for row in table.rows for cell in row.cells]
    return found


@pytest.fixture
def made(draft: Draft) -> Path:
    return papers(quizzes.rich(draft), "--seed", "3", "--title", "快件考核")


def variant(draft: Draft, name: str, terms: Terms | None = None) -> Paper:
    return make_paper(quizzes.rich_quiz(draft, terms or Terms(seed=3)), name, POINTS, locale("zh"))


def test_two_variants_a_sheet_and_two_keys(made: Path) -> None:
    assert {path.name for path in made.iterdir()} == NAMES
    first, second = lines(made / "试卷-A.docx"), lines(made / "试卷-B.docx")
    assert "快件考核　A 卷" in first
    assert first != second
    assert sorted(strip(line) for line in first if "？" in line) == sorted(
        strip(line) for line in second if "？" in line
    )


def strip(line: str) -> str:
    return re.sub(r"^(\d+|[A-Z])\. ", "", line)


def test_the_key_answers_what_is_printed(draft: Draft) -> None:
    """The letters of the key, looked up in the paper, are the right options."""
    for name in "AB":
        for section in variant(draft, name).sections:
            for question in section.questions:
                asked = question.asked.question
                printed = dict(zip("ABCDEFG", question.lettered, strict=False))
                if asked.type in (QuestionType.SINGLE, QuestionType.MULTIPLE):
                    right = {option.text for option in asked.options if option.correct}
                    assert {printed[letter] for letter in question.right} == right
                elif asked.type is QuestionType.ORDERING:
                    assert [printed[letter] for letter in question.right.split()] == [o.text for o in asked.options]
                    assert list(question.lettered) != [option.text for option in asked.options]
                elif asked.type is QuestionType.MATCHING:
                    letters = re.findall(r"\(\d+\) ([A-Z])", question.right)
                    assert [printed[letter] for letter in letters] == [pair.right for pair in asked.pairs]


def test_both_variants_have_the_same_type_at_each_number(draft: Draft) -> None:
    kinds = [[q.asked.question.type for s in variant(draft, name).sections for q in s.questions] for name in "AB"]
    assert kinds[0] == kinds[1]


def test_the_score_table_and_the_pass_mark(made: Path) -> None:
    document = docx.Document(str(made / "试卷-A.docx"))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[0] == ["题号", "一", "二", "三", "四", "五", "六", "七", "八", "总分"]
    assert rows[1] == ["满分", "2", "4", "2", "2", "2", "4", "4", "4", "24"]
    assert [row[0] for row in rows[2:]] == ["得分", "评卷人"]
    assert "满分 24 分，20 分及以上为合格。请在答题卡上作答。" in lines(made / "试卷-A.docx")


def test_pictures_tables_and_signs_are_on_paper(made: Path) -> None:
    document = docx.Document(str(made / "试卷-A.docx"))
    assert len(document.inline_shapes) == 1
    assert document.inline_shapes[0].width == document.inline_shapes[0].height
    told = "\n".join(lines(made / "试卷-A.docx"))
    for text in ("~ = # { } : \\ 和 <b> & ]]>", "外箱 ≥ 3 处破损", "温度 −5 ℃", "∑ ≤ 100%"):
        assert text in told
    assert "留下凭据" not in told


def test_the_key_says_why_and_where(made: Path) -> None:
    told = "\n".join(lines(made / "答案-A.docx"))
    assert "破损要在快递员离开前留下凭据" in told
    assert "OF-TK-01#signs　考查 OF-CX-01#register" in told
    assert "7.5 ± 0.5 天" in told


def test_the_answer_sheet_has_a_place_for_every_number(made: Path) -> None:
    told = "\n".join(lines(made / "答题卡.docx"))
    assert "□ A 卷" in told
    for number in range(1, 10):
        assert re.search(rf"^{number}(\.| )", told, re.MULTILINE), number
    assert "1  [A] [B] [C] [D]" in told


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(draft: Draft) -> None:
    quizzes.rich(draft)
    first, again = papers(draft, "--seed", "5", out="a"), papers(draft, "--seed", "5", out="b")
    other = papers(draft, "--seed", "6", out="c")
    assert all((first / name).read_bytes() == (again / name).read_bytes() for name in NAMES)
    assert lines(first / "试卷-A.docx") != lines(other / "试卷-A.docx")


def test_count_points_and_variants(draft: Draft) -> None:
    points = ",".join(f"{kind}=5" for kind in ("单选", "多选", "判断", "填空", "数值", "排序", "配对"))
    more = ["--count", "3", "--points", points, "--variants", "3", "--pass-mark", "50"]
    folder = papers(quizzes.rich(draft), *more)
    assert len(list(folder.glob("试卷-*.docx"))) == 3
    assert any(line.startswith("满分 15 分，8 分") for line in lines(folder / "试卷-C.docx"))


def test_it_turns_into_pdf(made: Path, office: str, tmp_path: Path) -> None:
    command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", tmp_path, made / "试卷-A.docx"], check=True, capture_output=True, timeout=180)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "试卷-A.pdf", "-"], check=True, capture_output=True, text=True
    )
    assert "快件考核" in text.stdout
    assert "评卷人" in text.stdout
    assert re.search(r"第 ?2 ?页 ?共 ?2 ?页", text.stdout)


def test_an_english_paper(english: Draft) -> None:
    folder = papers(english, "--variants", "1")
    assert {path.name for path in folder.iterdir()} == {"paper-A.docx", "answer-sheet.docx", "answer-key-A.docx"}
    told = "\n".join(lines(folder / "paper-A.docx"))
    assert "you pass with" in told
    assert not re.search("[一-鿿]", told)


def test_the_house_may_have_its_own_template(draft: Draft) -> None:
    quizzes.rich(draft)
    (draft.root / "templates").mkdir(exist_ok=True)
    (draft.root / "templates/paper.docx").write_bytes(b"no Word file")
    assert main(["-C", str(draft.root), "quiz", "paper", "--out", str(draft.root / "x")]) == 2


@pytest.mark.parametrize(
    "wrong", [["--points", "case=3"], ["--points", "single=0"], ["--points", "x"], ["--variants", "9"]]
)
def test_misuse(wrong: list[str], draft: Draft) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["-C", str(draft.root), "quiz", "paper", "--out", "x", *wrong])
    assert stop.value.code == 2


def test_sizes_of_pictures() -> None:
    from PIL import Image

    for kind in ("PNG", "GIF", "JPEG"):
        stream = io.BytesIO()
        Image.new("RGB", (37, 21)).save(stream, kind)
        assert image_size(stream.getvalue()) == (37, 21)
        assert image_size(stream.getvalue()[:8]) is None
    assert image_size(b"nothing") is None

"""The way back: what was edited in Word lands where it belongs, and nothing else changes."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph as WordParagraph
from hypothesis import given, settings
from hypothesis import strategies as st

from handbooks import REPOSITORY, Draft
from sopbook.cli import main
from sopbook.cli.takeback import composer
from sopbook.copies.document import CopyCompiler, offered
from sopbook.copies.marks import checksum, said
from sopbook.copies.returned import Paragraph, Returned, read_copy
from sopbook.copies.takeback import take_back
from sopbook.forms.files import template_folders
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.untrusted import Refused
from sopbook.word.pdf import convert

PROCEDURE = "sop/office/OF-CX-01.md"
APPENDIX = """
## 附录
第一段，带 {{快件保管}} 和 [[OF-BD-01]]。

第二段，*着重*的话。

- 甲项
- 乙项

| 项 | 值 |
| --- | --- |
| 一 | 二 |
| 三 | 四 |

"""


@pytest.fixture
def house(draft: Draft) -> Draft:
    """A handbook with a procedure that has a bit of everything."""
    draft.replace(PROCEDURE, "\n## 修订", f"{APPENDIX}## 修订")
    return draft


@cache
def real() -> Handbook:
    """The real handbook."""
    return load(REPOSITORY)


def compiler(root: Path) -> CopyCompiler:
    return CopyCompiler(load(root), root, template_folders(root))


class Edited:
    """A copy in Word's hands."""

    def __init__(self, draft: Draft) -> None:
        made = compiler(draft.root)
        self._draft = draft
        self.word = docx.Document(io.BytesIO(made.document(made.handbook.by_number["OF-CX-01"]).data))

    def all(self) -> list[WordParagraph]:
        return [WordParagraph(element, self.word) for element in self.word.element.body.iter(qn("w:p"))]

    def find(self, text: str) -> WordParagraph:
        return next(paragraph for paragraph in self.all() if text in paragraph.text)

    def replace(self, old: str, new: str) -> None:
        run = next(run for paragraph in self.all() for run in paragraph.runs if old in run.text)
        run.text = run.text.replace(old, new)

    def add(self, after: str, text: str, like: str = "") -> None:
        """A paragraph as Word makes one by the return key: the look of another, without its marks."""
        element = copy.deepcopy(self.find(like or after)._p)
        for child in list(element):
            if "bookmark" in child.tag:
                element.remove(child)
        self.find(after)._p.addnext(element)
        paragraph = WordParagraph(element, self.word)
        for run in paragraph.runs:
            run.text = ""
        paragraph.runs[0].text = text

    def add_row(self, after: str, *texts: str) -> None:
        row = next(
            row
            for table in self.word.tables
            for row in table.rows
            if row.cells[0].text == after and len(row.cells) == len(texts)
        )
        made = copy.deepcopy(row._tr)
        for mark in [e for e in made.iter() if "bookmark" in str(e.tag)]:
            mark.getparent().remove(mark)
        row._tr.addnext(made)
        for cell, text in zip(made.iter(qn("w:tc")), texts, strict=True):
            paragraph = WordParagraph(next(cell.iter(qn("w:p"))), self.word)
            for run in paragraph.runs:
                run.text = ""
            if paragraph.runs:
                paragraph.runs[0].text = text
            else:
                paragraph.add_run(text)

    def back(self) -> tuple[int, str]:
        """The exit code, and the source that came of it."""
        path = self._draft.root / "edited.docx"
        self.word.save(path)
        code = main(["-C", str(self._draft.root), "takeback", str(path)])
        return code, self._draft.read(PROCEDURE)


def expected(draft: Draft, *changes: tuple[str, str]) -> str:
    text = draft.read(PROCEDURE)
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


CASES: list[tuple[str, Callable[[Edited], None], tuple[str, str]]] = [
    ("words", lambda word: word.replace("第二段，", "改过的第二段，"), ("第二段，*", "改过的第二段，*")),
    ("beside a figure", lambda word: word.replace("第一段，带", "第一段，有"), ("第一段，带", "第一段，有")),
    ("an item", lambda word: word.replace("乙项", "丙项"), ("- 乙项", "- 丙项")),
    ("a cell", lambda word: word.replace("四", "五"), ("| 三 | 四 |", "| 三 | 五 |")),
    ("a new item", lambda word: word.add("甲项", "又一项"), ("- 甲项\n", "- 甲项\n- 又一项\n")),
    ("a new paragraph", lambda word: word.add("第二段", "第三段。"), ("的话。\n", "的话。\n\n第三段。\n")),
    ("a new row", lambda word: word.add_row("一", "六", "七"), ("| 一 | 二 |\n", "| 一 | 二 |\n| 六 | 七 |\n")),
    ("a new first row", lambda word: word.add_row("项", "六", "七"), ("| 一 | 二 |", "| 六 | 七 |\n| 一 | 二 |")),
    ("an item gone", lambda word: word.find("甲项")._p.getparent().remove(word.find("甲项")._p), ("- 甲项\n", "")),
    (
        "a row gone",
        lambda word: (row := word.find("三")._p.getparent().getparent()).getparent().remove(row),
        ("| 三 | 四 |\n", ""),
    ),
]


@pytest.mark.parametrize(("edit", "change"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_change_lands_where_it_belongs(house: Draft, edit: Callable[[Edited], None], change: tuple[str, str]) -> None:
    word = Edited(house)
    edit(word)
    wanted = expected(house, change)
    assert word.back() == (0, wanted)


def test_a_new_step_with_its_text(house: Draft) -> None:
    word = Edited(house)
    steps = [paragraph for paragraph in word.all() if paragraph.style and paragraph.style.name == "SOP Step"]
    body = next(p for p in word.all() if p.style and p.style.name == "SOP Text" and p._p.getprevious() is not None
                and "SopFacts" in (p._p.getprevious().xml or ""))  # fmt: skip
    word.add(body.text, "做什么。")
    word.add(body.text, "新的一步", like=steps[0].text)
    before = house.read(PROCEDURE)
    code, text = word.back()
    assert code == 0
    assert "1. **新的一步**\n   做什么。\n" in text
    assert text.replace("1. **新的一步**\n   做什么。\n", "") == before
    procedure = house.load().by_number["OF-CX-01"]
    assert [step.title for step in procedure.steps][1] == "新的一步"  # type: ignore[attr-defined]


def test_a_new_version_in_the_revision_table(house: Draft) -> None:
    word = Edited(house)
    word.add_row("版本", "A/1", "2026-09-01", "改了附录", "总经理")
    code, text = word.back()
    assert code == 0
    assert "| --- | --- | --- | --- |\n| A/1 | 2026-09-01 | 改了附录 | 总经理 |\n| A/0" in text


def test_tracked_changes_count_whether_accepted_or_not(house: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    word = Edited(house)
    paragraph = word.find("甲项")
    run = paragraph.runs[0]._r
    stamp = 'w:author="a" w:date="2026-01-01T00:00:00Z"'
    inserted = parse_xml(f'<w:ins {nsdecls("w")} w:id="9001" {stamp}><w:r><w:t>新的</w:t></w:r></w:ins>')
    deleted = parse_xml(f'<w:del {nsdecls("w")} w:id="9002" {stamp}><w:r><w:delText>甲</w:delText></w:r></w:del>')
    run.addprevious(inserted)
    run.addprevious(deleted)
    paragraph.runs[-1].text = "项"
    wanted = expected(house, ("- 甲项", "- 新的项"))
    assert word.back() == (0, wanted)
    assert "修订标记尚未接受" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "said_"),
    [
        ("7 天", "5 天", "普通文字"),
        ("OF-BD-01 快件登记表", "另一张表", "普通文字"),
        ("第二段，", "[[#x]]第二段，", "普通文字"),
    ],
)
def test_what_is_no_plain_text_is_shown_and_left_alone(
    house: Draft, capsys: pytest.CaptureFixture[str], old: str, new: str, said_: str
) -> None:
    word = Edited(house)
    before = house.read(PROCEDURE)
    word.replace(old, new)
    assert word.back() == (1, before)
    assert said_ in capsys.readouterr().out


def test_what_changed_on_both_sides_is_shown_and_never_guessed(
    house: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    word = Edited(house)
    word.replace("乙项", "丙项")
    word.replace("第二段，", "改过的第二段，")
    house.replace(PROCEDURE, "- 乙项", "- 丁项")
    house.replace(PROCEDURE, "第一段，带", "第一段，有")
    wanted = expected(house, ("第二段，", "改过的第二段，"))
    assert word.back() == (1, wanted)
    out = capsys.readouterr().out
    assert "“丁项”改为“丙项”" in out
    assert "也改过" in out
    assert "第一段" not in out, "what only the source changed is no conflict"


def test_line_ends_stay_as_they_are(house: Draft) -> None:
    house.write(PROCEDURE, house.read(PROCEDURE).replace("\n", "\r\n").encode())
    word = Edited(house)
    word.replace("乙项", "丙项")
    word.back()
    data = (house.root / PROCEDURE).read_bytes()
    assert "- 丙项\r\n".encode() in data
    assert data.count(b"\r\n") == data.count(b"\n")


def test_a_dry_run_writes_nothing(house: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    word = Edited(house)
    word.replace("乙项", "丙项")
    word.word.save(house.root / "edited.docx")
    before = house.read(PROCEDURE)
    assert main(["-C", str(house.root), "takeback", "--dry-run", str(house.root / "edited.docx")]) == 0
    assert house.read(PROCEDURE) == before
    assert "“乙项”改为“丙项”" in capsys.readouterr().out


def test_nothing_changes_by_an_unchanged_copy_of_any_document() -> None:
    made = compiler(REPOSITORY)
    for document in offered(made.handbook)[::4]:
        source = (REPOSITORY / document.place.file).read_text("utf-8")
        found = take_back(source, read_copy(made.document(document).data), composer(made.handbook, document))
        assert (found.source == source, found.carried, found.conflicts) == (True, (), ()), document.id


def test_what_is_no_copy_is_refused(house: Draft) -> None:
    with pytest.raises(Refused):
        read_copy(b"no zip")
    with pytest.raises(Refused):
        read_copy(compiler(house.root).whole().data)
    word = Edited(house)
    for mark in [e for e in word.word.element.body.iter() if "bookmark" in str(e.tag)]:
        mark.getparent().remove(mark)
    stream = io.BytesIO()
    word.word.save(stream)
    with pytest.raises(Refused):
        read_copy(stream.getvalue())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_source_says_what_the_copy_says_or_is_left_alone(data: st.DataObject) -> None:
    made = real()
    document = made.by_number["KF-CX-06"]
    source = (REPOSITORY / document.place.file).read_text("utf-8")
    compose = composer(made, document)
    lines = compose(source)
    assert lines is not None
    index = data.draw(st.integers(0, len(lines) - 1))
    old = said(lines[index])
    cut = sorted(data.draw(st.tuples(st.integers(0, len(old)), st.integers(0, len(old)))))
    middle = data.draw(st.text("新的话*_[]{}|#>-1. `", max_size=8))
    new = " ".join((old[: cut[0]] + middle + old[cut[1] :]).split())
    paragraphs = tuple(
        Paragraph(new if n == index else said(line), ((checksum(line.key), checksum(said(line))),), "", 0, False)
        for n, line in enumerate(lines)
    )
    found = take_back(source, Returned(document.id, "", paragraphs), compose)
    after = compose(found.source)
    assert after is not None
    texts = [said(line) for line in lines]
    if found.conflicts or new == old:
        assert found.source == source
    else:
        texts[index] = new
    assert [said(line) for line in after] == texts


@pytest.mark.office
@pytest.mark.xdist_group("office")
def test_marks_survive_libreoffice(office: str, house: Draft, tmp_path: Path) -> None:
    path = tmp_path / "OF-CX-01.docx"
    word = Edited(house)
    word.replace("乙项", "丙项")
    word.word.save(path)
    resaved = convert([path], tmp_path / "out", to="docx")
    wanted = expected(house, ("- 乙项", "- 丙项"))
    assert main(["-C", str(house.root), "takeback", str(resaved[0])]) == 0
    assert house.read(PROCEDURE) == wanted

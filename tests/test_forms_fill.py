"""Filling in forms: from arguments, from JSON, from the rows of a table."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from forms import all_fillable, all_values, compiled, some_value, with_every_type
from handbooks import REPOSITORY, Draft
from sopbook.cli import main
from sopbook.forms.fillable import Blank
from sopbook.forms.merge import safe_name
from sopbook.forms.reading import read_form
from sopbook.forms.values import BadValue, Value, parse, portable, show
from sopbook.handbooks import load
from sopbook.locales import locale
from sopbook.model import FieldType
from sopbook.spreadsheet import Sheet, xlsx_bytes

Run = Callable[..., tuple[int, str, str]]
NUMBER = "OF-BD-02"


@pytest.fixture
def run(draft: Draft, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``sopbook form`` on a draft that has a form with every type; gives exit code, output, errors."""
    with_every_type(draft)

    def form(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main(["-C", str(draft.root), "form", *map(str, arguments)])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return code, *capsys.readouterr()

    return form


def values_of(path: Path, draft: Draft) -> dict[str, Value]:
    found = read_form(path, all_fillable(draft.load()), locale("zh"))
    assert found.unread == ()
    return dict(found.values)


# --------------------------------------------------------------------------- one form


def test_a_blank_form(run: Run, tmp_path: Path, draft: Draft) -> None:
    code, out, err = run(NUMBER, "--out", tmp_path / "new/folder")
    path = tmp_path / "new/folder/OF-BD-02.docx"
    assert (code, out.strip(), err) == (0, str(path), "")
    assert values_of(path, draft) == {}


def test_fields_go_by_label_or_id_and_values_as_people_write_them(run: Run, tmp_path: Path, draft: Draft) -> None:
    given_ = {
        "编号": "2026-0001",
        "content": "第一行\n第二行",
        "人数": "12 人",
        "金额": "¥1,200.50",
        "日期": "2026年3月1日",
        "时间": "9点5分",
        "受理时间": "2026/3/1 14:30",
        "渠道": "来访",
        "附件": "合同、身份证",
        "同意": "是",
        "电话": "0571-8888 9999",
        "经办人": "张三",
        "经办人日期": "2026.3.2",
        "过程.1.事项": "<w:p/>",
        "log.2.result": "不通过",
        "打分.2.评价": "好",
    }
    code, _, err = run(
        "bd-02", *(part for name, value in given_.items() for part in ("--set", f"{name}={value}")), "--out", tmp_path
    )
    assert (code, err) == (0, "")
    assert values_of(tmp_path / "OF-BD-02.docx", draft) == {
        "no": "2026-0001",
        "content": "第一行\n第二行",
        "people": Decimal(12),
        "amount": Decimal("1200.50"),
        "day": dt.date(2026, 3, 1),
        "hour": dt.time(9, 5),
        "received": dt.datetime(2026, 3, 1, 14, 30),
        "channel": "来访",
        "papers": ("身份证", "合同"),
        "agreed": True,
        "phone": "0571-8888 9999",
        "clerk": "张三",
        "clerk.date": dt.date(2026, 3, 2),
        "log.1.what": "<w:p/>",
        "log.2.result": "不通过",
        "marks.2.grade": "好",
    }


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_made(run: Run, tmp_path: Path) -> None:
    code, out, err = run(
        NUMBER, "--set", "编好=1", "--set", "日期=明天", "--set", "渠道=微信", "--set", "人数=许多", "--out", tmp_path
    )
    assert (code, out) == (1, "")
    assert "没有“编好”这一栏" in err
    assert "应为日期" in err
    assert "可选 电话, 来访, 线上" in err
    assert "应为数字" in err
    assert list(tmp_path.glob("*.docx")) == []


def test_json_fills_tables_by_row(run: Run, tmp_path: Path, draft: Draft) -> None:
    path = tmp_path / "in.json"
    path.write_text(
        json.dumps(
            {"编号": 7, "people": 12.5, "附件": ["合同"], "同意": True, "过程": [{"事项": "甲"}, {"what": "乙"}]}
        )
    )
    assert run(NUMBER, "--json", path, "--set", "no=8", "--out", tmp_path)[0] == 0
    assert values_of(tmp_path / "OF-BD-02.docx", draft) == {
        "no": "8",
        "people": Decimal("12.5"),
        "papers": ("合同",),
        "agreed": True,
        "log.1.what": "甲",
        "log.2.what": "乙",
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["OF-BD-99"], "did you mean OF-BD-0"),
        (["OF-CX-01"], "is a procedure"),
        ([NUMBER, "--set", "编号"], "FIELD=VALUE"),
        ([NUMBER, "--one"], "--rows"),
        ([NUMBER, "--rows", "x.csv", "--one", "--name", "编号"], "--name"),
        (["read", "x.docx"], "--out"),
        (["read", "x.docx", "--out", "x.doc"], ".xlsx, .csv, .json"),
        ([NUMBER, "--json", "no-such-file.json"], "no-such-file.json"),
    ],
)
def test_misuse_is_explained(run: Run, arguments: list[str], expected: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert expected in err


def test_a_filled_form_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    assert run(NUMBER, "--out", tmp_path)[0] == 0
    code, _, err = run(NUMBER, "--out", tmp_path)
    assert (code, "--force" in err) == (2, True)
    assert run(NUMBER, "--out", tmp_path, "--force")[0] == 0


def test_help_and_fields(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert "sopbook form read FILE... --out" in out
    assert "--any-version" in run("read", "--help")[1]
    code, out, _ = run("fields", NUMBER)
    assert "channel\t渠道\t单选\t必填\t电话 / 来访 / 线上" in out
    found = json.loads(run("fields", NUMBER, "--json")[1])
    assert {"id": "people", "label": "人数", "type": "number", "required": False, "options": [], "unit": "人"} in found


def test_without_libreoffice_pdf_says_what_to_do(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = run(NUMBER, "--pdf", "--out", tmp_path)
    assert (code, out) == (1, "")
    assert "LibreOffice" in err
    assert "apt-get install" in err
    assert list(tmp_path.glob("*.docx")) == []


@pytest.mark.office
@pytest.mark.xdist_group("office")
def test_pdf_with_libreoffice(office: str, run: Run, tmp_path: Path) -> None:
    code, out, _ = run(NUMBER, "--pdf", "--out", tmp_path)
    assert code == 0
    assert out.split() == [str(tmp_path / "OF-BD-02.docx"), str(tmp_path / "OF-BD-02.pdf")]
    assert (tmp_path / "OF-BD-02.pdf").read_bytes().startswith(b"%PDF")


# -------------------------------------------------------------------------------- rows

HEAD = ["编号", "内容", "渠道", "人数", "日期"]


def table(tmp_path: Path, *rows: list[object], headings: list[str] = HEAD) -> Path:
    path = tmp_path / "rows.xlsx"
    path.write_bytes(xlsx_bytes([Sheet("业户", headings, rows)]))  # type: ignore[arg-type]
    return path


def test_a_form_for_each_row(run: Run, tmp_path: Path, draft: Draft) -> None:
    rows = table(
        tmp_path,
        ["1/甲", "一", "电话", Decimal(3), dt.date(2026, 3, 1)],
        ["2", "=cmd()", "线上", None, "2026-3-2"],
        [Decimal(3), "<w:br/>&", "来访", "5人", None],
    )
    out = tmp_path / "out"
    code, said, err = run(NUMBER, "--rows", rows, "--set", "经办人=李四", "--out", out)
    assert code == 0, err
    assert said.split() == [str(out / f"OF-BD-02-00{n}.docx") for n in (1, 2, 3)]
    assert err == "", "every required field has a column"
    assert values_of(out / "OF-BD-02-001.docx", draft)["day"] == dt.date(2026, 3, 1)
    assert values_of(out / "OF-BD-02-002.docx", draft) == {
        "no": "2",
        "content": "=cmd()",
        "channel": "线上",
        "day": dt.date(2026, 3, 2),
        "clerk": "李四",
    }
    assert values_of(out / "OF-BD-02-003.docx", draft) == {
        "no": "3",
        "content": "<w:br/>&",
        "channel": "来访",
        "people": Decimal(5),
        "clerk": "李四",
    }
    for path in out.iterdir():
        assert OpenXmlValidator().validate(str(path)).errors == []
    named = tmp_path / "named"
    assert run(NUMBER, "--rows", rows, "--name", "编号", "--out", named)[0] == 0
    assert sorted(path.name for path in named.iterdir()) == [f"OF-BD-02-{n}.docx" for n in ("1_甲", "2", "3")]


def test_a_row_says_the_same_as_the_same_form_filled_in_alone(draft: Draft, tmp_path: Path) -> None:
    form = compiled(with_every_type(draft), NUMBER)
    values = all_values(form.form)
    for tags in (set(values), set(list(values)[::2])):
        alone, merged = tmp_path / "alone.docx", tmp_path / "merged.docx"
        part = {tag: value for tag, value in values.items() if tag in tags}
        alone.write_bytes(form.word(part))
        merged.write_bytes(form.merger(tags).word(part))
        with zipfile.ZipFile(alone) as first, zipfile.ZipFile(merged) as second:
            assert second.testzip() is None
            assert {name: first.read(name) for name in first.namelist()} == {
                name: second.read(name) for name in second.namelist()
            }


def test_what_is_wrong_is_said_by_row_and_nothing_is_half_written(run: Run, tmp_path: Path) -> None:
    rows = table(
        tmp_path,
        ["1", "一", "电话", "3", "2026-03-01", "x"],
        ["2", "", "微信", "许多", "2026-02-30", ""],
        ["3", "三", "", "", "", ""],
        headings=[*HEAD, "没有的列"],
    )
    out = tmp_path / "out"
    code, said, err = run(NUMBER, "--rows", rows, "--out", out)
    assert (code, said) == (1, "")
    assert "rows.xlsx：没有“没有的列”这一栏" in err
    for row, text in ((3, "“内容”必填"), (3, "微信"), (3, "应为数字"), (3, "应为日期"), (4, "“渠道”必填")):
        assert any(f"第 {row} 行" in line and text in line for line in err.splitlines()), (row, text, err)
    assert "没有生成任何文件" in err
    assert not out.exists()


def test_names_that_clash_are_said_by_row(run: Run, tmp_path: Path) -> None:
    rows = table(tmp_path, ["a", "一", "电话"], ["A", "二", "电话"], ["b", "三", "电话"])
    code, _, err = run(NUMBER, "--rows", rows, "--name", "编号", "--out", tmp_path / "out")
    assert code == 1
    assert "第 3 行：“编号”与第 2 行相同" in err
    assert run(NUMBER, "--rows", rows, "--name", "不存在", "--out", tmp_path / "out")[0] == 2


def test_required_fields_without_a_column_are_left_to_the_pen(run: Run, tmp_path: Path) -> None:
    rows = table(tmp_path, ["1"], headings=["编号"])
    code, _, err = run(NUMBER, "--rows", rows, "--out", tmp_path / "out")
    assert code == 0
    assert "留待手填的必填栏：内容、渠道" in err
    code, _, err = run(NUMBER, "--rows", table(tmp_path, headings=["编号"]), "--out", tmp_path / "out")
    assert (code, "没有数据行" in err) == (1, True)


@pytest.mark.office
@pytest.mark.xdist_group("office")
def test_all_rows_in_one_file(office: str, run: Run, tmp_path: Path) -> None:
    rows = table(tmp_path, *([str(n), f"内容 {n}", "电话"] for n in range(1, 6)))
    code, out, _ = run(NUMBER, "--rows", rows, "--one", "--pdf", "--out", tmp_path / "out")
    assert code == 0
    word, pdf = (Path(line) for line in out.split())
    assert word.name == "OF-BD-02-rows.docx"
    assert OpenXmlValidator().validate(str(word)).errors == []
    with zipfile.ZipFile(word) as package:
        document = package.read("word/document.xml").decode()
        footer = package.read("word/footer1.xml").decode()
    assert " SECTIONPAGES " in footer
    assert footer.count("<w:t>1</w:t>") == 1, "the number of the page, and no number of pages that would be wrong"
    assert document.count('<w:pgNumType w:start="1"/>') == 5
    assert [document.index(f"内容 {n}<") for n in range(1, 6)] == sorted(
        document.index(f"内容 {n}<") for n in range(1, 6)
    )
    assert pdf.read_bytes().startswith(b"%PDF")
    again = tmp_path / "again"
    assert run(NUMBER, "--rows", rows, "--one", "--out", again)[0] == 0
    assert (again / word.name).read_bytes() == word.read_bytes()


def test_a_merge_that_fails_half_way_leaves_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = table(tmp_path, ["1", "一", "电话"], ["2", "二", "电话"])
    written = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name.endswith("002.docx"):
            raise OSError(28, "No space left on device")
        return written(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    code, _, err = run(NUMBER, "--rows", rows, "--out", tmp_path / "out")
    assert (code, "No space left" in err) == (1, True)
    assert list((tmp_path / "out").iterdir()) == []


# ------------------------------------------------------------------------------ values


def blank_of(kind: FieldType) -> Blank:
    options = ("甲、乙", "丙", "Ding") if kind in (FieldType.CHOICE, FieldType.CHOICES) else ()
    return Blank("f", "栏", kind, False, options, "人" if kind is FieldType.NUMBER else "")


@pytest.mark.parametrize("kind", list(FieldType))
def test_a_value_survives_being_shown_and_read(kind: FieldType) -> None:
    blank = blank_of(kind)
    for language in ("zh", "en"):
        value = some_value(blank, 1)
        text = "; ".join(value) if isinstance(value, tuple) else show(value, locale(language))
        assert parse(blank, text) == value
        assert parse(blank, portable(value)) == value  # type: ignore[arg-type]
    assert parse(blank, " ") is None
    assert parse(blank, None) is None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(FieldType)), st.text(max_size=40) | st.floats() | st.integers() | st.booleans())
def test_whatever_is_written_is_a_value_or_refused(kind: FieldType, raw: str | float | bool) -> None:
    blank = blank_of(kind)
    try:
        value = parse(blank, raw)
    except BadValue:
        return
    if isinstance(value, str) and value:
        assert parse(blank, value) == value, "reading a value again changes nothing"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_a_file_name_is_fit_for_every_system(text: str) -> None:
    name = safe_name(text)
    assert not set(name) & set('\\/:*?"<>|\n\r\t\0')
    assert len(name) <= 80
    assert name not in ("..", ".")


@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_whatever_is_filled_in_is_read_back(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    form = FORM_OF_THE_HANDBOOK
    text = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co")), max_size=30).map(
        lambda found: " ".join(found.split())
    )
    values: dict[str, Value] = {}
    for blank in form.form.blanks():
        if blank.type in (FieldType.TEXT, FieldType.MULTILINE, FieldType.SIGNATURE):
            found = data.draw(text)
            if found:
                values[blank.tag] = found
    path = tmp_path_factory.mktemp("any") / "form.docx"
    path.write_bytes(form.word(values))
    read = read_form(path, {form.form.number: form.form}, locale("zh"))
    assert (dict(read.values), read.unread) == (values, ())


FORM_OF_THE_HANDBOOK = compiled(load(REPOSITORY), "KF-BD-12")

"""Reading filled forms back: from whatever program, and from whoever sends them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import subprocess
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import all_fillable, all_values, compiled, with_every_type
from handbooks import REPOSITORY, Draft
from sopbook.cli import main
from sopbook.forms.fillable import Fillable
from sopbook.forms.reading import FilledForm, read_form
from sopbook.handbooks import load
from sopbook.locales import locale
from sopbook.untrusted import Refused
from sopbook.word.controls import bookmark_name
from sopbook.word.markup import W
from sopbook.word.package import pack_parts

NUMBER = "OF-BD-02"
RELATIONS = "word/_rels/document.xml.rels"


@pytest.fixture
def filled(draft: Draft, tmp_path: Path) -> Path:
    """A form with something in every field."""
    form = compiled(with_every_type(draft), NUMBER)
    path = tmp_path / "filled.docx"
    path.write_bytes(form.word(all_values(form.form)))
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def change(path: Path, part: str, edit: Callable[[str], str]) -> None:
    parts = parts_of(path)
    before = parts[part].decode()
    after = edit(before)
    assert before != after
    parts[part] = after.encode()
    path.write_bytes(pack_parts(parts))


def read(path: Path, draft: Draft, **options: bool) -> FilledForm:
    return read_form(path, all_fillable(draft.load()), locale("zh"), **options)


def form_of(draft: Draft) -> Fillable:
    return all_fillable(draft.load())[NUMBER]


def refusal(path: Path, draft: Draft) -> str:
    with pytest.raises(Refused) as refused:
        read(path, draft)
    return refused.value.reason.zh


# -------------------------------------------------------- what other programs make of it


def test_what_was_filled_in_is_read(filled: Path, draft: Draft) -> None:
    found = read(filled, draft)
    assert found.unread == ()
    assert found.values == all_values(form_of(draft))


def test_a_program_that_forgets_tags_is_understood(filled: Path, draft: Draft) -> None:
    """As LibreOffice 7.4 saves it: neither tags nor names, but bookmarks."""
    change(filled, "word/document.xml", lambda text: re.sub(r"<w:(tag|alias|lock) [^>]*/>", "", text))
    assert read(filled, draft).values == all_values(form_of(draft))


def test_a_program_that_forgets_controls_is_understood(filled: Path, draft: Draft) -> None:
    change(
        filled,
        "word/document.xml",
        lambda text: re.sub(r"<w:sdt>|</w:sdt>|<w:sdtPr>.*?</w:sdtPr>|</?w:sdtContent>", "", text),
    )
    assert read(filled, draft).values == all_values(form_of(draft))


def test_text_that_a_program_has_cut_into_runs_paragraphs_and_tracked_changes(filled: Path, draft: Draft) -> None:
    made = (
        "<w:r><w:t>甲</w:t></w:r><w:ins w:id='1' w:author='a'><w:r><w:t>乙</w:t></w:r></w:ins>"
        "<w:del w:id='2' w:author='a'><w:r><w:delText>丙</w:delText></w:r></w:del>"
        "<w:r><w:t>丁</w:t><w:br/><w:t>戊</w:t></w:r>"
    )
    pattern = r'(<w:tag w:val="no"/>.*?<w:sdtContent>).*?(</w:sdtContent>)'
    change(filled, "word/document.xml", lambda text: re.sub(pattern, rf"\g<1>{made}\g<2>", text, count=1))
    assert read(filled, draft).values["no"] == "甲乙丁\n戊"


def test_a_control_that_word_has_emptied_again_is_blank(filled: Path, draft: Draft) -> None:
    pattern = (
        r'(<w:tag w:val="no"/><w:lock w:val="sdtLocked"/>)(</w:sdtPr><w:sdtContent>.*?<w:t[^>]*>)'
        r".*?(</w:t></w:r></w:sdtContent>)"
    )
    for prompt in ("单击或点击此处输入文字。", "Click or tap here to enter text."):
        shown = rf"\g<1><w:showingPlcHdr/>\g<2>{prompt}\g<3>"
        change(
            filled, "word/document.xml", lambda text, new=shown: re.sub(pattern, new, text, count=1, flags=re.DOTALL)
        )  # type: ignore[misc]
        assert "no" not in read(filled, draft).values
        change(
            filled,
            "word/document.xml",
            lambda text: text.replace('<w:lock w:val="sdtLocked"/><w:showingPlcHdr/>', '<w:lock w:val="sdtLocked"/>'),
        )


def test_filling_in_with_python_docx(draft: Draft, tmp_path: Path) -> None:
    """Another program's way: its own XML library, its own way of packing."""
    path = tmp_path / "blank.docx"
    path.write_bytes(compiled(with_every_type(draft), NUMBER).word())
    document = docx.Document(str(path))
    space = {"w": W}
    controls = document.element.body.iter(f"{{{W}}}sdt")
    control = next(c for c in controls if c.find("w:sdtPr/w:tag", space).get(f"{{{W}}}val") == "no")
    control.find(".//w:t", space).text = "2026-0009"
    document.save(str(path))
    assert read(path, draft).values == {"no": "2026-0009"}


@pytest.mark.office
@pytest.mark.xdist_group("office")
def test_filling_in_with_libreoffice(office: str, draft: Draft, tmp_path: Path) -> None:
    """Its content controls are edited in its own document model, by a macro that it runs, and it saves the file."""
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no python3-uno")
    path, saved = tmp_path / "blank.docx", tmp_path / "saved.docx"
    path.write_bytes(compiled(with_every_type(draft), NUMBER).word())
    script = REPOSITORY / "tests/fill_in_libreoffice.py"
    marks = {
        bookmark_name(tag): text
        for tag, text in {"no": "2026-0001", "content": "3号楼 mixed 文字", "people": "12", "clerk": "张三"}.items()
    }
    ticks = [bookmark_name(tag) for tag in ("channel:来访", "papers:合同", "agreed", "marks.1.grade:好")]
    job = json.dumps({"office": office, "from": str(path), "to": str(saved), "texts": marks, "ticks": ticks})
    subprocess.run([python, script], input=job, text=True, check=True, timeout=180)
    found = read(saved, draft)
    assert found.unread == ()
    assert {tag: str(value) for tag, value in found.values.items()} == {
        "no": "2026-0001",
        "content": "3号楼 mixed 文字",
        "people": "12",
        "clerk": "张三",
        "channel": "来访",
        "papers": "('合同',)",
        "agreed": "True",
        "marks.1.grade": "好",
    }


# ------------------------------------------------------------------ what cannot be read


def test_what_cannot_be_read_is_listed_by_field_and_the_rest_is_read(filled: Path, draft: Draft) -> None:
    def spoil(text: str) -> str:
        text = text.replace("12.5<", "十几<").replace("2026年3月1日<", "二月三十<")
        text = re.sub(
            r'(<w:tag w:val="channel:[^>]*/><w:lock w:val="sdtLocked"/><w14:checkbox><w14:checked w14:val=)"."',
            r'\1"1"',
            text,
        )
        return re.sub(r'<w:bookmarkStart [^>]*/><w:sdt><w:sdtPr><w:alias w:val="电话"/>.*?</w:sdt>', "", text)

    change(filled, "word/document.xml", spoil)
    found = read(filled, draft)
    problems = {item.field: (item.found, item.reason.zh) for item in found.unread}
    assert problems["人数"] == ("十几", "应为数字")
    assert problems["日期"][0] == "二月三十"
    assert "只能选一项" in problems["渠道"][1]
    assert "找不到" in problems["电话"][1]
    assert found.values["no"] == all_values(form_of(draft))["no"]


def test_number_and_version_are_checked(filled: Path, draft: Draft) -> None:
    assert read(filled, draft).version == "A/0"
    draft.replace("sop/office/OF-BD-02.md", "version: A/0", "version: A/1")
    assert refusal(filled, draft) == "是 OF-BD-02 的 A/0 版，现行的是 A/1 版；确要读取请加 --any-version"
    assert read(filled, draft, any_version=True).values == all_values(form_of(draft))
    draft.replace("sop/office/OF-BD-02.md", "id: OF-BD-02", "id: OF-BD-03")
    assert "OF-BD-02" in refusal(filled, draft)
    change(filled, "docProps/custom.xml", lambda text: text.replace("sopbook.number", "other"))
    assert "不是本手册的表单" in refusal(filled, draft)


def test_several_copies_in_one_file_are_refused(filled: Path, draft: Draft) -> None:
    change(filled, "word/document.xml", lambda text: re.sub(r"(<w:tbl>.*</w:tbl>)", r"\1\1", text, flags=re.DOTALL))
    assert "多份副本" in refusal(filled, draft)


# --------------------------------------------------------------------- hostile files


def relation(kind: str, target: str) -> str:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return f'<Relationship Id="evil" Type="{office}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'


def test_macros_and_links_to_the_outside_are_refused(filled: Path, draft: Draft) -> None:
    whole = filled.read_bytes()
    for kind in ("attachedTemplate", "oleObject", "image", "subDocument", "frame"):
        change(filled, RELATIONS, lambda t, k=kind: t.replace("</Relationships>", relation(k, "http://evil.example/a")))  # type: ignore[misc]
        assert "http://evil.example/a" in refusal(filled, draft)
        filled.write_bytes(whole)
    change(
        filled, RELATIONS, lambda text: text.replace("</Relationships>", relation("hyperlink", "https://example.com"))
    )
    assert read(filled, draft).values, "a link that somebody typed does no harm"
    parts = parts_of(filled)
    filled.write_bytes(pack_parts({**parts, "word/vbaProject.bin": b"x"}))
    assert "宏" in refusal(filled, draft)
    change(
        filled, "[Content_Types].xml", lambda text: text.replace("document.main+xml", "document.macroEnabled.main+xml")
    )
    assert "宏" in refusal(filled, draft)


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "<!DOCTYPE a ["
        + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
        + "]><a>&e11;</a>",
        '<!DOCTYPE a SYSTEM "http://evil.example/a.dtd"><a/>',
        "<a>" * 5_000,
        "<a/>",
        "<a",
        "",
        '<?xml version="1.0" encoding="no-such"?><a/>',
        "<a>" + "<b/>" * 500_000 + "</a>",
    ],
    ids=["xxe", "billion-laughs", "dtd", "deep", "empty", "torn", "nothing", "encoding", "wide"],
)
def test_hostile_xml_is_refused_or_empty(filled: Path, draft: Draft, document: str) -> None:
    change(filled, "word/document.xml", lambda _: document)
    forms = all_fillable(draft.load())
    start = time.monotonic()
    try:
        found = read_form(filled, forms, locale("zh"))
        assert (found.values, len(found.unread) > 0) == ({}, True)
    except Refused:
        pass
    assert time.monotonic() - start < 60, "not a measure of speed: a bomb would take hours"


def test_a_zip_bomb_takes_little_memory(filled: Path, draft: Draft) -> None:
    parts = parts_of(filled)
    filled.write_bytes(pack_parts({**parts, "word/document.xml": b" " * 400_000_000}))
    assert filled.stat().st_size < 1_000_000
    forms = all_fillable(draft.load())
    tracemalloc.start()
    with pytest.raises(Refused) as refused:
        read_form(filled, forms, locale("zh"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "压缩炸弹" in refused.value.reason.zh
    assert most < 120_000_000


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.docx", b"", "压缩包打不开"),
        ("a.docx", b"PK\x03\x04" + b"x" * 100, "压缩包打不开"),
        ("a.docx", b"%PDF-1.7", "压缩包打不开"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为 .docx"),
        ("a.docx", pack_parts({"a.txt": b"x"}), "不是 Word 文件"),
        ("a.docx", b"x" * 20_000_001, "超过 20 MB"),
        ("a.docx", pack_parts({f"{n}": b"" for n in range(2_100)}), "太多"),
    ],
    ids=["empty", "torn", "pdf", "doc", "zip", "large", "many"],
)
def test_what_is_no_form_is_refused(draft: Draft, tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert reason in refusal(path, draft)
    assert "打不开" in refusal(tmp_path / "no-such.docx", draft)


def test_two_parts_of_one_name_and_a_password_are_refused(filled: Path, draft: Draft) -> None:
    with zipfile.ZipFile(filled, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("word/document.xml", "<other/>")
    assert "压缩包打不开" in refusal(filled, draft)
    data = bytearray(pack_parts({"[Content_Types].xml": b"x"}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        place = data.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
        data[place] |= 1
    filled.write_bytes(bytes(data))
    assert "密码" in refusal(filled, draft)


FORM = compiled(load(REPOSITORY), "KF-BD-12")
WHOLE = FORM.word(all_values(FORM.form))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2**32), st.integers(0, 255)), min_size=1, max_size=8), st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(WHOLE)
    for place, byte in damage:
        data[place % len(data)] = byte
    path = tmp_path_factory.getbasetemp() / "damaged.docx"
    path.write_bytes(bytes(data) if cut % 3 else bytes(data[: cut % len(data)]))
    with contextlib.suppress(Refused):
        read_form(path, {FORM.form.number: FORM.form}, locale("zh"))


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="<>/w:tsdrpb=\"' &;甲", max_size=80), st.integers(0, 2**32))
def test_a_document_with_any_text_put_in_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, place: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "torn.docx"
    path.write_bytes(WHOLE)
    parts = parts_of(path)
    document = parts["word/document.xml"].decode()
    at = place % len(document)
    parts["word/document.xml"] = (document[:at] + text + document[at:]).encode()
    path.write_bytes(pack_parts(parts))
    with contextlib.suppress(Refused):
        read_form(path, {FORM.form.number: FORM.form}, locale("zh"))


# -------------------------------------------------------------------- the command line


@pytest.fixture
def several(filled: Path, draft: Draft, tmp_path: Path) -> Mapping[str, Path]:
    """A folder with two good forms, one whose values begin like formulas, and two bad files."""
    folder = tmp_path / "in"
    folder.mkdir()
    form = compiled(draft.load(), NUMBER)
    (folder / "1.docx").write_bytes(filled.read_bytes())
    (folder / "2.docx").write_bytes(form.word({"no": "=HYPERLINK(1)", "content": "+1"}))
    (folder / "3.docx").write_bytes(b"x")
    (folder / "~$1.docx").write_bytes(b"left by Word")
    return {"folder": folder, "out": tmp_path / "out"}


def test_forms_become_a_workbook_a_csv_or_json(
    several: Mapping[str, Path], draft: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in ("json", "xlsx", "csv"):
        out = several["out"].with_suffix(f".{suffix}")
        assert main(["-C", str(draft.root), "form", "read", str(several["folder"]), "--out", str(out)]) == 1
        said = capsys.readouterr()
        assert "3.docx：不是完好的 Office 文件" in said.err
        assert "读取 2 份" in said.out
        assert "1 份没有读" in said.out
    found = json.loads(several["out"].with_suffix(".json").read_text("utf-8"))
    assert [entry["file"] for entry in found] == ["1.docx", "2.docx"]
    assert found[0]["fields"]["papers"] == ["身份证", "其他材料"]
    assert found[0]["tables"]["log"][0]["on"] == "2026-03-01"
    assert found[1]["fields"] == {"no": "=HYPERLINK(1)", "content": "+1"}
    with zipfile.ZipFile(several["out"].with_suffix(".xlsx")) as package:
        sheets = [package.read(name).decode() for name in package.namelist() if "worksheets/" in name]
        assert len(sheets) == 3, "the form, and its two tables"
        assert all("<f>" not in sheet for sheet in sheets)
    rows = list(csv.DictReader(io.StringIO(several["out"].with_suffix(".csv").read_text("utf-8-sig"))))
    assert rows[1]["编号"] == "'=HYPERLINK(1)"


def test_what_was_read_can_be_merged_again(
    several: Mapping[str, Path], draft: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    (several["folder"] / "3.docx").unlink()
    out, again = several["out"].with_suffix(".csv"), several["folder"].parent / "again"
    assert main(["-C", str(draft.root), "form", "read", str(several["folder"]), "--out", str(out)]) == 0
    form = form_of(draft)
    draft.replace(
        "sop/office/OF-BD-02.md",
        "{#channel type=choice options=电话/来访/线上 required}",
        "{#channel type=choice options=电话/来访/线上}",
    )
    assert main(["-C", str(draft.root), "form", NUMBER, "--rows", str(out), "--out", str(again)]) == 0, (
        capsys.readouterr()
    )
    found = read(again / "OF-BD-02-001.docx", draft)
    assert found.values == all_values(form)
    assert read(again / "OF-BD-02-002.docx", draft).values == {"no": "=HYPERLINK(1)", "content": "+1"}


def test_a_csv_holds_one_kind_of_form(
    several: Mapping[str, Path], draft: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    (several["folder"] / "3.docx").write_bytes(compiled(draft.load(), "OF-BD-01").word())
    command = ["-C", str(draft.root), "form", "read", str(several["folder"]), "--out"]
    assert main([*command, str(several["out"].with_suffix(".csv"))]) == 2
    assert "OF-BD-01" in capsys.readouterr().err
    assert main([*command, str(several["out"].with_suffix(".xlsx"))]) == 0
    assert main([*command, str(several["out"].with_suffix(".xlsx"))]) == 2, "data are not overwritten"
    assert main([*command, str(several["out"].with_suffix(".json")), "--form", NUMBER]) == 1
    assert "要的是 OF-BD-02" in capsys.readouterr().err

"""Word files of forms: valid, the same for the same sources, and read the same by other programs."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
import zxingcpp
from openxml_audit import FileFormat, OpenXmlValidator
from PIL import Image

from forms import all_fillable, all_values, compiled, with_every_type
from handbooks import REPOSITORY, Draft
from sopbook.forms.document import FormCompiler
from sopbook.forms.files import offered, template_folders
from sopbook.forms.reading import read_form
from sopbook.handbooks import build, load
from sopbook.locales import locale
from sopbook.targets import Outcome, Workplace, all_targets
from sopbook.word.markup import W
from sopbook.word.pdf import convert


def document_of(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as package:
        return ET.fromstring(package.read("word/document.xml"))  # noqa: S314 - our own file


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def words(element: ET.Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{{{W}}}t"))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Word files of the real handbook, blank, and (in ``filled``) with something in every field."""
    folder = tmp_path_factory.mktemp("forms")
    handbook = load(REPOSITORY)
    compiler = FormCompiler(handbook, template_folders(REPOSITORY))
    (folder / "filled").mkdir()
    for document in offered(handbook):
        form = compiler.compile(document)
        (folder / f"{document.id}.docx").write_bytes(form.word())
        (folder / "filled" / f"{document.id}.docx").write_bytes(form.word(all_values(form.form)))
    return folder


def faults(path: Path, format_: FileFormat = FileFormat.OFFICE_2019) -> list[str]:
    """What is wrong with a file by the schemas of ECMA-376, as an Office of that year applies them."""
    return [str(error) for error in OpenXmlValidator(file_format=format_).validate(str(path)).errors]


def test_every_form_is_valid_ooxml(real: Path) -> None:
    files = sorted(real.glob("*.docx"))
    assert len(files) > 15
    assert {path.name: found for path in files if (found := faults(path))} == {}


@pytest.mark.parametrize("format_", [FileFormat.OFFICE_2010, FileFormat.OFFICE_2019, FileFormat.MICROSOFT_365])
def test_a_form_with_every_type_is_valid_ooxml(draft: Draft, tmp_path: Path, format_: FileFormat) -> None:
    draft.replace("sop/handbook.yml", "language: zh", "language: zh\nbase_url: https://handbook.example.com/sop")
    form = compiled(with_every_type(draft), "OF-BD-02")
    path = tmp_path / "form.docx"
    for values in ({}, all_values(form.form)):
        path.write_bytes(form.word(values))
        assert faults(path, format_) == []


def test_the_templates_are_valid_ooxml() -> None:
    for path in sorted((REPOSITORY / "templates").glob("*.docx")):
        assert faults(path) == []


def test_the_templates_are_what_their_script_writes() -> None:
    script = REPOSITORY / "scripts/write_templates.py"
    python = REPOSITORY / ".venv/bin/python"
    command = [str(python) if python.exists() else "python3", str(script), "--check"]
    assert subprocess.run(command, check=False).returncode == 0, "run scripts/write_templates.py"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_same_sources_same_bytes(language: str, tmp_path: Path) -> None:
    """In another process, with another hash seed, in another time zone."""
    found = []
    for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York")):
        draft = Draft(tmp_path / seed, language)
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-m", "sopbook", "-C", str(draft.root), "build", "forms"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        found.append({path.name: path.read_bytes() for path in (draft.root / "build/forms").iterdir()})
    assert set(found[0]) == {"OF-BD-01.docx", "OF-JC-01.docx"}
    assert found[0] == found[1]


def test_a_second_build_writes_nothing_and_an_edit_one_file(draft: Draft) -> None:
    target = next(target for target in all_targets() if target.name == "forms")

    def built() -> Outcome:
        return build(draft.load(), Workplace(draft.root, draft.root / "build"), [target])["forms"]

    assert built() == Outcome(2, 0, 0)
    assert built() == Outcome(0, 2, 0)
    draft.replace("sop/office/OF-BD-01.md", "收发员", "值班员")
    assert built() == Outcome(1, 1, 0)
    (draft.root / "sop/office/OF-JC-01.md").unlink()
    assert built() == Outcome(0, 1, 1)


def test_a_field_is_a_control_with_its_tag_a_name_and_a_lock(draft: Draft, tmp_path: Path) -> None:
    form = compiled(with_every_type(draft), "OF-BD-02")
    path = tmp_path / "form.docx"
    path.write_bytes(form.word())
    controls = list(document_of(path).iter(f"{{{W}}}sdtPr"))
    found = {
        control.find(f"{{{W}}}tag").get(f"{{{W}}}val"): control.find(f"{{{W}}}alias").get(f"{{{W}}}val")  # type: ignore[union-attr]
        for control in controls
    }
    assert found["no"] == "编号"
    assert found["channel:来访"] == "渠道: 来访"
    assert found["clerk.date"] == "经办人日期"
    assert found["log.2.result"] == "过程.2.结果"
    assert found["marks.1.grade:好"] == "打分.1.评价: 好"
    assert len(found) == len(controls), "a tag names one control"
    assert all(control.find(f"{{{W}}}lock") is not None for control in controls)
    assert 'w:edit="forms" w:enforcement="1"' in part(path, "word/settings.xml")


def test_what_screen_readers_need_is_there(draft: Draft, tmp_path: Path) -> None:
    draft.replace("sop/handbook.yml", "language: zh", "language: zh\nbase_url: https://handbook.example.com/sop")
    path = tmp_path / "form.docx"
    path.write_bytes(compiled(with_every_type(draft), "OF-BD-01").word())
    core = part(path, "docProps/core.xml")
    assert "<dc:title>OF-BD-01 快件登记表</dc:title>" in core
    assert "<dc:language>zh-CN</dc:language>" in core
    assert 'w:eastAsia="zh-CN"' in part(path, "word/styles.xml")
    root = document_of(path)
    for table in root.iter(f"{{{W}}}tbl"):
        assert table.find(f"{{{W}}}tblPr/{{{W}}}tblCaption") is not None
        assert table.find(f"{{{W}}}tblPr/{{{W}}}tblDescription") is not None
        assert all(row.find(f"{{{W}}}trPr/{{{W}}}cantSplit") is not None for row in table.iter(f"{{{W}}}tr"))
    log = list(root.iter(f"{{{W}}}tbl"))[-1]
    rows = list(log.iter(f"{{{W}}}tr"))
    assert [row.find(f"{{{W}}}trPr/{{{W}}}tblHeader") is not None for row in rows] == [True] + [False] * 12
    assert 'descr="扫码查看 OF-CX-01 快件收发"' in part(path, "word/header1.xml")


def test_the_code_leads_to_the_step_that_uses_the_form(draft: Draft) -> None:
    without = compiled(draft.load(), "OF-BD-01").filled.parts
    assert not any(name.startswith("word/media/") for name in without)
    draft.replace("sop/handbook.yml", "language: zh", "language: zh\n网址: https://handbook.example.com/sop/")
    handbook = draft.load()
    assert handbook.settings.base_url == "https://handbook.example.com/sop/"
    parts = compiled(handbook, "OF-BD-01").filled.parts
    picture = next(data for name, data in parts.items() if name.startswith("word/media/qr-"))
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))
    assert [code.text for code in read] == ["https://handbook.example.com/sop/OF-CX-01/#register"]
    assert b"image/png" in parts["[Content_Types].xml"]


def test_a_web_address_that_is_none_is_reported(draft: Draft) -> None:
    draft.replace("sop/handbook.yml", "language: zh", "language: zh\nbase_url: handbook.example.com")
    assert "SOP106" in draft.codes()


def test_header_and_footer_say_what_the_form_is(draft: Draft, tmp_path: Path) -> None:
    path = tmp_path / "form.docx"
    path.write_bytes(compiled(draft.load(), "OF-BD-01").word())
    header = words(ET.fromstring(part(path, "word/header1.xml")))  # noqa: S314 - our own file
    organisation = draft.load().settings.organisation
    assert all(text in header for text in (organisation, "快件登记表", "OF-BD-01", "A/0", "2026-01-01"))
    footer = part(path, "word/footer1.xml")
    assert " PAGE " in footer
    assert " NUMPAGES " in footer
    assert "1 年" in footer


def test_a_draft_says_so_and_a_withdrawn_form_is_not_given_out(draft: Draft) -> None:
    draft.replace("sop/office/OF-BD-01.md", "retention: 1年", "retention: 1年\nstatus: draft")
    assert "草稿" in compiled(draft.load(), "OF-BD-01").word({}).decode("latin-1") or any(
        "草稿" in piece for piece in compiled(draft.load(), "OF-BD-01").layout.pieces if isinstance(piece, str)
    )
    draft.replace("sop/office/OF-BD-01.md", "status: draft", "status: withdrawn")
    assert [document.id for document in offered(draft.load())] == ["OF-JC-01"]


def test_a_title_with_markup_stays_text(draft: Draft, tmp_path: Path) -> None:
    title = 'a <w:p/> & "b" {{content}}'
    draft.replace("sop/office/OF-BD-01.md", "title: 快件登记表", f"title: '{title}'")
    path = tmp_path / "form.docx"
    path.write_bytes(compiled(draft.load(), "OF-BD-01").word())
    assert words(next(document_of(path).iter(f"{{{W}}}p"))) == title


def test_a_wide_table_turns_the_sheet(draft: Draft) -> None:
    columns = " | ".join(f"很长的列标题第 {n} {{#c{n} type=datetime}}" for n in range(9))
    draft.replace(
        "sop/office/OF-BD-01.md",
        "| 单号 {#no} | 收件人 {#to} | 外包装 {#state type=choice options=完好/破损} "
        "| 收件人签字 {#sign type=signature} |\n"
        "| --- | --- | --- | --- |\n|  |  |  |  |",
        f"| {columns} |\n|{' --- |' * 9}\n|{'  |' * 9}",
    )
    form = compiled(draft.load(), "OF-BD-01")
    assert form.layout.landscape
    assert 'w:orient="landscape"' in form.filled.after


# ------------------------------------------------------------------------- LibreOffice


# Starting LibreOffice takes most of the time: everything is converted in two runs.


@pytest.fixture(scope="module")
def pdfs(office: str, real: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The text of each page of every form as PDF, and of two with 12 and 50 rows."""
    folder = tmp_path_factory.mktemp("pdf")
    draft = Draft(folder / "handbook")
    files = sorted(real.glob("*.docx"))
    for rows in (12, 50):
        draft.replace("sop/office/OF-BD-01.md", "rows=12", f"rows={rows}")
        files.append(folder / f"{rows} rows.docx")
        files[-1].write_bytes(compiled(draft.load(), "OF-BD-01").word())
        draft.replace("sop/office/OF-BD-01.md", f"rows={rows}", "rows=12")
    found = {}
    for path in convert(files, folder):
        read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
        found[path.stem] = read.stdout.split("\f")[:-1]
    return found


@pytest.fixture(scope="module")
def resaved(office: str, real: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The filled forms, and some blank ones, as LibreOffice saves them."""
    folder = tmp_path_factory.mktemp("resaved")
    files = sorted((real / "filled").glob("*.docx"))
    for path in sorted(real.glob("*.docx"))[::5]:
        files.append(path.with_name(f"blank-{path.name}"))
        shutil.copy(path, files[-1])
    convert(files, folder, to="docx")
    return folder


@pytest.mark.office
@pytest.mark.xdist_group("office")
class TestLibreOffice:
    def test_each_page_of_every_form_counts_the_pages_and_names_the_form(self, pdfs: dict[str, list[str]]) -> None:
        for number, pages in pdfs.items():
            assert 1 <= len(pages) <= 6
            for count, page in enumerate(pages, start=1):
                assert re.search(rf"第\s*{count}\s*页\s*共\s*{len(pages)}\s*页", page), (number, count)
                assert (number if "rows" not in number else "OF-BD-01") in page

    def test_pages_are_as_many_as_the_rows_need_and_the_header_row_is_repeated(
        self, pdfs: dict[str, list[str]]
    ) -> None:
        assert [len(pdfs["12 rows"]), len(pdfs["50 rows"])] == [1, 3]
        assert all("收件人签字" in page for page in pdfs["50 rows"])

    def test_what_is_filled_in_survives(self, resaved: Path) -> None:
        forms = all_fillable(load(REPOSITORY))
        files = [path for path in sorted(resaved.glob("*.docx")) if not path.name.startswith("blank-")]
        assert len(files) == len(forms)
        for path in files:
            found = read_form(path, forms, locale("zh"))
            assert found.unread == ()
            assert found.values == all_values(found.form)

    def test_what_is_blank_stays_blank(self, resaved: Path) -> None:
        forms = all_fillable(load(REPOSITORY))
        for path in resaved.glob("blank-*.docx"):
            found = read_form(path, forms, locale("zh"))
            assert (found.values, found.unread) == ({}, ())

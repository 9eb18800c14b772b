"""Controlled copies: valid, complete, the same for the same sources, and as an auditor wants them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import FileFormat, OpenXmlValidator
from PIL import Image

from handbooks import REPOSITORY, Draft
from sopbook.cli import main
from sopbook.copies.document import Copy, CopyCompiler, offered
from sopbook.copies.outline import Shot
from sopbook.copies.pages import measured
from sopbook.copies.pictures import load_picture
from sopbook.forms.files import template_folders
from sopbook.handbooks import build, load
from sopbook.targets import Outcome, Workplace, all_targets
from sopbook.word.markup import W
from sopbook.word.package import pack_parts
from sopbook.word.pdf import convert
from sopbook.word.template import TemplateBroken

PROCEDURE = "sop/office/OF-CX-01.md"


def compiler(root: Path) -> CopyCompiler:
    return CopyCompiler(load(root), root, template_folders(root))


def copy_of(root: Path, number: str) -> Copy:
    made = compiler(root)
    return made.document(made.handbook.by_number[number])


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode("utf-8", "replace") for name in package.namelist()}


def document(data: bytes) -> ET.Element:
    return ET.fromstring(parts(data)["word/document.xml"])  # noqa: S314 - our own file


def words(element: ET.Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{{{W}}}t"))


def styled(root: ET.Element, style: str) -> list[ET.Element]:
    return [
        paragraph
        for paragraph in root.iter(f"{{{W}}}p")
        if (found := paragraph.find(f"{{{W}}}pPr/{{{W}}}pStyle")) is not None and found.get(f"{{{W}}}val") == style
    ]


def attribute(root: ET.Element, element: str, name: str) -> list[str]:
    return [found.get(f"{{{W}}}{name}", "") for found in root.iter(f"{{{W}}}{element}")]


def faults(path: Path) -> list[str]:
    return [str(error) for error in OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(str(path)).errors]


@pytest.fixture(scope="module")
def real() -> CopyCompiler:
    """The compiler of the real handbook."""
    return compiler(REPOSITORY)


@pytest.fixture(scope="module")
def whole(real: CopyCompiler) -> Copy:
    """The whole real handbook."""
    return real.whole()


# --------------------------------------------------------------------------------- files


def test_copies_of_every_kind_and_the_whole_handbook_are_valid_ooxml(
    real: CopyCompiler, whole: Copy, tmp_path: Path
) -> None:
    found = offered(real.handbook)
    assert len(found) > 50
    for made in (whole, *(real.document(d) for d in found[::6])):
        path = tmp_path / f"{made.name}.docx"
        path.write_bytes(made.data)
        assert faults(path) == [], made.name


def test_same_sources_same_bytes(tmp_path: Path) -> None:
    """In another process, with another hash seed, in another time zone."""
    found = []
    for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York")):
        draft = Draft(tmp_path / seed)
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone}
        command = [sys.executable, "-m", "sopbook", "-C", str(draft.root), "build", "print", "registers"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        files = [*(draft.root / "build/print").iterdir(), *(draft.root / "build/registers").iterdir()]
        found.append({path.name: path.read_bytes() for path in files})
    assert {"OF-CX-01.docx", "handbook.docx", "documents.xlsx"} < set(found[0])
    assert "OF-BD-01.docx" not in found[0], "a form is its own copy"
    assert found[0] == found[1]


def test_a_second_build_writes_nothing_and_an_edit_two_files(draft: Draft) -> None:
    target = next(target for target in all_targets() if target.name == "print")

    def built() -> Outcome:
        return build(draft.load(), Workplace(draft.root, draft.root / "build"), [target])["print"]

    first = built()
    assert first.written > 3
    assert built() == Outcome(0, first.written, 0)
    draft.replace("sop/office/OF-JC-01.md", "## 修订", "## 说明\n多看一眼。\n\n## 修订")
    assert built().written == 2


# -------------------------------------------------------------------------- what an auditor wants


def test_cover_approval_history_and_header_say_what_it_is(draft: Draft) -> None:
    made = parts(copy_of(draft.root, "OF-CX-01").data)
    handbook = draft.load()
    control = handbook.by_number["OF-CX-01"].control
    body = words(ET.fromstring(made["word/document.xml"]))  # noqa: S314 - our own file
    assert all(text in body for text in ("编制", "审核", "批准", "修订", "目录", control.owner.text, "现行"))
    header = made["word/header1.xml"]
    assert all(text in header for text in ("OF-CX-01", control.version, control.effective.isoformat()))
    footer = made["word/footer1.xml"]
    assert all(text in footer for text in (" PAGE ", " NUMPAGES ", "打印件为非受控文件"))
    assert "打印件为非受控文件" in made["word/footer2.xml"], "on the cover, too"
    assert not any("{{" in text for text in made.values())
    assert "<dc:language>zh-CN" in made["docProps/core.xml"]
    assert 'w:eastAsia="zh-CN"' in made["word/styles.xml"]


def test_english_copies_are_in_english(english: Draft) -> None:
    made = parts(compiler(english.root).whole().data)
    body = words(ET.fromstring(made["word/document.xml"]))  # noqa: S314 - our own file
    assert "Contents" in body
    assert "Printed copies are uncontrolled" in made["word/footer1.xml"]
    assert not re.search("[\u4e00-\u9fff]", body)


def test_headings_are_headings_and_steps_are_numbered(real: CopyCompiler) -> None:
    made = parts(real.document(real.handbook.by_number["KF-CX-06"]).data)
    root = ET.fromstring(made["word/document.xml"])  # noqa: S314 - our own file
    assert [words(p) for p in styled(root, "Heading1")][:3] == ["目的", "适用范围", "触发"]
    assert [words(p) for p in styled(root, "Heading2")] == ["受理", "办理", "收尾"]
    steps = styled(root, "SopStep")
    numbers = {p.find(f"{{{W}}}pPr/{{{W}}}numPr/{{{W}}}numId").get(f"{{{W}}}val") for p in steps}  # type: ignore[union-attr]
    assert len(steps) == 10
    assert len(numbers) == 1, "the steps count on through the phases"
    assert f'<w:num w:numId="{numbers.pop()}">' in made["word/numbering.xml"]
    assert all(not re.match(r"\d", words(p)) for p in steps), "Word counts, not the text"


def test_lists_start_anew(draft: Draft) -> None:
    draft.replace(PROCEDURE, "## 修订", "## 附录\n1. 甲\n1. 乙\n   1. 丙\n\n文字\n\n1. 丁\n\n## 修订")
    root = document(copy_of(draft.root, "OF-CX-01").data)
    found = {
        words(p): tuple(
            p.find(f"{{{W}}}pPr/{{{W}}}numPr/{{{W}}}{name}").get(f"{{{W}}}val")  # type: ignore[union-attr]
            for name in ("numId", "ilvl")
        )
        for p in styled(root, "SopList")
        if words(p) in "甲乙丙丁"
    }
    assert found["甲"] == found["乙"]
    assert len({found["甲"][0], found["丙"][0], found["丁"][0]}) == 3
    assert found["丙"][1] == "1"


def test_tables_repeat_their_headings_and_say_what_they_are(whole: Copy) -> None:
    for table in document(whole.data).iter(f"{{{W}}}tbl"):
        rows = list(table.iter(f"{{{W}}}tr"))
        caption = table.find(f"{{{W}}}tblPr/{{{W}}}tblCaption")
        if caption is None:
            continue  # the template's own, on the cover
        assert caption.get(f"{{{W}}}val")
        look = table.find(f"{{{W}}}tblPr/{{{W}}}tblLook")
        headed = look is not None and look.get(f"{{{W}}}firstRow") == "1"
        assert (rows[0].find(f"{{{W}}}trPr/{{{W}}}tblHeader") is not None) == headed


def test_links_lead_to_places_in_the_file(real: CopyCompiler, whole: Copy) -> None:
    for made in (whole, real.document(real.handbook.by_number["KF-CX-06"])):
        root = document(made.data)
        names, ids = attribute(root, "bookmarkStart", "name"), attribute(root, "bookmarkStart", "id")
        assert len(names) == len(set(names))
        assert len(ids) == len(set(ids))
        anchors = {name for name in attribute(root, "hyperlink", "anchor") if name}
        assert anchors
        assert anchors <= set(names)


def test_a_reference_to_another_document_is_text_in_one_copy_and_a_link_in_the_handbook(
    real: CopyCompiler, whole: Copy
) -> None:
    def linked(data: bytes) -> str:
        return " ".join(words(link) for link in document(data).iter(f"{{{W}}}hyperlink"))

    one = real.document(real.handbook.by_number["KF-CX-06"]).data
    assert "KF-CX-11" in words(document(one))
    assert "KF-CX-11" not in linked(one)
    assert "KF-CX-11" in linked(whole.data)


def test_each_document_of_the_handbook_has_its_own_header(real: CopyCompiler, whole: Copy) -> None:
    made = parts(whole.data)
    headers = "".join(text for name, text in made.items() if re.match(r"word/header1-\d+\.xml", name))
    for found in real.handbook.documents:
        assert (f"编号：{found.id}<" in headers) == (found.kind != "bank"), found.id


def test_a_draft_is_marked_across_its_pages_and_a_withdrawn_document_is_not_given_out(draft: Draft) -> None:
    draft.replace(PROCEDURE, "\nreview:", "\nstatus: draft\nreview:")
    one, whole = parts(copy_of(draft.root, "OF-CX-01").data), parts(compiler(draft.root).whole().data)
    assert all('string="草 稿"' in one[f"word/header{n}.xml"] for n in (1, 2))
    marked = [name for name, text in whole.items() if 'string="草 稿"' in text]
    assert len(marked) == 1, "in the handbook only its own pages are"
    assert "草稿" in words(document(copy_of(draft.root, "OF-CX-01").data))
    draft.replace(PROCEDURE, "status: draft", "status: withdrawn")
    assert "OF-CX-01" not in [d.id for d in offered(draft.load())]
    assert "OF-CX-01 " not in "".join(words(p) for p in styled(document(compiler(draft.root).whole().data), "Heading2"))


def test_a_draft_is_valid_ooxml(draft: Draft, tmp_path: Path) -> None:
    draft.replace(PROCEDURE, "\nreview:", "\nstatus: draft\nreview:")
    for made in (copy_of(draft.root, "OF-CX-01"), compiler(draft.root).whole()):
        path = tmp_path / f"{made.name}.docx"
        path.write_bytes(made.data)
        assert faults(path) == []


# ------------------------------------------------------------------------------ content


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=40))
def test_whatever_is_written_is_printed(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    draft = Draft(tmp_path_factory.mktemp("text") / "h")
    draft.replace(PROCEDURE, "## 修订", f"## 附录\n始{text}终\n\n- 表{text}终\n\n> [!note] 注{text}终\n\n## 修订")
    found = words(document(copy_of(draft.root, "OF-CX-01").data))
    assert all(f"{first}{text}终" in found for first in "始表注")


def test_markup_in_a_text_stays_text(draft: Draft, tmp_path: Path) -> None:
    draft.replace(
        PROCEDURE, "## 修订", '## 附录\n`<w:p/> & "b"` [网](https://a.example/?x=1&y="2") {{content}}\n\n## 修订'
    )
    made = copy_of(draft.root, "OF-CX-01")
    assert '<w:p/> & "b"' in words(document(made.data))
    path = tmp_path / "copy.docx"
    path.write_bytes(made.data)
    assert faults(path) == []
    assert 'TargetMode="External"' in parts(made.data)["word/_rels/document.xml.rels"]


def picture(kind: str, size: tuple[int, int] = (300, 100)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "teal").save(stream, format=kind)
    return stream.getvalue()


def test_pictures_come_with_their_words_and_what_is_none_is_told_in_words(draft: Draft, tmp_path: Path) -> None:
    for name, data in (
        ("a.png", picture("PNG")), ("b.jpg", picture("JPEG", (3000, 200))), ("c.webp", picture("WEBP")),
        ("d.png", b"no picture"), ("e.png", picture("PNG")[:60]),
    ):  # fmt: skip
        draft.write(f"sop/office/{name}", data)
    text = "\n\n".join(f"![图{name}]({name})" for name in ("a.png", "b.jpg", "c.webp", "d.png", "e.png", "gone.png"))
    draft.replace(PROCEDURE, "## 修订", f"## 附录\n{text}\n\n## 修订")
    made = copy_of(draft.root, "OF-CX-01")
    root, found = document(made.data), parts(made.data)
    shown = re.findall(r'<wp:docPr id="(\d+)" name="[^"]*" descr="([^"]*)"', found["word/document.xml"])
    assert [alternative for _, alternative in shown] == ["图a.png", "图b.jpg", "图c.webp"]
    assert len({number for number, _ in shown}) == 3
    assert "[图d.png]" in words(root)
    assert "[图gone.png]" in words(root)
    assert words(styled(root, "Caption")[0]) == "图a.png"
    media = [name for name in found if name.startswith("word/media/")]
    assert sorted(name.rpartition(".")[2] for name in media) == ["jpeg", "png", "png"]
    path = tmp_path / "copy.docx"
    path.write_bytes(made.data)
    assert faults(path) == []


def test_no_picture_from_outside_the_sources(draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture("PNG"))
    (draft.root / "sop/office/link.png").symlink_to(tmp_path / "secret.png")
    for path in ("../secret.png", "sop/../../secret.png", "sop/office/link.png", "sop"):
        assert load_picture(draft.root, Shot(path, ""), 100) is None


# ----------------------------------------------------------------------------- template


def house_template(draft: Draft, part: str, old: str, new: str) -> None:
    with zipfile.ZipFile(REPOSITORY / "templates/document.zh.docx") as package:
        found = {name: package.read(name) for name in package.namelist()}
    assert old in found[part].decode()
    found[part] = found[part].decode().replace(old, new).encode()
    (draft.root / "templates").mkdir(exist_ok=True)
    (draft.root / "templates/document.docx").write_bytes(pack_parts(found))


def test_the_look_is_the_houses(draft: Draft) -> None:
    house_template(draft, "word/footer1.xml", "打印件为非受控文件", "本公司文件")
    assert "本公司文件" in parts(copy_of(draft.root, "OF-CX-01").data)["word/footer1.xml"]


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        ("word/styles.xml", '"SOP Step"', '"Anything"', "SOP Step"),
        ("word/styles.xml", '"heading 2"', '"Anything"', "heading 2"),
        ("word/styles.xml", '<w:numId w:val="2"/>', '<w:numId w:val="77"/>', "SOP Steps"),
        ("word/document.xml", "{{正文}}", "", "{{正文}}"),
        ("word/header1.xml", "{{编号}}", "{{号码}}", "号码"),
    ],
)
def test_what_a_template_lacks_is_said(draft: Draft, part: str, old: str, new: str, said: str) -> None:
    house_template(draft, part, old, new)
    with pytest.raises(TemplateBroken, match=re.escape(said)):
        copy_of(draft.root, "OF-CX-01")


# ------------------------------------------------------------------------- command line


def test_the_command_says_what_cannot_be_printed(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*arguments: str) -> tuple[int, str]:
        code = main(["-C", str(draft.root), "print", *arguments])
        return code, capsys.readouterr().err

    assert said() == (2, "sopbook: name the documents to print, or --all for the whole handbook\n")
    assert "sopbook form OF-BD-01" in said("OF-BD-01")[1]
    assert "did you mean" in said("OF-CX-02")[1]
    assert said("--fast", "--pdf", "OF-CX-01")[0] == 2
    out = str(draft.root / "out")
    assert said("of-cx-01", "--fast", "--out", out)[0] == 0
    assert "--force" in said("OF-CX-01", "--fast", "--out", out)[1]
    assert said("OF-CX-01", "--fast", "--out", out, "--force")[0] == 0
    assert said("--template")[0] == 0
    assert (draft.root / "templates/document.docx").is_file()


# -------------------------------------------------------------------------- LibreOffice


@pytest.fixture(scope="module")
def printed(office: str, real: CopyCompiler, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The text of each page of some copies with measured contents, and of a small handbook and the registers."""
    folder = tmp_path_factory.mktemp("printed")
    draft = Draft(folder / "handbook")
    draft.replace(PROCEDURE, "\nreview:", "\nstatus: draft\nreview:")
    small = compiler(draft.root)
    chosen = [real.handbook.by_number[number] for number in ("KF-CX-06", "KF-GW-02", "KF-JC-01", "KF-ZN-01")]
    *pages, whole = measured([*(real.document(d) for d in chosen), small.whole()])
    copies = [*(real.document(d, found) for d, found in zip(chosen, pages, strict=True)), small.whole(whole)]
    files = []
    for made in copies:
        files.append(folder / f"{made.name}.docx")
        files[-1].write_bytes(made.data)
    target = next(target for target in all_targets() if target.name == "registers")
    build(real.handbook, Workplace(REPOSITORY, folder), [target])
    files += sorted((folder / "registers").iterdir())
    found = {}
    for path in convert(files, folder):
        read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
        found[path.stem] = read.stdout.split("\f")[:-1]
    return found


@pytest.mark.office
@pytest.mark.xdist_group("office")
class TestLibreOffice:
    def test_page_counts(self, printed: dict[str, list[str]]) -> None:
        counts = {name: len(pages) for name, pages in printed.items()}
        assert 5 <= counts["KF-CX-06"] <= 8
        assert all(4 <= counts[name] <= 12 for name in ("KF-GW-02", "KF-JC-01", "KF-ZN-01"))
        assert 10 <= counts["handbook"] <= 30
        assert all(1 <= counts[name] <= 12 for name in ("documents", "forms", "records", "responsibilities", "reviews"))

    def test_each_page_but_the_cover_names_the_document_and_counts_the_pages(
        self, printed: dict[str, list[str]]
    ) -> None:
        for number in ("KF-CX-06", "KF-GW-02", "KF-JC-01", "KF-ZN-01"):
            pages = printed[number]
            for count, page in enumerate(pages[1:], start=2):
                assert re.search(rf"第\s*{count}\s*页\s*共\s*{len(pages)}\s*页", page), (number, count)
                assert f"编号：{number}" in page
                assert "打印件为非受控文件" in page
            assert "打印件为非受控文件" in pages[0]

    def test_the_contents_tell_the_right_pages(self, printed: dict[str, list[str]]) -> None:
        for number in ("KF-CX-06", "KF-GW-02", "KF-ZN-01", "handbook"):
            pages = printed[number]
            entries = re.findall(r"^\s*(\S.*?)\s*\.{3,}\s*(\d+)$", "\n".join(pages), re.MULTILINE)
            assert len(entries) > 5
            for title, page in entries:
                plain = re.sub(r"\s", "", title)
                assert plain in re.sub(r"\s", "", pages[int(page) - 1]), (number, title, page)

    def test_steps_are_numbered_on_paper(self, printed: dict[str, list[str]]) -> None:
        text = "\n".join(printed["KF-CX-06"])
        assert [int(n) for n in re.findall(r"^\s*(\d+)\.\s+(?:★\s*)?\S+$", text, re.MULTILINE)] == list(range(1, 11))

"""The house template: it may look as the house likes, and what it lacks is said."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from forms import compiled
from handbooks import REPOSITORY, Draft
from sopbook.cli import main
from sopbook.forms.layout import STYLES
from sopbook.word.package import pack_parts
from sopbook.word.template import TemplateBroken, load, starting_anew

OURS = REPOSITORY / "templates/form.zh.docx"


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def changed(draft: Draft, part: str, old: str, new: str, count: int = -1) -> Path:
    """The house's own template: ours, changed in one part."""
    parts = parts_of(OURS)
    text = parts[part].decode()
    assert old in text
    parts[part] = text.replace(old, new, count).encode()
    path = draft.root / "templates/form.docx"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pack_parts(parts))
    return path


def complaint(draft: Draft) -> str:
    with pytest.raises(TemplateBroken) as broken:
        compiled(draft.load(), "OF-BD-01", draft.root)
    return str(broken.value)


def test_the_house_may_change_everything_around_the_form(draft: Draft) -> None:
    changed(draft, "word/header1.xml", "编号：", "本公司专用 No. ")
    changed_parts = compiled(draft.load(), "OF-BD-01", draft.root).filled.parts
    assert "本公司专用 No. " in changed_parts["word/header1.xml"].decode()


def test_a_placeholder_that_word_has_cut_into_runs_is_filled(draft: Draft) -> None:
    cut = (
        '编号：{</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>{编</w:t></w:r>'
        '<w:r><w:t xml:space="preserve">号}}</w:t></w:r><w:r><w:t>尾'
    )
    changed(draft, "word/header1.xml", "编号：{{编号}}", cut)
    header = compiled(draft.load(), "OF-BD-01", draft.root).filled.parts["word/header1.xml"].decode()
    assert "编号：OF-BD-01</w:t>" in header
    assert "{" not in header
    assert "尾" in header


def test_text_before_and_after_the_form_stays(draft: Draft) -> None:
    changed(draft, "word/document.xml", "<w:sectPr>", "<w:p><w:r><w:t>{{单位}}盖章</w:t></w:r></w:p><w:sectPr>")
    form = compiled(draft.load(), "OF-BD-01", draft.root)
    assert f"{draft.load().settings.organisation}盖章" in form.filled.after


def test_styles_that_word_has_renamed_are_found_by_their_names(draft: Draft) -> None:
    changed(draft, "word/styles.xml", "SopLabel", "a7")
    pieces = compiled(draft.load(), "OF-BD-01", draft.root).layout.pieces
    assert any('<w:pStyle w:val="a7"/>' in piece for piece in pieces if isinstance(piece, str))


def test_all_that_a_template_lacks_is_said_at_once(draft: Draft) -> None:
    changed(draft, "word/styles.xml", 'w:val="SOP Label"', 'w:val="Label"')
    parts = parts_of(draft.root / "templates/form.docx")
    parts["word/header1.xml"] = parts["word/header1.xml"].decode().replace("{{编号}}", "{{编好}}").encode()
    (draft.root / "templates/form.docx").write_bytes(pack_parts(parts))
    found = complaint(draft)
    assert str(draft.root / "templates/form.docx") in found
    assert "缺少 {{编号}}" in found
    assert "不认识 {{编好}}" in found
    assert "缺少样式“SOP Label”" in found


@pytest.mark.parametrize(
    ("part", "old", "new", "expected"),
    [
        ("word/document.xml", "{{正文}}", "", "缺少 {{正文}}"),
        ("word/document.xml", "{{正文}}", "前言 {{正文}}", "独占一段"),
        ("word/document.xml", "</w:document>", "", "内容损坏"),
        ("word/document.xml", "<?xml", '<!DOCTYPE x [<!ENTITY a "b">]><?xml', "损坏"),
        ("[Content_Types].xml", "document.main+xml", "document.macroEnabled.main+xml", "带有宏"),
        (
            "word/_rels/document.xml.rels",
            "</Relationships>",
            '<Relationship Id="x" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
            'Target="https://example.com/a.png" TargetMode="External"/></Relationships>',
            "https://example.com/a.png",
        ),
    ],
)
def test_a_broken_template_is_refused(draft: Draft, part: str, old: str, new: str, expected: str) -> None:
    changed(draft, part, old, new, 1)
    assert expected in complaint(draft)


def test_what_is_no_word_file_is_refused(draft: Draft) -> None:
    path = draft.root / "templates/form.docx"
    path.parent.mkdir(exist_ok=True)
    for data in (b"", b"PK\x03\x04 nonsense", pack_parts({"[Content_Types].xml": b"<Types/>"})):
        path.write_bytes(data)
        assert "不能用" in complaint(draft)


def test_a_build_with_a_broken_template_fails_with_the_reason(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    changed(draft, "word/document.xml", "{{正文}}", "")
    assert main(["-C", str(draft.root), "build", "forms"]) == 1
    assert "缺少 {{正文}}" in capsys.readouterr().err


def test_the_template_can_be_copied_into_the_handbook(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(draft.root), "form", "template"]) == 0
    own = draft.root / "templates/form.docx"
    assert own.read_bytes() == OURS.read_bytes()
    assert str(own) in capsys.readouterr().out
    assert main(["-C", str(draft.root), "form", "template"]) == 2
    assert "--force" in capsys.readouterr().err


def test_both_languages_have_a_template_with_all_styles() -> None:
    for language in ("zh", "en"):
        template = load(REPOSITORY / f"templates/form.{language}.docx", language, STYLES)
        assert template.width < template.wide
        assert '<w:pgNumType w:start="1"/>' in starting_anew(template.section)

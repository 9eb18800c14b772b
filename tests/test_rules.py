"""Every rule's own examples, run: the bad one is reported, the good one is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handbooks import TODAY, Draft
from sopbook.check import Rule, all_rules
from sopbook.locales import languages
from sopbook.places import Severity

WITH_EXAMPLE = [rule for rule in all_rules() if rule.example]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("rule", WITH_EXAMPLE, ids=lambda rule: rule.code)
def test_example(rule: Rule, language: str, tmp_path: Path) -> None:
    draft = Draft(tmp_path, language)
    example = rule.example
    assert example is not None
    assert draft.codes() == []
    good = example.good.in_language(language)
    draft.replace(example.file, good, example.bad.in_language(language))
    found = [diagnostic for diagnostic in draft.check() if diagnostic.code == rule.code]
    assert found, f"{rule.code} says nothing about its own bad example"
    assert all(diagnostic.severity is rule.severity for diagnostic in found)
    assert all(diagnostic.place.file.startswith("sop/") for diagnostic in found)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_texts_are_filled(rule: Rule) -> None:
    assert re.fullmatch(r"SOP\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    for text in (rule.title, rule.message, rule.remedy, rule.why):
        assert text.zh.strip()
        assert text.en.strip()
        assert _placeholders(text.zh) == _placeholders(text.en)


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{(\w+)\}", text))


def test_codes_and_names_are_unique() -> None:
    codes = [rule.code for rule in all_rules()]
    names = [rule.name for rule in all_rules()]
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


def test_every_code_in_the_compiler_has_a_rule() -> None:
    package = Path(__file__).parent.parent / "generator" / "sopbook"
    used = {code for path in package.rglob("*.py") for code in re.findall(r'"(SOP\d{3})"', path.read_text("utf-8"))}
    assert used == {rule.code for rule in all_rules()}


# ---------------------------------------------------------------- rules that need more than a passage


def test_not_utf8_names_line_and_column(draft: Draft) -> None:
    draft.write("sop/office/X-1.md", b"---\nid: X-1\nab\xff\n---\n")
    (found,) = [d for d in draft.check() if d.code == "SOP101"]
    assert (found.place.line, found.place.column) == (3, 3)
    assert "UTF-8" in found.message


def test_large_file_is_refused(draft: Draft) -> None:
    draft.write("sop/office/X-1.md", b"---\n" + b"a: b\n" * 300_000)
    assert draft.codes() == ["SOP101"]


def test_yaml_bomb_is_refused(draft: Draft) -> None:
    bomb = "---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n"
    draft.write("sop/office/X-1.md", bomb)
    assert draft.codes() == ["SOP103"]
    draft.write("sop/office/X-1.md", f"---\na: {'[' * 5000}\n---\n")
    assert draft.codes() == ["SOP103"]


def test_dangling_reference_offers_near_numbers(draft: Draft) -> None:
    draft.replace("sop/office/OF-CX-01.md", "[[OF-BD-01]],保存", "[[OF-BD-11]],保存")
    (found,) = draft.check()
    assert found.code == "SOP301"
    assert "OF-BD-01" in found.remedy
    line = draft.read("sop/office/OF-CX-01.md").split("\n")[found.place.line - 1]
    assert line[found.place.column - 1 :].startswith("[[OF-BD-11]]")


def test_misspelt_role_offers_the_known_one(draft: Draft) -> None:
    draft.replace("sop/office/OF-CX-01.md", "{#close responsible=收发员", "{#close responsible=收发圆")
    (found,) = draft.check()
    assert found.code == "SOP303"
    assert "收发员" in found.remedy


def test_broken_document_does_not_make_references_to_it_dangling(draft: Draft) -> None:
    draft.replace("sop/office/OF-BD-01.md", "version: A/0", "version: ''")
    assert draft.codes() == ["SOP106"]


def test_all_mistakes_are_reported_in_one_run(draft: Draft) -> None:
    draft.replace("sop/office/OF-CX-01.md", "effective: 2026-01-01", "effective: soon")
    draft.replace("sop/office/OF-CX-01.md", "within=10m", "witin=10m")
    draft.replace("sop/office/OF-CX-01.md", "## 例外", "#### 例外")
    assert draft.codes() == ["SOP106", "SOP201", "SOP205"]


def test_procedure_without_records(draft: Draft) -> None:
    file = "sop/office/OF-CX-01.md"
    text = draft.read(file).replace(" form=OF-BD-01", "").replace("checklist=OF-JC-01 ", "")
    draft.write(file, text.replace("## 记录\n- 快件登记表 [[OF-BD-01]],保存 1 年。\n", ""))
    assert "SOP402" in draft.codes()


def test_review_is_counted_from_the_last_review(draft: Draft) -> None:
    later = TODAY.replace(year=2027)
    assert set(draft.codes(later)) == {"SOP501"}
    before = draft.codes(later).count("SOP501")
    draft.replace("sop/office/OF-CX-01.md", "review: 12 months", "review: 12 months\nreviewed: 2027-01-01")
    assert draft.codes(later).count("SOP501") == before - 1


def test_withdrawn_documents_are_not_due(draft: Draft) -> None:
    draft.replace("sop/office/OF-CK-01.md", "version: A/0", "version: A/0\nstatus: 作废")
    assert not [d for d in draft.check(TODAY.replace(year=2027)) if "OF-CK-01" in d.place.file]


def test_link_out_of_the_handbook_is_not_followed(draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("---\nid: S-1\n---\n")
    (draft.root / "sop/office/secret.md").symlink_to(tmp_path / "secret.md")
    (found,) = draft.check()
    assert found.code == "SOP705"
    assert "S-1" not in draft.load().by_number


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<ScRiPt src=//evil></ScRiPt>",
        "text <a href='javascript:alert(1)'>x</a>",
        "<iframe src=//evil></iframe>",
    ],
)
def test_html_is_reported(written: str, draft: Draft) -> None:
    draft.replace("sop/office/OF-CX-01.md", "快递员把快件送到前台。", written)
    assert set(draft.codes()) == {"SOP701"}


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java%0ascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "/etc/passwd",
        "//evil.example/x",
        "../../etc/passwd",
        "%2e%2e/%2e%2e/x",
        "a\\\\..\\\\x",
    ],
)
def test_unsafe_links_are_reported(href: str, draft: Draft) -> None:
    draft.replace("sop/office/OF-CX-01.md", "快递员把快件送到前台。", f"[x]({href}) ![y]({href})")
    assert set(draft.codes()) == {"SOP702"}


def test_attachment_types(draft: Draft) -> None:
    draft.write("sop/office/page.html", "<script>alert(1)</script>")
    draft.write("sop/office/plan.pdf", "%PDF-")
    draft.write("sop/office/desk.svg", "<svg onload='alert(1)'/>")
    draft.replace("sop/office/OF-CX-01.md", "快递员把", "[a](page.html) [b](plan.pdf) ![c](desk.svg) 快递员把")
    assert draft.codes() == ["SOP708", "SOP704"]


def test_rules_can_be_switched_off_or_lowered(draft: Draft) -> None:
    draft.replace("sop/office/OF-CX-01.md", "{#close responsible=收发员", "{#close")
    assert draft.codes() == ["SOP401"]
    draft.write("sop/handbook.yml", draft.read("sop/handbook.yml") + "rules: {SOP401: warning}\n")
    (found,) = draft.check()
    assert found.severity is Severity.WARNING
    draft.replace("sop/handbook.yml", "SOP401: warning", 'SOP401: "off"')
    assert draft.codes() == []


def test_settings_mistakes_are_reported_at_their_place(draft: Draft) -> None:
    draft.replace("sop/handbook.yml", "{value: 30m, group: 收发}", "{amount: 30m}")
    found = [d for d in draft.check() if d.place.file == "sop/handbook.yml"]
    assert [d.code for d in found] == ["SOP106"]
    assert draft.read("sop/handbook.yml").split("\n")[found[0].place.line - 1].strip().startswith("快件通知")

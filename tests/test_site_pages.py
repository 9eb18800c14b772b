"""The pages as Markdown: golden files that people can read, and what must never come through.

After a wanted change: ``UPDATE_GOLDEN=1 make test``, then read the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from handbooks import Draft
from sopbook.handbooks import build
from sopbook.link.handbook import Handbook
from sopbook.locales import languages
from sopbook.resources import templates_folder
from sopbook.targets import TargetFailed, Workplace
from sopbook.targets.site.navigation import MOST_BESIDE, Navigation
from sopbook.targets.site.pages import navigation, render_pages

GOLDEN = Path(__file__).parent / "golden"


def pages_of(handbook: Handbook) -> dict[str, str]:
    return render_pages(handbook, [templates_folder() / "pages"])


@pytest.mark.parametrize("language", languages())
def test_pages_are_as_they_were(language: str, tmp_path: Path) -> None:
    pages = pages_of(Draft(tmp_path, language).load())
    folder = GOLDEN / language
    if os.environ.get("UPDATE_GOLDEN"):
        for name, text in pages.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    expected = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.md")}
    assert pages == expected


def test_every_document_has_a_page_and_a_place_in_the_navigation(draft: Draft) -> None:
    handbook = draft.load()
    pages = pages_of(handbook)
    listed = str(navigation(handbook))
    for document in handbook.documents:
        assert f"{document.id}/index.md" in pages
        assert f"{document.id}/index.md" in listed


def test_two_departments_have_their_own_navigation(draft: Draft) -> None:
    draft.write("sop/store/ST-CK-01.md", draft.read("sop/office/OF-CK-01.md").replace("OF-CK-01", "ST-CK-01"))
    draft.replace("sop/handbook.yml", "  office: 综合办\n", "  office: 综合办\n  store: 仓库\n")
    entries = [name for entry in navigation(draft.load()) for name in entry]
    assert "综合办" in entries
    assert "仓库" in entries


def test_withdrawn_documents_keep_a_page_that_says_so_but_leave_the_navigation(draft: Draft) -> None:
    draft.replace("sop/office/OF-CK-01.md", "version: A/0", "version: A/0\nstatus: withdrawn")
    handbook = draft.load()
    assert "已作废" in pages_of(handbook)["OF-CK-01/index.md"]
    assert "OF-CK-01/index.md" not in str(navigation(handbook))


HOSTILE = [
    "<script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "x <img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "{{ 7*7 }} {% raw %}",
    "`</code><script>`",
    "&lt;script&gt;",
    "[x](javascript:alert(1))",
    "\x02wzxhzdk:0\x03",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_source_becomes_markup(text: str, draft: Draft) -> None:
    """In a paragraph, a step's title, the document's title, a term, and the handbook's own name."""
    draft.write("mkdocs.yml", draft.read("mkdocs.yml").replace("site_name: 员工手册\n", ""))
    draft.replace("sop/office/OF-CX-01.md", "快递员把快件送到前台。", text)
    draft.replace("sop/office/OF-CX-01.md", "**清点登记**", f"**{text}**")
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\x02", "").replace("\x03", "")
    draft.replace("sop/office/OF-CX-01.md", "title: 快件收发", f'title: "{quoted}"')
    draft.replace("sop/handbook.yml", "title: 员工手册", f'title: "{quoted}"')
    draft.replace("sop/handbook.yml", "office: 综合办", f'office: "{quoted}"')
    draft.replace("sop/office/OF-CK-01.md", "| 快件 | 快递、包裹 |", f"| {text} | {text} |")
    build(draft.load(), Workplace(draft.root, draft.root / "build"))
    plain = Draft(draft.root.parent / "plain")
    build(plain.load(), Workplace(plain.root, plain.root / "build"))
    for page in ("OF-CX-01/index.html", "OF-CK-01/index.html", "procedures/index.html", "index.html"):
        hostile = (draft.root / "build/site" / page).read_text("utf-8")
        harmless = (plain.root / "build/site" / page).read_text("utf-8")
        assert hostile.count("<script") == harmless.count("<script")
        assert "<svg/onload" not in hostile
        assert "<img src=x" not in hostile
        assert 'href="javascript' not in hostile


def test_pictures_and_attachments_lie_beside_their_page(draft: Draft) -> None:
    draft.write("sop/office/img/desk.png", b"\x89PNG")
    draft.write("sop/office/plan 1.pdf", b"%PDF-")
    draft.replace("sop/office/OF-CX-01.md", "快递员把", "![前台](img/desk.png) [图](<plan 1.pdf>) 快递员把")
    build(draft.load(), Workplace(draft.root, draft.root / "build"))
    site = draft.root / "build/site/OF-CX-01"
    assert (site / "img/desk.png").read_bytes() == b"\x89PNG"
    assert (site / "plan 1.pdf").read_bytes() == b"%PDF-"
    html = (site / "index.html").read_text("utf-8")
    assert 'src="img/desk.png"' in html
    assert 'href="plan%201.pdf"' in html


def test_house_templates_go_before_ours_and_their_mistakes_are_named(draft: Draft) -> None:
    draft.write("templates/pages/list.md.j2", "# {{ heading }} of the house\n")
    place = Workplace(draft.root, draft.root / "build")
    build(draft.load(), place)
    assert "of the house" in (place.out / "docs/forms/index.md").read_text("utf-8")
    draft.write("templates/pages/list.md.j2", "# {{ heading }}\n{% if %}\n")
    with pytest.raises(TargetFailed, match=r"list\.md\.j2, line 2"):
        build(draft.load(), place)
    draft.write("templates/pages/list.md.j2", "{{ nothing }}")
    with pytest.raises(TargetFailed, match="nothing"):
        build(draft.load(), place)


def in_departments(draft: Draft, count: int) -> None:
    """Copies of the scaffold's office, each a department of its own."""
    sources = {path.name: path.read_text("utf-8") for path in (draft.root / "sop/office").glob("*.md")}
    for index in range(1, count):
        for name, text in sources.items():
            code = f"D{index:02}"
            moved = re.sub(r"\bOF-", f"{code}-", text)
            for title in ("前台文员", "综合办主管", "收发员", "快件收发", "快件登记表"):
                moved = moved.replace(title, f"{title}{code}")
            draft.write(f"sop/d{index:02}/{name.replace('OF-', f'{code}-')}", moved)


def test_each_of_several_departments_has_its_matrix(draft: Draft) -> None:
    in_departments(draft, 3)
    text = pages_of(draft.load())["matrix/index.md"]
    assert text.count("<table") == 3
    tables = text.split("\n## ")[1:]
    assert "OF-CX-01" in tables[-1] or "OF-CX-01" in tables[0]
    assert all(table.count('<th scope="row">') == 1 for table in tables)


def test_pages_do_not_grow_with_the_number_of_departments(draft: Draft) -> None:
    in_departments(draft, MOST_BESIDE + 4)
    handbook = draft.load()
    shown = Navigation(navigation(handbook))
    section = shown.section_of("OF-CX-01/index.md")
    listed = next(entry for entry in shown.visible(section) if entry.title == "部门")
    assert [child.path for child in listed.children if child.path] == ["departments/index.md"]
    assert [child.active for child in listed.children if not child.path] == [True]
    assert "OF-CX-01/index.md" in str(listed)
    assert "D01-CX-01/index.md" not in str(listed)
    assert all(document.id in str(navigation(handbook)) for document in handbook.documents)

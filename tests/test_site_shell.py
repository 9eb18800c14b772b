"""Pages made one by one are the pages that ``mkdocs build`` makes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urljoin

import markdown
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from mkdocs.utils import meta

from handbooks import REPOSITORY, Draft
from sopbook.handbooks import build, load
from sopbook.resources import site_folder, templates_folder
from sopbook.targets import Workplace
from sopbook.targets.site.compiled import kept_templates
from sopbook.targets.site.finish import finish_page, first_styles
from sopbook.targets.site.navigation import Navigation
from sopbook.targets.site.pages import render_pages
from sopbook.targets.site.quick import convert


def with_two_departments(draft: Draft) -> Draft:
    """So that sections lie within sections, and list pages outside the navigation."""
    draft.replace("sop/handbook.yml", "departments:\n", "departments:\n  second: 工程部\n")
    for name, title in (("BD-01", "借用登记表"), ("CX-01", "工具借用")):
        text = draft.read(f"sop/office/OF-{name}.md").replace("OF-BD-01", "GC-BD-01").replace("OF-CX-01", "GC-CX-01")
        text = text.replace("title: 快件登记表", f"title: {title}").replace("title: 快件收发", f"title: {title}")
        draft.write(f"sop/second/GC-{name}.md", text)
    draft.replace("sop/second/GC-CX-01.md", "frequency: 每日", "urgent: true")
    return draft


def lines(data: bytes) -> list[bytes]:
    """The lines of a file without blank ones: a template's loop leaves one for each entry that it passes over."""
    return [line for line in data.splitlines() if line.strip()]


def finished(path: Path) -> bytes:
    """A file that mkdocs made, with the last touch that our pages get."""
    data = path.read_bytes()
    return finish_page(data.decode(), first_styles([site_folder()])).encode() if path.suffix == ".html" else data


def led(page: Path, text: list[bytes]) -> list[bytes]:
    """Lines with each link as the place that it leads to: ``../a/b/`` and ``b/`` are the same on the page ``a/``."""
    base = f"https://example.com/{page.as_posix()}"
    return [
        re.sub(rb'href="([^"#:]*)', lambda match: f'href="{urljoin(base, match[1].decode())}'.encode(), line)
        for line in text
    ]


def compare_with_mkdocs(draft: Draft) -> None:
    """Builds the site with sopbook and the same folder with mkdocs; every page has to be the same."""
    build(draft.load(), Workplace(draft.root, draft.root / "build"))
    out = draft.root / "build"
    config = yaml.safe_load((out / "mkdocs.yml").read_text("utf-8"))
    features = config["theme"].setdefault("features", [])
    if "navigation.prune" not in features:
        features.append("navigation.prune")
    (out / "theirs.yml").write_text(yaml.safe_dump(config | {"site_dir": "theirs"}, allow_unicode=True), "utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--config-file", str(out / "theirs.yml")]
    subprocess.run(command, check=True, capture_output=True)
    ours = {p.relative_to(out / "site"): p for p in (out / "site").rglob("*") if p.is_file()}
    theirs = {p.relative_to(out / "theirs"): p for p in (out / "theirs").rglob("*") if p.is_file()}
    # The site map is dated with the day of the build, and source maps are of no use to readers; neither is ours.
    unwanted = {name for name in theirs if name.suffix == ".map" or name.name.startswith("sitemap.")}
    assert ours.keys() - {Path("offline.json")} == theirs.keys() - unwanted
    pages = [name for name in ours if name.name not in ("offline.json", "sw.js")]
    different = [n for n in pages if led(n, lines(ours[n].read_bytes())) != led(n, lines(finished(theirs[n])))]
    assert different == []


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of a section have to come out of one process, which renders the navigation for all of them once."""
    monkeypatch.setattr("sopbook.parallel._processors", lambda: 1)


def test_every_page_is_that_of_mkdocs(draft: Draft) -> None:
    compare_with_mkdocs(with_two_departments(draft))


def test_every_page_is_that_of_mkdocs_with_one_department(english: Draft) -> None:
    compare_with_mkdocs(english)


@pytest.mark.slow
@pytest.mark.parametrize(
    "features",
    [
        ["navigation.tabs", "navigation.footer", "navigation.path", "navigation.indexes"],
        ["navigation.sections", "toc.integrate"],
        ["navigation.expand", "navigation.tabs", "navigation.sections"],
    ],
    ids=["tabs", "sections", "both"],
)
def test_other_looks_are_those_of_mkdocs(features: list[str], draft: Draft) -> None:
    config = yaml.safe_load(draft.read("mkdocs.yml"))
    config["theme"]["features"] = features
    config |= {"site_url": "https://example.com/handbook/", "repo_url": "https://example.com/repo"}
    draft.write("mkdocs.yml", yaml.safe_dump(config, allow_unicode=True))
    compare_with_mkdocs(with_two_departments(draft))


def test_a_theme_of_the_house_is_used(draft: Draft) -> None:
    draft.write("theme/partials/copyright.html", "<p>版权所有</p>")
    draft.write("theme/extra.css", "p {}")
    config = yaml.safe_load(draft.read("mkdocs.yml"))
    config["theme"]["custom_dir"] = "../theme"
    draft.write("mkdocs.yml", yaml.safe_dump(config, allow_unicode=True))
    compare_with_mkdocs(draft)
    assert "版权所有" in (draft.root / "build/site/OF-CX-01/index.html").read_text("utf-8")


def test_what_a_skeleton_does_not_know_is_rendered_whole(draft: Draft) -> None:
    """A title that is not plain, and addresses of the sources."""
    draft.replace("sop/office/OF-CX-01.md", "title: 快件收发", "title: 快件 <收> & 发")
    config = yaml.safe_load(draft.read("mkdocs.yml"))
    config["repo_url"] = "https://github.com/example/handbook"
    draft.write("mkdocs.yml", yaml.safe_dump(config, allow_unicode=True))
    compare_with_mkdocs(draft)
    del config["repo_url"]
    draft.write("mkdocs.yml", yaml.safe_dump(config, allow_unicode=True))
    compare_with_mkdocs(draft)


def test_compiled_templates_are_kept_and_never_needed(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(draft.root))
    monkeypatch.setattr(tempfile, "tempdir", None)
    kept_templates.cache_clear()
    place = Workplace(draft.root, draft.root / "build")
    page = draft.root / "build/site/OF-CX-01/index.html"
    try:
        build(draft.load(), place)
        whole = page.read_bytes()
        (folder,) = draft.root.glob("_jinja2-cache-*")
        assert folder.stat().st_mode & 0o777 == 0o700
        files = list(folder.iterdir())
        assert files
        for file in files:
            file.write_bytes(b"broken")
        shutil.rmtree(draft.root / "build")
        build(draft.load(), place)
        assert page.read_bytes() == whole
        # A folder that others may write to is not trusted, one that is gone not missed.
        shutil.rmtree(folder)
        shutil.rmtree(draft.root / "build")
        build(draft.load(), place)
        assert page.read_bytes() == whole
        folder.write_text("no folder")
        kept_templates.cache_clear()
        shutil.rmtree(draft.root / "build")
        build(draft.load(), place)
        assert page.read_bytes() == whole
    finally:
        kept_templates.cache_clear()


@pytest.mark.parametrize("root", [REPOSITORY, None], ids=["property", "scaffold"])
def test_our_own_pages_need_no_parser(root: Path | None, draft: Draft) -> None:
    """The short way gives what Python-Markdown gives, and is taken for every page."""
    for path, text in render_pages(load(root or draft.root), [templates_folder() / "pages"]).items():
        body, _ = meta.get_data(text)
        parser = markdown.Markdown(extensions=["attr_list", "tables", "toc"])
        expected = parser.convert(body)
        found = convert(body)
        assert found is not None, path
        assert (found.content, found.toc) == (expected, parser.toc_tokens), path


PIECES = st.sampled_from(
    [
        "# A",
        "## B {#b}",
        "## B {#b2}",
        '### <span class="sop-no">1</span> C &#38; D {#c}',
        "#### 标题",
        "## `x` {#y}",
        "## a *b* c",
        "<div>x</div>",
        "<div>\n\n<p>y</p>\n\n</div>",
        "<p>a</p>",
        "<ul>\n<li>b</li>\n</ul>",
        "text",
        "- item",
        "<div>open",
        "</div>",
        "<!-- c -->",
        "<script>1</script>",
        "&amp;",
        "",
        "\n",
        "    code",
        "<dl><dt>a</dt></dl> tail",
        "<table><tr><td>1</td></tr></table>",
        "## &#60;b&#62; {#e}",
        "## two  spaces {#f}",
        "[a]: b",
        "<nav><ul></ul></nav>",
    ]
)


@given(st.lists(PIECES, max_size=8), st.sampled_from(["\n\n", "\n", "\n\n\n"]))
def test_the_short_way_is_right_or_not_taken(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    found = convert(text)
    if found is not None:
        parser = markdown.Markdown(extensions=["attr_list", "tables", "toc"])
        assert (found.content, found.toc) == (parser.convert(text), getattr(parser, "toc_tokens", []))


def test_a_page_does_not_grow_with_the_handbook() -> None:
    def items(departments: int) -> list[object]:
        return [
            {f"D{d}": [{f"K{k}": [{f"P{d}-{k}-{p}": f"{d}-{k}-{p}/index.md"} for p in range(30)]} for k in range(5)]}
            for d in range(departments)
        ]

    def shown(count: int) -> int:
        navigation = Navigation(items(count))
        section = navigation.section_of("1-1-1/index.md")

        def size(entries: object) -> int:
            return sum(1 + size(entry.children) for entry in entries)  # type: ignore[attr-defined]

        return size(navigation.visible(section))

    assert shown(10) - shown(5) == 5 * 3  # another department: its name, with the way to its first page


def test_neighbours_and_sections() -> None:
    navigation = Navigation([{"Home": "index.md"}, {"S": ["s/index.md", {"A": "a/index.md"}]}, {"A": "a/index.md"}])
    before, after = navigation.neighbours("s/index.md")
    assert (before and before.path, after and after.path) == ("index.md", "a/index.md")
    assert navigation.section_of("a/index.md") is None
    assert navigation.neighbours("unknown.md") == (None, None)

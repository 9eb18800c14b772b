"""Building: what is written, what stays, and that the same sources give the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from handbooks import REPOSITORY, Draft
from sopbook.cache.store import Store
from sopbook.edition import recover_folder
from sopbook.handbooks import build
from sopbook.output import Product, publish, sync_folder
from sopbook.targets import Outcome, TargetFailed, Workplace, all_targets

HREF = re.compile(r'(?:href|src)="([^"]*)"')


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def site_of(draft: Draft) -> Outcome:
    return build(draft.load(), Workplace(draft.root, draft.root / "build"))["site"]


def test_a_second_build_writes_nothing(draft: Draft) -> None:
    first = site_of(draft)
    assert first.written > 20
    before = {p: p.stat().st_mtime_ns for p in (draft.root / "build").rglob("*") if p.is_file() and p.name != ".lock"}
    second = site_of(draft)
    assert (second.written, second.fresh, second.removed) == (0, first.written, 0)
    assert before == {p: p.stat().st_mtime_ns for p in before}


def test_an_edit_shows_and_a_removed_document_goes(draft: Draft) -> None:
    site_of(draft)
    draft.replace("sop/office/OF-CX-01.md", "快递员把快件送到前台。", "快递员打电话来。")
    site_of(draft)
    assert "快递员打电话来。" in (draft.root / "build/site/OF-CX-01/index.html").read_text("utf-8")
    (draft.root / "sop/office/OF-CK-01.md").unlink()
    site_of(draft)
    assert not (draft.root / "build/site/OF-CK-01").exists()


def test_the_house_may_replace_styles_and_add_files(draft: Draft) -> None:
    draft.write("site/assets/sopbook.css", ":root { --sop-accent: #123456; }")
    draft.write("site/assets/logo.txt", "logo")
    site_of(draft)
    assert "#123456" in (draft.root / "build/site/assets/sopbook.css").read_text("utf-8")
    assert (draft.root / "build/site/assets/logo.txt").read_text("utf-8") == "logo"


def test_a_failed_build_leaves_the_last_site_whole(draft: Draft) -> None:
    site_of(draft)
    before = files(draft.root / "build/site")
    draft.write("mkdocs.yml", draft.read("mkdocs.yml").replace("name: material", "name: no-such-theme"))
    with pytest.raises(TargetFailed, match="no-such-theme"):
        site_of(draft)
    assert files(draft.root / "build/site") == before
    assert not (draft.root / "build/.site.new").exists()


def test_broken_mkdocs_yml_is_named(draft: Draft) -> None:
    draft.write("mkdocs.yml", "theme: [")
    with pytest.raises(TargetFailed, match=r"mkdocs\.yml"):
        site_of(draft)
    draft.write("mkdocs.yml", "- a")
    with pytest.raises(TargetFailed, match=r"mkdocs\.yml"):
        site_of(draft)


def test_same_sources_same_bytes(tmp_path: Path) -> None:
    """In another folder, time zone, locale and hash seed, on another day."""
    found = []
    for name, zone, seed in (("a", "Asia/Shanghai", "1"), ("b/deeper", "America/New_York", "2")):
        draft = Draft(tmp_path / name)
        for path in draft.root.rglob("*.md"):
            os.utime(path, (time.time() - int(seed) * 1e7,) * 2)
        environment = os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C.UTF-8"}
        subprocess.run([sys.executable, "-m", "sopbook", "-C", draft.root, "build"], env=environment, check=True)
        found.append({n: data for n, data in files(draft.root / "build").items() if not n.startswith(".cache/")})
    assert found[0].keys() == found[1].keys()
    assert [name for name in found[0] if found[0][name] != found[1][name]] == []


def test_two_builds_at_once_do_not_mix(draft: Draft) -> None:
    command = [sys.executable, "-m", "sopbook", "-C", draft.root, "build"]
    builds = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.wait() for process in builds] == [0, 0, 0]
    assert (draft.root / "build/site/OF-CX-01/index.html").is_file()
    assert sorted(p.name for p in (draft.root / "build").iterdir()) == sorted(
        [".cache", ".lock", "docs", "mkdocs.yml", *(target.name for target in all_targets())]
    )


def test_a_switch_that_was_cut_off_is_finished(tmp_path: Path) -> None:
    """Where a system cannot let two folders change places, there is a moment with neither."""
    current, new = tmp_path / "site", tmp_path / ".site.new"
    for folder, text in ((current, "old"), (new, "new")):
        folder.mkdir()
        (folder / "page").write_text(text)
    current.replace(tmp_path / ".site.old")
    recover_folder(current)
    assert (current / "page").read_text() == "old"
    sync_folder(current, {"page": b"new"})
    assert (current / "page").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_file_that_is_as_it_should_be_is_not_made_again_whatever_its_name(tmp_path: Path) -> None:
    names = ["a.txt", "\udcff.txt"]
    store = Store(tmp_path / "cache.db")
    first = publish(tmp_path / "out", {name: Product("1", lambda: b"a") for name in names}, store=store)
    assert first.outcome.written == 2
    made: list[str] = []

    def make(name: str) -> bytes:
        made.append(name)
        return b"b"

    same = {name: Product("1", partial(make, name)) for name in names}
    assert publish(tmp_path / "out", same, store=store).outcome.fresh == 2
    assert made == []
    other = same | {"a.txt": Product("2", partial(make, "a.txt"))}
    assert publish(tmp_path / "out", other, store=store).outcome.written == 1
    assert made == ["a.txt"]
    store.close()


def test_output_that_cannot_be_written_is_named(draft: Draft) -> None:
    (draft.root / "build").write_text("in the way")
    with pytest.raises(TargetFailed, match="cannot write"):
        site_of(draft)


def test_every_link_of_the_real_site_leads_somewhere(real_site: Path) -> None:
    """Pages, anchors, pictures and styles, from every page; and nothing is loaded from elsewhere."""
    pages = {path: path.read_text("utf-8") for path in real_site.rglob("*.html") if path.name != "404.html"}
    ids = {path: set(re.findall(r'\sid="([^"]+)"', text)) for path, text in pages.items()}
    dead = []
    for path, text in pages.items():
        for href in HREF.findall(text):
            address, _, fragment = unquote(href.replace("&amp;", "&")).partition("#")
            if re.match(r"[a-z]+:", address):
                continue
            target = (path.parent / address.partition("?")[0]).resolve() if address else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (fragment and target in ids and fragment not in ids[target]):
                dead.append((path.relative_to(real_site).as_posix(), href))
    assert dead == []
    loaded = [
        tag for text in pages.values() for tag in re.findall(r"<(?:script|link|img|iframe)[^>]+https?://[^>]+>", text)
    ]
    # The page's own address is said, not loaded.
    assert [tag for tag in loaded if 'rel="canonical"' not in tag] == []


def test_mkdocs_alone_builds_the_handbook_through_the_plugin(draft: Draft) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"],
        cwd=draft.root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "快件收发" in (draft.root / "build/site/OF-CX-01/index.html").read_text("utf-8")


def test_zensical_builds_the_same_folder(draft: Draft) -> None:
    """A handbook outlives its builder: another one makes the same pages from ``build``."""
    site_of(draft)
    ours = {name for name in files(draft.root / "build/site") if name.endswith("index.html")}
    elsewhere = draft.root.parent / "elsewhere"
    shutil.copytree(draft.root / "build/docs", elsewhere / "docs")
    shutil.copy(draft.root / "build/mkdocs.yml", elsewhere)
    done = subprocess.run(
        [Path(sys.executable).parent / "zensical", "build"], cwd=elsewhere, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    theirs = files(elsewhere / "site")
    assert ours <= theirs.keys()
    page = theirs["OF-CX-01/index.html"].decode()
    assert 'id="notify"' in page
    assert 'href="../OF-BD-01/"' in page


def test_the_plain_configuration_names_no_plugin_of_ours(draft: Draft) -> None:
    site_of(draft)
    config = yaml.safe_load((draft.root / "build/mkdocs.yml").read_text("utf-8"))
    assert config["plugins"] == []


@pytest.mark.slow
def test_the_installed_package_works_without_the_checkout(tmp_path: Path) -> None:
    target = tmp_path / "installed"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, REPOSITORY]
    subprocess.run(install, check=True, capture_output=True)
    environment = os.environ | {"PYTHONPATH": str(target)}
    for arguments in (["init", "made"], ["-C", "made", "check"], ["-C", "made", "build"]):
        command = [sys.executable, "-m", "sopbook", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    where = subprocess.run(
        [sys.executable, "-c", "import sopbook; print(sopbook.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert str(target) in where.stdout
    assert (tmp_path / "made/build/site/assets/sopbook.css").is_file()

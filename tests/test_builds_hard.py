"""Builds under bad luck: killed, out of space, two at once, files that vanish; and what the cache may cost nobody."""

from __future__ import annotations

import contextlib
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from handbooks import Draft
from sopbook.cache.store import Store
from sopbook.cache.unchanged import files_below, outputs_digest
from sopbook.cli import main
from sopbook.handbooks import build as build_here
from sopbook.targets import Workplace

DAY = ("--today", "2026-06-01")
COMMAND = (sys.executable, "-m", "sopbook")
KILLS = 30
PARAGRAPH = "快递员把快件送到前台。"


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def outputs(draft: Draft) -> dict[str, bytes]:
    """What users look at: no lock, no cache."""
    return {name: data for name, data in files(draft.root / "build").items() if not name.startswith(".")}


def build(draft: Draft, *arguments: str, **keywords: object) -> subprocess.CompletedProcess[str]:
    """Build the site, whose pages, Word files, search and training take every way that an output can take."""
    command = [*COMMAND, "-C", str(draft.root), "build", "site", *DAY, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **keywords)  # type: ignore[call-overload]


def from_scratch(draft: Draft, tmp_path: Path) -> dict[str, bytes]:
    """The outputs of a build that remembers nothing."""
    out = tmp_path / "scratch"
    shutil.rmtree(out, ignore_errors=True)
    assert build(draft, "--out", str(out), "--no-cache").returncode == 0
    return {name: data for name, data in files(out).items() if not name.startswith(".")}


def rename(draft: Draft, title: str) -> None:
    """Give the site another name, which stands on every page."""
    draft.write("mkdocs.yml", re.sub("site_name: .*", f"site_name: {title}", draft.read("mkdocs.yml")))
    draft.write("sop/handbook.yml", re.sub("title: .*", f"title: {title}", draft.read("sop/handbook.yml")))


def leftovers(draft: Draft) -> list[str]:
    wanted = {".cache", ".lock", "docs", "mkdocs.yml", "site"}
    return sorted(path.name for path in (draft.root / "build").iterdir() if path.name not in wanted)


# ---------------------------------------------------------------------- what is remembered


def edits() -> dict[str, Callable[[Draft], None]]:
    return {
        "a paragraph": lambda d: d.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。"),
        "a line more": lambda d: d.replace("sop/office/OF-CX-01.md", PARAGRAPH, PARAGRAPH + "\n\n又一段。"),
        "a title": lambda d: d.replace("sop/office/OF-BD-01.md", "title: 快件登记表", "title: 收发登记表"),
        "a step's title": lambda d: d.replace("sop/office/OF-CX-01.md", "**核对发放**", "**当面发放**"),
        "an anchor": lambda d: d.replace("sop/office/OF-CX-01.md", "{#notify ", "{#tell "),
        "a question": lambda d: d.replace("sop/office/OF-TK-01.md", "应当怎么做?", "怎么办?"),
        "a reference": lambda d: d.replace("sop/office/OF-CX-01.md", PARAGRAPH, "按 [[OF-GW-02]] 办。"),
        "a role's alias": lambda d: d.replace("sop/office/OF-GW-01.md", "aliases: [前台]", "aliases: [总台]"),
        "a figure": lambda d: d.replace("sop/handbook.yml", "快件保管", "快件存放"),
        "the title of the handbook": lambda d: d.replace("sop/handbook.yml", "title: ", "title: 新"),
        "a status": lambda d: d.replace("sop/office/OF-CX-01.md", "version: A/0", "version: A/0\nstatus: withdrawn"),
        "an emergency": lambda d: d.replace("sop/office/OF-CX-01.md", "frequency: 每日", "urgent: true"),
        "a document less": lambda d: (d.root / "sop/office/OF-JC-01.md").unlink(),
        "a document more": lambda d: d.write(
            "sop/office/OF-CX-02.md",
            d.read("sop/office/OF-CX-01.md").replace("OF-CX-01", "OF-CX-02").replace("快件收发", "信件收发"),
        ),
        "a document moved": lambda d: (d.root / "sop/office/OF-BD-01.md").rename(d.root / "sop/OF-BD-01.md"),
        "a broken document": lambda d: d.write("sop/office/OF-BD-01.md", "no front matter"),
        "a picture": lambda d: (
            d.write("sop/office/desk.png", b"\x89PNG\r\n\x1a\n"),
            d.replace("sop/office/OF-CX-01.md", PARAGRAPH, "![前台](desk.png)"),
        ),  # type: ignore[dict-item]
        "a template": lambda d: d.write("templates/pages/bank.md.j2", "# {{ md(doc.title) }}\n\n<p>{{ doc.id }}</p>\n"),
        "a style": lambda d: d.write("site/assets/sopbook.css", ":root { --sop-accent: #123456; }"),
        "the look": lambda d: d.replace("mkdocs.yml", "primary: teal", "primary: red"),
    }


@pytest.mark.parametrize("edit", edits().values(), ids=edits().keys())
def test_an_edit_gives_what_a_build_from_scratch_gives(
    edit: Callable[[Draft], None], draft: Draft, tmp_path: Path
) -> None:
    build(draft)
    edit(draft)
    remembered = build(draft)
    assert remembered.returncode in (0, 1)
    assert "Traceback" not in remembered.stderr
    scratch = tmp_path / "scratch"
    anew = build(draft, "--out", str(scratch), "--no-cache")
    assert remembered.stderr == anew.stderr
    found = outputs(draft)
    wanted = {name: data for name, data in files(scratch).items() if not name.startswith(".")}
    assert found.keys() == wanted.keys()
    assert [name for name in found if found[name] != wanted[name]] == []


def test_an_edit_of_running_text_makes_one_page_anew(draft: Draft) -> None:
    build(draft)
    before = {path: path.stat().st_ino for path in (draft.root / "build/site").rglob("*.html")}
    draft.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。")
    assert build(draft).returncode == 0
    changed = [path.parent.name for path, inode in before.items() if path.stat().st_ino != inode]
    assert changed == ["OF-CX-01"]


def test_a_page_that_shows_text_of_another_document_follows_it(draft: Draft) -> None:
    """A template may show whatever it likes: what it looked at is noticed."""
    draft.write(
        "templates/pages/role.md.j2",
        '# {{ md(doc.title) }}\n\n{{ html.blocks(view.handbook.by_number["OF-CX-01"].section("trigger").blocks) }}\n',
    )
    build(draft)
    draft.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。")
    build(draft)
    assert "快递员打电话来。" in (draft.root / "build/site/OF-GW-01/index.html").read_text("utf-8")


def test_a_build_that_has_nothing_to_do_says_the_same_again(draft: Draft) -> None:
    draft.replace("sop/office/OF-CX-01.md", PARAGRAPH, "见 [[OF-XX-99]]。")
    first = build(draft)
    second = build(draft)
    assert (first.returncode, second.returncode) == (1, 1)
    assert first.stderr == second.stderr
    assert "SOP301" in second.stderr
    assert "写入 0" in second.stdout


def test_outputs_that_were_touched_are_mended(draft: Draft) -> None:
    build(draft)
    before = outputs(draft)
    site = draft.root / "build/site"
    (site / "OF-CX-01/index.html").write_text("tampered")
    (site / "OF-GW-01/index.html").unlink()
    (site / "stranger.html").write_text("stranger")
    (site / "OF-BD-01/index.html").unlink()
    (site / "OF-BD-01/index.html").symlink_to("/etc/hostname")
    build(draft)
    assert outputs(draft) == before
    assert not (site / "OF-BD-01/index.html").is_symlink()


def test_a_lost_file_of_the_search_is_made_again_by_an_edit_that_does_not_touch_it(draft: Draft) -> None:
    """Another process brings the index up to date, and knows only what each file was made from."""
    build(draft)
    lost = sorted((draft.root / "build/docs/assets/search/index").glob("[vp]*.json"))
    whole = {path: path.read_bytes() for path in lost}
    for path in lost:
        path.unlink()
    draft.replace("sop/office/OF-CX-01.md", "review: 12 months", "review: 6 months")
    build(draft)
    assert {path: path.read_bytes() for path in lost if path.exists()} == whole


def test_the_states_that_a_build_knows_are_those_that_the_file_system_has(draft: Draft) -> None:
    draft.write("site/.well-known/security.txt", "Contact: mailto:office@example.com")
    draft.write("site/assets/名 字.txt", "name")
    out = draft.root / "build"
    known = {}
    for _ in range(2):
        for outcome in build_here(draft.load(), Workplace(draft.root, out)).values():
            known |= outcome.states
        assert {folder.name for folder in known} >= {"docs", "site"}
        assert outputs_digest(out, known) == outputs_digest(out)
        (out / "site/stranger.txt").write_text("stranger")
        assert outputs_digest(out, known) != outputs_digest(out)


def test_the_day_counts(draft: Draft) -> None:
    assert "SOP501" not in build(draft).stderr
    assert "SOP501" in build(draft, "--today", "2030-01-01").stderr


# ----------------------------------------------------------------------------- the cache


def test_the_cache_may_be_deleted(draft: Draft) -> None:
    build(draft)
    before = outputs(draft)
    shutil.rmtree(draft.root / "build/.cache")
    again = build(draft)
    assert again.returncode == 0
    assert "写入 0" in again.stdout
    assert outputs(draft) == before


@pytest.mark.parametrize("damage", ["noise", "cut", "rows", "rubbish", "folder", "empty"])
def test_a_damaged_cache_is_not_believed(damage: str, draft: Draft, tmp_path: Path) -> None:
    build(draft)
    cache = draft.root / "build/.cache/sopbook.db"
    data = bytearray(cache.read_bytes())
    if damage == "noise":
        generator = random.Random(1)
        for _ in range(400):
            data[generator.randrange(100, len(data))] ^= 0xFF
        cache.write_bytes(data)
    elif damage == "cut":
        cache.write_bytes(data[: len(data) // 2])
    elif damage == "rows":
        connection = sqlite3.connect(cache)
        connection.execute("UPDATE entry SET data = (SELECT data FROM entry LIMIT 1)")
        connection.commit()
        connection.close()
    elif damage == "rubbish":
        cache.write_bytes(b"not a database, " * 1000)
    elif damage == "empty":
        cache.write_bytes(b"")
    else:
        cache.unlink()
        cache.mkdir()
    draft.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。")
    again = build(draft)
    assert again.returncode == 0
    assert "Traceback" not in again.stderr
    assert outputs(draft) == from_scratch(draft, tmp_path)


def test_a_forged_row_runs_nothing(draft: Draft, tmp_path: Path) -> None:
    """Even with a right checksum a row is data only: at worst it is no row that anybody understands."""
    build(draft)
    path = draft.root / "build/.cache/sopbook.db"
    connection = sqlite3.connect(path)
    keys = [key for (key,) in connection.execute("SELECT key FROM entry")]
    connection.close()
    store = Store(path)
    bad = tmp_path / "ran"
    forged = [b"cos\nsystem\n(S'touch " + str(bad).encode() + b"'\ntR.", b"[]", b"{}", b'{"document": ["Path", "/"]}']
    store.put_all({key: forged[index % len(forged)] for index, key in enumerate(keys)})
    store.close()
    again = build(draft)
    assert "Traceback" not in again.stderr
    assert not bad.exists()
    assert outputs(draft) == from_scratch(draft, tmp_path)


def test_branches_share_a_cache(draft: Draft, tmp_path: Path) -> None:
    """Two states of a handbook, in two folders, with one cache: each gets its own outputs."""
    other = Draft(tmp_path / "branch")
    other.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。")
    cache = str(tmp_path / "shared.db")
    for _ in range(2):
        for handbook in (draft, other):
            assert build(handbook, "--cache", cache).returncode == 0
    for handbook in (draft, other):
        assert outputs(handbook) == from_scratch(handbook, tmp_path)


def test_the_cache_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    store = Store(path, most_bytes=200_000)
    for number in range(50):
        store.put(f"row {number}", os.urandom(10_000))
    kept = [number for number in range(50) if store.get(f"row {number}") is not None]
    store.close()
    assert 10 <= len(kept) <= 20
    assert path.stat().st_size < 400_000


def test_a_read_only_cache_is_done_without(draft: Draft) -> None:
    done = build(draft, "--cache", "/proc/nowhere/cache.db")
    assert done.returncode == 0
    assert (draft.root / "build/site/OF-CX-01/index.html").is_file()


# --------------------------------------------------------------------------- bad luck


@pytest.mark.slow
def test_a_killed_build_leaves_the_last_site_whole(draft: Draft, tmp_path: Path) -> None:
    """SIGKILL at many moments of a build: what is there is the state before or the state after, never a mix."""
    for number in range(30):  # enough documents that several processes are at work
        text = draft.read("sop/office/OF-CX-01.md").replace("OF-CX-01", f"OF-CX-{number + 50}")
        draft.write(f"sop/office/OF-CX-{number + 50}.md", text.replace("快件收发", f"快件收发之{number}"))
    command = [*COMMAND, "-C", str(draft.root), "build", "site", *DAY]
    states = []
    for title in ("甲", "乙"):
        rename(draft, title)
        assert build(draft).returncode == 0
        states.append({part: files(draft.root / "build" / part) for part in ("docs", "site")})
    rename(draft, "甲")
    start = time.monotonic()
    build(draft)
    whole = time.monotonic() - start
    seen = set()
    for number in range(KILLS):
        rename(draft, "乙甲"[number % 2])
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(whole * 1.5 * (number + 1) / KILLS)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for part in ("docs", "site"):
            now = files(draft.root / "build" / part)
            assert now in (states[0][part], states[1][part]), (number, part)
            seen.add((part, now == states[0][part]))
    assert len(seen) == 4  # both states were met in both folders
    rename(draft, "乙")
    assert build(draft).returncode == 0
    assert {part: files(draft.root / "build" / part) for part in ("docs", "site")} == states[1]
    assert leftovers(draft) == []


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_an_ended_build_cleans_up(sent: signal.Signals, draft: Draft) -> None:
    build(draft)
    before = outputs(draft)
    rename(draft, "新")
    process = subprocess.Popen(
        [*COMMAND, "-C", str(draft.root), "build", "site"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()  # the summary: it is about to build
    process.send_signal(sent)
    process.communicate()
    assert leftovers(draft) == []
    after = outputs(draft)
    assert after == before or "新" in after["mkdocs.yml"].decode()


def test_a_full_disk_is_named_and_leaves_the_last_site(draft: Draft) -> None:
    """No file may grow beyond a few kilobytes: writing fails in the middle of a build."""
    build(draft)
    before = outputs(draft)
    rename(draft, "新")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # noqa: E731
    failed = build(draft, preexec_fn=limit)
    assert failed.returncode == 1
    assert "sopbook: cannot write" in failed.stderr
    assert "Traceback" not in failed.stderr
    site = {name: data for name, data in before.items() if name.startswith("site/")}
    assert {name: data for name, data in outputs(draft).items() if name.startswith("site/")} == site
    assert leftovers(draft) == []
    assert build(draft).returncode == 0


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(b"x" * 4096) == 4096:
            pass


def test_a_full_file_system_is_named_and_leaves_the_last_site(draft: Draft, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True, check=False)
    if mount.returncode != 0:
        pytest.skip("may not mount a small file system")
    try:
        out = ("--out", str(disk / "build"))
        assert build(draft, *out, "--cache", str(tmp_path / "cache.db")).returncode in (0, 1)
        fill(disk / "filler")
        before = files(disk / "build" / "site") if (disk / "build/site").exists() else {}
        rename(draft, "新")
        failed = build(draft, *out, "--cache", str(tmp_path / "cache.db"))
        assert failed.returncode == 1
        assert "No space left" in failed.stderr
        assert "Traceback" not in failed.stderr
        assert (files(disk / "build" / "site") if (disk / "build/site").exists() else {}) == before
    finally:
        subprocess.run(["umount", disk], check=True)


def test_an_output_that_cannot_be_written_is_named(draft: Draft) -> None:
    build(draft)
    before = outputs(draft)
    rename(draft, "新")
    out = draft.root / "build"
    if os.geteuid() == 0:  # whom no permissions stop
        bound = subprocess.run(["mount", "--bind", out, out], capture_output=True, check=False)
        if bound.returncode != 0:
            pytest.skip("may not mount")
        subprocess.run(["mount", "-o", "remount,bind,ro", out], check=True)
        undo = ["umount", str(out)]
    else:
        out.chmod(0o555)
        undo = ["chmod", "755", str(out)]
    try:
        failed = build(draft)
    finally:
        subprocess.run(undo, check=True)
    assert failed.returncode == 1
    assert "cannot write" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert outputs(draft) == before


def test_builds_at_once_from_different_states(draft: Draft, tmp_path: Path) -> None:
    """Whichever comes last, the output is that of one of them."""
    other = Draft(tmp_path / "other")
    other.replace("sop/office/OF-CX-01.md", PARAGRAPH, "快递员打电话来。")
    wanted = [
        {name: data for name, data in from_scratch(handbook, tmp_path).items() if name.startswith(("site/", "docs/"))}
        for handbook in (draft, other)
    ]
    out = tmp_path / "shared"
    started = [
        subprocess.Popen(
            [*COMMAND, "-C", str(handbook.root), "build", "site", *DAY, "--out", str(out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for handbook in (draft, other, draft, other)
    ]
    assert [process.wait() for process in started] == [0] * 4
    found = {name: data for name, data in files(out).items() if name.startswith(("site/", "docs/"))}
    assert found in wanted


def test_a_file_that_vanishes_or_may_not_be_read(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the listing of the folder and the reading of a file, anything may happen."""
    draft.write("sop/office/vanishing.md", "---\nid: OF-CX-77\n---\n")
    draft.write("sop/office/vanishing.pdf", b"%PDF")
    real = Path.is_file

    def is_file(path: Path) -> bool:
        found = real(path)
        if path.name.startswith("vanishing"):
            path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Path, "is_file", is_file)
    handbook = draft.load()
    assert "SOP101" in [finding.code for finding in handbook.findings]
    assert "sop/office/vanishing.pdf" not in handbook.assets


def test_sources_that_change_during_builds(draft: Draft) -> None:
    """Somebody saves all the time: every build is one of sound states, and the last one is right."""
    builds = [
        subprocess.Popen(
            [*COMMAND, "-C", str(draft.root), "build", "site", *DAY], stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    number = 0
    while any(process.poll() is None for process in builds):
        number += 1
        text = draft.read("sop/office/OF-CX-01.md").split("## 触发")[0]
        draft.write(
            "sop/office/OF-CX-01.md",
            f"{text}## 触发\n第 {number} 次。\n\n## 程序\n1. **做** {{#do responsible=收发员}}\n",
        )
        draft.write(f"sop/office/passing-{number}.txt", "x")
        (draft.root / f"sop/office/passing-{number}.txt").unlink()
    for process in builds:
        _, errors = process.communicate()
        assert b"Traceback" not in errors
    build(draft)
    assert f"第 {number} 次" in (draft.root / "build/site/OF-CX-01/index.html").read_text("utf-8")


def test_a_file_that_goes_while_its_folder_is_read_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    for name in ("first", "passing", "then"):
        (tmp_path / name).write_text(name, "utf-8")
    found = files_below(tmp_path)
    names = [next(found)[0]]
    (tmp_path / "passing").unlink()
    assert names + [name for name, _ in found] == ["first", "then"]


# -------------------------------------------------------------------------- odd names


ODD_NAMES = (
    "with spaces",
    'it\'s "quoted"',
    "😀",
    "名" * 84,  # 255 bytes with the suffix
    "-rf",
    "a&b<c>",
    "$(touch ran)",
    "%2e%2e",
    "back\\slash",
    "new\nline",
)


def test_any_file_name_will_do(draft: Draft) -> None:
    original = draft.read("sop/office/OF-BD-01.md")
    for number, name in enumerate(ODD_NAMES, 10):
        text = original.replace("OF-BD-01", f"OF-BD-{number}").replace("快件登记表", f"第 {number} 表")
        picture = f"{name[:60]}.png"
        draft.write(f"sop/office/{picture}", b"\x89PNG\r\n\x1a\n")
        draft.write(f"sop/office/{name}.md", text.replace("## 字段", f"## 说明\n![图](<{quote(picture)}>)\n\n## 字段"))
    done = build(draft)
    assert "Traceback" not in done.stderr
    for number in range(10, 10 + len(ODD_NAMES)):
        assert f"第 {number} 表" in (draft.root / f"build/site/OF-BD-{number}/index.html").read_text("utf-8")
    published = {path.name for path in (draft.root / "build/site").rglob("*.png")}
    assert {"with spaces.png", "😀.png", "-rf.png", "名" * 60 + ".png"} <= published
    assert "写入 0" in build(draft).stdout


def test_a_name_that_is_not_unicode(draft: Draft) -> None:
    path = os.fsencode(draft.root / "sop/office") + b"/\xff\xfe.md"
    try:
        with open(path, "wb") as stream:  # noqa: PTH123 - a path of bytes
            stream.write(b"---\nid: X-1\n---\n")
    except OSError:
        pytest.skip("this file system refuses such names")
    done = build(draft)
    assert "Traceback" not in done.stderr
    assert (draft.root / "build/site/OF-CX-01/index.html").is_file()


def test_links_out_of_the_tree_are_not_followed(draft: Draft, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text(
        draft.read("sop/office/OF-BD-01.md").replace("OF-BD-01", "OF-BD-99").replace("快件登记表", "机密")
    )
    (tmp_path / "secrets").mkdir()
    shutil.copy(secret, tmp_path / "secrets/OF-BD-98.md")
    (draft.root / "sop/office/OF-BD-99.md").symlink_to(secret)
    (draft.root / "sop/linked").symlink_to(tmp_path / "secrets")
    (draft.root / "sop/office/loop").symlink_to(draft.root / "sop")
    (draft.root / "sop/office/desk.png").symlink_to("/etc/passwd")
    draft.replace("sop/office/OF-CX-01.md", PARAGRAPH, "![前台](desk.png)")
    done = build(draft)
    assert done.stderr.count("SOP705") >= 3
    assert not any("机密".encode() in data or b"root:x:0" in data for data in outputs(draft).values())


# ----------------------------------------------------------------------- hostile sources

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "inline script": "文字<script src=//example.com/x.js></script>",
    "handler": '<img src=x onerror="alert(1)">',
    "svg": "<svg onload=alert(1)>",
    "javascript link": "[点这里](javascript:alert(1))",
    "disguised link": "[点这里](java\tscript:alert(1))",
    "entity link": "[点这里](&#106;avascript:alert(1))",
    "data link": "[点这里](data:text/html,<script>alert(1)</script>)",
    "picture": "![x](javascript:alert(1))",
    "reference link": "[点][1]\n\n[1]: javascript:alert(1)",
    "absolute path": "[x](/etc/passwd)",
    "path outside": "![x](../../../etc/passwd.png)",
    "escaped path": "![x](%2e%2e/%2e%2e/secret.png)",
    "template": "{{ cycler.__init__.__globals__.os.system('touch ran') }} {% for x in y %}",
    "style": "<style>body{display:none}</style>",
    "frame": "<iframe src=javascript:alert(1)></iframe>",
    "attribute list": "文字 {: onclick=alert(1) }",
    "broken comment": "<!-- --!><script>alert(1)</script>",
}


FORBIDDEN = (
    "<script>alert",
    "<script src=//",
    'href="javascript:',
    'src="javascript:',
    "<style>body{",
    "<iframe",
    'href="data:',
    'passwd.png"',
    'href="/etc',
    '"../../../../',
)


HANDLER = re.compile(r"<[a-zA-Z][^<>]*\son[a-z]+\s*=")
"""A tag with an event handler; the same letters as text are harmless."""


def test_hostile_text_is_reported_and_never_runs(draft: Draft) -> None:
    """Each text in a document of its own, as a paragraph and as the title."""
    harmless = []
    original = draft.read("sop/office/OF-CX-01.md")
    for number, (name, text) in enumerate(HOSTILE.items(), 10):
        document = original.replace("OF-CX-01", f"OF-CX-{number}").replace(PARAGRAPH, text)
        document = document.replace("title: 快件收发", f"title: {yaml_string(text)}")
        draft.write(f"sop/office/OF-CX-{number}.md", document)
        if name in ("template", "attribute list", "disguised link"):  # words like any other
            harmless.append(f"OF-CX-{number}.md")
    done = build(draft)
    assert "Traceback" not in done.stderr
    assert not list(draft.root.rglob("ran"))
    for number in range(10, 10 + len(HOSTILE)):
        file = f"OF-CX-{number}.md"
        assert file in harmless or re.search(rf"{file}:\d+:\d+ \S+ SOP[17]", done.stderr), file
    for name, data in outputs(draft).items():
        if name.endswith((".html", ".md")):
            found = [bad for bad in FORBIDDEN if bad in data.decode()] + HANDLER.findall(data.decode())
            assert (name, found) == (name, [])


def yaml_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\t", " ") + '"'


HOSTILE_FILES = (
    ("bomb.md", b"---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n", "SOP103"),
    ("deep.md", b"---\na: " + b"[" * 5000 + b"\n---\n", "SOP103"),
    ("tag.md", b"---\nid: !!python/object/apply:os.system [touch ran]\n---\n", "SOP103"),
    ("huge.md", b"---\n" + b"x" * 100_000_000, "SOP101"),
    ("latin.md", "---\ntitle: Ärger\n---\n".encode("latin-1"), "SOP101"),
    ("utf16.md", "---\ntitle: x\n---\n".encode("utf-16"), "SOP101"),
    ("nul.md", b"\0" * 1000, "SOP102"),
    ("line.md", b"---\n---\n" + b"x" * 50_000, "SOP101"),
)


def test_hostile_files_are_reported(draft: Draft) -> None:
    for name, data, _ in HOSTILE_FILES:
        draft.write(f"sop/office/{name}", data)
    done = build(draft)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for name, _, code in HOSTILE_FILES:
        assert re.search(rf"sop/office/{name}:\d+:\d+ \S+ {code}", done.stderr), name
    assert (draft.root / "build/site/OF-CX-01/index.html").is_file()
    assert not list(draft.root.rglob("ran"))


def test_a_hostile_settings_file_is_reported(draft: Draft) -> None:
    draft.write("sop/handbook.yml", "organisation: &a [*a]\n")
    done = build(draft)
    assert done.returncode == 1
    assert "SOP103" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_in_this_process_as_well(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(draft.root), "build", *DAY]) == 0
    assert main(["-C", str(draft.root), "build", *DAY]) == 0
    assert "写入 0" in capsys.readouterr().out

"""Comparing versions: nothing is lost, nothing is invented, and nothing of a hostile repository is run."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import FileFormat, OpenXmlValidator

from handbooks import REPOSITORY, Draft
from sopbook.cli import main
from sopbook.copies.compare import amount, compared, kept
from sopbook.copies.compose import compose
from sopbook.copies.outline import Block, Grid, Line, Role, Row, Run
from sopbook.copies.revisions import NoRevision, folder_at, handbook_at
from sopbook.handbooks import load
from sopbook.locales import locale
from sopbook.word.markup import W

PROCEDURE = "sop/office/OF-CX-01.md"

# ------------------------------------------------------------------------- properties

TEXT = st.text("甲乙丙丁 ab1，", max_size=12)
PIECES = st.lists(st.builds(Run, TEXT.filter(bool), bold=st.booleans()), max_size=4).map(tuple)
CELLS = st.builds(lambda pieces: (Line(Role.CELL, pieces),), PIECES)


def grids(columns: int) -> st.SearchStrategy[Grid]:
    row = st.builds(Row, st.tuples(*[CELLS] * columns))
    rows = st.lists(row, min_size=1, max_size=4).map(tuple)
    return st.builds(Grid, st.just("表"), st.just((1,) * columns), st.none() | row, rows)


BLOCKS = st.lists(
    st.builds(Line, st.sampled_from([Role.TEXT, Role.STEP]), PIECES, st.integers(0, 1)) | grids(1) | grids(2),
    max_size=6,
)


def shape(blocks: tuple[Block, ...] | list[Block]) -> list[object]:
    """What of an outline has to come through: kinds, texts, and where it is bold."""

    def line(found: Line) -> object:
        return found.role, found.level, [(char, piece.bold) for piece in found.pieces for char in piece.text]  # type: ignore[union-attr]

    return [
        line(block)
        if isinstance(block, Line)
        else [
            [[line(part) for part in cell] for cell in row.cells]
            for row in (*filter(None, [block.header]), *block.rows)
        ]
        for block in blocks
    ]


@settings(max_examples=300, deadline=None)
@given(old=BLOCKS, new=BLOCKS)
def test_refusing_gives_the_old_and_accepting_the_new(old: list[Block], new: list[Block]) -> None:
    found = compared(old, new)
    assert shape(kept(found, "ins")) == shape(old)
    assert shape(kept(found, "del")) == shape(new)


@settings(max_examples=50, deadline=None)
@given(blocks=BLOCKS)
def test_equal_outlines_have_no_changes(blocks: list[Block]) -> None:
    count = amount(compared(blocks, blocks))
    assert (count.inserted, count.deleted, count.changed) == (0, 0, 0)


def test_a_change_is_told_where_it_is() -> None:
    def line(text: str) -> Line:
        return Line(Role.TEXT, (Run(text),))

    found = compared(
        [line("十分钟内响应业户。"), line("登记。")], [line("五分钟内响应业户。"), line("登记。"), line("回访。")]
    )
    assert [[(p.text, p.change) for p in block.pieces] for block in found if isinstance(block, Line)] == [
        [("十", "del"), ("五", "ins"), ("分钟内响应业户。", "")], [("登记。", "")], [("回访。", "")],
    ]  # fmt: skip
    assert isinstance(found[2], Line)
    assert found[2].change == "ins"


# ------------------------------------------------------------------------------- files


def settled(document: ET.Element, without: str) -> str:
    """The text of a document with its changes all accepted (``without`` "del") or all refused ("ins")."""
    found = []
    for paragraph in document.iter(f"{{{W}}}p"):
        for run in paragraph.iter(f"{{{W}}}r"):
            found += [t.text or "" for name in ("t", "delText") for t in run.iter(f"{{{W}}}{name}")]
        found.append("\n")
    return "".join(found)


def remove(document: ET.Element, name: str) -> None:
    """Take out every run-level change of one kind, and every row and paragraph that is marked as one."""
    for parent in list(document.iter()):
        for child in list(parent):
            row = child.find(f"{{{W}}}trPr/{{{W}}}{name}") is not None
            paragraph = child.tag == f"{{{W}}}p" and child.find(f"{{{W}}}pPr/{{{W}}}rPr/{{{W}}}{name}") is not None
            if (
                row
                or paragraph
                or (child.tag == f"{{{W}}}{name}" and parent.tag not in (f"{{{W}}}rPr", f"{{{W}}}trPr"))
            ):
                parent.remove(child)


def edited(draft: Draft) -> None:
    text = draft.read(PROCEDURE)
    draft.write("old.md", text)
    changed = text.replace(
        "\n## 修订", "\n## 附录\n新的一节。\n\n| 甲 | 乙 |\n| --- | --- |\n| 一 | 二 |\n\n## 修订", 1
    )
    first = next(line for line in changed.splitlines() if line.startswith("1. **"))
    draft.write("new.md", changed.replace(first, first.replace("**", "**改后的", 1), 1))


def test_accepting_and_refusing_in_word(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    edited(draft)
    out = draft.root / "out"
    arguments = [str(draft.root / "old.md"), str(draft.root / "new.md"), "--out", str(out)]
    assert main(["-C", str(draft.root), "compare", *arguments]) == 0
    path = out / "OF-CX-01-changes.docx"
    assert [str(e) for e in OpenXmlValidator(file_format=FileFormat.OFFICE_2019).validate(str(path)).errors] == []
    found = {}
    for without, name in (("ins", "old"), ("del", "new")):
        with zipfile.ZipFile(path) as package:
            root = ET.fromstring(package.read("word/document.xml"))  # noqa: S314 - our own file
        remove(root, without)
        found[name] = settled(root, without)
    assert "改后的" not in found["old"]
    assert "新的一节" not in found["old"]
    assert "改后的" in found["new"]
    assert "新的一节。" in found["new"]
    draft.write(PROCEDURE, draft.read("new.md"))
    handbook = draft.load()
    for block in compose(handbook, locale("zh"), handbook.by_number["OF-CX-01"]):
        if isinstance(block, Line):
            assert block.text in found["new"]


def test_the_page_needs_nothing_else_and_runs_nothing(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    edited(draft)
    draft.replace("new.md", "新的一节。", "`<script>alert(1)</script>`")
    out = draft.root / "out"
    files = [str(draft.root / name) for name in ("old.md", "new.md")]
    assert main(["-C", str(draft.root), "compare", *files, "--out", str(out)]) == 0
    page = (out / "OF-CX-01-changes.html").read_text("utf-8")
    assert "&lt;script&gt;" in page
    assert not any(mark in page for mark in ("<script", "http:", "https:", "@import", "url("))
    assert "<ins>改后的</ins>" in page
    assert '<html lang="zh-CN">' in page


# --------------------------------------------------------------------------------- git


def git(root: Path, *arguments: str, given: bytes | None = None) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    names = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    ran = subprocess.run(
        ["git", *arguments], cwd=root, input=given, capture_output=True, check=True, env=environment | names
    )
    return ran.stdout.decode().strip()


@pytest.fixture
def repository(draft: Draft) -> Draft:
    """A handbook in git, with two versions of a procedure."""
    git(draft.root, "init", "-q")
    git(draft.root, "add", "-A")
    git(draft.root, "commit", "-qm", "first")
    draft.replace(PROCEDURE, "\n## 修订", "\n## 附录\n新的一节。\n\n## 修订")
    return draft


def test_between_a_revision_and_the_files_as_they_are(repository: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*arguments: str) -> tuple[int, str]:
        code = main(["-C", str(repository.root), "compare", *arguments, "--out", str(repository.root / "out")])
        streams = capsys.readouterr()
        return code, streams.out + streams.err

    code, text = said("of-cx-01", "--from", "HEAD")
    assert code == 0
    assert "新增 2 处，删除 0 处，修改 0 处" in text
    assert "--force" in said("OF-CX-01", "--from", "HEAD")[1]
    assert said("OF-JC-01", "--from", "HEAD") == (0, "OF-JC-01：没有变化\n")
    assert said("OF-CX-01", "--from", "HEAD", "--to", "HEAD") == (0, "OF-CX-01：没有变化\n")
    assert said("OF-CX-01", "--from", "nonsense")[0] == 1
    assert said("OF-CX-01", "--from=--output=x")[0] == 1
    assert said("OF-CX-01")[0] == 2
    assert said("OF-CX-9", "--from", "HEAD")[0] == 2


@pytest.mark.parametrize("revision", ["", "--help", "-x", "HEAD:sop", "a b", "HEAD\0", "@{-1}"])
def test_what_is_no_revision_is_said(repository: Draft, revision: str) -> None:
    with pytest.raises(NoRevision):
        handbook_at(repository.root, revision)


def test_no_repository(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "plain")
    with pytest.raises(NoRevision):
        handbook_at(draft.root, "HEAD")


def test_a_handbook_in_a_folder_of_a_repository(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "books/house")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    assert handbook_at(draft.root, "HEAD").by_number.keys() == draft.load().by_number.keys()


def test_nothing_of_a_hostile_configuration_is_run(repository: Draft) -> None:
    root = repository.root
    mark = root / "pwned"
    run = f"touch {mark}; false"
    (root / ".git/hooks/post-checkout").write_text(f"#!/bin/sh\n{run}\n")
    (root / ".git/hooks/post-checkout").chmod(0o755)
    for key in (
        "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "diff.external", "filter.x.smudge",
        "filter.x.clean", "diff.x.textconv", "tar.tar.command", "core.gitProxy", "credential.helper", "pager.ls-tree",
        "core.askPass", "gpg.program", "alias.ls-tree", "alias.cat-file", "alias.rev-parse",
        "uploadpack.packObjectsHook",
    ):  # fmt: skip
        git(root, "config", key, f"!{run}" if key.startswith("alias") else run)
    (root / ".gitattributes").write_text("* filter=x diff=x\n")
    (root / ".git/info/attributes").write_text("* filter=x diff=x\n")
    assert "OF-CX-01" in handbook_at(root, "HEAD").by_number
    assert not mark.exists()


def test_nothing_is_fetched_for_a_partial_clone(repository: Draft) -> None:
    root = repository.root
    mark = root / "pwned"
    blob = git(root, "rev-parse", f"HEAD:{PROCEDURE}")
    for key, value in (
        ("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "evil"), ("remote.evil.promisor", "true"),
        ("remote.evil.url", f"ext::sh -c touch% {mark}"), ("protocol.ext.allow", "always"),
        ("remote.evil.uploadpack", f"touch {mark};"),
    ):  # fmt: skip
        git(root, "config", key, value)
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(NoRevision):
        handbook_at(root, "HEAD")
    assert not mark.exists()


def test_links_are_not_followed_and_names_that_lead_out_are_refused(repository: Draft, tmp_path: Path) -> None:
    root = repository.root
    (tmp_path / "secret.md").write_text("secret")
    (root / "sop/office/link.md").symlink_to(tmp_path / "secret.md")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "link")
    with folder_at(root, "HEAD") as folder:
        assert (folder / PROCEDURE).is_file()
        assert not (folder / "sop/office/link.md").exists()
    blob = git(root, "hash-object", "-w", "--stdin", given=b"out")
    entry = b"100644 ..\\evil.md\0" + bytes.fromhex(blob)
    inner = git(root, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=entry)
    evil = git(
        root, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=b"40000 sop\0" + bytes.fromhex(inner)
    )
    commit = git(root, "commit-tree", "-m", "evil", evil)
    with pytest.raises(NoRevision), folder_at(root, commit):
        pass
    up = git(
        root, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=b"40000 ..\0" + bytes.fromhex(inner)
    )
    evil = git(
        root, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=b"40000 sop\0" + bytes.fromhex(up)
    )
    with pytest.raises(NoRevision), folder_at(root, git(root, "commit-tree", "-m", "evil", evil)):
        pass


def test_the_real_handbook_compares_with_itself() -> None:
    handbook = load(REPOSITORY)
    for document in handbook.documents[::9]:
        blocks = compose(handbook, locale("zh"), document)
        count = amount(compared(blocks, blocks))
        assert (count.inserted, count.deleted, count.changed) == (0, 0, 0)

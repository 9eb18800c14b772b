"""Hostile and damaged files: a clear error, in bounded memory, and nothing written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import hostile
from handbooks import TODAY, Draft
from sopbook.handbooks import load
from sopbook.importing import Importer, Wishes
from sopbook.untrusted import Refused

PEAK_KIB = 512 * 1024
MEASURED = """
import re, sys
from pathlib import Path
from sopbook.cli import main
code = main(sys.argv[1:])
# Not getrusage: its peak is inherited from whoever started this process.
print(code, re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_a_file_of_which_nothing_can_come_is_refused(draft: Draft, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(hostile.REFUSED[name]())
    before = sorted(draft.root.rglob("*"))
    with pytest.raises(Refused) as refused:
        Importer(load(draft.root), draft.root).plan(path, Wishes(today=TODAY))
    assert refused.value.reason.zh
    assert refused.value.reason.en
    assert sorted(draft.root.rglob("*")) == before


@pytest.mark.parametrize("name", ["bomb.docx", "rows.docx", "xxe.docx", "deep.html", "huge.docx"])
def test_the_command_says_why_within_bounds(draft: Draft, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "huge.docx":
        hostile.huge(path)
    else:
        path.write_bytes(hostile.REFUSED[name]())
    command = [sys.executable, "-c", MEASURED, "import", str(path), "--into", str(draft.root / "sop")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    code, peak = done.stdout.split()[-2:]
    assert code == "1"
    assert done.stderr.startswith(f"sopbook: {path}")
    assert "Traceback" not in done.stderr
    assert int(peak) < PEAK_KIB


def test_macros_links_and_embedded_files_stay_outside(draft: Draft, tmp_path: Path) -> None:
    path = tmp_path / "carriers.docm"
    path.write_bytes(hostile.carriers())
    plan = Importer(load(draft.root), draft.root).plan(path, Wishes(today=TODAY))
    said = {(entry.code, entry.text) for entry in plan.entries}
    assert {("macros", ""), ("embedded", "sheet1.xlsx"), ("external", "http://evil.example/t.dotm")} <= said
    assert "值班人员按时到岗，做好记录。" in (plan.new or "").replace("**\n   ", "，").replace("**", "")
    assert plan.assets == {}


@pytest.mark.parametrize("cut", range(0, 100, 9))
def test_a_document_cut_off_anywhere_is_refused_or_read(draft: Draft, tmp_path: Path, cut: int) -> None:
    data = hostile.carriers()
    path = tmp_path / "cut.docx"
    path.write_bytes(data[: len(data) * cut // 100])
    with pytest.raises(Refused):
        Importer(load(draft.root), draft.root).plan(path, Wishes(today=TODAY))


def test_text_that_looks_like_markup_stays_text(draft: Draft, tmp_path: Path) -> None:
    path = tmp_path / "markup.txt"
    path.write_text(
        "值班制度\n一、<script>alert(1)</script> 与 [[KF-CX-06]] 和 {{投诉响应}}\n"
        "二、{#id responsible=x} ![x](file:///etc/passwd) [y](javascript:alert(1))\n三、---\n",
        "utf-8",
    )
    importer = Importer(load(draft.root), draft.root)
    importer.carry_out(importer.plan(path, Wishes(today=TODAY)))
    assert [code for code in draft.codes() if code.startswith(("SOP2", "SOP3", "SOP7"))] == []


def test_numbers_without_end_do_not_take_forever(draft: Draft, tmp_path: Path) -> None:
    path = tmp_path / "numbers.txt"
    path.write_bytes(hostile.numbers())
    with pytest.raises(Refused):
        Importer(load(draft.root), draft.root).plan(path, Wishes(today=TODAY))

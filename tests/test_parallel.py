"""Work in other processes, and folders that are made ready beforehand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from handbooks import Draft
from sopbook.cache import tool
from sopbook.cache.store import CACHE, Store
from sopbook.output import SPARES, locked, restocked
from sopbook.parallel import ahead
from sopbook.targets import Workplace

DAY = ("--today", "2026-06-01")


@pytest.fixture(autouse=True)
def _two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sopbook.parallel._processors", lambda: 2)


def inodes(folder: Path) -> dict[str, int]:
    return {p.relative_to(folder).as_posix(): p.stat().st_ino for p in folder.rglob("*") if p.is_file()}


def built(draft: Draft) -> Path:
    command = [sys.executable, "-m", "sopbook", "-C", str(draft.root), "build", "site", *DAY]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return draft.root / "build"


# ---------------------------------------------------------------------------- work ahead


def test_work_ahead_is_done_in_another_process(tmp_path: Path) -> None:
    with ahead(lambda: (tmp_path / "done").write_text(str(os.getpid()))) as wait:
        wait()
        assert int((tmp_path / "done").read_text()) != os.getpid()


def test_a_process_that_dies_or_fails_stops_nobody() -> None:
    for work in (lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1 / 0):
        with ahead(work) as wait:
            wait()


def test_nobody_waits_for_work_that_a_failure_has_made_useless(tmp_path: Path) -> None:
    def work() -> None:
        (tmp_path / "process").write_text(str(os.getpid()))
        time.sleep(60)

    def fail() -> None:
        with ahead(work):
            while not (tmp_path / "process").is_file() or not (tmp_path / "process").read_text():
                time.sleep(0.01)
            raise ValueError("enough")

    start = time.monotonic()
    with pytest.raises(ValueError, match="enough"):
        fail()
    assert time.monotonic() - start < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "process").read_text()), 0)


# ------------------------------------------------------------------------------- spares


def test_the_spares_of_a_first_build_are_filled_before_the_next_one(draft: Draft) -> None:
    out = built(draft)
    spares = out / SPARES
    assert {path.name: list(path.iterdir()) for path in spares.iterdir()} == {"docs": [], "site": []}
    with restocked(Workplace(draft.root, out, Store(out / CACHE))) as place:
        place.ready()
        for name in ("docs", "site"):
            assert inodes(spares / name) == inodes(out / name) != {}


def test_a_spare_that_was_filled_in_part_is_completed(draft: Draft) -> None:
    out = built(draft)
    spare = out / SPARES / "site"
    (spare / "OF-CX-01").mkdir()
    os.link(out / "site/OF-CX-01/index.html", spare / "OF-CX-01/index.html")
    (spare / "from-elsewhere.txt").write_text("x")
    before = inodes(out / "site")
    draft.replace("sop/office/OF-CX-01.md", "快递员把快件送到前台。", "快递员打电话来。")
    built(draft)
    after = inodes(out / "site")
    assert after.keys() == before.keys()
    assert after["OF-CX-01/index.html"] != before["OF-CX-01/index.html"]
    assert after["OF-BD-01/index.html"] == before["OF-BD-01/index.html"]


def test_without_a_build_nothing_is_made_ready(tmp_path: Path) -> None:
    """A build in the wrong folder must leave nothing behind."""
    place = Workplace(tmp_path, tmp_path / "build", Store(tmp_path / "build" / CACHE))
    with restocked(place) as found:
        assert found is place
    assert list(tmp_path.iterdir()) == []


def test_who_holds_the_folder_may_take_it_again(tmp_path: Path) -> None:
    with locked(tmp_path / "out"), locked(tmp_path / "out"):
        pass
    with locked(tmp_path / "out"):
        pass


# -------------------------------------------------------------------------- the tool itself


def test_the_versions_of_libraries_are_those_that_are_installed() -> None:
    found = {tool._canonical(line.split()[0]): line.split()[1] for line in tool._versions()}
    assert found == {tool._canonical(name): version(name) for name in tool._LIBRARIES}

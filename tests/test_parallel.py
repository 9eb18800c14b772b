"""Work in other processes, and folders that are made ready beforehand."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from importlib.metadata import version
from pathlib import Path

import pytest

from handbooks import Draft
from sopbook.cache import tool
from sopbook.cache.store import CACHE, Store
from sopbook.output import SPARES, locked, restocked
from sopbook.targets import Workplace

DAY = ("--today", "2026-06-01")


def inodes(folder: Path) -> dict[str, int]:
    return {p.relative_to(folder).as_posix(): p.stat().st_ino for p in folder.rglob("*") if p.is_file()}


def built(draft: Draft) -> Path:
    command = [sys.executable, "-m", "sopbook", "-C", str(draft.root), "build", "site", *DAY]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return draft.root / "build"


# ---------------------------------------------------------------------------- work ahead


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that may fork, which this one may not: a test that ran before may have left a thread."""
    text = f"{OPENING}\n{textwrap.dedent(program)}"
    return subprocess.run([sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, timeout=50)


OPENING = """
import os, signal, time
from pathlib import Path
from sopbook import parallel
from sopbook.parallel import ahead, map_share
parallel._processors = lambda: 2
"""


def test_work_ahead_is_done_in_another_process(tmp_path: Path) -> None:
    program = """
        with ahead(lambda: Path("done").write_text(str(os.getpid()))) as wait:
            wait()
            print(int(Path("done").read_text()) != os.getpid())
        """
    assert run(program, tmp_path).stdout == "True\n"


def test_what_another_process_finds_is_handed_over_as_often_as_it_is_asked_for(tmp_path: Path) -> None:
    program = """
        with ahead(lambda: (os.getpid(), [1])) as wait:
            (process, found), again = wait(), wait()
        print(process != os.getpid(), found, again == (process, found))
        parallel._processors = lambda: 1
        with ahead(lambda: print("nobody does it")) as wait:
            print(wait())
        """
    assert run(program, tmp_path).stdout == "True [1] True\nNone\n"


@pytest.mark.parametrize("work", ["os.kill(os.getpid(), signal.SIGKILL)", "1 / 0"])
def test_a_process_that_dies_or_fails_stops_nobody(work: str, tmp_path: Path) -> None:
    program = f"""
        with ahead(lambda: {work}) as wait:
            print(wait())
        print("went on")
        """
    assert run(program, tmp_path).stdout == "None\nwent on\n"


def test_nobody_waits_for_work_that_a_failure_has_made_useless(tmp_path: Path) -> None:
    program = """
        def work():
            Path("process").write_text(str(os.getpid()))
            time.sleep(600)

        try:
            with ahead(work):
                while not Path("process").is_file() or not Path("process").read_text():
                    time.sleep(0.01)
                raise ValueError
        except ValueError:
            try:
                os.kill(int(Path("process").read_text()), 0)
            except ProcessLookupError:
                print("ended")
        """
    assert run(program, tmp_path).stdout == "ended\n"


def test_shared_work_comes_back_in_order_from_several_processes(tmp_path: Path) -> None:
    program = """
        def work(items):
            time.sleep(0.001)
            return [(item, os.getpid()) for item in items]

        for count in (24, 500, 9001):
            found = map_share(work, range(count))
            print([item for item, _ in found] == list(range(count)), len({process for _, process in found}))
        """
    assert run(program, tmp_path).stdout == "True 2\n" * 3


def test_a_process_does_something_else_before_it_takes_its_share(tmp_path: Path) -> None:
    program = """
        parent = os.getpid()

        def wait_for_the_others():
            while not Path("taken").is_file():
                time.sleep(0.001)
            print("others had begun")

        def work(items):
            if os.getpid() != parent:
                Path("taken").touch()
            return list(items)

        print(map_share(work, range(100), wait_for_the_others) == list(range(100)))
        print(map_share(work, [1], lambda: print("done first")), map_share(work, [], lambda: print("done alone")))
        """
    lines = ["others had begun", "True", "done first", "done alone", "[1] []"]
    assert run(program, tmp_path).stdout.splitlines() == lines


def test_files_that_are_named_late_are_made_beside_the_others(tmp_path: Path) -> None:
    program = """
        from functools import partial
        from sopbook.cache.store import Store
        from sopbook.output import Product, shelf
        from sopbook.targets import TargetFailed

        store = Store(Path("cache.db"))
        products = {f"{n}.txt": Product("1", partial(bytes, n)) for n in range(50)}

        def more():
            return {f"more/{n}.txt": Product("1", partial(bytes, n)) for n in range(30)}

        for expected in (80, 0):
            made = shelf(Path("out"), store).publish(products, more=more)
            names = {path.relative_to("out").as_posix() for path in Path("out").rglob("*.txt")}
            print(made.outcome.written == expected, names == set(made.digests) == products.keys() | more().keys())

        def fail():
            raise TargetFailed("nothing to name")

        try:
            shelf(Path("out"), store).publish(products, more=fail)
        except TargetFailed as failed:
            print(failed, len(list(Path("out").rglob("*.txt"))))
        """
    lines = ["True True", "True True", "nothing to name 80"]
    assert run(program, tmp_path).stdout.splitlines() == lines


def test_a_mistake_in_any_process_is_raised_and_a_killed_one_named(tmp_path: Path) -> None:
    program = """
        parent = os.getpid()

        def fail(items):
            if os.getpid() != parent:
                raise LookupError(items[0])
            time.sleep(0.01)
            return list(items)

        def die(items):
            if os.getpid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(0.01)
            return list(items)

        for work in fail, die:
            try:
                map_share(work, range(100))
            except (LookupError, parallel.WorkerDied) as error:
                print(type(error).__name__)
        """
    assert run(program, tmp_path).stdout == "LookupError\nWorkerDied\n"


# ------------------------------------------------------------------------------- spares


def test_the_spares_of_a_first_build_are_filled_before_the_next_one(draft: Draft) -> None:
    out = built(draft)
    spares = out / SPARES
    assert {path.name: list(path.iterdir()) for path in spares.iterdir()} == {"docs": [], "site": []}
    program = """
        from sopbook.cache.store import CACHE, Store
        from sopbook.output import restocked
        from sopbook.targets import Workplace

        out = Path("build").resolve()
        with restocked(Workplace(out.parent, out, Store(out / CACHE))) as place:
            place.ready()
        """
    assert run(program, draft.root).stderr == ""
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

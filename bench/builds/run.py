"""How long builds take: sopbook beside mkdocs with mkdocs-material and Zensical, in one run.

``python bench/builds/run.py 100 1000`` generates handbooks of these sizes, lets each tool build
them in turns (``--rounds`` times) and prints a table of medians and of ratios to plain ``mkdocs
build``. Time is wall-clock time of the whole command; bytes are those of the site. Memory is the largest
sum of the resident shares (PSS) of its processes, sampled in a round of its own: looking takes time.
"""

from __future__ import annotations

import argparse
import compileall
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from handbook import plain_pages, write

import sopbook

BIN = Path(sys.executable).parent
PLAIN = "site_name: 员工手册\ntheme:\n  name: material\n  language: zh\n  font: false\n"
PRUNED = f"{PLAIN}  features: [navigation.prune]\n"
_EVERY = 0.02
"""Seconds between two looks at the memory."""

MOST_UNPRUNED = 2000
"""Beyond this a navigation in every page takes tens of gigabytes, so all tools get ``navigation.prune``."""


@dataclass(frozen=True)
class Measured:
    """One run of a command: wall-clock and processor seconds."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Case:
    """Something that is measured: how it is prepared (not measured), and the command."""

    name: str
    prepare: Callable[[], None]
    command: tuple[str, ...]
    folder: Path
    site: Path


def main() -> None:
    """Run the benchmark and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="+", type=int, metavar="N", help="numbers of documents")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where to work (needs gigabytes)")
    parser.add_argument("--only", default="", help="measure only cases whose name matches this pattern, and mkdocs")
    parser.add_argument("--json", type=Path, help="write every single measurement here")
    options = parser.parse_args()
    # As pip does with what it installs; the first round would have to.
    compileall.compile_dir(Path(sopbook.__file__).parent, quiet=1)
    found: dict[int, dict[str, list[Measured]]] = {}
    sizes: dict[int, dict[str, int]] = {}
    memory: dict[int, dict[str, float]] = {}
    for count in options.sizes:
        cases = [c for c in _cases(count, options.folder / str(count)) if _is_wanted(c.name, options.only)]
        found[count] = {case.name: [] for case in cases}
        sizes[count] = {}
        for turn in range(options.rounds):
            for case in cases:
                case.prepare()
                found[count][case.name].append(_measure(case))
                sizes[count][case.name] = _bytes_in(case.site)
                print(
                    f"{count} round {turn + 1}: {case.name} {found[count][case.name][-1]}", file=sys.stderr, flush=True
                )
        memory[count] = {}
        for case in cases:
            case.prepare()
            memory[count][case.name] = _peak(case)
        shutil.rmtree(options.folder / str(count))
        if options.json:
            rows = {n: {name: [vars(m) for m in runs] for name, runs in by.items()} for n, by in found.items()}
            options.json.write_text(json.dumps({"runs": rows, "bytes": sizes, "memory": memory}, indent=1))
        print(_table(found[count], sizes[count], memory[count], count), flush=True)
    if len(options.sizes) > 1:
        print(_exponents(found, sizes, memory))


def _is_wanted(name: str, pattern: str) -> bool:
    return name == "mkdocs-material" or re.search(pattern, name) is not None


def _cases(count: int, folder: Path) -> list[Case]:
    shutil.rmtree(folder, ignore_errors=True)
    plain, ours = folder / "plain", folder / "ours"
    config = PLAIN if count <= MOST_UNPRUNED else PRUNED
    for name, text in plain_pages(count):
        _write(plain / "docs" / name, text)
    _write(plain / "mkdocs.yml", f"{config}plugins: [search]\n")
    _write(plain / "bare.yml", f"{PRUNED}plugins: []\nsite_dir: bare\n")
    write(count, ours)
    _write(ours / "mkdocs.yml", "plugins: []\n")
    mkdocs = (str(BIN / "mkdocs"), "build", "--quiet", "--clean")
    everything = (str(BIN / "sopbook"), "build")
    build = (*everything, "site")
    site = ours / "build/site"
    return [
        Case("mkdocs-material", lambda: _remove(plain / "site"), mkdocs, plain, plain / "site"),
        Case(
            "mkdocs-material, pruned, no search",
            lambda: _remove(plain / "bare"),
            (*mkdocs, "-f", "bare.yml"),
            plain,
            plain / "bare",
        ),
        Case(
            "Zensical",
            lambda: _remove(plain / "site", plain / ".cache"),
            (str(BIN / "zensical"), "build"),
            plain,
            plain / "site",
        ),
        Case("sopbook, full", lambda: _remove(ours / "build"), build, ours, site),
        Case("sopbook, nothing changed", lambda: None, build, ours, site),
        Case("sopbook, one paragraph edited", lambda: edit(ours, "## 目的\n"), build, ours, site),
        Case("sopbook, one title edited", lambda: edit(ours, "\ntitle: "), build, ours, site),
        Case("sopbook, all targets, full", lambda: _remove(ours / "build"), everything, ours, site),
    ]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _remove(*folders: Path) -> None:
    """Put folders out of the way. They are deleted at the end: ext4 is slow to make files where many were deleted just now."""
    for folder in folders:
        if folder.exists():
            away = folder.parent.parent / "away"
            away.mkdir(exist_ok=True)
            folder.rename(away / str(time.monotonic_ns()))


_edits = 0


def edit(root: Path, before: str) -> None:
    """Put a few characters, never the same, behind a passage of a procedure in the middle of the handbook."""
    global _edits
    _edits += 1
    procedures = sorted(root.glob("sop/*/*-CX-*.md"))
    path = procedures[len(procedures) // 2]
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, f"{before}第{_edits}次修改,", 1), "utf-8")


# ------------------------------------------------------------------------------ measuring


def _measure(case: Case) -> Measured:
    cpu, start = sum(os.times()[2:4]), time.perf_counter()
    _finish(case, _begin(case))
    return Measured(time.perf_counter() - start, sum(os.times()[2:4]) - cpu)


def _peak(case: Case) -> float:
    """The most memory in MB of a run."""
    process = _begin(case)
    memory = _Memory(process.pid)
    _finish(case, process)
    return memory.stop()


def _begin(case: Case) -> subprocess.Popen[bytes]:
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.Popen(
        case.command, cwd=case.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    )


def _finish(case: Case, process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate()
    if process.returncode != 0:
        sys.exit(f"{case.name}: {errors.decode()}")


class _Memory:
    """Watches the memory of a process and its children."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._most = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> float:
        """The largest sum seen, in MB."""
        self._over.set()
        self._thread.join()
        return self._most / 1000

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self._most = max(self._most, sum(map(_share, _tree(self._pid))))


def _tree(pid: int) -> Iterable[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _share(pid: int) -> int:
    """The memory of a process in kB, shared pages counted by share."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


# ------------------------------------------------------------------------------ reporting


def _table(found: dict[str, list[Measured]], sizes: dict[str, int], peaks: dict[str, float], count: int) -> str:
    lines = [
        f"\n### N = {count:,}\n",
        "| build | seconds | of mkdocs-material | processor seconds | of mkdocs-material | peak MB | site MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    base = found["mkdocs-material"]
    for name, runs in found.items():
        wall = statistics.median(run.wall for run in runs)
        cpu = statistics.median(run.cpu for run in runs)
        # Each ratio is taken within a round, so that a slow minute hits both sides.
        by_wall = statistics.median(run.wall / plain.wall for run, plain in zip(runs, base, strict=True))
        by_cpu = statistics.median(run.cpu / plain.cpu for run, plain in zip(runs, base, strict=True))
        times = f"{wall:.2f} | {by_wall:.3f} | {cpu:.2f} | {by_cpu:.3f}"
        lines.append(f"| {name} | {times} | {peaks[name]:.0f} | {sizes[name] / 1e6:.1f} |")
    return "\n".join(lines)


def _exponents(
    found: dict[int, dict[str, list[Measured]]], sizes: dict[int, dict[str, int]], peaks: dict[int, dict[str, float]]
) -> str:
    """The exponent b of a·N^b for each measure, fitted by least squares to the logarithms."""
    counts = sorted(found)
    lines = [
        "\n### Growth with N\n",
        "| build | seconds | processor seconds | peak MB | site bytes |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name in found[counts[0]]:
        runs = [found[count][name] for count in counts]
        measures = [
            [statistics.median(run.wall for run in each) for each in runs],
            [statistics.median(run.cpu for run in each) for each in runs],
            [peaks[count][name] for count in counts],
            [float(sizes[count][name]) for count in counts],
        ]
        lines.append(f"| {name} | " + " | ".join(f"{_slope(counts, values):.2f}" for values in measures) + " |")
    return "\n".join(lines)


def _slope(counts: list[int], values: list[float]) -> float:
    xs, ys = [math.log(count) for count in counts], [math.log(max(value, 1e-9)) for value in values]
    middle_x, middle_y = statistics.mean(xs), statistics.mean(ys)
    over = sum((x - middle_x) * (y - middle_y) for x, y in zip(xs, ys, strict=True))
    return over / sum((x - middle_x) ** 2 for x in xs)


if __name__ == "__main__":
    main()

"""What the benchmarks of the search share: query sets, measures, a static server, a browser."""

from __future__ import annotations

import functools
import http.server
import math
import shutil
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent


@dataclass(frozen=True)
class Asked:
    """A query, its kind, and the documents that answer it (the first is the best; none for the kind ``none``)."""

    query: str
    kind: str
    expected: tuple[str, ...]


def read_queries(paths: Iterable[Path]) -> list[Asked]:
    """Query sets: lines of query, kind and documents, separated by tabs; ``#`` begins a comment."""
    found = []
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                query, kind, *rest = line.split("\t")
                found.append(Asked(query, kind, tuple(filter(None, "".join(rest).split(",")))))
    return found


@dataclass(frozen=True)
class Measures:
    """Success within the first and the first three, mean reciprocal rank and nDCG of the first ten."""

    count: int
    success1: float
    success3: float
    mrr: float
    ndcg: float


def measure(asked: Sequence[Asked], answers: Sequence[Sequence[str]]) -> Measures:
    """The measures of answers (document numbers, best first). A query of kind ``none`` has to have none."""
    rows = [_row(one, list(dict.fromkeys(found))[:10]) for one, found in zip(asked, answers, strict=True)]
    return Measures(len(rows), *(sum(column) / len(rows) for column in zip(*rows, strict=True)))


def _row(asked: Asked, found: list[str]) -> tuple[float, float, float, float]:
    if not asked.expected:
        return (float(not found),) * 4
    ranks = [rank for rank, number in enumerate(found, 1) if number in asked.expected]
    first = ranks[0] if ranks else math.inf
    # The best answer is worth twice as much as another right one.
    gains = [2 if number == asked.expected[0] else int(number in asked.expected) for number in found]
    ideal = [2, *[1] * (len(asked.expected) - 1)][:10]
    return float(first == 1), float(first <= 3), 1 / first, _dcg(gains) / _dcg(ideal)


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def by_kind(asked: Sequence[Asked], answers: Sequence[Sequence[str]]) -> dict[str, Measures]:
    """The measures of each kind of query, and of all together."""
    groups: dict[str, list[tuple[Asked, Sequence[str]]]] = defaultdict(list)
    for one, found in zip(asked, answers, strict=True):
        groups[one.kind].append((one, found))
        groups["all"].append((one, found))
    order = [*dict.fromkeys(one.kind for one in asked), "all"]
    return {kind: measure(*zip(*groups[kind], strict=True)) for kind in order}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()


def chromium_path() -> str:
    """Where Chromium is."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("Chromium is needed: scripts/install_browser.sh installs it")
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()

"""What the search costs a reader: bytes until the first result, and time from key to results.

    .venv/bin/python bench/search/load.py HANDBOOK [--queries FILE…] [--in-page]

Writes the index of the handbook (make a large one with ``handbook.py``), serves it with gzip as web servers do, and
asks in Chromium with the processor slowed down four times (a mid-range phone). Each query's bytes are measured in a
fresh browser: everything that the search loads, scripts included, until the first result is there. Times are those
from a key to the list as it then stands below the field, after another query was answered: the query is typed letter by
letter (what a key needs is fetched then), and once more (it is there already). A key's time is the median of the
rounds, since browser and server share the machine.

Chromium slows down the thread of the page, not workers. ``--in-page`` takes the workers away, so that the search
runs in the page and is slowed down with it.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import json
import multiprocessing
import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep, time

from common import HERE, read_queries
from devtools import Chromium, Tab, chromium

from sopbook.handbooks import load
from sopbook.resources import site_folder
from sopbook.search.shards import search_files

FORK = multiprocessing.get_context("fork")
SLOWER = 4
AIM = 50
"""Milliseconds from key to results."""

FIRST = "巡查"
"""Answered before times are taken; none of ``queries-load.tsv`` has it."""

LOOK = 1
"""Seconds for looking at what it found."""

PUT = """async (text) => {
    const input = document.querySelector("input");
    const list = document.querySelector(".sop-search__list");
    // Its label is set whenever it is filled.
    const shown = new Promise((resolve) => new MutationObserver(resolve).observe(list, { attributeFilter: ["aria-label"] }));
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await shown;
}"""
ANSWER = f"""async (query) => {{
    await ({PUT})(query);
    return performance.timeOrigin + performance.now();
}}"""
TYPE = f"""async ([query, pause]) => {{
    const put = {PUT};
    const times = [];
    for (let length = 1; length <= query.length; length++) {{
        await new Promise((resolve) => setTimeout(resolve, pause));
        const start = performance.now();
        await put(query.slice(0, length));
        times.push(performance.now() - start);
    }}
    return times;
}}"""
WITHOUT_WORKERS = "delete window.Worker"
PAGE = """<!doctype html><meta charset="utf-8"><title>search</title><link rel="stylesheet" href="assets/search.css">
<div class="sop-search"><form role="search" action="search/"><input type="search" name="q"></form></div>
<script type="module" src="assets/sopbook.js"></script>"""


class Sent:
    """When how many bytes were sent, told by the process that sends them."""

    def __init__(self) -> None:
        self._queue = FORK.SimpleQueue()

    def add(self, size: int) -> None:
        """So many bytes are sent now."""
        self._queue.put((time(), size))

    def taken(self) -> list[tuple[float, int]]:
        """All since the last time."""
        found = []
        while not self._queue.empty():
            found.append(self._queue.get())
        return found


class Zipped(http.server.SimpleHTTPRequestHandler):
    """Serves files compressed, and counts the bytes."""

    files: dict[str, bytes] = {}
    sent = Sent()
    protocol_version = "HTTP/1.1"
    # As web servers do. Else the second packet of each answer waits 40 ms for a receipt of the first.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """One file."""
        name = self.path.partition("?")[0].lstrip("/") or "index.html"
        data = self.files.get(name)
        if data is None:
            self.send_error(404)
            return
        if name != "index.html":  # A reader loads the page itself anyhow.
            self.sent.add(len(data))
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(name))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("handbook", type=Path)
    parser.add_argument("--queries", nargs="*", type=Path, default=[HERE / "queries-load.tsv"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pause", type=int, default=100, help="milliseconds from results to the next key")
    parser.add_argument("--in-page", action="store_true", help="search in the page, not in a worker")
    options = parser.parse_args()
    handbook = load(options.handbook)
    files = {name: file.make() for name, file in search_files(handbook).items()}
    assets = site_folder() / "assets"
    own = {f"assets/{path.relative_to(assets).as_posix()}": path.read_bytes() for path in sorted(assets.rglob("*.*s"))}
    Zipped.files = {
        name: gzip.compress(data, 6) for name, data in ({"index.html": PAGE.encode()} | own | files).items()
    }
    total = sum(len(Zipped.files[name]) for name in files)
    core = len(Zipped.files["assets/search/index/core.json"])
    print(
        f"{len(handbook.documents)} documents; index {len(files)} files, {total / 1e6:.1f} MB compressed; core {core / 1e3:.1f} KB"
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Zipped)
    # A process of its own: else it waits for the driver of the browser.
    serving = FORK.Process(target=server.serve_forever, daemon=True)
    serving.start()
    queries = [asked.query for asked in read_queries(options.queries)]
    measure(f"http://127.0.0.1:{server.server_address[1]}/", queries, options)
    serving.terminate()


@contextmanager
def answered(browser: Chromium, address: str, query: str, in_page: bool) -> Iterator[tuple[Tab, int]]:
    """A fresh page in which a query has been answered, and the bytes it took."""
    Zipped.sent.taken()
    with browser.tab(address, WITHOUT_WORKERS if in_page else "") as tab:
        tab.wait_for("document.querySelector('.sop-search__popup') !== null")
        shown = tab.evaluate(f"({ANSWER})({json.dumps(query)})") / 1000
        yield tab, sum(size for at, size in Zipped.sent.taken() if at < shown)


def measure(address: str, queries: list[str], options: argparse.Namespace) -> None:
    """Bytes of each query in a fresh browser, and times of typing it."""
    sizes: dict[str, int] = {}
    times: dict[str, list[float]] = defaultdict(list)
    again: dict[str, list[float]] = defaultdict(list)
    with chromium() as browser:
        for query in [*queries] * options.rounds:
            with answered(browser, address, query, options.in_page) as (_, size):
                sizes[query] = size
            # Another query was answered: what this one needs is not there.
            with answered(browser, address, FIRST, options.in_page) as (tab, _):
                sleep(LOOK)
                tab.send("Emulation.setCPUThrottlingRate", rate=SLOWER)
                for found in (times, again):
                    taken = tab.evaluate(f"({TYPE})({json.dumps([query, options.pause])})")
                    for length, milliseconds in enumerate(taken, 1):
                        found[f"{query[:length]} of {query}"].append(milliseconds)
    worst = max(sizes, key=lambda query: sizes[query])
    print(
        f"bytes before the first result: median {statistics.median(sizes.values()) / 1e3:.1f} KB, most {sizes[worst] / 1e3:.1f} KB ({worst})"
    )
    for what, found in (("", times), (", when all it needs is there", again)):
        ordered = sorted((statistics.median(taken), key) for key, taken in found.items())
        single = sorted(milliseconds for taken in found.values() for milliseconds in taken)
        print(
            f"from key to results{what}: median {ordered[len(ordered) // 2][0]:.1f} ms, "
            f"95% within {ordered[int(len(ordered) * 0.95)][0]:.1f} ms, most {ordered[-1][0]:.1f} ms ({ordered[-1][1]}); "
            f"{len(ordered)} keys; of all {len(single)} times 95% within {single[int(len(single) * 0.95)]:.1f} ms, "
            f"{sum(milliseconds > AIM for milliseconds in single)} over {AIM}"
        )


if __name__ == "__main__":
    main()

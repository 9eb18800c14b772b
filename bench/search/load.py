"""What the search costs a reader: bytes until the first result, and time from key to results.

    .venv/bin/python bench/search/load.py HANDBOOK [--queries FILE…]

Writes the index of the handbook (make a large one with ``handbook.py``), serves it with gzip as web servers do, and
asks in Chromium with the processor slowed down four times (a mid-range phone). Each query's bytes are measured in a
fresh browser: everything that the search loads, scripts included, until the first result is there. Times are those
of typing the query letter by letter after another one was answered: what a key needs is fetched then, or (the second
time that it is typed) there already. With ``--pause`` somebody types who is not as quick as the machine. A key's time
is the median of the rounds, since browser and server share the machine.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import statistics
import threading
from collections import defaultdict
from pathlib import Path

from common import HERE, chromium, read_queries
from playwright.sync_api import Browser, BrowserContext, Page

from sopbook.handbooks import load
from sopbook.resources import site_folder
from sopbook.search.shards import search_files

SLOWER = 4
AIM = 50
"""Milliseconds from key to results."""

FIRST = "巡查"
"""Answered before times are taken; none of ``queries-load.tsv`` has it."""

TYPE = """async ([module, query, pause]) => {
    const { search } = await import(module);
    const times = [];
    await new Promise((resolve) => setTimeout(resolve, 200)); // Looking at what the first query found.
    for (let length = 1; length <= query.length; length++) {
        const start = performance.now();
        await search(query.slice(0, length));
        times.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return times;
}"""
PAGE = """<!doctype html><meta charset="utf-8"><title>search</title><link rel="stylesheet" href="assets/search.css">
<div class="sop-search"><form role="search" action="search/"><input type="search" name="q"></form></div>
<script type="module" src="assets/sopbook.js"></script>"""


class Zipped(http.server.SimpleHTTPRequestHandler):
    """Serves files compressed, and counts the bytes."""

    files: dict[str, bytes] = {}
    sent: list[tuple[str, int]] = []
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
        self.sent.append((name, len(data)))
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
    parser.add_argument("--pause", type=int, default=0, help="milliseconds from results to the next key")
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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    queries = [asked.query for asked in read_queries(options.queries)]
    measure(f"http://127.0.0.1:{server.server_address[1]}/", queries, options.rounds, options.pause)
    server.shutdown()


def answered(browser: Browser, address: str, query: str) -> tuple[BrowserContext, Page]:
    """A fresh browser in which a query has been answered."""
    context = browser.new_context()
    page = context.new_page()
    Zipped.sent.clear()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.locator("input").fill(query)
    page.wait_for_selector(".sop-search__popup:not([hidden])")
    return context, page


def measure(address: str, queries: list[str], rounds: int, pause: int) -> None:
    """Bytes of each query in a fresh browser, and times of typing it."""
    sizes: dict[str, int] = {}
    times: dict[str, list[float]] = defaultdict(list)
    again: dict[str, list[float]] = defaultdict(list)
    with chromium() as browser:
        for query in [*queries] * rounds:
            context, _ = answered(browser, address, query)
            # All but the page itself, which a reader loads anyhow.
            sizes[query] = sum(size for name, size in Zipped.sent if name != "index.html")
            context.close()
            # Another query was answered: what this one needs is not there.
            context, page = answered(browser, address, FIRST)
            devtools = context.new_cdp_session(page)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            for found in (times, again):
                taken = page.evaluate(TYPE, [f"{address}assets/search.js", query, pause])
                for length, milliseconds in enumerate(taken, 1):
                    found[f"{query[:length]} of {query}"].append(milliseconds)
            context.close()
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

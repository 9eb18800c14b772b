"""How long `sopbook serve` takes from an edit to the news at the open page.

``python bench/builds/serve.py 1000`` generates a handbook of so many documents, serves it, edits a
paragraph and a title in turns (``--rounds`` times), and prints for each the median and the longest
wall-clock seconds from the file's being written to the message that makes an open page reload.
"""

from __future__ import annotations

import argparse
import http.client
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from handbook import write
from run import BIN, edit

from sopbook.serving import EVENTS

EDITS = {"one paragraph edited": "## 目的\n", "one title edited": "\ntitle: "}


def main() -> None:
    """Run the benchmark and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, metavar="N", help="number of documents")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=Path("build/bench/serve"))
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    write(options.size, options.folder)
    command = [str(BIN / "sopbook"), "serve", "--address", "127.0.0.1:0"]
    server = subprocess.Popen(command, cwd=options.folder, stdout=subprocess.PIPE, text=True)
    try:
        news = _news(_address(server))
        next(news)
        # The first edit loads what serving itself did not need.
        found: dict[str, list[float]] = {name: [] for name in EDITS}
        for turn in range(options.rounds + 1):
            for name, before in EDITS.items():
                time.sleep(1)
                start = time.perf_counter()
                edit(options.folder, before)
                next(news)
                if turn:
                    found[name].append(time.perf_counter() - start)
    finally:
        server.terminate()
        server.wait()
    shutil.rmtree(options.folder)
    print(f"| N = {options.size:,} | median seconds | longest |\n| --- | ---: | ---: |")
    for name, times in found.items():
        print(f"| {name} | {statistics.median(times):.2f} | {max(times):.2f} |")


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout
    for line in server.stdout:
        match = re.search(r"http://([\w.:]+)", line)
        if match:
            return match[1]
    sys.exit("sopbook serve ended")


def _news(address: str) -> Iterator[str]:
    """The messages of the stream that pages listen to."""
    connection = http.client.HTTPConnection(address, timeout=300)
    connection.request("GET", EVENTS)
    response = connection.getresponse()
    while line := response.readline().decode():
        if line.startswith("data:"):
            yield line


if __name__ == "__main__":
    main()

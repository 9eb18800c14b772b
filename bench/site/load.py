"""How much a first visit loads, and when its text is there, on Chromium's slow-4G throttling.

    .venv/bin/python bench/site/load.py [SITE] [PAGE…]

Serves a built site (default ``build/site``) compressed, as any web server does, and opens each page
in a fresh Chromium of a phone's size without the service worker. Prints a table in Markdown: bytes
on the wire, First Contentful Paint and Largest Contentful Paint in milliseconds (the median of five
visits).
"""

from __future__ import annotations

import gzip
import http.server
import mimetypes
import shutil
import statistics
import sys
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

# DevTools' preset "Slow 4G" (it was called "Fast 3G" before Chromium 125).
SLOW_4G = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 1.6e6 / 8 * 0.9,
    "uploadThroughput": 750e3 / 8 * 0.9,
}
VISITS = 5
PAGES = ("", "KF-CX-31/", "KF-CX-05/", "KF-BD-06/", "KF-JC-03/", "KF-GW-03/", "KF-CK-01/", "documents/", "matrix/")
COMPRESSED = ("text/", "application/j", "application/xml", "image/svg")

_LARGEST = """() => new Promise(resolve => {
  new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
    .observe({type: "largest-contentful-paint", buffered: true});
})"""


def handler_for(site: Path) -> type[http.server.BaseHTTPRequestHandler]:
    """A handler that serves a folder with gzip."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = site / self.path.split("?")[0].lstrip("/")
            path = path / "index.html" if path.is_dir() else path
            found = path.is_file()
            data = path.read_bytes() if found else b""
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            if kind.startswith(COMPRESSED):
                data = gzip.compress(data, 6, mtime=0)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def visit(browser: Browser, address: str) -> tuple[float, float, float]:
    """Bytes loaded, first and largest contentful paint of a first visit."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)
    loaded: list[float] = []
    session.on("Network.loadingFinished", lambda event: loaded.append(_size(event)))
    page.goto(address, wait_until="load")
    page.wait_for_load_state("networkidle")
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    largest = page.evaluate(_LARGEST)
    context.close()
    return sum(loaded), first, largest


def _size(event: dict[str, Any]) -> float:
    return float(event["encodedDataLength"])


def main() -> None:
    """Measure and print the table."""
    site = Path(sys.argv[1] if sys.argv[1:] else "build/site")
    pages = sys.argv[2:] or [page for page in PAGES if (site / page).is_dir()]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_for(site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("| page | KB on the wire | first text, ms | largest, ms |\n| --- | --- | --- | --- |")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for page in pages:
            visits = [visit(browser, f"http://127.0.0.1:{server.server_address[1]}/{page}") for _ in range(VISITS)]
            size, first, largest = (statistics.median(values) for values in zip(*visits, strict=True))
            print(f"| {page or 'home'} | {size / 1000:.0f} | {first:.0f} | {largest:.0f} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()

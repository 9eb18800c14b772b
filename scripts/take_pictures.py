"""Take the pictures of the site that the documents show: ``docs/pictures``. Needs Chromium."""

from __future__ import annotations

import functools
import http.server
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from sopbook.handbooks import build, load
from sopbook.targets import Workplace

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
PHONE = (390, 844)
DESKTOP = (1440, 900)


class Shot(NamedTuple):
    """One picture: its name, the handbook, the page, the screen, and the colours."""

    name: str
    handbook: str
    page: str
    size: tuple[int, int]
    scheme: str


SHOTS = (
    Shot("home-phone", ".", "", PHONE, "light"),
    Shot("home-desktop", ".", "", DESKTOP, "light"),
    Shot("department-desktop", ".", "KF-ZN-01/", DESKTOP, "light"),
    Shot("role-phone", ".", "KF-GW-03/", PHONE, "light"),
    Shot("role-desktop", ".", "KF-GW-03/", DESKTOP, "light"),
    Shot("procedure-phone", ".", "KF-CX-31/", PHONE, "light"),
    Shot("procedure-phone-dark", ".", "KF-CX-06/", PHONE, "dark"),
    Shot("procedure-desktop", ".", "KF-CX-06/", DESKTOP, "light"),
    Shot("procedure-desktop-dark", ".", "KF-CX-06/", DESKTOP, "dark"),
    Shot("search-phone", ".", "search/?q=电梯关人了", PHONE, "light"),
    Shot("training-phone", ".", "training/KF-GW-03/", PHONE, "light"),
    Shot("training-desktop", ".", "training/KF-CX-06/", DESKTOP, "light"),
    Shot("matrix-desktop", ".", "matrix/", DESKTOP, "light"),
    Shot("calendar-desktop", ".", "calendar/", DESKTOP, "light"),
    Shot("changes-phone", ".", "changes/", PHONE, "dark"),
    Shot("labels-desktop", ".", "labels/", DESKTOP, "light"),
    Shot("checklist-phone", ".", "KF-JC-02/", PHONE, "light"),
    Shot("form-desktop", ".", "KF-BD-11/", DESKTOP, "light"),
    Shot("bank-phone", ".", "KF-TK-06/", PHONE, "light"),
    Shot("reference-desktop", ".", "KF-CK-01/", DESKTOP, "light"),
    Shot("documents-desktop", ".", "documents/", DESKTOP, "light"),
    Shot("english-desktop", "examples/en", "FD-PR-02/", DESKTOP, "light"),
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def serve(folder: Path) -> str:
    """Serve a folder until the program ends; returns its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def take(browser: Browser, shot: Shot, address: str) -> None:
    """Take one picture."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=shot.scheme, service_workers="block"
    )  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/{shot.page}")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{shot.name}.png")
    context.close()


def main() -> None:
    """Build the handbooks and take every picture (or those named on the command line)."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is needed: apt-get install chromium fonts-noto-cjk")
    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        addresses = {}
        for handbook in sorted({shot.handbook for shot in wanted}):
            out = Path(temporary, handbook.replace("/", "-"))
            build(load(ROOT / handbook), Workplace(ROOT / handbook, out))
            addresses[handbook] = serve(out / "site")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for shot in wanted:
            take(browser, shot, addresses[shot.handbook])
        browser.close()


if __name__ == "__main__":
    main()

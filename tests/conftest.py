from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from handbooks import REPOSITORY, Draft
from sopbook.handbooks import build, load
from sopbook.targets import Workplace
from sopbook.word.pdf import find_office


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """A small Chinese handbook that a test may change."""
    return Draft(tmp_path / "handbook")


@pytest.fixture
def english(tmp_path: Path) -> Draft:
    """The same in English."""
    return Draft(tmp_path / "handbook", "en")


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the real handbook, built once."""
    out = tmp_path_factory.mktemp("real")
    build(load(REPOSITORY), Workplace(REPOSITORY, out))
    return out / "site"


@pytest.fixture(scope="session")
def address(real_site: Path, serve: Callable[[Path], str]) -> str:
    """Where the site of the real handbook is served."""
    return serve(real_site)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves folders; returns the address of each."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(folder: Path) -> str:
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()


@pytest.fixture(scope="session")
def office() -> str:
    """Debian's LibreOffice. In CI it has to be there; elsewhere its tests are skipped without it."""
    program = find_office()
    if program is None or shutil.which("pdftotext") is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs LibreOffice and poppler-utils: scripts/install_office.sh installs them")
        pytest.skip(
            "no LibreOffice; apt-get install libreoffice-writer-nogui libreoffice-calc-nogui python3-uno poppler-utils"
        )
    return program


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. In CI it has to be there; elsewhere its tests are skipped without it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium: scripts/install_browser.sh installs it")
        pytest.skip("no Chromium; apt-get install chromium")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"Chromium does not start: {error}")
        yield browser
        browser.close()

from __future__ import annotations

import base64
import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="session")
def foreign() -> Iterator[Callable[[str, bytes], Any]]:
    """Other people's readers of our exports, in an environment of their own: ``foreign("gift", data)``."""
    python = Path(sys.prefix, "foreign", "bin", "python")
    known = python.exists() and not subprocess.run([python, "-c", "import anki, pygiftparser"], check=False).returncode
    if not known:
        _missing("scripts/install_foreign.sh installs them", "no foreign readers; make test sets them up")
    with subprocess.Popen(
        [python, REPOSITORY / "tests" / "foreign_tools.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(tool: str, data: bytes) -> Any:
            process.stdin.write(json.dumps([tool, base64.b64encode(data).decode()]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


@pytest.fixture(scope="session")
def players() -> Path:
    """The folder of other people's players of SCORM and QTI (Node packages)."""
    folder = REPOSITORY / "tests" / "web" / "node_modules"
    if not (folder / "scorm-again").is_dir():
        _missing("scripts/install_foreign.sh installs tests/web", "no tests/web/node_modules; make test sets it up")
    return folder


def _missing(in_ci: str, elsewhere: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(f"CI needs this: {in_ci}")
    pytest.skip(elsewhere)

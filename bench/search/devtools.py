"""Chromium by its own protocol, for measuring time.

Playwright has the browser report each step of each request, and takes part in answering it; that adds a
third to the time of a page that makes many small requests, and no reader has it.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from common import chromium_path
from websockets.sync.client import ClientConnection, connect

_TIMEOUT = 60
"""Seconds for an answer."""


class Failed(RuntimeError):
    """The browser answered with an error, or not at all."""


class Tab:
    """A page in a profile of its own."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser = browser
        self._session = session

    def evaluate(self, script: str) -> Any:
        """The value of a script, waited for if it is a promise."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise Failed(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Wait until a script is true."""
        _wait_for(lambda: self.evaluate(script), script)

    def send(self, method: str, **given: Any) -> dict[str, Any]:
        """Ask the browser something about this page."""
        return self._browser.send(method, self._session, **given)


class Chromium:
    """The browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)

    def send(self, method: str, session: str | None = None, **given: Any) -> dict[str, Any]:
        """Ask something, and wait for the answer."""
        number = next(self._numbers)
        question = {"id": number, "method": method, "params": given}
        self._socket.send(json.dumps(question | ({"sessionId": session} if session else {})))
        while True:
            answer: dict[str, Any] = json.loads(self._socket.recv(timeout=_TIMEOUT))
            if answer.get("id") == number:
                if "error" in answer:
                    raise Failed(f"{method}: {answer['error']}")
                return answer["result"]

    @contextmanager
    def tab(self, address: str, first: str = "") -> Iterator[Tab]:
        """A page of the size of a phone, in which the script ``first`` runs before its own."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        made = self.send("Target.createTarget", url="about:blank", browserContextId=context, width=390, height=844)
        session = self.send("Target.attachToTarget", targetId=made["targetId"], flatten=True)["sessionId"]
        tab = Tab(self, session)
        tab.send("Page.enable")
        tab.send("Page.addScriptToEvaluateOnNewDocument", source=first)
        tab.send("Page.navigate", url=address)
        tab.send("Page.disable")
        try:
            yield tab
        finally:
            self.send("Target.disposeBrowserContext", browserContextId=context)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Debian's Chromium, without a window."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0"]
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [chromium_path(), *flags, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        told = Path(profile) / "DevToolsActivePort"
        try:
            _wait_for(lambda: told.exists() and told.read_text().count("\n"), told.name)
            port, path = told.read_text().split()
            with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as socket:
                yield Chromium(socket)
        finally:
            process.terminate()
            process.wait()


def _wait_for(what: Callable[[], Any], name: str) -> None:
    end = time.monotonic() + _TIMEOUT
    while not what():
        if time.monotonic() > end:
            raise Failed(f"waited in vain for {name}")
        time.sleep(0.02)

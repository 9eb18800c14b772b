"""The site while one writes: builds after every edit, serves the result, tells open pages to reload.

Pages are served as they are built but for one script, which listens for the next build.
"""

from __future__ import annotations

import ipaddress
import mimetypes
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from sopbook.read.tree import SOURCES

EVENTS = "/.sopbook/events"
"""The address of the stream that tells of builds."""

_SCRIPT = b"""<script type="module">
const builds = new EventSource("%s");
builds.onmessage = ({ data }) => {
  if (data !== "%%s") location.reload();
};
builds.addEventListener("failed", ({ data }) => {
  const note = document.createElement("pre");
  note.textContent = JSON.parse(data);
  note.style = "position:fixed;inset:auto 0 0;margin:0;padding:1em;z-index:99;white-space:pre-wrap;";
  note.style += "background:#b00020;color:#fff";
  document.body.append(note);
});
addEventListener("pagehide", () => builds.close());
</script>
""" % EVENTS.encode()

WORKER = "/sw.js"

_NO_COPIES = b"""self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.registration.unregister()));
"""
"""Takes the place of the service worker: an author wants no copy of a page as it was before the last edit."""

_QUIET = 0.05
"""Seconds without a further event after which a burst of them is taken to be over."""

_HEARTBEAT = 15.0
"""Seconds after which a silent stream is tested for somebody at the other end."""

_MEANT = frozenset({"created", "modified", "moved", "deleted", "closed"})
"""Kinds of events that an edit causes; reading a file causes others."""


class Builds:
    """The news of builds, for any number of listeners."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._run = f"{os.getpid()}-{time.time_ns()}"
        self._count = 0
        self._failure = ""

    def done(self) -> None:
        """A build has changed the site."""
        self._tell(self._count + 1, "")

    def failed(self, message: str) -> None:
        """A build failed; the last good site is still there. ``message`` is JSON."""
        self._tell(self._count, message)

    def _tell(self, count: int, failure: str) -> None:
        with self._changed:
            self._count, self._failure = count, failure
            self._changed.notify_all()

    def current(self) -> str:
        """The last build that was told of. A page that was read later shows that one, or a newer one."""
        return self._name(self._count)

    def _name(self, count: int) -> str:
        return f"{self._run}-{count}"

    def news(self) -> Iterator[str]:
        """Server-sent events: the number of the build, at once and at every change; comments in between."""
        seen: tuple[int, str] | None = None
        while True:
            with self._changed:
                if seen == (self._count, self._failure):
                    self._changed.wait(_HEARTBEAT)
                now = (self._count, self._failure)
            if now == seen:
                yield ": still here\n\n"
                continue
            if seen is None or now[0] != seen[0]:
                yield f"data: {self._name(now[0])}\n\n"
            if now[1]:
                yield f"event: failed\ndata: {now[1]}\n\n"
            seen = now


class _Handler(BaseHTTPRequestHandler):
    """Answers from a folder that may be switched for another at any moment."""

    server: SiteServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file, or with the stream of builds."""
        if not self.server.is_own_name(self.headers.get("Host", "")):
            self.send_error(HTTPStatus.FORBIDDEN, "this server answers to its own address only")
        elif urlsplit(self.path).path == EVENTS:
            self._stream()
        elif urlsplit(self.path).path == WORKER:
            self._answer(HTTPStatus.OK, Path(WORKER), _NO_COPIES)
        else:
            self._file()

    do_HEAD = do_GET  # noqa: N815

    def _file(self) -> None:
        path = self.server.file_at(unquote(urlsplit(self.path).path))
        if path is not None and path.is_dir():
            if not urlsplit(self.path).path.endswith("/"):
                self.send_response(HTTPStatus.MOVED_PERMANENTLY)
                self.send_header("Location", urlsplit(self.path).path + "/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            path = path / "index.html"
        status = HTTPStatus.OK
        build = self.server.builds.current()
        if path is None or not path.is_file():
            status, path = HTTPStatus.NOT_FOUND, self.server.site / "404.html"
        try:
            data = path.read_bytes()
        except OSError:
            data = b""
        if path.suffix == ".html":
            before, end, after = data.rpartition(b"</body>")
            data = before + _SCRIPT % build.encode() + end + after
        self._answer(status, path, data)

    def _answer(self, status: HTTPStatus, path: Path, data: bytes) -> None:
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def _stream(self) -> None:
        self.close_connection = True
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            for event in self.server.builds.news():
                self.wfile.write(event.encode())
                self.wfile.flush()
        except OSError:
            pass  # the page is gone

    def log_message(self, *args: object) -> None:
        """Say nothing of each request."""


class SiteServer(ThreadingHTTPServer):
    """Serves a built site. Raises OSError if the address is taken."""

    daemon_threads = True

    def __init__(self, host: str, port: int, site: Path, builds: Builds) -> None:
        super().__init__((host, port), _Handler)
        self.site = site
        self.builds = builds
        self._is_local = host == "localhost" or ipaddress.ip_address(host).is_loopback

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}/"

    def is_own_name(self, host: str) -> bool:
        """False for a foreign site's name that was made to point at this machine."""
        name = urlsplit(f"//{host}").hostname or ""
        return not self._is_local or name in ("localhost", "127.0.0.1", "::1", str(self.server_address[0]))

    def file_at(self, address: str) -> Path | None:
        """The file or folder with that address; None for one outside the site."""
        parts = [part for part in address.split("/") if part not in ("", ".")]
        if ".." in parts or any("\\" in part or "\0" in part for part in parts):
            return None
        return self.site.joinpath(*parts)

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hangs up is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Edits(FileSystemEventHandler):
    def __init__(self, root: Path, heard: threading.Event) -> None:
        self._root = root
        self._heard = heard

    def on_any_event(self, event: FileSystemEvent) -> None:
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        if event.event_type in _MEANT and any(self._matters(path) for path in paths):
            self._heard.set()

    def _matters(self, path: Path) -> bool:
        try:
            parts = path.relative_to(self._root).parts
        except ValueError:
            return False
        return parts[:1] in ((SOURCES,), ("templates",), ("site",), ("mkdocs.yml",))


def serve(root: Path, server: SiteServer, rebuild: Callable[[], None]) -> None:
    """Serve, and call ``rebuild`` after every burst of edits, until interrupted (KeyboardInterrupt)."""
    heard = threading.Event()
    observer = Observer()
    edits = _Edits(root, heard)
    observer.schedule(edits, str(root), recursive=False)
    for name in (SOURCES, "templates", "site"):
        if (root / name).is_dir():
            observer.schedule(edits, str(root / name), recursive=True)
    observer.start()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        while True:
            heard.wait()
            while heard.is_set():
                heard.clear()
                time.sleep(_QUIET)
            rebuild()
    finally:
        observer.stop()
        server.shutdown()
        server.server_close()


__all__ = ["Builds", "SiteServer", "serve"]

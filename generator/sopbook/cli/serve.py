"""``sopbook serve``: the site while one writes."""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
import webbrowser
from pathlib import Path
from typing import Any

from sopbook.cache.readings import CachedReader
from sopbook.cache.store import CACHE, Store
from sopbook.check import check
from sopbook.cli.misuse import Misuse, add_today
from sopbook.errors import HandbookNotFound
from sopbook.handbooks import build, load
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.read.tree import SETTINGS
from sopbook.report import FORMATS
from sopbook.serving import Builds, SiteServer, serve
from sopbook.targets import TargetFailed, Workplace, all_targets

_SERVING = Text("手册在 {address},按 Ctrl-C 结束", "the handbook is at {address}; Ctrl-C ends")
_BUILT = Text("更新 {written} 个文件,用时 {seconds:.2f} 秒", "{written} files anew in {seconds:.2f} s")
_FAILED = Text("无法更新:{problem}", "cannot build: {problem}")


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve",
        help="show the site while writing",
        description="Serve the site, build it anew after every edit, and reload the pages that are open.",
    )
    parser.add_argument("--address", default="127.0.0.1:8000", help="address and port (default: 127.0.0.1:8000)")
    parser.add_argument("--out", type=Path, help="output folder (default: build, in the handbook's folder)")
    parser.add_argument("--open", action="store_true", help="open a browser")
    add_today(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    _spare_collections()
    root = options.root.resolve()
    if not (root / SETTINGS).is_file():
        raise HandbookNotFound(root)
    out = (options.out or root / "build").resolve()
    desk = _Desk(options, Workplace(root, out, Store(out / CACHE)))
    desk.rebuild()
    host, _, port = options.address.rpartition(":")
    try:
        server = SiteServer(host.strip("[]") or "127.0.0.1", int(port), out / "site", desk.builds)
    except (OSError, ValueError, OverflowError) as error:
        raise Misuse(f"cannot serve at {options.address}: {error}") from error
    print(_SERVING.in_language(desk.language).format(address=server.address), flush=True)
    if options.open:
        webbrowser.open(server.address)
    try:
        serve(root, server, desk.rebuild)
    except KeyboardInterrupt:
        return 0
    return 0


def _spare_collections() -> None:
    """Let Python look for garbage in cycles seldom: a handbook is a million objects and no garbage.

    A quarter of the time of a build in which little has changed went into looking.
    """
    gc.set_threshold(100_000, 50, 50)


class _Desk:
    """Builds again and again, keeping in memory what it has read."""

    def __init__(self, options: argparse.Namespace, place: Workplace) -> None:
        self._options = options
        self._place = place
        self._reader = CachedReader(place.store or Store(None))
        self._target = next(target for target in all_targets() if target.name == "site")
        self._report = ""
        self.builds = Builds()
        self.language = "en"

    def rebuild(self) -> None:
        """Build, tell the open pages, then say what is wrong with the sources."""
        start = time.monotonic()
        try:
            handbook = load(self._place.root, self._reader)
            self.language = handbook.settings.language
            outcome = build(handbook, self._place, [self._target])["site"]
        except (TargetFailed, OSError, HandbookNotFound) as error:
            self._say_failed(str(error))
            return
        if outcome.written or outcome.removed:
            self.builds.done()
        line = _BUILT.in_language(self.language)
        print(line.format(written=outcome.written, seconds=time.monotonic() - start), flush=True)
        self._say_findings(handbook)

    def _say_findings(self, handbook: Handbook) -> None:
        found = check(handbook, self._options.today)
        report = FORMATS["text"](found, self._options.root, self.language)
        if report != self._report:
            print(report, file=sys.stderr, flush=True)
        self._report = report

    def _say_failed(self, problem: str) -> None:
        message = _FAILED.in_language(self.language).format(problem=problem)
        print(message, file=sys.stderr, flush=True)
        self.builds.failed(json.dumps(message))

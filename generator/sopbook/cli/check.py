"""``sopbook check``: report everything that is wrong with a handbook."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sopbook.cache.readings import CachedReader
from sopbook.cache.store import CACHE, Store
from sopbook.check import check
from sopbook.cli.misuse import Misuse, add_today
from sopbook.handbooks import load
from sopbook.places import Severity
from sopbook.report import FORMATS


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="report everything that is wrong",
        description="Report everything that is wrong with the handbook. Exit code 1 if there are errors.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="report only what is in these files or folders")
    parser.add_argument("--format", choices=list(FORMATS), default="text", help="form of the report (default: text)")
    add_today(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the report."""
    cache = options.root / "build" / CACHE
    # What a build has read and found need not be read and found again.
    store = Store(cache) if cache.is_file() else None
    handbook = load(options.root, CachedReader(store) if store else None)
    wanted = [_relative(path, options.root) for path in options.paths]
    found = [
        diagnostic
        for diagnostic in check(handbook, options.today)
        if not wanted or any(Path(diagnostic.place.file).is_relative_to(path) for path in wanted)
    ]
    report = FORMATS[options.format](found, options.root, handbook.settings.language)
    if report:
        print(report)
    return int(any(diagnostic.severity is Severity.ERROR for diagnostic in found))


def _relative(path: str, root: Path) -> Path:
    """A path as the user names it (from here, or from the handbook's folder), relative to that folder."""
    for candidate in (Path(path), root / path):
        if candidate.exists() and candidate.resolve().is_relative_to(root.resolve()):
            return candidate.resolve().relative_to(root.resolve())
    raise Misuse(f"{path} is not in the handbook")

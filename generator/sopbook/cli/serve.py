"""``sopbook serve``: the site while one writes."""

from __future__ import annotations

import argparse
from typing import Any

from mkdocs.commands.serve import serve
from mkdocs.exceptions import MkDocsException

from sopbook.cli.misuse import Misuse
from sopbook.errors import HandbookNotFound
from sopbook.read.tree import SETTINGS


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "serve", help="show the site while writing", description="Serve the site and rebuild it after every edit."
    )
    parser.add_argument("--address", default="127.0.0.1:8000", help="address and port (default: 127.0.0.1:8000)")
    parser.add_argument("--open", action="store_true", help="open a browser")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted. Needs the handbook's ``mkdocs.yml`` with the plugin ``sopbook``."""
    if not (options.root / SETTINGS).is_file():
        raise HandbookNotFound(options.root.resolve())
    if not (options.root / "mkdocs.yml").is_file():
        raise Misuse("there is no mkdocs.yml beside sop/; `sopbook init` makes one")
    try:
        serve(str(options.root / "mkdocs.yml"), dev_addr=options.address, open_in_browser=options.open)
    except MkDocsException as error:
        raise Misuse(str(error)) from error
    return 0

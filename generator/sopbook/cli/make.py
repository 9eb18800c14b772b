"""``sopbook init`` and ``sopbook new``: something to start from."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse, add_today
from sopbook.handbooks import load
from sopbook.locales import canonical, languages
from sopbook.model import Kind
from sopbook.scaffold import ScaffoldError, init, new


def add(commands: Any) -> None:
    """Add the commands."""
    parser = commands.add_parser(
        "init", help="make a small working handbook", description="Make a small working handbook in DIR."
    )
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--lang", choices=languages(), default="zh", help="its language (default: zh)")
    add_today(parser)
    parser.set_defaults(run=_init)
    parser = commands.add_parser(
        "new",
        help="make a document that passes check",
        description='Make a document that passes check, e.g. `sopbook new procedure KF-CX-31 "标题"`.',
    )
    parser.add_argument("kind", metavar="KIND", type=_kind, help=f"one of {', '.join(Kind)}")
    parser.add_argument("number", metavar="NUMBER")
    parser.add_argument("title", metavar="TITLE")
    add_today(parser)
    parser.set_defaults(run=_new)


def _kind(text: str) -> Kind:
    found = canonical("kinds", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no kind; choose from {', '.join(Kind)}")
    return Kind(found)


def _init(options: argparse.Namespace) -> int:
    try:
        made = init(options.folder, options.lang, options.today)
    except (ScaffoldError, OSError) as error:
        raise Misuse(str(error)) from error
    print(f"{len(made)} files in {options.folder}. Next: sopbook -C {options.folder} build")
    return 0


def _new(options: argparse.Namespace) -> int:
    try:
        path = new(load(options.root), options.root, options.kind, options.number, options.title, options.today)
    except ScaffoldError as error:
        raise Misuse(str(error)) from error
    print(path)
    return 0

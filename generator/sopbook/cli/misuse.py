"""What the user asked for makes no sense: exit code 2, with one line that says why."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterable
from pathlib import Path


class Misuse(Exception):
    """The message is printed after the program's name."""


def day(text: str) -> dt.date:
    """An argument that is a date."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-03-01") from None


def add_today(parser: argparse.ArgumentParser) -> None:
    """The option ``--today``."""
    parser.add_argument(
        "--today", type=day, default=dt.date.today(), metavar="DATE", help="the day to go by (default: today)"
    )


def not_there(paths: Iterable[Path], force: bool) -> None:
    """Raise Misuse if one of the files is there: what people may have edited is overwritten only if asked for."""
    if not force:
        for path in paths:
            if path.exists():
                raise Misuse(f"{path} is there already; name another folder with --out, or replace it with --force")

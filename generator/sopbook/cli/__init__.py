"""The command line: parse arguments, call one function, print.

Each module of this package that has a function ``add`` is a command. Exit codes: 0 done,
1 findings or failures, 2 misuse.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from sopbook.cli.misuse import Misuse
from sopbook.read.tree import HandbookNotFound


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    options.root = Path(options.directory)
    try:
        return int(options.run(options))
    except Misuse as misuse:
        print(f"sopbook: {misuse}", file=sys.stderr)
        return 2
    except HandbookNotFound as missing:
        print(
            f"sopbook: there is no handbook in {missing.args[0]} (no sop/handbook.yml). "
            "Name its folder with -C DIR, or make one with `sopbook init DIR`.",
            file=sys.stderr,
        )
        return 2
    except BrokenPipeError:
        # Whoever reads our output has seen enough (`sopbook check | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sopbook",
        description="Compile standard operating procedures into a staff handbook.",
        epilog="`sopbook COMMAND --help` explains a command.",
    )
    parser.add_argument("-C", dest="directory", metavar="DIR", default=".", help="work on the handbook in DIR")
    parser.add_argument("--version", action="version", version=f"sopbook {version('sopbook')}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in pkgutil.iter_modules(__path__):
        command = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(command, "add"):
            command.add(commands)
    return parser

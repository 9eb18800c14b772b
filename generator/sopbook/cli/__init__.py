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
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse
from sopbook.errors import HandbookNotFound


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    parser = _parser(given)
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


class _Version(argparse.Action):
    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        # Takes longer to load than a build in which nothing has changed.
        from importlib.metadata import version

        print(f"sopbook {version('sopbook')}")
        parser.exit()


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sopbook",
        description="Compile standard operating procedures into a staff handbook.",
        epilog="`sopbook COMMAND --help` explains a command.",
    )
    parser.add_argument("-C", dest="directory", metavar="DIR", default=".", help="work on the handbook in DIR")
    parser.add_argument("--version", action=_Version, help="show program's version number and exit")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in _needed(given):
        command = importlib.import_module(f"{__name__}.{name}")
        if hasattr(command, "add"):
            command.add(commands)
    return parser


def _needed(given: Sequence[str]) -> list[str]:
    """The modules to load: that of the command that is asked for, or all of them where it is not found so quickly."""
    command = _first_word(given)
    if not command and "--version" in given:
        return []
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    return [command] if command in names and _is_command(command) else names


def _first_word(given: Sequence[str]) -> str:
    """The first argument that is neither an option nor the folder of ``-C``; empty if there is none."""
    words = iter(given)
    for word in words:
        if word == "-C":
            next(words, None)
        elif word.startswith("-"):
            # Help lists all commands; of -Cfolder and the like the whole parser takes care.
            return ""
        else:
            return word
    return ""


def _is_command(name: str) -> bool:
    return hasattr(importlib.import_module(f"{__name__}.{name}"), "add")

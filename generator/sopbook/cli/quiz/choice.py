"""The options by which questions are chosen, the same for every subcommand."""

from __future__ import annotations

import argparse

from sopbook.cli.misuse import Misuse
from sopbook.link.handbook import Handbook
from sopbook.questions.pool import Choice, Entry, choose
from sopbook.read.collect import near


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Add ``--role``, ``--procedure``, ``--department``, ``--tag`` and ``--difficulty``."""
    parser.add_argument("--role", default="", metavar="ROLE", help="only what tests the steps of this role")
    parser.add_argument("--procedure", default="", metavar="NUMBER", help="only what tests this procedure")
    parser.add_argument("--department", default="", metavar="NAME", help="only the questions of this department")
    parser.add_argument("--tag", default="", metavar="WORD", help="only about documents with this keyword")
    parser.add_argument("--difficulty", type=int, default=0, choices=(1, 2, 3), help="only questions this hard")


def chosen(entries: tuple[Entry, ...], options: argparse.Namespace, handbook: Handbook) -> tuple[Entry, ...]:
    """The entries that the options want. Raises Misuse for a name that the handbook does not know."""
    choice = Choice(options.role, options.procedure, options.department, options.difficulty, options.tag)
    try:
        return choose(entries, choice, handbook)
    except KeyError as unknown:
        name = str(unknown.args[0])
        known = [*handbook.actors, *handbook.by_number, *(document.department for document in handbook.documents)]
        known += [word for document in handbook.documents for word in document.keywords]
        close = near(name, known)
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        raise Misuse(f"the handbook has no {name}{hint}") from None

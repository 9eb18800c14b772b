"""``sopbook quiz export``: questions for other systems."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse
from sopbook.cli.quiz.choice import add_choice, chosen
from sopbook.cli.quiz.terms import add_terms, quiz_of, show_losses
from sopbook.handbooks import load
from sopbook.locales import Text
from sopbook.output import write_file
from sopbook.questions.formats import all_formats
from sopbook.questions.quiz import drawn

_DONE = Text("选出 {count} 道题，写入 {out}", "{count} questions chosen, in {out}")


def add(commands: Any) -> None:
    """Add the subcommand."""
    formats = all_formats()
    listed = "\n".join(f"  {name:<12} {format_.summary.en} ({format_.suffix})" for name, format_ in formats.items())
    parser = commands.add_parser(
        "export",
        help="questions for Moodle, SCORM, QTI, Anki, Excel …",
        description="Write questions for another system. What a format cannot carry is reported for each question.",
        epilog=f"formats:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_choice(parser)
    parser.add_argument("--format", required=True, choices=list(formats), metavar="FORMAT", help="see below")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the file to write")
    add_terms(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file; tell what stays out."""
    handbook = load(options.root)
    quiz = quiz_of(handbook, options, chosen)
    format_ = all_formats()[options.format]
    written = format_.write(quiz)
    try:
        write_file(options.out, written.data)
    except OSError as error:
        raise Misuse(f"cannot write {options.out}: {error.strerror}") from error
    language = handbook.settings.language
    show_losses(written.losses, language)
    count = len((quiz if format_.selects else drawn(quiz)).asked)
    print(_DONE.in_language(language).format(count=count, out=options.out))
    return 0

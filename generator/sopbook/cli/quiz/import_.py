"""``sopbook quiz import``: questions from other systems into a bank."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse, add_today
from sopbook.handbooks import load
from sopbook.locales import Text
from sopbook.questions.formats import Format, all_formats
from sopbook.questions.intake import Intake, IntakeError, Wish, intake
from sopbook.scaffold import ScaffoldError
from sopbook.untrusted import Refused, read_bounded

_UNREAD = Text("{place} {name}：没有读入：{what}", "{place} {name}: not read: {what}")
_PARTLY = Text("{place} {name}：缺少：{what}", "{place} {name}: without: {what}")
_DONE = Text("读入 {taken} 道题到 {path}，{left} 道没有读入", "{taken} questions in {path}; {left} could not be read")
_WOULD = Text(
    "将读入 {taken} 道题到 {path}，{left} 道读不入", "{taken} questions would go into {path}; {left} could not be read"
)


def _readable() -> dict[str, Format]:
    return {name: format_ for name, format_ in all_formats().items() if format_.read}


def add(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "import",
        help="questions from Excel, CSV, GIFT or Moodle XML into a bank",
        description="Read questions from another system into a question bank: a new document, or one that is there. "
        "What cannot be read is reported. Exit code 1 if a question could not be read.",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--into", required=True, metavar="NUMBER", help="the bank's number, new or there")
    parser.add_argument(
        "--tests", default="", metavar="NUMBER#STEP", help="what a question tests that does not say it: KF-CX-06#accept"
    )
    parser.add_argument("--title", default="", help="title of a new bank (default: the file's name)")
    parser.add_argument(
        "--format",
        choices=list(_readable()),
        help="the file's format (default: by its name: .xlsx .csv .gift .txt .xml)",
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing, only report")
    add_today(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read the file, report, and write the bank."""
    handbook = load(options.root)
    language = handbook.settings.language
    read = _format(options).read
    assert read is not None  # noqa: S101 - only readable formats are offered
    wish = Wish(options.into, options.title, options.tests, options.today, options.file.name)
    try:
        result = intake(handbook, options.root, read(options.file.name, read_bounded(options.file)), wish)
    except Refused as refused:
        raise Misuse(f"{options.file}: {refused.reason.in_language(language)}") from refused
    except (IntakeError, ScaffoldError) as error:
        raise Misuse(str(error)) from error
    left = _report(result, language)
    if result.taken and not options.dry_run:
        try:
            result.write()
        except OSError as error:
            raise Misuse(f"cannot write {result.path}: {error.strerror}") from error
    done = (_WOULD if options.dry_run else _DONE).in_language(language)
    print(done.format(taken=result.taken, path=result.path, left=left))
    return int(left > 0 or not result.taken)


def _report(result: Intake, language: str) -> int:
    """Tell what stays out; returns how many questions do."""
    for entry in result.unread:
        line = (_UNREAD if entry.whole else _PARTLY).in_language(language)
        place = f"{entry.place.file}:{entry.place.line}"
        print(line.format(place=place, name=entry.name, what=entry.what.in_language(language)), file=sys.stderr)
    return len({entry.place for entry in result.unread if entry.whole})


def _format(options: argparse.Namespace) -> Format:
    if options.format:
        return all_formats()[options.format]
    suffix = options.file.suffix.lower()
    name = {".xlsx": "xlsx", ".xlsm": "xlsx", ".csv": "csv", ".xml": "moodle", ".gift": "gift", ".txt": "gift"}.get(
        suffix
    )
    if name is None:
        raise Misuse(f"{options.file}: of which format is it? Say it with --format")
    return all_formats()[name]

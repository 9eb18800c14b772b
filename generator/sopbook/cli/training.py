"""``sopbook training``: what trainees hand in. ``merge`` makes one matrix of many files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse, add_today
from sopbook.handbooks import load
from sopbook.locales import Text
from sopbook.output import write_file
from sopbook.training.matrix import standings, workbook
from sopbook.training.progress import NotProgress, Progress, read_progress

_MOST_FILES = 2000
_TAKEN = Text("已收", "taken")
_OTHER = Text("已收；出自另一本手册“{title}”", 'taken; it comes from another handbook, "{title}"')
_REFUSED = Text("未收：{reason}", "not taken: {reason}")
_NAMELESS = Text("文件里没有姓名和工号", "it carries neither a name nor a staff number")
_DONE = Text("{people} 人，{files} 个文件，写入 {out}", "{people} people from {files} files in {out}")


def add(commands: Any) -> None:
    """Add the command with its subcommand."""
    parser = commands.add_parser("training", help="merge training progress", description="Work with training progress.")
    subcommands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    merge = subcommands.add_parser(
        "merge",
        help="one matrix of many people's progress",
        description="Merge progress files that trainees exported from the site into a workbook: person × procedure, "
        "read, practised, passed, version. Damaged and edited files are named and left out (exit code 1). What such a "
        "file cannot prove stands in docs/training.md.",
    )
    merge.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a progress file, or a folder of them")
    merge.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx", help="the workbook to write")
    add_today(merge)
    merge.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read the files, write the workbook, tell what was left out."""
    if options.out.suffix.lower() != ".xlsx":
        raise Misuse(f"{options.out} should end with .xlsx")
    files = _files(options.files)
    handbook = load(options.root)
    language = handbook.settings.language
    found: list[Progress] = []
    told: list[tuple[str, str]] = []
    refused = 0
    for path in files:
        try:
            progress = read_progress(path, options.today)
            if not progress.person.name.strip() and not progress.person.number.strip():
                raise NotProgress(_NAMELESS)
        except NotProgress as problem:
            refused += 1
            result = _REFUSED.in_language(language).format(reason=problem.reason.in_language(language))
            print(f"{path}: {result}", file=sys.stderr)
        else:
            found.append(progress)
            same = progress.handbook in ("", handbook.settings.title)
            result = (_TAKEN if same else _OTHER).in_language(language).format(title=progress.handbook)
        told.append((path.name, result))
    people = standings(found)
    try:
        write_file(options.out, workbook(handbook, people, told, language))
    except OSError as error:
        print(f"sopbook: cannot write {options.out}: {error.strerror}", file=sys.stderr)
        return 1
    print(_DONE.in_language(language).format(people=len(people), files=len(found), out=options.out))
    return int(refused > 0)


def _files(named: Sequence[Path]) -> list[Path]:
    """The files that are named, and those of folders that are, each once and in order."""
    found: dict[Path, None] = {}
    for path in named:
        if path.is_dir():
            found |= dict.fromkeys(sorted(path.glob("*.json")))
        elif path.exists():
            found[path] = None
        else:
            raise Misuse(f"there is no file {path}")
    if not found:
        raise Misuse("there are no .json files in what was named")
    if len(found) > _MOST_FILES:
        raise Misuse(f"more than {_MOST_FILES} files at once; merge them in parts")
    return list(found)

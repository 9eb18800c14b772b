"""``sopbook quiz list``: which questions there are."""

from __future__ import annotations

import argparse
import json
from typing import Any

from sopbook import prose
from sopbook.cli.quiz.choice import add_choice, chosen
from sopbook.handbooks import load
from sopbook.questions.pool import Entry, pool, written


def add(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser("list", help="list questions", description="List questions with what they test.")
    add_choice(parser)
    parser.add_argument("--written", action="store_true", help="only questions written by hand")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the list."""
    handbook = load(options.root)
    entries = chosen(written(handbook) if options.written else pool(handbook), options, handbook)
    if options.json:
        print(json.dumps([_as_data(entry) for entry in entries], ensure_ascii=False, indent=2))
        return 0
    for entry in entries:
        data = _as_data(entry)
        print(f"{data['id']}  {data['type']}  {data['difficulty']}  {data['stem']}  → {' '.join(data['tests'])}")
    return 0


def _as_data(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "type": entry.question.type,
        "difficulty": entry.question.difficulty,
        "stem": prose.plain(entry.question.stem),
        "tests": [f"{target.document.id}#{target.anchor}".rstrip("#") for target in entry.targets],
        "derived": entry.derived,
    }

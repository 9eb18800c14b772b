"""``sopbook schema``: the JSON Schema of the front matter, for editors."""

from __future__ import annotations

import argparse
import json
from typing import Any

from sopbook.read.frontmatter import json_schema


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of the front matter",
        description="Print the JSON Schema of the front matter of every kind of document.",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the schema."""
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return 0

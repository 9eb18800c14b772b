"""``sopbook quiz``: questions. Each module of this package that has a function ``add`` is a subcommand."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any


def add(commands: Any) -> None:
    """Add the command with its subcommands."""
    parser = commands.add_parser("quiz", help="questions: list, export, papers", description="Work with questions.")
    subcommands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in pkgutil.iter_modules(__path__):
        command = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(command, "add"):
            command.add(subcommands)

"""The figures of relevance, in one file that the command line and the browser both read."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def relevance() -> dict[str, Any]:
    """The figures by name; ``docs/search.md`` says what each of them does."""
    found: dict[str, Any] = json.loads(files(__package__).joinpath("relevance.json").read_text("utf-8"))
    return found

"""Front matter as YAML, one key a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

_ENDLESS = 10**6


def write_front_matter(values: Mapping[str, Any]) -> str:
    """The front matter with its fences; empty values are left out, lists stand on one line."""
    lines = [f"{key}: {_value(value)}" for key, value in values.items() if value not in (None, "", [], (), False)]
    return "\n".join(["---", *lines, "---", ""])


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = [str(entry) for entry in value]
    elif not isinstance(value, bool):
        text = str(value)
        # A date is written bare, as people do; it would be quoted as a string that looks like a date.
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return text
        value = text
    written: str = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=_ENDLESS)
    return written.removesuffix("\n").removesuffix("\n...")

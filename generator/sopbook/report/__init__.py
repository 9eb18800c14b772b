"""Diagnostics in the forms that people and other programs read. One file a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sopbook.places import Diagnostic
from sopbook.report.github import as_github
from sopbook.report.json import as_json
from sopbook.report.sarif import as_sarif
from sopbook.report.text import as_text

FORMATS: Mapping[str, Callable[[Sequence[Diagnostic], Path, str], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
"""Each takes the diagnostics, the handbook's folder and the language, and returns what is printed."""

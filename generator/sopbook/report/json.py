"""For other programs: one JSON list, an object a diagnostic."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sopbook.places import Diagnostic


def as_json(diagnostics: Sequence[Diagnostic], root: Path, language: str) -> str:
    """The diagnostics as a JSON list; paths are relative to the handbook's folder."""
    return json.dumps([_entry(diagnostic) for diagnostic in diagnostics], ensure_ascii=False, indent=2)


def _entry(diagnostic: Diagnostic) -> dict[str, str | int]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": str(diagnostic.severity),
        "file": diagnostic.place.file,
        "line": diagnostic.place.line,
        "column": diagnostic.place.column,
        "text": diagnostic.text,
        "message": diagnostic.message,
        "remedy": diagnostic.remedy,
    }

"""For code-scanning services: SARIF 2.1.0 (OASIS standard)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sopbook.check import Rule, all_rules
from sopbook.places import Diagnostic, Severity

# SARIF 2.1.0, 3.27.10: the levels are none, note, warning and error.
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_sarif(diagnostics: Sequence[Diagnostic], root: Path, language: str) -> str:
    """A SARIF log with one run."""
    driver = {
        "name": "sopbook",
        "semanticVersion": version("sopbook"),
        "rules": [_rule(rule, language) for rule in all_rules()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic) for diagnostic in diagnostics],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def _rule(rule: Rule, language: str) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title.in_language(language)},
        "fullDescription": {"text": rule.why.in_language(language)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(diagnostic: Diagnostic) -> dict[str, Any]:
    region = {"startLine": diagnostic.place.line, "startColumn": diagnostic.place.column}
    location = {"artifactLocation": {"uri": quote(diagnostic.place.file)}, "region": region}
    return {
        "ruleId": diagnostic.code,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": f"{diagnostic.message} {diagnostic.remedy}"},
        "locations": [{"physicalLocation": location}],
    }

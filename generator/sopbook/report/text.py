"""For people: place, message, the line with a mark under the offending text, and what would be right."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sopbook.locales import Text
from sopbook.places import Diagnostic, Severity

_SEVERITIES = {
    Severity.ERROR: Text("错误", "error"),
    Severity.WARNING: Text("警告", "warning"),
    Severity.INFO: Text("提示", "info"),
}
_CLEAN = Text("没有发现问题。", "Nothing to report.")
_SUMMARY = Text(
    "{error} 个错误，{warning} 个警告，{info} 个提示。", "{error} errors, {warning} warnings, {info} notes."
)
_MORE = Text("“sopbook explain {code}”有解释和示例。", "`sopbook explain {code}` says more, with an example.")
_MAX_WIDTH = 110


def as_text(diagnostics: Sequence[Diagnostic], root: Path, language: str) -> str:
    """A report for a terminal, in the handbook's language."""
    if not diagnostics:
        return _CLEAN.in_language(language)
    lines = _Lines(root)
    blocks = [_block(diagnostic, lines, language) for diagnostic in diagnostics]
    count = Counter(diagnostic.severity for diagnostic in diagnostics)
    summary = _SUMMARY.in_language(language).format(**{severity: count[severity] for severity in Severity})
    more = _MORE.in_language(language).format(code=diagnostics[0].code)
    return "\n".join([*blocks, f"{summary} {more}"])


class _Lines:
    """Lines of source files, each file read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._of = cache(self._read)

    def _read(self, file: str) -> list[str]:
        path = self._root / file
        if not path.is_file() or path.stat().st_size > 1_000_000:
            return []
        return path.read_bytes().decode("utf-8", "replace").splitlines()

    def get(self, file: str, number: int) -> str:
        lines = self._of(file)
        return lines[number - 1] if 0 < number <= len(lines) else ""


def _block(diagnostic: Diagnostic, lines: _Lines, language: str) -> str:
    severity = _SEVERITIES[diagnostic.severity].in_language(language)
    found = [f"{diagnostic.place} {severity} {diagnostic.code} {diagnostic.message}"]
    line = lines.get(diagnostic.place.file, diagnostic.place.line).replace("\t", " ")
    if line.strip():
        start = diagnostic.place.column - 1
        # A long line is cut so that the offending text stays in sight.
        first = max(0, start - 30)
        shown = line[first : first + _MAX_WIDTH]
        text = (
            diagnostic.text if diagnostic.text and line.startswith(diagnostic.text, start) else line[start : start + 1]
        )
        indent = " " * _width(line[first:start])
        found.append(f"    {shown}")
        found.append(f"    {indent}{'^' * max(1, min(_width(text), _MAX_WIDTH))}")
    found.append(f"    {diagnostic.remedy}")
    return "\n".join(found)


def _width(text: str) -> int:
    """Columns on a terminal: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)

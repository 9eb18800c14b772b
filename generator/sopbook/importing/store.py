"""What was imported before: for each document the source as imported, by which later edits are told apart.

It lies in ``sop/.imported/``, which the reader passes over, and belongs into version control with the sources.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sopbook.read.tree import SOURCES

FOLDER = f"{SOURCES}/.imported"


@dataclass(frozen=True, slots=True)
class Record:
    """One import. ``file`` is the document's path in the handbook's folder; the rest is what it was made with."""

    number: str
    original: str
    sha256: str
    file: str
    kind: str
    title: str
    today: str
    owner: str
    approver: str


class Store:
    """The records of a handbook."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / FOLDER

    def records(self) -> Iterator[Record]:
        """All records, in the order of their numbers. One that somebody broke is passed over."""
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield Record(**json.loads(path.read_text("utf-8")))
            except (OSError, ValueError, TypeError):
                continue

    def base(self, record: Record) -> str | None:
        """The source as it was imported last; None if it is gone."""
        try:
            return self._path(record.number, ".md").read_text("utf-8")
        except (OSError, ValueError):
            return None

    def report_path(self, number: str) -> Path:
        """Where the report of an import goes."""
        return self._path(number, ".report.md")

    def save(self, record: Record, base: str, report: str) -> None:
        """Remember an import. Nothing is written that is there already."""
        self._folder.mkdir(parents=True, exist_ok=True)
        data = json.dumps(asdict(record), ensure_ascii=False, indent=2) + "\n"
        for path, text in (
            (self._path(record.number, ".json"), data),
            (self._path(record.number, ".md"), base),
            (self.report_path(record.number), report),
        ):
            write_whole(path, text.encode())

    def _path(self, number: str, suffix: str) -> Path:
        return self._folder / f"{number}{suffix}"


def write_whole(path: Path, data: bytes) -> bool:
    """Write a file in one go; False if it holds that already."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:100]}.new")
    temporary.write_bytes(data)
    temporary.replace(path)
    return True

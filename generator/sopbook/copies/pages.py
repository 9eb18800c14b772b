"""On which page each heading is: measured by LibreOffice, since only a layout knows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from sopbook.copies.contents import Entry
from sopbook.copies.document import Copy
from sopbook.word.pdf import convert


def measured(copies: Sequence[Copy], done: Callable[[int], None] = lambda count: None) -> list[dict[str, int]]:
    """For each file, the pages of its headings by their places. Raises NoPdf."""
    with tempfile.TemporaryDirectory(prefix="sopbook-") as scratch:
        folder = Path(scratch)
        files = []
        for index, copy in enumerate(copies):
            files.append(folder / f"{index}.docx")
            files[-1].write_bytes(copy.data)
        return [pages_of(path, copy.headings) for path, copy in zip(convert(files, folder, done), copies, strict=True)]


def pages_of(pdf: Path, headings: Sequence[Entry]) -> dict[str, int]:
    """The pages of headings by their places, as the outline of a PDF says; those that it does not hold are left out."""
    reader = PdfReader(pdf)
    marks = iter(list(_marks(reader, reader.outline)))
    found: dict[str, int] = {}
    for heading in headings:
        wanted = _plain(heading.text)
        for title, page in marks:
            if _plain(title).endswith(wanted):
                found[heading.place] = page
                break
    return found


def _marks(reader: PdfReader, outline: Any) -> Iterator[tuple[str, int]]:
    for entry in outline:
        if isinstance(entry, list):
            yield from _marks(reader, entry)
        else:
            number = reader.get_destination_page_number(entry)
            if number is not None:
                yield str(entry.title), number + 1


def _plain(text: str) -> str:
    return "".join(text.split())

"""Writing merged forms to disk: all of them, or none."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sopbook.forms.document import FormDocument, Values
from sopbook.forms.fillable import Blank
from sopbook.forms.rows import Merge, Problem
from sopbook.forms.values import show
from sopbook.locales import Locale, Text
from sopbook.word.template import DOCUMENT

_MOST_NAME = 80
_DATE = (1980, 1, 1, 0, 0, 0)
_UNNAMED = Text("“{name}”是空的，文件没法取名", '"{name}" is empty, so the file has no name')
_SAME = Text(
    "“{name}”与第 {other} 行相同，文件会重名",
    '"{name}" is the same as in row {other}, so two files would have one name',
)

Progress = Callable[[int], None]


def file_names(merge: Merge, number: str, by: Blank | None, words: Locale) -> tuple[list[str], list[Problem]]:
    """The name of each row's file: by the value of a field, or by its place in the table.

    Returns also what is wrong with them.
    """
    if by is None:
        digits = max(3, len(str(merge.count)))
        return [f"{number}-{index:0{digits}}.docx" for index in range(1, merge.count + 1)], []
    names: list[str] = []
    taken: dict[str, int] = {}
    problems: list[Problem] = []
    for row, values in merge.values():
        stem = safe_name(show(values[by.tag], words)) if by.tag in values else ""
        if not stem:
            problems.append(Problem(row, _UNNAMED.filled(name=by.label)))
        elif stem.casefold() in taken:
            problems.append(Problem(row, _SAME.filled(name=by.label, other=taken[stem.casefold()])))
        taken.setdefault(stem.casefold(), row)
        names.append(f"{number}-{stem}.docx")
    return names, problems


def safe_name(text: str) -> str:
    """Text as a part of a file name that every system takes."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", " ".join(text.split())).strip(". ")[:_MOST_NAME]


def write_files(
    document: FormDocument, merge: Merge, base: Values, folder: Path, names: Sequence[str], progress: Progress
) -> list[Path]:
    """Write a file for each row, with these names; ``base`` is filled in on all of them.

    The files appear in ``folder`` when the last of them is whole.
    """
    merger = document.merger({*base, *(blank.tag for blank in merge.columns.values())})
    made: list[Path] = []
    with _staging(folder) as staging:
        for count, (name, (_, values)) in enumerate(zip(names, merge.values(), strict=True), start=1):
            (staging / name).write_bytes(merger.word({**base, **values}))
            progress(count)
        for name in names:
            (staging / name).replace(folder / name)
            made.append(folder / name)
    return made


def write_together(document: FormDocument, merge: Merge, base: Values, path: Path, progress: Progress) -> Path:
    """Write one file with a copy for each row, each on a new page."""
    merger = document.merger({*base, *(blank.tag for blank in merge.columns.values())})

    def rows() -> Iterator[Values]:
        for count, (_, values) in enumerate(merge.values(), start=1):
            yield {**base, **values}
            progress(count)

    with _staging(path.parent) as staging:
        whole = staging / path.name
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
            parts = merger.parts()
            for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
                package.writestr(_entry(name), parts[name])
            with package.open(_entry(DOCUMENT), "w", force_zip64=True) as stream:
                for piece in merger.together(rows()):
                    stream.write(piece)
        whole.replace(path)
    return path


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder beside the final place, which is gone afterwards whatever happens."""
    folder.mkdir(parents=True, exist_ok=True)
    staging = folder / ".sopbook-merge.new"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)

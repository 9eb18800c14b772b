"""Reading a handbook's folder: its settings, its documents, and the files beside them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sopbook.errors import HandbookNotFound
from sopbook.model import Figure, Settings, Thresholds, Training
from sopbook.places import Finding, Place
from sopbook.read import Reading, confirmed, frontmatter, quantities, read_document, source, yaml_tree
from sopbook.read.collect import Collector

SOURCES = "sop"
SETTINGS = f"{SOURCES}/handbook.yml"


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything below ``sop/``, read.

    ``assets`` maps each other file (path relative to the handbook's folder) to its size in bytes.
    """

    root: Path
    settings: Settings
    readings: tuple[Reading, ...]
    assets: Mapping[str, int]
    findings: tuple[Finding, ...]
    confirmed: Mapping[tuple[str, str], str] | None = None
    """See ``Handbook.confirmed``."""


def read_all(files: Sequence[tuple[str, bytes]]) -> list[Reading]:
    """Read files, given as path and bytes, one after the other."""
    return [read_document(file, data) for file, data in files]


def read_sources(
    root: Path, read_files: Callable[[Sequence[tuple[str, bytes]]], Sequence[Reading]] = read_all
) -> Sources:
    """Read the handbook in ``root``. Files are visited in the order of their paths.

    ``read_files`` may remember what came of the same bytes before.

    Raises HandbookNotFound if there is none.
    """
    root = root.resolve()
    if not (root / SETTINGS).is_file():
        raise HandbookNotFound(root)
    collector = Collector()
    settings = _settings(_content(root, SETTINGS, collector) or b"", collector)
    documents: list[tuple[str, bytes]] = []
    assets: dict[str, int] = {}
    for file in _files(root, collector):
        if file in (SETTINGS, confirmed.FILE):
            continue
        if file.lower().endswith(".md"):
            data = _content(root, file, collector)
            if data is not None:
                documents.append((file, data))
        else:
            # What vanishes meanwhile is no longer there.
            with suppress(OSError):
                assets[file] = (root / file).stat().st_size
    readings = tuple(read_files(documents))
    lock = _content(root, confirmed.FILE, collector) if (root / confirmed.FILE).is_file() else None
    known = None if lock is None else confirmed.parse(lock, collector)
    return Sources(root, settings, readings, assets, tuple(collector.findings), known)


def _files(root: Path, collector: Collector) -> list[str]:
    """Every regular file below the sources; links that lead out of the handbook are reported, not followed."""
    found: list[str] = []
    for folder, folders, names in os.walk(root / SOURCES):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in [*names, *folders]:
            path = Path(folder, name)
            if path.is_symlink() and not path.resolve().is_relative_to(root / SOURCES):
                collector.add("SOP705", Place(path.relative_to(root).as_posix()), name)
            elif name in names and not name.startswith(".") and path.is_file():
                found.append(path.relative_to(root).as_posix())
    return sorted(found)


def _content(root: Path, file: str, collector: Collector) -> bytes | None:
    try:
        with (root / file).open("rb") as stream:
            return stream.read(source.MAX_SOURCE_BYTES + 1)
    except OSError as error:
        collector.add("SOP101", Place(file), error.strerror or "", reason="os")
        return None


def _settings(data: bytes, collector: Collector) -> Settings:
    """The settings; with mistakes in them (reported), those of an empty file."""
    text = source.decode(SETTINGS, data, collector)
    tree = yaml_tree.parse(text, SETTINGS, 1, collector) if text is not None else None
    matter = frontmatter.validate_settings(tree, SETTINGS, collector) if tree else None
    if tree is None or matter is None:
        return Settings("-", "-", "zh", "", (), (), ())
    figures = tuple(
        Figure(
            name=name,
            value=figure.value,
            duration=quantities.duration(figure.value),
            group=figure.group,
            basis=figure.basis,
            place=tree.places.get(("figures", name), Place(SETTINGS)),
        )
        for name, figure in matter.figures.items()
    )
    return Settings(
        organisation=matter.organisation,
        title=matter.title,
        language=matter.language,
        base_url=matter.base_url,
        departments=tuple(matter.departments.items()),
        figures=figures,
        rules=tuple(matter.rules.items()),
        training=Training(
            **matter.training.model_dump(exclude={"coverage"}),
            coverage=Thresholds(**matter.training.coverage.model_dump()),
        ),
    )

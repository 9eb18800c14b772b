"""Real documents: nothing is lost, and what comes out can be used. They lie beside the checkout, where it has them."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections import Counter
from pathlib import Path

import pytest

import originals
from handbooks import REPOSITORY, TODAY, Draft
from sopbook import prose
from sopbook.handbooks import load
from sopbook.importing import Importer, Plan, Wishes
from sopbook.importing.coverage import letters
from sopbook.model import Department, Form, RowTable
from sopbook.places import Severity
from sopbook.prose import Suffix
from sopbook.read import markdown
from sopbook.read.collect import Collector
from sopbook.read.document import read_document
from sopbook.read.source import split

CORPUS = REPOSITORY.parent / "shared/corpus"
if not CORPUS.is_dir():
    # A worktree lies one level deeper.
    CORPUS = REPOSITORY.parent.parent / "shared/corpus"
FILES = sorted(path.name for path in CORPUS.glob("*") if path.name != "README.md") if CORPUS.is_dir() else []

needs_corpus = pytest.mark.skipif(not FILES, reason="no folder shared/corpus beside the checkout")
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice (soffice)")


def planned(draft: Draft, path: Path) -> Plan:
    if path.suffix == ".doc" and shutil.which("soffice") is None:
        pytest.skip("needs LibreOffice (soffice)")
    return Importer(load(draft.root), draft.root).plan(path, Wishes(today=TODAY))


def made_of(plan: Plan) -> str:
    """All letters of the source (its suffixes too) and of the report."""
    assert plan.new is not None
    source = split("x.md", plan.new, Collector())
    assert source is not None
    blocks = markdown.parse(source, Collector())
    suffixes = [node.raw for node in prose.walk(blocks) if isinstance(node, Suffix)]
    pieces = [plan.record.title, prose.plain_blocks(blocks), *suffixes, *(entry.text for entry in plan.entries)]
    return "\0".join(map(letters, pieces))


def words_of(path: Path) -> list[str]:
    """The pieces of text of an original between punctuation, found without the importer."""
    if path.suffix == ".txt":
        text = path.read_text("utf-8")
        lines = text.splitlines()
    else:
        data = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [
                n
                for n in archive.namelist()
                if re.match(r"word/(document|footnotes|comments|header\d*|footer\d*)\.xml", n)
            ]
            xml = "\n".join(archive.read(name).decode() for name in names)
        xml = re.sub(r"<mc:Fallback>.*?</mc:Fallback>", "", xml, flags=re.DOTALL)
        xml = re.sub(r"<(w:instrText|wp:\w+)(?: [^>]*)?>[^<]*</\1>", "", xml)
        # What is deleted, inserted or hidden is reported by itself.
        xml = re.sub(r"</?w:(del|ins)[ >]|<w:vanish/>", "\n<", xml)
        xml = re.sub(r"<w:(br|tab)/>|</w:p>", "\n", xml)
        lines = re.sub(r"<[^>]+>", "", xml).splitlines()
    marker = re.compile(r"^\s*(第.{1,3}[章条]|[①-⑳]|[（(]?[一二三四五六七八九十]+\s?[）)、]|\d+\.0|\d+(\.\d+)*[、.\s])")
    return [piece for line in lines for piece in map(letters, re.split(r"[\W_]+", marker.sub("", line))) if piece]


@needs_corpus
@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".docx", ".txt"))])
def test_every_word_is_in_the_source_or_in_the_report(draft: Draft, name: str) -> None:
    everything = made_of(planned(draft, CORPUS / name))
    pieces = words_of(CORPUS / name)
    assert len(pieces) > 100
    assert [piece for piece in pieces if piece not in everything] == []


@pytest.mark.parametrize("name", ["procedure", "manual", "merged_table", "reviewed"])
def test_every_word_of_made_documents_too(draft: Draft, tmp_path: Path, name: str) -> None:
    made = getattr(originals, name)()
    path = tmp_path / f"{name}.docx"
    path.write_bytes(made if isinstance(made, bytes) else made[0])
    everything = made_of(planned(draft, path))
    found = Counter(words_of(path))
    assert [piece for piece in found if piece not in everything] == []


@needs_corpus
@pytest.mark.parametrize("name", FILES)
def test_what_comes_out_passes_the_check(draft: Draft, name: str) -> None:
    plan = planned(draft, CORPUS / name)
    Importer(load(draft.root), draft.root).carry_out(plan)
    assert [f"{d.place} {d.message}" for d in draft.check() if d.severity is Severity.ERROR] == []
    again = Importer(load(draft.root), draft.root).plan(CORPUS / name, Wishes(today=TODAY))
    assert again.is_unchanged


@needs_corpus
def test_the_manual_becomes_a_department(draft: Draft) -> None:
    plan = planned(draft, CORPUS / "customer-service-manual.txt")
    document = read_document("x.md", (plan.new or "").encode()).document
    assert isinstance(document, Department)
    assert [len(stage.tasks) for stage in document.stages] == [11, 7]
    assert len(document.functions) == 10
    assert len(document.plans) == 4
    lines = {entry.spot.number for entry in plan.entries if entry.code == "furniture"}
    assert lines == {1, 2, 3, 4, 5, *range(63, 76)}


@needs_corpus
@needs_office
def test_the_forms_become_forms(draft: Draft) -> None:
    def form(name: str) -> Form:
        document = read_document("x.md", (planned(draft, CORPUS / name).new or "").encode()).document
        assert isinstance(document, Form)
        return document

    sheet = form("meeting-sign-in-sheet.doc")
    table = next(part for part in sheet.parts if isinstance(part, RowTable))
    assert len(table.columns) == 6
    assert table.rows == 21
    assert str(table.columns[4].type) == "phone"
    ballot = form("ballot.doc")
    table = next(part for part in ballot.parts if isinstance(part, RowTable))
    assert [str(column.type) for column in table.columns] == ["text", "text", "check", "check", "check"]
    assert len(table.preset) == 2
    filing = form("owners-committee-filing-form.doc")
    labels = {field.label: field for part in filing.parts if not isinstance(part, RowTable) for field in part.fields}
    assert len(labels) > 25

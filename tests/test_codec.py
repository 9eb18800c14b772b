"""What the cache keeps of a document is the document."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbooks import REPOSITORY
from sopbook.cache.codec import Deferred, shown
from sopbook.cache.readings import CachedReader
from sopbook.cache.store import Store
from sopbook.cache.watch import watching
from sopbook.model import Kind, ReferenceDocument
from sopbook.read import Reading
from sopbook.read.document import read_document
from test_fuzz import front_matter

SOURCES = [
    (path.relative_to(REPOSITORY).as_posix(), path.read_bytes())
    for folder in ("sop", "examples")
    for path in sorted((REPOSITORY / folder).rglob("*.md"))
]


def kept(path: Path, file: str, data: bytes) -> Reading:
    """What a second build has of a file."""
    for _ in range(2):
        store = Store(path)
        (found,) = CachedReader(store).documents([(file, data)])
        store.close()
    return found


def test_every_document_comes_back_as_it_was_read(tmp_path: Path) -> None:
    first = Store(tmp_path / "cache.db")
    CachedReader(first).documents(SOURCES)
    first.close()
    store = Store(tmp_path / "cache.db")
    for (file, data), found in zip(SOURCES, CachedReader(store).documents(SOURCES), strict=True):
        wanted = read_document(file, data)
        assert (found.document, found.names, found.findings, found.facts) == (
            wanted.document,
            wanted.names,
            wanted.findings,
            wanted.facts,
        ), file
    store.close()


@given(st.sampled_from(list(Kind)), st.text(max_size=200))
def test_whatever_was_read_comes_back(tmp_path_factory: pytest.TempPathFactory, kind: Kind, text: str) -> None:
    more = "retention: x\n" if kind is Kind.FORM else ""
    data = front_matter(kind, more, f"## Notes\n{text}\n").encode("utf-8", "surrogatepass")
    found = kept(tmp_path_factory.mktemp("cache") / "cache.db", "x.md", data)
    wanted = read_document("x.md", data)
    assert found.document == wanted.document
    assert found.findings == wanted.findings


def test_a_file_whose_name_is_not_unicode_comes_back(tmp_path: Path) -> None:
    data = front_matter(Kind.REFERENCE, "", "## Notes\nSome words.\n").encode()
    found = kept(tmp_path / "cache.db", "\udcff.md", data).document
    assert found == read_document("\udcff.md", data).document
    assert found is not None
    assert found.place.file == "\udcff.md"


def test_running_text_is_held_back_and_whoever_looks_at_it_is_noted(tmp_path: Path) -> None:
    data = front_matter(Kind.REFERENCE, "", "## Notes\nSome words.\n").encode()
    document = kept(tmp_path / "cache.db", "x.md", data).document
    assert isinstance(document, ReferenceDocument)
    blocks = document.sections[0].blocks
    assert isinstance(blocks, Deferred)
    with watching() as seen:
        assert document.title
        assert not seen
        assert len(blocks) == 1
        assert seen == {"text:x.md"}


def test_others_see_a_title_but_neither_lines_nor_running_text() -> None:
    def outline(body: str) -> object:
        return shown(read_document("x.md", front_matter(Kind.REFERENCE, "", body).encode()).document)

    one = outline("## Notes\nSome words.\n")
    assert one == outline("\n\n## Notes\nOther words.\n")
    assert one != outline("## Remarks\nSome words.\n")
    assert one != outline("## Notes\n")


@pytest.mark.parametrize("change", [b"", b"null", b"[]", b'["_Row"]', b'{"a": 1}', b"\xff\xfe", b'["_Row",["Place"]'])
def test_a_row_that_is_something_else_is_read_anew(tmp_path: Path, change: bytes) -> None:
    file, data = SOURCES[0]
    store = Store(tmp_path / "cache.db")
    wanted = CachedReader(store).documents([(file, data)])
    store.put_all({wanted[0].content: change})
    assert CachedReader(store).documents([(file, data)])[0].document == read_document(file, data).document
    store.close()

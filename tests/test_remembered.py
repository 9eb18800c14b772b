"""What is kept between builds: it follows every edit, and only what an edit touches is worked out again."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handbooks import REPOSITORY, Draft
from sopbook.cache import kept
from sopbook.cache.readings import CachedReader
from sopbook.cache.store import Store
from sopbook.cache.watch import answered, watching
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.model import Document, Kind, Name
from sopbook.places import Place
from sopbook.search.index import build_index
from sopbook.search.shards import search_files
from sopbook.targets import Workplace
from sopbook.targets.site import generate

ROUNDS = 5
EDITS_A_ROUND = 3


@pytest.fixture
def remembering(draft: Draft) -> Iterator[Callable[[], Handbook]]:
    """Loads the draft as a build does, with one cache throughout."""
    store = Store(draft.root / "cache.db")
    yield lambda: load(draft.root, CachedReader(store))
    store.close()


# ------------------------------------------------------------------------ nothing is stale


def some_edit(root: Path, chance: random.Random) -> None:
    """Change a title, the name of a step, a keyword or running text of any document."""
    path = chance.choice(sorted((root / "sop").rglob("*.md")))
    text = path.read_text("utf-8")
    word = chance.choice(["门岗", "水表间", "临时通知", "夜班", "check-in", "试运行"])
    kinds = [
        (r"^(title: .+)$", rf"\1{word}"),
        (r"\*\*([^*\n]{2,20})\*\* \{#", rf"**\1{word}** {{#"),
        (r"^(keywords: \[)", rf"\1{word}, "),
        (r"^(## .+\n+)([^\n#|>-])", rf"\1{word}的安排另行公布。\n\n\2"),
    ]
    chance.shuffle(kinds)
    for pattern, replacement in kinds:
        changed = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
        if changed != text:
            path.write_text(changed, "utf-8")
            return


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_after_any_edits_everything_is_as_if_made_anew(tmp_path: Path) -> None:
    """On the real handbook, whose documents have to do with one another in every way there is."""
    chance = random.Random(7)
    root = tmp_path / "handbook"
    shutil.copytree(REPOSITORY / "sop", root / "sop")
    store = Store(tmp_path / "cache.db")
    for _ in range(ROUNDS):
        generate(load(root, CachedReader(store)), Workplace(root, tmp_path / "out", store))
        for _ in range(EDITS_A_ROUND):
            some_edit(root, chance)
    generate(load(root, CachedReader(store)), Workplace(root, tmp_path / "out", store))
    generate(load(root), Workplace(root, tmp_path / "anew", None))
    found, wanted = files(tmp_path / "out/docs"), files(tmp_path / "anew/docs")
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []


# ------------------------------------------------------------------- little is done again


def test_an_edit_of_running_text_touches_few_files_of_the_search(
    draft: Draft, remembering: Callable[[], Handbook]
) -> None:
    before = search_files(remembering())
    draft.replace("sop/office/OF-CX-01.md", "快递员把快件送到前台。", "快递员把快件送到前台，由保安代收。")
    after = search_files(remembering())
    assert before.keys() == after.keys()
    changed = {name.rpartition("/")[2] for name in after if after[name].inputs != before[name].inputs}
    assert [name for name in changed if name.startswith("d")] == ["d2.json"]
    shards = [name for name in after if name.rpartition("/")[2].startswith("v")]
    assert 0 < len(changed) - 1 < len(shards) / 2
    anew = search_files(draft.load())
    assert {name: file.make() for name, file in after.items()} == {name: file.make() for name, file in anew.items()}


def test_an_edit_of_running_text_makes_its_page_and_no_list(
    draft: Draft, remembering: Callable[[], Handbook], tmp_path: Path
) -> None:
    store = Store(tmp_path / "made.db")
    place = Workplace(draft.root, tmp_path / "out", store)
    generate(remembering(), place)
    before = files(tmp_path / "out/docs")
    draft.replace("sop/office/OF-CX-01.md", "快递员把快件送到前台。", "快递员把快件送到前台，由保安代收。")
    made = generate(remembering(), place)
    after = files(tmp_path / "out/docs")
    pages = [name for name in after if name.endswith(".md") and after[name] != before.get(name)]
    assert pages == ["OF-CX-01/index.md"]
    assert made.outcome.written < len(after) / 3
    store.close()


def test_an_index_from_the_cache_is_the_index(draft: Draft, remembering: Callable[[], Handbook]) -> None:
    build_index(remembering())
    for old, new in (
        ("title: 快件收发", "title: 快件与信件收发"),
        ("keywords: [", "keywords: [寄件, "),
        ("{#notify ", "{#tell "),
    ):
        draft.replace("sop/office/OF-CX-01.md", old, new)
        assert build_index(remembering()) == build_index(draft.load())


def test_what_is_kept_is_worked_out_again_only_where_something_changed(
    draft: Draft, remembering: Callable[[], Handbook]
) -> None:
    asked: list[str] = []

    @kept.kept_by_document
    def titles(handbook: Handbook, document: Document) -> list[str]:
        asked.append(document.id)
        return [document.title, *(other.title for other in handbook.names.get(document.id, ()))]

    def told() -> dict[str, list[str]]:
        asked.clear()
        handbook = remembering()
        return {document.id: titles(handbook, document) for document in handbook.documents}

    first = told()
    assert sorted(asked) == sorted(first)
    assert told() == first
    assert asked == []
    draft.replace("sop/office/OF-BD-01.md", "title: 快件登记表", "title: 收发登记表")
    second = told()
    naming = {number for number, names in first.items() if "快件登记表" in names}
    assert set(asked) == naming
    assert "收发登记表" in second["OF-CX-01"]


def test_who_calls_a_function_that_answers_depends_on_the_answer(
    draft: Draft, remembering: Callable[[], Handbook]
) -> None:
    @answered()
    def how_many(handbook: Handbook, kind: str) -> int:
        return len(handbook.of_kind(Kind(kind)))

    handbook = remembering()
    with watching() as seen:
        assert how_many(handbook, "form") == 1
    assert handbook.versions
    digests = {key: handbook.versions.digest_of(key) for key in seen}
    assert len(digests) == 1
    draft.replace("sop/office/OF-BD-01.md", "title: 快件登记表", "title: 收发登记表")
    again = remembering()
    assert again.versions
    assert again.versions.changed(digests) == frozenset()
    draft.write("sop/office/OF-BD-02.md", draft.read("sop/office/OF-BD-01.md").replace("OF-BD-01", "OF-BD-02"))
    more = remembering()
    assert more.versions
    assert more.versions.changed(digests) == digests.keys()


@pytest.mark.parametrize(
    "look",
    [
        lambda handbook: handbook.by_number["OF-BD-01"],
        lambda handbook: handbook.anchors["OF-BD-01"],
        lambda handbook: handbook.names["OF-CX-01"],
        lambda handbook: handbook.of_kind(Kind.FORM),
        lambda handbook: list(handbook.documents),
        lambda handbook: handbook.document_named(Name("OF-BD-01", Place(""))),
        lambda handbook: handbook.mentions,
    ],
)
def test_whatever_a_handbook_is_asked_is_noted(
    look: Callable[[Handbook], object], draft: Draft, remembering: Callable[[], Handbook]
) -> None:
    handbook = remembering()
    with watching() as seen:
        found = look(handbook)
        if not isinstance(found, Document):
            list(found)  # type: ignore[call-overload]
    assert handbook.versions
    digests = {key: handbook.versions.digest_of(key) for key in seen}
    draft.replace("sop/office/OF-BD-01.md", "title: 快件登记表", "title: 收发登记表")
    again = remembering()
    assert again.versions
    assert again.versions.changed(digests)

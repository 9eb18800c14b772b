"""The search without a browser: the index, what a query is taken for, what answers it, and the command."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handbooks import Draft
from sopbook.cli import main
from sopbook.link.handbook import Handbook
from sopbook.search import shards, vocabulary
from sopbook.search.analysis import _Finder
from sopbook.search.chinese import Segmenter, shapes, simplified
from sopbook.search.disk import DiskIndex, Filter, write
from sopbook.search.entries import entries
from sopbook.search.guesses import bloom_filter
from sopbook.search.index import Index, build_index
from sopbook.search.keys import hash_of, key_of, shard_of
from sopbook.search.query import one_edit, understand
from sopbook.search.rank import Answer, answer, highlights
from sopbook.search.relevance import relevance
from sopbook.search.shards import search_files
from sopbook.search.text import canonical_number, fold_pinyin, joined, normalise, runs, stem


def ask(index: Index, query: str, limit: int = 10) -> Answer:
    return answer(understand(query, index), lambda _: True, index, limit)


def ids(index: Index, query: str) -> list[str]:
    return [result.entry.id for result in ask(index, query).results]


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A small handbook with an emergency, a look-alike, and a glossary."""
    draft = Draft(tmp_path_factory.mktemp("zh") / "handbook")
    draft.replace(
        "sop/office/OF-CK-01.md",
        "| 快件 | 快递、包裹 |",
        "| 电梯困人 | 关人、卡在电梯里 | 轿厢停住,人出不来。 |\n| 快件 | 快递、包裹 |",
    )
    draft.write("sop/office/OF-CX-31.md", EMERGENCY)
    draft.write("sop/office/OF-CX-06.md", COMPLAINTS)
    draft.replace("sop/handbook.yml", "figures:", "figures:\n  投诉办结: {value: 3wd}")
    return build_index(draft.load())


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return build_index(Draft(tmp_path_factory.mktemp("en") / "handbook", "en").load())


@given(
    st.lists(st.text("ab电梯 +", min_size=2, max_size=4).map(str.strip).filter(lambda w: len(w) > 1)),
    st.text("ab电梯 +"),
)
def test_words_that_mean_the_same_are_found_longest_first_and_latin_ones_whole(words: list[str], text: str) -> None:
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    parts = [re.escape(word) if re.search("[电梯]", word) else rf"\b{re.escape(word)}\b" for word in ordered]
    expected = [match[0] for match in re.finditer("|".join(parts), text)] if parts else []
    assert list(_Finder(words)(text)) == expected


def document(number: str, title: str, more: str, body: str) -> str:
    return f"""---
id: {number}
kind: procedure
title: {title}
version: A/0
effective: 2026-01-01
review: 12 months
owner: 综合办主管
approver: 总经理
{more}---

{body}

## 修订
| 版本 | 日期 | 内容 | 批准 |
| --- | --- | --- | --- |
| A/0 | 2026-01-01 | 首次发布 | 总经理 |
"""


EMERGENCY = document(
    "OF-CX-31",
    "电梯困人应急处置",
    "urgent: true\nshort: 电梯困人\ncall: [综合办主管]\nkeywords: [电梯坏了]\n",
    """## 程序
1. **接通对讲** {#talk responsible=收发员 within=now} 告诉乘客不要扒门,维保单位已经在路上。
1. **打给维保单位** {#call responsible=收发员 within=5m} 说清梯号、楼层和人数。
1. **守在层门前** {#guard responsible=收发员} 不让别人靠近。
1. **写报告** {#report responsible=收发员 within=1d} 交给主管。""",
)
COMPLAINTS = document(
    "OF-CX-06",
    "投诉处理",
    "keywords: [抱怨]\n",
    """## 程序
1. **受理** {#accept responsible=收发员 within=10m} 先听后记,记录原话。
1. **协调整改** {#resolve responsible=综合办主管 within=投诉办结} 每天核一次进度,参照建设部令第 110 号。
1. **书面回复** {#reply responsible=综合办主管 within=1d} 送达回复函。""",
)


# --------------------------------------------------------------------------------- text


def test_one_spelling() -> None:
    assert normalise("ＢＤ－１１ 投訴 Café", simplified()) == "bd-11 投诉 cafe"


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text, simplified())
    assert normalise(once, simplified()) == once


@given(st.text(max_size=60))
def test_runs_are_pieces_of_the_text_in_order(text: str) -> None:
    at = 0
    for run in runs(text.lower()):
        assert text.lower()[run.start : run.start + len(run.text)] == run.text
        assert run.start >= at
        at = run.start + len(run.text)


@pytest.mark.parametrize("written", ["KF-BD-11", "kf bd 11", "KFBD11", "kf_bd_011", "kf.bd-0011"])
def test_spellings_of_a_number(written: str) -> None:
    assert canonical_number([run.text for run in runs(written.lower())]) == "kfbd11"


def test_sounds_that_people_mix_up() -> None:
    assert fold_pinyin("zhuangxiu") == fold_pinyin("zuanxiu")
    assert fold_pinyin("sheng") == fold_pinyin("sen")


def test_stems() -> None:
    assert [stem(word) for word in ("complaints", "complaining", "complained")] == ["complaint", "complain", "complain"]


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [
        ("abcd", "abcd", False),
        ("abcd", "abxd", True),
        ("abcd", "abc", True),
        ("abcd", "badc", False),
        ("abcd", "bacd", True),
    ],
)
def test_one_edit(first: str, second: str, near: bool) -> None:
    assert one_edit(first, second) is near
    assert one_edit(second, first) is near


def test_characters_that_look_alike() -> None:
    assert "诉" in shapes().like("拆")
    assert "困" in shapes().like("因")
    assert "度" in shapes().like("渡")
    assert "水" not in shapes().like("火")


def test_the_handbooks_own_words_stay_whole() -> None:
    assert "验楼" not in Segmenter([]).cut("先验楼再收楼")
    assert "验楼" in Segmenter(["验楼"]).cut("先验楼再收楼")


# -------------------------------------------------------------------------------- entries


def test_what_is_searched(chinese: Index) -> None:
    by_id = {entry.id: entry for entry in chinese.entries}
    procedure = by_id["OF-CX-31"]
    assert procedure.urgent
    assert procedure.actions == ("接通对讲", "打给维保单位", "守在层门前")
    assert procedure.calls[0].phones == ("8001",)
    step = next(part for part in by_id["OF-CX-06"].parts if part.anchor == "resolve")
    assert (step.type, step.who, step.limit, step.names) == ("step", "综合办主管", "3 个工作日", ("投诉办结",))
    assert {"term", "contact"} <= {part.type for part in by_id["OF-CK-01"].parts}
    assert {"field"} <= {part.type for part in by_id["OF-BD-01"].parts}
    assert {"item"} <= {part.type for part in by_id["OF-JC-01"].parts}
    assert {"duty"} <= {part.type for part in by_id["OF-GW-02"].parts}


def test_wrong_answers_of_a_bank_are_not_searched(chinese: Index) -> None:
    assert next(entry for entry in chinese.entries if entry.kind == "bank").parts == ()


def test_withdrawn_documents_are_not_found(draft: Draft) -> None:
    draft.replace("sop/office/OF-CX-01.md", "frequency: 每日", "frequency: 每日\nstatus: withdrawn")
    assert "OF-CX-01" not in {entry.id for entry in entries(draft.load())}


# ----------------------------------------------------------------------- what is understood


@pytest.mark.parametrize(
    ("query", "found", "why"),
    [
        ("电梯困人", "OF-CX-31", "the words of the title"),
        ("電梯困人", "OF-CX-31", "traditional characters"),
        ("卡在电梯里了怎么办", "OF-CX-31", "a synonym of the glossary in a question"),
        ("关人", "OF-CX-31", "a synonym alone"),
        ("电梯因人", "OF-CX-31", "a character that looks alike"),
        ("店梯困人", "OF-CX-31", "a first character that sounds alike"),
        ("电梯困仁", "OF-CX-31", "a character that sounds alike"),
        ("dianti", "OF-CX-31", "pinyin"),
        ("diantikunren", "OF-CX-31", "pinyin of several words"),
        ("dian ti kun ren", "OF-CX-31", "pinyin with spaces"),
        ("dtkr", "OF-CX-31", "initials"),
        ("cx31", "OF-CX-31", "part of a number"),
        ("ｏｆ－ｃｘ－３１", "OF-CX-31", "a number in full width"),
        ("of cx 6", "OF-CX-06", "a number without its zero"),
        ("投拆处理", "OF-CX-06", "a wrong character in two"),
        ("tousu", "OF-CX-06", "pinyin"),
        ("tous", "OF-CX-06", "the beginning of pinyin"),
        ("投诉几天办结", "OF-CX-06", "a question for a time"),
        ("110号令", "OF-CX-06", "a number with its unit"),
        ("投了诉怎么办", "OF-CX-06", "a word parted by one that says nothing"),
        ("3个工作日办结", "OF-CX-06", "a time limit by its value"),
        ("包裹", "OF-CX-01", "a synonym"),
        ("取快递", "OF-CX-01", "a keyword"),
    ],
)
def test_a_query_is_understood(query: str, found: str, why: str, chinese: Index) -> None:
    assert ids(chinese, query)[:1] == [found], why


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("parcels", "OF-CX-01"),
        ("packages", "OF-CX-01"),
        ("deliveries", "OF-CX-01"),
        ("parsel", "OF-CX-01"),
        ("parc", "OF-CX-01"),
        ("how do I hand over a parcel", "OF-CX-01"),
        ("of-bd-1", "OF-BD-01"),
        ("parcellog", "OF-BD-01"),
    ],
)
def test_english_is_understood(query: str, found: str, english: Index) -> None:
    assert found in ids(english, query)[:2]


@pytest.mark.parametrize("query", ["北京到殿体的机票多少钱", "从广州飞殿体转哪一班"])
def test_a_guess_about_a_small_part_of_a_question_is_no_answer(query: str, chinese: Index) -> None:
    assert ids(chinese, "殿体") == ids(chinese, "电梯")[: len(ids(chinese, "殿体"))] != []
    assert ask(chinese, query).results == ()


@pytest.mark.parametrize(
    "query", ["股票行情", "红烧肉的做法", "量子计算", "包裹火星飞船", "xyzzy", "weather in Paris", "???", ""]
)
def test_noise_is_no_answer(query: str, chinese: Index) -> None:
    assert ask(chinese, query).results == ()


def test_what_is_nearest_is_named(chinese: Index) -> None:
    found = ask(chinese, "电冰箱电视机微波炉处理")
    assert found.results == ()
    assert found.nearest


def test_the_exact_step_is_named(chinese: Index) -> None:
    best = ask(chinese, "投诉几天办结").results[0]
    assert best.part is not None
    assert (best.part.anchor, best.part.limit) == ("resolve", "3 个工作日")
    assert ask(chinese, "投诉处理").results[0].part is None


def test_words_are_marked(chinese: Index) -> None:
    query = understand("快递", chinese)
    text = "快递员把快件送到前台。"
    assert [text[start:end] for start, end in highlights(text, query, chinese)] == ["快递", "快件"]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("电梯困人投诉处理的了abcdtkrs019-_ #·快件包裹ü。A１"), max_size=40))
def test_any_query_can_be_read(chinese: Index, text: str) -> None:
    query = understand(text, chinese)
    assert all(mass >= 0 for mass in query.masses)
    for unit in query.units:
        assert 0 <= unit.start < unit.end <= len(query.masses)
        assert unit.meanings
    found = answer(query, lambda _: True, chinese, 5)
    scores = [result.score for result in found.results]
    assert scores[:1] in ([], [1.0])
    assert all(0 < score <= 1 for score in scores)
    assert not (found.results and found.nearest)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_query_breaks_it(chinese: Index, text: str) -> None:
    ask(chinese, text)


# ------------------------------------------------------------------------------ two indexes


def test_the_index_on_disk_answers_alike(chinese: Index, tmp_path: Path) -> None:
    write(chinese, tmp_path / "index", "digest")
    disk = DiskIndex(tmp_path / "index")
    for query in ("电梯困人", "投拆处理", "dtkr", "cx", "快递 登记", "110号令", "量子计算", "包裹", "收发员"):
        here = ask(chinese, query)
        there = answer(understand(query, disk), disk.positions(Filter()).__contains__, disk, 10)
        assert here == there, query


def test_filters(chinese: Index, tmp_path: Path) -> None:
    write(chinese, tmp_path / "index", "digest")
    disk = DiskIndex(tmp_path / "index")
    kinds = {disk.entry(position).kind for position in disk.positions(Filter(kind="form"))}
    assert kinds == {"form"}
    for position in disk.positions(Filter(role="综合办主管")):
        assert "综合办主管" in disk.entry(position).roles
    assert disk.positions(Filter(kind="form", department="综合办")) <= disk.positions(Filter(kind="form"))


def test_the_same_index_has_the_same_bytes(chinese: Index, tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        random.seed(name)
        write(chinese, tmp_path / name / "index", "digest")
        found.append({path.name: path.read_bytes() for path in (tmp_path / name / "index").iterdir()})
    assert found[0] == found[1]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["index"]


def test_files_for_the_browser_hold_the_whole_index(draft: Draft) -> None:
    handbook = draft.load()
    chinese = build_index(handbook)
    files = {name.rpartition("/")[2]: json.loads(file.make()) for name, file in search_files(handbook).items()}
    count = files["core.json"]["shards"]
    for token in chinese.tokens.values():
        idf, flags, forms, postings = files[f"v{shard_of(key_of(token.text), count)}.json"]["t"][token.text]
        assert (idf, flags, tuple(forms.split("\n")) if forms else ()) == (token.idf, token.flags, token.forms)
        shard = shard_of(key_of(token.text), count)
        flat = files[f"p{shard}-{postings}.json"][token.text] if isinstance(postings, int) else postings
        position, unpacked = 0, []
        for step, strength in zip(flat[::2], flat[1::2], strict=True):
            position += step
            unpacked.append((position, strength))
        assert tuple(unpacked) == token.postings
    assert files["core.json"]["relevance"] == relevance()


def test_what_every_query_needs_does_not_grow_with_the_handbook(draft: Draft) -> None:
    small = len(search_files(draft.load())["assets/search/index/core.json"].make())
    for number in range(40):
        draft.write(
            f"sop/office/OF-CX-{number + 100}.md",
            document(f"OF-CX-{number + 100}", f"第{number}种快件", "", "## 目的\n看守快件。"),
        )
    large = len(search_files(draft.load())["assets/search/index/core.json"].make())
    assert abs(large - small) < 1000


def test_long_lists_of_postings_are_cut_at_the_weak_end(monkeypatch: pytest.MonkeyPatch, draft: Draft) -> None:
    monkeypatch.setitem(relevance(), "postings_kept", 2)
    monkeypatch.setitem(relevance(), "beginnings_kept", 1)
    index = build_index(draft.load())
    most: dict[bool, int] = {}
    for token in index.tokens.values():
        is_beginning = len(token.text.removeprefix("#")) == 1
        most[is_beginning] = max(most.get(is_beginning, 0), len(token.postings))
    assert most == {True: 1, False: 2}
    assert ids(index, "快件收发")[0] == "OF-CX-01"


def test_what_a_key_brings_along_is_in_few_files(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    """What letters may mean is in one piece, and so are the postings of what one key asks for."""
    for count in (1, 7, 1000):
        assert len({shard_of(key_of(token), count) for token in ("dtk", "~dtk", "^dtk", "#dtk")}) == 1
    monkeypatch.setattr(vocabulary, "SHARD", 300)
    monkeypatch.setattr(vocabulary, "LIST_BYTES", 60)
    monkeypatch.setattr(vocabulary, "INLINE", 0)
    monkeypatch.setattr(vocabulary, "INLINE_TYPING", {"~": 0, "^": 0})
    files = {name.rpartition("/")[2]: json.loads(file.make()) for name, file in search_files(draft.load()).items()}
    tokens = {text: row for name, file in files.items() if name[0] == "v" for text, row in file["t"].items()}
    apart = {text for text, row in tokens.items() if isinstance(row[3], int)}
    assert {"快", "#1"} <= tokens.keys() - apart
    assert {"快件", "~kuaijian", "#of"} <= apart
    ahead = files["ahead.json"]
    assert "1" in ahead["lists"]
    assert "2" in ahead["lists"]
    for text in apart:
        number = shard_of(key_of(text), len(ahead["lists"]))
        assert ahead["lists"][number] == ("2" if str(number) in ahead["starts"] else "1")
        home = sum(start <= text for start in ahead["starts"].get(str(number), []))
        assert text in files[f"p{number}-{home}.json"]


def may_have(found: bytes, value: int) -> bool:
    """A second reader of the filter, by its definition."""
    places = {(value + turn * (value // 2**16 | 1)) % (8 * len(found)) for turn in range(5)}
    return all(found[place // 8] & 2 ** (place % 8) for place in places)


@given(st.sets(st.text()))
def test_a_filter_denies_nothing_that_is_there(texts: set[str]) -> None:
    hashes = [hash_of(text) for text in texts]
    found = bloom_filter(hashes)
    assert len(found) == max(1, len(texts))
    assert all(may_have(found, value) for value in hashes)


def test_a_filter_denies_nearly_all_that_is_not_there() -> None:
    there = {f"~{number}" for number in range(5000)}
    found = bloom_filter([hash_of(text) for text in there])
    assert sum(may_have(found, hash_of(f"~{number}")) for number in range(5000, 15_000)) < 400
    assert not may_have(bloom_filter([]), 1)


def test_another_version_of_the_tool_makes_every_piece_anew(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: file.inputs for name, file in search_files(draft.load()).items()}
    monkeypatch.setattr(shards, "tool_digest", lambda: "another")
    after = {name: file.inputs for name, file in search_files(draft.load()).items()}
    same = {re.sub(r"\d.*", "", name.rpartition("/")[2]) for name in before if before[name] == after[name]}
    assert same == {"core.json", "facets.json", "ahead.json", "d"}  # whose inputs are their bytes


def test_what_stands_at_the_end_does_not_begin_inside_a_word(chinese: Index, draft: Draft) -> None:
    draft.write("sop/office/OF-CX-41.md", document("OF-CX-41", "饭店接待", "", "## 目的\n接待客人。"))
    draft.write("sop/office/OF-CX-42.md", document("OF-CX-42", "电梯卡", "", "## 目的\n发卡。"))
    index = build_index(draft.load())
    assert ids(index, "店替卡")[0] == "OF-CX-42"
    meant = {token.text for unit in understand("饭店替卡", index).units for token, _ in unit.meanings}
    assert "饭店" in meant
    assert "~diantika" not in meant
    for query, number in (("投诉处李", "OF-CX-06"), ("电梯困仁", "OF-CX-31"), ("快件登记婊", "OF-BD-01")):
        assert ids(chinese, query)[0] == number


# ------------------------------------------------------------------------------ the command


def run(capsys: pytest.CaptureFixture[str], draft: Draft, *arguments: str) -> tuple[int, str, str]:
    code = main(["-C", str(draft.root), "search", *arguments])
    output = capsys.readouterr()
    return code, output.out, output.err


def test_json_is_one_list_of_answers(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, draft, "快递丢了", "--json")
    rows = json.loads(out)
    assert code == 0
    assert [*rows[0]] == ["id", "anchor", "kind", "title", "excerpt", "score"]
    assert (rows[0]["id"], rows[0]["kind"], rows[0]["title"], rows[0]["score"]) == (
        "OF-CX-01",
        "procedure",
        "快件收发",
        1.0,
    )


def test_json_of_nothing_is_an_empty_list(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, draft, "红烧肉的做法", "--json")
    assert (code, json.loads(out)) == (0, [])
    assert "红烧肉的做法" in err


def test_words_for_people(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    draft.replace("sop/office/OF-CX-01.md", "frequency: 每日", "urgent: true\ncall: [综合办主管]")
    code, out, _ = run(capsys, draft, "包裹")
    assert code == 0
    assert out.startswith("OF-CX-01  快件收发")
    assert "1. 清点登记 → 2. 通知收件人" in out
    assert "8001" in out
    assert "\x1b" not in out


def test_limit_kind_and_role(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(json.loads(run(capsys, draft, "快件", "--json", "--limit", "2")[1])) == 2
    assert {row["kind"] for row in json.loads(run(capsys, draft, "快件", "--json", "--kind", "表单")[1])} == {"form"}
    assert json.loads(run(capsys, draft, "快件", "--json", "--role", "收发员")[1])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("快件", "--kind", "book"), "no kind book"),
        (("快件", "--role", "收发"), "no role 收发"),
        (("快件", "--department", "x"), "no department x"),
    ],
)
def test_misuse_is_named(
    arguments: tuple[str, ...], said: str, draft: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, draft, *arguments)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize("arguments", [(), ("快件", "--limit", "0"), ("快件", "--limit", "x")])
def test_arguments_that_make_no_sense(arguments: tuple[str, ...], draft: Draft) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["-C", str(draft.root), "search", *arguments])
    assert stopped.value.code == 2


def test_no_handbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "search", "x"]) == 2
    assert "no handbook" in capsys.readouterr().err


def test_the_index_follows_the_sources(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(run(capsys, draft, "打印机卡纸", "--json")[1]) == []
    before = (draft.root / "build/index/stamp.json").stat().st_mtime_ns
    run(capsys, draft, "快件")
    assert (draft.root / "build/index/stamp.json").stat().st_mtime_ns == before
    draft.replace("sop/office/OF-CX-01.md", "title: 快件收发", "title: 打印机卡纸")
    assert json.loads(run(capsys, draft, "打印机卡纸", "--json")[1])[0]["id"] == "OF-CX-01"


def test_a_broken_index_is_made_anew(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, draft, "快件")
    (draft.root / "build/index/stamp.json").write_text("{")
    assert json.loads(run(capsys, draft, "快件", "--json")[1])


def test_build_makes_the_index(draft: Draft) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "3"}
    command = [sys.executable, "-m", "sopbook", "-C", draft.root, "build", "index"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert re.search(r"index\W+写入 0\b", again.stdout)


def test_an_empty_handbook_can_be_searched(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (draft.root / "sop/office").glob("*.md"):
        path.unlink()
    handbook: Handbook = draft.load()
    assert build_index(handbook).entries == ()
    assert json.loads(run(capsys, draft, "快件", "--json")[1]) == []


def test_joined_compares_names() -> None:
    assert joined("投诉(建议) 记录-表") == "投诉建议记录表"

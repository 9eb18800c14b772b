"""Progress files from strangers: what is taken, what is refused, and the workbook that comes of it."""

from __future__ import annotations

import contextlib
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handbooks import TODAY, Draft
from sopbook.cli import main
from sopbook.training.progress import LARGEST, NotProgress, read_progress

PASSED = {"version": "A/0", "on": "2026-05-02", "score": 90, "parts": {"register": ["0" * 12, ["清点登记"]]}}


def progress(**changes: Any) -> dict[str, Any]:
    return {
        "person": {"name": "王芳", "number": "0042", "role": "OF-GW-01"},
        "read": {"OF-CX-01": {"version": "A/0", "on": "2026-05-01"}},
        "practised": {
            "OF-CX-01": {"version": "A/0", "on": "2026-05-01", "right": 7, "asked": 10, "rounds": 1, "seen": []}
        },
        "passed": {"OF-CX-01": PASSED},
        "roles": {},
        "cards": {},
        "handbook": "员工手册",
        "exported": "2026-05-03T08:00:00.000Z",
    } | changes


def packed(data: object) -> bytes:
    text = json.dumps(data, ensure_ascii=False)
    outer = {"sopbook": "training-progress", "format": 1, "crc32": f"{zlib.crc32(text.encode()):08x}", "data": text}
    return json.dumps(outer, ensure_ascii=False, indent=1).encode()


def put(folder: Path, name: str, data: object) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else packed(data))
    return path


def merge(draft: Draft, *files: Path, out: Path) -> int:
    return main(
        ["-C", str(draft.root), "training", "merge", *map(str, files), "--out", str(out), "--today", str(TODAY)]
    )


def table(path: Path, name: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path)[name].iter_rows()]


def test_people_by_procedures(draft: Draft, tmp_path: Path) -> None:
    other = progress(person={"name": "赵强", "number": ""}, passed={}, practised={})
    files = [put(tmp_path, "a.json", progress()), put(tmp_path, "b.json", other)]
    out = tmp_path / "matrix.xlsx"
    assert merge(draft, *files, out=out) == 0
    matrix = table(out, "矩阵")
    assert matrix[0][:3] == ["姓名", "工号", "OF-CX-01 快件收发"]
    assert ["赵强", None, "已读 A/0"] in [row[:3] for row in matrix]
    assert ["王芳", "0042", "✓ 通过 90% A/0"] in [row[:3] for row in matrix]
    details = table(out, "明细")
    row = dict(zip(details[0], next(row for row in details if row[0] == "王芳"), strict=True))
    assert (row["编号"], row["考的版本"], row["得分（%）"], row["考的是现行版本"]) == ("OF-CX-01", "A/0", 90, "是")
    assert (row["答对"], row["题数"]) == (7, 10)
    assert str(row["已读"])[:10] == "2026-05-01"


def test_an_older_version_is_told(draft: Draft, tmp_path: Path) -> None:
    draft.replace("sop/office/OF-CX-01.md", "version: A/0", "version: A/1")
    out = tmp_path / "matrix.xlsx"
    assert merge(draft, put(tmp_path, "a.json", progress()), out=out) == 0
    assert table(out, "矩阵")[1][2] == "△ 通过旧版 90% A/0"
    assert table(out, "明细")[1][-1] == "否"


def test_files_of_one_person_become_one_row(draft: Draft, tmp_path: Path) -> None:
    later = PASSED | {"on": "2026-05-20", "score": 100}
    phone = progress(passed={}, exported="2026-05-01T00:00:00Z")
    desk = progress(
        person={"name": "王 芳", "number": "0042"}, passed={"OF-CX-01": later}, read={}, exported="2026-05-21T00:00:00Z"
    )
    out = tmp_path / "matrix.xlsx"
    assert merge(draft, put(tmp_path, "a.json", phone), put(tmp_path, "b.json", desk), out=out) == 0
    assert [row[:3] for row in table(out, "矩阵")][1:] == [["王 芳", "0042", "✓ 通过 100% A/0"]]
    assert str(table(out, "明细")[1][5])[:10] == "2026-05-01"  # read on the phone


def test_what_the_handbook_no_longer_has_is_kept(draft: Draft, tmp_path: Path) -> None:
    out = tmp_path / "matrix.xlsx"
    old = progress(passed={"OLD-1": PASSED}, read={}, practised={})
    assert merge(draft, put(tmp_path, "a.json", old), out=out) == 0
    assert table(out, "明细")[1][2] == "OLD-1"


# --------------------------------------------------------------------------------- damaged and edited files


def damaged() -> dict[str, bytes]:
    good = packed(progress())
    text = json.dumps(progress(), ensure_ascii=False)
    return {
        "edited": good.replace(b'score\\": 90', b'score\\": 99'),
        "cut": good[: len(good) // 2],
        "empty": b"",
        "no json": b"name,score\nx,1\n",
        "other json": b'{"hello": 1}',
        "a list": b"[]",
        "newer": good.replace(b'"format": 1', b'"format": 2'),
        "deep": b"[" * 200_000,
        "binary": bytes(range(256)),
        "no checksum": json.dumps({"sopbook": "training-progress", "format": 1, "data": text}).encode(),
        "score": packed(progress(passed={"OF-CX-01": PASSED | {"score": 101}})),
        "not a number": packed(progress(passed={"OF-CX-01": PASSED | {"score": float("nan")}})),
        "date": packed(progress(read={"OF-CX-01": {"version": "A/0", "on": "soon"}})),
        "future": packed(progress(read={"OF-CX-01": {"version": "A/0", "on": "2031-01-01"}})),
        "list for map": packed(progress(read=[])),
        "long name": packed(progress(person={"name": "x" * 10_000, "number": ""})),
        "nameless": packed(progress(person={"name": " ", "number": ""})),
        "many": packed(progress(read={str(n): {"version": "A/0", "on": "2026-05-01"} for n in range(6000)})),
        "surrogate": good.replace(b"0042", b"\\\\ud800"),
    }


@pytest.mark.parametrize("name", damaged())
def test_a_file_that_is_not_sound_is_named_and_left_out(
    name: str, draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = put(tmp_path, "bad.json", damaged()[name])
    good = put(tmp_path, "good.json", progress())
    assert bad.read_bytes() != good.read_bytes()
    out = tmp_path / "matrix.xlsx"
    assert merge(draft, bad, good, out=out) == 1
    assert f"{bad}: 未收：" in capsys.readouterr().err
    assert len(table(out, "矩阵")) == 2
    told = dict(table(out, "文件")[1:])
    assert told["good.json"] == "已收"
    assert told["bad.json"].startswith("未收：")


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as stream:
        stream.truncate(50 * LARGEST)
    with pytest.raises(NotProgress, match="5 MB"):
        read_progress(path, TODAY)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    ).map(packed)
)
def test_anything_at_all_is_refused_in_words(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "x.json"
    path.write_bytes(data)
    with pytest.raises(NotProgress):
        read_progress(path, TODAY)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(tmp_path_factory: pytest.TempPathFactory, at: int, change: int) -> None:
    """One byte of the content is another: the file is refused, or (in its layout) says the very same."""
    good = packed(progress())
    at %= len(good)
    path = tmp_path_factory.mktemp("bytes") / "x.json"
    path.write_bytes(good)
    expected = read_progress(path, TODAY)
    path.write_bytes(good[:at] + bytes([good[at] ^ change]) + good[at + 1 :])
    with contextlib.suppress(NotProgress):
        assert read_progress(path, TODAY) == expected


# --------------------------------------------------------------------------------------- the workbook


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://evil.example","x")', "+1+1", "-2", "@SUM(A1)", "\t=1", "=1\x00", "|cmd"]
)
def test_no_name_becomes_a_formula(name: str, draft: Draft, tmp_path: Path) -> None:
    bad = progress(person={"name": name, "number": name}, read={name: {"version": name, "on": "2026-05-01"}})
    out = tmp_path / "matrix.xlsx"
    assert merge(draft, put(tmp_path, "a.json", bad), out=out) == 0
    for sheet in openpyxl.load_workbook(out):
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    with zipfile.ZipFile(out) as archive:
        assert not any(b"<f>" in archive.read(part) for part in archive.namelist() if "sheet" in part)


def test_the_same_files_give_the_same_workbook(draft: Draft, tmp_path: Path) -> None:
    files = [
        put(tmp_path, "a.json", progress()),
        put(tmp_path, "b.json", progress(person={"name": "赵强", "number": ""})),
    ]
    first, second = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    assert merge(draft, *files, out=first) == merge(draft, *files, out=second) == 0
    assert first.read_bytes() == second.read_bytes()


def test_a_folder_of_files(draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    put(tmp_path / "in", "a.json", progress())
    assert merge(draft, tmp_path / "in", out=tmp_path / "m.xlsx") == 0
    assert len(table(tmp_path / "m.xlsx", "矩阵")) == 2


@pytest.mark.parametrize("arguments", [["missing.json", "--out", "m.xlsx"], ["a.json", "--out", "m.csv"]])
def test_misuse(arguments: list[str], draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "a.json", progress())
    assert main(["-C", str(draft.root), "training", "merge", *arguments]) == 2
    assert not list(tmp_path.glob("m.*"))


def test_a_workbook_that_cannot_be_written_is_a_failure(draft: Draft, tmp_path: Path) -> None:
    (tmp_path / "m.xlsx").mkdir()
    assert merge(draft, put(tmp_path, "a.json", progress()), out=tmp_path / "m.xlsx") == 1

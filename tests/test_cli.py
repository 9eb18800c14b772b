"""The command line: what is printed where, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import jsonschema
import pytest
import yaml

from handbooks import REPOSITORY, Draft
from sopbook.check import all_rules
from sopbook.cli import main
from sopbook.locales import languages
from sopbook.model import Kind
from sopbook.read.frontmatter import json_schema

DAY = ["--today", "2026-06-01"]


def sopbook(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as left:
        code = int(left.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("language", languages())
def test_a_new_handbook_passes_check_and_builds(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = sopbook(capsys, "init", tmp_path / "hb", "--lang", language)
    assert code == 0
    assert f"sopbook -C {tmp_path / 'hb'} build" in out
    assert sopbook(capsys, "-C", tmp_path / "hb", "check")[0] == 0
    code, out, err = sopbook(capsys, "-C", tmp_path / "hb", "build")
    assert (code, err) == (0, "")
    assert str(tmp_path / "hb" / "build") in out


def test_init_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mkdocs.yml").write_text("mine")
    code, _, err = sopbook(capsys, "init", tmp_path)
    assert code == 2
    assert "mkdocs.yml is already there" in err
    assert [path.name for path in tmp_path.iterdir()] == ["mkdocs.yml"]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", list(Kind))
def test_a_new_document_passes_check(
    kind: Kind, language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = Draft(tmp_path, language)
    title = 'Parcels: "urgent" #1 {x} 标题'
    code, out, _ = sopbook(capsys, "-C", draft.root, "new", kind, "NEW-CX-31", title, *DAY)
    assert code == 0
    assert Path(out.strip()).is_file()
    assert draft.load().by_number["NEW-CX-31"].title == title
    # Nothing uses a new form or checklist yet, and that is worth saying.
    assert set(draft.codes()) <= {"SOP307"}
    assert sopbook(capsys, "-C", draft.root, "check", *DAY)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "novel", "X-1", "T"], "is no kind"),
        (["new", "procedure", "no digits", "T"], "no document number"),
        (["new", "procedure", "of-cx-01", "T"], "is taken by sop/office/OF-CX-01.md"),
        (["check", "nowhere.md"], "nowhere.md is not in the handbook"),
        (["check", "--today", "tomorrow"], "is no date"),
        (["build", "nothing"], "there is no target nothing; choose from forms, "),
        (["explain", "dangling-refrence"], "did you mean dangling-reference"),
        (["frobnicate"], "invalid choice"),
        ([], "required"),
    ],
)
def test_misuse_is_explained_in_a_line(
    arguments: list[str], message: str, draft: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = sopbook(capsys, "-C", draft.root, *arguments)
    assert code == 2
    assert out == ""
    assert message in err
    assert "Traceback" not in err


def test_no_handbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["check"], ["build"], ["new", "role", "X-1", "T"], ["serve"]):
        code, _, err = sopbook(capsys, "-C", tmp_path, *command)
        assert code == 2
        assert "sopbook init" in err


def test_check_shows_the_line_and_marks_the_text(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    draft.replace("sop/office/OF-CX-01.md", "{#close responsible=收发员", "{#close responsible=收发圆")
    code, out, _ = sopbook(capsys, "-C", draft.root, "check", *DAY)
    assert code == 1
    place, line, mark, remedy, _ = out.split("\n")[:5]
    assert place.startswith("sop/office/OF-CX-01.md:28:")
    assert "SOP303" in place
    assert "收发员" in remedy

    def width(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)

    before = line[: line.index("收发圆")]
    assert mark == " " * width(before) + "^" * 6


def test_check_follows_the_language_of_the_handbook(english: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    english.replace("sop/office/OF-CX-01.md", "with=Recipient", "with=Recipent")
    _, out, _ = sopbook(capsys, "-C", english.root, "check", *DAY)
    assert 'no role and no partner is called "Recipent"' in out
    assert 'Did you mean "Recipient"?' in out


def test_check_of_one_file_or_folder(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    draft.replace("sop/office/OF-CX-01.md", "within=10m", "witin=10m")
    draft.replace("sop/office/OF-GW-02.md", "version: A/0", "version: A/9")
    for path, codes in (
        ("sop/office/OF-GW-02.md", {"SOP502"}),
        (draft.root / "sop" / "office", {"SOP201", "SOP502"}),
    ):
        _, out, _ = sopbook(capsys, "-C", draft.root, "check", path, "--format", "json", *DAY)
        assert {entry["code"] for entry in json.loads(out)} == codes


def test_json_is_one_list_with_all_facts(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    assert sopbook(capsys, "-C", draft.root, "check", "--format", "json", *DAY)[1].strip() == "[]"
    draft.replace("sop/office/OF-CX-01.md", "within=10m", "witin=10m")
    code, out, _ = sopbook(capsys, "-C", draft.root, "check", "--format", "json", *DAY)
    (entry,) = json.loads(out)
    assert code == 1
    assert entry["file"] == "sop/office/OF-CX-01.md"
    assert (entry["code"], entry["name"], entry["severity"]) == ("SOP201", "suffix-unknown", "error")
    assert entry["text"] == "witin"


def test_sarif_has_what_the_standard_requires(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    draft.replace("sop/office/OF-CX-01.md", "within=10m", "witin=10m")
    _, out, _ = sopbook(capsys, "-C", draft.root, "check", "--format", "sarif", *DAY)
    log = json.loads(out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {rule.code for rule in all_rules()}
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("SOP201", "error")
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "sop/office/OF-CX-01.md"
    assert location["region"]["startLine"] > 1


def test_github_annotations_escape_their_separators(english: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    english.replace("sop/office/OF-CX-01.md", "with=Recipient", "with=Recipent")
    _, out, _ = sopbook(capsys, "-C", english.root, "check", "--format", "github", *DAY)
    (line,) = out.strip().split("\n")
    assert line.startswith("::error file=sop/office/OF-CX-01.md,line=")
    assert "title=SOP303 unknown-role::" in line


def test_rules_and_explanations(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = sopbook(capsys, "-C", draft.root, "rules")
    assert code == 0
    assert out.count("\n") == len(all_rules())
    assert "引用的文件不存在" in out
    for rule in all_rules():
        for language in languages():
            code, out, _ = sopbook(capsys, "explain", rule.code, "--lang", language)
            assert code == 0
            assert rule.why.in_language(language) in out


def test_build_reports_what_is_wrong_and_builds_the_rest(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    draft.replace("sop/office/OF-BD-01.md", "version: A/0", "version: ''")
    code, out, err = sopbook(capsys, "-C", draft.root, "build", *DAY)
    assert code == 1
    assert "SOP106" in err
    assert "SOP106" not in out
    assert (draft.root / "build/site/OF-CX-01/index.html").is_file()
    assert not (draft.root / "build/site/OF-BD-01").exists()


def test_schema_accepts_the_front_matter_of_real_documents(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = sopbook(capsys, "schema")
    assert code == 0
    assert json.loads(out) == json_schema()
    validator = jsonschema.Draft202012Validator(json_schema())
    jsonschema.Draft202012Validator.check_schema(json_schema())
    for path in REPOSITORY.glob("sop/**/*.md"):
        front = yaml.load(path.read_text("utf-8").split("---")[1], Loader=yaml.BaseLoader)  # noqa: S506
        assert [error.message for error in validator.iter_errors(front)] == [], path


@pytest.mark.parametrize(
    "change",
    [{"版本": ""}, {"versoin": "A/1"}, {"类别": "小说"}, {"生效日期": "soon"}, {"编号": None}],
    ids=["empty", "unknown", "kind", "date", "missing"],
)
def test_schema_refuses_what_the_reader_refuses(change: dict[str, str | None]) -> None:
    front: dict[str, str | None] = {
        "编号": "X-1", "类别": "参考", "标题": "t", "版本": "A/0", "生效日期": "2026-01-01",
        "评审周期": "1年", "归口岗位": "o", "批准岗位": "o",
    }  # fmt: skip
    checker = jsonschema.FormatChecker()
    validator = jsonschema.Draft202012Validator(json_schema(), format_checker=checker)
    assert not list(validator.iter_errors(front))
    changed = {key: value for key, value in (front | change).items() if value is not None}
    assert list(validator.iter_errors(changed))


def test_output_into_a_closed_pipe_is_no_traceback(draft: Draft) -> None:
    command = f"{sys.executable} -m sopbook -C {draft.root} rules | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert "Traceback" not in done.stderr

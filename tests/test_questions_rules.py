"""Rules, coverage and confirmation of questions, where a passage in a rule's example cannot show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handbooks import REPOSITORY, TODAY, Draft
from sopbook.check import check
from sopbook.cli import main
from sopbook.handbooks import load
from sopbook.questions.content import content_of, digest_of
from sopbook.questions.coverage import coverage
from sopbook.questions.pool import pool, written

PROCEDURE = "sop/office/OF-CX-01.md"
BANK = "sop/office/OF-TK-01.md"


def run(draft: Draft, *arguments: str) -> int:
    return main(["-C", str(draft.root), *arguments])


def test_the_real_handbook_s_questions_are_in_order() -> None:
    found = [
        d for d in check(load(REPOSITORY), TODAY) if d.code.startswith("SOP6") and d.code not in ("SOP608", "SOP609")
    ]
    assert found == []


def test_the_stem_of_a_fill_in_may_not_hold_the_answer(draft: Draft) -> None:
    stem = "1. 快件登记表由谁填写在哪张登记表上?"
    text = f'{stem} {{#fill type=fill answer="登记表" tests=#register}}\n\n   > [!rationale] 表。\n'
    draft.replace(BANK, "## 修订", f"{text}\n## 修订")
    assert draft.codes() == ["SOP605"]


def test_the_same_words_in_other_punctuation_are_the_same_question(draft: Draft) -> None:
    suffix = "{#proxy-2 type=true-false answer=false tests=#hand-over}"
    text = f"1. 同事替别人取件，只要认识，就可以直接发放！ {suffix}\n\n   > [!rationale] 委托。\n"
    draft.replace(BANK, "## 修订", f"{text}\n## 修订")
    (found,) = draft.check()
    assert found.code == "SOP604"
    assert BANK in found.message


def test_an_option_that_a_figure_makes_equal_is_found(draft: Draft) -> None:
    options = "   - [x] {{快件通知}}\n   - [ ] 20 分钟\n   - [ ] 2 天\n"
    question = f"1. 多久内通知? {{#soon tests=#notify}}\n{options}\n   > [!rationale] 半小时。\n"
    draft.replace(BANK, "## 修订", f"{question}\n## 修订")
    assert draft.codes() == []
    draft.replace("sop/handbook.yml", "快件通知: {value: 30m", "快件通知: {value: 20m")
    assert draft.codes() == ["SOP607"]


# ----------------------------------------------------------------------------------- confirmation


def test_a_changed_step_flags_its_questions_until_they_are_confirmed(
    draft: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    assert draft.codes() == []  # without a list nothing is bound
    assert run(draft, "quiz", "confirm") == 1
    assert run(draft, "quiz", "confirm", "--all") == 0
    assert draft.codes() == []
    draft.replace(PROCEDURE, "逐件登记。", "逐件登记并编号。")
    (found,) = draft.check()
    assert found.code == "SOP608"
    assert found.place.file == BANK
    assert "OF-CX-01#register" in found.message
    capsys.readouterr()
    assert run(draft, "quiz", "confirm") == 1
    listed = capsys.readouterr().out
    assert "OF-TK-01#damaged" in listed
    assert "OF-TK-01#proxy" not in listed
    assert run(draft, "quiz", "confirm", "OF-TK-01#damaged") == 0
    assert draft.codes() == []
    assert run(draft, "quiz", "confirm") == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("responsible=收发员 within=10m", "responsible=综合办主管 within=10m"),
        ("within=10m", "within=15m"),
        ("form=OF-BD-01}\n   当着", "form=OF-BD-01 critical}\n   当着"),
        ("**清点登记**", "**清点并登记**"),
        ("否则责任说不清", "否则说不清"),
    ],
)
def test_whatever_a_reader_of_the_step_sees_counts(old: str, new: str, draft: Draft) -> None:
    run(draft, "quiz", "confirm", "--all")
    draft.replace(PROCEDURE, old, new)
    assert "SOP608" in draft.codes()


def test_what_a_reader_does_not_see_does_not_count(draft: Draft) -> None:
    run(draft, "quiz", "confirm", "--all")
    draft.replace(PROCEDURE, "## 目的", "## 适用范围\n全部快件。\n\n## 目的")
    draft.replace(PROCEDURE, "review: 12 months", "review: 6 months")
    assert draft.codes() == []


def test_a_new_question_is_told_but_does_not_fail_a_check(draft: Draft) -> None:
    run(draft, "quiz", "confirm", "--all")
    text = "1. 代领要登记。 {#log type=true-false answer=true tests=#hand-over}\n\n   > [!rationale] 要。\n"
    draft.replace(BANK, "## 修订", f"{text}\n## 修订")
    assert draft.codes() == ["SOP609"]
    assert run(draft, "check", "--today", "2026-06-01") == 0
    assert run(draft, "quiz", "confirm", "OF-TK-01") == 0
    assert draft.codes() == []


def test_a_damaged_list_is_reported_at_its_line(draft: Draft) -> None:
    run(draft, "quiz", "confirm", "--all")
    lock = draft.read("sop/questions.lock")
    draft.write("sop/questions.lock", f"{lock}<<<<<<< mine\n")
    (found,) = draft.check()
    assert (found.code, found.place.line) == ("SOP611", lock.count("\n") + 1)


def test_the_list_is_sorted_and_stays_the_same(draft: Draft) -> None:
    run(draft, "quiz", "confirm", "--all")
    first = draft.read("sop/questions.lock")
    lines = [line for line in first.splitlines() if not line.startswith("#")]
    assert lines == sorted(lines)
    run(draft, "quiz", "confirm", "OF-TK-01")
    assert draft.read("sop/questions.lock") == first


def test_an_unknown_question_is_misuse(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(draft, "quiz", "confirm", "OF-TK-01#damagd") == 2
    assert "OF-TK-01#damaged" in capsys.readouterr().err
    assert not (draft.root / "sop/questions.lock").exists()


def test_the_digest_follows_the_value_of_a_figure(draft: Draft) -> None:
    handbook = draft.load()
    target = handbook.resolve("OF-CX-01", "notify", handbook.by_number["OF-CX-01"])
    assert target
    assert "时限：30 分钟" in content_of(handbook, target)
    draft.replace("sop/handbook.yml", "快件通知: {value: 30m", "快件通知: {value: 31m")
    changed = draft.load()
    after = changed.resolve("OF-CX-01", "notify", changed.by_number["OF-CX-01"])
    assert after
    assert digest_of(handbook, target) != digest_of(changed, after)


# --------------------------------------------------------------------------------------- coverage


def test_shares_and_what_is_missing(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    handbook = draft.load()
    by_hand = coverage(handbook, written(handbook))
    assert (by_hand.steps.total, by_hand.steps.covered) == (4, 2)
    assert [target.anchor for target in by_hand.steps.missing] == ["notify", "close"]
    everything = coverage(handbook, pool(handbook))
    assert everything.steps.percent == 100
    assert everything.steps.written == 2
    assert run(draft, "quiz", "coverage", "--written", "--json") == 0
    data = json.loads(capsys.readouterr().out)
    assert data["steps"]["missing"] == ["OF-CX-01#notify", "OF-CX-01#close"]


def test_a_threshold_is_a_rule_and_an_exit_code(draft: Draft) -> None:
    settings = draft.read("sop/handbook.yml")
    draft.write("sop/handbook.yml", f"{settings}training:\n  coverage: {{steps: 100, duties: 90}}\n")
    (found,) = draft.check()
    assert found.code == "SOP610"
    assert "职责" in found.message
    assert run(draft, "quiz", "coverage") == 1
    draft.write("sop/handbook.yml", f"{settings}training:\n  coverage: {{steps: 100}}\n")
    assert draft.codes() == []
    assert run(draft, "quiz", "coverage") == 0


@pytest.mark.parametrize(
    "wrong", ["pass_mark: 101", "questions: 0", "minutes: soon", "passmark: 80", "coverage: {step: 9}"]
)
def test_wrong_training_settings_are_reported_at_their_place(wrong: str, draft: Draft) -> None:
    before = draft.read("sop/handbook.yml").rstrip("\n")
    draft.write("sop/handbook.yml", f"{before}\ntraining:\n  questions_: 1\n".replace("questions_: 1", wrong))
    found = [d for d in draft.check() if d.place.file == "sop/handbook.yml"]
    assert [d.code for d in found] == ["SOP106"]
    assert found[0].place.line == before.count("\n") + 3


def test_questions_are_listed_with_those_that_nobody_wrote(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(draft, "quiz", "list", "--json") == 0
    everything = json.loads(capsys.readouterr().out)
    assert run(draft, "quiz", "list", "--json", "--written") == 0
    by_hand = json.loads(capsys.readouterr().out)
    assert {entry["id"] for entry in by_hand} == {"OF-TK-01#damaged", "OF-TK-01#proxy"}
    assert {entry["id"] for entry in everything if not entry["derived"]} == {entry["id"] for entry in by_hand}
    assert run(draft, "quiz", "list", "--json", "--role", "收发员") == 0
    ids = {entry["id"] for entry in json.loads(capsys.readouterr().out)}
    assert "OF-CX-01#notify.who" in ids


def test_nothing_is_written_outside_the_list(draft: Draft, tmp_path: Path) -> None:
    before = set(draft.root.rglob("*"))
    run(draft, "quiz", "confirm", "--all")
    assert set(draft.root.rglob("*")) - before == {draft.root / "sop/questions.lock"}

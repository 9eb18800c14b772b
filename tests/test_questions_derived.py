"""Derived questions: one right answer and no other, no option twice, no answer in the stem.

What is right is worked out here anew, from the sources' own structure and in another way than the
makers work it out. It is asked of the real handbook, of the English example, and of handbooks made
up at random out of the words that make trouble: aliases, names that are parts of names, times that
are the same in other units, steps that mention what they do not use.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handbooks import REPOSITORY, Draft
from sopbook import prose
from sopbook.handbooks import load
from sopbook.link import link
from sopbook.link.handbook import Handbook
from sopbook.model import Checklist, Document, Procedure, QuestionType, Role, Step
from sopbook.places import Place
from sopbook.questions.coverage import coverage
from sopbook.questions.derived import derived, makers
from sopbook.questions.entry import Entry
from sopbook.questions.pool import pool
from sopbook.questions.wording import Wording
from sopbook.read.document import read_document
from sopbook.read.quantities import duration
from sopbook.read.settings import read_settings
from sopbook.read.tree import SETTINGS, Sources
from sopbook.values import Duration, Frequency, Period

# ------------------------------------------------------------------------------- what is right


def same(text: str) -> str:
    return re.sub(r"\W", "", unicodedata.normalize("NFKC", text).casefold())


def step_of(entry: Entry) -> tuple[Procedure, Step]:
    procedure = entry.targets[0].document
    assert isinstance(procedure, Procedure)
    return procedure, next(step for step in procedure.steps if step.anchor == entry.targets[0].anchor)


def minutes(text: str) -> float:
    found = duration(text) or duration(text.replace(" ", ""))
    assert isinstance(found, Duration), text
    return max(found.approximate_minutes, 1.0)


def per_year(found: Frequency) -> float:
    table = dict(
        zip(
            ["per-shift", "daily", "weekly", "half-monthly", "monthly", "quarterly", "half-yearly", "yearly"],
            (1095, 365, 52, 24, 12, 4, 2, 1),
            strict=True,
        )
    )
    return table[found.period] * found.times


def true_who(handbook: Handbook, entry: Entry, option: str) -> bool:
    """True for everybody who is responsible, helps or is spoken of, by whatever name."""
    _, step = step_of(entry)
    actor = handbook.actors[option]
    names = [name for name, known in handbook.actors.items() if known.title == actor.title]
    involved = {
        handbook.actors[name.text].title for name in (*step.responsible, *step.support) if name.text in handbook.actors
    }
    said = same(prose.plain_blocks(step.body))
    return actor.title in involved or any(same(name) in said for name in names if not re.search(r"\d", name))


def true_within(handbook: Handbook, entry: Entry, option: str) -> bool:
    """True for the limit in any unit, for what is nearly as long, and for a time that the step mentions."""
    _, step = step_of(entry)
    assert step.within
    limit = handbook.duration_of(step.within)
    assert limit
    right, offered = max(limit.approximate_minutes, 1.0), minutes(option)
    plain = re.sub(r"\s", "", option)
    near = max(right, offered) / min(right, offered) < 1.42
    wording = Wording.of(handbook)
    said = re.sub(r"\s", "", " ".join(wording.lines(step.body, entry.document)))
    return near or re.search(rf"(?<!\d){re.escape(plain)}", said) is not None


def true_form(handbook: Handbook, entry: Entry, option: str) -> bool:
    """True for every form that the step fills, keeps or names, or whose checklist records in it."""
    _, step = step_of(entry)
    number = option.split()[0]
    named = {name.text for name in (*step.forms, *step.records)}
    named |= {node.number for node in prose.walk(step.body) if isinstance(node, prose.Reference)}
    for name in step.checklists:
        checklist = handbook.by_number.get(name.text)
        if isinstance(checklist, Checklist) and checklist.record:
            named.add(checklist.record.text)
    return number in named or same(handbook.by_number[number].title) in same(prose.plain_blocks(step.body))


def true_following(handbook: Handbook, entry: Entry, option: str) -> bool:
    procedure, step = step_of(entry)
    after = procedure.steps[procedure.steps.index(step) + 1]
    assert after.phase == step.phase
    return same(option) == same(after.title)


def true_duties(handbook: Handbook, entry: Entry, option: str) -> bool:
    """True for what is no duty of the role, nor of anybody who answers to it."""
    role = entry.document
    assert isinstance(role, Role)
    roles = [document for document in handbook.documents if isinstance(document, Role)]
    below, grown = {role.id}, True
    while grown:
        fresh = {
            r.id
            for r in roles
            if r.reports_to and (a := handbook.actor(r.reports_to)) and a.role and a.role.id in below
        }
        grown, below = not fresh <= below, below | fresh
    return not any(same(duty.title) == same(option) for other in roles if other.id in below for duty in other.duties)


RATES = [Frequency(period, times) for period in Period if period is not Period.ON_DEMAND for times in (1, 2)]


def true_often(handbook: Handbook, entry: Entry, option: str) -> bool:
    target = entry.targets[0]
    stated: list[Frequency | None] = []
    if isinstance(target.document, Checklist):
        stated.append(target.document.frequency)
    else:
        _, step = step_of(entry)
        stated += [step.frequency]
    say = Wording.of(handbook).words.frequency
    (offered,) = {rate for rate in RATES if say(rate) == option}
    return any(f is not None and per_year(f) == per_year(offered) for f in stated)


def true_warned(handbook: Handbook, entry: Entry, option: str) -> bool:
    """True for whatever any step of the same procedure, or of one that is linked with it, warns of."""
    procedure, _ = step_of(entry)
    linked = [procedure, *handbook.names.get(procedure.id, ()), *handbook.mentions.get(procedure.id, ())]
    wording = Wording.of(handbook)
    said = same(
        " ".join(line for d in linked if isinstance(d, Procedure) for s in d.steps for line in wording.lines(s.body, d))
    )
    return same(option) in said


RIGHT = {
    "who": true_who,
    "within": true_within,
    "form": true_form,
    "following": true_following,
    "duties": true_duties,
    "often": true_often,
    "warned": true_warned,
}


def flaws_of(handbook: Handbook, entry: Entry) -> list[str]:
    """Everything that is wrong with one derived question."""
    found: list[str] = []
    wording = Wording.of(handbook)
    options = [(wording.option(option, entry.document), option.correct) for option in entry.question.options]
    stem = wording.inlines(entry.question.stem, entry.document)
    maker = entry.question.anchor.rpartition(".")[2]
    if len(options) < 3:
        found.append("fewer than three options")
    if len({same(text) for text, _ in options}) < len(options):
        found.append("an option twice")
    if not all(same(text) for text, _ in options):
        found.append("an empty option")
    if entry.question.type is QuestionType.ORDERING:
        procedure = entry.targets[0].document
        assert isinstance(procedure, Procedure)
        titles = [step.title for step in procedure.steps]
        places = [titles.index(text) for text, _ in options]
        if places != sorted(places) or any(titles.count(text) > 1 for text, _ in options):
            found.append("not in the procedure's order")
        return found
    rights = [text for text, _ in options if RIGHT[maker](handbook, entry, text)]
    keyed = [text for text, correct in options if correct]
    if rights != keyed:
        found.append(f"right would be {rights}, keyed is {keyed}")
    if any(same(text) in same(stem) for text in keyed):
        found.append("the answer stands in the stem")
    if not entry.question.rationale or not entry.targets or entry.question.tests:
        found.append("no reason or no step")
    return found


def check_all(handbook: Handbook, entries: tuple[Entry, ...]) -> None:
    problems = [(entry.id, problem) for entry in entries for problem in flaws_of(handbook, entry)]
    assert problems == []
    assert len({entry.id for entry in entries}) == len(entries)
    for entry in entries:
        known = handbook.anchors[entry.document.id]
        assert entry.question.anchor not in known
        assert all(
            not target.anchor or target.anchor in handbook.anchors[target.document.id] for target in entry.targets
        )


# ----------------------------------------------------------------------- the handbooks there are

KINDS = {name for name, _ in makers()}


@pytest.mark.parametrize("folder", [".", "examples/en"])
def test_of_the_handbooks_there_are(folder: str) -> None:
    handbook = load(REPOSITORY / folder)
    entries = derived(handbook)
    check_all(handbook, entries)
    assert derived(load(REPOSITORY / folder))[0] == entries[0]


def test_the_real_handbook_has_every_kind_and_a_question_for_nine_steps_of_ten() -> None:
    handbook = load(REPOSITORY)
    kinds = {entry.question.anchor.rpartition(".")[2] for entry in derived(handbook)}
    assert kinds == KINDS == {*RIGHT, "sequence"}
    found = coverage(handbook, pool(handbook))
    assert found.steps.percent >= 90
    assert found.critical.percent >= 90
    assert all(row.steps.covered for row in found.rows if isinstance(row.document, Procedure))


def test_every_time_the_same() -> None:
    first, second = (derived(load(REPOSITORY)) for _ in range(2))
    assert first == second


def test_an_edit_of_one_procedure_keeps_the_names_of_the_others_questions(draft: Draft) -> None:
    before = {entry.id for entry in derived(draft.load())}
    draft.replace("sop/office/OF-CX-01.md", "**通知收件人** {#notify", "**告知收件人** {#notify")
    after = {entry.id for entry in derived(draft.load())}
    assert before == after


# ----------------------------------------------------------------------- handbooks made up at random

ROLES = ("前台", "前台主管", "主管", "维修工", "维修", "文员", "值班经理", "经理")
PARTNERS = ("工程部", "工程部主管", "保洁单位", "施工单位", "单位")
ALIASES = ("接待", "管家", "领班", "维修", "主管", "当班主管", "工程")
TIMES = (
    "60m",
    "1h",
    "90m",
    "24h",
    "1d",
    "same-day",
    "now",
    "1m",
    "7d",
    "1w",
    "5wd",
    "3d",
    "3wd",
    "30d",
    "1mo",
    "2h",
    "15m",
    "figure-a",
)
OFTEN = (
    "daily",
    "weekly",
    "monthly",
    "daily*2",
    "per-shift",
    "half-monthly",
    "quarterly",
    "yearly",
    "on-demand",
    "weekly*2",
)
TITLES = (
    "登记",
    "登记入册",
    "核对",
    "通知",
    "派单",
    "派工",
    "回访",
    "归档",
    "检查",
    "主管复核",
    "每日检查",
    "前台登记",
    "收费",
)
SENTENCES = (
    "一小时内办完。",
    "60 分钟内答复。",
    "请主管到场。",
    "请维修工看一看。",
    "填好登记表再走。",
    "见 [[F-1]]。",
    "见 [[P-2]]。",
    "每周汇总一次。",
    "当日完成。",
    "三天内回话。",
    "工程部派人。",
    "七日内归还。",
    "{{figure-a}} 内完成。",
    "照常办理。",
)
WARNINGS = (
    "漏了登记就说不清。",
    "没有核对就发放，丢了要赔。",
    "不替业户签字，签了要担责任。",
    "站在水里不碰开关。",
    "不承诺赔偿，不说责任在谁。",
)
FORMS = ("登记表", "快件登记表", "回访记录表", "派工单", "收费单", "归档清单")


@st.composite
def handbooks(draw: st.DrawFn) -> dict[str, str]:
    """The sources of a handbook of a few roles, partners, forms, checklists and procedures."""
    language = draw(st.sampled_from(["zh", "zh", "en"]))
    roles = draw(st.lists(st.sampled_from(ROLES), min_size=2, max_size=6, unique=True))
    partners = draw(st.lists(st.sampled_from([p for p in PARTNERS if p not in roles]), max_size=4, unique=True))
    free = [alias for alias in ALIASES if alias not in (*roles, *partners)]
    actors = [*roles, *partners]
    forms = draw(st.lists(st.sampled_from(FORMS), max_size=6))
    sources = {SETTINGS: f"organisation: o\ntitle: t\nlanguage: {language}\nfigures:\n  figure-a: {{value: 60m}}\n"}
    for number, role in enumerate(roles, 1):
        alias = draw(st.sampled_from(["", *free]))
        boss = draw(st.sampled_from(["", *roles]))
        duties = draw(st.lists(st.sampled_from(TITLES), min_size=1, max_size=7, unique=True))
        lines = "\n".join(
            f"- **{title}** {{#d{i}}} {draw(st.sampled_from(SENTENCES))}" for i, title in enumerate(duties)
        )
        extra = (f"aliases: [{alias}]\n" if alias else "") + (f"reports_to: {boss}\n" if boss else "")
        sources[f"sop/R-{number}.md"] = _document(f"R-{number}", "role", role, extra, f"## 职责\n{lines}\n")
    listed = "\n".join(f"- **{partner}** 外部。" for partner in partners)
    sources["sop/D-1.md"] = _document("D-1", "department", "部门", "", f"## 配合部门\n{listed}\n")
    for number, form in enumerate(forms, 1):
        sources[f"sop/F-{number}.md"] = _document(
            f"F-{number}", "form", form, "retention: 3 years\n", "## 字段\n- **甲** {#a}\n"
        )
    checklists = draw(st.integers(0, 2))
    for number in range(1, checklists + 1):
        extra = f"frequency: {draw(st.sampled_from(OFTEN))}\n" + (
            f"record: F-{number}\n" if number <= len(forms) else ""
        )
        sources[f"sop/C-{number}.md"] = _document(
            f"C-{number}", "checklist", "检查表", extra, "## 检查项目\n- [ ] **甲** {#a} 好。\n"
        )
    for number in range(1, draw(st.integers(1, 3)) + 1):
        extra = draw(st.sampled_from(["", "frequency: daily\n", "frequency: monthly\n"]))
        steps = [_step(draw, index, actors, len(forms), checklists) for index in range(draw(st.integers(1, 7)))]
        if len(steps) > 3 and draw(st.booleans()):
            steps[2:2] = ["### 第二段"]
            steps[:0] = ["### 第一段"]
        sources[f"sop/P-{number}.md"] = _document(
            f"P-{number}",
            "procedure",
            draw(st.sampled_from(["收件", "主管值班", "每日巡查", "维修"])),
            extra,
            "## 程序\n" + "\n".join(steps) + "\n",
        )
    return sources


def _step(draw: st.DrawFn, index: int, actors: list[str], forms: int, checklists: int) -> str:
    keys = [
        f"#s{index}",
        "responsible=" + ",".join(draw(st.lists(st.sampled_from(actors), min_size=1, max_size=2, unique=True))),
    ]
    helpers = draw(st.lists(st.sampled_from(actors), max_size=2, unique=True))
    keys += [f"with={','.join(helpers)}"] if helpers else []
    keys += [f"within={draw(st.sampled_from(TIMES))}"] if draw(st.booleans()) else []
    keys += [f"frequency={draw(st.sampled_from(OFTEN))}"] if draw(st.integers(0, 3)) == 0 else []
    keys += [f"form=F-{draw(st.integers(1, forms))}"] if forms and draw(st.booleans()) else []
    keys += [f"checklist=C-{draw(st.integers(1, checklists))}"] if checklists and draw(st.booleans()) else []
    body = "".join(draw(st.lists(st.sampled_from(SENTENCES), max_size=3)))
    warning = f"\n   > [!warning] {draw(st.sampled_from(WARNINGS))}" if draw(st.booleans()) else ""
    return f"1. **{draw(st.sampled_from(TITLES))}** {{{' '.join(keys)}}}\n   {body}{warning}"


def _document(number: str, kind: str, title: str, extra: str, body: str) -> str:
    dates = "version: A/0\neffective: 2026-01-01\nreview: 12 months\nowner: x\napprover: y"
    return f"---\nid: {number}\nkind: {kind}\ntitle: {title}\n{dates}\n{extra}---\n\n{body}"


def _linked(sources: dict[str, str]) -> Handbook:
    settings_, _ = read_settings(sources[SETTINGS].encode())
    readings = tuple(read_document(file, text.encode()) for file, text in sorted(sources.items()) if file != SETTINGS)
    return link(Sources(Path("/nowhere"), settings_, readings, {}, ()))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(handbooks())
def test_of_handbooks_made_up_at_random(sources: dict[str, str]) -> None:
    handbook = _linked(sources)
    check_all(handbook, derived(handbook))


def test_the_random_handbooks_give_questions_of_every_kind() -> None:
    """Or the property above would be true of nothing."""
    seen: set[str] = set()

    @settings(max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(handbooks())
    def collect(sources: dict[str, str]) -> None:
        seen.update(entry.question.anchor.rpartition(".")[2] for entry in derived(_linked(sources)))

    collect()
    assert seen == KINDS


# ----------------------------------------------------------------------- the check finds what is wrong


def spoilt(entry: Entry, text: str) -> Entry:
    """The same question with its first wrong option saying something else."""
    from dataclasses import replace

    from msgspec import structs

    options = list(entry.question.options)
    at = next(index for index, option in enumerate(options) if not option.correct)
    options[at] = structs.replace(options[at], text=(prose.Text(text),))
    return replace(entry, question=structs.replace(entry.question, options=tuple(options)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("KF-CX-06#accept.within", "10 分钟"),
        ("KF-CX-06#investigate.within", "1 天"),
        ("KF-CX-06#investigate.within", "当日"),
        ("KF-CX-06#investigate.who", "楼管员"),
        ("KF-CX-06#accept.form", "KF-BD-11 投诉(建议)记录表"),
        ("KF-CX-06#resolve.following", "书面回复并征得认可"),
        ("KF-GW-03#reception.duties", "发放钥匙"),
    ],
)
def test_a_second_right_answer_would_be_found(name: str, text: str) -> None:
    handbook = load(REPOSITORY)
    entry = next(entry for entry in derived(handbook) if entry.id == name)
    assert flaws_of(handbook, entry) == []
    assert flaws_of(handbook, spoilt(entry, text)) != []


def _document_of(entry: Entry) -> Document:
    return entry.document


def test_a_question_leads_to_its_step() -> None:
    handbook = load(REPOSITORY)
    for entry in derived(handbook):
        assert entry.derived
        assert isinstance(_document_of(entry).place, Place)
        assert handbook.resolve(entry.targets[0].document.id, entry.targets[0].anchor, entry.document)

"""What the reader makes of a source."""

from __future__ import annotations

import datetime as dt

import pytest

from handbooks import Draft
from sopbook import prose
from sopbook.model import (
    Bank,
    Checklist,
    Department,
    FieldGroup,
    FieldType,
    Form,
    Procedure,
    QuestionType,
    ReferenceDocument,
    Role,
    RowTable,
    Status,
)
from sopbook.read import Reading, quantities
from sopbook.read.document import read_document
from sopbook.values import Duration, Frequency, Interval, Period, TimeUnit

HEAD = """---
id: {id}
kind: {kind}
title: Title
version: A/0
effective: 2026-01-01
review: 12 months
owner: Boss
approver: Boss
{more}---

"""


def source(kind: str, body: str, more: str = "", number: str = "X-1") -> bytes:
    return (HEAD.format(id=number, kind=kind, more=more) + body).encode()


def read(kind: str, body: str, more: str = "") -> Reading:
    return read_document("x.md", source(kind, body, more))


def clean(kind: str, body: str, more: str = "") -> object:
    reading = read(kind, body, more)
    assert reading.findings == ()
    assert reading.document is not None
    return reading.document


def test_procedure_step_has_all_its_facts() -> None:
    procedure = clean(
        "procedure",
        """## Steps
### Phase one
1. **Take it** {#take responsible=Clerk,Boss with=Guest within=3wd form=F-1,F-2 checklist=C-1
   record="a note" frequency=daily*2 critical covers=B2}
   Do it.
   > [!caution] Mind your hands.
""".replace("checklist=C-1\n   record", "checklist=C-1 record"),
    )
    assert isinstance(procedure, Procedure)
    (step,) = procedure.steps
    assert (step.anchor, step.title, step.phase) == ("take", "Take it", "Phase one")
    assert [name.text for name in step.responsible] == ["Clerk", "Boss"]
    assert [name.text for name in step.support] == ["Guest"]
    assert step.within is not None
    assert step.within.duration == Duration(3, TimeUnit.WORKING_DAY)
    assert [name.text for name in step.forms] == ["F-1", "F-2"]
    assert [name.text for name in step.records] == ["a note"]
    assert step.frequency == Frequency(Period.DAY, 2)
    assert step.critical
    assert [cover.requirement for cover in step.covers] == ["B2"]
    assert prose.plain_blocks(step.body) == "Do it.\nMind your hands."
    assert isinstance(step.body[1], prose.Callout)
    assert step.body[1].kind == "caution"


def test_chinese_words_mean_the_same_as_english_ones() -> None:
    text = """---
编号: X-1
类别: 程序
标题: 名称
版本: A/0
生效日期: 2026-01-01
评审周期: 1年
归口岗位: 主管
批准岗位: 主管
状态: 草稿
频次: 每周2次
紧急: 是
---

## 程序
1. **受理** {#accept 责任岗位=前台 时限=3个工作日 表单=F-1 关键}
   做。
   > [!注意] 小心。

## 验收
- [ ] 好
"""
    reading = read_document("x.md", text.encode())
    procedure = reading.document
    assert reading.findings == ()
    assert isinstance(procedure, Procedure)
    assert procedure.control.status is Status.DRAFT
    assert procedure.control.review == Interval(12)
    assert procedure.frequency == Frequency(Period.WEEK, 2)
    assert procedure.urgent
    (step,) = procedure.steps
    assert step.critical
    assert step.within is not None
    assert step.within.duration == Duration(3, TimeUnit.WORKING_DAY)
    assert len(procedure.acceptance) == 1


def test_department() -> None:
    department = clean(
        "department",
        """## Functions
- **Mail** {#mail covers=A1} Sorts it.

## Stages
### Before opening
- **Hire** {#hire} People.

## Plans
- **Budget** {#budget frequency=yearly responsible=Boss} Money.

## Partners
- **Police** {aliases=cops,constable} Come when called.
""",
    )
    assert isinstance(department, Department)
    assert department.functions[0].covers[0].anchor == "mail"
    assert department.stages[0].title == "Before opening"
    assert department.stages[0].tasks[0].anchor == "hire"
    assert department.plans[0].frequency == Frequency(Period.YEAR)
    assert department.partners[0].aliases == ("cops", "constable")


def test_role() -> None:
    role = clean(
        "role",
        "## Duties\n- **Post** {#post frequency=daily} Carries it.\n\n## Training path\n1. Read [[X-2]]. {within=7d}\n",
        "reports_to: Boss\naliases: [Postie]\n",
    )
    assert isinstance(role, Role)
    assert role.reports_to is not None
    assert role.reports_to.text == "Boss"
    assert role.duties[0].frequency == Frequency(Period.DAY)
    assert role.training[0].within is not None


def test_checklist_item_has_criterion_and_what_to_do_on_a_miss() -> None:
    checklist = clean(
        "checklist",
        "## Items\n### Hall\n"
        "- [ ] **Floor** {#floor critical} Dry and clean.\n  If not: mop it,\n  then put up a sign.\n",
        "frequency: per-shift\nresponsible: Clerk\nrecord: F-1\n",
    )
    assert isinstance(checklist, Checklist)
    (item,) = checklist.items
    assert (item.anchor, item.title, item.group, item.critical) == ("floor", "Floor", "Hall", True)
    assert prose.plain(item.criterion) == "Dry and clean."
    assert prose.plain(item.on_miss) == "mop it, then put up a sign."


def test_form_fields_and_row_tables() -> None:
    form = clean(
        "form",
        """## Fields
### General
- **Name** {#name required} As on the card.
- **Way** {#way options=phone/visit}
- **Parts** {#parts type=choices}
  - one / two
  - three
- **Text** {#text type=multiline lines=5}

### Log {#log type=table rows=4}
| Date {#date type=date} | What |
| --- | --- |
| | opened |
""",
        "retention: 3 years\n",
    )
    assert isinstance(form, Form)
    general, log = form.parts
    assert isinstance(general, FieldGroup)
    assert isinstance(log, RowTable)
    name, way, parts, text = general.fields
    assert name.required
    assert prose.plain_blocks(name.hint) == "As on the card."
    assert (way.type, way.options) == (FieldType.CHOICE, ("phone", "visit"))
    assert (parts.type, parts.options) == (FieldType.CHOICES, ("one / two", "three"))
    assert (text.type, text.lines) == (FieldType.MULTILINE, 5)
    assert [column.anchor for column in log.columns] == ["log.date", "log.what"]
    assert (log.preset, log.rows) == ((("", "opened"),), 4)


def test_every_type_of_question() -> None:
    bank = clean(
        "bank",
        """## Questions
1. One? {#one tests=#s}
   - [x] yes
   - [ ] no

   > [!rationale] Because.
1. Several? {#several tests=Y-2#s}
   - [x] a
   - [x] b
   - [ ] c
1. True? {#true type=true-false answer=no tests=#s}
1. Order? {#order type=ordering tests=#s}
   1. first
   1. second
1. Match? {#match type=matching tests=#s}

   | l | r |
   | --- | --- |
   | a | 1 |
   | b | 2 |
1. Fill? {#fill type=fill answer="ten minutes|10 min" tests=#s}
1. How many? {#number type=number answer=10 unit=min tolerance=0.5 tests=#s}
1. Somebody comes. {#case type=case tests=#s difficulty=3}
   1. What first? {#case-one tests=#s}
      - [ ] go
      - [x] stay

      > [!rationale] So.
""",
        "tests: Y-1\n",
    )
    assert isinstance(bank, Bank)
    assert [question.type for question in bank.questions] == list(QuestionType)
    assert all(question.has_answer for question in bank.questions)
    one, several, truth, order, match, fill, number, case = bank.questions
    assert [option.correct for option in one.options] == [True, False]
    assert prose.plain_blocks(one.rationale) == "Because."
    assert one.tests[0].text == "Y-1#s"
    assert several.tests[0].text == "Y-2#s"
    assert truth.answer.truth is False
    assert [prose.plain(option.text) for option in order.options] == ["first", "second"]
    assert [prose.plain(pair.right) for pair in match.pairs] == ["1", "2"]
    assert fill.answer.variants == ("ten minutes", "10 min")
    assert (number.answer.number, number.answer.unit, number.answer.tolerance) == (10, "min", 0.5)
    assert case.difficulty == 3
    assert case.parts[0].options[1].correct


def test_reference() -> None:
    reference = clean(
        "reference",
        """## Terms
| Term | Also called | Meaning |
| --- | --- | --- |
| guest | visitor, caller | Somebody who comes. |

## Contacts
| Name | Phone | Hours | Note |
| --- | --- | --- | --- |
| Police | 110、120 | always | |

## Our figures {figures=money}
Text.
""",
    )
    assert isinstance(reference, ReferenceDocument)
    assert reference.terms[0].synonyms == ("visitor", "caller")
    assert reference.contacts[0].phones == ("110", "120")
    assert reference.sections[-1].figures == "money"


def test_unknown_sections_and_text_around_lists_are_kept() -> None:
    body = "Before.\n\n## Steps\nRead on.\n\n1. **Go** {#go}\n\nAfterwards.\n\n## My own\nHere.\n"
    procedure = clean("procedure", body)
    assert isinstance(procedure, Procedure)
    texts = [prose.plain_blocks(section.blocks) for section in procedure.sections]
    assert texts == ["Before.", "Read on.\nAfterwards.", "Here."]
    assert procedure.sections[-1].key == ""


def test_version_and_words_like_no_keep_their_spelling() -> None:
    text = source("reference", "").replace(b"version: A/0", b"version: 1.10").replace(b"title: Title", b"title: no")
    document = read_document("x.md", text).document
    assert document is not None
    assert document.control.version == "1.10"
    assert document.title == "no"


def test_explicit_anchors_go_before_derived_ones() -> None:
    procedure = clean("procedure", "## Records\n- a\n\n## Steps\n1. **One** {#records}\n1. **One two** {#x}\n")
    assert isinstance(procedure, Procedure)
    assert procedure.steps[0].anchor == "records"
    assert procedure.sections[0].anchor == "records-2"


def test_place_of_a_repeated_reference_on_one_line() -> None:
    document = clean("reference", "## A\n  see [[X-1]] and [[X-1]] here\n")
    columns = [node.place.column for node in prose.walk(document) if isinstance(node, prose.Reference)]
    assert columns == [7, 19]


def test_places_in_later_rows_of_a_table() -> None:
    document = clean("reference", "## A\n| a |\n| --- |\n| x |\n| [[Y-1]] |\n")
    (node,) = (node for node in prose.walk(document) if isinstance(node, prose.Reference))
    assert (node.place.line, node.place.column) == (16, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10m", Duration(10, TimeUnit.MINUTE)),
        ("10分钟", Duration(10, TimeUnit.MINUTE)),
        ("2 hours", Duration(2, TimeUnit.HOUR)),
        ("3wd", Duration(3, TimeUnit.WORKING_DAY)),
        ("3 个工作日", Duration(3, TimeUnit.WORKING_DAY)),
        ("7日", Duration(7, TimeUnit.DAY)),
        ("2mo", Duration(2, TimeUnit.MONTH)),
        ("1年", Duration(1, TimeUnit.YEAR)),
        ("立即", Duration(0, TimeUnit.NOW)),
        ("same-day", Duration(0, TimeUnit.SAME_DAY)),
        ("当日", Duration(0, TimeUnit.SAME_DAY)),
        ("m", None),
        ("10", None),
        ("10 parsecs", None),
        ("5立即", None),
        ("-3d", None),
        ("", None),
    ],
)
def test_durations(text: str, expected: Duration | None) -> None:
    assert quantities.duration(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("每日", Frequency(Period.DAY)),
        ("daily*2", Frequency(Period.DAY, 2)),
        ("每日2次", Frequency(Period.DAY, 2)),
        ("half-monthly", Frequency(Period.HALF_MONTH)),
        ("on demand", Frequency(Period.ON_DEMAND)),
        ("daily*0", None),
        ("whenever", None),
    ],
)
def test_frequencies(text: str, expected: Frequency | None) -> None:
    assert quantities.frequency(text) == expected


def test_interval_ends_on_the_last_day_of_a_shorter_month() -> None:
    assert Interval(1).after(dt.date(2026, 1, 31)) == dt.date(2026, 2, 28)
    assert Interval(12).after(dt.date(2024, 2, 29)) == dt.date(2025, 2, 28)
    assert Interval(1200).after(dt.date(9999, 1, 1)) == dt.date.max


def test_numbers_sort_as_people_count(draft: Draft) -> None:
    for number in ("OF-CK-10", "OF-CK-2"):
        draft.write(f"sop/office/{number}.md", draft.read("sop/office/OF-CK-01.md").replace("OF-CK-01", number))
    numbers = [document.id for document in draft.load().documents if document.id.startswith("OF-CK")]
    assert numbers == ["OF-CK-01", "OF-CK-2", "OF-CK-10"]


def test_headings_inside_a_section_group_what_stands_below_them(draft: Draft) -> None:
    draft.replace("sop/office/OF-GW-01.md", "## 职责\n", "## 职责\n\n### 每天\n\n")
    draft.replace("sop/office/OF-CK-01.md", "## 术语\n", "## 术语\n\n### 收发\n\n")
    handbook = draft.load()
    assert {duty.group for role, duty in handbook.duties() if role.id == "OF-GW-01"} == {"每天"}
    assert {term.group for term in handbook.terms()} == {"收发"}
    assert draft.codes() == []

"""The first handbook is whole: every requirement has its place, every promised document is there.

The inventory is what a property company's customer-service department does; the master list gives
the documents that answer it. Both are written out here, so that a gap is a failing test and not
an opinion. Each question about the handbook is a function that returns the gaps; further down, the
same functions are shown to find gaps that are made on purpose.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from handbooks import REPOSITORY, TODAY
from sopbook.check import check
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.locales import locale
from sopbook.model import (
    Bank,
    Checklist,
    Cover,
    Department,
    Document,
    Form,
    Kind,
    Procedure,
    Question,
    QuestionType,
    Role,
)
from sopbook.values import Frequency

INVENTORY = (
    *(f"A{number}" for number in range(14)),
    *(f"B{number}" for number in range(1, 12)),
    *(f"C{number}" for number in range(1, 8)),
    *("D1", "D1.1", "D1.2", "D1.3", "D1.4", "D2", "D3", "D4"),
    *("E1", "E2"),
)

KINDS = {
    "ZN": Kind.DEPARTMENT,
    "GW": Kind.ROLE,
    "CX": Kind.PROCEDURE,
    "JC": Kind.CHECKLIST,
    "BD": Kind.FORM,
    "CK": Kind.REFERENCE,
    "TK": Kind.BANK,
}

TITLES = {
    "ZN": "客服部职能与组织 前期(入住前)阶段任务 入住后阶段任务 服务礼仪与职业素养",
    "GW": "客服部经理 客服主管 客服前台 楼管员 部门文员 培训讲师",
    "CX": """
        验楼与收楼 工程遗留问题跟进 业户入住手续办理 装修申报与施工进场 装修巡查与违规处理 业户投诉与建议处理 业户回访
        满意度调查与服务质量改进 公共区域日常巡查 公共标识管理 报修受理与维修跟进 有偿服务 保洁服务管理 绿化养护管理
        电梯使用管理 促销与社区活动接待 样板间与租售接待 准业户沟通与意见收集 咨询答疑与服务协调 公共信息发布
        业户与部门档案管理 值班与交接班 跨部门协调与督办 部门预算编制与控制 月度工作计划与总结 培训计划与实施
        物资采购计划与采购 岗位设置与制度建设 聘用、考核与奖惩 物资设备领用、保养与更新 电梯困人应急处置
        跑水、漏水应急处置 火警应急处置(客服岗) 停水、停电应对 高空抛物与人身伤害事件处置
    """,
    "JC": """
        验楼检查表(分户) 公共区域日巡检查表 装修现场巡查表 标识月检表 保洁质量检查表 绿化质量检查表 电梯日常巡视表
        样板间日检表 值班交接检查表 仪容仪表晨检表 活动现场检查表 新员工上岗检查表
    """,
    "BD": """
        验楼记录表 工程遗留问题跟进单 业户信息登记表 入住手续流程单 钥匙领用登记表 装修申请表 装修施工许可证
        施工人员出入证登记表 装修巡查记录表 装修违规整改通知书 投诉(建议)记录表 投诉处理书面回复函 业户回访记录表
        满意度调查问卷 公共区域巡查记录表 报修(派工)单 有偿服务收费确认单 标识台账与维修申请表
        活动(场地)接待申请表 公告(温馨提示)发布审批单 档案借阅登记表 值班(交接班)记录表 工作联系单
        月度工作计划与总结表 部门预算表 培训签到与考核表 物资采购申请表 物资领用登记表 设备保养与更新记录表
        突发事件报告表 电梯困人处置记录表 员工考核与奖惩表
    """,
    "CK": "术语与同义词 常用电话与联络 法规与标准依据 服务时限与标准",
}

COVERED_BY_PROCEDURE = """
    A1 | A1 B8 | C3 B6 | B2 C3 | B2 C4 | C6 | C5 | A9 | A2 B7 C1 | A2 B9 C2 | C2 B5 | C7 B5 | A3 B4 | A3 B3 | B10 |
    B11 C7 C5 | A4 C7 | B1 A7 | A5 A10 | A11 | A8 | A6 | A10 C2 | D1 D1.1 | D1 D1.2 | D1.3 D3 E2 | D1.4 D4 | D2 | D3 |
    D4
"""

COVERED_BY_DEPARTMENT = {
    "KF-ZN-01": (*(f"A{number}" for number in range(14)), "D1", "D1.1", "D1.2", "D1.3", "D1.4", "D2", "D3", "D4", "E1"),
    "KF-ZN-02": tuple(f"B{number}" for number in range(1, 12)),
    "KF-ZN-03": tuple(f"C{number}" for number in range(1, 8)),
    "KF-ZN-04": ("A12", "A13"),
}

RECURRING = {
    "per-shift": "KF-CX-22#handover",
    "daily": "KF-CX-09#patrol KF-CX-05#patrol KF-CX-15#patrol KF-CX-17#open-check KF-CX-22#morning-check",
    "weekly": "KF-CX-13#joint-check KF-CX-14#joint-check KF-CX-02#list KF-CX-23#meeting KF-ZN-03#weekly-meeting",
    "monthly": "KF-CX-10#inspect KF-CX-25 KF-CX-06#analyse KF-CX-30#stocktake KF-CX-26#month-plan",
    "quarterly": "KF-CX-07#visit KF-CX-24#analyse KF-CX-33#drill",
    "yearly": "KF-CX-08 KF-CX-21#annual KF-CX-24 KF-CX-26#year-plan KF-CX-28#review",
}

URGENT = ("KF-CX-31", "KF-CX-32", "KF-CX-33", "KF-CX-34", "KF-CX-35")


def _numbered(prefix: str) -> dict[str, str]:
    return {f"KF-{prefix}-{place:02}": title for place, title in enumerate(TITLES[prefix].split(), start=1)}


def master_list() -> dict[str, str]:
    """Every number the handbook owes its readers, with its title. Each procedure has a bank of its number."""
    found: dict[str, str] = {}
    for prefix in TITLES:
        found |= _numbered(prefix)
    return found


def promises() -> dict[str, tuple[str, ...]]:
    """Which requirements each document has to answer."""
    groups = [tuple(group.split()) for group in COVERED_BY_PROCEDURE.split("|")]
    procedures = {f"KF-CX-{place:02}": group for place, group in enumerate(groups, start=1)}
    return COVERED_BY_DEPARTMENT | procedures


def _same(title: str, wanted: str) -> bool:
    """Two titles that differ at most in the width of their punctuation."""
    return unicodedata.normalize("NFKC", title) == unicodedata.normalize("NFKC", wanted)


# ----------------------------------------------------------------------------- what is asked


def _doing(document: Document) -> Iterator[tuple[str, tuple[Cover, ...]]]:
    """Everything in a document that is done by somebody: its anchor, and what it says that it covers."""
    match document:
        case Procedure(steps=steps):
            yield from ((step.anchor, step.covers) for step in steps)
        case Department(functions=functions, stages=stages, plans=plans):
            tasks = (*functions, *(task for stage in stages for task in stage.tasks), *plans)
            yield from ((task.anchor, task.covers) for task in tasks)
        case Role(duties=duties):
            yield from ((duty.anchor, duty.covers) for duty in duties)
        case Checklist(items=items):
            yield from ((item.anchor, item.covers) for item in items)


def covered(document: Document) -> set[str]:
    """The requirements that a document answers, each by something in it that is done.

    The front matter has to name it and lead to the very step, task, duty or item.
    """
    done = {anchor for anchor, _ in _doing(document)}
    return {cover.requirement for cover in document.covers if cover.anchor in done}


def uncovered(handbook: Handbook) -> list[str]:
    """Requirements that no document answers."""
    found = {requirement for document in handbook.documents for requirement in covered(document)}
    return [requirement for requirement in INVENTORY if requirement not in found]


def broken_promises(handbook: Handbook) -> list[str]:
    """Requirements that the document meant for them does not answer."""
    return [
        f"{number} {requirement}"
        for number, requirements in promises().items()
        for requirement in requirements
        if number not in handbook.by_number or requirement not in covered(handbook.by_number[number])
    ]


def missing(handbook: Handbook) -> list[str]:
    """Numbers of the master list that are not there with their kind and title, and banks that are not."""
    gaps = []
    for number, title in master_list().items():
        document = handbook.by_number.get(number)
        kind = KINDS[number.split("-")[1]]
        if document is None or document.kind is not kind or not _same(document.title, title):
            gaps.append(f"{number} {title}")
    for number in _numbered("CX"):
        bank = handbook.by_number.get(number.replace("CX", "TK"))
        if not isinstance(bank, Bank) or bank.tests is None or bank.tests.text != number:
            gaps.append(number.replace("CX", "TK"))
    return gaps


def _procedures(handbook: Handbook) -> Iterator[Procedure]:
    return (document for document in handbook.documents if isinstance(document, Procedure))


def unproved(handbook: Handbook) -> list[str]:
    """Procedures that do not say what done well means."""
    return [
        procedure.id
        for procedure in _procedures(handbook)
        if not procedure.acceptance and not any(step.checklists for step in procedure.steps)
    ]


def _asked(handbook: Handbook, procedure: Procedure) -> list[Question]:
    banks = handbook.banks_for(procedure)
    return [*procedure.questions, *(question for bank in banks for question in bank.questions)]


def _with_parts(question: Question) -> Iterator[Question]:
    yield question
    for part in question.parts:
        yield from _with_parts(part)


def untrained(handbook: Handbook) -> list[str]:
    """Procedures with fewer than five questions of fewer than three types."""
    gaps = []
    for procedure in _procedures(handbook):
        questions = _asked(handbook, procedure)
        if len(questions) < 5 or len({question.type for question in questions}) < 3:
            gaps.append(procedure.id)
    return gaps


def _steps_tested(handbook: Handbook, bank: Document, question: Question) -> list[bool]:
    """For each thing a question says that it tests, whether that is something done by somebody."""
    found = []
    for name in question.tests:
        number, _, anchor = name.text.partition("#")
        tested = handbook.by_number.get(number) if number else bank
        found.append(tested is not None and anchor in {place for place, _ in _doing(tested)})
    return found


def unfounded(handbook: Handbook) -> list[str]:
    """Questions without a reason, or that test nothing that anybody does."""
    gaps = []
    for bank in handbook.documents:
        if not isinstance(bank, Bank | Procedure):
            continue
        for question in (part for whole in bank.questions for part in _with_parts(whole)):
            is_case = question.type is QuestionType.CASE
            tested = [hit for part in _with_parts(question) for hit in _steps_tested(handbook, bank, part)]
            founded = bool(question.tests) or is_case or _inherits(bank, question)
            if not (founded and all(tested) and (question.rationale or is_case)):
                gaps.append(f"{bank.id}#{question.anchor}")
    return gaps


def _inherits(bank: Bank | Procedure, part: Question) -> bool:
    """True if a part of a case leaves the step to its case, which names one."""
    return any(part in whole.parts and whole.tests for whole in bank.questions)


def unused(handbook: Handbook) -> list[str]:
    """Forms and checklists that no step uses."""
    papers = (document for document in handbook.documents if isinstance(document, Form | Checklist))
    return [document.id for document in papers if not handbook.uses.get(document.id)]


def unshown(handbook: Handbook) -> list[str]:
    """Groups of figures that no heading of the reference of figures lists."""
    page = handbook.by_number["KF-CK-04"]
    shown = {section.figures for section in page.sections if section.figures}
    return sorted({figure.group for figure in handbook.settings.figures} - shown)


def unbacked(handbook: Handbook) -> list[str]:
    """Forms that are kept for a time that no figure of the house gives: two places would disagree."""
    words = locale(handbook.settings.language)
    terms = {
        words.duration(figure.duration) if figure.duration else figure.value for figure in handbook.settings.figures
    }
    forms = (document for document in handbook.documents if isinstance(document, Form))
    return [form.id for form in forms if form.retention not in terms]


def unscheduled(handbook: Handbook) -> list[str]:
    """Recurring tasks that do not recur where they should: the calendar would leave them out."""
    gaps = []
    for frequency, places in RECURRING.items():
        for place in places.split():
            number, _, anchor = place.partition("#")
            found = _frequencies(handbook.by_number[number]) if number in handbook.by_number else {}
            if str(found.get(anchor)) != frequency:
                gaps.append(f"{frequency} {place}")
    return gaps


def _frequencies(document: Document) -> dict[str, Frequency | None]:
    """How often each part of a document recurs; the document itself under the empty anchor."""
    match document:
        case Procedure(steps=steps, frequency=frequency):
            return {"": frequency} | {step.anchor: step.frequency for step in steps}
        case Department(plans=plans):
            return {plan.anchor: plan.frequency for plan in plans}
    return {}


def unreachable(handbook: Handbook) -> list[str]:
    """Emergencies without a button's name, or without somebody to telephone whose number is known."""
    gaps = []
    for number in URGENT:
        document = handbook.by_number.get(number)
        if not isinstance(document, Procedure) or not (document.urgent and document.short and document.call):
            gaps.append(number)
            continue
        contacts = [handbook.contact(name) for name in document.call]
        gaps += [number for contact in contacts if contact is None or not contact.phones]
    return gaps


# ------------------------------------------------------------------------- the real handbook


@cache
def _handbook(root: Path) -> Handbook:
    return load(root)


@pytest.fixture(scope="module")
def handbook() -> Handbook:
    return _handbook(REPOSITORY)


def test_every_requirement_is_answered(handbook: Handbook) -> None:
    assert uncovered(handbook) == []


def test_every_document_answers_what_it_is_there_for(handbook: Handbook) -> None:
    assert broken_promises(handbook) == []


def test_every_promised_document_is_there(handbook: Handbook) -> None:
    assert missing(handbook) == []


def test_steps_and_front_matter_say_the_same(handbook: Handbook) -> None:
    """A step that covers a requirement is named in the front matter, and the other way round."""
    gaps = []
    for document in handbook.documents:
        named = {(cover.requirement, cover.anchor) for cover in document.covers}
        said = {(cover.requirement, anchor) for anchor, covers in _doing(document) for cover in covers}
        gaps += [f"{document.id} {requirement}#{anchor}" for requirement, anchor in sorted(named ^ said)]
    assert gaps == []


def test_only_requirements_of_the_inventory_are_covered(handbook: Handbook) -> None:
    known = set(INVENTORY)
    assert [c.requirement for d in handbook.documents for c in d.covers if c.requirement not in known] == []


def test_every_procedure_says_what_done_well_means(handbook: Handbook) -> None:
    assert unproved(handbook) == []


def test_every_procedure_is_trained(handbook: Handbook) -> None:
    assert untrained(handbook) == []


def test_every_question_has_a_reason_and_tests_a_step(handbook: Handbook) -> None:
    assert unfounded(handbook) == []


def test_every_form_and_checklist_is_used(handbook: Handbook) -> None:
    assert unused(handbook) == []


def test_all_figures_stand_in_one_place(handbook: Handbook) -> None:
    assert unshown(handbook) == []


def test_forms_are_kept_as_long_as_the_figures_say(handbook: Handbook) -> None:
    assert unbacked(handbook) == []


def test_recurring_tasks_are_scheduled(handbook: Handbook) -> None:
    assert unscheduled(handbook) == []


def test_emergencies_can_be_dialled(handbook: Handbook) -> None:
    assert unreachable(handbook) == []


def test_the_glossary_is_full(handbook: Handbook) -> None:
    """At least sixty terms, and how staff speak of the things that are searched for most."""
    terms = handbook.terms()
    assert len(terms) >= 60
    together = [{term.name, *term.synonyms} for term in terms]
    for group in (
        "业主 业户 住户 客户 租户",
        "电梯关人 困人 卡在电梯里 电梯停了",
        "跑水 漏水 渗水 爆管 水管裂了 楼上滴水",
        "装修押金 装修保证金",
        "入伙 入住 交房 收房 收楼 交楼",
        "验房 验楼",
        "报修 维修 修东西 派单",
        "投诉 抱怨 12345 举报 意见",
        "样板间 样板房 示范单位",
        "标识 指示牌 标牌 导视",
        "绿植 绿化 花木 草坪",
        "保洁 打扫 清洁 卫生",
        "前台 客服中心 服务台",
        "楼管 管家 楼宇管理员",
        "临时卡 出入证 施工证",
        "钥匙 门禁卡",
        "停水 没水",
        "停电 跳闸 没电",
        "着火 火警 冒烟 起火",
        "高空抛物 楼上扔东西",
        "回访 家访 上门",
        "公告 通知 温馨提示 告示",
        "交班 接班 交接",
        "领东西 领用 申领",
        "表格 单子 表",
    ):
        words = set(group.split())
        assert any(words <= known for known in together), group


# ------------------------------------------------------------------------- both handbooks


@pytest.mark.parametrize("root", [REPOSITORY, REPOSITORY / "examples" / "en"], ids=["sop", "examples-en"])
def test_check_finds_nothing_with_every_rule_on(root: Path) -> None:
    loaded = _handbook(root)
    assert loaded.settings.rules == ()
    assert [f"{found.place} {found.code} {found.message}" for found in check(loaded, TODAY)] == []


def test_the_example_is_another_trade_in_another_language() -> None:
    """About ten documents, every kind among them, and not one Chinese character."""
    root = REPOSITORY / "examples" / "en"
    example = _handbook(root)
    assert len(example.documents) >= 10
    assert {document.kind for document in example.documents} == set(Kind)
    assert example.settings.language == "en"
    texts = [path.read_text("utf-8") for path in (root / "sop").rglob("*") if path.suffix in (".md", ".yml")]
    assert [text for text in texts if re.search(r"[㐀-鿿]", text)] == []


# ------------------------------------------------------------------------- gaps are found


SPOILT = (
    # file, what stands there, what is put in its place
    ("KF-ZN-01.md", "E1#document-style", "E2#document-style"),
    ("KF-GW-05.md", "E1#control", "E2#control"),
    ("KF-CX-08.md", "A9#", "A8#"),
    ("KF-CX-20.md", "## 验收", "## 验收 {#accepted}"),
    ("KF-CX-20.md", "covers: [", "covers: [C7#accepted, "),
    ("KF-BD-30.md", "retention: 突发事件记录保存", "retention: 4 年"),
    ("KF-BD-23.md", "title: 工作联系单", "title: 联络单"),
    ("KF-TK-05.md", "[!rationale]", "[!note]"),
    ("KF-TK-06.md", "tests=#", "tests=#验收"),
    ("KF-CX-21.md", "form=KF-BD-21", ""),
    ("KF-CX-33.md", "frequency=quarterly", "frequency=monthly"),
    ("KF-CX-31.md", "call: [监控室", "call: [没有的人"),
    ("handbook.yml", "group: 投诉}", "group: 新的}"),
)
REMOVED = ("KF-JC-07.md", "KF-TK-12.md")


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Handbook:
    """The real handbook with a gap of every sort, made on purpose."""
    root = tmp_path_factory.mktemp("spoilt")
    shutil.copytree(REPOSITORY / "sop", root / "sop")
    files = {path.name: path for path in (root / "sop").rglob("*") if path.is_file()}
    for file, old, new in SPOILT:
        text = files[file].read_text("utf-8")
        assert old in text, f"{file} has no {old!r}"
        files[file].write_text(text.replace(old, new), "utf-8")
    for file in REMOVED:
        files[file].unlink()
    text = re.sub(r"\n## 验收\n.*?(?=\n## )", "", files["KF-CX-08.md"].read_text("utf-8"), flags=re.DOTALL)
    files["KF-CX-08.md"].write_text(re.sub(r" checklist=[\w,-]+", "", text), "utf-8")
    return load(root)


def test_a_requirement_that_nothing_answers_is_missed(spoilt: Handbook) -> None:
    assert uncovered(spoilt) == ["E1"]


def test_an_anchor_that_is_only_a_section_covers_nothing(spoilt: Handbook) -> None:
    assert covered(spoilt.by_number["KF-CX-20"]) == {"A11"}


def test_a_promise_that_moves_elsewhere_is_missed(spoilt: Handbook) -> None:
    assert broken_promises(spoilt) == ["KF-ZN-01 E1", "KF-CX-08 A9"]


def test_missing_and_renamed_documents_are_missed(spoilt: Handbook) -> None:
    assert missing(spoilt) == ["KF-JC-07 电梯日常巡视表", "KF-BD-23 工作联系单", "KF-TK-12"]


def test_a_procedure_without_questions_is_missed(spoilt: Handbook) -> None:
    assert untrained(spoilt) == ["KF-CX-12"]


def test_a_procedure_without_acceptance_is_missed(spoilt: Handbook) -> None:
    assert unproved(spoilt) == ["KF-CX-08"]


def test_questions_without_a_reason_or_a_step_are_missed(spoilt: Handbook) -> None:
    assert {place.partition("#")[0] for place in unfounded(spoilt)} == {"KF-TK-05", "KF-TK-06"}


def test_a_form_that_no_step_fills_is_missed(spoilt: Handbook) -> None:
    assert unused(spoilt) == ["KF-BD-21"]


def test_a_form_kept_for_another_time_is_missed(spoilt: Handbook) -> None:
    assert unbacked(spoilt) == ["KF-BD-30"]


def test_a_new_group_of_figures_is_missed(spoilt: Handbook) -> None:
    assert unshown(spoilt) == ["新的"]


def test_a_task_that_recurs_at_another_time_is_missed(spoilt: Handbook) -> None:
    assert unscheduled(spoilt) == ["quarterly KF-CX-33#drill"]


def test_an_emergency_without_a_number_is_missed(spoilt: Handbook) -> None:
    assert unreachable(spoilt) == ["KF-CX-31"]


def test_titles_of_the_master_list_are_counted() -> None:
    """A title lost from the list above would be a gap that nobody sees."""
    counted = {prefix: len(_numbered(prefix)) for prefix in TITLES}
    assert counted == {"ZN": 4, "GW": 6, "CX": 35, "JC": 12, "BD": 32, "CK": 4}
    assert len(promises()) == 4 + 30
    assert set(INVENTORY) == {requirement for group in promises().values() for requirement in group}

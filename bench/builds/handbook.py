"""A deterministic generator of handbooks of N documents, for benchmarks.

The documents have the kinds, sizes and references of a real property company's handbook: of a
hundred documents of a department, 34 are procedures, 30 forms, 16 question banks, 10 checklists,
8 roles, one says what the department is there for and one holds terms and contacts. Most
references stay within the department, as they do in life; some lead to another one. The same N
gives the same bytes everywhere.

``python bench/builds/handbook.py 1000 FOLDER`` writes one.
"""

from __future__ import annotations

import random
import re
import string
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DEPARTMENT_SIZE = 100
SHARES = (("role", 8), ("form", 30), ("procedure", 34), ("checklist", 10), ("bank", 16))
CODES = {
    "department": "ZN",
    "reference": "CK",
    "role": "GW",
    "form": "BD",
    "procedure": "CX",
    "checklist": "JC",
    "bank": "TK",
}

SUBJECTS = [
    "客服前台",
    "楼管员",
    "值班工程师",
    "保洁领班",
    "安保班长",
    "绿化员",
    "收费员",
    "部门文员",
    "仓库管理员",
    "消防监控员",
]
THINGS = [
    "投诉",
    "报修",
    "装修申请",
    "访客",
    "车位",
    "钥匙",
    "快件",
    "电梯",
    "水泵",
    "配电柜",
    "消火栓",
    "绿化带",
    "垃圾清运",
    "公告",
    "合同",
    "档案",
]
VERBS = [
    "登记",
    "核对",
    "派单",
    "检查",
    "上报",
    "回访",
    "归档",
    "清点",
    "维修",
    "验收",
    "通知",
    "交接",
    "评审",
    "更换",
    "清洁",
    "巡视",
]
PLACES = ["大堂", "地下车库", "楼层走道", "设备房", "业户家中", "前台", "监控室", "仓库", "天台", "园区道路"]
WHENS = [
    "当日下班前",
    "接到通知后立即",
    "交接班时",
    "每周例会前",
    "现场办结后",
    "次日上班前",
    "发现异常时",
    "月底盘点时",
]
RESULTS = ["并请业户签字确认", "逐项记入登记表", "拍照留存", "不得口头交代了事", "超时的说明原因", "同时告诉值班主管"]
REASONS = [
    "未登记就转办的事无从追溯",
    "说法不一会被当作公司的承诺",
    "同一问题反复出现说明没有根治",
    "时间一长责任就说不清",
]

FIGURES = {
    "首次响应": "10m",
    "现场到达": "30m",
    "一般办结": "3wd",
    "重大上报": "1h",
    "书面回复": "24h",
    "回访时限": "7d",
    "记录保存": "3y",
    "回访率": "100%",
}

REVISIONS = """
## 修订
| 版本 | 日期 | 内容 | 批准 |
| --- | --- | --- | --- |
| A/1 | 2026-03-01 | 按评审意见修改职责和时限 | 总经理 |
| A/0 | 2025-03-01 | 首次发布 | 总经理 |
"""


@dataclass(frozen=True)
class Plan:
    """Which documents a department has: their numbers by kind."""

    code: str
    name: str
    numbers: Mapping[str, list[str]]

    @property
    def folder(self) -> str:
        """Its folder of sources."""
        return self.code.lower()

    def role(self, index: int) -> str:
        """The title of a role."""
        roles = self.numbers["role"]
        index %= len(roles)
        return f"{self.name}{SUBJECTS[index % len(SUBJECTS)]}"


def sources(count: int) -> Iterator[tuple[str, str]]:
    """The files of a handbook of ``count`` documents: path below the handbook's folder, text."""
    plans = _plans(count)
    yield "sop/handbook.yml", _settings(plans)
    for index, plan in enumerate(plans):
        other = plans[(index * 7 + 1) % len(plans)]
        for kind, numbers in plan.numbers.items():
            for position, number in enumerate(numbers):
                text = _WRITERS[kind](random.Random(number), plan, other, position)
                yield f"sop/{plan.folder}/{number}.md", _head(kind, number, plan, position) + text + REVISIONS


def write(count: int, folder: Path) -> None:
    """Write a handbook into a folder."""
    for name, text in sources(count):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


def titles(count: int) -> dict[str, str]:
    """The title of every document by its number."""
    return {
        number: _title(kind, plan, position)
        for plan in _plans(count)
        for kind, numbers in plan.numbers.items()
        for position, number in enumerate(numbers)
    }


def plain_pages(count: int) -> Iterator[tuple[str, str]]:
    """The same documents as plain Markdown pages, as somebody writes them who has mkdocs only.

    Headings, lists, tables and links are Markdown's own; what a suffix says (who, how long, on
    which form) is written out; the front matter becomes a line of text. Nothing is derived.
    """
    names = titles(count)
    yield "index.md", "# 员工手册\n\n按左侧目录查阅。\n"
    for path, text in sources(count):
        if path.endswith(".md"):
            yield path.removeprefix("sop/"), _as_plain_markdown(text, names)


# ------------------------------------------------------------------------------- planning


def _plans(count: int) -> list[Plan]:
    departments = max(1, -(-count // DEPARTMENT_SIZE))
    sizes = [count // departments + (index < count % departments) for index in range(departments)]
    return [_plan(index, size) for index, size in enumerate(sizes)]


def _plan(index: int, size: int) -> Plan:
    letters = string.ascii_uppercase
    code = letters[index // 26 % 26] + letters[index % 26]
    rest = size - 2
    numbers = {"department": 1, "reference": 1}
    for kind, share in SHARES:
        numbers[kind] = max(1, rest * share // sum(share for _, share in SHARES))
    numbers["procedure"] += size - sum(numbers.values())
    return Plan(
        code,
        f"第{index + 1}项目部",
        {kind: [f"{code}-{CODES[kind]}-{n:02}" for n in range(1, found + 1)] for kind, found in numbers.items()},
    )


def _settings(plans: list[Plan]) -> str:
    departments = "".join(f"  {plan.folder}: {plan.name}\n" for plan in plans)
    figures = "".join(f"  {name}: {{value: {value}, group: 时限}}\n" for name, value in FIGURES.items())
    return (
        "organisation: 示例物业服务有限公司\ntitle: 员工手册\nlanguage: zh\n"
        f"departments:\n{departments}figures:\n{figures}"
    )


def _title(kind: str, plan: Plan, position: int) -> str:
    thing = THINGS[position % len(THINGS)]
    verb = VERBS[(position + position // len(THINGS)) % len(VERBS)]
    match kind:
        case "department":
            return f"{plan.name}职能"
        case "reference":
            return f"{plan.name}术语与联络"
        case "role":
            return plan.role(position)
    suffix = {"form": "记录表", "procedure": "规程", "checklist": "检查表", "bank": "题库"}[kind]
    return f"{plan.name}{thing}{verb}{suffix}"


def _head(kind: str, number: str, plan: Plan, position: int) -> str:
    lines = [
        f"id: {number}",
        f"kind: {kind}",
        f"title: {_title(kind, plan, position)}",
        "version: A/1",
        "effective: 2026-03-01",
        "review: 12 months",
        f"owner: {plan.role(0)}",
        "approver: 总经理",
    ]
    match kind:
        case "procedure":
            thing = THINGS[position % len(THINGS)]
            lines += [f"keywords: [{thing}, {thing}怎么办, {number}]", "frequency: on-demand"]
            if plan.code == "AA" and position < 3:
                lines += ["urgent: true"]
        case "form":
            lines += ["retention: 3年"]
        case "checklist":
            lines += [
                "frequency: daily",
                f"responsible: {plan.role(position)}",
                f"record: {_pick(plan, 'form', position)}",
            ]
        case "role":
            if position:
                lines += [f"reports_to: {plan.role(0)}"]
        case "bank":
            lines += [f"tests: {_pick(plan, 'procedure', position)}"]
    return "---\n" + "\n".join(lines) + "\n---\n"


def _pick(plan: Plan, kind: str, position: int) -> str:
    numbers = plan.numbers[kind]
    return numbers[position % len(numbers)]


# -------------------------------------------------------------------------------- writing


def _sentence(rng: random.Random) -> str:
    return (
        f"{rng.choice(WHENS)}到{rng.choice(PLACES)}{rng.choice(VERBS)}{rng.choice(THINGS)}的情况,"
        f"{rng.choice(RESULTS)};由{rng.choice(SUBJECTS)}负责{rng.choice(VERBS)},{rng.choice(RESULTS)}。"
    )


def _text(rng: random.Random, sentences: int) -> str:
    return "".join(_sentence(rng) for _ in range(sentences))


def _points(rng: random.Random, count: int) -> str:
    return "".join(f"- {_sentence(rng)}\n" for _ in range(count))


def _procedure(rng: random.Random, plan: Plan, other: Plan, position: int) -> str:
    steps = []
    for index in range(9):
        if index % 3 == 0:
            steps.append(f"### {('受理', '办理', '收尾')[index // 3]}")
        limit = rng.choice(["30m", "1wd", "首次响应", "一般办结", "书面回复", "7d"])
        form = f" form={_pick(plan, 'form', position + index)}" if index % 3 == 0 else ""
        check = f" checklist={_pick(plan, 'checklist', position)}" if index == 4 else ""
        critical = " critical" if index in (0, 6) else ""
        steps.append(
            f"1. **{rng.choice(VERBS)}{rng.choice(THINGS)}** {{#s{index + 1} responsible={plan.role(rng.randrange(8))} "
            f"with={plan.role(rng.randrange(8))} within={limit}{form}{check}{critical}}}\n   {_text(rng, 2)}"
        )
        if index % 4 == 0:
            steps.append(f"   > [!warning] {rng.choice(REASONS)}。")
    near, far = _pick(plan, "procedure", position + 3), _pick(other, "procedure", position)
    form = _pick(plan, "form", position)
    return f"""
## 目的
{_text(rng, 1)}

## 适用范围
{_text(rng, 1)}相关的工作按 [[{near}]] 办理,涉及其他项目的见 [[{far}#s2]]。

## 触发
{_text(rng, 1)}

## 前提
- 已备好空白 [[{form}]],熟悉 [[{_pick(plan, "reference", 0)}]] 里的电话。
{_points(rng, 1)}
## 程序
{chr(10).join(steps)}

## 验收
- [ ] 从接到到首次响应不超过 {{{{首次响应}}}}
- [ ] 办结后回访率 {{{{回访率}}}}
- [ ] {_sentence(rng)}

## 例外
{_points(rng, 3)}
## 升级
- 超过 {{{{一般办结}}}} 未办结:报 [[{_pick(plan, "role", 0)}]]。
- 重大事项 {{{{重大上报}}}} 内上报,退回 [[#s5]]。

## 记录
- [[{form}]] 由部门文员归档,保存 {{{{记录保存}}}}。

## 风险
{_points(rng, 3)}"""


def _form(rng: random.Random, plan: Plan, other: Plan, position: int) -> str:
    return f"""
## 说明
{_text(rng, 1)}按 [[{_pick(plan, "procedure", position)}]] 流转。

## 字段
### 受理
- **编号** {{#no type=text required}} 年份加四位流水号。
- **时间** {{#at type=datetime required}}
- **渠道** {{#channel type=choice required options=电话/书面/来访/线上}}
- **姓名** {{#owner type=text required}}
- **电话** {{#phone type=phone required}}
- **内容** {{#content type=multiline lines=6 required}} {_sentence(rng)}
- **类别** {{#category type=choice required options=工程维修/保洁绿化/秩序安全/其他}}

### 处理过程 {{#log type=table rows=5}}
| 日期时间 {{#when type=datetime}} | 责任部门 {{#unit}} | 处理情况 {{#action}} | 签字 {{#handler type=signature}} |
| --- | --- | --- | --- |
|  |  |  |  |

### 结果
- **处理结果** {{#result type=multiline lines=4 required}}
- **业户意见** {{#opinion type=multiline lines=2}}
- **业户签字** {{#sign type=signature required}}
"""


def _checklist(rng: random.Random, plan: Plan, other: Plan, position: int) -> str:
    groups = []
    for group in range(3):
        groups.append(f"### {PLACES[(position + group) % len(PLACES)]}")
        for index in range(5):
            critical = " critical" if index == 0 else ""
            title = f"{rng.choice(THINGS)}{group + 1}-{index + 1}"
            groups.append(
                f"- [ ] **{title}** {{#i{group}{index}{critical}}} {_sentence(rng)}\n"
                f"  不合格:{rng.choice(VERBS)}后复查,仍不合格的按 [[{_pick(plan, 'procedure', position)}]] 办理。"
            )
        groups.append("")
    return "\n## 检查项目\n" + "\n".join(groups)


def _bank(rng: random.Random, plan: Plan, other: Plan, position: int) -> str:
    tested = _pick(plan, "procedure", position)
    questions = []
    for index in range(8):
        step = f"s{index + 1}"
        questions.append(
            f"1. {rng.choice(PLACES)}发现{rng.choice(THINGS)}有异常,第{index + 1}步应当怎么做? "
            f"{{#q{index + 1} tests=#{step} difficulty={index % 3 + 1}}}\n"
            f"   - [x] {rng.choice(WHENS)}{rng.choice(VERBS)}{rng.choice(RESULTS)}\n"
            f"   - [ ] 先放一放,等{rng.choice(SUBJECTS)}来问\n"
            f"   - [ ] 口头告诉{rng.choice(SUBJECTS)}就可以\n"
            f"   - [ ] 交给下一班处理,不必登记\n\n"
            f"   > [!rationale] {rng.choice(REASONS)},见 [[{tested}#{step}]]。"
        )
    return "\n## 题目\n" + "\n".join(questions) + "\n"


def _role(rng: random.Random, plan: Plan, other: Plan, position: int) -> str:
    duties = "".join(
        f"- **{VERBS[index]}{rng.choice(THINGS)}** {{#d{index} frequency=daily}} {_sentence(rng)}\n"
        for index in range(6)
    )
    procedure, bank = _pick(plan, "procedure", position), _pick(plan, "bank", position)
    return f"""
## 职责
{duties}
## 任职要求
{_points(rng, 3)}
## 培训路径
1. 读 [[{procedure}]],跟班一天。 {{within=1d}}
1. 做 [[{bank}]],全部答对后独立上岗。 {{within=3d}}
"""


def _department(rng: random.Random, plan: Plan, other: Plan, position: int) -> str:
    tasks = "".join(f"- **{verb}** {{#t{index}}} {_sentence(rng)}\n" for index, verb in enumerate(VERBS[:8]))
    roles = "".join(f"- [[{number}]]\n" for number in plan.numbers["role"])
    partners = "## 配合部门\n- **总经理** 批准制度,裁决跨部门事项。\n\n" if plan.code == "AA" else ""
    return f"\n## 职能\n{tasks}\n## 岗位设置\n{roles}\n{partners}"


def _reference(rng: random.Random, plan: Plan, other: Plan, position: int) -> str:
    terms = "".join(f"| {plan.name}{verb}单 | {plan.name}{verb}条 | {_sentence(rng)} |\n" for verb in VERBS[:6])
    contacts = "".join(
        f"| {plan.role(index)} | 8{index:03} | 工作日 9:00–18:00 | {rng.choice(THINGS)} |\n" for index in range(8)
    )
    return f"""
## 术语
| 术语 | 同义词 | 解释 |
| --- | --- | --- |
{terms}
## 联络
| 名称 | 电话 | 时间 | 说明 |
| --- | --- | --- | --- |
{contacts}"""


_WRITERS = {
    "department": _department,
    "reference": _reference,
    "role": _role,
    "form": _form,
    "procedure": _procedure,
    "checklist": _checklist,
    "bank": _bank,
}

# --------------------------------------------------------------------------- plain Markdown

_REFERENCE = re.compile(r"\[\[([^\[\]#|]*)(?:#([^\[\]|]+))?\]\]")
_SUFFIX = re.compile(r" ?\{([#a-z][^{}]*)\}")
_WORDS = {
    "responsible": "责任",
    "with": "协助",
    "within": "时限",
    "form": "表单",
    "checklist": "检查表",
    "frequency": "频次",
    "options": "选项",
    "critical": "关键",
    "required": "必填",
}


def _as_plain_markdown(text: str, names: Mapping[str, str]) -> str:
    _, front, body = text.split("---\n", 2)
    facts = dict(line.split(": ", 1) for line in front.splitlines())

    def reference(match: re.Match[str]) -> str:
        number = match[1] or facts["id"]
        return f"[{number} {names[number]}](../{number[:2].lower()}/{number}.md)"

    def suffix(match: re.Match[str]) -> str:
        words = [word.partition("=") for word in match[1].split() if not word.startswith("#")]
        said = [f"{_WORDS[key]}{':' if value else ''}{value}" for key, _, value in words if key in _WORDS]
        return f"({','.join(said)})" if said else ""

    body = _REFERENCE.sub(reference, body)
    body = re.sub(r"\{\{(\w+)\}\}", lambda match: f"{match[1]}({FIGURES[match[1]]})", body)
    body = _SUFFIX.sub(suffix, body)
    head = f"版本 {facts['version']},生效 {facts['effective']},归口 {facts['owner']},批准 {facts['approver']}。\n"
    return f"# {facts['id']} {facts['title']}\n\n{head}{body}"


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))

"""Existing documents in: what comes out of documents with everything that makes importing hard."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

import originals
from handbooks import TODAY, Draft
from sopbook import prose
from sopbook.cli import main
from sopbook.handbooks import load
from sopbook.importing import Importer, Plan, Wishes
from sopbook.importing.tree import Fate
from sopbook.model import Checklist, Form, Procedure, RowTable
from sopbook.places import Severity
from sopbook.read.document import read_document


def imported(draft: Draft, name: str, data: str | bytes, **wishes: str) -> Plan:
    """The plan for a file."""
    path = draft.root.parent / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return Importer(load(draft.root), draft.root).plan(path, Wishes(today=TODAY, **wishes))  # type: ignore[arg-type]


def source(plan: Plan) -> str:
    assert plan.new is not None
    return plan.new


def body(plan: Plan) -> str:
    return source(plan).split("---\n", 2)[2].split("\n## 修订")[0].split("\n## Revisions")[0].strip()


def codes(plan: Plan, fate: Fate) -> set[str]:
    return {entry.code for entry in plan.entries if entry.fate is fate}


def errors(draft: Draft) -> list[str]:
    return [f"{d.place} {d.message}" for d in draft.check() if d.severity is Severity.ERROR]


# ------------------------------------------------------------------- automatic numbering


def test_automatic_numbering_becomes_steps_and_lists(draft: Draft) -> None:
    plan = imported(draft, "p.docx", originals.procedure()[0])
    document = read_document(plan.record.file, source(plan).encode()).document
    assert isinstance(document, Procedure)
    assert [step.title for step in document.steps] == [
        "由收发员负责接听，10分钟内登记在《快件登记表》",
        "综合办主管在3个工作日内书面答复业户，并存档",
        "每月汇总一次，分析原因",
    ]
    assert [[name.text for name in step.responsible] for step in document.steps] == [
        ["收发员"],
        ["综合办主管"],
        ["综合办主管"],
    ]
    assert [str(step.within.duration) if step.within else "" for step in document.steps] == ["10m", "3wd", ""]
    assert [name.text for name in document.steps[0].forms] == ["OF-BD-01"]
    assert str(document.steps[2].frequency) == "monthly"
    assert [section.key for section in document.sections[:3]] == ["purpose", "scope", "steps"]
    assert (
        "1. 不得当面争辩。\n1. 不得推诿：\n   1. 不说不归我管。\n   1. 不让业户自己去找别的部门。\n1. 不得泄露"
        in source(plan)
    )
    assert "1. 超时一次扣一分。\n1. 被表扬一次加一分。" in source(plan)


def test_every_format_of_word_counts_as_word_does() -> None:
    from sopbook.importing.readers import Input, read

    data, wanted = originals.manual()
    found = [block for block in read(Input("m.docx", data)).blocks if getattr(block, "marker", None)]
    labels = [(block.marker.label, block.text) for block in found]  # type: ignore[union-attr]
    assert labels == [(item.label, item.text) for item in wanted]


def test_chapters_keep_their_names_and_levels(draft: Draft) -> None:
    text = body(imported(draft, "m.docx", originals.manual()[0]))
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == ["第一章 仪容仪表", "第二章 考勤", "第三章 奖惩"]
    assert "1. 头发整洁：\n   1. 男员工前不过眉。\n   1. 女员工长发束起。\n1. 不留长指甲。" in text
    assert "   1. 发给奖金：\n      1. 月度奖。\n      1. 年度奖。\n1. 处分的种类如下：\n   1. 警告。" in text


# -------------------------------------------------------------------------- typed numbers

TYPED = """客服部工作规定

第一章 总则
第一条 本规定适用于客服部。
第二条 员工应当遵守下列要求：
（一）按时到岗；
（二）着装整齐。
第二章 值班
第三条 值班人员每两小时巡查一次。
一、巡查要求
1.0 大堂
1.1 地面无水渍。
1.2 主要查看：
1.2.1 灯具。
1.2.2 玻璃。
2.0 电梯 3.0 停车场
二、交接要求
① 当面交接。
② 签字确认。
a) 钥匙
b) 对讲机
"""


def test_typed_numbers_of_every_kind_nest_as_they_read(draft: Draft) -> None:
    text = body(imported(draft, "t.txt", TYPED, kind=""))
    assert "## 第一章 总则\n\n- **第一条** 本规定适用于客服部。" in text
    assert "- **第二条** 员工应当遵守下列要求：\n  1. 按时到岗；\n  1. 着装整齐。" in text
    assert "1. 灯具。\n" in text.replace("   ", "")
    assert "**第三条** 值班人员每两小时巡查一次。" in text


@pytest.mark.parametrize(
    ("text", "label", "ordinals"),
    [
        ("第十二章 安全", "第十二章", (12,)),
        ("第 3 节 培训", "第 3 节", (3,)),
        ("二十一、其他", "二十一、", (21,)),
        ("（三）登记", "（三）", (3,)),
        ("(4) 回访", "(4)", (4,)),
        ("10.0对电梯的使用", "10.0", (10,)),
        ("1.2.1 编制预算", "1.2.1", (1, 2, 1)),
        ("3.0 人员管理", "3.0", (3,)),
        ("7、核对", "7、", (7,)),
        ("8）核对", "8）", (8,)),
        ("⑫核对", "⑫", (12,)),
        ("b. item", "b.", (2,)),
        ("c) item", "c)", (3,)),
        ("iv. item", "iv.", (4,)),
        ("Chapter 4: Guests", "Chapter 4:", (4,)),
        ("Step 2 - Greet", "Step 2 -", (2,)),
        ("丙、其他", "丙、", (3,)),
    ],
)
def test_markers(text: str, label: str, ordinals: tuple[int, ...]) -> None:
    from sopbook.importing.markers import typed

    found = typed(text)
    assert found is not None
    assert (found.marker.label, found.marker.ordinals) == (label, ordinals)


@pytest.mark.parametrize(
    "text",
    ["3.5 米宽的通道", "2009年3月1日", "10:30 开会", "1.5万元以上", "400-050-0827", "a", "I agree with it.", "3个人"],
)
def test_quantities_are_no_markers(text: str) -> None:
    from sopbook.importing.markers import typed

    assert typed(text) is None


def test_glued_items_are_split_and_broken_lines_joined(draft: Draft) -> None:
    text = (
        "值班要求\n\n"
        "1.0 值班人员要与业户保持良好的沟通，通过与业户接触，收集、整理业户反映的关\n"
        "于房屋质量、物业管理等方面存在的问题和建议。\n"
        "2.0 定期整理装修房间存在的施工及装修质量问题，并上报工程部门协助处理。 3.0 对各种标识进行管理，及时通知修\n"
        "理。 4.0 长度为3.5 米以上的货物走货梯。\n"
    )
    plan = imported(draft, "g.txt", text)
    items = re.findall(r"^1\. (.*)", body(plan), re.MULTILINE)
    assert [item.strip("*")[:6] for item in items] == ["值班人员要与", "定期整理装修", "对各种标识进", "长度为3.5"]
    assert "反映的关于房屋质量" in body(plan)
    assert "及时通知修理。" in body(plan)
    assert {"split"} <= codes(plan, Fate.GUESSED)
    assert {"joined"} <= codes(plan, Fate.CHANGED)


def test_advertising_is_dropped_into_the_report(draft: Draft) -> None:
    text = (
        "- 1、本文档共52页,可阅读全部内容。\n查看更多\n值班制度\n一、值班人员按时到岗。\n"
        "二、做好记录。\n第 3 页 共 9 页\n"
        "您可能关注的文档\n最近下载\n- 报告 2024.docx\n- 答案.pdf VIP\n文档评论(0)"
    )
    plan = imported(draft, "a.txt", text)
    left = [entry.text for entry in plan.entries if entry.code == "furniture"]
    assert len(left) == 8
    assert "下载" not in source(plan)
    assert "1. 值班人员按时到岗。\n1. 做好记录。" in body(plan)
    assert [entry.spot.number for entry in plan.entries if entry.code == "furniture"] == [1, 2, 6, 7, 8, 9, 10, 11]


SOP = """文件编号：WY-KF-008        版本：A/1
装修管理工作程序
1 目的
规范装修管理。
4 工作程序
4.1 装修申请
4.1.1 业户填写申请，并提交图纸。
4.1.2 收发员接到申请后应在1个工作日内审核资料。
4.1.3 资料齐全的，由综合办主管在3个工作日内完成审核；
资料不齐的，一次性告知。
4.2 装修巡查
4.2.1 收发员每天巡查，发现违章立即制止，并在24小时内书面报告综合办主管。
4.2.2 巡查情况记入登记表。
（1）承重墙不得拆改；
（2）消防设施不得遮挡。
5 相关记录
5.1 登记表
"""


def test_a_procedure_with_phases(draft: Draft) -> None:
    plan = imported(draft, "sop.txt", SOP)
    document = read_document(plan.record.file, source(plan).encode()).document
    assert isinstance(document, Procedure)
    assert (document.id, document.control.version, document.title) == ("WY-KF-008", "A/1", "装修管理工作程序")
    assert [step.phase for step in document.steps] == ["装修申请"] * 3 + ["装修巡查"] * 2
    assert [str(step.within.duration) if step.within else "" for step in document.steps] == [
        "",
        "1wd",
        "3wd",
        "now",
        "",
    ]
    assert "资料不齐的，一次性告知。" in prose.plain_blocks(document.steps[2].body)
    assert "承重墙不得拆改；" in prose.plain_blocks(document.steps[4].body)
    assert [e.text for e in plan.entries if e.code == "limit-more"] == ["在24小时"]
    assert not any(entry.code == "taken-apart" for entry in plan.entries)


# ----------------------------------------------------------------- tables, forms, checklists


def test_merged_cells_keep_their_places(draft: Draft) -> None:
    plan = imported(draft, "m.docx", originals.merged_table()[0])
    assert "| 岗位 | 时间 |  | 备注 |" in source(plan)
    assert "| 前台 | 白班 | 08:00–20:00 | 节假日照常 |\n| 前台 | 夜班 | 20:00–08:00 | 一人值守 |" in source(plan)
    assert "| 工程 | 全天 |  |  |" in source(plan)
    assert [entry.text for entry in plan.entries if entry.code == "merged"] == ["前台"]


FORM = """<h1>来访登记表</h1><p>编号：______</p><table>
<tr><td>来访人</td><td></td><td>联系电话</td><td></td></tr>
<tr><td>来访日期</td><td>年 月 日</td><td>性别</td><td></td></tr>
<tr><td>来访方式</td><td colspan=3>□预约 □临时 □其他</td></tr>
<tr><td>随行人数</td><td>人</td><td>押金（元）</td><td></td></tr>
<tr><td>来访事由</td><td colspan=3></td></tr></table>
<p>物品登记</p><table><tr><th>序号</th><th>物品</th><th>数量</th><th>进</th><th>出</th></tr>
<tr><td>1</td><td></td><td></td><td></td><td></td></tr><tr><td>2</td><td></td><td></td><td></td><td></td></tr>
<tr><td>3</td><td></td><td></td><td></td><td></td></tr></table><p>经办人（签字）：______ 日期：____年__月__日</p>"""


def test_a_form_gets_typed_fields(draft: Draft) -> None:
    plan = imported(draft, "form.html", FORM, retention="3年")
    document = read_document(plan.record.file, source(plan).encode()).document
    assert isinstance(document, Form)
    fields = {field.label: field for part in document.parts if not isinstance(part, RowTable) for field in part.fields}
    kinds = {label: str(field.type) for label, field in fields.items()}
    assert kinds == {
        "编号": "text", "来访人": "text", "联系电话": "phone", "来访日期": "date", "性别": "choice",
        "来访方式": "choice", "随行人数": "number", "押金（元）": "money", "来访事由": "multiline",
        "经办人（签字）": "signature", "日期": "date",
    }  # fmt: skip
    assert fields["来访方式"].options == ("预约", "临时", "其他")
    assert fields["随行人数"].unit == "人"
    table = next(part for part in document.parts if isinstance(part, RowTable))
    assert (table.title, table.rows) == ("物品登记", 3)
    assert [column.label for column in table.columns] == ["序号", "物品", "数量", "进", "出"]
    assert document.retention == "3年"


def test_a_table_of_things_to_inspect_becomes_a_checklist(draft: Draft) -> None:
    page = (
        "<h1>大堂检查表</h1><table><tr><th>部位</th><th>检查项目</th><th>检查标准</th><th>检查结果</th></tr>"
        "<tr><td rowspan=2>大堂</td><td>地面</td><td>无水渍</td><td></td></tr>"
        "<tr><td>玻璃</td><td>明亮</td><td></td></tr><tr><td>电梯</td><td>按钮</td><td>完好</td><td></td></tr></table>"
    )
    plan = imported(draft, "check.html", page)
    document = read_document(plan.record.file, source(plan).encode()).document
    assert isinstance(document, Checklist)
    assert [(i.group, i.title, prose.plain(i.criterion)) for i in document.items] == [
        ("大堂", "地面", "无水渍"),
        ("大堂", "玻璃", "明亮"),
        ("电梯", "按钮", "完好"),
    ]


def test_a_table_of_steps_becomes_steps(draft: Draft) -> None:
    page = (
        "<h1>投诉处理流程</h1><table><tr><th>序号</th><th>步骤</th><th>责任人</th><th>时限</th><th>要求</th></tr>"
        "<tr><td>1</td><td>受理</td><td>收发员</td><td>10分钟内</td><td>记录清楚</td></tr>"
        "<tr><td>2</td><td>答复</td><td>总经理秘书</td><td></td><td>书面答复</td></tr></table>"
    )
    plan = imported(draft, "steps.html", page)
    document = read_document(plan.record.file, source(plan).encode()).document
    assert isinstance(document, Procedure)
    first, second = document.steps
    assert (first.title, first.responsible[0].text, str(first.within.duration)) == ("受理", "收发员", "10m")  # type: ignore[union-attr]
    assert second.title == "答复"
    assert "role-unknown" in codes(plan, Fate.TO_DO)
    assert "总经理秘书" in source(plan)


# ---------------------------------------------------------------- what Word keeps elsewhere


def test_boxes_changes_comments_notes_and_margins(draft: Draft) -> None:
    plan = imported(draft, "r.docx", originals.reviewed())
    text = body(plan)
    assert text.count("值班电话写在文本框里。") == 1
    assert "来访登记后立即带到会客室。" in text
    assert "外宾另有规定[1]。" in text.replace("\\", "")
    assert "见外事办通知。" in text
    assert "等候通知" not in text
    said = {entry.code: entry for entry in plan.entries}
    assert said["deleted"].text == "等候通知"
    assert said["inserted"].text == "立即带到会客室"
    assert (said["comment"].text, said["comment"].detail) == ("要不要写几点前？", "王主管")
    assert said["hidden"].text == "看不见的字"
    assert said["header"].text == "示例公司内部文件"
    assert "一、接待" in said["contents"].text
    assert all(str(entry.spot.number) for entry in plan.entries)


def test_pictures_come_along(draft: Draft) -> None:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(stream, "PNG")
    word = originals.Word()
    word.document.add_paragraph("平面图说明", "Title")
    word.document.add_paragraph("大堂如图。")
    word.document.add_picture(io.BytesIO(stream.getvalue()))
    plan = imported(draft, "pic.docx", word.data())
    Importer(load(draft.root), draft.root).carry_out(plan)
    (name,) = plan.assets
    assert (draft.root / name).read_bytes() == stream.getvalue()
    assert f"]({plan.record.number}/picture-1.png)" in source(plan)
    assert errors(draft) == []


# ------------------------------------------------------------------- other formats, languages

ENGLISH = """# Guest Complaint Procedure

Document No.: HT-77    Version: B/2

## 1. Purpose

Every complaint is answered.

## 2. Procedure

2.1 The receptionist shall answer the call within 3 minutes and
note it in the "Parcel log".
2.2 The office manager must reply within two working days.
2.3 Close the case.

## 3. Records

- The log is kept.
"""


def test_english_markdown(english: Draft) -> None:
    plan = imported(english, "complaint.md", ENGLISH)
    document = read_document(plan.record.file, source(plan).encode()).document
    assert isinstance(document, Procedure)
    assert document.id == "HT-77"
    assert document.control.version == "B/2"
    assert [section.key for section in document.sections] == ["purpose", "steps", "records", "revisions"]
    Importer(load(english.root), english.root).carry_out(plan)
    assert errors(english) == []


def test_english_text_with_broken_lines(english: Draft) -> None:
    text = (
        "VISITOR REGISTRATION\n\n1. Ask the visitor for a name and for the person that is to be visited, and\n"
        "   write both into the visitor book.\n\n2. Call the person. If nobody answers within five minutes, ask the\n"
        "   visitor to take a seat.\n\n3. Hand out a badge.\n"
    )
    text_ = body(imported(english, "visitors.txt", text, kind=""))
    assert text_.count("\n1. ") + text_.startswith("1. ") == 3
    assert "person that is to be visited, and write both" in text_.replace("**\n   ", " ").replace("**", "")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "big5"])
def test_old_encodings(draft: Draft, encoding: str) -> None:
    text = (
        "收費辦法\n一、按月收取。\n二、到期前通知。\n"
        if encoding == "big5"
        else "收费办法\n一、按月收取。\n二、到期前通知。\n"
    )
    plan = imported(draft, "e.txt", (text * 3).encode(encoding))
    assert "按月收取。" in source(plan)


def test_html_lists_and_leftovers(draft: Draft) -> None:
    page = (
        "<html><head><title>制度</title><script>alert(1)</script></head><body><nav>首页 新闻</nav>"
        "<h1>接待制度</h1>"
        "<p>接待时<b>先致歉</b>，见<a href='javascript:alert(1)'>这里</a>和<a href='https://example.com/'>那里</a>。</p>"
        "<ol><li>登记<ul><li>姓名<li>电话</ul><li>通知</ol><p style='display:none'>看不见</p>"
        "<iframe src=x></iframe></body>"
    )
    plan = imported(draft, "p.html", page)
    text = body(plan)
    assert "接待时**先致歉**，见这里和[那里](https://example.com/)。" in text
    assert "1. 登记\n   - 姓名\n   - 电话\n1. 通知" in text
    assert "alert" not in text
    assert {entry.text for entry in plan.entries if entry.code in ("furniture", "hidden")} == {"首页 新闻", "看不见"}


# ----------------------------------------------------------------------- the command line


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_import_check_and_again(draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "投诉.docx"
    path.write_bytes(originals.procedure()[0])
    into = draft.root / "sop"
    assert run("import", path, "--into", into, "--dry-run") == 0
    assert not (into / ".imported").exists()
    assert "试运行" in capsys.readouterr().out
    assert run("import", path, "--into", into, "--number", "OF-CX-09", "--today", "2026-06-01") == 0
    target = into / "office/OF-CX-09.md"
    assert "status: draft" in target.read_text("utf-8")
    assert errors(draft) == []
    before = {p: p.read_bytes() for p in into.rglob("*") if p.is_file()}
    assert run("import", path, "--into", into, "--today", "2027-01-01") == 0
    assert "没有改动" in capsys.readouterr().out
    assert {p: p.read_bytes() for p in into.rglob("*") if p.is_file()} == before
    report = (into / ".imported/OF-CX-09.report.md").read_text("utf-8")
    assert "第 11 段：没有写由谁负责，暂用归口岗位" in report


def test_an_edited_original_is_merged_with_edits_by_hand(
    draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rules.txt"
    text = "值班制度\n一、按时到岗。\n二、着装整齐。\n三、做好记录。\n四、当面交接。\n"
    path.write_text(text, "utf-8")
    assert run("import", path, "--into", draft.root / "sop", "--number", "OF-CK-09") == 0
    target = next((draft.root / "sop").rglob("office/OF-CK-09.md"))
    target.write_text(target.read_text("utf-8").replace("1. 着装整齐。", "1. 穿工服，戴工牌。"), "utf-8")
    path.write_text(text.replace("四、当面交接。", "四、当面交接，双方签字。\n五、不得早退。"), "utf-8")
    assert run("import", path, "--into", draft.root / "sop") == 0
    assert "+1. 不得早退。" in capsys.readouterr().out
    merged = target.read_text("utf-8")
    assert "1. 按时到岗。\n1. 穿工服，戴工牌。\n1. 做好记录。\n1. 当面交接，双方签字。\n1. 不得早退。" in merged
    # Now the same place is edited on both sides: nothing is guessed, nothing written.
    target.write_text(merged.replace("1. 做好记录。", "1. 做好交接记录。"), "utf-8")
    path.write_text(path.read_text("utf-8").replace("三、做好记录。", "三、做好书面记录。"), "utf-8")
    kept = target.read_text("utf-8")
    assert run("import", path, "--into", draft.root / "sop") == 1
    said = capsys.readouterr().err
    assert "手册：1. 做好交接记录。" in said
    assert "原文件：1. 做好书面记录。" in said
    assert target.read_text("utf-8") == kept
    assert run("import", path, "--into", draft.root / "sop", "--on-conflict", "original") == 0
    assert "1. 做好书面记录。" in target.read_text("utf-8")
    assert "1. 穿工服，戴工牌。" in target.read_text("utf-8")


def test_another_document_with_the_same_file_name_is_not_a_version(draft: Draft, tmp_path: Path) -> None:
    for folder, text in (
        ("a", "值班制度\n一、按时到岗。\n二、做好记录。\n"),
        ("b", "钥匙办法\n一、编号挂牌。\n二、借用登记。\n三、离职归还。\n"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "制度.txt").write_text(text, "utf-8")
        assert run("import", tmp_path / folder / "制度.txt", "--into", draft.root / "sop") == 0
    titles = [document.title for document in load(draft.root).documents]
    assert "值班制度" in titles
    assert "钥匙办法" in titles


def test_misuse_is_explained(draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("制度\n一、甲。\n", "utf-8")
    into = draft.root / "sop"
    assert run("import", path, "--into", tmp_path / "nowhere") == 2
    assert "sopbook init" in capsys.readouterr().err
    assert run("import", path, "--into", into, "--owner", "不存在") == 2
    assert "综合办主管" in capsys.readouterr().err
    assert run("import", path, "--into", into, "--number", "没有数字") == 1
    assert "不是编号" in capsys.readouterr().err
    assert run("import", path, "--into", into, "--number", "OF-CX-01") == 1
    assert "已被" in capsys.readouterr().err
    assert run("import", tmp_path / "none.docx", "--into", into) == 1
    assert "打不开" in capsys.readouterr().err
    (tmp_path / "x.xlsx").write_bytes(b"x")
    assert run("import", tmp_path / "x.xlsx", path, "--into", into) == 1
    said = capsys.readouterr()
    assert "不认识的格式" in said.err
    assert "a.txt →" in said.out


def test_a_source_of_ours_is_not_taken_apart(draft: Draft, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", draft.root / "sop/office/OF-CX-01.md", "--into", draft.root / "sop") == 1
    assert "已经是" in capsys.readouterr().err


def test_the_report_as_json(draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    path = tmp_path / "a.txt"
    path.write_text("值班制度\n一、按时到岗。\n二、做好记录。\n", "utf-8")
    assert run("import", path, "--into", draft.root / "sop", "--dry-run", "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["kind"] == "reference"
    assert found["source"].startswith("---\nid: ")
    assert {"fate", "code", "place", "text", "detail", "message"} == set(found["report"][0])


def test_today_is_the_only_clock(draft: Draft) -> None:
    one = imported(draft, "p.docx", originals.procedure()[0])
    two = imported(draft, "p.docx", originals.procedure()[0])
    assert (one.new, one.entries) == (two.new, two.entries)
    assert dt.date.fromisoformat(one.record.today) == TODAY

"""The report of an import in words: what was guessed or changed, what is left out, what is left to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sopbook.importing.inline import flat
from sopbook.importing.tree import Entry, Fate, Spot, Where
from sopbook.locales import Text

HEADINGS: Mapping[Fate, Text] = {
    Fate.TO_DO: Text("要你决定", "For you to decide"),
    Fate.GUESSED: Text("猜测", "Guessed"),
    Fate.CHANGED: Text("有改动", "Changed"),
    Fate.LEFT_OUT: Text("没有带过来", "Left out"),
}

_PLACES: Mapping[Where, Text] = {
    Where.LINE: Text("第 {n} 行", "line {n}"),
    Where.PARAGRAPH: Text("第 {n} 段", "paragraph {n}"),
    Where.TABLE: Text("表 {n}", "table {n}"),
    Where.HEADER: Text("页眉 {n}", "header {n}"),
    Where.FOOTER: Text("页脚 {n}", "footer {n}"),
    Where.NOTE: Text("脚注 {n}", "footnote {n}"),
    Where.COMMENT: Text("批注 {n}", "comment {n}"),
    Where.BOX: Text("文本框 {n}", "text box {n}"),
    Where.FILE: Text("整个文件", "the file"),
}
_ROW = Text(" 第 {n} 行", ", row {n}")
_CELL = Text("第 {n} 格", ", cell {n}")

SENTENCES: Mapping[str, Text] = {
    # found while reading
    "encoding": Text("文字编码按 {detail} 读取", "read in the encoding {detail}"),
    "joined": Text("{detail} 行断开的文字接成一段", "{detail} broken lines joined to a paragraph"),
    "furniture": Text("网页或页面上的附属文字、广告", "page furniture or advertising"),
    "deleted": Text("修订中已删除的文字", "text deleted by a tracked change"),
    "inserted": Text("修订中插入的文字，按接受处理", "text inserted by a tracked change, taken as accepted"),
    "hidden": Text("隐藏文字", "hidden text"),
    "formula": Text("公式改成了普通文字", "formula turned into plain text"),
    "object": Text("嵌入的对象（图表、控件、其他程序的内容）", "embedded object (chart, control, content of another program)"),
    "embedded": Text("嵌入的文件或媒体：{detail}", "embedded file or medium: {detail}"),
    "chunk": Text("嵌入的另一份文档", "another document embedded in this one"),
    "contents": Text("目录，网站会自己生成", "table of contents; the site makes its own"),
    "box": Text("文本框的文字放在第 {detail} 段之后", "text box; its text stands behind paragraph {detail}"),
    "header": Text("页眉", "header"),
    "footer": Text("页脚", "footer"),
    "comment": Text("{detail} 的批注", "comment by {detail}"),
    "macros": Text("宏，没有运行", "macros; they were not run"),
    "external": Text("外部链接的内容，没有读取", "content linked from outside; it was not fetched"),
    "picture": Text("图片，格式或来源不能带入", "picture of a type or origin that cannot be taken in"),
    "picture-alt": Text("图片没有文字说明，请在 {detail} 处补上", "picture without a description; write one for {detail}"),
    "link": Text("不安全或失效的链接地址", "unsafe or broken link address"),
    "caption": Text("表格标题成为表格第一行", "table caption became the first row"),
    "matter": Text("文件头里不认识的一项", "unknown key of the front matter"),
    # the head
    "title": Text("标题：{detail}", "title: {detail}"),
    "repeated": Text("重复的标题", "title repeated"),
    "head": Text("文件头，从中取得 {detail}", "head of the document, which gave {detail}"),
    "kind": Text("文件类别：{detail}（可用 --kind 指定）", "kind of document: {detail} (say it with --kind)"),
    "effective": Text("生效日期：{detail}", "effective date: {detail}"),
    "people": Text("归口岗位和批准岗位：{detail}（可用 --owner、--approver 指定）", "owner and approver: {detail} (say them with --owner, --approver)"),
    "retention": Text("表单保存期限没有写明，暂写“{detail}”", 'no retention period stated; "{detail}" for now'),
    "number": Text("编号：{detail}（可用 --number 指定）", "number: {detail} (say it with --number)"),
    "number-taken": Text("原编号已被占用，改用 {detail}", "its own number is taken; {detail} instead"),
    # structure
    "number-order": Text("编号 {detail} 与前面不连续", "number {detail} does not follow the one before"),
    "numbers-kept": Text("编号 {detail} 不从 1 开始或不连续，保留在文字里", "numbers {detail} are not 1, 2, 3 …; they stay in the text"),
    "renumbered": Text("编号 {detail}", "number {detail}"),
    "split": Text("同一行的两条分开", "two items on one line split"),
    "implicit-list": Text("冒号后面的 {detail} 行作为列表", "the {detail} lines behind a colon are a list"),
    "heading": Text("加粗的短行作为标题", "short bold line taken for a heading"),
    "lifted": Text("只有一个上级标题，放到文件开头，下级标题提升", "the only heading of its level; put at the start, those below moved up"),
    "section": Text("标题改为“{detail}”", 'heading is now "{detail}"'),
    "main-section": Text("这一部分作为主要内容", "taken for the main content"),
    "group": Text("冒号结尾的一行作为分组标题", "line that ends with a colon taken for the heading of a group"),
    "phase": Text("作为一个阶段，下面的条目是步骤", "taken for a phase; the items below are its steps"),
    "frame": Text("单列表格是文字外框，只保留文字", "table of one column is a frame around text; the text was kept"),
    "merged": Text("合并单元格的内容在下面各行重复", "content of a merged cell repeated in each row"),
    "nested-table": Text("单元格里的表格移到外层表格之后", "table within a cell moved behind the outer table"),
    "taken-apart": Text("成为字段类型或版式的部分：{detail}", "became a field's type or layout: {detail}"),
    "cross-reference": Text("文中引用了原编号，请改成指向新位置", "the text refers to an original number; let it point to the new place"),
    # marks
    "role": Text("责任岗位 {detail}", "responsible: {detail}"),
    "role-inherited": Text("责任岗位取自所属标题：{detail}", "responsible, from the heading above: {detail}"),
    "role-default": Text("没有写由谁负责，暂用归口岗位 {detail}", "nobody named; the owner {detail} for now"),
    "role-unknown": Text("手册里没有这个岗位（{detail}）", "the handbook has no such role ({detail})"),
    "limit": Text("时限 {detail}", "time limit {detail}"),
    "limit-more": Text("同一步还有一个时限 {detail}，没有标注", "a further time limit {detail} in the same step, not marked"),
    "frequency": Text("频次 {detail}", "frequency {detail}"),
    "document": Text("用到 {detail}", "uses {detail}"),
    "step-table": Text("表格作为步骤", "table taken for steps"),
    "check-table": Text("表格作为检查项目", "table taken for things to inspect"),
    "field": Text("字段，类型 {detail}", "field of type {detail}"),
    "row-table": Text("按行填写的表格，{detail} 行", "table to fill in row by row, {detail} rows"),
}  # fmt: skip
"""For each code the sentence about it."""

_NOTHING = Text("没有需要说明的。", "Nothing to say.")


def place(spot: Spot, language: str) -> str:
    """A place of the original in words."""
    found = _PLACES[spot.where].in_language(language).format(n=spot.number)
    if spot.row:
        found += _ROW.in_language(language).format(n=spot.row)
    if spot.cell:
        found += _CELL.in_language(language).format(n=spot.cell)
    return found


def sentence(entry: Entry, language: str) -> str:
    """What an entry says, without the original text."""
    return SENTENCES[entry.code].in_language(language).format(detail=entry.detail)


def lines(entries: Sequence[Entry], language: str, most: int | None = None) -> list[str]:
    """The report as lines of Markdown; original texts longer than ``most`` characters are cut off."""
    colon = Text("：", ": ").in_language(language)
    found: list[str] = []
    for fate, title in HEADINGS.items():
        chosen = [entry for entry in entries if entry.fate is fate]
        if not chosen:
            continue
        found += ["", f"## {title.in_language(language)} ({len(chosen)})", ""]
        for entry in chosen:
            text = flat(entry.text)
            if most and len(text) > most:
                text = f"{text[:most]}…"
            quoted = f" | {text}" if text else ""
            found.append(f"- {place(entry.spot, language)}{colon}{sentence(entry, language)}{quoted}")
    return found or ["", _NOTHING.in_language(language)]


def as_data(entries: Sequence[Entry], language: str) -> list[dict[str, Any]]:
    """The report for other programs."""
    return [
        {
            "fate": str(entry.fate),
            "code": entry.code,
            "place": {
                "where": str(entry.spot.where),
                "number": entry.spot.number,
                "row": entry.spot.row,
                "cell": entry.spot.cell,
            },
            "text": entry.text,
            "detail": entry.detail,
            "message": f"{place(entry.spot, language)}: {sentence(entry, language)}",
        }
        for entry in entries
    ]

"""Documents to import, made with python-docx and by hand: what Word can do that importers get wrong.

``numbered`` gives for each numbered item of a document its level (from 0), its number within its list and its text.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.text.paragraph import Paragraph

W = nsdecls("w")


@dataclass(frozen=True)
class Numbered:
    """What a reader of the original sees: ``label`` in the margin, ``path`` the numbers from the outermost level on."""

    label: str
    path: tuple[int, ...]
    text: str


LEVELS = {
    "legal": (("decimal", "%1"), ("decimal", "%1.%2"), ("decimal", "%1.%2.%3")),
    "chinese": (("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3.")),
    "chapter": (("chineseCounting", "第%1章"), ("decimal", "%2."), ("lowerLetter", "%3)")),
    "letters": (("upperRoman", "%1."), ("lowerLetter", "%2)"), ("decimalEnclosedCircle", "%3")),
    "bullets": (("bullet", "\uf0b7"), ("bullet", "o"), ("bullet", "\uf0a7")),
}


class Word:
    """A Word document in the making."""

    def __init__(self) -> None:
        self.document: Document = docx.Document()
        self.numbering = self.document.part.numbering_part.element
        self.found: list[Numbered] = []
        self._lists = 100

    def abstract(self, scheme: str) -> int:
        """A multilevel list; returns the number of its definition."""
        self._lists += 1
        levels = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{format_}"/><w:lvlText w:val="{text}"/>'
            f'<w:pPr><w:ind w:left="{420 * (i + 1)}" w:hanging="420"/></w:pPr></w:lvl>'
            for i, (format_, text) in enumerate(LEVELS[scheme])
        )
        xml = (
            f'<w:abstractNum {W} w:abstractNumId="{self._lists}"><w:multiLevelType w:val="multilevel"/>{levels}'
            "</w:abstractNum>"
        )
        first = next((e for e in self.numbering if e.tag.endswith("}num")), None)
        if first is None:
            self.numbering.append(parse_xml(xml))
        else:
            first.addprevious(parse_xml(xml))
        return self._lists

    def list(self, abstract: int, restart: bool = False) -> int:
        """A list of a definition; returns its number."""
        self._lists += 1
        override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>' if restart else ""
        xml = f'<w:num {W} w:numId="{self._lists}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'
        self.numbering.append(parse_xml(xml))
        return self._lists

    def item(self, list_: int, level: int, text: str, style: str | None = None) -> Paragraph:
        """A numbered paragraph."""
        paragraph = self.document.add_paragraph(text, style)
        properties = paragraph._p.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{list_}"/></w:numPr>'))
        return paragraph

    def add(
        self, list_: int, level: int, label: str, path: tuple[int, ...], text: str, style: str | None = None
    ) -> None:
        """A numbered paragraph of which ``found`` keeps what a reader sees."""
        self.item(list_, level, text, style)
        self.found.append(Numbered(label, path, text))

    def raw(self, xml: str) -> None:
        """Any block, as XML."""
        body = self.document.element.body
        body.insert(len(body) - 1, parse_xml(xml))

    def data(self) -> bytes:
        """The file."""
        stream = io.BytesIO()
        self.document.save(stream)
        return stream.getvalue()


def with_parts(data: bytes, parts: dict[str, str | bytes], replace: dict[str, tuple[str, str]] | None = None) -> bytes:
    """A file with parts added, and (name → old, new) text replaced in others."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if replace and name in replace:
                before, after = replace[name]
                text = content.decode()
                assert before in text, (name, before)
                content = text.replace(before, after, 1).encode()
            if name not in parts:
                new.writestr(name, content)
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def procedure() -> tuple[bytes, list[Numbered]]:
    """An ISO-like procedure: numbered headings by style and list, steps on the second level, a restart."""
    word = Word()
    word.document.add_paragraph("客户投诉处理程序", "Title")
    legal = word.list(word.abstract("legal"))
    chinese = word.abstract("chinese")
    first, second = word.list(chinese), word.list(chinese, restart=True)
    add = word.add
    add(legal, 0, "1", (1,), "目的", "Heading 1")
    word.document.add_paragraph("让每一宗投诉都有人接、有人办。")
    add(legal, 0, "2", (2,), "适用范围", "Heading 1")
    word.document.add_paragraph("适用于电话、书面和来访的投诉。")
    add(legal, 0, "3", (3,), "工作程序", "Heading 1")
    add(legal, 1, "3.1", (3, 1), "由收发员负责接听，10分钟内登记在《快件登记表》。")
    add(legal, 1, "3.2", (3, 2), "综合办主管在3个工作日内书面答复业户，并存档。")
    add(legal, 2, "3.2.1", (3, 2, 1), "一般投诉由综合办主管答复。")
    add(legal, 2, "3.2.2", (3, 2, 2), "重大投诉先报总经理。")
    add(legal, 1, "3.3", (3, 3), "每月汇总一次，分析原因。")
    add(legal, 0, "4", (4,), "其他规定", "Heading 1")
    add(first, 0, "一、", (4, 1), "不得当面争辩。")
    add(first, 0, "二、", (4, 2), "不得推诿：")
    add(first, 1, "（一）", (4, 2, 1), "不说不归我管。")
    add(first, 1, "（二）", (4, 2, 2), "不让业户自己去找别的部门。")
    add(first, 0, "三、", (4, 3), "不得泄露投诉人的信息。")
    add(legal, 0, "5", (5,), "考核", "Heading 1")
    add(second, 0, "一、", (5, 1), "超时一次扣一分。")
    add(second, 0, "二、", (5, 2), "被表扬一次加一分。")
    return word.data(), word.found


def manual() -> tuple[bytes, list[Numbered]]:
    """Chapters with automatic Chinese numbers, articles below, letters and circled numbers, nested bullets."""
    word = Word()
    word.document.add_paragraph("员工守则", "Title")
    chapters, letters = word.list(word.abstract("chapter")), word.abstract("letters")
    roman = word.list(letters)
    add = word.add
    add(chapters, 0, "第一章", (1,), "仪容仪表", "Heading 1")
    add(chapters, 1, "1.", (1, 1), "上班穿工服，佩戴工牌。")
    add(chapters, 1, "2.", (1, 2), "头发整洁：")
    add(chapters, 2, "a)", (1, 2, 1), "男员工前不过眉。")
    add(chapters, 2, "b)", (1, 2, 2), "女员工长发束起。")
    add(chapters, 1, "3.", (1, 3), "不留长指甲。")
    add(chapters, 0, "第二章", (2,), "考勤", "Heading 1")
    add(chapters, 1, "1.", (2, 1), "提前十分钟到岗。")
    add(chapters, 1, "2.", (2, 2), "请假提前一天。")
    add(chapters, 0, "第三章", (3,), "奖惩", "Heading 1")
    add(roman, 0, "I.", (3, 1), "奖励的种类如下：")
    add(roman, 1, "a)", (3, 1, 1), "通报表扬。")
    add(roman, 1, "b)", (3, 1, 2), "发给奖金：")
    add(roman, 2, "①", (3, 1, 2, 1), "月度奖。")
    add(roman, 2, "②", (3, 1, 2, 2), "年度奖。")
    add(roman, 0, "II.", (3, 2), "处分的种类如下：")
    add(roman, 1, "a)", (3, 2, 1), "警告。")
    add(roman, 1, "b)", (3, 2, 2), "记过。")
    return word.data(), word.found


def numbered_table() -> tuple[bytes, list[list[str]]]:
    """A table whose first column is nothing but automatic numbers, with a second table in a cell and a deleted row."""
    word = Word()
    word.document.add_paragraph("物品清单", "Title")
    word.document.add_paragraph("各岗位领用的物品如下。")
    list_ = word.list(word.abstract("legal"))
    texts = [["序号", "物品", "说明"], ["1", "钥匙", "挂牌"], ["2", "对讲机", "每班充电"], ["3", "手电", "备电池"]]
    table = word.document.add_table(len(texts), 3)
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            paragraph = table.cell(row, column).paragraphs[0]
            if row and not column:
                properties = paragraph._p.get_or_add_pPr()
                properties.append(parse_xml(f'<w:numPr {W}><w:ilvl w:val="0"/><w:numId w:val="{list_}"/></w:numPr>'))
            else:
                paragraph.add_run(text)
    gone = table.add_row()
    gone.cells[1].text = "雨伞"
    gone._tr.get_or_add_trPr().append(parse_xml(f'<w:del {W} w:id="9" w:author="甲"/>'))
    return word.data(), texts


def merged_table() -> tuple[bytes, list[list[str]]]:
    """A table with cells merged both ways; returns what stands at each place where a cell begins (else empty)."""
    word = Word()
    word.document.add_paragraph("服务时间一览", "Title")
    word.document.add_paragraph("各岗位的服务时间如下。")
    table = word.document.add_table(4, 4)
    texts = [
        ["岗位", "时间", "", "备注"],
        ["前台", "白班", "08:00–20:00", "节假日照常"],
        ["", "夜班", "20:00–08:00", "一人值守"],
        ["工程", "全天", "", ""],
    ]
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 1).merge(table.cell(3, 3))
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            if text:
                table.cell(row, column).text = text
    return word.data(), texts


BOX = (
    f'<w:p {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml">'
    '<w:r><w:t>这一段旁边有文本框。</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
    '<wp:inline><wp:extent cx="914400" cy="914400"/><wp:docPr id="9" name="Box"/><a:graphic><a:graphicData '
    'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr/>'
    "<wps:txbx><w:txbxContent><w:p><w:r><w:t>值班电话写在文本框里。</w:t></w:r></w:p></w:txbxContent></wps:txbx>"
    "<wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>"
    "<v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>值班电话写在文本框里。</w:t></w:r></w:p></w:txbxContent>"
    "</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
)
TRACKED = (
    f'<w:p {nsdecls("w")}><w:r><w:t xml:space="preserve">来访登记后</w:t></w:r>'
    '<w:del w:id="1" w:author="甲"><w:r><w:delText>等候通知</w:delText></w:r></w:del>'
    '<w:ins w:id="2" w:author="甲"><w:r><w:t>立即带到会客室</w:t></w:r></w:ins><w:r><w:t>。</w:t></w:r></w:p>'
)


def reviewed() -> bytes:
    """Text box, tracked changes, comment, footnote, header and footer, hidden text, a contents field."""
    word = Word()
    word.document.add_paragraph("来访接待说明", "Title")
    section = word.document.sections[0]
    section.header.paragraphs[0].text = "示例公司内部文件"
    section.footer.paragraphs[0].text = "第 1 页"
    word.raw(
        f'<w:p {W}><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o "1-3"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>一、接待……1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    word.raw(BOX)
    word.raw(TRACKED)
    paragraph = word.document.add_paragraph("访客证当日收回")
    comment = word.document.add_comment(paragraph.runs, text="要不要写几点前？", author="王主管")
    assert comment is not None
    hidden = word.document.add_paragraph("这里有").add_run("看不见的字")
    hidden.font.hidden = True
    word.raw(
        f'<w:p {W}><w:r><w:t>外宾另有规定</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        "<w:r><w:t>。</w:t></w:r></w:p>"
    )
    footnotes = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {W}>'
        '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>见外事办通知。</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )
    relation = (
        '<Relationship Id="rIdNotes" Target="footnotes.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/></Relationships>'
    )
    type_ = (
        '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'wordprocessingml.footnotes+xml"/></Types>'
    )
    return with_parts(
        word.data(),
        {"word/footnotes.xml": footnotes},
        {"word/_rels/document.xml.rels": ("</Relationships>", relation), "[Content_Types].xml": ("</Types>", type_)},
    )


def typed() -> tuple[bytes, list[Numbered]]:
    """The same things numbered by hand, as most Chinese manuals are, without any style."""
    word = Word()
    word.document.add_paragraph("值班管理规定")
    lines = [
        ("第一章", (1,), "总则"),
        ("第一条", (1, 1), "本规定适用于全体值班人员。"),
        ("第二条", (1, 2), "值班人员应当遵守下列要求："),
        ("（一）", (1, 2, 1), "按时到岗；"),
        ("（二）", (1, 2, 2), "着装整齐。"),
        ("第二章", (2,), "交接班"),
        ("第三条", (2, 3), "交班人员应当做到："),
        ("（一）", (2, 3, 1), "当面交接："),
        ("1.", (2, 3, 1, 1), "清点钥匙；"),
        ("2.", (2, 3, 1, 2), "核对记录："),
        ("①", (2, 3, 1, 2, 1), "电话记录；"),
        ("②", (2, 3, 1, 2, 2), "巡查记录。"),
        ("（二）", (2, 3, 2), "双方签字。"),
        ("第四条", (2, 4), "未交接完毕不得离岗。"),
    ]
    for label, _, text in lines:
        word.document.add_paragraph(f"{label} {text}")
    return word.data(), [Numbered(label, path, text) for label, path, text in lines]

"""Write the house templates that come with the tool: templates/form.*.docx, paper.*.docx and document.*.docx.

They are ordinary Word files: a house opens its copy in Word and changes it there. This script is
how ours were made, so that what is in the binary can be read here.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from sopbook.word.markup import MC, W14, R, W
from sopbook.word.package import pack_parts
from sopbook.word.relations import Relation, read_relations, write_relations

TEMPLATES = Path(__file__).parent.parent / "templates"

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NS = f'xmlns:w="{W}" xmlns:r="{R}" xmlns:w14="{W14}" xmlns:mc="{MC}" mc:Ignorable="w14"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"

# Fonts that Office for Windows and for Mac, and WPS, all bring.
_FONTS = {
    "zh": {"latin": "Times New Roman", "wide": "宋体", "latin_head": "Arial", "wide_head": "黑体", "tag": "zh-CN"},
    "en": {"latin": "Arial", "wide": "宋体", "latin_head": "Arial", "wide_head": "黑体", "tag": "en-GB"},
}

_WORDS = {
    "zh": {
        "organisation": "{{单位}}",
        "title": "{{标题}}",
        "number": "编号：{{编号}}",
        "version": "版本：{{版本}}  生效：{{生效日期}}",
        "qr": "{{二维码}}",
        "content": "{{正文}}",
        "retention": "保存期限：{{保存期限}}",
        "page": ("第 ", " 页 共 ", " 页"),
    },
    "en": {
        "organisation": "{{organisation}}",
        "title": "{{title}}",
        "number": "No. {{number}}",
        "version": "Version {{version}}, effective {{effective}}",
        "qr": "{{qr}}",
        "content": "{{content}}",
        "retention": "Keep for: {{retention}}",
        "page": ("Page ", " of ", ""),
    },
}

# An exam paper is no controlled document, so that its header and footer say less.
_PAPER = {
    "zh": {"number": "{{编号}}", "version": "{{版本}}", "retention": ""},
    "en": {"number": "{{number}}", "version": "{{version}}", "retention": ""},
}
_TEMPLATES = {
    "form": _WORDS,
    "paper": {language: {**words, **_PAPER[language]} for language, words in _WORDS.items()},
}


def _fonts(language: str, head: bool = False) -> str:
    fonts = _FONTS[language]
    latin, wide = (fonts["latin_head"], fonts["wide_head"]) if head else (fonts["latin"], fonts["wide"])
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{wide}" w:cs="{latin}"/>'


def _style(
    identifier: str, name: str, paragraph: str = "", run: str = "", based: str = "Normal", next_: str = ""
) -> str:
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{identifier}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/>'
        + (f'<w:next w:val="{next_}"/>' if next_ else "")
        + "<w:qFormat/>"
        + (f"<w:pPr>{paragraph}</w:pPr>" if paragraph else "")
        + (f"<w:rPr>{run}</w:rPr>" if run else "")
        + "</w:style>"
    )


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def styles(language: str) -> str:
    """The part ``word/styles.xml``."""
    head = _fonts(language, head=True)
    spacing = '<w:spacing w:before="{}" w:after="{}" w:line="{}" w:lineRule="auto"/>'.format
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="000000"/>'
        for side, size in (("top", 8), ("left", 8), ("bottom", 8), ("right", 8), ("insideH", 4), ("insideV", 4))
    )
    return (
        f"{_HEAD}<w:styles {_NS}><w:docDefaults><w:rPrDefault><w:rPr>{_fonts(language)}"
        f'{_size(21)}<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        + (f'<w:rPr><w:lang w:val="{_FONTS[language]["tag"]}"/></w:rPr>' if language != "zh" else "")
        + "</w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        + _style(
            "SopTitle",
            "SOP Title",
            f'<w:keepNext/>{spacing(60, 120, 240)}<w:jc w:val="center"/><w:outlineLvl w:val="0"/>',
            f"{head}<w:b/><w:bCs/>{_size(32)}",
        )
        + _style(
            "SopSection",
            "SOP Section",
            f'<w:keepNext/>{spacing(140, 60, 240)}<w:outlineLvl w:val="1"/>',
            f"{head}<w:b/><w:bCs/>{_size(22)}",
        )
        + _style("SopLabel", "SOP Label", spacing(20, 20, 240), f"{head}{_size(20)}")
        + _style("SopField", "SOP Field", spacing(20, 20, 264), _size(21))
        + _style("SopCell", "SOP Cell", spacing(20, 20, 240), _size(20))
        + _style(
            "SopTableHead", "SOP Table Head", f'{spacing(20, 20, 240)}<w:jc w:val="center"/>', f"{head}{_size(20)}"
        )
        + _style("SopHint", "SOP Hint", spacing(0, 20, 240), f'<w:color w:val="595959"/>{_size(17)}')
        + _style("SopNote", "SOP Note", spacing(40, 0, 264), _size(18))
        + _style(
            "SopNotice",
            "SOP Notice",
            '<w:pBdr><w:top w:val="single" w:sz="8" w:space="4" w:color="9C1C14"/>'
            '<w:left w:val="single" w:sz="8" w:space="4" w:color="9C1C14"/>'
            '<w:bottom w:val="single" w:sz="8" w:space="4" w:color="9C1C14"/>'
            '<w:right w:val="single" w:sz="8" w:space="4" w:color="9C1C14"/></w:pBdr>'
            f'{spacing(60, 120, 240)}<w:jc w:val="center"/>',
            f'{head}<w:b/><w:bCs/><w:color w:val="9C1C14"/>{_size(24)}',
        )
        + _style("SopHeader", "SOP Header", "", _size(17))
        + _style("SopFooter", "SOP Footer", "", _size(17))
        + _style("SopThin", "SOP Thin", '<w:spacing w:line="20" w:lineRule="exact"/>', _size(2))
        + '<w:style w:type="table" w:customStyle="1" w:styleId="SopGrid"><w:name w:val="SOP Grid"/>'
        f'<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblBorders>{borders}</w:tblBorders>'
        '<w:tblCellMar><w:top w:w="28" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
        '<w:bottom w:w="28" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        '<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/></w:tcPr>'
        "</w:tblStylePr></w:style></w:styles>"
    )


def _paragraph(style: str, content: str, align: str = "") -> str:
    jc = f'<w:jc w:val="{align}"/>' if align else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{jc}</w:pPr>{content}</w:p>'


def _run(text: str, bold: bool = False) -> str:
    properties = '<w:rFonts w:hint="eastAsia"/>' + ("<w:b/><w:bCs/>" if bold else "")
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""


def _field(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _frame(cells: list[tuple[int, str]], line: str) -> str:
    """A table as wide as the text, whatever its width, with a line above or below; cells in fiftieths of a percent."""
    grid = "".join(f'<w:gridCol w:w="{9638 * share // 5000}"/>' for share, _ in cells)
    body = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{share}" w:type="pct"/><w:vAlign w:val="bottom"/></w:tcPr>{content}</w:tc>'
        for share, content in cells
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders><w:{line} w:val="single" w:sz="6" '
        f'w:space="0" w:color="000000"/></w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid><w:tr>{body}</w:tr></w:tbl>"
    )


def header(words: dict[str, Any]) -> str:
    """The part ``word/header1.xml``: whose form it is, which one, which version, and where it is explained."""
    left = _paragraph("SopHeader", _run(words["organisation"], bold=True)) + _paragraph(
        "SopHeader", _run(words["title"])
    )
    right = _paragraph("SopHeader", _run(words["number"]), "right") + _paragraph(
        "SopHeader", _run(words["version"]), "right"
    )
    qr = _paragraph("SopHeader", _run(words["qr"]), "right")
    frame = _frame([(2300, left), (520, qr), (2180, right)], "bottom")
    return f"{_HEAD}<w:hdr {_NS}>{frame}{_paragraph('SopThin', '')}</w:hdr>"


def footer(words: dict[str, Any]) -> str:
    """The part ``word/footer1.xml``: how long the form is kept, and page X of Y."""
    before, between, after = words["page"]
    pages = _run(before) + _field("PAGE") + _run(between) + _field("NUMPAGES") + _run(after)
    left = _paragraph("SopFooter", _run(words["retention"]))
    frame = _frame([(3300, left), (1700, _paragraph("SopFooter", pages, "right"))], "top")
    return f"{_HEAD}<w:ftr {_NS}>{frame}{_paragraph('SopThin', '')}</w:ftr>"


def document(words: dict[str, Any]) -> str:
    """The part ``word/document.xml``: title, content, and an A4 sheet."""
    return (
        f"{_HEAD}<w:document {_NS}><w:body>{_paragraph('SopTitle', _run(words['title']))}"
        f"{_paragraph('SopField', _run(words['content']))}"
        '<w:sectPr><w:headerReference w:type="default" r:id="rId4"/><w:footerReference w:type="default" r:id="rId5"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1588" w:right="1134" w:bottom="1134" w:left="1134" '
        'w:header="510" w:footer="510" w:gutter="0"/><w:cols w:space="425"/></w:sectPr></w:body></w:document>'
    )


def settings(language: str) -> str:
    """The part ``word/settings.xml``."""
    return (
        f'{_HEAD}<w:settings {_NS}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:useFELayout/>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        f'</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def font_table(language: str) -> str:
    """The part ``word/fontTable.xml``."""
    names = dict.fromkeys(name for key, name in _FONTS[language].items() if key != "tag")
    fonts = "".join(f'<w:font w:name="{name}"/>' for name in names)
    return f"{_HEAD}<w:fonts {_NS}>{fonts}</w:fonts>"


def theme(language: str) -> str:
    """The part ``word/theme/theme1.xml``, which Word wants to have."""
    fonts = _FONTS[language]
    colours = (
        ("dk1", "000000"), ("lt1", "FFFFFF"), ("dk2", "1F3B3A"), ("lt2", "EDEDED"), ("accent1", "00695C"),
        ("accent2", "9C1C14"), ("accent3", "0B57A4"), ("accent4", "8A5300"), ("accent5", "5B6470"),
        ("accent6", "595959"), ("hlink", "0B57A4"), ("folHlink", "5B6470"),
    )  # fmt: skip
    scheme = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in colours)
    pair = "".join(
        f'<a:{which}><a:latin typeface="{fonts[latin]}"/><a:ea typeface="{fonts[wide]}"/>'
        f'<a:cs typeface=""/></a:{which}>'
        for which, latin, wide in (("majorFont", "latin_head", "wide_head"), ("minorFont", "latin", "wide"))
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'{_HEAD}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="sopbook">'
        f'<a:themeElements><a:clrScheme name="sopbook">{scheme}</a:clrScheme><a:fontScheme name="sopbook">{pair}'
        f'</a:fontScheme><a:fmtScheme name="sopbook"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def parts(name: str, language: str) -> dict[str, bytes]:
    """All parts of a template."""
    words = _TEMPLATES[name][language]
    overrides = {
        "/word/document.xml": f"{_WORD}.document.main+xml",
        "/word/styles.xml": f"{_WORD}.styles+xml",
        "/word/settings.xml": f"{_WORD}.settings+xml",
        "/word/fontTable.xml": f"{_WORD}.fontTable+xml",
        "/word/header1.xml": f"{_WORD}.header+xml",
        "/word/footer1.xml": f"{_WORD}.footer+xml",
        "/word/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
    }
    types = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    found = {
        "word/document.xml": document(words),
        "word/styles.xml": styles(language),
        "word/settings.xml": settings(language),
        "word/fontTable.xml": font_table(language),
        "word/header1.xml": header(words),
        "word/footer1.xml": footer(words),
        "word/theme/theme1.xml": theme(language),
        "[Content_Types].xml": (
            f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>'
        ),
    }
    own = {"styles": "styles.xml", "settings": "settings.xml", "fontTable": "fontTable.xml", "header": "header1.xml"}
    own |= {"footer": "footer1.xml", "theme": "theme/theme1.xml"}
    related = [Relation(f"rId{n}", f"{_REL}/{kind}", target) for n, (kind, target) in enumerate(own.items(), start=1)]
    package = [Relation("rId1", f"{_REL}/officeDocument", "word/document.xml")]
    return {
        **{name: text.encode() for name, text in found.items()},
        "word/_rels/document.xml.rels": write_relations(related),
        "_rels/.rels": write_relations(package),
    }


# ------------------------------------------------------------------ the template of controlled copies

_COPY_WORDS = {
    "zh": {
        "cover": [
            ("文件编号", "{{编号}}"), ("版本", "{{版本}}"), ("生效日期", "{{生效日期}}"), ("部门", "{{部门}}"),
            ("归口岗位", "{{归口岗位}}"), ("批准岗位", "{{批准岗位}}"), ("状态", "{{状态}}"),
        ],
        "handbook": "{{手册}}",
        "uncontrolled": "打印件为非受控文件，使用前请核对现行版本。",
        "numbers": ("%1.", "（%2）"),
    },
    "en": {
        "cover": [
            ("Document number", "{{number}}"), ("Version", "{{version}}"), ("Effective", "{{effective}}"),
            ("Department", "{{department}}"), ("Owner", "{{owner}}"), ("Approver", "{{approver}}"),
            ("Status", "{{status}}"),
        ],
        "handbook": "{{handbook}}",
        "uncontrolled": "Printed copies are uncontrolled: check the version in force before use.",
        "numbers": ("%1.", "(%2)"),
    },
}  # fmt: skip

# Numbering styles by id: name, and text, format and font of each level (the last goes for all deeper ones).
_OUTLINE = (("%1", "decimal", ""), ("%1.%2", "decimal", ""), ("%1.%2.%3", "decimal", ""))
_TICK = (("☐", "bullet", "Segoe UI Symbol"),)
_DOT = (("•", "bullet", "Arial"), ("–", "bullet", "Arial"), ("•", "bullet", "Arial"))


def _lists(language: str) -> list[tuple[str, str, tuple[tuple[str, str, str], ...]]]:
    first, second = _COPY_WORDS[language]["numbers"]
    counted = (
        (first, "decimal", ""),
        (second, "decimal", ""),
        ("%3", "decimalEnclosedCircle", ""),
        ("%4)", "lowerLetter", ""),
    )
    return [
        ("SopOutline", "SOP Outline", _OUTLINE),
        ("SopSteps", "SOP Steps", counted),
        ("SopNumbers", "SOP Numbers", counted),
        ("SopBullets", "SOP Bullets", _DOT),
        ("SopTicks", "SOP Ticks", _TICK),
    ]


def numbering(language: str) -> str:
    """The part ``word/numbering.xml``: the lists behind the numbering styles."""
    abstract, nums = "", ""
    for index, (identifier, _, levels) in enumerate(_lists(language)):
        made = ""
        for level in range(9):
            text, kind, font = levels[min(level, len(levels) - 1)]
            if level >= len(levels) and kind != "bullet":
                text = re.sub(r"%\d(?!.*%)", f"%{level + 1}", text)
            outline = identifier == "SopOutline"
            left = 567 if outline else 425 * (level + 1)
            fonts = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"/></w:rPr>'
            made += (
                f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
                f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{left}" w:hanging="{567 if outline else 425}"/></w:pPr>'
                + (fonts if font else "")
                + "</w:lvl>"
            )
        abstract += (
            f'<w:abstractNum w:abstractNumId="{index}"><w:multiLevelType w:val="multilevel"/>'
            f'<w:styleLink w:val="{identifier}"/>{made}</w:abstractNum>'
        )
        nums += f'<w:num w:numId="{index + 1}"><w:abstractNumId w:val="{index}"/></w:num>'
    return f"{_HEAD}<w:numbering {_NS}>{abstract}{nums}</w:numbering>"


def copy_styles(language: str) -> str:
    """The part ``word/styles.xml`` of a controlled copy: that of a form, and what longer documents need."""
    head = _fonts(language, head=True)
    spacing = '<w:spacing w:before="{}" w:after="{}" w:line="{}" w:lineRule="auto"/>'.format
    text = spacing(0, 80, 320)

    def built_in(identifier: str, name: str, paragraph: str, run: str = "", next_: str = "SopText") -> str:
        made = _style(identifier, name, paragraph, run, next_=next_).replace(' w:customStyle="1"', "")
        return made.replace("<w:qFormat/>", '<w:uiPriority w:val="9"/><w:qFormat/>')

    def heading(level: int, size: int, before: int, after: int) -> str:
        paragraph = f'<w:keepNext/><w:keepLines/>{spacing(before, after, 264)}<w:outlineLvl w:val="{level - 1}"/>'
        return built_in(f"Heading{level}", f"heading {level}", paragraph, f"{head}<w:b/><w:bCs/>{_size(size)}")

    def toc(level: int) -> str:
        tab = '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9638"/></w:tabs>'
        return built_in(
            f"TOC{level}", f"toc {level}", f'{tab}{spacing(20, 20, 264)}<w:ind w:left="{425 * (level - 1)}"/>',
            next_="Normal",
        ).replace("<w:qFormat/>", "")  # fmt: skip

    bar = '<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{}"/></w:pBdr>'.format
    lists = "".join(
        f'<w:style w:type="numbering" w:customStyle="1" w:styleId="{identifier}"><w:name w:val="{name}"/>'
        f'<w:uiPriority w:val="99"/><w:pPr><w:numPr><w:numId w:val="{number}"/></w:numPr></w:pPr></w:style>'
        for number, (identifier, name, _) in enumerate(_lists(language), start=1)
    )
    more = (
        built_in(
            "Title", "Title", f'{spacing(240, 480, 288)}<w:jc w:val="center"/>', f"{head}<w:b/><w:bCs/>{_size(48)}"
        )
        + heading(1, 30, 320, 140)
        + heading(2, 26, 240, 100)
        + heading(3, 23, 200, 80)
        + heading(4, 21, 160, 60)
        + heading(5, 21, 120, 60)
        + toc(1)
        + toc(2)
        + built_in("Caption", "caption", f'{spacing(40, 120, 240)}<w:jc w:val="center"/>', _size(18))
        + '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/><w:uiPriority w:val="99"/>'
        '<w:rPr><w:color w:val="0B57A4"/></w:rPr></w:style>'
        + _style("SopCover", "SOP Cover", f'{spacing(1800, 240, 264)}<w:jc w:val="center"/>', f"{head}{_size(28)}")
        + _style(
            "SopFront",
            "SOP Front",
            f"<w:keepNext/>{spacing(280, 120, 264)}",
            f"{head}<w:b/><w:bCs/>{_size(26)}",
            next_="SopText",
        )
        + _style("SopText", "SOP Text", text, _size(21))
        + _style("SopList", "SOP List", text, "", "SopText")
        + _style(
            "SopStep",
            "SOP Step",
            f'<w:keepNext/>{spacing(160, 40, 288)}<w:outlineLvl w:val="5"/>',
            f"{head}<w:b/><w:bCs/>{_size(21)}",
            next_="SopText",
        )
        + _style("SopFacts", "SOP Facts", spacing(0, 60, 264), f'<w:color w:val="404040"/>{_size(18)}')
        + _style("SopQuote", "SOP Quote", f"{bar('8A8A8A')}{text}", "", "SopText")
        + _style(
            "SopCallout",
            "SOP Callout",
            f'{bar("8A5300")}<w:shd w:val="clear" w:color="auto" w:fill="FFF4E0"/>{text}',
            "",
            "SopText",
        )
        + _style(
            "SopCode",
            "SOP Code",
            spacing(40, 80, 240),
            '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>' + _size(18),
        )
        + lists
    )
    return styles(language).replace("</w:styles>", f"{more}</w:styles>")


def copy_header(language: str) -> str:
    """The part ``word/header1.xml`` of a controlled copy: which document, which version, since when."""
    words = _WORDS[language]
    left = _paragraph("SopHeader", _run(words["organisation"], bold=True)) + _paragraph(
        "SopHeader", _run(words["title"])
    )
    right = _paragraph("SopHeader", _run(words["number"]), "right") + _paragraph(
        "SopHeader", _run(words["version"]), "right"
    )
    return f"{_HEAD}<w:hdr {_NS}>{_frame([(2700, left), (2300, right)], 'bottom')}{_paragraph('SopThin', '')}</w:hdr>"


def copy_footer(language: str) -> str:
    """The part ``word/footer1.xml`` of a controlled copy: that paper is not controlled, and page X of Y."""
    before, between, after = _WORDS[language]["page"]
    pages = _run(before) + _field("PAGE") + _run(between) + _field("NUMPAGES") + _run(after)
    left = _paragraph("SopFooter", _run(_COPY_WORDS[language]["uncontrolled"]))
    frame = _frame([(3600, left), (1400, _paragraph("SopFooter", pages, "right"))], "top")
    return f"{_HEAD}<w:ftr {_NS}>{frame}{_paragraph('SopThin', '')}</w:ftr>"


def copy_document(language: str) -> str:
    """The part ``word/document.xml`` of a controlled copy: a cover, the content, and an A4 sheet."""
    words = _COPY_WORDS[language]
    rows = "".join(
        f'<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="480" w:hRule="atLeast"/><w:jc w:val="center"/></w:trPr>'
        f'<w:tc><w:tcPr><w:tcW w:w="2400" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'{_paragraph("SopTableHead", _run(label))}</w:tc><w:tc><w:tcPr><w:tcW w:w="4400" w:type="dxa"/>'
        f'<w:vAlign w:val="center"/></w:tcPr>{_paragraph("SopCell", _run(value))}</w:tc></w:tr>'
        for label, value in words["cover"]
    )
    table = (
        '<w:tbl><w:tblPr><w:tblStyle w:val="SopGrid"/><w:tblW w:w="6800" w:type="dxa"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0080" w:firstRow="0" w:lastRow="0" w:firstColumn="1" '
        'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr><w:tblGrid><w:gridCol w:w="2400"/>'
        f'<w:gridCol w:w="4400"/></w:tblGrid>{rows}</w:tbl>'
    )
    return (
        f"{_HEAD}<w:document {_NS}><w:body>{_paragraph('SopCover', _run(_WORDS[language]['organisation']))}"
        f"{_paragraph('SopFront', _run(words['handbook']), 'center')}"
        f"{_paragraph('Title', _run(_WORDS[language]['title']))}"
        f"{table}{_paragraph('SopText', _run(_WORDS[language]['content']))}"
        '<w:sectPr><w:headerReference w:type="default" r:id="rId4"/><w:headerReference w:type="first" r:id="rId8"/>'
        '<w:footerReference w:type="default" r:id="rId5"/><w:footerReference w:type="first" r:id="rId9"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1701" w:right="1134" w:bottom="1247" w:left="1134" '
        'w:header="567" w:footer="510" w:gutter="0"/><w:cols w:space="425"/><w:titlePg/></w:sectPr></w:body>'
        "</w:document>"
    )


def copy_parts(language: str) -> dict[str, bytes]:
    """All parts of the template of controlled copies: those of a form's, but for what differs."""
    found = parts("form", language)
    first_header = f"{_HEAD}<w:hdr {_NS}>{_paragraph('SopThin', '')}</w:hdr>"
    first_footer = (
        f"{_HEAD}<w:ftr {_NS}>{_paragraph('SopFooter', _run(_COPY_WORDS[language]['uncontrolled']), 'center')}</w:ftr>"
    )
    changed = {
        "word/document.xml": copy_document(language),
        "word/styles.xml": copy_styles(language),
        "word/header1.xml": copy_header(language),
        "word/footer1.xml": copy_footer(language),
        "word/header2.xml": first_header,
        "word/footer2.xml": first_footer,
        "word/numbering.xml": numbering(language),
    }
    kinds = {"header2": "header", "footer2": "footer", "numbering": "numbering"}
    types = found["[Content_Types].xml"].decode()
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}.{kind}+xml"/>' for name, kind in kinds.items()
    )
    related = [
        Relation("rId7", f"{_REL}/numbering", "numbering.xml"),
        Relation("rId8", f"{_REL}/header", "header2.xml"),
    ]
    related += [Relation("rId9", f"{_REL}/footer", "footer2.xml")]
    known = read_relations("word/_rels/document.xml.rels", found["word/_rels/document.xml.rels"])
    return {
        **found,
        **{name: text.encode() for name, text in changed.items()},
        "[Content_Types].xml": types.replace("</Types>", f"{overrides}</Types>").encode(),
        "word/_rels/document.xml.rels": write_relations([*known, *related]),
    }


def main() -> int:
    """Write them; with ``--check``, only say whether they are current."""
    stale = 0
    made = {(name, language): parts(name, language) for name in _TEMPLATES for language in _FONTS}
    made |= {("document", language): copy_parts(language) for language in _FONTS}
    for (name, language), found in made.items():
        path, data = TEMPLATES / f"{name}.{language}.docx", pack_parts(found)
        if path.is_file() and path.read_bytes() == data:
            continue
        stale += 1
        if "--check" not in sys.argv:
            path.write_bytes(data)
    return stale if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

"""Write the house templates that come with the tool: templates/form.zh.docx and form.en.docx.

They are ordinary Word files: a house opens its copy in Word and changes it there. This script is
how ours were made, so that what is in the binary can be read here.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sopbook.word.markup import MC, W14, R, W
from sopbook.word.package import pack_parts
from sopbook.word.relations import Relation, write_relations

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


def header(language: str) -> str:
    """The part ``word/header1.xml``: whose form it is, which one, which version, and where it is explained."""
    words = _WORDS[language]
    left = _paragraph("SopHeader", _run(words["organisation"], bold=True)) + _paragraph(
        "SopHeader", _run(words["title"])
    )
    right = _paragraph("SopHeader", _run(words["number"]), "right") + _paragraph(
        "SopHeader", _run(words["version"]), "right"
    )
    qr = _paragraph("SopHeader", _run(words["qr"]), "right")
    frame = _frame([(2300, left), (520, qr), (2180, right)], "bottom")
    return f"{_HEAD}<w:hdr {_NS}>{frame}{_paragraph('SopThin', '')}</w:hdr>"


def footer(language: str) -> str:
    """The part ``word/footer1.xml``: how long the form is kept, and page X of Y."""
    words = _WORDS[language]
    before, between, after = words["page"]
    pages = _run(before) + _field("PAGE") + _run(between) + _field("NUMPAGES") + _run(after)
    left = _paragraph("SopFooter", _run(words["retention"]))
    frame = _frame([(3300, left), (1700, _paragraph("SopFooter", pages, "right"))], "top")
    return f"{_HEAD}<w:ftr {_NS}>{frame}{_paragraph('SopThin', '')}</w:ftr>"


def document(language: str) -> str:
    """The part ``word/document.xml``: title, content, and an A4 sheet."""
    words = _WORDS[language]
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


def parts(language: str) -> dict[str, bytes]:
    """All parts of a template."""
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
        "word/document.xml": document(language),
        "word/styles.xml": styles(language),
        "word/settings.xml": settings(language),
        "word/fontTable.xml": font_table(language),
        "word/header1.xml": header(language),
        "word/footer1.xml": footer(language),
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


def main() -> int:
    """Write them; with ``--check``, only say whether they are current."""
    stale = 0
    for language in _FONTS:
        path, data = TEMPLATES / f"form.{language}.docx", pack_parts(parts(language))
        if path.is_file() and path.read_bytes() == data:
            continue
        stale += 1
        if "--check" not in sys.argv:
            path.write_bytes(data)
    return stale if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

"""What must not come through from a source: HTML, unsafe links, files that are missing or leave the folder."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterator

from sopbook import prose
from sopbook.check import Example, Rule
from sopbook.link.assets import ATTACHMENT_TYPES, IMAGE_TYPES, FileUse, files_used, is_publishable
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Document
from sopbook.places import Finding, Severity
from sopbook.read.collect import near

MAX_IMAGE_BYTES = 1_000_000
"""A picture larger than this takes more than ten seconds on slow mobile data (about 0.8 Mbit/s)."""


def _uses(handbook: Handbook) -> Iterator[tuple[Document, FileUse]]:
    return ((document, use) for document in handbook.documents for use in files_used(document))


def file_missing(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Pictures and attachments that are not beside the document."""
    for document, use in _uses(handbook):
        if use.path is not None and use.path not in handbook.assets:
            folder = posixpath.dirname(document.place.file)
            beside = [posixpath.relpath(path, folder) for path in handbook.assets if path.startswith(f"{folder}/")]
            yield Finding("SOP703", use.place, use.href, {}, near(use.href, beside))


def picture_unfit(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Pictures that are too large, of a type that browsers do not show safely, or loaded from elsewhere."""
    for _, use in _uses(handbook):
        size = handbook.assets.get(use.path or "", 0)
        fit = use.path is not None and use.path.lower().endswith(IMAGE_TYPES) and size <= MAX_IMAGE_BYTES
        if use.is_picture and not fit:
            yield Finding("SOP704", use.place, use.href, {"kilobytes": size // 1000})


def picture_without_alternative(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Pictures without a text alternative."""
    for _, use in _uses(handbook):
        if use.is_picture and not use.alternative.strip():
            yield Finding("SOP707", use.place, use.href)


def attachment_type(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Attachments that could run something in a reader's browser."""
    for _, use in _uses(handbook):
        if not use.is_picture and use.path in handbook.assets and not is_publishable(use, handbook.assets):
            yield Finding("SOP708", use.place, use.href, {"types": " ".join(ATTACHMENT_TYPES)})


def stray_emphasis(handbook: Handbook, today: dt.date) -> Iterator[Finding]:
    """Emphasis marks that Markdown leaves standing as stars.

    CommonMark does not close emphasis between punctuation and a letter, which Chinese text without
    spaces runs into: ``**注意:**先``.
    """
    for document in handbook.documents:
        for node in prose.walk(document):
            children = getattr(node, "children", ()) or getattr(node, "criterion", ())
            if any(isinstance(child, prose.Text) and "**" in child.text for child in children):
                place = getattr(node, "place", document.place)
                yield Finding("SOP706", place, prose.plain(children)[:60])


_PROCEDURE = "sop/office/OF-CX-01.md"
_SENTENCE = Text("快递员把快件送到前台。", "A courier brings parcels to the reception desk.")


RULES = (
    Rule(
        code="SOP701",
        name="unsafe-html",
        severity=Severity.ERROR,
        title=Text("不允许 HTML", "HTML is not allowed"),
        message=Text("HTML 不会生效，按文字显示：{html}", "HTML has no effect and is shown as text: {html}"),
        remedy=Text(
            "改用 Markdown；要显示尖括号，放进反引号。",
            "Use Markdown instead; to show angle brackets, put them between backticks.",
        ),
        why=Text(
            "来源文件可能来自任何人，脚本绝不能进入员工打开的页面；HTML 也无法变成 Word。",
            "A source may come from anybody, and no script of theirs may run in a page that staff open; nor can HTML become Word.",
        ),
        example=Example(
            file=_PROCEDURE, good=_SENTENCE, bad=Text("快递员<b>送到前台</b>。", "A courier <b>brings parcels</b>.")
        ),
    ),
    Rule(
        code="SOP702",
        name="unsafe-link",
        severity=Severity.ERROR,
        title=Text("不安全的链接", "unsafe link"),
        message=Text("不能链接到 {href}", "a link may not lead to {href}"),
        remedy=Text(
            "只能用 https:、http:、mailto:、tel: 或文件旁的附件；引用文件写 [[编号]]。",
            "Links lead to https:, http:, mailto:, tel: or a file beside the document; refer to documents as [[number]].",
        ),
        why=Text(
            "javascript: 之类的链接能运行程序，绝对路径和 .. 会指到手册之外。",
            "Links such as javascript: run programs; absolute paths and .. lead out of the handbook.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=_SENTENCE,
            bad=Text("见 [说明](javascript:alert(1))。", "See [this](javascript:alert(1))."),
        ),
    ),
    Rule(
        code="SOP703",
        name="file-missing",
        severity=Severity.ERROR,
        title=Text("图片或附件不存在", "picture or attachment is missing"),
        message=Text("文件旁没有 {text}", "there is no {text} beside the document"),
        remedy=Text(
            "把文件放到该文件所在的文件夹，或更正文件名。",
            "Put the file into the document's folder, or correct its name.",
        ),
        why=Text(
            "打不开的图片和附件会让人怀疑整份手册。",
            "A picture that does not open makes readers doubt the whole handbook.",
        ),
        example=Example(file=_PROCEDURE, good=_SENTENCE, bad=Text("![前台](desk.png)", "![Reception desk](desk.png)")),
        check=file_missing,
        by_document=True,
    ),
    Rule(
        code="SOP704",
        name="picture-unfit",
        severity=Severity.WARNING,
        title=Text("图片过大或格式不合适", "picture too large or of the wrong type"),
        message=Text(
            "图片 {text} 过大({kilobytes} KB)、格式不支持或来自外部",
            "the picture {text} is too large ({kilobytes} KB), of an unsupported type, or loaded from elsewhere",
        ),
        remedy=Text(
            "用不超过 1 MB 的 PNG、JPEG、WebP 或 GIF,放在文件旁。",
            "Use a PNG, JPEG, WebP or GIF of at most 1 MB beside the document.",
        ),
        why=Text(
            "地下室信号弱，大图打不开；外部图片会泄露谁在看手册，断网也看不到。",
            "In a basement a large picture does not load; one from elsewhere tells others who reads the handbook.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=_SENTENCE,
            bad=Text("![前台](https://example.com/desk.png)", "![Desk](https://example.com/desk.png)"),
        ),
        check=picture_unfit,
        by_document=True,
    ),
    Rule(
        code="SOP705",
        name="path-outside",
        severity=Severity.ERROR,
        title=Text("链接指向手册之外", "symbolic link out of the handbook"),
        message=Text(
            "符号链接 {text} 指向手册文件夹之外，未读取",
            "the symbolic link {text} leads out of the handbook's folder and was not read",
        ),
        remedy=Text("把文件本身放进 sop/。", "Put the file itself below sop/."),
        why=Text(
            "编译器不读手册之外的文件，以免泄露机器上的其他内容。",
            "The compiler reads nothing outside the handbook, so that nothing else on the machine gets into it.",
        ),
    ),
    Rule(
        code="SOP706",
        name="stray-emphasis",
        severity=Severity.WARNING,
        title=Text("加粗没有生效", "emphasis that has no effect"),
        message=Text("“**”没有成为加粗，会显示为星号", 'the "**" is not emphasis here and shows as stars'),
        remedy=Text(
            "把标点移到 ** 之外：**注意**：先…", "Move the punctuation out of the stars, or put a space behind them."
        ),
        why=Text(
            "Markdown 规定，收尾的 ** 前是标点、后紧跟汉字时不算加粗。",
            "Markdown does not close emphasis that ends in punctuation and is followed by a letter.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=_SENTENCE,
            bad=Text("**送达：**快递员到前台。", "**Delivery:**a courier comes."),
        ),
        check=stray_emphasis,
        by_document=True,
    ),
    Rule(
        code="SOP707",
        name="picture-without-alternative",
        severity=Severity.WARNING,
        title=Text("图片没有文字说明", "picture without a text alternative"),
        message=Text("图片 {text} 没有文字说明", "the picture {text} has no text alternative"),
        remedy=Text("写成 ![图上是什么](文件)。", "Write ![what it shows](file)."),
        why=Text(
            "看不见图片的人（读屏、断网）只能靠文字说明。",
            "Who cannot see the picture depends on its text alternative.",
        ),
        example=Example(file=_PROCEDURE, good=_SENTENCE, bad=Text("![](desk.png)", "![](desk.png)")),
        check=picture_without_alternative,
        by_document=True,
    ),
    Rule(
        code="SOP708",
        name="attachment-type",
        severity=Severity.ERROR,
        title=Text("附件类型不允许", "attachment of a type that is not published"),
        message=Text("附件 {text} 的类型不允许，不会发布", "the attachment {text} is of a type that is not published"),
        remedy=Text("换成这些类型之一：{types}。", "Use one of these types: {types}."),
        why=Text(
            "网页、SVG 和脚本文件在手册的网址下打开时可以运行程序。",
            "Web pages, SVG pictures and scripts run programs when they are opened under the handbook's address.",
        ),
        check=attachment_type,
        by_document=True,
    ),
)

"""The house template: a Word file that the house edits in Word, and that the compiler fills.

Placeholders in double braces stand for what differs from document to document; ``{{content}}``,
in a paragraph of its own, is where the document goes. Everything else (logo, fonts, header,
footer, margins) is the house's. Styles are found by their names, since Word and WPS rename ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.parsers.expat import ExpatError

from sopbook.locales import Text, canonical, locale
from sopbook.targets import TargetFailed
from sopbook.untrusted import Archive, Refused, parse_xml, read_bounded
from sopbook.word import edit, relations
from sopbook.word.edit import Map, Span
from sopbook.word.markup import MC, W14, W
from sopbook.word.picture import Picture, drawing
from sopbook.word.relations import ContentTypes, Properties

DOCUMENT = "word/document.xml"
_SETTINGS = "word/settings.xml"
_STYLES = "word/styles.xml"
_TYPES = "[Content_Types].xml"
_REPLACED = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml")
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TEMPLATE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"

NEEDED = ("content", "title", "number", "version")
"""A controlled document that does not say these is none (ISO 9001:2015, 7.5.2)."""

# CT_Settings (ECMA-376 Part 1, 17.15.1.78) is a sequence; these stand before documentProtection in it.
_BEFORE_PROTECTION = frozenset(
    [
        "writeProtection",
        "view",
        "zoom",
        "removePersonalInformation",
        "removeDateAndTime",
        "doNotDisplayPageBoundaries",
        "displayBackgroundShape",
        "printPostScriptOverText",
        "printFractionalCharacterWidth",
        "printFormsData",
        "embedTrueTypeFonts",
        "embedSystemFonts",
        "saveSubsetFonts",
        "saveFormsData",
        "mirrorMargins",
        "alignBordersAndEdges",
        "bordersDoNotSurroundHeader",
        "bordersDoNotSurroundFooter",
        "gutterAtTop",
        "hideSpellingErrors",
        "hideGrammaticalErrors",
        "activeWritingStyle",
        "proofState",
        "formsDesign",
        "attachedTemplate",
        "linkStyles",
        "stylePaneFormatFilter",
        "stylePaneSortMethod",
        "documentType",
        "mailMerge",
        "revisionView",
        "trackRevisions",
        "doNotTrackMoves",
        "doNotTrackFormatting",
    ]
)

_BROKEN = Text("模板 {path} 不能用：\n{lacks}", "the template {path} cannot be used:\n{lacks}")
_MACROS = Text("带有宏；请另存为不带宏的 .docx", "it holds macros; save it as a .docx without any")
_NOT_WORD = Text("不是 Word 文件(.docx)", "it is no Word file (.docx)")
_OUTSIDE = Text("引用了文件以外的内容：{target}", "it points to something outside the file: {target}")
_NO_PLACEHOLDER = Text("缺少 {name}", "{name} is missing")
_OWN_PARAGRAPH = Text("{name} 必须独占一段，放在正文里", "{name} has to stand in the body, in a paragraph of its own")
_UNKNOWN = Text("不认识 {name}；可用的有 {known}", "{name} is unknown; there are {known}")
_NO_STYLE = Text("缺少样式“{name}”", 'the style "{name}" is missing')
_NO_SECTION = Text("没有页面设置（纸张与页边距）", "it has no page settings (paper and margins)")
_DAMAGED = Text("内容损坏：{part}", "it is damaged: {part}")


class TemplateBroken(TargetFailed):
    """A template lacks what the compiler needs; the message lists all of it."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has everything.

    ``before`` and ``after`` are the document part around the content; ``section`` is its page
    settings; ``styles`` maps the names of styles to their ids. ``width`` is that of the text, in
    twips, and ``wide`` that on a sheet turned to landscape.
    """

    parts: Mapping[str, bytes]
    before: bytes
    after: bytes
    section: str
    styles: Mapping[str, str]
    width: int
    wide: int


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its placeholders filled: all parts but the document, and the text around its content."""

    parts: Mapping[str, bytes]
    before: str
    after: str
    section: str
    width: int


def find_template(name: str, language: str, folders: Sequence[Path]) -> Path:
    """The first ``name.docx`` or ``name.<language>.docx`` in the folders.

    Raises TemplateBroken if there is none.
    """
    for folder in folders:
        for candidate in (folder / f"{name}.docx", folder / f"{name}.{language}.docx"):
            if candidate.is_file():
                return candidate
    raise TemplateBroken(f"there is no template {name}.docx in {', '.join(map(str, folders))}")


def load(path: Path, language: str, styles: Sequence[str]) -> Template:
    """Read a template and check that it has what is needed, the named styles included.

    Raises TemplateBroken with everything that it lacks.
    """
    try:
        template, lacks = _read(read_bounded(path), language, styles)
    except Refused as refused:
        template, lacks = None, [refused.reason]
    if template is None or lacks:
        listed = "\n".join(f"  - {lack.in_language(language)}" for lack in lacks)
        raise TemplateBroken(_BROKEN.in_language(language).format(path=path, lacks=listed))
    return template


def _read(data: bytes, language: str, needed: Sequence[str]) -> tuple[Template | None, list[Text]]:
    archive = Archive(data)
    parts = {name: archive.read(name) for name in archive.names if not name.endswith("/")}
    if DOCUMENT not in parts or _TYPES not in parts or _STYLES not in parts or _SETTINGS not in parts:
        return None, [_NOT_WORD]
    lacks = _foreign(parts)
    maps: dict[str, Map] = {}
    for name in parts:
        if re.fullmatch(r"word/(document|header\d*|footer\d*|settings)\.xml", name):
            try:
                maps[name] = edit.survey(parts[name])
            except (ExpatError, Refused):
                return None, [*lacks, _DAMAGED.filled(part=name)]
    lacks += _placeholder_lacks(maps, language)
    styles = style_ids(parts[_STYLES])
    lacks += [_NO_STYLE.filled(name=name) for name in needed if name not in styles]
    body = maps[DOCUMENT]
    section = next((element for element in body.body if element.name == "sectPr"), None)
    if section is None:
        lacks.append(_NO_SECTION)
    content = next((p for p in body.paragraphs if p.in_body and _names(p.text) == ["content"]), None)
    if section is None or content is None:
        return None, lacks
    document = _with_w14(parts[DOCUMENT], body.root_tag)
    shift = len(document) - len(parts[DOCUMENT])
    settings = document[section.span.start + shift : section.span.end + shift].decode()
    wide, width = _text_width(settings, landscape=True), _text_width(settings, landscape=False)
    kept = {name: part for name, part in parts.items() if name != DOCUMENT and name not in _REPLACED}
    before, after = document[: content.start + shift], document[content.end + shift :]
    return Template(kept, before, after, settings, styles, width, wide), lacks


def _foreign(parts: Mapping[str, bytes]) -> list[Text]:
    """What a template may not carry: macros, and links to the outside."""
    found: list[Text] = []
    if (
        ContentTypes.read(parts[_TYPES]).of(DOCUMENT) not in (_MAIN_TYPE, _TEMPLATE_TYPE)
        or "word/vbaProject.bin" in parts
    ):
        found.append(_MACROS)
    for name in sorted(parts):
        if name.endswith(".rels"):
            outside = [r for r in relations.read_relations(name, parts[name]) if r.external]
            found += [_OUTSIDE.filled(target=r.target) for r in outside if r.type != relations.HYPERLINK]
    return found


def _names(text: str) -> list[str | None]:
    if edit.PLACEHOLDER.sub("", text).strip():
        return []
    return [canonical("placeholders", match[1]) for match in edit.PLACEHOLDER.finditer(text)]


def _placeholder_lacks(maps: Mapping[str, Map], language: str) -> list[Text]:
    written = [name for found in maps.values() for name in edit.placeholders(found)]
    known = {canonical("placeholders", name) for name in written}
    words = locale(language).words("placeholders")
    shown = {key: f"{{{{{spellings[0]}}}}}" for key, spellings in words.items()}
    lacks = [_NO_PLACEHOLDER.filled(name=shown[name]) for name in NEEDED if name not in known]
    if "content" in known and not any(p.in_body and _names(p.text) == ["content"] for p in maps[DOCUMENT].paragraphs):
        lacks.append(_OWN_PARAGRAPH.filled(name=shown["content"]))
    for name in dict.fromkeys(written):
        if canonical("placeholders", name) is None:
            lacks.append(_UNKNOWN.filled(name=f"{{{{{name}}}}}", known=" ".join(shown.values())))
    return lacks


def style_ids(data: bytes) -> dict[str, str]:
    """The ids of the styles in ``word/styles.xml``, by name."""
    found: dict[str, str] = {}
    for style in parse_xml(_STYLES, data).iter(f"{{{W}}}style"):
        name = style.find(f"{{{W}}}name")
        if name is not None:
            found[name.get(f"{{{W}}}val", "")] = style.get(f"{{{W}}}styleId", "")
    return found


def _with_w14(document: bytes, tag: Span) -> bytes:
    """The document with the namespace of check boxes declared, and marked as one that old programs may skip."""
    root = document[tag.start : tag.end].decode()
    if "xmlns:w14=" not in root:
        root = root.replace("<w:document", f'<w:document xmlns:w14="{W14}"', 1)
    if "xmlns:mc=" not in root:
        root = root.replace("<w:document", f'<w:document xmlns:mc="{MC}"', 1)
    ignorable = re.search(r'mc:Ignorable="([^"]*)"', root)
    if ignorable is None:
        root = root.replace("<w:document", '<w:document mc:Ignorable="w14"', 1)
    elif "w14" not in ignorable[1].split():
        root = root.replace(ignorable[0], f'mc:Ignorable="w14 {ignorable[1]}"', 1)
    return document[: tag.start] + root.encode() + document[tag.end :]


def _text_width(section: str, *, landscape: bool) -> int:
    """The width between the margins. A sheet that is turned keeps its left and right margins."""
    size = _attributes(section, "pgSz")
    margins = _attributes(section, "pgMar")
    sides = sorted((size.get("w", 11906), size.get("h", 16838)))
    return sides[landscape] - margins.get("left", 1134) - margins.get("right", 1134) - margins.get("gutter", 0)


def _attributes(section: str, name: str) -> dict[str, int]:
    tag = re.search(rf"<w:{name}\b[^>]*>", section)
    return {key: int(value) for key, value in re.findall(r'w:(\w+)="(-?\d+)"', tag[0])} if tag else {}


def turned(section: str) -> str:
    """Page settings of the same sheet in landscape."""
    size = _attributes(section, "pgSz")
    short, long = sorted((size.get("w", 11906), size.get("h", 16838)))
    tag = f'<w:pgSz w:w="{long}" w:h="{short}" w:orient="landscape"/>'
    return re.sub(r"<w:pgSz\b[^>]*>", tag, section, count=1)


def starting_anew(section: str) -> str:
    """Page settings of a section that starts on a new page, as page 1."""
    bare = re.sub(r"<w:(?:pgNumType|type)\b[^>]*/>", "", section)
    # CT_SectPr is a sequence: the type before the size, the numbering before the columns.
    bare = re.sub(r"(<w:pgSz\b)", r'<w:type w:val="nextPage"/>\1', bare, count=1)
    numbering = '<w:pgNumType w:start="1"/>'
    for later in (
        "cols",
        "formProt",
        "vAlign",
        "noEndnote",
        "titlePg",
        "textDirection",
        "bidi",
        "rtlGutter",
        "docGrid",
    ):
        if f"<w:{later}" in bare:
            return bare.replace(f"<w:{later}", f"{numbering}<w:{later}", 1)
    return bare.replace("</w:sectPr>", f"{numbering}</w:sectPr>")


def fill(
    template: Template,
    values: Mapping[str, str],
    properties: Properties,
    *,
    qr: Picture | None = None,
    landscape: bool = False,
    protect: bool = False,
) -> Filled:
    """Put values in the place of the placeholders (by canonical name; a missing one leaves nothing).

    ``protect`` lets readers change fields only.
    """
    parts = dict(template.parts)

    def value(name: str) -> str | None:
        key = canonical("placeholders", name)
        return None if key is None else values.get(key, "")

    for name in [name for name in parts if re.fullmatch(r"word/(header|footer)\d*\.xml", name)]:
        parts[name] = _fill_part(parts, name, parts[name], value, qr)
    # The document is filled as one part, since a placeholder may stand before or after the content.
    marker = b'<w:p w:rsidR="50BB00C5"/>'
    whole = _fill_part(parts, DOCUMENT, template.before + marker + template.after, value, qr)
    before, after = whole.decode().split(marker.decode())
    section = template.section
    if landscape:
        after, section = after.replace(section, turned(section)), turned(section)
    if protect:
        parts[_SETTINGS] = _protected(parts[_SETTINGS])
    _write_properties(parts, properties)
    return Filled(parts, before, after, section, template.wide if landscape else template.width)


def _fill_part(
    parts: dict[str, bytes], name: str, data: bytes, value: Callable[[str], str | None], qr: Picture | None
) -> bytes:
    if qr is None or not any(
        canonical("placeholders", found) == "qr" for found in edit.placeholders(edit.survey(data))
    ):
        return edit.fill(data, value, lambda _: "")
    path = f"word/media/{qr.name}"
    parts[path] = qr.data
    own = relations.relations_of(name)
    known = relations.read_relations(own, parts[own]) if own in parts else []
    known, identifier = relations.with_relation(known, relations.IMAGE, f"media/{qr.name}")
    parts[own] = relations.write_relations(known)
    types = ContentTypes.read(parts[_TYPES])
    parts[_TYPES] = ContentTypes({**types.defaults, "png": "image/png"}, types.overrides).write()
    return edit.fill(
        data, value, lambda found: drawing(qr, identifier) if canonical("placeholders", found) == "qr" else ""
    )


def _protected(settings: bytes) -> bytes:
    """Settings by which Word and WPS let nothing be changed but fields."""
    found = edit.survey(settings)
    changes = [(e.span, b"") for e in found.top if e.name in ("documentProtection", "attachedTemplate")]
    later = next((e.span.start for e in found.top if e.name not in _BEFORE_PROTECTION), None)
    place = later if later is not None else settings.rindex(b"</")
    changes.append((Span(place, place), b'<w:documentProtection w:edit="forms" w:enforcement="1"/>'))
    return edit.apply(settings, changes)


def _write_properties(parts: dict[str, bytes], properties: Properties) -> None:
    written = {
        "docProps/core.xml": (
            relations.core_properties(properties),
            relations.CORE_PROPERTIES,
            "application/vnd.openxmlformats-package.core-properties+xml",
        ),
        "docProps/app.xml": (
            relations.extended_properties(properties),
            relations.EXTENDED_PROPERTIES,
            "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        ),
        "docProps/custom.xml": (
            relations.custom_properties(properties.own),
            relations.CUSTOM_PROPERTIES,
            "application/vnd.openxmlformats-officedocument.custom-properties+xml",
        ),
    }
    types = ContentTypes.read(parts[_TYPES])
    overrides = dict(types.overrides) | {f"/{DOCUMENT}": _MAIN_TYPE}
    package = [
        r for r in relations.read_relations("_rels/.rels", parts["_rels/.rels"]) if r.target.lstrip("/") not in written
    ]
    for name, (data, type_, kind) in written.items():
        parts[name] = data
        overrides[f"/{name}"] = kind
        package, _ = relations.with_relation(package, type_, name)
    parts["_rels/.rels"] = relations.write_relations(package)
    parts[_TYPES] = ContentTypes(types.defaults, overrides).write()

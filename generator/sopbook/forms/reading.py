"""Reading filled forms back, whoever filled them with whatever program.

A control is known by its tag. Where a program has lost the tags (LibreOffice before 7.5), it is
known by its bookmark; where it has turned controls into text, by the text inside of the bookmark.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sopbook.forms.document import NUMBER_PROPERTY, VERSION_PROPERTY
from sopbook.forms.fillable import Blank, Fillable
from sopbook.forms.layout import placeholder_of
from sopbook.forms.values import MOST_CHARACTERS, BadValue, Value, parse, several_chosen
from sopbook.locales import Locale, Text
from sopbook.model import FieldType
from sopbook.untrusted import Archive, Refused, parse_xml, read_bounded, refusal
from sopbook.word.controls import TICKED, UNTICKED, bookmark_name
from sopbook.word.markup import MC, W14, W
from sopbook.word.relations import (
    CUSTOM_PROPERTIES,
    HYPERLINK,
    MAIN,
    ContentTypes,
    Relation,
    read_custom_properties,
    read_relations,
    resolve,
)

_MOST_SMALL_BYTES = 2_000_000
_MOST_DOCUMENT_BYTES = 12_000_000
_TYPES = "[Content_Types].xml"

_NOT_WORD = Text("不是 Word 文件（.docx）", "it is no Word file (.docx)")
_OLD = Text("旧格式 .doc 读不了，请另存为 .docx", "the old format .doc cannot be read; save it as .docx")
_MACROS = Text("带有宏，已拒绝", "it holds macros and is refused")
_OUTSIDE = Text(
    "引用了文件以外的内容，已拒绝：{target}", "it points to something outside the file and is refused: {target}"
)
_NO_FORM = Text("不是本手册的表单（文件里没有表单编号）", "it is no form of this handbook (it names no form)")
_NOT_HERE = Text("是表单 {number}，本手册没有这个编号", "it is form {number}, which this handbook does not have")
_OTHER = Text("是表单 {number}，要的是 {wanted}", "it is form {number}, and {wanted} is wanted")
_VERSION = Text(
    "是 {number} 的 {found} 版，现行的是 {current} 版；确要读取请加 --any-version",
    "it is version {found} of {number}, and {current} is in force; --any-version reads it all the same",
)
_SEVERAL = Text("含有同一表单的多份副本，请逐份保存", "it holds several copies of the form; save each by itself")
_LOST = Text("找不到这一栏（被删除了）", "the field is gone from the file")
_TOO_LONG = Text("内容过长", "the text is too long")

# What Word and WPS show in an empty control that has no placeholder of its own.
_PROMPT = re.compile(r"(单击|点击|按一下|Click|Tap|Choose|Enter|选择一项|请选择|输入).{0,60}")
_TICKED = re.compile(f"[{TICKED}\u2612\u2611\u25a0\u25cf\u221a\u2713\u2714\u00fe\u0052]")


@dataclass(frozen=True, slots=True)
class Unread:
    """A field that could not be read: what stands in it, and why it is no value."""

    field: str
    found: str
    reason: Text


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What is filled in on one form: values by tag, and what could not be read."""

    file: str
    form: Fillable
    version: str
    values: Mapping[str, Value]
    unread: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """Which form a file says it is."""

    number: str
    version: str


class FormFile:
    """A Word file from a stranger, opened but not yet read. Raises Refused if it will not be."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        if path.suffix.lower() == ".doc":
            raise Refused(_OLD)
        self._archive = Archive(read_bounded(path))
        names = self._archive.names
        if _TYPES not in names or "_rels/.rels" not in names:
            raise Refused(_NOT_WORD)
        self._package = read_relations("_rels/.rels", self._small("_rels/.rels"))
        self._main = self._part(MAIN) or ""
        if not self._main:
            raise Refused(_NOT_WORD)
        self._refuse_dangers()

    def _small(self, part: str) -> bytes:
        return self._archive.read(part, _MOST_SMALL_BYTES)

    def _part(self, type_: str) -> str | None:
        ending = type_.rpartition("/")[2]
        targets = [resolve("", r.target) for r in self._package if r.type.endswith(f"/{ending}") and not r.external]
        return next((target for target in targets if target in self._archive.names), None)

    def _refuse_dangers(self) -> None:
        types = ContentTypes.read(self._small(_TYPES))
        kinds = {*types.defaults.values(), *types.overrides.values()}
        if any("macroEnabled" in kind or "vbaProject" in kind for kind in kinds) or any(
            name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in self._archive.names
        ):
            raise Refused(_MACROS)
        if "wordprocessingml" not in types.of(self._main):
            raise Refused(_NOT_WORD)
        for name in self._archive.names:
            if name.endswith(".rels"):
                for relation in read_relations(name, self._small(name)):
                    if relation.external and not _is_hyperlink(relation):
                        raise refusal(_OUTSIDE, target=relation.target[:120])

    def identity(self) -> Identity:
        """Which form it is. Raises Refused if it names none."""
        part = self._part(CUSTOM_PROPERTIES)
        own = read_custom_properties(self._small(part)) if part else {}
        if NUMBER_PROPERTY not in own:
            raise Refused(_NO_FORM)
        return Identity(own[NUMBER_PROPERTY][:80], own.get(VERSION_PROPERTY, "")[:40])

    def read(self, form: Fillable, words: Locale) -> tuple[dict[str, Value], tuple[Unread, ...]]:
        """The values of a form's blanks, and what could not be read."""
        root = parse_xml(self._main, self._archive.read(self._main, _MOST_DOCUMENT_BYTES))
        found = _Finder(form).find(root)
        values: dict[str, Value] = {}
        unread: list[Unread] = []
        for blank in form.blanks():
            try:
                value = _value(blank, found, words)
            except BadValue as bad:
                shown = " ".join(found[blank.tag].text.split())[:80] if blank.tag in found else ""
                unread.append(Unread(blank.label, shown, bad.reason))
                continue
            if value is not None:
                values[blank.tag] = value
        return values, tuple(unread)


def read_form(
    path: Path, forms: Mapping[str, Fillable], words: Locale, *, wanted: str = "", any_version: bool = False
) -> FilledForm:
    """Read one filled form. ``forms`` are those of the handbook, by number.

    Raises Refused if the file is none of them, is of another version, or is not to be trusted.
    """
    file = FormFile(path)
    identity = file.identity()
    form = forms.get(identity.number)
    if form is None:
        raise refusal(_NOT_HERE, number=identity.number)
    if wanted and identity.number != wanted:
        raise refusal(_OTHER, number=identity.number, wanted=wanted)
    if identity.version != form.version and not any_version:
        raise refusal(_VERSION, number=form.number, found=identity.version or "?", current=form.version)
    values, unread = file.read(form, words)
    return FilledForm(path.name, form, identity.version, values, unread)


def _is_hyperlink(relation: Relation) -> bool:
    return relation.type.rpartition("/")[2] == HYPERLINK.rpartition("/")[2]


# ---------------------------------------------------------------------------- controls


@dataclass(slots=True)
class _Found:
    """What stands in a control: its text, whether that is only a placeholder, and a tick if it is a box."""

    parts: list[str] = field(default_factory=list)
    placeholder: bool = False
    ticked: bool | None = None

    @property
    def text(self) -> str:
        return "".join(self.parts).strip("\n")


class _Finder:
    """Walks through a document and gathers what stands in each known control."""

    def __init__(self, form: Fillable) -> None:
        tags = [tag for blank in form.blanks() for tag in _tags(blank)]
        self._tags = set(tags)
        self._by_bookmark = {bookmark_name(tag): tag for tag in tags}
        self._controls: dict[str, _Found] = {}
        self._ranges: dict[str, _Found] = {}
        self._open: dict[str, str] = {}  # the number of a bookmark to its tag
        self._unclaimed = ""

    def find(self, root: ET.Element) -> dict[str, _Found]:
        """What stands in the controls, by tag. A control that is gone is not there."""
        self._walk(root, None)
        return {**self._ranges, **self._controls}

    def _walk(self, element: ET.Element, inside: _Found | None) -> None:
        for child in element:
            match child.tag.rpartition("}")[2]:
                case "sdt":
                    self._control(child, inside)
                case "bookmarkStart":
                    self._mark(child)
                case "bookmarkEnd":
                    self._open.pop(child.get(f"{{{W}}}id", ""), None)
                case "t" if child.tag == f"{{{W}}}t":
                    self._write(child.text or "", inside)
                case "br" | "cr" if child.tag.startswith(f"{{{W}}}"):
                    self._write("\n", inside)
                case "tab" if element.tag == f"{{{W}}}r":
                    self._write("\t", inside)
                case "sym":
                    self._write(_symbol(child.get(f"{{{W}}}char", "")), inside)
                case "p" if child.tag == f"{{{W}}}p":
                    self._walk(child, inside)
                    self._write("\n", inside)
                case "Fallback" if child.tag == f"{{{MC}}}Fallback":
                    pass  # the same again, for programs that do not understand the choice before it
                case "del" | "moveFrom" if child.tag.startswith(f"{{{W}}}"):
                    pass  # taken out, with changes tracked
                case "pPr" | "rPr" | "tblPr" | "tcPr" | "trPr" | "sectPr" | "sdtPr" | "sdtEndPr" | "instrText":
                    pass
                case _:
                    self._walk(child, inside)

    def _write(self, text: str, inside: _Found | None) -> None:
        if inside is not None:
            inside.parts.append(text)
        for tag in self._open.values():
            self._ranges[tag].parts.append(text)

    def _mark(self, element: ET.Element) -> None:
        name = re.sub(r"_Copy_\d+$", "", element.get(f"{{{W}}}name", ""))
        tag = self._by_bookmark.get(name)
        if tag is not None:
            self._open[element.get(f"{{{W}}}id", "")] = tag
            self._ranges.setdefault(tag, _Found())
            if tag not in self._controls:
                self._unclaimed = tag

    def _control(self, element: ET.Element, inside: _Found | None) -> None:
        properties = element.find(f"{{{W}}}sdtPr")
        content = element.find(f"{{{W}}}sdtContent")
        if content is None:
            return
        tag = self._tag_of(properties, content)
        if tag is None:
            self._walk(content, inside)
            return
        if tag in self._controls:
            raise Refused(_SEVERAL)
        found = self._controls[tag] = _Found()
        if properties is not None:
            found.placeholder = _flag(properties.find(f"{{{W}}}showingPlcHdr"))
            box = properties.find(f"{{{W14}}}checkbox")
            if box is not None:
                checked = box.find(f"{{{W14}}}checked")
                found.ticked = checked is not None and checked.get(f"{{{W14}}}val", "1") in ("1", "true", "on")
        self._walk(content, found)

    def _tag_of(self, properties: ET.Element | None, content: ET.Element) -> str | None:
        if properties is not None:
            written = properties.find(f"{{{W}}}tag")
            if written is not None:
                tag, self._unclaimed = written.get(f"{{{W}}}val", ""), ""
                return tag if tag in self._tags else None
        for mark in content.iter(f"{{{W}}}bookmarkStart"):
            self._mark(mark)
            if self._unclaimed:
                break
        tag, self._unclaimed = self._unclaimed, ""
        return tag or None


def _symbol(code: str) -> str:
    """A character of a symbol font, whose codes lie in a private area (17.3.3.30)."""
    return chr(int(code, 16) & 0xFF) if re.fullmatch("[0-9A-Fa-f]{2,4}", code) else ""


def _flag(element: ET.Element | None) -> bool:
    return element is not None and element.get(f"{{{W}}}val", "1") in ("1", "true", "on")


def _tags(blank: Blank) -> Iterator[str]:
    """The tags of a blank's controls."""
    if blank.ticks and blank.options:
        yield from (blank.tick_tag(option) for option in blank.options)
    else:
        yield blank.tag


# ------------------------------------------------------------------------------ values


def _value(blank: Blank, found: Mapping[str, _Found], words: Locale) -> Value | None:
    if blank.type is FieldType.CHECK:
        box = _needed(found, blank.tag)
        return True if _is_ticked(box) else None
    if blank.ticks and blank.options:
        return _chosen(
            blank, [option for option in blank.options if _is_ticked(_needed(found, blank.tick_tag(option)))]
        )
    control = _needed(found, blank.tag)
    text = control.text
    if _is_blank(control, blank, words):
        return None
    if len(text) > MOST_CHARACTERS:
        raise BadValue(_TOO_LONG)
    return parse(blank, text)


def _needed(found: Mapping[str, _Found], tag: str) -> _Found:
    if tag not in found:
        raise BadValue(_LOST)
    return found[tag]


def _chosen(blank: Blank, ticked: list[str]) -> Value | None:
    if blank.type is FieldType.CHOICES:
        return tuple(ticked) or None
    if len(ticked) > 1:
        raise several_chosen(ticked)
    return ticked[0] if ticked else None


def _is_ticked(found: _Found) -> bool:
    if found.ticked is not None:
        return found.ticked
    return _TICKED.search(found.text.replace(UNTICKED, "")) is not None


def _is_blank(found: _Found, blank: Blank, words: Locale) -> bool:
    """True if only what we (or the program) put into an empty control stands in it."""
    bare = "".join(found.text.split())
    if not bare:
        return True
    if bare in {"".join(placeholder_of(blank, words, in_table).split()) for in_table in (False, True)}:
        return True
    return found.placeholder and _PROMPT.match(bare) is not None

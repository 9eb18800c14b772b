"""The characters of a Word paragraph: runs, fields, tracked changes, boxes and what else stands among them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field

from sopbook.importing.readers.docx.package import child, is_on, local, number, value
from sopbook.importing.readers.docx.styles import Styles
from sopbook.importing.tree import BLANK, Entry, Fate, Run, Spot

# Boxes and ticks of the symbol fonts that Word uses for them (Wingdings, Wingdings 2).
_SYMBOLS = {
    0x6F: "□", 0x71: "□", 0x72: "□", 0xA8: "□", 0x6E: "■", 0xFE: "☑", 0xFD: "☒", 0xFC: "✓", 0xFB: "✗",
    0x52: "☑", 0x54: "☒", 0x50: "✓", 0xA3: "□", 0x6C: "●", 0xB7: "•", 0xD8: "➢", 0xE0: "→",
}  # fmt: skip
_SKIPPED = frozenset({"instrText", "delInstrText", "pPr", "rPr", "proofErr", "bookmarkStart", "bookmarkEnd", "tab"})
_INSERTED = ("ins", "moveTo")
_DELETED = ("del", "moveFrom")


@dataclass
class Fields:
    """Fields that are open: they may begin in one paragraph and end in another."""

    open: list[_Field] = field(default_factory=list)

    @property
    def in_code(self) -> bool:
        """True between a field's begin and its result."""
        return any(not entry.in_result for entry in self.open)

    @property
    def in_contents(self) -> bool:
        """True inside a table of contents."""
        return any(entry.code.split()[:1] in (["TOC"], ["INDEX"]) for entry in self.open)


@dataclass
class _Field:
    code: str = ""
    in_result: bool = False
    form: ET.Element | None = None


@dataclass
class Paragraph:
    """What the walk through one paragraph found. ``boxes`` are the text boxes anchored in it."""

    spot: Spot
    runs: list[Run] = field(default_factory=list)
    boxes: list[ET.Element] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    deleted: str = ""
    inserted: str = ""
    hidden: str = ""
    objects: int = 0
    formula: bool = False
    in_contents: bool = False
    has_break: bool = False


class Walker:
    """Walks through paragraphs in reading order. ``targets`` are the addresses of links and pictures by relation id."""

    def __init__(self, styles: Styles, targets: dict[str, str]) -> None:
        self._styles = styles
        self._targets = targets
        self.fields = Fields()

    def paragraph(self, element: ET.Element, spot: Spot, style: str) -> Paragraph:
        """The content of a ``w:p``."""
        found = Paragraph(spot)
        found.in_contents = self.fields.in_contents
        self._inside(element, found, style, href="", inserted=False)
        found.in_contents = found.in_contents or self.fields.in_contents
        return found

    def _inside(self, element: ET.Element, found: Paragraph, style: str, href: str, inserted: bool) -> None:
        for node in element:
            name = local(node)
            if name == "r":
                self._run(node, found, style, href, inserted)
            elif name in _DELETED:
                found.deleted += "".join(e.text or "" for e in node.iter() if local(e) in ("delText", "t"))
            elif name in _INSERTED:
                self._inside(node, found, style, href, True)
            elif name == "hyperlink":
                target = self._targets.get(value(node, "id") or "", "")
                self._inside(node, found, style, target if target.startswith(("http", "mailto:")) else "", inserted)
            elif name == "AlternateContent":
                self._inside(_alternative(node), found, style, href, inserted)
            elif name == "fldSimple":
                self.fields.open.append(_Field(value(node, "instr") or "", True))
                self._inside(node, found, style, href, inserted)
                self.fields.open.pop()
            elif name in ("oMath", "oMathPara"):
                found.formula = True
                text = "".join(e.text or "" for e in node.iter() if local(e) == "t")
                found.runs.append(Run(text))
            elif name == "sdt":
                self._control(node, found, style, href, inserted)
            elif name not in _SKIPPED:
                self._inside(node, found, style, href, inserted)

    def _control(self, node: ET.Element, found: Paragraph, style: str, href: str, inserted: bool) -> None:
        """A content control: its text, and the choices it offers where nothing is chosen."""
        properties, content = child(node, "sdtPr"), child(node, "sdtContent")
        listed = child(properties, "dropDownList")
        listed = listed if listed is not None else child(properties, "comboBox")
        if listed is not None and is_on(child(properties, "showingPlcHdr")):
            options = [value(e, "displayText") or value(e, "value") or "" for e in listed if local(e) == "listItem"]
            found.runs.append(Run(" ".join(f"□{option}" for option in options if option)))
        elif is_on(child(properties, "showingPlcHdr")) and child(properties, "docPartObj") is None:
            found.runs.append(Run(BLANK))
        elif content is not None:
            self._inside(content, found, style, href, inserted)

    def _run(self, run: ET.Element, found: Paragraph, style: str, href: str, inserted: bool) -> None:
        look = child(run, "rPr")
        character = value(child(look, "rStyle")) or ""
        hidden = is_on(child(look, "vanish"))
        hidden = self._styles.switch(style, "vanish") if hidden is None else hidden
        before = len(found.runs)
        for node in run:
            text = self._piece(node, found, look, href, inserted, style)
            if not text:
                continue
            found.in_contents = found.in_contents or self.fields.in_contents
            if hidden:
                found.hidden += text
                continue
            if inserted:
                found.inserted += text
            found.runs.append(
                Run(text, self._is(look, character, style, "b"), self._is(look, character, style, "i"), href)
            )
        underlined = value(child(look, "u")) not in (None, "none")
        pieces = found.runs[before:]
        empty = not any(piece.text.strip() for piece in pieces)
        if underlined and empty and sum(len(piece.text) for piece in pieces) > 1:
            found.runs[before:] = [Run(BLANK)]

    def _is(self, look: ET.Element | None, character: str, style: str, name: str) -> bool:
        own = is_on(child(look, name))
        if own is not None:
            return own
        return self._styles.switch(character, name) if character else self._styles.switch(style, name)

    def _piece(
        self, node: ET.Element, found: Paragraph, look: ET.Element | None, href: str, inserted: bool, style: str
    ) -> str:
        """The characters of one element of a run; anything else is noted in ``found``."""
        name = local(node)
        match name:
            case "fldChar":
                return self._field(node)
            case "instrText":
                if self.fields.open:
                    self.fields.open[-1].code += node.text or ""
                return ""
            case _ if self.fields.in_code:
                return ""
            case "t":
                return _mapped(node.text or "", value(child(look, "rFonts"), "ascii"))
            case "br" | "cr":
                if value(node, "type") in ("page", "column"):
                    found.has_break = True
                    return ""
                return "\n"
            case "tab" | "ptab":
                return "\t"
            case "noBreakHyphen":
                return "-"
            case "sym":
                return _symbol(value(node, "char") or "")
            case "footnoteReference" | "endnoteReference":
                found.notes.append((name.removesuffix("Reference"), value(node, "id") or ""))
                return f"[{len(found.notes)}]" if value(node, "customMarkFollows") else f"\0{len(found.notes) - 1}\0"
            case "commentReference":
                found.comments.append(value(node, "id") or "")
            case "ruby":
                base = child(node, "rubyBase")
                return "".join(e.text or "" for e in (base.iter() if base is not None else ()) if local(e) == "t")
            case "AlternateContent":
                for inner in _alternative(node):
                    text = self._piece(inner, found, look, href, inserted, style)
                    if text:
                        return text
            case "drawing" | "pict" | "object":
                self._drawing(node, found)
        return ""

    def _field(self, node: ET.Element) -> str:
        kind = value(node, "fldCharType")
        if kind == "begin":
            self.fields.open.append(_Field(form=child(node, "ffData")))
        elif kind == "separate" and self.fields.open:
            self.fields.open[-1].in_result = True
        elif kind == "end" and self.fields.open:
            closed = self.fields.open.pop()
            if not self.fields.in_code and closed.form is not None:
                return _form_field(closed.form)
        return ""

    def _drawing(self, node: ET.Element, found: Paragraph) -> None:
        boxes = list(_topmost(node, "txbxContent"))
        found.boxes += boxes
        inside = {id(e) for box in boxes for e in box.iter()}
        others = [e for e in node.iter() if id(e) not in inside]
        alternatives = [value(e, "descr") or "" for e in others if local(e) == "docPr"]
        ids = [value(e, "embed") or value(e, "link") or "" for e in others if local(e) == "blip"]
        ids += [value(e, "id") or "" for e in others if local(e) == "imagedata"]
        found.objects += any(local(e) in ("OLEObject", "control", "chart", "relIds") for e in others)
        for picture in filter(None, ids):
            target = self._targets.get(picture, "")
            found.pictures.append((target, alternatives[0] if alternatives else ""))
            found.runs.append(Run(alternatives[0] if alternatives else "", image=target or "?"))


def _alternative(node: ET.Element) -> ET.Element:
    """The one of several ways of saying the same that we can read: the newest, unless it holds no words."""
    choices = [e for e in node if local(e) == "Choice"]
    fallback = child(node, "Fallback")
    for choice in choices:
        if any(local(e) in ("t", "blip", "txbxContent") for e in choice.iter()):
            return choice
    return fallback if fallback is not None else (choices[0] if choices else node)


def _topmost(element: ET.Element, name: str) -> Iterator[ET.Element]:
    for node in element:
        if local(node) == name:
            yield node
        elif local(node) == "AlternateContent":
            yield from _topmost(_alternative(node), name)
        else:
            yield from _topmost(node, name)


def _form_field(form: ET.Element) -> str:
    """The look of an old form field when it is empty: a box, or the choices of a list."""
    box, listed = child(form, "checkBox"), child(form, "ddList")
    if box is not None:
        ticked = is_on(child(box, "checked"))
        return "☑" if (is_on(child(box, "default")) if ticked is None else ticked) else "□"
    if listed is not None:
        return " ".join(f"□{value(e) or ''}" for e in listed if local(e) == "listEntry")
    return ""


def _symbol(code: str) -> str:
    try:
        number_ = int(code, 16)
    except ValueError:
        return ""
    return _SYMBOLS.get(number_ & 0xFF, "•") if number_ >= 0xF000 or number_ < 0x100 else chr(number_)


def _mapped(text: str, font: str | None) -> str:
    """Characters of a symbol font, which Word keeps in the private area."""
    if font and font.lower().startswith("wingdings"):
        return "".join(_SYMBOLS.get(ord(char) & 0xFF, char) for char in text)
    text = re.sub("[\u2002-\u2005]{3,}", BLANK, text)
    return re.sub("[\uf000-\uf0ff]", lambda match: _SYMBOLS.get(ord(match[0]) & 0xFF, "•"), text)


def entries(found: Paragraph) -> Iterator[Entry]:
    """What a paragraph adds to the report."""
    spot = found.spot
    if found.deleted.strip():
        yield Entry(Fate.LEFT_OUT, "deleted", spot, found.deleted)
    if found.inserted.strip():
        yield Entry(Fate.CHANGED, "inserted", spot, found.inserted)
    if found.hidden.strip():
        yield Entry(Fate.LEFT_OUT, "hidden", spot, found.hidden)
    if found.formula:
        yield Entry(Fate.CHANGED, "formula", spot, "".join(run.text for run in found.runs))
    for _ in range(found.objects):
        yield Entry(Fate.LEFT_OUT, "object", spot)


def indent_of(element: ET.Element | None, styles: Styles, style: str) -> float | None:
    """The left indent of a paragraph in points, its first line's not counted; None if nothing says it."""
    own = child(element, "ind")
    left = number(own, "left")
    left = number(own, "start") if left is None else left
    if left is None:
        said = styles.setting(style, "ind", name="left")
        left = int(said) if said and said.lstrip("-").isdigit() else None
    return None if left is None else left / 20

"""Controlled copies as Word files: one document, or the whole handbook, in the house's template."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from sopbook.copies import contents
from sopbook.copies.compose import approval, capital, compose, control_facts, grid, history, title_of
from sopbook.copies.contents import Entry
from sopbook.copies.numbering import NUMBERING, Lists, abstract_lists
from sopbook.copies.outline import HEADINGS, Block, Line, Mark, Role, Run, Shot, lines
from sopbook.copies.pictures import CONTENT_TYPES, load_picture
from sopbook.copies.watermark import with_watermark
from sopbook.copies.word import STYLES, Tracking, Writer
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale, Text, canonical, locale
from sopbook.model import Document, Kind, Status
from sopbook.word import edit, relations
from sopbook.word.blocks import run
from sopbook.word.package import pack_parts
from sopbook.word.picture import drawing
from sopbook.word.relations import ContentTypes, Properties
from sopbook.word.template import DOCUMENT, Filled, Template, TemplateBroken, fill, find_template, load

NUMBER_PROPERTY = "sopbook.copy.number"
VERSION_PROPERTY = "sopbook.copy.version"
SOURCE_PROPERTY = "sopbook.copy.source"
"""Properties of the file by which a copy is known again; a form's have other names, as it is read in another way."""

PRINTED = (Kind.DEPARTMENT, Kind.ROLE, Kind.PROCEDURE, Kind.CHECKLIST, Kind.FORM, Kind.REFERENCE)
"""The kinds that the whole handbook holds, in this order. Question banks are for training."""
SINGLE = (Kind.DEPARTMENT, Kind.ROLE, Kind.PROCEDURE, Kind.CHECKLIST, Kind.REFERENCE)
"""The kinds of which a copy of one is made. A form's copy is the form itself."""

_FRONT_PAGE = 2
_NO_DAY = dt.date(2000, 1, 1)  # of a handbook without documents
_TWIPS_PER_MM = 1440 / 25.4
_RELATIONS = relations.relations_of(DOCUMENT)
_TYPES = "[Content_Types].xml"
_NO_LIST = Text(
    "模板 {path} 不能用：列表样式“{name}”没有编号",
    'the template {path} cannot be used: the list style "{name}" has no numbering',
)

_KIND_TITLES = {
    Kind.DEPARTMENT: "departments", Kind.ROLE: "roles", Kind.PROCEDURE: "procedures", Kind.CHECKLIST: "checklists",
    Kind.FORM: "forms", Kind.REFERENCE: "references",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Copy:
    """A Word file: its bytes, and all its headings in order, for finding their pages in a PDF of it."""

    name: str
    data: bytes
    headings: tuple[Entry, ...]


def offered(handbook: Handbook) -> list[Document]:
    """The documents of which a controlled copy is made. A withdrawn one is not given out by itself."""
    return [d for d in handbook.documents if d.kind in SINGLE and d.control.status is not Status.WITHDRAWN]


class CopyCompiler:
    """Makes the copies of a handbook, all with the same template.

    ``root`` is the handbook's folder, for pictures; ``folders`` are looked through for a template,
    the house's own first. Raises TemplateBroken.
    """

    def __init__(self, handbook: Handbook, root: Path, folders: Sequence[Path]) -> None:
        self.handbook = handbook
        self.words: Locale = locale(handbook.settings.language)
        self._root = root
        path = find_template("document", self.words.language, folders)
        self._template: Template = load(path, self.words.language, STYLES)
        lists = abstract_lists(self._template.parts)
        for mark in Mark:
            if mark and mark not in lists:
                raise TemplateBroken(_NO_LIST.in_language(self.words.language).format(path=path, name=mark))

    def document(self, document: Document, pages: Mapping[str, int] | None = None) -> Copy:
        """A controlled copy of one document. ``pages`` are those of its headings, if they are known."""
        body = compose(self.handbook, self.words, document)
        work = _Work(
            self, self._fill_one(document), body, Role.SECTION, mark=_mark(self.words, document.control.status)
        )
        front: list[Block] = [
            *self._front("approval", "copies"), approval(self.handbook, self.words, document),
            *self._front("revisions", "ui"), history(self.words, document),
        ]  # fmt: skip
        # A heading of the front matter is none of the text, so it has a style of its own.
        work.open(front, body, frozenset({body[0].key} if body else ()), pages)
        work.add(body, new_page=True)
        return work.finish(document.id)

    def changes(self, document: Document, body: Sequence[Block], tracking: Tracking) -> Copy:
        """A document whose text holds tracked changes."""
        work = _Work(self, self._fill_one(document), tuple(body), Role.SECTION, tracking=tracking)
        work.add(body, new_page=True)
        return work.finish(document.id)

    def whole(self, pages: Mapping[str, int] | None = None) -> Copy:
        """The whole handbook in one file, each document on its own pages with its own header."""
        documents = [
            document
            for kind in PRINTED
            for document in self.handbook.of_kind(kind)
            if document.control.status is not Status.WITHDRAWN
        ]
        texts = {d.id: self._chapter(d) for d in documents}
        chapters = [(d, texts[d.id]) for d in documents]
        for kind, found in groupby(documents, key=lambda d: d.kind):
            first = next(found)
            title = self.words.word("ui", _KIND_TITLES[kind])
            part = Line(Role.PART, (Run(title),), key=f"#{kind}")
            chapters = [(d, (part, *text) if d is first else text) for d, text in chapters]
        everything = tuple(block for _, text in chapters for block in text)
        work = _Work(self, self._fill_whole(documents), everything, Role.PART)
        ui = self.words.word
        header = [ui("ui", key) for key in ("number", "title", "version", "effective", "approver")]
        rows = [
            [d.id, d.title, d.control.version, d.control.effective.isoformat(), d.control.approver.text]
            for d in documents
        ]
        front = [*self._front("included", "copies"), grid(ui("copies", "included"), (4, 9, 2, 3, 3), header, rows)]
        starts = frozenset(text[0].key for _, text in chapters if text)
        work.open(front, everything, starts, pages)
        for document, text in chapters:
            work.break_section()
            work.add(text)
            work.set_headers(self._placeholders(document), _mark(self.words, document.control.status))
        return work.finish("handbook")

    # ------------------------------------------------------------------------ what stands in it

    def _front(self, key: str, table: str) -> list[Block]:
        return [Line(Role.FRONT, (Run(self.words.word(table, key)),))]

    def _chapter(self, document: Document) -> tuple[Block, ...]:
        title = Line(
            Role.DOCUMENT, (Run(f"{document.id} {document.title}"),), key=f"{document.id}/0", targets=(document.id,)
        )
        return (
            title,
            control_facts(self.handbook, self.words, document),
            *compose(self.handbook, self.words, document),
            *self._front("revisions", "ui"),
            history(self.words, document),
        )

    def _placeholders(self, document: Document) -> dict[str, str]:
        settings, control = self.handbook.settings, document.control
        return {
            "title": document.title,
            "number": document.id,
            "version": control.version,
            "effective": control.effective.isoformat(),
            "status": capital(self.words.word("status", control.status)),
            "organisation": settings.organisation,
            "handbook": settings.title,
            "department": document.department,
            "owner": title_of(self.handbook, control.owner),
            "approver": title_of(self.handbook, control.approver),
        }

    def _fill_one(self, document: Document) -> Filled:
        control = document.control
        properties = Properties(
            title=f"{document.id} {document.title}",
            subject=f"{document.id} {control.version}",
            creator=self.handbook.settings.organisation,
            language=self.words.tag,
            day=control.effective,
            own={
                NUMBER_PROPERTY: document.id, VERSION_PROPERTY: control.version, SOURCE_PROPERTY: document.place.file,
            },
        )  # fmt: skip
        return fill(self._template, self._placeholders(document), properties)

    def _fill_whole(self, documents: Sequence[Document]) -> Filled:
        """The cover of the whole handbook says its newest day, since only its documents have versions."""
        settings = self.handbook.settings
        newest = max(documents, key=lambda d: d.control.effective).control.effective if documents else None
        day = newest.isoformat() if newest else "—"
        departments = dict.fromkeys(document.department for document in documents if document.department)
        values = {
            "title": settings.title,
            "number": "—",
            "version": day,
            "effective": day,
            "status": capital(self.words.word("status", Status.IN_FORCE)),
            "organisation": settings.organisation,
            "handbook": "",
            "department": self.words.format("list").join(departments),
            "owner": "—",
            "approver": "—",
        }
        properties = Properties(
            settings.title, settings.title, settings.organisation, self.words.tag, newest or _NO_DAY, {}
        )
        return fill(self._template, values, properties)

    # -------------------------------------------------------------------- for one file at work

    @property
    def template(self) -> Template:
        """The template."""
        return self._template

    @property
    def root(self) -> Path:
        """The handbook's folder."""
        return self._root


def _mark(words: Locale, status: Status) -> str:
    """What stands across the pages of a document that is not in force."""
    key = {Status.DRAFT: "draft", Status.WITHDRAWN: "withdrawn"}.get(status)
    return words.word("copies", key) if key else ""


class _Work:
    """One file at work: its document part, and what its other parts gain by it."""

    def __init__(
        self, maker: CopyCompiler, filled: Filled, body: tuple[Block, ...], highest: Role, *, mark: str = "",
        tracking: Tracking | None = None,
    ) -> None:  # fmt: skip
        self._maker = maker
        self._filled = filled
        self._parts = dict(filled.parts)
        self._highest = highest
        self._relations = relations.read_relations(_RELATIONS, self._parts[_RELATIONS])
        self._types = ContentTypes.read(self._parts[_TYPES])
        self._lists = Lists(self._parts)
        self._pictures = 0
        self._sections = 0
        self._shapes = 0
        self._xml: list[str] = []
        self._headings: list[Entry] = []
        self._page_settings = filled.section
        targets = frozenset(target for line in lines(body) for target in line.targets)
        self._writer = Writer(
            maker.template.styles, filled.width, self._lists, targets, self._link, self._show, highest=highest,
            tracking=tracking,
        )  # fmt: skip
        if mark:
            self._watermark(sorted(name for name in self._parts if re.fullmatch(r"word/header\d*\.xml", name)), mark)

    # --------------------------------------------------------------------------- content

    def open(
        self, front: Sequence[Block], body: Sequence[Block], new_page: frozenset[str], pages: Mapping[str, int] | None
    ) -> None:
        """The pages before the text: tables, then the contents."""
        self.add(front, new_page=True)
        styles = self._maker.template.styles
        title = Line(Role.FRONT, (Run(self._maker.words.word("copies", "contents")),))
        found = contents.entries(body, self._highest)
        if pages is None:
            tables = sum(block.text.count("\n") + 1 for block in front if not isinstance(block, Line))
            first = _FRONT_PAGE + 1 + (tables * 18 + len(found) * 15) // 700
            found = contents.estimated(found, body, first, self._filled.width, new_page)
        else:
            found = [replace(entry, page=pages.get(entry.place, 0)) for entry in found]
        self._xml.append(self._writer.line(title))
        self._xml.append(contents.field(found, (styles["toc 1"], styles["toc 2"]), dirty=pages is None))

    def add(self, blocks: Sequence[Block], *, new_page: bool = False) -> None:
        """More content. All lists of it count anew."""
        self._lists.new_document()
        if new_page and blocks and isinstance(blocks[0], Line):
            self._xml.append(self._writer.line(blocks[0], page_break=True))
            self._xml.append(self._writer.blocks(blocks[1:]))
        else:
            self._xml.append(self._writer.blocks(blocks))
        for line in lines(tuple(blocks)):
            if line.role in HEADINGS:
                self._headings.append(Entry(line.key, line.text, HEADINGS.index(line.role) + 1))

    def _link(self, address: str) -> str:
        self._relations, identifier = relations.with_relation(self._relations, relations.HYPERLINK, address)
        self._relations = [replace(r, external=True) if r.id == identifier else r for r in self._relations]
        return identifier

    def _show(self, shot: Shot) -> str:
        picture = load_picture(self._maker.root, shot, self._filled.width / _TWIPS_PER_MM)
        if picture is None:
            return run(shot.text)
        self._parts[f"word/media/{picture.name}"] = picture.data
        self._relations, identifier = relations.with_relation(self._relations, relations.IMAGE, f"media/{picture.name}")
        kind = picture.name.rpartition(".")[2]
        self._types = ContentTypes({**self._types.defaults, kind: CONTENT_TYPES[kind]}, self._types.overrides)
        self._pictures += 1
        # The template's own pictures have small numbers.
        return drawing(picture, identifier, 1000 + self._pictures)

    # -------------------------------------------------------------------------- sections

    def break_section(self) -> None:
        """End the section that was begun: what follows stands on new pages."""
        self._xml.append(self._writer.thin(self._page_settings))

    def set_headers(self, values: Mapping[str, str], mark: str) -> None:
        """The section that is at work gets headers and footers of its own, with these values in them."""
        self._sections += 1
        section = self._filled.section.replace("<w:titlePg/>", "")
        for tag in re.findall(r"<w:(?:header|footer)Reference\b[^>]*/>", self._filled.section):
            kind, identifier = _attribute(tag, "w:type"), _attribute(tag, "r:id")
            if kind == "first":
                section = section.replace(tag, "")
            else:
                section = section.replace(tag, tag.replace(identifier, self._own(identifier, values, mark)))
        self._page_settings = section

    def _own(self, identifier: str, values: Mapping[str, str], mark: str) -> str:
        """A header or footer for this section alone; returns its relationship."""
        known = next(relation for relation in self._relations if relation.id == identifier)
        part = relations.resolve(DOCUMENT, known.target)
        source = self._maker.template.parts[part]
        if not edit.placeholders(edit.survey(source)) and not mark:
            return identifier

        def value(name: str) -> str | None:
            key = canonical("placeholders", name)
            return None if key is None else values.get(key, "")

        stem = Path(part).stem
        new = f"word/{stem}-{self._sections}.xml"
        self._parts[new] = edit.fill(source, value, lambda _: "")
        own = relations.relations_of(part)
        if own in self._maker.template.parts:
            self._parts[relations.relations_of(new)] = self._maker.template.parts[own]
        overrides = {**self._types.overrides, f"/{new}": self._types.of(part)}
        self._types = ContentTypes(self._types.defaults, overrides)
        if mark and known.type.endswith("/header"):
            self._watermark([new], mark)
        self._relations, made = relations.with_relation(self._relations, known.type, Path(new).name)
        return made

    def _watermark(self, names: Iterable[str], mark: str) -> None:
        style = self._maker.template.styles["SOP Thin"]
        for name in names:
            self._shapes += 1
            self._parts[name] = with_watermark(self._parts[name], mark, style, self._shapes)

    # ----------------------------------------------------------------------------- the end

    def finish(self, name: str) -> Copy:
        """The file."""
        filled = self._filled
        after = filled.after.replace(filled.section, self._page_settings)
        parts = self._parts
        parts[DOCUMENT] = "".join((filled.before, *self._xml, after)).encode()
        parts[NUMBERING] = self._lists.write(parts[NUMBERING])
        parts[_RELATIONS] = relations.write_relations(self._relations)
        parts[_TYPES] = self._types.write()
        return Copy(name, pack_parts(parts), tuple(self._headings))


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', tag)
    return found[1] if found else ""

"""A form as a Word file: blank, filled in, and merged with many rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from sopbook.forms.fillable import Fillable, fillable
from sopbook.forms.layout import STYLES, Layout, Slot, lay_out
from sopbook.forms.values import Value
from sopbook.link.handbook import Handbook
from sopbook.locales import locale
from sopbook.model import Checklist, Document, Form, Status
from sopbook.word.package import Member, PieceCache, member, pack
from sopbook.word.picture import Picture, qr_code
from sopbook.word.prose import WordProse
from sopbook.word.relations import Properties
from sopbook.word.template import DOCUMENT, Filled, Template, fill, find_template, load, starting_anew

NUMBER_PROPERTY = "sopbook.number"
VERSION_PROPERTY = "sopbook.version"
"""Properties of the file by which a filled form is known again."""

Values = Mapping[str, Value]
"""What is filled in, by tag."""


@dataclass(frozen=True)
class FormDocument:
    """A compiled form: everything about its Word file but the values.

    ``layout`` is its content; ``lay_out_copies`` makes the same without bookmarks, for several in one file.
    """

    form: Fillable
    layout: Layout
    lay_out_copies: Callable[[], Layout]
    filled: Filled

    def word(self, values: Values | None = None) -> bytes:
        """The Word file, blank or filled in."""
        document = _text((self.filled.before, *self.layout.pieces, self.filled.after), values or {})
        return self._packed(member(DOCUMENT, document.encode()))

    def merger(self, tags: Iterable[str]) -> Merger:
        """What fills in the blanks with these tags again and again."""
        return Merger(self, frozenset(tags))

    def _packed(self, document: Member) -> bytes:
        first, *others = self.constant_members
        return pack((first, document, *others))

    @cached_property
    def constant_members(self) -> tuple[Member, ...]:
        """The parts that do not depend on the values, compressed; the content types come first."""
        parts = self.filled.parts
        names = sorted(parts, key=lambda name: (name != "[Content_Types].xml", name))
        return tuple(_constant(name, parts[name]) for name in names)


_constant = lru_cache(maxsize=64)(member)
"""Parts that are the same for all forms, as styles are, are compressed once."""


class Merger:
    """Fills in one form many times. What no row changes is compressed once."""

    def __init__(self, document: FormDocument, tags: frozenset[str]) -> None:
        self._document = document
        self._cache = PieceCache()
        self._tags = tags
        self._plan = _settled(document.layout.pieces, tags)

    def word(self, values: Values) -> bytes:
        """One filled form as a file."""
        filled = self._document.filled
        constant, varying = _render((filled.before, *self._plan, filled.after), values)
        first, *others = self._document.constant_members
        return pack((first, self._cache.member(DOCUMENT, constant, varying), *others))

    def together(self, rows: Iterable[Values]) -> Iterator[bytes]:
        """The document part of one file with a copy for each row, each counting its own pages.

        It comes in pieces, so that no more than one copy is in memory.
        """
        filled = self._document.filled
        section = starting_anew(filled.section)
        head, title = _split_body(filled.before)
        plan = _settled(self._document.lay_out_copies().pieces, self._tags)
        yield head.encode()
        first = True
        for values in rows:
            if not first:
                yield f"<w:p><w:pPr>{section}</w:pPr></w:p>".encode()
            first = False
            yield title.encode()
            yield _text(plan, values).encode()
        yield filled.after.replace(filled.section, section).encode()

    def parts(self) -> Mapping[str, bytes]:
        """The other parts of that one file. Its pages are counted within each copy."""
        return {
            name: _pages_of_section(data) if re.fullmatch(r"word/(header|footer)\d*\.xml", name) else data
            for name, data in self._document.filled.parts.items()
        }


def _pages_of_section(part: bytes) -> bytes:
    """A header or footer that counts the pages of a section. A program that does not know the field shows no number."""
    return re.sub(
        rb"\bNUMPAGES\b(.*?<w:t)[^>]*>[^<]*(</w:t>)",
        rb'SECTIONPAGES\1 xml:space="preserve">  \2',
        part,
        flags=re.DOTALL,
    )


def _split_body(before: str) -> tuple[str, str]:
    """The document up to the start of its body, and what each copy begins with."""
    start = before.index("<w:body>") + len("<w:body>")
    return before[:start], before[start:]


def _settled(pieces: Sequence[str | Slot], tags: frozenset[str]) -> tuple[str | Slot, ...]:
    """The pieces with every slot that no row fills left blank for good."""
    found: list[str | Slot] = []
    for piece in pieces:
        settled = "".join(piece.pieces(None)) if isinstance(piece, Slot) and piece.tag not in tags else piece
        if found and isinstance(settled, str) and isinstance(found[-1], str):
            found[-1] += settled
        else:
            found.append(settled)
    return tuple(found)


def _render(pieces: Iterable[str | Slot], values: Values) -> tuple[list[tuple[str, ...]], list[str]]:
    """The constant pieces and the varying ones between them: one fewer than those.

    A constant piece comes in parts that are the same strings every time.
    """
    constant: list[tuple[str, ...]] = []
    varying: list[str] = []
    waiting: tuple[str, ...] = ()
    for piece in pieces:
        if isinstance(piece, str):
            waiting += (piece,)
            continue
        first, *others = piece.pieces(values.get(piece.tag))
        waiting += (first,)
        for index in range(0, len(others), 2):
            constant.append(waiting)
            varying.append(others[index])
            waiting = (others[index + 1],)
    constant.append(waiting)
    return constant, varying


def _text(pieces: Iterable[str | Slot], values: Values) -> str:
    """The pieces with values in them."""
    return "".join(
        piece if isinstance(piece, str) else "".join(piece.pieces(values.get(piece.tag))) for piece in pieces
    )


# ----------------------------------------------------------------------------- compiling


class FormCompiler:
    """Compiles the forms and checklists of a handbook, all with the same template.

    ``folders`` are looked through for a template, the house's own first. Raises TemplateBroken.
    """

    def __init__(self, handbook: Handbook, folders: Sequence[Path]) -> None:
        self._handbook = handbook
        self._words = locale(handbook.settings.language)
        language = handbook.settings.language
        self._template: Template = load(find_template("form", language, folders), language, STYLES)

    def compile(self, document: Form | Checklist) -> FormDocument:
        """The form or checklist as something to fill in."""
        form = fillable(document, self._words)
        template = self._template
        styles = template.styles
        text = WordProse(self._handbook, self._words, document, styles["SOP Grid"], template.width)
        widths = (template.width, template.wide)
        notice = self._notice(document)
        layout = lay_out(form, self._words, styles, text, widths, notice)
        copies = partial(lay_out, form, self._words, styles, text, widths, notice, marks=False)
        filled = fill(
            template,
            self._placeholders(document),
            self._properties(document),
            qr=self._qr(document),
            landscape=layout.landscape,
            protect=True,
        )
        return FormDocument(form, layout, copies, filled)

    def _notice(self, document: Form | Checklist) -> str:
        keys = {Status.DRAFT: "draft_notice", Status.WITHDRAWN: "withdrawn_notice"}
        key = keys.get(document.control.status)
        return self._words.word("ui", key) if key else ""

    def _placeholders(self, document: Form | Checklist) -> dict[str, str]:
        settings, control = self._handbook.settings, document.control
        return {
            "title": document.title,
            "number": document.id,
            "version": control.version,
            "effective": control.effective.isoformat(),
            "organisation": settings.organisation,
            "handbook": settings.title,
            "department": document.department,
            "owner": control.owner.text,
            "retention": self._retention(document),
        }

    def _retention(self, document: Form | Checklist) -> str:
        """How long it is kept: a checklist as long as the form that its result goes into."""
        kept: Document | None = document
        if isinstance(document, Checklist):
            kept = self._handbook.document_named(document.record) if document.record else None
        return kept.retention if isinstance(kept, Form) else "—"

    def _properties(self, document: Form | Checklist) -> Properties:
        control = document.control
        return Properties(
            title=f"{document.id} {document.title}",
            subject=f"{document.id} {control.version}",
            creator=self._handbook.settings.organisation,
            language=self._words.tag,
            day=control.effective,
            own={NUMBER_PROPERTY: document.id, VERSION_PROPERTY: control.version},
        )

    def _qr(self, document: Form | Checklist) -> Picture | None:
        """A code that leads to the procedure in which the form is filled in, or else to the form's own page."""
        base = self._handbook.settings.base_url
        if not base:
            return None
        uses = self._handbook.uses.get(document.id, ())
        target, anchor = (uses[0].document, uses[0].step.anchor) if uses else (document, "")
        address = f"{base}{quote(target.id)}/" + (f"#{quote(anchor)}" if anchor else "")
        title = self._words.word("forms", "qr").format(title=f"{target.id} {target.title}")
        return qr_code(address, title)

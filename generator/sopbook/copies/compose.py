"""From a document to its outline: the same sections in the same order as in the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from sopbook import prose
from sopbook.copies.outline import Block, Grid, Line, Mark, Piece, Role, Row, Run, Shot
from sopbook.link.assets import asset_path
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale
from sopbook.model import (
    Checklist,
    Department,
    Document,
    Duty,
    Form,
    Item,
    Name,
    Partner,
    Procedure,
    ReferenceDocument,
    RowTable,
    Section,
    Status,
    Step,
    Task,
    TimeLimit,
)
from sopbook.model import Role as Post
from sopbook.places import Place
from sopbook.prose import Inline
from sopbook.read.links import is_external
from sopbook.word.prose import WordProse

OWN_PLACE = ("revisions", "questions")
"""Sections that are no part of the text: the history stands in front, questions belong to training."""


def compose(handbook: Handbook, words: Locale, document: Document) -> tuple[Block, ...]:
    """The text of a document; what stands in front of it on paper is not in it."""
    return tuple(_keyed(block) for block in _Composer(handbook, words, document).document())


def _keyed(block: Block) -> Block:
    return block if isinstance(block, Line) else _keyed_grid(block)


def _keyed_grid(grid: Grid) -> Grid:
    """The table with a key for each of its paragraphs that has none."""
    rows = [
        Row(
            tuple(
                tuple(line if line.key else replace(line, key=f"{grid.key}:{r}.{c}.{n}") for n, line in enumerate(cell))
                for c, cell in enumerate(row.cells)
            )
        )
        for r, row in enumerate(grid.all_rows)
    ]
    header = rows.pop(0) if grid.header else None
    return replace(grid, header=header, rows=tuple(rows))


def control_facts(handbook: Handbook, words: Locale, document: Document) -> Grid:
    """The document's control as a table: which version, since when, who answers for it."""
    control = document.control
    ui = words.word
    rows = [
        (ui("ui", "version"), control.version),
        (ui("ui", "effective"), control.effective.isoformat()),
        (ui("ui", "status"), capital(ui("status", control.status))),
        (ui("ui", "department"), document.department),
        (ui("ui", "owner"), title_of(handbook, control.owner)),
        (ui("ui", "approver"), title_of(handbook, control.approver)),
        (ui("ui", "review_due"), f"{control.review_due.isoformat()} ({words.interval(control.review)})"),
    ]
    filled = [(label, value) for label, value in rows if value]
    return grid(ui("ui", "document_control"), (1, 3), (), [list(pair) for pair in filled], labels=True)


def history(words: Locale, document: Document) -> Grid:
    """The revision table."""
    ui = words.word
    header = [ui("columns", key) for key in ("version", "date", "change", "approver")]
    rows = [
        [entry.version, entry.date.isoformat() if entry.date else "", entry.change, entry.approver]
        for entry in document.revisions
    ]
    made = replace(grid(ui("ui", "revisions"), (2, 3, 9, 3), header, rows), key=f"{document.id}#revisions")
    if not document.revisions or made.header is None:
        return made
    # In the source the heading stands two lines above the first row.
    head = _at_line(made.header, document.revisions[0].place.line - 2)
    told = tuple(_at_line(row, entry.place.line) for row, entry in zip(made.rows, document.revisions, strict=True))
    return _keyed_grid(replace(made, header=head, rows=told))


def _at_line(row: Row, line: int) -> Row:
    return Row(tuple(tuple(replace(part, source=line) for part in cell) for cell in row.cells))


def approval(handbook: Handbook, words: Locale, document: Document) -> Grid:
    """The table to sign: who prepared, reviewed and approved. Sources name no reviewer, so that post stays open."""
    ui = words.word
    header = [ui("copies", key) for key in ("step", "post", "name", "signature", "date")]
    posts = (title_of(handbook, document.control.owner), "", title_of(handbook, document.control.approver))
    rows = [[ui("copies", key), post, "", "", ""] for key, post in zip(_SIGNED, posts, strict=True)]
    return grid(ui("copies", "approval"), (2, 4, 3, 4, 3), header, rows)


_SIGNED = ("prepared", "reviewed", "approved")


def grid(
    name: str, shares: tuple[int, ...], header: Sequence[str], rows: Iterable[Sequence[str]], *, labels: bool = False
) -> Grid:
    """A table of plain text; with ``labels`` the first column is set as headings are."""
    made = tuple(
        Row(tuple((cell(value, head=labels and index == 0),) for index, value in enumerate(row))) for row in rows
    )
    return Grid(name, shares, Row(tuple((cell(word, head=True),) for word in header)) if header else None, made)


def cell(text: str, *, head: bool = False) -> Line:
    """A cell of plain text."""
    return Line(Role.CELL_HEAD if head else Role.CELL, (Run(text),) if text else ())


def capital(words: str) -> str:
    """Words as they stand at the beginning of a line."""
    return words[:1].upper() + words[1:]


def title_of(handbook: Handbook, name: Name) -> str:
    """The title of the role or partner that a name stands for."""
    actor = handbook.actor(name)
    return actor.title if actor else name.text


class _Composer:
    def __init__(self, handbook: Handbook, words: Locale, document: Document) -> None:
        self._handbook = handbook
        self._words = words
        self._document = document
        self._text = WordProse(handbook, words, document, "", 0)
        self._lists = 0
        self._under = ""
        self._count = 0
        self._source = 0

    # --------------------------------------------------------------------- the document

    def document(self) -> Iterator[Block]:
        """All of it."""
        control = self._document.control
        notice = {Status.DRAFT: "draft_notice", Status.WITHDRAWN: "withdrawn_notice"}.get(control.status)
        if notice:
            yield Line(Role.NOTICE, (Run(self._words.word("ui", notice)),))
        steps_told = False
        for section in self._document.sections:
            if section.key in OWN_PLACE:
                continue
            steps_told = steps_told or section.key == "steps"
            yield from self._section(section)
        if isinstance(self._document, Post):
            yield from self._work(self._document)

    def _section(self, section: Section) -> Iterator[Block]:
        self._at(section.anchor, section.place)
        if section.title:
            yield self._line(Role.SECTION, (Run(section.title),), mark=Mark.OUTLINE, anchor=section.anchor)
        yield from self._blocks(section.blocks)
        if section.figures is not None:
            yield self._figures(section)
        yield from self._structured(section.key)

    def _structured(self, key: str) -> Iterator[Block]:
        match self._document, key:
            case Procedure() as procedure, "steps":
                yield from self._steps(procedure.steps)
            case Procedure() as procedure, "acceptance":
                number = self._new_list()
                for criterion in procedure.acceptance:
                    self._source = criterion.place.line
                    yield self._item(self._pieces(criterion.text), Mark.TICKS, number)
            case Checklist() as checklist, "items":
                yield from self._items(checklist.items)
            case Department() as department, "functions":
                yield from self._tasks(department.functions)
            case Department() as department, "stages":
                for stage in department.stages:
                    yield self._phase(stage.title, stage.anchor)
                    yield from self._tasks(stage.tasks)
            case Department() as department, "plans":
                yield from self._tasks(department.plans)
            case Department() as department, "partners":
                yield from self._partners(department.partners)
            case Post() as post, "duties":
                yield from self._tasks(post.duties)
            case Post() as post, "training":
                yield from self._training(post)
            case ReferenceDocument() as reference, "terms":
                yield from self._terms(reference)
            case ReferenceDocument() as reference, "contacts":
                yield from self._contacts(reference)
            case Form() as form, "fields":
                yield from self._fields(form)

    # ---------------------------------------------------------------------------- steps

    def _steps(self, steps: tuple[Step, ...]) -> Iterator[Block]:
        number = self._new_list()
        phase = ""
        for step in steps:
            if step.phase and step.phase != phase:
                yield self._phase(step.phase)
            phase = step.phase
            self._at(step.anchor, step.place)
            title = (Run(("★ " if step.critical else "") + step.title),)
            yield self._line(Role.STEP, title, mark=Mark.STEPS, list_=number, anchor=step.anchor)
            facts = self._facts(step)
            if facts:
                yield self._line(Role.FACTS, facts, level=1)
            yield from self._blocks(step.body, 1)

    def _facts(self, step: Step) -> tuple[Piece, ...]:
        """What the suffix of a step says, in words: ``责任 客服前台  时限 10 分钟``."""
        told = [
            ("responsible", self._people(step.responsible)),
            ("support", self._people(step.support)),
            ("time_limit", (Run(self._limit(step.within)),) if step.within else ()),
            ("frequency", (Run(self._words.frequency(step.frequency)),) if step.frequency else ()),
            ("form", self._documents(step.forms)),
            ("checklist", self._documents(step.checklists)),
            ("record", self._documents(step.records)),
        ]
        found: list[Piece] = []
        for key, value in told:
            if value:
                label = self._words.word("ui", key)
                found += [Run(f"{'    ' if found else ''}{label}", bold=True), Run(" "), *value]
        return tuple(found)

    def _people(self, names: Iterable[Name]) -> tuple[Piece, ...]:
        return self._joined([(Run(title_of(self._handbook, name)),) for name in names])

    def _documents(self, names: Iterable[Name]) -> tuple[Piece, ...]:
        found: list[tuple[Piece, ...]] = []
        for name in names:
            document = self._handbook.document_named(name)
            found.append((self._to(document),) if document else (Run(name.text),))
        return self._joined(found)

    def _to(self, document: Document) -> Run:
        return Run(f"{document.id} {document.title}", target=document.id)

    def _joined(self, parts: Sequence[tuple[Piece, ...]]) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for part in parts:
            found += [*([Run(self._words.format("list"))] if found else []), *part]
        return tuple(found)

    def _limit(self, limit: TimeLimit) -> str:
        return self._words.duration(limit.duration) if limit.duration else self._text.figure(limit.text)

    # ---------------------------------------------------------------- other structured parts

    def _items(self, items: tuple[Item, ...]) -> Iterator[Block]:
        ui = self._words.word
        header = [ui("forms", "item_number"), *(ui("ui", key) for key in ("item", "criterion", "on_miss"))]
        count = 0
        for group, members in groupby(items, key=lambda item: item.group):
            if group:
                yield self._phase(group)
            rows: list[Row] = []
            for item in members:
                count += 1
                self._at(item.anchor, item.place)
                title = Run(("★ " if item.critical else "") + item.title, bold=True)
                named = self._line(Role.CELL, (title,), anchor=item.anchor)
                criterion = (self._line(Role.CELL, self._pieces(item.criterion)), *self._cell_blocks(item.body))
                miss = self._line(Role.CELL, self._pieces(item.on_miss))
                rows.append(Row(((cell(str(count)),), (named,), criterion, (miss,))))
            heading = Row(tuple((cell(word, head=True),) for word in header))
            yield Grid(group or ui("ui", "items"), (2, 5, 10, 9), heading, tuple(rows), self._key())

    def _tasks(self, tasks: Iterable[Task | Duty]) -> Iterator[Block]:
        for group, members in groupby(tasks, key=lambda task: task.group):
            if group:
                yield self._phase(group)
            number = self._new_list()
            for task in members:
                self._at(task.anchor, task.place)
                told = [self._words.frequency(task.frequency)] if task.frequency else []
                people = self._people(task.responsible) if isinstance(task, Task) else ()
                told += ["".join(piece.text for piece in people)] if people else []
                lead: list[Piece] = [Run(task.title, bold=True)]
                if told:
                    lead.append(
                        Run(self._words.word("copies", "aside").format(text=self._words.format("list").join(told)))
                    )
                yield from self._led(tuple(lead), task.body, Mark.NUMBERS, number, task.anchor)

    def _led(
        self, lead: tuple[Piece, ...], body: tuple[prose.Block, ...], mark: Mark, number: int, anchor: str = ""
    ) -> Iterator[Block]:
        """An item of a list whose first paragraph goes on after its bold title."""
        first, rest = (body[0], body[1:]) if body and isinstance(body[0], prose.Paragraph) else (None, body)
        pieces = (
            (*lead, Run(self._words.word("copies", "after_title")), *self._pieces(first.children)) if first else lead
        )
        yield self._line(Role.LIST, pieces, mark=mark, list_=number, anchor=anchor)
        yield from self._blocks(rest, 1)

    def _partners(self, partners: Iterable[Partner]) -> Iterator[Block]:
        for group, members in groupby(partners, key=lambda partner: partner.group):
            if group:
                yield self._phase(group)
            number = self._new_list()
            for partner in members:
                self._source = partner.place.line
                also = self._words.word("copies", "aside").format(text=self._words.format("list").join(partner.aliases))
                lead = (Run(partner.title, bold=True), *((Run(also),) if partner.aliases else ()))
                yield from self._led(lead, partner.body, Mark.BULLETS, number)

    def _training(self, post: Post) -> Iterator[Block]:
        number = self._new_list()
        for step in post.training:
            self._source = step.place.line
            lead = (Run(f"{self._limit(step.within)}", bold=True),) if step.within else ()
            yield from self._led(lead, step.body, Mark.NUMBERS, number)

    def _work(self, post: Post) -> Iterator[Block]:
        """What follows from the procedures: every step that a post takes or helps with."""
        work = self._handbook.work.get(post.title, ())
        if not work:
            return
        ui = self._words.word
        self._at("work", None)
        yield self._line(Role.SECTION, (Run(ui("ui", "your_steps")),), mark=Mark.OUTLINE, anchor="work")
        yield self._line(Role.TEXT, (Run(ui("ui", "your_steps_intro")),))
        header = Row(tuple((cell(ui("ui", key), head=True),) for key in ("procedure", "step", "responsible", "within")))
        rows = [
            Row(
                (
                    (Line(Role.CELL, (self._to(entry.document),)),),
                    (Line(Role.CELL, (Run(entry.step.title, target=f"{entry.document.id}#{entry.step.anchor}"),)),),
                    (cell(ui("ui", "leads" if entry.responsible else "helps")),),
                    (cell(self._limit(entry.step.within) if entry.step.within else ""),),
                )
            )
            for entry in work
        ]
        yield Grid(ui("ui", "your_steps"), (8, 8, 3, 4), header, tuple(rows), self._key())

    def _terms(self, reference: ReferenceDocument) -> Iterator[Block]:
        ui = self._words.word
        header = Row(tuple((cell(ui("columns", key), head=True),) for key in ("term", "synonyms", "meaning")))
        for group, members in groupby(reference.terms, key=lambda term: term.group):
            if group:
                yield self._phase(group)
            rows = [
                Row(
                    (
                        (cell(term.name),),
                        (cell(self._words.format("list").join(term.synonyms)),),
                        (self._line(Role.CELL, self._pieces(term.meaning)),),
                    )
                )
                for term in members
            ]
            yield Grid(group or ui("headings", "terms"), (4, 5, 12), header, tuple(rows), self._key())

    def _contacts(self, reference: ReferenceDocument) -> Iterator[Block]:
        ui = self._words.word
        header = Row(tuple((cell(ui("columns", key), head=True),) for key in ("name", "phone", "hours", "note")))
        for group, members in groupby(reference.contacts, key=lambda contact: contact.group):
            if group:
                yield self._phase(group)
            rows = [
                Row(
                    (
                        (cell(contact.name),),
                        (cell(self._words.format("list").join(contact.phones)),),
                        (cell(contact.hours),),
                        (self._line(Role.CELL, self._pieces(contact.note)),),
                    )
                )
                for contact in members
            ]
            yield Grid(group or ui("headings", "contacts"), (5, 5, 4, 8), header, tuple(rows), self._key())

    def _figures(self, section: Section) -> Grid:
        ui = self._words.word
        header = [ui("ui", key) for key in ("figure", "value", "basis")]
        rows = [
            [figure.name, self._text.figure(figure.name), figure.basis or ui("ui", "house_figure")]
            for figure in self._handbook.settings.figures
            if section.figures in ("*", figure.group)
        ]
        return replace(grid(section.title, (5, 5, 8), header, rows), key=self._key())

    def _fields(self, form: Form) -> Iterator[Block]:
        ui = self._words.word
        header = Row(tuple((cell(ui("ui", key), head=True),) for key in ("fields", "type", "required", "note")))
        for part in form.parts:
            self._at(part.anchor, part.place)
            if part.title:
                yield self._phase(part.title, part.anchor)
            fields = part.columns if isinstance(part, RowTable) else part.fields
            rows = [
                Row(
                    (
                        (cell(field.label),),
                        (cell(" / ".join((ui("field_types", field.type), *field.options))),),
                        (cell("✓" if field.required else ""),),
                        self._cell_blocks(field.hint) or (cell(""),),
                    )
                )
                for field in fields
            ]
            if rows:
                yield Grid(part.title or ui("ui", "fields"), (5, 6, 2, 9), header, tuple(rows), self._key())
            yield from self._blocks(part.notes)

    # ---------------------------------------------------------------------------- prose

    def _blocks(self, blocks: tuple[prose.Block, ...], level: int = 0, role: Role = Role.TEXT) -> Iterator[Block]:
        for block in blocks:
            yield from self._block(block, level, role)

    def _block(self, block: prose.Block, level: int, role: Role) -> Iterator[Block]:
        self._source = block.place.line
        match block:
            case prose.Paragraph(children):
                yield from self._paragraph(children, level, role)
            case prose.Heading(children=children):
                yield self._line(Role.GROUP, self._pieces(children))
            case prose.List():
                yield from self._list(block, level, role)
            case prose.Table():
                yield self._table(block, level)
            case prose.Quote(blocks):
                yield from self._blocks(blocks, level, Role.QUOTE)
            case prose.Callout(kind=kind, blocks=blocks):
                yield from self._callout(self._words.word("callouts", kind), blocks, level)
            case prose.CodeBlock(text):
                yield self._line(Role.CODE, (Run(text.rstrip("\n")),), level=level)
            case prose.ThematicBreak():
                pass

    def _paragraph(self, children: tuple[Inline, ...], level: int, role: Role) -> Iterator[Line]:
        pieces = self._pieces(children)
        yield self._line(role, pieces, level=level)
        shots = [piece for piece in pieces if isinstance(piece, Shot)]
        # A picture alone in its paragraph gets its words as a caption.
        if (
            len(shots) == 1
            and shots[0].alternative
            and not "".join(p.text for p in pieces if isinstance(p, Run)).strip()
        ):
            yield self._line(Role.CAPTION, (Run(shots[0].alternative),), level=level)

    def _callout(self, title: str, blocks: tuple[prose.Block, ...], level: int) -> Iterator[Block]:
        lead = Run(capital(title) + self._words.word("copies", "after_title"), bold=True)
        for index, block in enumerate(blocks):
            if index == 0 and isinstance(block, prose.Paragraph):
                yield self._line(Role.CALLOUT, (lead, *self._pieces(block.children)), level=level)
                continue
            if index == 0:
                yield self._line(Role.CALLOUT, (lead,), level=level)
            yield from self._block(block, level, Role.CALLOUT)

    def _list(self, block: prose.List, level: int, role: Role) -> Iterator[Block]:
        number = self._new_list()
        for item in block.items:
            self._source = item.place.line
            mark = Mark.NUMBERS if block.ordered else Mark.BULLETS if item.checked is None else Mark.TICKS
            first, *rest = item.blocks or (prose.Paragraph((), item.place),)
            if isinstance(first, prose.Paragraph):
                yield self._item(self._pieces(first.children), mark, number, level)
            else:
                yield self._item((), mark, number, level)
                rest.insert(0, first)
            yield from self._blocks(tuple(rest), level + 1, role)

    def _table(self, table: prose.Table, level: int) -> Grid:
        key = self._key()
        title = " / ".join(prose.plain(head.children) for head in table.header)
        header = self._table_row(table.header, Role.CELL_HEAD)
        rows = tuple(self._table_row(row, Role.CELL) for row in table.rows)
        # Columns get room by their longest text, within bounds.
        longest = [
            max(len(prose.plain(row[index].children)) for row in (table.header, *table.rows))
            for index in range(len(table.header))
        ]
        return Grid(title, tuple(min(max(length, 4), 30) for length in longest), header, rows, key, level)

    def _table_row(self, cells: tuple[prose.Cell, ...], role: Role) -> Row:
        self._source = cells[0].place.line if cells else 0
        return Row(tuple((self._line(role, self._pieces(entry.children)),) for entry in cells))

    def _cell_blocks(self, blocks: tuple[prose.Block, ...]) -> tuple[Line, ...]:
        """Blocks in a cell: paragraphs and lists; a table in it becomes its text."""
        found: list[Line] = []
        for block in self._blocks(blocks, 0, Role.CELL):
            if isinstance(block, Line):
                found.append(block)
            else:
                found += [self._line(Role.CELL, (Run(row.text.replace("\t", "  ")),)) for row in block.rows]
        return tuple(found)

    def _pieces(
        self, inlines: tuple[Inline, ...], bold: bool = False, italic: bool = False, href: str = ""
    ) -> tuple[Piece, ...]:
        found: list[Piece] = []
        for index, node in enumerate(inlines):
            match node:
                case prose.SoftBreak():
                    before = prose.plain(inlines[max(0, index - 1) : index])
                    space = prose.join_lines(before, prose.plain(inlines[index + 1 : index + 2]))
                    found += [Run(space, bold, italic)] if space else []
                case prose.Strong(children):
                    found += self._pieces(children, True, italic, href)
                case prose.Emphasis(children):
                    found += self._pieces(children, bold, True, href)
                case prose.Link(href=address, children=children):
                    found += self._pieces(children, bold, italic, address if is_external(address) else "")
                case prose.Image(source=source, alt=alt):
                    path = asset_path(self._document, source)
                    shown = path is not None and path in self._handbook.assets
                    found.append(Shot(path or "", alt) if shown else Run(f"[{alt}]"))
                case prose.Reference():
                    found.append(Run(self._text.words_of(node), bold, italic, self._target(node)))
                case _:
                    text = self._text.words_of(node)
                    found += [Run(text, bold, italic, href=href)] if text else []
        return tuple(found)

    def _target(self, reference: prose.Reference) -> str:
        target = self._handbook.follow(reference, self._document)
        if target is None:
            return ""
        return f"{target.document.id}#{target.anchor}" if target.anchor else target.document.id

    # --------------------------------------------------------------------------- places

    def _at(self, anchor: str, place: Place | None) -> None:
        self._under, self._count = anchor, 0
        self._source = place.line if place else 0

    def _key(self) -> str:
        self._count += 1
        return f"{self._document.id}#{self._under}/{self._count}"

    def _new_list(self) -> int:
        self._lists += 1
        return self._lists

    def _line(
        self, role: Role, pieces: tuple[Piece, ...], *, level: int = 0, mark: Mark = Mark.NONE, list_: int = 0,
        anchor: str = "",
    ) -> Line:  # fmt: skip
        targets = (f"{self._document.id}#{anchor}",) if anchor else ()
        return Line(role, pieces, level, mark, list_, self._key(), targets, source=self._source)

    def _phase(self, title: str, anchor: str = "") -> Line:
        return self._line(Role.PHASE, (Run(title),), mark=Mark.OUTLINE, level=1, anchor=anchor)

    def _item(self, pieces: tuple[Piece, ...], mark: Mark, number: int, level: int = 0) -> Line:
        return self._line(Role.LIST, pieces, level=level, mark=mark, list_=number)

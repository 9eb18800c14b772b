"""From a document of any kind to its source: the inverse of ``read_document``.

Reading what is written here gives the same document, except for the places of its nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sopbook import prose
from sopbook.locales import Locale, locale
from sopbook.model import (
    Bank,
    Checklist,
    Department,
    Document,
    Duty,
    Field,
    FieldGroup,
    FieldType,
    Form,
    Item,
    Name,
    Partner,
    Procedure,
    Question,
    QuestionType,
    ReferenceDocument,
    Role,
    RowTable,
    Section,
    Status,
    Step,
    Task,
)
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.read.context import slug
from sopbook.write.frontmatter import write_front_matter
from sopbook.write.prose import suffix, write_blocks

_NOWHERE = Place("")


def write_document(document: Document, language: str) -> str:
    """The source of a document; ``language`` is that of the column headings and labels in it."""
    return write_source(front_matter(document), document_blocks(document, locale(language)))


def write_source(values: dict[str, Any], blocks: Sequence[Block]) -> str:
    """A source out of the values of its front matter and the blocks of its body, suffixes included."""
    body = write_blocks(blocks)
    return f"{write_front_matter(values)}\n{body}" if body else write_front_matter(values)


def front_matter(document: Document) -> dict[str, Any]:
    """The front matter of a document, by canonical key."""
    control = document.control
    values: dict[str, Any] = {
        "id": document.id,
        "kind": document.kind,
        "title": document.title,
        "version": control.version,
        "effective": control.effective,
        "review": control.review,
        "reviewed": control.reviewed,
        "owner": control.owner.text,
        "approver": control.approver.text,
        "status": "" if control.status is Status.IN_FORCE else control.status,
        "department": document.department,
        "keywords": document.keywords,
        "covers": [f"{c.requirement}#{c.anchor}" if c.anchor else c.requirement for c in document.covers],
    }
    match document:
        case Procedure():
            values |= {"frequency": document.frequency, "urgent": document.urgent, "short": document.short}
            values["call"] = _texts(document.call)
        case Checklist():
            values |= {"frequency": document.frequency, "responsible": _texts(document.responsible)}
            values["record"] = document.record.text if document.record else None
        case Role():
            values |= {"reports_to": document.reports_to.text if document.reports_to else None}
            values["aliases"] = document.aliases
        case Form():
            values["retention"] = document.retention
        case Bank():
            values["tests"] = document.tests.text if document.tests else None
    return values


def document_blocks(document: Document, words: Locale) -> list[Block]:
    """The body of a document as prose with suffixes."""
    blocks: list[Block] = []
    for section in document.sections:
        if section.title:
            blocks.append(_section_heading(section))
        structured = _structured(document, section.key, words)
        free = 0
        # A list before any heading must stay before it; what else stands around the lists keeps its order.
        while free < len(section.blocks) and not isinstance(section.blocks[free], prose.Heading):
            free += 1
        headed = next((i for i, block in enumerate(structured) if isinstance(block, prose.Heading)), len(structured))
        blocks += [*section.blocks[:free], *structured[:headed], *section.blocks[free:], *structured[headed:]]
    return blocks


def _section_heading(section: Section) -> Block:
    figures = section.figures
    written = suffix(
        anchor="" if section.anchor == (section.key or slug(section.title)) else section.anchor,
        values=[("figures", figures)] if figures and figures != "*" else [],
        flags=["figures"] if figures == "*" else [],
    )
    return heading(2, section.title, written)


def _structured(document: Document, key: str, words: Locale) -> list[Block]:
    match document, key:
        case _, "revisions":
            lines = [
                (r.version, r.date.isoformat() if r.date else "", r.change, r.approver) for r in document.revisions
            ]
            return _table(words, ("version", "date", "change", "approver"), [tuple(map(text, line)) for line in lines])
        case Procedure(), "steps":
            return _grouped(((step.phase, step_item(step)) for step in document.steps), ordered=True)
        case Procedure(), "acceptance":
            return _list([item((paragraph(point.text),), checked=False) for point in document.acceptance])
        case ((Procedure() | Bank()), "questions"):
            return _list([_question(question, words) for question in document.questions], ordered=True)
        case Checklist(), "items":
            return _grouped(((entry.group, check_item(entry, words)) for entry in document.items), ordered=False)
        case Form(), "fields":
            return [block for part in document.parts for block in form_part(part)]
        case Department(), "functions":
            return _grouped(((task.group, _task(task)) for task in document.functions), ordered=False)
        case Department(), "plans":
            return _grouped(((task.group, _task(task)) for task in document.plans), ordered=False)
        case Department(), "stages":
            return [block for stage in document.stages for block in _stage(stage.title, stage.anchor, stage.tasks)]
        case Department(), "partners":
            return _grouped(((partner.group, _partner(partner)) for partner in document.partners), ordered=False)
        case Role(), "duties":
            return _grouped(((duty.group, _task(duty)) for duty in document.duties), ordered=False)
        case Role(), "training":
            return _list(
                [_stop(stop.body, stop.within.text if stop.within else "") for stop in document.training], True
            )
        case ReferenceDocument(), "terms":
            terms = [(t.group, (text(t.name), text("、".join(t.synonyms)), t.meaning)) for t in document.terms]
            return _grouped_table(words, ("term", "synonyms", "meaning"), terms)
        case ReferenceDocument(), "contacts":
            people = [
                (c.group, (text(c.name), text("、".join(c.phones)), text(c.hours), c.note)) for c in document.contacts
            ]
            return _grouped_table(words, ("name", "phone", "hours", "note"), people)
    return []


# ------------------------------------------------------------------------------ the parts


def text(words: str) -> tuple[Inline, ...]:
    """Plain words as inlines."""
    return (prose.Text(words),) if words else ()


def paragraph(children: Sequence[Inline]) -> prose.Paragraph:
    """A paragraph."""
    return prose.Paragraph(tuple(children), _NOWHERE)


def heading(level: int, title: str, written: prose.Suffix | None = None) -> prose.Heading:
    """A heading with its suffix."""
    tail: tuple[Inline, ...] = (prose.Text(" "), written) if written and written.raw else ()
    return prose.Heading(level, (*text(title), *tail), _NOWHERE)


def item(blocks: Sequence[Block], checked: bool | None = None) -> prose.ListItem:
    """A list item."""
    return prose.ListItem(tuple(blocks), checked, _NOWHERE)


def titled(
    title: str,
    written: prose.Suffix,
    body: Sequence[Block],
    *,
    lead: Sequence[Inline] = (),
    checked: bool | None = None,
) -> prose.ListItem:
    """An item with a bold title and a suffix; its text follows on the next line, or (``lead``) on the same one."""
    first: list[Inline] = [prose.Strong(text(title))]
    if written.raw:
        first += [prose.Text(" "), written]
    rest = list(body)
    if lead:
        first += [prose.Text(" "), *lead]
    elif rest and isinstance(rest[0], prose.Paragraph):
        first += [prose.SoftBreak(), *rest[0].children]
        del rest[0]
    return item((paragraph(first), *rest), checked)


def step_item(step: Step) -> prose.ListItem:
    """A step as an item of the ordered list."""
    values = [
        ("responsible", ",".join(_texts(step.responsible))),
        ("with", ",".join(_texts(step.support))),
        ("within", step.within.text if step.within else ""),
        ("form", ",".join(_texts(step.forms))),
        ("checklist", ",".join(_texts(step.checklists))),
        ("record", ",".join(_texts(step.records))),
        ("frequency", str(step.frequency or "")),
        ("covers", _covers(step)),
    ]
    return titled(step.title, suffix(step.anchor, values, ["critical"] if step.critical else []), step.body)


def check_item(entry: Item, words: Locale) -> prose.ListItem:
    """An item of a checklist as a task."""
    written = suffix(entry.anchor, [("covers", _covers(entry))], ["critical"] if entry.critical else [])
    lead = list(entry.criterion)
    if entry.on_miss:
        lead += [prose.SoftBreak(), prose.Text(f"{words.word('labels', 'on_miss')}：")]
        lead += entry.on_miss
    return titled(entry.title, written, entry.body, lead=lead, checked=False)


def form_part(part: FieldGroup | RowTable) -> list[Block]:
    """A group of fields, or a table with rows, with its heading."""
    if isinstance(part, RowTable):
        written = suffix(part.anchor, [("type", "table"), ("rows", str(part.rows))])
        cells = tuple(_cell((*text(c.label), prose.Text(" "), _field_suffix(c, part.anchor))) for c in part.columns)
        rows = tuple(tuple(_cell(text(value)) for value in row) for row in part.preset)
        blank = () if rows else (tuple(_cell(()) for _ in cells),)
        return [heading(3, part.title, written), prose.Table(cells, (*rows, *blank), _NOWHERE), *part.notes]
    head = [heading(3, part.title, suffix(part.anchor))] if part.title else []
    return [*head, *_list([_field(field) for field in part.fields]), *part.notes]


def _field(field: Field) -> prose.ListItem:
    nested = any(set(option) & set("/|") for option in field.options)
    options = _list([item((paragraph(text(option)),)) for option in field.options]) if nested else []
    return titled(field.label, _field_suffix(field), (*field.hint, *options))


def _field_suffix(field: Field, scope: str = "") -> prose.Suffix:
    nested = any(set(option) & set("/|") for option in field.options)
    several = field.lines > 1 or field.type is FieldType.MULTILINE
    values = [
        ("type", "" if field.type is FieldType.TEXT else field.type),
        ("options", "" if nested else "/".join(field.options)),
        ("unit", field.unit),
        ("lines", str(field.lines) if several else ""),
    ]
    return suffix(field.anchor.removeprefix(f"{scope}."), values, ["required"] if field.required else [])


def _stage(title: str, anchor: str, tasks: Sequence[Task]) -> list[Block]:
    return [*([heading(3, title, suffix(anchor))] if title else []), *_list([_task(task) for task in tasks])]


def _task(task: Task | Duty) -> prose.ListItem:
    responsible = _texts(task.responsible) if isinstance(task, Task) else []
    values = [
        ("frequency", str(task.frequency or "")),
        ("responsible", ",".join(responsible)),
        ("covers", _covers(task)),
    ]
    return titled(task.title, suffix(task.anchor, values), task.body)


def _partner(partner: Partner) -> prose.ListItem:
    return titled(partner.title, suffix("", [("aliases", ",".join(partner.aliases))]), partner.body)


def _stop(body: Sequence[Block], within: str) -> prose.ListItem:
    written = suffix("", [("within", within)])
    if written.raw and body and isinstance(body[0], prose.Paragraph):
        body = [paragraph((*body[0].children, prose.Text(" "), written)), *body[1:]]
    return item(body)


def _question(question: Question, words: Locale) -> prose.ListItem:
    answer = question.answer
    kind = question.type
    truth = {True: "true", False: "false", None: ""}[answer.truth]
    number = "" if answer.number is None else f"{answer.number:.15g}"
    implied = kind is QuestionType.SINGLE or (
        kind is QuestionType.MULTIPLE and sum(option.correct for option in question.options) > 1
    )
    values = [
        ("type", "" if implied else kind),
        ("tests", ",".join(_texts(question.tests))),
        ("difficulty", str(question.difficulty)),
        ("answer", truth or "|".join(answer.variants) or number),
        ("unit", answer.unit),
        ("tolerance", f"{answer.tolerance:.15g}" if answer.tolerance else ""),
    ]
    structured: list[Block] = []
    if question.options:
        ordering = kind is QuestionType.ORDERING
        options = [item((paragraph(o.text),), None if ordering else o.correct) for o in question.options]
        structured += _list(options, ordering)
    if question.pairs:
        structured += _pairs(question, words)
    structured += _list([_question(part, words) for part in question.parts], ordered=True)
    rationale = [prose.Callout("rationale", question.rationale, _NOWHERE)] if question.rationale else []
    stem = paragraph((*question.stem, prose.Text(" "), suffix(question.anchor, values)))
    # The reader takes the last table or ordered list for what is to be answered.
    return item((stem, *question.body, *structured, *rationale))


def _pairs(question: Question, words: Locale) -> list[Block]:
    header = tuple(_cell(text(words.word("columns", key))) for key in ("name", "meaning"))
    rows = tuple((_cell(pair.left), _cell(pair.right)) for pair in question.pairs)
    return [prose.Table(header, rows, _NOWHERE)]


def _grouped(entries: Iterable[tuple[str, prose.ListItem]], *, ordered: bool) -> list[Block]:
    blocks: list[Block] = []
    for group, members in groupby(entries, key=lambda entry: entry[0]):
        if group:
            blocks.append(heading(3, group))
        blocks += _list([entry for _, entry in members], ordered)
    return blocks


def _grouped_table(
    words: Locale, columns: Sequence[str], entries: Iterable[tuple[str, Sequence[tuple[Inline, ...]]]]
) -> list[Block]:
    blocks: list[Block] = []
    for group, members in groupby(entries, key=lambda entry: entry[0]):
        if group:
            blocks.append(heading(3, group))
        blocks += _table(words, columns, [row for _, row in members])
    return blocks


def _list(items: Sequence[prose.ListItem], ordered: bool = False) -> list[Block]:
    return [prose.List(ordered, tuple(items), _NOWHERE)] if items else []


def _table(words: Locale, columns: Sequence[str], rows: Sequence[Sequence[tuple[Inline, ...]]]) -> list[Block]:
    if not rows:
        return []
    header = tuple(_cell(text(words.word("columns", column))) for column in columns)
    return [prose.Table(header, tuple(tuple(map(_cell, row)) for row in rows), _NOWHERE)]


def _cell(children: Sequence[Inline]) -> prose.Cell:
    return prose.Cell(tuple(children), _NOWHERE)


def _texts(names: Sequence[Name]) -> list[str]:
    return [name.text for name in names]


def _covers(node: Step | Item | Task | Duty) -> str:
    return ",".join(cover.requirement for cover in node.covers)

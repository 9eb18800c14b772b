"""The registers of a controlled system (ISO 9001:2015, 7.5.3) as sheets: they follow from the sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sopbook.copies.compose import title_of
from sopbook.link.derived import due_for_review, responsibilities
from sopbook.link.handbook import Handbook, Use
from sopbook.locales import Locale, locale
from sopbook.model import Checklist, Form, Kind, Name, RowTable, Status
from sopbook.spreadsheet.write import Paper, Sheet, Value, xlsx_bytes


@dataclass(frozen=True, slots=True)
class _Table:
    headings: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[Value]]


def registers(handbook: Handbook) -> dict[str, bytes]:
    """Each register as a workbook, by file name."""
    words = locale(handbook.settings.language)
    note = words.word("copies", "registers_note").format(title=handbook.settings.title)
    found: dict[str, bytes] = {}
    for name, make in _REGISTERS.items():
        title = words.word("copies", f"register_{name}")
        table = make(handbook, words)
        paper = Paper(table.widths, f"{handbook.settings.organisation}  {title}", note)
        found[f"{name}.xlsx"] = xlsx_bytes([Sheet(title, table.headings, table.rows, paper)])
    return found


def _titles(handbook: Handbook, words: Locale, names: Iterable[Name]) -> str:
    return words.format("list").join(dict.fromkeys(title_of(handbook, name) for name in names))


def _ui(words: Locale, *keys: str) -> list[str]:
    """Headings: words of the interface, or (after a dot) of the copies."""
    return [words.word("copies", key[1:]) if key.startswith(".") else words.word("ui", key) for key in keys]


def _documents(handbook: Handbook, words: Locale) -> _Table:
    """The master list: every document, also what is withdrawn."""
    rows: list[list[Value]] = [
        [
            d.id, d.title, words.word("kinds", d.kind), d.department, d.control.version, d.control.effective,
            words.word("status", d.control.status), title_of(handbook, d.control.owner),
            title_of(handbook, d.control.approver), d.control.review_due, d.place.file,
        ]
        for d in handbook.documents
    ]  # fmt: skip
    headings = _ui(
        words, "number", "title", ".kind", "department", "version", "effective", "status", "owner", "approver",
        "review_due", ".source",
    )  # fmt: skip
    return _Table(headings, (13, 30, 9, 14, 8, 12, 8, 14, 14, 12, 34), rows)


def _forms(handbook: Handbook, words: Locale) -> _Table:
    rows: list[list[Value]] = []
    for form in handbook.of_kind(Kind.FORM):
        if isinstance(form, Form):
            uses = handbook.uses.get(form.id, ())
            people = _titles(handbook, words, (name for use in uses for name in use.step.responsible))
            fields = sum(len(p.columns if isinstance(p, RowTable) else p.fields) for p in form.parts)
            rows.append(
                [
                    form.id,
                    form.title,
                    form.control.version,
                    form.control.effective,
                    words.word("status", form.control.status),
                    fields,
                    form.retention,
                    people,
                    _steps(uses),
                ]
            )
    headings = _ui(
        words, "number", "title", "version", "effective", "status", ".field_count", "retention", ".filed_by", ".used_by"
    )
    return _Table(headings, (13, 30, 8, 12, 8, 9, 12, 22, 46), rows)


def _records(handbook: Handbook, words: Locale) -> _Table:
    """What is kept: the forms with their retention, the records of checklists, and records that only steps name."""
    rows: list[list[Value]] = []
    forms = {form.id: form for form in handbook.of_kind(Kind.FORM) if isinstance(form, Form)}
    checked = {
        c.record.text: c for c in handbook.of_kind(Kind.CHECKLIST) if isinstance(c, Checklist) and c.record is not None
    }
    for number, form in forms.items():
        if form.control.status is not Status.WITHDRAWN:
            uses = handbook.uses.get(number, ())
            told = _steps(uses)
            if number in checked:
                told = "\n".join(filter(None, (told, f"{checked[number].id} {checked[number].title}")))
            rows.append([number, form.title, form.retention, title_of(handbook, form.control.owner), told])
    other = [name for name in handbook.uses if name not in handbook.by_number]
    for name in other:
        uses = handbook.uses[name]
        rows.append(
            ["", name, "", _titles(handbook, words, (n for use in uses for n in use.step.responsible)), _steps(uses)]
        )
    headings = _ui(words, "number", ".record", "retention", ".kept_by", ".used_by")
    return _Table(headings, (13, 32, 14, 22, 60), rows)


def _steps(uses: Iterable[Use]) -> str:
    """The steps that use something, by line."""
    return "\n".join(f"{use.document.id} {use.step.title}" for use in uses)


def _responsibilities(handbook: Handbook, words: Locale) -> _Table:
    actors, found = responsibilities(handbook)
    rows: list[list[Value]] = []
    for entry in found:
        cells: list[Value] = []
        for actor in actors:
            told = [
                words.word("copies", key).format(n=counts[actor])
                for key, counts in (("leads", entry.leads), ("helps", entry.helps))
                if actor in counts
            ]
            cells.append("\n".join(told))
        rows.append([entry.procedure.id, entry.procedure.title, *cells])
    return _Table([*_ui(words, "number", "procedure"), *actors], (13, 30, *[8] * len(actors)), rows)


def _reviews(handbook: Handbook, words: Locale) -> _Table:
    rows: list[list[Value]] = [
        [
            d.control.review_due, d.id, d.title, words.word("kinds", d.kind), d.control.version, d.control.effective,
            d.control.reviewed, words.interval(d.control.review), title_of(handbook, d.control.owner),
        ]
        for d in due_for_review(handbook)
    ]  # fmt: skip
    headings = _ui(
        words, "review_due", "number", "title", ".kind", "version", "effective", ".last_review", ".review_interval",
        "owner",
    )  # fmt: skip
    return _Table(headings, (12, 13, 32, 9, 8, 12, 12, 12, 16), rows)


_REGISTERS: Mapping[str, Callable[[Handbook, Locale], _Table]] = {
    "documents": _documents,
    "forms": _forms,
    "records": _records,
    "responsibilities": _responsibilities,
    "reviews": _reviews,
}

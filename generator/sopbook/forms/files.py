"""The files that a handbook's forms and checklists become: a pure function, for whatever target wants them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sopbook import prose
from sopbook.compact_json import dumps
from sopbook.forms.fillable import Blank, Column, Entry, Fillable, Grid, Group, Printed
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale
from sopbook.model import Checklist, Form, Status
from sopbook.resources import templates_folder

if TYPE_CHECKING:
    from sopbook.forms.document import FormDocument


def template_folders(root: Path) -> list[Path]:
    """Where templates are looked for: the house's own go before ours."""
    return [root / "templates", templates_folder()]


def offered(handbook: Handbook) -> Iterator[Form | Checklist]:
    """The documents that are given out as Word files: a withdrawn one is not."""
    for document in handbook.documents:
        if isinstance(document, Form | Checklist) and document.control.status is not Status.WITHDRAWN:
            yield document


def compile_forms(handbook: Handbook, folders: Sequence[Path]) -> Iterator[FormDocument]:
    """Every form and checklist, compiled, by number. Raises TemplateBroken."""
    documents = list(offered(handbook))
    if documents:
        from sopbook.forms.document import FormCompiler  # What it takes to write Word files takes a moment to load.

        compiler = FormCompiler(handbook, folders)
        yield from (compiler.compile(document) for document in documents)


def described(form: Fillable, words: Locale) -> bytes:
    """``describe`` as compact JSON."""
    return dumps(describe(form, words))


# ------------------------------------------------------------------------- description


def describe(form: Fillable, words: Locale) -> dict[str, Any]:
    """A form's blanks for a program that shows them: groups of fields, and tables with rows.

    ``date`` is the pattern in which Word shows a day.
    """
    return {
        "number": form.number,
        "title": form.title,
        "version": form.version,
        "date": words.word("forms", "word_date"),
        "parts": [_grid(part) if isinstance(part, Grid) else _group(part) for part in form.parts],
    }


def _group(group: Group) -> dict[str, Any]:
    return {"title": group.title, "fields": [field for entry in group.entries for field in _entry(entry)]}


def _entry(entry: Entry) -> Iterator[dict[str, Any]]:
    for index, blank in enumerate(entry.blanks):
        hint = prose.plain_blocks(entry.hint) if index == 0 else ""
        yield _blank(blank) | ({"hint": hint} if hint else {})


def _grid(grid: Grid) -> dict[str, Any]:
    return {
        "title": grid.title,
        "columns": [_column(column) for column in grid.columns],
        "rows": [[_cell(cell) for cell in row] for row in grid.rows],
    }


def _column(column: Column) -> str:
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _cell(cell: Blank | Printed) -> dict[str, Any] | str:
    return prose.plain_blocks(cell.blocks) if isinstance(cell, Printed) else _blank(cell)


def _blank(blank: Blank) -> dict[str, Any]:
    found: dict[str, Any] = {"tag": blank.tag, "label": blank.label, "type": str(blank.type)}
    if blank.required:
        found["required"] = True
    if blank.options:
        found["options"] = list(blank.options)
        if blank.ticks:
            found["ticks"] = [blank.tick_tag(option) for option in blank.options]
    if blank.unit:
        found["unit"] = blank.unit
    if blank.lines > 1:
        found["lines"] = blank.lines
    return found

"""Reading tables whose columns are known by their headings: revisions, terms, contacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sopbook import prose
from sopbook.locales import fold, languages, locale
from sopbook.places import Place
from sopbook.prose import Inline
from sopbook.read.context import Context
from sopbook.read.outline import TableGroup


@dataclass(frozen=True, slots=True)
class Row:
    """One row and its ``###`` heading; cells by the canonical name of their column, absent columns left out."""

    cells: dict[str, tuple[Inline, ...]]
    place: Place
    group: str

    def text(self, column: str) -> str:
        """The plain text of a cell; empty if the table has no such column."""
        return prose.plain(self.cells.get(column, ())).strip()


def read_rows(tables: list[TableGroup], context: Context, *columns: str) -> Iterator[Row]:
    """The rows of tables that have some of ``columns``, the first of which is required.

    A column that is not known is reported; its cells would otherwise be lost.
    """
    for group in tables:
        table = group.table
        names = [_column(cell, columns) for cell in table.header]
        for cell, name in zip(table.header, names, strict=True):
            if name is None:
                known = ", ".join(_preferred(context, column) for column in columns)
                title = prose.plain(cell.children)
                context.collector.add("SOP208", cell.place, title, column=title, known=known)
        for row in table.rows:
            cells = {
                name: context.clean_inlines(cell.children)
                for name, cell in zip(names, row, strict=False)
                if name is not None
            }
            if any(prose.plain(inlines).strip() for inlines in cells.values()):
                yield Row(cells, row[0].place, group.title())


def _column(cell: prose.Cell, columns: tuple[str, ...]) -> str | None:
    title = fold(prose.plain(cell.children))
    for column in columns:
        for language in languages():
            if title in map(fold, (column, *locale(language).words("columns")[column])):
                return column
    return None


def _preferred(context: Context, column: str) -> str:
    return " / ".join(locale(language).word("columns", column) for language in reversed(languages()))

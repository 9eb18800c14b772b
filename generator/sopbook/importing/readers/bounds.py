"""What all readers of tables refuse."""

from __future__ import annotations

from sopbook.locales import Text
from sopbook.untrusted import refusal

MAX_TABLE_ROWS = 2_000
"""A table of more rows is data, which belongs in a spreadsheet, not in a handbook."""

_MANY_ROWS = Text(
    "第 {n} 个表格超过 {limit} 行，这是数据而不是文件",
    "table {n} has more than {limit} rows: that is data, not a document",
)


def check_rows(table: int, rows: int) -> None:
    """Raise Refused for the ``table``-th table if it has too many rows."""
    if rows > MAX_TABLE_ROWS:
        raise refusal(_MANY_ROWS, n=table, limit=MAX_TABLE_ROWS)

"""The plain table of ``xlsx.py`` as CSV: UTF-8 with the mark by which Excel knows it.

Carried and not carried as in ``xlsx.py``. CSV has no types of cells, so text that a spreadsheet
program would take for a formula gets an apostrophe before it, which is taken off when it is read.
"""

from __future__ import annotations

from sopbook.locales import Text
from sopbook.questions import table
from sopbook.questions.formats import Format, Written
from sopbook.questions.quiz import Quiz
from sopbook.spreadsheet.write import csv_bytes


def write(quiz: Quiz) -> Written:
    """The quiz as CSV."""
    headings, rows, ledger = table.rows(quiz)
    return Written(csv_bytes(headings, rows), ledger.losses)


FORMAT = Format(
    name="csv",
    suffix=".csv",
    summary=Text("普通 CSV 表，可改好再导入", "a plain CSV table, which can be imported again"),
    write=write,
    read=table.read,
)

"""A plain workbook (.xlsx), to be read, sorted, filled in and imported again.

Carried: every type of question, with difficulty and what is tested.

Not carried: pictures, the lines of tables, bold and other marks (all of it stays as text), pass
mark, selection and shuffling. A case is a row for each of its questions, with the situation in
each; read again, rows that follow each other with the same situation become one case. No cell is a
formula, whatever a text begins with.
"""

from __future__ import annotations

from sopbook.locales import Text
from sopbook.questions import table
from sopbook.questions.formats import Format, Written
from sopbook.questions.quiz import Quiz
from sopbook.spreadsheet.write import Sheet, xlsx_bytes


def write(quiz: Quiz) -> Written:
    """The quiz as a workbook of one sheet."""
    headings, rows, ledger = table.rows(quiz)
    return Written(xlsx_bytes([Sheet(quiz.title, headings, rows)]), ledger.losses)


FORMAT = Format(
    name="xlsx",
    suffix=".xlsx",
    summary=Text("普通 Excel 表，可改好再导入", "a plain workbook, which can be imported again"),
    write=write,
    read=table.read,
)

"""Tables in .xlsx and .csv files: read within bounds, and written so that no value becomes a formula.

Own code and no library, since these files come from strangers: the libraries for reading
workbooks build objects for everything a workbook holds, and a small file can hold very much.
"""

from __future__ import annotations

from sopbook.spreadsheet.table import MOST_ROWS, BadCell, Cell, Row, Table, open_table
from sopbook.spreadsheet.write import Paper, Sheet, csv_bytes, xlsx_bytes

__all__ = ["MOST_ROWS", "BadCell", "Cell", "Paper", "Row", "Sheet", "Table", "csv_bytes", "open_table", "xlsx_bytes"]

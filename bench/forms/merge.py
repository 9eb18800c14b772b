"""Forms per second, against docxtpl and plain python-docx, on the same one-page form in one run.

The form has eight fields and a table of 12 x 4 cells; every one of them is filled in from a row.
All three write each file; into memory (/dev/shm) where there is such a folder, so that the disk is not
what is measured. Run: .venv/bin/python bench/forms/merge.py [ROWS]
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import docx
import docxtpl

from sopbook.forms.document import FormCompiler, FormDocument
from sopbook.forms.files import template_folders
from sopbook.forms.merge import file_names, write_files, write_together
from sopbook.forms.rows import Merge, check
from sopbook.handbooks import load
from sopbook.locales import locale
from sopbook.model import Form
from sopbook.scaffold import init
from sopbook.spreadsheet import Table

FIELDS = ("no", "day", "room", "owner", "phone", "channel", "content", "clerk")
COLUMNS = ("item", "place", "state", "note")
TABLE_ROWS = 12
ROUNDS = 5
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None

SOURCE = """---
id: OF-BD-09
kind: form
title: 巡查记录表
version: A/0
effective: 2026-01-01
review: 24 months
owner: 综合办主管
approver: 总经理
retention: 1年
---

## 字段
### 基本信息
- **编号** {#no}
- **日期** {#day type=date}
- **房号** {#room}
- **业户** {#owner}
- **电话** {#phone type=phone}
- **渠道** {#channel type=choice options=电话/来访/线上}
- **内容** {#content type=multiline lines=2}
- **经办** {#clerk}

### 记录 {#log type=table rows=12}
| 项目 {#item} | 部位 {#place} | 情况 {#state} | 说明 {#note} |
| --- | --- | --- | --- |
|  |  |  |  |

## 修订
| 版本 | 日期 | 内容 | 批准 |
| --- | --- | --- | --- |
| A/0 | 2026-01-01 | 首次发布 | 总经理 |
"""


def row(number: int) -> dict[str, str]:
    """What is filled in on form ``number``."""
    fields = {
        "no": f"2026-{number:04}",
        "day": "2026-03-01",
        "room": f"{number % 30 + 1}-{number % 9 + 1}01",
        "owner": f"业户 {number}",
        "phone": f"138{number:08}",
        "channel": "来访",
        "content": f"第 {number} 户反映楼道照明不亮,请尽快处理。",
        "clerk": "前台",
    }
    cells = {
        f"log.{line}.{column}": f"{column} {line} 已检查 {number}"
        for line in range(1, TABLE_ROWS + 1)
        for column in COLUMNS
    }
    return fields | cells


def compiled(folder: Path) -> FormDocument:
    """The form in a handbook of its own."""
    init(folder, "zh", dt.date(2026, 1, 1))
    (folder / "sop/office/OF-BD-09.md").write_text(SOURCE, "utf-8")
    handbook = load(folder)
    form = handbook.by_number["OF-BD-09"]
    if not isinstance(form, Form):
        raise SystemExit(f"the form has mistakes: {handbook.findings}")
    return FormCompiler(handbook, template_folders(folder)).compile(form)


def table_of(rows: int) -> bytes:
    """The rows as a CSV file."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(row(1)))
    writer.writeheader()
    writer.writerows(row(number) for number in range(1, rows + 1))
    return stream.getvalue().encode()


def merge_of(document: FormDocument, table: bytes) -> Merge:
    """The rows, read and checked."""
    checked = check(document.form, Table("rows.csv", table))
    if checked.merge is None:
        raise SystemExit(f"the rows have mistakes: {checked.problems}")
    return checked.merge


def ours(document: FormDocument, table: bytes, out: Path) -> None:
    """Read the rows, check them, and write a file for each: all of what `sopbook form --rows` does."""
    merge = merge_of(document, table)
    names, _ = file_names(merge, "OF-BD-09", None, locale("zh"))
    write_files(document, merge, {}, out, names, lambda _: None)


def together(document: FormDocument, table: bytes, out: Path) -> None:
    """The same in one file."""
    write_together(document, merge_of(document, table), {}, out / "all.docx", lambda _: None)


def plain_document(value: Callable[[str], str]) -> docx.document.Document:
    """The same form with python-docx: title, fields, table."""
    document = docx.Document()
    document.add_heading("巡查记录表")
    table = document.add_table(rows=0, cols=2)
    for field in FIELDS:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = field, value(field)
    table = document.add_table(rows=1, cols=len(COLUMNS))
    for cell, column in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.text = column
    for line in range(1, TABLE_ROWS + 1):
        for cell, column in zip(table.add_row().cells, COLUMNS, strict=True):
            cell.text = value(f"log.{line}.{column}")
    return document


def with_python_docx(rows: int, out: Path, template: Path) -> None:
    """Open the form, set the text of its cells, save it."""
    for number in range(1, rows + 1):
        values = row(number)
        document = docx.Document(str(template))
        first, second = document.tables
        for table_row, field in zip(first.rows, FIELDS, strict=True):
            table_row.cells[1].text = values[field]
        for line, table_row in enumerate(second.rows[1:], start=1):
            for cell, column in zip(table_row.cells, COLUMNS, strict=True):
                cell.text = values[f"log.{line}.{column}"]
        document.save(str(out / f"{number}.docx"))


def with_docxtpl(rows: int, out: Path, template: Path) -> None:
    """Render the same form with a placeholder in each cell."""
    for number in range(1, rows + 1):
        document = docxtpl.DocxTemplate(str(template))
        document.render({name.replace(".", "_"): value for name, value in row(number).items()}, autoescape=True)
        document.save(str(out / f"{number}.docx"))


def rate(count: int, work: Callable[[Path], None]) -> float:
    """Forms per second."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        start = time.perf_counter()
        work(Path(folder))
        return count / (time.perf_counter() - start)


def peak(work: Callable[[Path], None]) -> float:
    """The most memory that Python objects took, in MB."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        tracemalloc.start()
        work(Path(folder))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return most / 1e6


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    few = max(rows // 20, 10)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        document = compiled(folder / "handbook")
        blank, tagged = folder / "blank.docx", folder / "tagged.docx"
        plain_document(lambda name: "").save(str(blank))
        plain_document(lambda name: f"{{{{ {name.replace('.', '_')} }}}}").save(str(tagged))
        table = table_of(rows)
        works: dict[str, tuple[int, Callable[[Path], None]]] = {
            "docxtpl": (few, lambda out: with_docxtpl(few, out, tagged)),
            "python-docx": (few, lambda out: with_python_docx(few, out, blank)),
            "sopbook, a file each": (rows, lambda out: ours(document, table, out)),
            "sopbook, one file": (rows, lambda out: together(document, table, out)),
        }
        # By turns, so that what else the machine does meets all of them alike.
        rounds = [{name: rate(*work) for name, work in works.items()} for _ in range(ROUNDS)]
        for name in works:
            ratio = statistics.median(found[name] / found["docxtpl"] for found in rounds)
            best = max(found[name] for found in rounds)
            print(f"{name:22} {best:9.1f} forms/s at best, {ratio:6.1f} times docxtpl (median of {ROUNDS} rounds)")
        for count in (rows, 4 * rows):
            table = table_of(count)
            each = peak(lambda out, table=table: ours(document, table, out))
            single = peak(lambda out, table=table: together(document, table, out))
            size = len(table) / 1e6
            print(
                f"{count} rows ({size:.1f} MB of CSV): {each:.1f} MB at most (a file each), {single:.1f} MB (one file)"
            )


if __name__ == "__main__":
    main()

"""How much of a document survives: sopbook against Pandoc and mammoth, on the same Word files.

    pip install pypandoc_binary mammoth        # only for this comparison
    python bench/import/compare.py [FILE.docx …]

Three figures for each program, over all documents:

- text: the share of the document's letters (main part, footnotes, comments, headers, footers; deleted and hidden text
  too) that are in the output, or in what the program says it left out;
- numbers: the share of numbered items (automatic or typed) whose number and whose level both are what a reader of the
  original sees. A number is right if it stands in the text or follows from the item's place in an ordered list or
  among headings; a level is right if as many headings and list items enclose the item;
- tables: the share of cells that stand at their place in the grid, merged cells counted where they begin.

The documents are made by tests/originals.py, here and (a second time) by way of LibreOffice; the corpus beside the
checkout is added where it is there. Further files may be named; they count for the text only.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import mammoth
import pypandoc
from lxml import html
from markdown_it import MarkdownIt

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY / "tests"), str(REPOSITORY / "generator")]

import originals  # noqa: E402
from originals import Numbered  # noqa: E402
from sopbook.handbooks import load  # noqa: E402
from sopbook.importing import Importer, Wishes  # noqa: E402
from sopbook.importing.coverage import letters  # noqa: E402
from sopbook.scaffold import init  # noqa: E402

CORPORA = [folder / "shared/corpus" for folder in (REPOSITORY.parent, REPOSITORY.parent.parent)]
TODAY = dt.date(2026, 6, 1)
MISSES = bool(os.environ.get("MISSES"))
"""Set in the environment: print every item that is not right."""


@dataclass(frozen=True)
class Sample:
    """A document and what is in it. ``numbered`` and ``table`` are empty where that is not the subject."""

    name: str
    path: Path
    numbered: list[Numbered]
    table: list[list[str]]


@dataclass(frozen=True)
class Result:
    """What a program made: HTML, and the words of what it said it left out."""

    page: str
    said: str


# ------------------------------------------------------------------------------- programs


def by_sopbook(path: Path, folder: Path) -> Result:
    """Our own: the Markdown as any CommonMark program shows it, and the report."""
    root = folder / "handbook"
    if not root.exists():
        init(root, "zh", TODAY)
    plan = Importer(load(root), root).plan(path, Wishes(today=TODAY, number=f"X-{abs(hash(path.name)) % 9999}"))
    body = (plan.new or "").split("---\n", 2)[2].rpartition("\n## ")[0]
    suffixes = " ".join(re.findall(r"\{[^{}]+\}", body))
    for entry in plan.entries:
        # A heading that has become a known one is the same item; the report says what it was called.
        if entry.code == "section":
            body = body.replace(f"## {entry.detail}\n", f"## {entry.text}\n", 1)
    page = MarkdownIt("commonmark").enable("table").render(re.sub(r"\{[#\w][^{}]*\}", "", body))
    said = "\n".join([plan.record.title, suffixes, *(entry.text for entry in plan.entries)])
    return Result(page, said)


def by_pandoc(path: Path, folder: Path) -> Result:
    """Pandoc's HTML, with what its warnings say."""
    page = pypandoc.convert_file(str(path), "html", extra_args=["--standalone", "--quiet"])
    return Result(page, "")


def by_mammoth(path: Path, folder: Path) -> Result:
    """Mammoth's HTML, with its messages."""
    with path.open("rb") as stream:
        found = mammoth.convert_to_html(stream)
    return Result(found.value, "\n".join(message.message for message in found.messages))


PROGRAMS: dict[str, Callable[[Path, Path], Result]] = {
    "sopbook": by_sopbook,
    "Pandoc": by_pandoc,
    "mammoth": by_mammoth,
}

# --------------------------------------------------------------------------------- figures


def text_share(sample: Sample, result: Result) -> tuple[int, int]:
    """Letters found, and letters there are."""
    from test_import_corpus import words_of

    page = html.document_fromstring(f"<div>{result.page}</div>")
    for style in page.iter("style", "script"):
        style.text = ""
    kept = letters(page.text_content()) + "\0" + "\0".join(map(letters, result.said.split("\n")))
    pieces = words_of(sample.path)
    return sum(len(piece) for piece in pieces if piece in kept), sum(map(len, pieces))


@dataclass(frozen=True)
class Placed:
    """A heading, list item or paragraph of an output: how deep it is, and its number among its siblings (0: none)."""

    text: str
    depth: int
    number: int


def placed(page: str) -> Iterator[Placed]:
    """Everything that could be a numbered item, in reading order."""
    body = html.document_fromstring(f"<div>{page}</div>")
    headings: list[tuple[int, int]] = []
    counts: dict[tuple[int, ...], int] = {}
    for node in body.iter():
        if not isinstance(node.tag, str) or any(a.tag in ("table", "header") for a in node.iterancestors()):
            continue
        if re.fullmatch(r"h[1-6]", node.tag) and node.get("class") != "title":
            level = int(node.tag[1])
            headings = [entry for entry in headings if entry[0] < level]
            key = (*(number for _, number in headings), level)
            counts[key] = counts.get(key, 0) + 1
            headings.append((level, counts[key]))
            yield Placed(letters(node.text_content()), len(headings), counts[key])
        elif node.tag == "li":
            above = sum(a.tag == "li" for a in node.iterancestors())
            number = 0
            parent = node.getparent()
            if parent is not None and parent.tag == "ol":
                start = parent.get("start") or "1"
                number = int(start) + [c for c in parent if c.tag == "li"].index(node)
            yield Placed(letters(_own_text(node)), len(headings) + above + 1, number)
        elif node.tag == "p" and not any(a.tag == "li" for a in node.iterancestors()):
            yield Placed(letters(node.text_content()), len(headings) + 1, 0)


def _own_text(node: html.HtmlElement) -> str:
    """The first paragraph of a list item."""
    copy = html.fromstring(html.tostring(node, encoding="unicode"))
    for inner in [*copy.iter("ol"), *copy.iter("ul")]:
        inner.drop_tree()
    first = copy.find("p")
    return str((copy if first is None else first).text_content())


def numbers_right(sample: Sample, result: Result) -> tuple[int, int]:
    """Items with the right number at the right level, and all items."""
    found = list(placed(result.page))
    right = 0
    for wanted in sample.numbered:
        text, label = letters(wanted.text), letters(wanted.label)
        is_right = any(
            entry.depth == len(wanted.path)
            and ((entry.text == text and entry.number == wanted.path[-1]) or entry.text == label + text)
            for entry in found
        )
        right += is_right
        if MISSES and not is_right:
            print(
                f"  {wanted.label} {wanted.text[:30]} {wanted.path}", [e for e in found if text and text in e.text][:1]
            )
    return right, len(sample.numbered)


def cells_right(sample: Sample, result: Result) -> tuple[int, int]:
    """Cells at their place in the grid, and all cells."""
    wanted = sample.table
    best = 0
    for table in html.document_fromstring(f"<div>{result.page}</div>").iter("table"):
        grid: dict[tuple[int, int], str] = {}
        taken: set[tuple[int, int]] = set()
        for row, line in enumerate(table.iter("tr")):
            column = 0
            for cell in line:
                if cell.tag not in ("td", "th"):
                    continue
                while (row, column) in taken:
                    column += 1
                grid[row, column] = letters(cell.text_content())
                for below in range(int(cell.get("rowspan") or 1)):
                    for beside in range(int(cell.get("colspan") or 1)):
                        taken.add((row + below, column + beside))
        places = [(r, c, letters(text)) for r, line in enumerate(wanted) for c, text in enumerate(line) if text]
        best = max(best, sum(grid.get((row, column)) == text for row, column, text in places))
    return best, sum(bool(text) for line in wanted for text in line)


# --------------------------------------------------------------------------------- samples


def samples(folder: Path) -> Iterator[Sample]:
    """The documents that are made, each of them also by way of LibreOffice, and the corpus."""
    made: list[Sample] = []

    def add(
        name: str, data: bytes, numbered: list[Numbered] | None = None, table: list[list[str]] | None = None
    ) -> None:
        path = folder / f"{name}.docx"
        path.write_bytes(data)
        made.append(Sample(name, path, numbered or [], table or []))

    add("automatic", *originals.procedure())
    add("chapters", *originals.manual())
    add("typed", *originals.typed())
    data, table = originals.merged_table()
    add("merged-cells", data, None, table)
    data, table = originals.numbered_table()
    add("numbered-rows", data, None, table)
    add("reviewed", originals.reviewed())
    yield from made
    for sample in made if shutil.which("soffice") else []:
        yield Sample(f"{sample.name} (LibreOffice)", by_libreoffice(sample.path, folder), sample.numbered, sample.table)
    corpus = next((path for path in CORPORA if path.is_dir()), None)
    for path in sorted(corpus.glob("*.doc*")) if corpus else []:
        if path.suffix == ".doc" and not shutil.which("soffice"):
            continue
        file = path if path.suffix == ".docx" else by_libreoffice(path, folder)
        numbered = convention(file) if path.name == "management-convention.docx" else []
        yield Sample(path.name, file, numbered, [])
    for name in sys.argv[1:]:
        yield Sample(Path(name).name, Path(name), [], [])


def by_libreoffice(path: Path, folder: Path) -> Path:
    """The same document as LibreOffice writes it."""
    out = folder / "office"
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to"]
    source = path
    if path.suffix == ".docx":
        subprocess.run([*command, "odt", "--outdir", str(out), str(path)], check=True, capture_output=True)
        source = out / f"{path.stem}.odt"
    subprocess.run([*command, "docx", "--outdir", str(out), str(source)], check=True, capture_output=True)
    return out / f"{path.stem}.docx"


def convention(path: Path) -> list[Numbered]:
    """The articles and points of the corpus' model convention, which numbers them by hand."""
    import docx

    from sopbook.importing.numerals import from_chinese

    found: list[Numbered] = []
    article = point = 0
    for paragraph in docx.Document(str(path)).paragraphs:
        text = paragraph.text.strip()
        match = re.match(r"(第([一二三四五六七八九十]+)条)\s*(.*)", text)
        inner = re.match(r"(（([一二三四五六七八九十]+)\s?）)\s*(.*)", text)
        if match:
            article, point = from_chinese(match[2]) or 0, 0
            found.append(Numbered(match[1], (article,), match[3]))
        elif inner and letters(inner[3]):
            point = from_chinese(inner[2]) or 0
            found.append(Numbered(inner[1], (article, point), inner[3]))
    return found


def main() -> None:
    """Print the figures as a table."""
    figures = {"text": text_share, "numbers": numbers_right, "tables": cells_right}
    totals = {(program, figure): [0, 0] for program in PROGRAMS for figure in figures}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for sample in samples(folder):
            for program, convert in PROGRAMS.items():
                result = convert(sample.path, folder)
                line = []
                for figure, measure in figures.items():
                    got, all_ = measure(sample, result)
                    totals[program, figure][0] += got
                    totals[program, figure][1] += all_
                    line.append(f"{figure} {got}/{all_}" if all_ else "")
                print(f"{sample.name:36} {program:8} {'  '.join(filter(None, line))}")
    print(f"\n| program | {' | '.join(figures)} |\n| --- |{' --- |' * len(figures)}")
    for program in PROGRAMS:
        shares = [totals[program, figure] for figure in figures]
        print(f"| {program} | {' | '.join(f'{100 * got / all_:.1f} % ({got}/{all_})' for got, all_ in shares)} |")


if __name__ == "__main__":
    main()

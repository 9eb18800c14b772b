"""``sopbook print``: controlled copies as Word files and PDF."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse, not_there
from sopbook.cli.progress import Progress
from sopbook.copies.document import Copy, CopyCompiler, offered
from sopbook.copies.pages import measured
from sopbook.forms.files import template_folders
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.model import Document, Kind, Status
from sopbook.output import write_file
from sopbook.read.collect import near
from sopbook.targets import TargetFailed
from sopbook.word.pdf import NoPdf, convert, find_office, need_office
from sopbook.word.template import find_template

_EXAMPLES = """examples:
  sopbook print KF-CX-06              a controlled copy of one procedure: KF-CX-06.docx
  sopbook print KF-CX-06 --pdf        the same, and as PDF
  sopbook print --all --out copies    the whole handbook in one file: copies/handbook.docx
  sopbook print --template            take the template into the handbook, to change it in Word
"""

_ESTIMATED = Text(
    "没有量过版面，目录页码是估算的；Word 打开时会更新（PDF 与准确页码需要 LibreOffice）。",
    "The layout was not measured: page numbers in the contents are estimated, and Word updates them "
    "(LibreOffice is needed to measure them).",
)


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "print",
        help="controlled copies in Word: a document, or the whole handbook",
        description="Make controlled copies: cover, approval, revisions, contents, text. Where LibreOffice is "
        "installed, the page numbers of the contents are measured with it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="a document's number, such as KF-CX-06")
    parser.add_argument("--all", action="store_true", help="the whole handbook in one file")
    parser.add_argument("--pdf", action="store_true", help="make PDFs too (needs LibreOffice)")
    parser.add_argument("--fast", action="store_true", help="do not measure page numbers; Word updates them")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="folder for the files (default: here)")
    parser.add_argument("--force", action="store_true", help="replace files that are there already")
    parser.add_argument("--template", action="store_true", help="copy the template to templates/document.docx")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the copies, and say where they are."""
    handbook = load(options.root)
    language = handbook.settings.language
    if options.template:
        return _template(options, language)
    if bool(options.numbers) == options.all:
        raise Misuse("name the documents to print, or --all for the whole handbook")
    if options.fast and options.pdf:
        raise Misuse("--pdf needs the layout that --fast leaves out")
    documents = list(dict.fromkeys(printable(handbook, number).id for number in options.numbers))
    paths = [options.out / f"{name}.docx" for name in documents or ["handbook"]]
    not_there([*paths, *(path.with_suffix(".pdf") for path in paths if options.pdf)], options.force)
    try:
        if options.pdf:
            need_office()
        compiler = CopyCompiler(handbook, options.root, template_folders(options.root))
        copies = _compiled(compiler, [handbook.by_number[number] for number in documents], options, language)
        made = list(paths)
        for path, copy in zip(paths, copies, strict=True):
            write_file(path, copy.data)
        if options.pdf:
            with Progress("PDF", len(made)) as progress:
                made += convert(made, options.out, progress.at)
    except NoPdf as failed:
        print(f"sopbook: {failed.reason.in_language(language)}", file=sys.stderr)
        return 1
    except (TargetFailed, OSError) as failed:
        print(f"sopbook: {failed}", file=sys.stderr)
        return 1
    for path in made:
        print(path)
    return 0


def _compiled(
    compiler: CopyCompiler, documents: list[Document], options: argparse.Namespace, language: str
) -> list[Copy]:
    copies = [compiler.document(document) for document in documents] or [compiler.whole()]
    if options.fast or find_office() is None:
        print(_ESTIMATED.in_language(language), file=sys.stderr)
        return copies
    with Progress("", len(copies)) as progress:
        pages = measured(copies, progress.at)
    if not documents:
        return [compiler.whole(pages[0])]
    return [compiler.document(document, found) for document, found in zip(documents, pages, strict=True)]


def printable(handbook: Handbook, number: str) -> Document:
    """The document of which a copy is asked for; raises Misuse if there is none."""
    known = {document.id: document for document in offered(handbook)}
    found = next((document for key, document in known.items() if key.casefold() == number.casefold()), None)
    if found:
        return found
    other = handbook.by_number.get(number)
    if other is not None and other.kind is Kind.FORM:
        raise Misuse(f"{number} is a form: `sopbook form {number}` makes its Word file")
    if other is not None and other.kind is Kind.BANK:
        raise Misuse(f"{number} is a question bank, which is for training and not for print")
    if other is not None and other.control.status is Status.WITHDRAWN:
        raise Misuse(f"{number} is withdrawn")
    if number in handbook.broken:
        raise Misuse(f"{number} has errors; see `sopbook check`")
    close = near(number, known)
    raise Misuse(f"there is no document {number}" + (f"; did you mean {', '.join(close)}?" if close else ""))


def _template(options: argparse.Namespace, language: str) -> int:
    path = options.root / "templates" / "document.docx"
    not_there([path], options.force)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(find_template("document", language, template_folders(options.root)[1:]), path)
    print(path)
    return 0

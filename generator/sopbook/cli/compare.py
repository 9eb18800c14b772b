"""``sopbook compare``: what changed between two versions of a document."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse, not_there
from sopbook.copies.compare import amount, compared
from sopbook.copies.compose import compose, control_facts, history
from sopbook.copies.document import CopyCompiler
from sopbook.copies.outline import Block, Line, Role, Run
from sopbook.copies.page import changes_page
from sopbook.copies.revisions import NoRevision, handbook_at
from sopbook.copies.word import Tracking
from sopbook.forms.files import template_folders
from sopbook.handbooks import load
from sopbook.link import link
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, locale
from sopbook.model import Document
from sopbook.output import write_file
from sopbook.read.collect import near
from sopbook.read.document import read_document
from sopbook.read.tree import read_sources
from sopbook.targets import TargetFailed
from sopbook.untrusted import Refused, read_bounded

_EXAMPLES = """examples:
  sopbook compare KF-CX-06 --from HEAD~5           since five commits ago, up to the files as they are
  sopbook compare KF-CX-06 --from v1 --to v2       between two revisions
  sopbook compare old.md new.md                    two files
"""

_SAME = Text("{number}：没有变化", "{number}: nothing changed")
_NOW = Text("当前文件", "the files as they are")
_SUMMARY = Text(
    "{number}：新增 {inserted} 处，删除 {deleted} 处，修改 {changed} 处",
    "{number}: {inserted} inserted, {deleted} deleted, {changed} changed",
)
_ERRORS = Text("{file} 里有错误，比不了；见 sopbook check", "{file} has errors and cannot be compared")


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "compare",
        help="what changed between two versions of a document",
        description="Compare two versions of a document (git revisions, or two files): a Word file with tracked "
        "changes, and a page (HTML) for staff.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="+", metavar="NUMBER | OLD.md NEW.md", help="a document's number, or two files")
    parser.add_argument("--from", dest="old", metavar="REV", help="the git revision of the old version")
    parser.add_argument("--to", dest="new", metavar="REV", help="that of the new one (default: the files as they are)")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="folder for the files (default: here)")
    parser.add_argument("--force", action="store_true", help="replace files that are there already")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compare, and say where the files are."""
    try:
        old, new, names = _versions(options)
        words = locale(new[0].settings.language)
        blocks = compared(_outline(*old), _outline(*new))
        document = new[1]
        count = amount(blocks)
        if not any((count.inserted, count.deleted, count.changed)):
            print(_SAME.in_language(words.language).format(number=document.id))
            return 0
        paths = [options.out / f"{document.id}-changes{suffix}" for suffix in (".docx", ".html")]
        not_there(paths, options.force)
        compiler = CopyCompiler(new[0], options.root, template_folders(options.root))
        tracking = Tracking(" → ".join(names), document.control.effective)
        made = [
            compiler.changes(document, blocks, tracking).data,
            changes_page(document, blocks, count, names, words).encode(),
        ]
        for path, data in zip(paths, made, strict=True):
            write_file(path, data)
    except NoRevision as failed:
        print(f"sopbook: {failed.reason.in_language(load(options.root).settings.language)}", file=sys.stderr)
        return 1
    except (TargetFailed, OSError) as failed:
        print(f"sopbook: {failed}", file=sys.stderr)
        return 1
    summary = _SUMMARY.in_language(words.language)
    print(summary.format(number=document.id, inserted=count.inserted, deleted=count.deleted, changed=count.changed))
    for path in paths:
        print(path)
    return 0


_Version = tuple[Handbook, Document]


def _versions(options: argparse.Namespace) -> tuple[_Version, _Version, tuple[str, str]]:
    """The old version, the new one, and what they are called."""
    if len(options.what) == 2 and options.old is None and options.new is None:
        old, new = (_from_file(options.root, Path(name)) for name in options.what)
        return old, new, _names(old[1], new[1], options.what)
    if len(options.what) != 1:
        raise Misuse("name one document and --from REV, or two files")
    if options.old is None:
        raise Misuse("say what to compare with: --from REV, a git revision such as HEAD~1 or a tag")
    number = options.what[0]
    before = handbook_at(options.root, options.old)
    after = handbook_at(options.root, options.new) if options.new is not None else load(options.root)
    now = _NOW.in_language(after.settings.language)
    names = (options.old, options.new if options.new is not None else now)
    old, new = ((book, _named(book, number, name)) for book, name in zip((before, after), names, strict=True))
    return old, new, _names(old[1], new[1], names)


def _names(old: Document, new: Document, other: Sequence[str]) -> tuple[str, str]:
    """The versions, if they differ; or else where the two come from."""
    if old.control.version != new.control.version:
        return old.control.version, new.control.version
    return f"{old.control.version} ({other[0]})", f"{new.control.version} ({other[1]})"


def _named(handbook: Handbook, number: str, where: str) -> Document:
    found = next((d for d in handbook.documents if d.id.casefold() == number.casefold()), None)
    if found:
        return found
    if number in handbook.broken:
        raise Misuse(f"{number} has errors in {where}")
    close = near(number, {d.id: d for d in handbook.documents})
    raise Misuse(f"there is no document {number} in {where}" + (f"; did you mean {', '.join(close)}?" if close else ""))


def _from_file(root: Path, path: Path) -> _Version:
    """A file as if it stood in the handbook, in the place of the document of its number."""
    sources = read_sources(root)
    try:
        data = read_bounded(path)
    except Refused as refused:
        raise Misuse(f"{path}: {refused.reason.in_language(sources.settings.language)}") from refused
    reading = read_document(f"sop/{path.name}", data)
    if reading.document is None:
        raise Misuse(_ERRORS.in_language(sources.settings.language).format(file=path))
    number = reading.document.id
    for known in sources.readings:
        if known.document and known.document.id == number:
            reading = read_document(known.document.place.file, data)
    others = tuple(r for r in sources.readings if r.document is None or r.document.id != number)
    handbook = link(replace(sources, readings=(*others, reading)))
    return handbook, handbook.by_number[number]


def _outline(handbook: Handbook, document: Document) -> tuple[Block, ...]:
    words = locale(handbook.settings.language)
    return (
        Line(Role.FRONT, (Run(words.word("ui", "document_control")),)),
        control_facts(handbook, words, document),
        Line(Role.FRONT, (Run(words.word("ui", "revisions")),)),
        history(words, document),
        *compose(handbook, words, document),
    )

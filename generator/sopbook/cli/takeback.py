"""``sopbook takeback``: what was edited in a controlled copy, back into its source."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import structs

from sopbook.cli.misuse import Misuse
from sopbook.copies.compose import compose, history
from sopbook.copies.outline import Line, lines
from sopbook.copies.returned import read_copy
from sopbook.copies.takeback import Carried, Compose, Conflict, take_back
from sopbook.handbooks import load
from sopbook.link.anchors import targets
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, locale
from sopbook.model import Document
from sopbook.output import write_file
from sopbook.read.document import read_document
from sopbook.untrusted import Refused, read_bounded

_FILE = Text("{file}：{reason}", "{file}: {reason}")
_UNKNOWN = Text("手册里没有 {number}", "there is no {number} in the handbook")
_CHANGED = Text("{place}：“{old}”改为“{new}”{tracked}", '{place}: "{old}" became "{new}"{tracked}')
_ADDED = Text("{place}：新增“{new}”{tracked}", '{place}: "{new}" is new{tracked}')
_GONE = Text("{place}：删除“{old}”{tracked}", '{place}: "{old}" is gone{tracked}')
_TRACKED = Text("（修订标记尚未接受，按接受处理）", " (a tracked change that nobody accepted yet; taken as accepted)")
_NOT = Text("  没有写入源文件：{reason}", "  not put into the source: {reason}")
_SUMMARY = Text(
    "{file}：写入 {carried} 处，另有 {conflicts} 处没有写入", "{file}: {carried} changes put in, {conflicts} not"
)
_DRY = Text("（试运行，没有写任何文件）", "(a dry run: nothing was written)")
_NEXT = Text(
    "请提升版本号并在修订表里加一行，然后运行 sopbook check。",
    "Now raise the version, add a row to the revision table, and run `sopbook check`.",
)


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "takeback",
        help="what was edited in a controlled copy, back into its source",
        description="Put what was edited in a controlled copy (made by `sopbook print`) into its source. What cannot "
        "be placed beyond doubt is shown and left alone, and the exit code is then 1.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="COPY.docx")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be done")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Take the copies back, and say what was done."""
    missing = next((path for path in options.files if not path.is_file()), None)
    if missing:
        raise Misuse(f"there is no file {missing}")
    done = [_taken_back(path, options) for path in options.files]
    return int(not all(done))


def _taken_back(path: Path, options: argparse.Namespace) -> bool:
    """True if all of a copy is in its source now."""
    handbook = load(options.root)
    language = handbook.settings.language

    def refused(reason: Text) -> bool:
        print(_FILE.in_language(language).format(file=path, reason=reason.in_language(language)), file=sys.stderr)
        return False

    try:
        copy = read_copy(read_bounded(path))
    except Refused as why:
        return refused(why.reason)
    document = handbook.by_number.get(copy.number)
    if document is None:
        return refused(Text(_UNKNOWN.zh.format(number=copy.number), _UNKNOWN.en.format(number=copy.number)))
    source = options.root / document.place.file
    # Bytes, since line ends have to stay as they are.
    result = take_back(source.read_bytes().decode("utf-8"), copy, composer(handbook, document))
    changes: list[Carried | Conflict] = [*result.carried, *result.conflicts]
    for change in sorted(changes, key=lambda change: change.line):
        print(_told(change, document, language))
    if result.carried and not options.dry_run:
        write_file(source, result.source.encode())
    summary = _SUMMARY.in_language(language)
    print(
        summary.format(file=document.place.file, carried=len(result.carried), conflicts=len(result.conflicts))
        + (_DRY.in_language(language) if options.dry_run else "")
    )
    if result.carried and not options.dry_run:
        print(_NEXT.in_language(language))
    return not result.conflicts


def _told(change: Carried | Conflict, document: Document, language: str) -> str:
    text = _ADDED if not change.old else _GONE if not change.new else _CHANGED
    tracked = _TRACKED.in_language(language) if isinstance(change, Carried) and change.tracked else ""
    place = f"{document.place.file}:{change.line}"
    told = text.in_language(language).format(place=place, old=change.old, new=change.new, tracked=tracked)
    if isinstance(change, Conflict):
        reason = change.reason.in_language(language)
        told += "\n" + _NOT.in_language(language).format(reason=reason)
    return told


def composer(handbook: Handbook, document: Document) -> Compose:
    """What composes other sources of a document within its handbook."""
    words = locale(handbook.settings.language)

    def composed(source: str) -> list[Line] | None:
        found = read_document(document.place.file, source.encode()).document
        if found is None or found.id != document.id:
            return None
        found = structs.replace(found, department=found.department or document.department)
        by_number = {**handbook.by_number, found.id: found}
        anchors = {**handbook.anchors, found.id: targets(found)}
        book = replace(handbook, by_number=by_number, anchors=anchors)
        return list(lines((history(words, found), *compose(book, words, found))))

    return composed

"""``sopbook quiz confirm``: say that questions were compared with the text in force."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sopbook import prose
from sopbook.cli.misuse import Misuse
from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.output import write_file
from sopbook.questions.binding import Unconfirmed, digests, name_of, unconfirmed
from sopbook.questions.entry import Entry
from sopbook.questions.pool import written
from sopbook.read import confirmed
from sopbook.read.collect import near

_CHANGED = Text(
    "改过  {id}  {place}  {stem}\n      考查 {tested}", "changed  {id}  {place}  {stem}\n         tests {tested}"
)
_NEW = Text(
    "新题  {id}  {place}  {stem}\n      考查 {tested}", "new      {id}  {place}  {stem}\n         tests {tested}"
)
_NONE = Text("全部 {n} 道题都已确认。", "All {n} questions are confirmed.")
_HINT = Text(
    "核对后确认：sopbook quiz confirm 题号（或题库编号）；全部确认：--all。",
    "After checking them: sopbook quiz confirm QUESTION (or BANK); all at once: --all.",
)
_DONE = Text("已确认 {n} 道题，写入 {file}。", "{n} questions confirmed in {file}.")


def add(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "confirm",
        help="say that questions agree with their steps",
        description=f"Without names, list the written questions whose step has changed since they were confirmed, and "
        f"new ones (exit code 1 if there are any). With names, note in {confirmed.FILE} that they were compared with "
        "the text in force.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a question (KF-TK-06#respond), or a bank or procedure"
    )
    parser.add_argument("--all", action="store_true", help="confirm every written question")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """List what is unconfirmed, or confirm."""
    handbook = load(options.root)
    entries = written(handbook)
    if not options.names and not options.all:
        return _list(handbook, entries)
    wanted = entries if options.all else _named(handbook, entries, options.names)
    language = handbook.settings.language
    try:
        _confirm(handbook, entries, wanted, options.root)
    except OSError as error:
        print(f"sopbook: cannot write {confirmed.FILE}: {error.strerror}", file=sys.stderr)
        return 1
    print(_DONE.in_language(language).format(n=len(wanted), file=confirmed.FILE))
    return 0


def _list(handbook: Handbook, entries: Sequence[Entry]) -> int:
    language = handbook.settings.language
    if handbook.confirmed is None:
        found = [Unconfirmed(entry, target, changed=False) for entry in entries for target in entry.targets]
    else:
        found = list(unconfirmed(handbook, entries))
    for item in sorted(found, key=lambda item: not item.changed):
        question = item.entry.question
        text = (_CHANGED if item.changed else _NEW).in_language(language)
        stem = prose.plain(question.stem)[:60]
        print(text.format(id=item.entry.id, place=question.place, stem=stem, tested=name_of(item.target)))
    print((_HINT if found else _NONE).in_language(language).format(n=len(entries)))
    return int(bool(found))


def _named(handbook: Handbook, entries: Sequence[Entry], names: Sequence[str]) -> list[Entry]:
    found: list[Entry] = []
    for name in names:
        matching = [entry for entry in entries if name in (entry.id, entry.document.id)]
        if not matching:
            close = near(name, [*(entry.id for entry in entries), *(entry.document.id for entry in entries)])
            hint = f"; did you mean {', '.join(close)}?" if close else ""
            raise Misuse(f"there is no written question {name}{hint}")
        found += [entry for entry in matching if entry not in found]
    return found


def _confirm(handbook: Handbook, entries: Sequence[Entry], wanted: Sequence[Entry], root: Path) -> None:
    """Note the present digests of the wanted questions; what no longer exists is dropped from the list."""
    now = digests(handbook, entries)
    ids = {entry.id for entry in wanted}
    before = handbook.confirmed or {}
    kept = {key: digest for key in now if key[0] not in ids and (digest := before.get(key))}
    kept |= {key: digest for key, digest in now.items() if key[0] in ids}
    write_file(root / confirmed.FILE, confirmed.write(kept))

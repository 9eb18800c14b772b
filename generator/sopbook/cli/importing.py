"""``sopbook import``: existing documents in."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from sopbook.check import check
from sopbook.cli.misuse import Misuse, add_today
from sopbook.handbooks import load
from sopbook.importing import Importer, Plan, Wishes, readers, report
from sopbook.importing.merge import Conflict
from sopbook.importing.tree import Fate
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, canonical
from sopbook.model import Kind
from sopbook.places import Severity
from sopbook.read.tree import SETTINGS, SOURCES
from sopbook.report import FORMATS
from sopbook.untrusted import Refused

SHOWN_CHARS = 60
_MADE = Text("{original} → {file}（{kind}）", "{original} → {file} ({kind})")
_SAME = Text("{original}：{file} 已是最新，没有改动", "{original}: {file} is up to date, nothing changed")
_UPDATED = Text("{original} → {file}：原文件有改动，已合并", "{original} → {file}: the original was edited; merged")
_COUNTS = Text(
    "  要你决定 {todo}，猜测 {guessed}，有改动 {changed}，没有带过来 {left}。报告：{path}",
    "  {todo} for you to decide, {guessed} guessed, {changed} changed, {left} left out. Report: {path}",
)
_CONFLICTS = Text(
    "{original} → {file}：有 {n} 处手册和原文件都改过，没有写入。用 --on-conflict 选择 handbook（留手册的）、"
    "original（取原文件的）或 mark（两种都写入，由你删去一种）",
    "{original} → {file}: {n} places were edited both here and in the original; nothing was written. Choose with "
    "--on-conflict: handbook (keep ours), original (take theirs) or mark (write both for you to choose)",
)
_CONFLICT = Text("  {file} 第 {line} 行", "  {file}, line {line}")
_OURS = Text("  手册：", "  here: ")
_THEIRS = Text("  原文件：", "  original: ")
_DRY = Text("（试运行，没有写入任何文件）", "(dry run: nothing was written)")
_REFUSED = Text("{file}：{reason}", "{file}: {reason}")
_WAYS = {"handbook": "ours", "original": "theirs", "mark": "marks"}


def add(commands: Any) -> None:
    """Add the command."""
    suffixes = " ".join(sorted(readers.all_readers()))
    parser = commands.add_parser(
        "import",
        help="bring existing documents in",
        description=f"Turn existing documents ({suffixes}) into drafts among the sources. What was guessed and what "
        "could not be carried over is in a report (sop/.imported/NUMBER.report.md). Importing an edited original "
        "again merges its changes with what was edited in the handbook.",
        epilog="Example: sopbook import manual.docx --into sop/kf --kind procedure --number KF-CX-40",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
    parser.add_argument("--into", metavar="DIR", type=Path, required=True, help="sop/ of a handbook, or a folder in it")
    parser.add_argument("--dry-run", action="store_true", help="show what would be made, write nothing")
    parser.add_argument("--number", default="", help="document number (default: the original's, or the next free one)")
    parser.add_argument("--kind", type=_kind, help=f"one of {', '.join(Kind)} (default: guessed)")
    parser.add_argument("--title", default="", help="title (default: the original's)")
    parser.add_argument("--owner", default="", metavar="ROLE", help="role that keeps it (default: who owns most here)")
    parser.add_argument("--approver", default="", metavar="ROLE", help="role that approves it")
    parser.add_argument("--retention", default="", metavar="TIME", help="how long a filled form is kept")
    parser.add_argument(
        "--on-conflict", choices=list(_WAYS), help="what to do where both sides were edited (default: stop)"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    add_today(parser)
    parser.set_defaults(run=run)


def _kind(text: str) -> Kind:
    found = canonical("kinds", text)
    if found is None or Kind(found) is Kind.BANK:
        raise argparse.ArgumentTypeError(
            f"{text!r} cannot be imported; choose from {', '.join(k for k in Kind if k is not Kind.BANK)}"
        )
    return Kind(found)


def run(options: argparse.Namespace) -> int:
    """Import each file; a file that cannot be imported does not stop the others."""
    if len(options.files) > 1 and (options.number or options.title):
        raise Misuse("--number and --title name one document; import the files one by one")
    root, folder = _target(options.into)
    handbook = load(root)
    _check_people(handbook, options)
    importer = Importer(handbook, root)
    wishes = Wishes(
        today=options.today, folder=folder, number=options.number, kind=options.kind, title=options.title,
        owner=options.owner, approver=options.approver, retention=options.retention,
    )  # fmt: skip
    failed = False
    done: list[Plan] = []
    for path in options.files:
        try:
            plan = importer.plan(path, wishes)
            failed |= not _carry_out(importer, plan, options, handbook.settings.language)
        except Refused as refused:
            failed = True
            reason = refused.reason.in_language(handbook.settings.language)
            print(
                "sopbook: " + _REFUSED.in_language(handbook.settings.language).format(file=path, reason=reason),
                file=sys.stderr,
            )
        except OSError as error:
            failed = True
            print(f"sopbook: {path}: {error.strerror or error}", file=sys.stderr)
        else:
            done.append(plan)
    if options.json:
        print(json.dumps([_data(plan, handbook.settings.language) for plan in done], ensure_ascii=False, indent=2))
    if not options.dry_run:
        failed |= _check(root, done, options)
    return int(failed)


def _target(into: Path) -> tuple[Path, str]:
    """The handbook's folder and the folder to import into, relative to it."""
    resolved = into.resolve()
    for root in (resolved, *resolved.parents):
        if (root / SETTINGS).is_file():
            if resolved == root:
                return root, SOURCES
            if resolved.is_relative_to(root / SOURCES):
                return root, resolved.relative_to(root).as_posix()
    raise Misuse(f"{into} is not in a handbook (no {SETTINGS} above it); `sopbook init DIR` makes one")


def _check_people(handbook: Handbook, options: argparse.Namespace) -> None:
    for option in ("owner", "approver"):
        name = getattr(options, option)
        if name and name not in handbook.actors:
            known = ", ".join(sorted({actor.title for actor in handbook.actors.values()}))
            raise Misuse(f"--{option} {name}: the handbook has no such role" + (f"; it has {known}" if known else ""))


def _carry_out(importer: Importer, plan: Plan, options: argparse.Namespace, language: str) -> bool:
    """Write and say what was done; False if a conflict stands in the way."""
    out = sys.stderr if options.json else sys.stdout
    record = plan.record
    if options.on_conflict:
        plan = plan.settled(_WAYS[options.on_conflict])
    if plan.new is None:
        print(
            _CONFLICTS.in_language(language).format(original=record.original, file=record.file, n=len(plan.conflicts)),
            file=sys.stderr,
        )
        for conflict in plan.conflicts:
            _show(conflict, record.file, language)
        return False
    if not options.dry_run:
        importer.carry_out(plan)
    sentence = _MADE if plan.is_new else _SAME if plan.is_unchanged else _UPDATED
    print(sentence.in_language(language).format(original=record.original, file=record.file, kind=record.kind), file=out)
    if options.dry_run and not options.json:
        print(plan.new if plan.is_new else plan.diff())
        print("\n".join(report.lines(plan.entries, language)))
        print(_DRY.in_language(language))
    elif not plan.is_unchanged:
        if not plan.is_new:
            print(plan.diff(), end="", file=out)
        _count(plan, language, out)
    return True


def _count(plan: Plan, language: str, out: Any) -> None:
    count = {fate: sum(entry.fate is fate for entry in plan.entries) for fate in Fate}
    path = f"{SOURCES}/.imported/{plan.record.number}.report.md"
    print(
        _COUNTS.in_language(language).format(
            todo=count[Fate.TO_DO],
            guessed=count[Fate.GUESSED],
            changed=count[Fate.CHANGED],
            left=count[Fate.LEFT_OUT],
            path=path,
        ),
        file=out,
    )
    for line in report.lines([entry for entry in plan.entries if entry.fate is Fate.TO_DO], language, SHOWN_CHARS):
        if line.startswith("- "):
            print(f"  {line}", file=out)


def _show(conflict: Conflict, file: str, language: str) -> None:
    print(_CONFLICT.in_language(language).format(file=file, line=conflict.line), file=sys.stderr)
    for label, lines in ((_OURS, conflict.ours), (_THEIRS, conflict.theirs)):
        for line in lines or ("",):
            print(label.in_language(language) + line.rstrip("\n"), file=sys.stderr)


def _data(plan: Plan, language: str) -> dict[str, Any]:
    return {
        "original": plan.record.original,
        "number": plan.record.number,
        "kind": plan.record.kind,
        "title": plan.record.title,
        "file": plan.record.file,
        "source": plan.new,
        "changed": not plan.is_unchanged,
        "conflicts": [{"line": c.line, "here": "".join(c.ours), "original": "".join(c.theirs)} for c in plan.conflicts],
        "report": report.as_data(plan.entries, language),
    }


def _check(root: Path, done: list[Plan], options: argparse.Namespace) -> bool:
    """Check what was imported; True if there are errors in it."""
    files = {plan.record.file for plan in done}
    handbook = load(root)
    found = [d for d in check(handbook, options.today) if d.place.file in files and d.severity is Severity.ERROR]
    if found:
        print(FORMATS["text"](found, root, handbook.settings.language), file=sys.stderr)
    return bool(found)

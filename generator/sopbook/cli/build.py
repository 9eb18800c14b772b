"""``sopbook build``: compile the handbook into files."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from sopbook.check import check
from sopbook.cli.misuse import Misuse, add_today
from sopbook.handbooks import build, load
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.places import Severity
from sopbook.report import FORMATS
from sopbook.targets import TargetFailed, Workplace, all_targets

_READ = Text(
    "{documents} 份文件，{errors} 个错误，{warnings} 个警告",
    "{documents} documents, {errors} errors, {warnings} warnings",
)
_BUILT = Text(
    "{name}：写入 {written}，未变 {fresh}，删除 {removed}",
    "{name}: {written} written, {fresh} fresh, {removed} removed",
)
_DONE = Text("用时 {seconds:.1f} 秒，输出在 {out}", "{seconds:.1f} s, output in {out}")


def add(commands: Any) -> None:
    """Add the command."""
    names = ", ".join(target.name for target in all_targets())
    parser = commands.add_parser(
        "build",
        help="compile the handbook into files",
        description=f"Compile the handbook. Targets: {names} (default: all of them). Documents with errors in "
        "them are left out, and the exit code is 1.",
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"one of {names}")
    parser.add_argument("--out", type=Path, help="output folder (default: build, in the handbook's folder)")
    add_today(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, build, and say what was done."""
    start = time.monotonic()
    targets = {target.name: target for target in all_targets()}
    unknown = [name for name in options.targets if name not in targets]
    if unknown:
        raise Misuse(f"there is no target {unknown[0]}; choose from {', '.join(targets)}")
    handbook = load(options.root)
    errors = _report(handbook, options)
    place = Workplace(options.root.resolve(), (options.out or options.root / "build").resolve())
    language = handbook.settings.language
    try:
        outcomes = build(handbook, place, [targets[name] for name in options.targets])
    except (TargetFailed, OSError) as failed:
        print(f"sopbook: {failed}", file=sys.stderr)
        return 1
    for name, outcome in outcomes.items():
        print(
            _BUILT.in_language(language).format(
                name=name, written=outcome.written, fresh=outcome.fresh, removed=outcome.removed
            )
        )
    print(_DONE.in_language(language).format(seconds=time.monotonic() - start, out=place.out))
    return int(errors > 0)


def _report(handbook: Handbook, options: argparse.Namespace) -> int:
    """Print what is wrong to standard error and a summary to standard output; returns the number of errors."""
    found = check(handbook, options.today)
    language = handbook.settings.language
    if found:
        print(FORMATS["text"](found, options.root, language), file=sys.stderr)
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in found)
    warnings = sum(diagnostic.severity is Severity.WARNING for diagnostic in found)
    summary = _READ.in_language(language)
    print(summary.format(documents=len(handbook.documents), errors=errors, warnings=warnings))
    return errors

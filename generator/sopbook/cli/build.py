"""``sopbook build``: compile the handbook into files."""

from __future__ import annotations

import argparse
import gc
import pkgutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sopbook import targets as all_of_them
from sopbook.cache.store import CACHE, Store
from sopbook.cache.unchanged import Said, Unchanged
from sopbook.cli.misuse import Misuse, add_today
from sopbook.locales import Text
from sopbook.targets import Outcome, Target, TargetFailed, Workplace

if TYPE_CHECKING:
    from sopbook.link.handbook import Handbook

# What a build needs beyond these is imported where it is needed: a build in which nothing has
# changed is over before that.

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
    names = ", ".join(_names())
    parser = commands.add_parser(
        "build",
        help="compile the handbook into files",
        description=f"Compile the handbook. Targets: {names} (default: all of them). Documents with errors in "
        "them are left out, and the exit code is 1.",
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"one of {names}")
    parser.add_argument("--out", type=Path, help="output folder (default: build, in the handbook's folder)")
    parser.add_argument(
        "--cache", type=Path, metavar="FILE", help=f"cache file (default: {CACHE} in the output folder)"
    )
    parser.add_argument("--no-cache", action="store_true", help="make everything anew and remember nothing")
    add_today(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, build, and say what was done."""
    start = time.monotonic()
    unknown = [name for name in options.targets if name not in _names()]
    if unknown:
        raise Misuse(f"there is no target {unknown[0]}; choose from {', '.join(_names())}")
    root, out = options.root.resolve(), (options.out or options.root / "build").resolve()
    store = Store(None if options.no_cache else options.cache or out / CACHE)
    arguments = [*sorted(options.targets), str(options.root), options.today.isoformat()]
    unchanged = Unchanged(store, root, out, arguments)
    said = unchanged.recall()
    if said is None:
        try:
            from sopbook.output import restocked

            with _orderly_end(), _uncollected(), restocked(Workplace(root, out, store)) as place:
                said, outcomes = _build(options, place)
        except (TargetFailed, OSError) as failed:
            print(f"sopbook: {failed}", file=sys.stderr)
            return 1
        unchanged.note(said, {folder: files for one in outcomes.values() for folder, files in one.states.items()})
    else:
        _print_read(said)
        outcomes = {name: Outcome(0, count, 0) for name, count in said.files.items()}
    store.close()
    _print_built(outcomes, said.language)
    print(_DONE.in_language(said.language).format(seconds=time.monotonic() - start, out=out))
    return said.code


@contextmanager
def _uncollected() -> Iterator[None]:
    """No looking for garbage in cycles meanwhile: a build makes next to none, and its end is that of the program."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # To the old ones with what is there now, or the first collection would look at all of it.
        gc.freeze()
        gc.unfreeze()
        if was_on:
            gc.enable()


def _names() -> list[str]:
    """The names of the targets, which are those of their modules."""
    return sorted(module.name for module in pkgutil.iter_modules(all_of_them.__path__))


def _build(options: argparse.Namespace, place: Workplace) -> tuple[Said, dict[str, Outcome]]:
    """Load, check and build; prints what is wrong before it begins to build."""
    handbook, targets = _load(options, place)
    from sopbook.handbooks import begun, build

    with begun(handbook, place, targets) as begun_place:
        said = _check(handbook, options)
        outcomes = build(handbook, begun_place, targets)
    said.files.update({name: outcome.written + outcome.fresh for name, outcome in outcomes.items()})
    return said, outcomes


def _check(handbook: Handbook, options: argparse.Namespace) -> Said:
    """What is wrong, which is printed at once."""
    from sopbook.check import check
    from sopbook.places import Severity
    from sopbook.report import FORMATS

    language = handbook.settings.language
    found = check(handbook, options.today)
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in found)
    warnings = sum(diagnostic.severity is Severity.WARNING for diagnostic in found)
    summary = _READ.in_language(language)
    said = Said(
        report=FORMATS["text"](found, options.root, language) if found else "",
        summary=summary.format(documents=len(handbook.documents), errors=errors, warnings=warnings),
        files={},
        language=language,
        code=int(errors > 0),
    )
    _print_read(said)
    return said


def _load(options: argparse.Namespace, place: Workplace) -> tuple[Handbook, list[Target]]:
    """The handbook, and what to build."""
    from sopbook.cache.readings import CachedReader

    targets: list[Target] = []

    def find_targets() -> None:
        # Reading is another process's work for as long as this one loads what checks and builds.
        from sopbook.check import all_rules
        from sopbook.targets import target_named

        all_rules()
        targets.extend(target_named(name) for name in _names() if name in (options.targets or _names()))
        for target in targets:
            target.load(place)

    from sopbook.handbooks import load

    handbook = load(options.root, CachedReader(place.store or Store(None), find_targets))
    return handbook, targets


def _print_read(said: Said) -> None:
    """What is wrong to standard error, and a summary to standard output."""
    if said.report:
        print(said.report, file=sys.stderr)
    print(said.summary)


def _print_built(outcomes: Mapping[str, Outcome], language: str) -> None:
    for name, outcome in outcomes.items():
        line = _BUILT.in_language(language)
        print(line.format(name=name, written=outcome.written, fresh=outcome.fresh, removed=outcome.removed))


@contextmanager
def _orderly_end() -> Iterator[None]:
    """Let a request to end (SIGTERM) clean up like an interrupt from the keyboard."""

    def end(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

"""``sopbook search``: ask the handbook."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse
from sopbook.locales import Locale, canonical, locale
from sopbook.model import Kind
from sopbook.read.collect import near
from sopbook.search.disk import DiskIndex, Filter
from sopbook.search.entries import Part
from sopbook.search.keep import open_index
from sopbook.search.query import Query, understand
from sopbook.search.rank import Answer, Result, answer, highlights
from sopbook.targets import TargetFailed

_BOLD, _QUIET, _URGENT, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m"


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "search",
        help="ask the handbook",
        description="Find the documents and steps that answer a query, best first. Exit code 0 also where nothing "
        "does. The index is kept in build/index and made anew when a source changed.",
    )
    parser.add_argument("query", metavar="QUERY", nargs="+", help="as staff would say it: 电梯关人了, tousu, bd11 …")
    parser.add_argument("--kind", help=f"only documents of a kind: {', '.join(Kind)}")
    parser.add_argument("--role", help="only documents that a role works by")
    parser.add_argument("--department", help="only documents of a department")
    parser.add_argument("--limit", type=_count, default=10, metavar="N", help="at most so many (default: 10)")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.add_argument("--out", type=Path, help="output folder (default: build, in the handbook's folder)")
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 1000")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Print the answers; what is closest goes to standard error where there is none."""
    root = options.root.resolve()
    try:
        index = open_index(root, (options.out or root / "build").resolve())
    except TargetFailed as failed:
        print(f"sopbook: {failed}", file=sys.stderr)
        return 1
    allowed = index.positions(_filter(options, index))
    query = understand(" ".join(options.query), index)
    found = answer(query, allowed.__contains__, index, options.limit)
    if options.json:
        print(json.dumps([_row(result) for result in found.results], ensure_ascii=False, indent=2))
    words = locale(index.language)
    if found.results:
        if not options.json:
            print(_listing(found, query, index, words))
    else:
        print(_nothing(" ".join(options.query), found, words), file=sys.stderr)
    return 0


def _filter(options: argparse.Namespace, index: DiskIndex) -> Filter:
    """The filter, with names as the handbook has them. Raises Misuse for one that it does not have."""
    kind = canonical("kinds", options.kind) if options.kind else ""
    if kind is None:
        raise Misuse(f"there is no kind {options.kind}; choose from {', '.join(Kind)}")
    named = {name: _named(index, name, getattr(options, name)) for name in ("role", "department")}
    return Filter(kind, **named)


def _named(index: DiskIndex, name: str, value: str | None) -> str:
    if not value:
        return ""
    known = index.values(name)
    if value in known:
        return value
    close = near(value, known) or known[:8]
    raise Misuse(f"there is no {name} {value}; there are {', '.join(close)}")


def _row(result: Result) -> dict[str, object]:
    return {
        "id": result.entry.id,
        "anchor": result.part.anchor if result.part else "",
        "kind": result.entry.kind,
        "title": result.entry.title,
        "excerpt": result.excerpt,
        "score": result.score,
    }


# ------------------------------------------------------------------------------ for people


def _listing(found: Answer, query: Query, index: DiskIndex, words: Locale) -> str:
    style = _Style(sys.stdout.isatty())
    return "\n".join(line for result in found.results for line in _lines(result, query, index, words, style))


class _Style:
    """Bold and colours, on a terminal only."""

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, code: str, text: str) -> str:
        return f"{code}{text}{_PLAIN}" if self._on and text else text

    def marked(self, text: str, query: Query, index: DiskIndex) -> str:
        """A text with the words of the query in bold."""
        parts: list[str] = []
        end = 0
        for start, stop in highlights(text, query, index):
            parts += (text[end:start], self(_BOLD, text[start:stop]))
            end = stop
        return "".join((*parts, text[end:]))


def _lines(result: Result, query: Query, index: DiskIndex, words: Locale, style: _Style) -> Iterable[str]:
    entry = result.entry
    kind = style(_QUIET, words.word("kinds", entry.kind))
    yield f"{style(_BOLD, entry.id)}  {style.marked(entry.title, query, index)}  {kind}"
    if result.part and (result.part.title or result.part.limit):
        yield f"    {_part(result.part, words)}"
    if entry.urgent:
        actions = " → ".join(f"{number}. {action}" for number, action in enumerate(entry.actions, 1))
        yield f"    {style(_URGENT, words.word('search_ui', 'first'))} {actions}"
        for call in entry.calls:
            yield f"    {style(_URGENT, words.word('search_ui', 'call'))} {call.name} {' '.join(call.phones)}"
    if result.excerpt:
        yield f"    {style.marked(result.excerpt, query, index)}"


def _part(part: Part, words: Locale) -> str:
    place = f"#{part.anchor}" if part.anchor else ""
    facts = " · ".join(filter(None, (words.word("search_ui", part.type), part.title, part.who, part.limit)))
    return f"{facts}  {place}".rstrip()


def _nothing(query: str, found: Answer, words: Locale) -> str:
    lines = [words.word("search_ui", "none").format(query=query)]
    if found.nearest:
        lines += [words.word("search_ui", "nearest"), *(f"    {entry.id}  {entry.title}" for entry in found.nearest)]
    return "\n".join(lines)

"""``sopbook quiz coverage``: which steps and duties nobody is asked about."""

from __future__ import annotations

import argparse
import json
from typing import Any

from sopbook.handbooks import load
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.questions.binding import name_of
from sopbook.questions.coverage import Coverage, Share, coverage
from sopbook.questions.pool import pool, written

_NAMES = {
    "steps": Text("步骤", "steps"),
    "critical": Text("关键步骤", "critical steps"),
    "duties": Text("职责", "duties"),
}
_SHARE = Text(
    "{name}：{covered} / {total} 有题目（{percent:.1f}%），其中 {written} 有手写题；要求 {wanted}%",
    "{name}: {covered} of {total} have a question ({percent:.1f} %), {written} of them one written by hand; "
    "{wanted} % asked for",
)
_MISSING = Text("没有题目：{name} {title}", "no question: {name} {title}")


def add(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "coverage",
        help="which steps and duties have no question",
        description="Tell what share of the steps, the critical steps and the duties has a question. The exit code "
        "is 1 if a share is below what training.coverage in handbook.yml asks for.",
    )
    parser.add_argument("--written", action="store_true", help="count only questions written by hand")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the shares and what is missing."""
    handbook = load(options.root)
    found = coverage(handbook, written(handbook) if options.written else pool(handbook))
    print(_as_json(handbook, found) if options.json else _as_text(handbook, found))
    return int(any(share.percent < wanted for _, share, wanted in _shares(handbook, found)))


def _shares(handbook: Handbook, found: Coverage) -> tuple[tuple[str, Share, int], ...]:
    least = handbook.settings.training.coverage
    return (
        ("steps", found.steps, least.steps),
        ("critical", found.critical, least.critical),
        ("duties", found.duties, least.duties),
    )


def _as_text(handbook: Handbook, found: Coverage) -> str:
    language = handbook.settings.language
    lines = []
    for key, share, wanted in _shares(handbook, found):
        lines.append(
            _SHARE.in_language(language).format(
                name=_NAMES[key].in_language(language),
                covered=share.covered,
                total=share.total,
                percent=share.percent,
                written=share.written,
                wanted=wanted,
            )
        )
    for target in (*found.steps.missing, *found.duties.missing):
        lines.append(_MISSING.in_language(language).format(name=name_of(target), title=target.title))
    return "\n".join(lines)


def _as_json(handbook: Handbook, found: Coverage) -> str:
    data = {
        key: {
            "total": share.total,
            "covered": share.covered,
            "written": share.written,
            "percent": round(share.percent, 1),
            "wanted": wanted,
            "missing": [name_of(target) for target in share.missing],
        }
        for key, share, wanted in _shares(handbook, found)
    }
    return json.dumps(data, ensure_ascii=False, indent=2)

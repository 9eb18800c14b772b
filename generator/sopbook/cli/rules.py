"""``sopbook rules`` and ``sopbook explain``: what can be wrong, and what would be right."""

from __future__ import annotations

import argparse
from typing import Any

from sopbook.check import Rule, all_rules, rule_with
from sopbook.cli.misuse import Misuse
from sopbook.errors import HandbookNotFound
from sopbook.handbooks import load
from sopbook.locales import Text, languages
from sopbook.read.collect import near

_BAD = Text("不好", "Bad")
_GOOD = Text("好", "Good")
_MISSING = Text("（没有这一处）", "(this is missing)")


def add(commands: Any) -> None:
    """Add the commands."""
    listing = commands.add_parser("rules", help="list the rules", description="List the rules with their codes.")
    explain = commands.add_parser("explain", help="explain a rule", description="Explain a rule, with an example.")
    explain.add_argument("code", metavar="CODE", help="a code such as SOP301, or a name such as dangling-reference")
    for parser, run in ((listing, _list), (explain, _explain)):
        parser.add_argument("--lang", choices=languages(), help="language (default: the handbook's, else English)")
        parser.set_defaults(run=run)


def _list(options: argparse.Namespace) -> int:
    language = _language(options)
    for rule in all_rules():
        print(f"{rule.code}  {rule.severity:<7}  {rule.name:<26}  {rule.title.in_language(language)}")
    return 0


def _explain(options: argparse.Namespace) -> int:
    rule = rule_with(options.code)
    if rule is None:
        known = [name for rule in all_rules() for name in (rule.code, rule.name)]
        close = ", ".join(near(options.code, known))
        hint = f"did you mean {close}?" if close else "`sopbook rules` lists them."
        raise Misuse(f"there is no rule {options.code}; {hint}")
    print(explanation(rule, _language(options)))
    return 0


def explanation(rule: Rule, language: str) -> str:
    """A rule in words, as Markdown."""
    parts = [
        f"{rule.code} {rule.name} ({rule.severity})",
        rule.title.in_language(language),
        rule.why.in_language(language),
    ]
    if rule.example:
        good = rule.example.good.in_language(language)
        bad = rule.example.bad.in_language(language)
        for label, text in ((_BAD, bad), (_GOOD, good)):
            lines = (text.strip("\n") or _MISSING.in_language(language)).split("\n")
            block = "\n".join(f"    {line}" for line in lines)
            parts.append(f"{label.in_language(language)} ({rule.example.file}):\n\n{block}")
    return "\n\n".join(parts)


def _language(options: argparse.Namespace) -> str:
    if options.lang:
        return str(options.lang)
    try:
        return load(options.root).settings.language
    except HandbookNotFound:
        return "en"

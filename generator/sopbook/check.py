"""The third phase: rules look at the linked handbook and report; they change nothing.

A rule is one file in ``rules/``. What the readers find while reading is put into words by rules
too, so that every code has one home for its text.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from sopbook.link.handbook import Handbook
from sopbook.locales import Locale, Text, locale
from sopbook.places import Diagnostic, Finding, Severity

OFF = "off"


@dataclass(frozen=True)
class Example:
    """A bad and a good way to write something, shown by ``sopbook explain`` and run by the tests.

    ``good`` is a passage of ``file`` in the handbook that ``sopbook init`` makes (in the same
    language); with ``bad`` in its place the rule speaks.
    """

    file: str
    good: Text
    bad: Text


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a handbook.

    ``message`` and ``remedy`` are filled with the finding's ``args`` and ``{text}``; an argument
    whose value stands in ``words`` is put into the reader's language. ``check`` is None for what
    is found while reading. ``by_document`` says that it looks for what is wrong in one document at a
    time, whatever it looks up for that in others, so that what it finds can be remembered.
    """

    code: str
    name: str
    severity: Severity
    title: Text
    message: Text
    remedy: Text
    why: Text
    example: Example | None = None
    words: Mapping[str, Text] = field(default_factory=dict)
    check: Callable[[Handbook, dt.date], Iterable[Finding]] | None = None
    by_document: bool = False


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code: those of all modules in ``sopbook.rules``."""
    package = importlib.import_module("sopbook.rules")
    modules = (importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__))
    rules = [rule for module in modules for rule in module.RULES]
    return tuple(sorted(rules, key=lambda rule: rule.code))


def rule_with(code: str) -> Rule | None:
    """The rule with that code or name."""
    wanted = code.strip().casefold()
    return next((rule for rule in all_rules() if wanted in (rule.code.casefold(), rule.name)), None)


def check(handbook: Handbook, today: dt.date) -> list[Diagnostic]:
    """Everything that is wrong with a handbook on a day, in the order of places.

    Documents for which nothing has changed are not looked at again, where changes are counted.
    """
    levels = dict(handbook.settings.rules)
    words = locale(handbook.settings.language)
    findings = list(handbook.findings)
    rules = [rule for rule in all_rules() if rule.check is not None and levels.get(rule.code) != OFF]
    whole = [rule for rule in rules if handbook.versions is None or not rule.by_document]
    findings.extend(finding for rule in whole if rule.check for finding in rule.check(handbook, today))
    if handbook.versions is not None:
        from sopbook.cache.findings import findings_by_document

        checks = [rule.check for rule in rules if rule.by_document and rule.check]
        findings.extend(findings_by_document(handbook, today, checks))
    found = [_in_words(finding, levels, words) for finding in findings if levels.get(finding.code) != OFF]
    return sorted(dict.fromkeys(found), key=lambda diagnostic: (diagnostic.place, diagnostic.code, diagnostic.message))


@cache
def _by_code() -> Mapping[str, Rule]:
    return {rule.code: rule for rule in all_rules()}


def _in_words(finding: Finding, levels: Mapping[str, str], words: Locale) -> Diagnostic:
    rule = _by_code()[finding.code]
    values = {key: _argument(rule, key, value, words) for key, value in finding.args.items()}
    values["text"] = finding.text
    remedy = rule.remedy.in_language(words.language).format(**values)
    if finding.close:
        names = words.format("list").join(words.format("quoted", text=name) for name in finding.close)
        remedy = words.format("did_you_mean", names=names) + remedy
    return Diagnostic(
        code=rule.code,
        name=rule.name,
        severity=Severity(levels.get(rule.code, rule.severity)),
        place=finding.place,
        text=finding.text,
        message=rule.message.in_language(words.language).format(**values),
        remedy=remedy,
    )


def _argument(rule: Rule, key: str, value: str | int, words: Locale) -> str | int:
    if key == "expected":
        return words.expected(str(value))
    if str(value) in rule.words:
        return rule.words[str(value)].in_language(words.language)
    if key in ("section", "kind"):
        return words.word("headings" if key == "section" else "kinds", str(value))
    return value

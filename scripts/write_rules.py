"""Write the handbook of rules (``docs/rules.md``, ``docs/rules.zh-CN.md``) from the rules themselves."""

from __future__ import annotations

from pathlib import Path

from sopbook.check import Rule, all_rules
from sopbook.cli.rules import explanation
from sopbook.locales import Text

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"en": "rules.md", "zh": "rules.zh-CN.md"}

_HEADING = Text("规则手册", "Handbook of rules")
_INTRODUCTION = Text(
    "本页由程序中的规则生成(`make docs`),与 `sopbook explain 代码` 的文字相同;请勿手工修改。\n\n"
    "规则的轻重可在 `sop/handbook.yml` 的 `rules:` 中调整,例如 `SOP501: error` 或 `SOP501: off`。",
    "This page is generated from the rules in the code (`make docs`), and is what `sopbook explain CODE` prints;"
    " don't edit it.\n\n"
    "How grave a rule is can be set in `sop/handbook.yml` under `rules:`, as in `SOP501: error` or `SOP501: off`.",
)
_COLUMNS = Text("| 代码 | 级别 | 名称 | 说明 |", "| code | severity | name | what |")


def page(language: str) -> str:
    """The page in one language, as Markdown."""
    rows = [_row(rule, language) for rule in all_rules()]
    table = "\n".join([_COLUMNS.in_language(language), "| --- | --- | --- | --- |", *rows])
    entries = [_entry(rule, language) for rule in all_rules()]
    return "\n\n".join([f"# {_HEADING.in_language(language)}", _INTRODUCTION.in_language(language), table, *entries])


def _row(rule: Rule, language: str) -> str:
    return f"| [{rule.code}](#{_anchor(rule)}) | {rule.severity} | {rule.name} | {rule.title.in_language(language)} |"


def _entry(rule: Rule, language: str) -> str:
    _, _, rest = explanation(rule, language).partition("\n\n")
    return f"## {rule.code} {rule.name}\n\n{rest}"


def _anchor(rule: Rule) -> str:
    return f"{rule.code} {rule.name}".lower().replace(" ", "-")


def main() -> None:
    """Write both pages."""
    for language, name in PAGES.items():
        (DOCS / name).write_text(page(language) + "\n", "utf-8")


if __name__ == "__main__":
    main()

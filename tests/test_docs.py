"""The project's own documents: generated pages are current, links lead somewhere, commands exist."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from handbooks import REPOSITORY
from sopbook.cli import main

sys.path.insert(0, str(REPOSITORY / "scripts"))
import write_rules

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")])


@pytest.mark.parametrize(("language", "name"), write_rules.PAGES.items())
def test_the_handbook_of_rules_is_what_the_rules_say(language: str, name: str) -> None:
    assert (REPOSITORY / "docs" / name).read_text("utf-8") == write_rules.page(language) + "\n", "run `make docs`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_lead_to_files_of_the_project(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`|^    .*?$", "", document.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'(?:src|srcset|href)="([^"#]+)"', text)
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_commands_in_the_readme_exist(capsys: pytest.CaptureFixture[str]) -> None:
    text = (REPOSITORY / "README.md").read_text("utf-8") + (REPOSITORY / "README.zh-CN.md").read_text("utf-8")
    pieces = re.findall(r"```\n(.*?)```|`([^`\n]+)`", text, flags=re.DOTALL)
    code = "\n".join(fence or inline for fence, inline in pieces)
    commands = set(re.findall(r"^(?:\.venv/bin/)?sopbook ([a-z]+)", code, flags=re.MULTILINE))
    assert {"build", "check", "init", "new"} <= commands
    for command in sorted(commands):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0, capsys.readouterr().err

"""The worked examples in CONTRIBUTING.md: the new files are all it takes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from handbooks import REPOSITORY

EXAMPLES = {
    path: code
    for code, path in re.findall(
        r"```python\n(# (\S+\.py)\n.*?)```", (REPOSITORY / "CONTRIBUTING.md").read_text("utf-8"), flags=re.DOTALL
    )
}

# Packages find their modules by their search path: a second folder on it is as good as a file in the first.
_CONFTEST = """
import sys
from pathlib import Path
import {package}
{package}.__path__.append(str(Path(__file__).parent / "new"))
from conftest_of_the_project import *
"""


@pytest.mark.parametrize(
    ("package", "module", "test", "further"),
    [
        (
            "sopbook.rules",
            "generator/sopbook/rules/emergencies.py",
            "tests/test_rules_emergencies.py",
            ["tests/test_rules.py", "-k", "SOP403 or unique"],
        ),
        ("sopbook.targets", "generator/sopbook/targets/glossary.py", "tests/test_glossary.py", []),
    ],
    ids=["rule", "target"],
)
def test_worked_example(package: str, module: str, test: str, further: list[str], tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / Path(module).name).write_text(EXAMPLES[module], "utf-8")
    (tmp_path / "test_example.py").write_text(EXAMPLES[test], "utf-8")
    (tmp_path / "conftest.py").write_text(_CONFTEST.format(package=package), "utf-8")
    (tmp_path / "conftest_of_the_project.py").write_text((REPOSITORY / "tests/conftest.py").read_text("utf-8"), "utf-8")
    own = _pytest(tmp_path, ["test_example.py"])
    assert own.returncode == 0, own.stdout
    if further:
        (tmp_path / "test_further.py").write_text((REPOSITORY / further[0]).read_text("utf-8"), "utf-8")
        others = _pytest(tmp_path, ["test_further.py", *further[1:]])
        assert others.returncode == 0, others.stdout
        assert "SOP403" in others.stdout


def _pytest(folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(path) for path in (REPOSITORY / "generator", REPOSITORY / "tests"))
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )

"""Seconds and peak memory of importing hostile files, each in a process of its own.

    python bench/import/hostile.py

Starting Python and reading the (small) handbook is part of each figure.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
sys.path[:0] = [str(REPOSITORY / "tests"), str(REPOSITORY / "generator")]

import hostile  # noqa: E402
from sopbook.scaffold import init  # noqa: E402

MEASURED = """
import resource, sys
from sopbook.cli import main
code = main(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main() -> None:
    """Print a line for each file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        init(folder / "handbook", "en", dt.date(2026, 6, 1))
        files = [hostile.huge(folder / "huge.docx"), hostile.huge(folder / "huge.txt")]
        for file, make in {
            **hostile.REFUSED,
            "numbers.txt": hostile.numbers,
            "carriers.docm": hostile.carriers,
        }.items():
            path = folder / file
            path.write_bytes(make())
            files.append(path)
        for path in files:
            command = [
                sys.executable,
                "-c",
                MEASURED,
                "import",
                str(path),
                "--into",
                str(folder / "handbook/sop"),
                "--dry-run",
            ]
            start = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds = time.monotonic() - start
            code, peak = done.stdout.split()[-2:]
            said = done.stderr.strip().partition(f"{path}: ")[2].split("\n")[0]
            print(f"{path.name:16} {seconds:5.1f} s {int(peak) // 1024:4} MiB  exit {code}  {said}")


if __name__ == "__main__":
    main()

"""From Word to PDF with LibreOffice, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from sopbook.locales import Text

_BATCH = 40
_SECONDS_A_FILE = 30
_SECONDS_A_KILOBYTE = 0.6  # a handbook of 400 pages has 700 of them
_SECONDS_TO_START = 90
_USUAL = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)

_MISSING = Text(
    "没有找到 LibreOffice，无法转成 PDF。请安装它（Debian：apt-get install libreoffice-writer-nogui；"
    "其他系统：https://www.libreoffice.org），或在 Word、WPS 里打开文件另存为 PDF。",
    "PDF needs LibreOffice, which is not installed. Install it (Debian: apt-get install libreoffice-writer-nogui; "
    "elsewhere: https://www.libreoffice.org), or open the file in Word or WPS and save it as PDF.",
)
_FAILED = Text("LibreOffice 没有转成 PDF：{detail}", "LibreOffice made no PDF: {detail}")


class NoPdf(Exception):
    """No PDF could be made; ``reason`` says why and what to do."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def find_office() -> str | None:
    """The program of LibreOffice, or None."""
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return found
    return next((path for path in _USUAL if Path(path).is_file()), None)


def need_office() -> str:
    """The program of LibreOffice. Raises NoPdf if it is not installed."""
    program = find_office()
    if program is None:
        raise NoPdf(_MISSING)
    return program


def convert(
    files: Sequence[Path], folder: Path, done: Callable[[int], None] = lambda count: None, *, to: str = "pdf"
) -> list[Path]:
    """Convert files into ``folder``, many in one run; returns the new files, in the same order.

    ``done`` is told how many are ready. Raises NoPdf.
    """
    program = need_office()
    made: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="sopbook-") as scratch:
        # A profile of its own: a LibreOffice that is open would take the work and give nothing back.
        profile = f"-env:UserInstallation={(Path(scratch) / 'profile').as_uri()}"
        for start in range(0, len(files), _BATCH):
            batch = files[start : start + _BATCH]
            command = [program, profile, "--headless", "--norestore", "--convert-to", to, "--outdir", str(folder)]
            kilobytes = sum(file.stat().st_size for file in batch if file.is_file()) / 1000
            seconds = _SECONDS_TO_START + _SECONDS_A_FILE * len(batch) + _SECONDS_A_KILOBYTE * kilobytes
            _run([*command, *map(str, batch)], round(seconds))
            for file in batch:
                path = folder / f"{file.stem}.{to}"
                if not path.is_file():
                    raise NoPdf(_FAILED.filled(detail=file.name))
                made.append(path)
            done(len(made))
    return made


def _run(command: Sequence[str], seconds: int) -> None:
    environment = os.environ | {"SAL_USE_VCLPLUGIN": "svp"}
    try:
        ran = subprocess.run(  # noqa: S603 - the program found above, with paths as arguments
            command, capture_output=True, text=True, errors="replace", timeout=seconds, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPdf(_FAILED.filled(detail=str(error)[:300])) from error
    if ran.returncode != 0:
        raise NoPdf(_FAILED.filled(detail=(ran.stderr or ran.stdout).strip()[-300:]))

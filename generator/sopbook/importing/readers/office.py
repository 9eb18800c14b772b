"""What only an office program can read (.doc, .rtf, .odt, .wps): LibreOffice makes a .docx of it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from sopbook.importing.readers import Input, Reader, docx
from sopbook.importing.tree import Original
from sopbook.locales import Text
from sopbook.untrusted import Refused, refusal

TIMEOUT_SECONDS = 120
_MISSING = Text(
    "读 {suffix} 需要 LibreOffice（命令 soffice），没有找到；请安装，或在 Word 里另存为 .docx",
    "reading {suffix} needs LibreOffice (the command soffice), which is missing; install it, or save it as .docx",
)
_FAILED = Text("LibreOffice 打不开这个文件，可能已损坏", "LibreOffice cannot open it; it may be damaged")
_SLOW = Text("LibreOffice {n} 秒内没有读完", "LibreOffice did not finish within {n} s")
_MAGIC = {
    ".doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf"),
    ".wps": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
    ".rtf": (b"{\\rtf",),
    ".odt": (b"PK\x03\x04",),
}
# The names of all streams of a sound Word 97 file are in its directory, in UTF-16.
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_NO_WORD = Text("不是 Word 文件，或已损坏、被截断", "it is no Word file, or damaged or cut off")
_LOCKED = Text("文件有密码，请去掉密码后再导入", "it is protected by a password; remove the password first")
# No macro runs, nothing linked is fetched.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def read(input_: Input) -> Original:
    """The document, by way of LibreOffice. Raises Refused if that is missing or fails."""
    suffix = input_.suffix if input_.suffix in _MAGIC else ".doc"
    _look_at(input_.data, suffix)
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise refusal(_MISSING, suffix=suffix)
    with tempfile.TemporaryDirectory(prefix="sopbook-") as folder:
        return docx.read(Input(f"{input_.name}.docx", _converted(Path(folder), program, suffix, input_.data)))


def _look_at(data: bytes, suffix: str) -> None:
    if not data.startswith(_MAGIC[suffix]):
        raise Refused(_NO_WORD)
    if data.startswith(_MAGIC[".doc"][0]):
        if _ENCRYPTED_STREAM in data:
            raise Refused(_LOCKED)
        if suffix == ".doc" and _WORD_STREAM not in data:
            raise Refused(_NO_WORD)


def _converted(folder: Path, program: str, suffix: str, data: bytes) -> bytes:
    source = folder / f"original{suffix}"
    source.write_bytes(data)
    settings = folder / "profile/user/registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_SETTINGS, "utf-8")
    command = [
        program, "--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder / "out"), str(source),
    ]  # fmt: skip
    try:
        subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False, cwd=folder)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise refusal(_SLOW, n=TIMEOUT_SECONDS) from error
    except OSError as error:
        raise Refused(_FAILED) from error
    made = folder / "out/original.docx"
    if not made.is_file():
        raise Refused(_FAILED)
    return made.read_bytes()


READER = Reader(suffixes=(".doc", ".rtf", ".odt", ".wps"), read=read)

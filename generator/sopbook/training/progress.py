"""The files in which trainees hand in their progress: read within bounds, and not believed.

The site writes them (``site/assets/training-progress.js``). A CRC-32 finds damage and careless
edits. It proves nothing more: no file that somebody can make without a server says who sat at the
device (``docs/training.md``).
"""

from __future__ import annotations

import datetime as dt
import json
import zlib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sopbook.bounded import read_up_to
from sopbook.locales import Text

LARGEST = 5_000_000
FORMAT = 1

_Word = Annotated[str, Field(max_length=200)]
_Key = Annotated[str, Field(min_length=1, max_length=300)]
_Percent = Annotated[float, Field(ge=0, le=100)]
_Number = Annotated[int, Field(ge=0, le=10_000_000)]


class NotProgress(Exception):
    """A file that is not taken. ``reason`` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Person(_Record):
    """Whose progress it is, in that person's own words."""

    name: _Word = ""
    number: _Word = ""


class Read(_Record):
    """A document that was read: which version, on which day."""

    version: _Word
    on: dt.date


class Practised(_Record):
    """A procedure that was practised: the last round."""

    version: _Word
    on: dt.date
    right: _Number = 0
    asked: _Number = 0


class Passed(_Record):
    """A procedure whose test was passed, with its score in per cent."""

    version: _Word
    on: dt.date
    score: _Percent


class RolePassed(_Record):
    """A role whose test was passed."""

    on: dt.date
    score: _Percent
    version: _Word = ""


class Progress(_Record):
    """What one file tells."""

    person: Person
    read: dict[_Key, Read] = Field(max_length=5000)
    practised: dict[_Key, Practised] = Field(max_length=5000)
    passed: dict[_Key, Passed] = Field(max_length=5000)
    roles: dict[_Key, RolePassed] = Field(max_length=1000)
    handbook: _Word = ""
    exported: _Word = ""


_LARGE = Text("超过 5 MB，不是培训进度文件", "larger than 5 MB, so no progress file")
_BROKEN = Text("读不了：不是完整的文件", "cannot be read: it is not whole")
_FOREIGN = Text("不是培训进度文件", "no file of training progress")
_NEWER = Text("来自另一版本的软件（格式 {found}）", "from another version of the software (format {found})")
_EDITED = Text("校验和不符：损坏，或被人改过", "its checksum does not fit: damaged, or edited by hand")
_SHAPE = Text("内容不合格式：{where}", "its content has no sound form: {where}")
_OS = Text("打不开：{reason}", "cannot be opened: {reason}")
_LATER = Text("日期在今天之后：{where}", "a date later than today: {where}")


def read_progress(path: Path, today: dt.date) -> Progress:
    """What a file tells. Raises NotProgress if it is damaged, edited, too large or something else."""
    try:
        raw = read_up_to(path, LARGEST + 1)
    except OSError as error:
        raise NotProgress(_filled(_OS, reason=error.strerror or "")) from error
    if len(raw) > LARGEST:
        raise NotProgress(_LARGE)
    outer = _object(raw, _BROKEN)
    data = outer.get("data")
    if outer.get("sopbook") != "training-progress" or not isinstance(data, str):
        raise NotProgress(_FOREIGN)
    if outer.get("format") != FORMAT:
        raise NotProgress(_filled(_NEWER, found=str(outer.get("format"))[:20]))
    encoded = data.encode("utf-8", "surrogatepass")
    if outer.get("crc32") != f"{zlib.crc32(encoded):08x}":
        raise NotProgress(_EDITED)
    try:
        progress = Progress.model_validate(_object(encoded, _BROKEN))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])[:80]
        raise NotProgress(_filled(_SHAPE, where=where)) from error
    _look_at_dates(progress, today)
    return progress


def _object(raw: bytes, reason: Text) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NotProgress(reason) from error
    if not isinstance(found, dict):
        raise NotProgress(_FOREIGN)
    return found


def _look_at_dates(progress: Progress, today: dt.date) -> None:
    """A device whose clock is wrong, or a made-up date. A day of grace: it may be tomorrow elsewhere."""
    latest = today + dt.timedelta(days=1)
    for part in ("read", "practised", "passed", "roles"):
        for number, record in getattr(progress, part).items():
            if record.on > latest:
                raise NotProgress(_filled(_LATER, where=f"{part} {number} {record.on}"[:80]))


def _filled(text: Text, **values: str) -> Text:
    return Text(text.zh.format(**values), text.en.format(**values))

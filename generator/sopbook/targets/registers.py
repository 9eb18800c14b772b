"""The registers as workbooks: ``registers/<name>.xlsx``."""

from __future__ import annotations

from sopbook.copies.registers import registers
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.output import sync_folder
from sopbook.targets import Outcome, Target, Workplace


def build(handbook: Handbook, place: Workplace) -> Outcome:
    """Write each register."""
    return sync_folder(place.out / "registers", registers(handbook))


TARGET = Target(
    name="registers",
    summary=Text("台账（registers/*.xlsx）", "registers as workbooks (registers/*.xlsx)"),
    build=build,
)

"""Word forms and printable checklists: ``forms/<number>.docx``."""

from __future__ import annotations

from sopbook.forms.files import compile_forms, template_folders
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.output import sync_folder
from sopbook.targets import Outcome, Target, Workplace


def build(handbook: Handbook, place: Workplace) -> Outcome:
    """Write every form and checklist that is not withdrawn."""
    compiled = compile_forms(handbook, template_folders(place.root))
    return sync_folder(place.out / "forms", {f"{entry.form.number}.docx": entry.word() for entry in compiled})


TARGET = Target(
    name="forms",
    summary=Text("Word 表单与检查表（forms/*.docx）", "forms and checklists in Word (forms/*.docx)"),
    build=build,
)

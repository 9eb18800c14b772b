"""Controlled copies in Word: ``print/<number>.docx``, and the whole handbook in ``print/handbook.docx``.

Nothing here depends on an office program, so that the same sources give the same bytes anywhere:
the page numbers of the contents are estimated and marked for Word to update. ``sopbook print`` measures them.
"""

from __future__ import annotations

from sopbook.copies.document import CopyCompiler, offered
from sopbook.forms.files import template_folders
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.output import sync_folder
from sopbook.targets import Outcome, Target, Workplace


def build(handbook: Handbook, place: Workplace) -> Outcome:
    """Write a copy of each document that is not withdrawn, and the whole handbook."""
    compiler = CopyCompiler(handbook, place.root, template_folders(place.root))
    copies = [*(compiler.document(document) for document in offered(handbook)), compiler.whole()]
    return sync_folder(place.out / "print", {f"{copy.name}.docx": copy.data for copy in copies})


TARGET = Target(
    name="print",
    summary=Text("Word 受控副本（print/*.docx）", "controlled copies in Word (print/*.docx)"),
    build=build,
)

"""SCORM 1.2: a package with a player, for nearly every training platform.

Carried: every type of question, pictures, tables, rationales; selection, shuffling and pass mark are
in the package, and a platform's own mastery score goes before it. Reported: score, passed or failed,
time, and each interaction.

Not carried: what a question tests and how hard it is, which are no part of SCORM. An attempt that
was left is taken up again as long as its answers fit into the 4096 characters that SCORM 1.2 keeps.
"""

from __future__ import annotations

from urllib.parse import quote

from sopbook.locales import Text
from sopbook.questions.formats import Format, Written
from sopbook.questions.losses import Ledger
from sopbook.questions.quiz import Quiz
from sopbook.questions.scorm import content
from sopbook.word.markup import attribute, text
from sopbook.word.package import pack_parts


def write(quiz: Quiz) -> Written:
    """The quiz as a SCORM 1.2 package."""
    parts = content(quiz, "1.2")
    listed = "".join(f'<file href="{attribute(quote(name))}"/>' for name in sorted(parts))
    parts["imsmanifest.xml"] = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest identifier="sopbook" version="1" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" '
        'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
        "http://www.imsproject.org/xsd/imscp_rootv1p1p2 imscp_rootv1p1p2.xsd "
        'http://www.adlnet.org/xsd/adlcp_rootv1p2 adlcp_rootv1p2.xsd">\n'
        "<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>\n"
        f'<organizations default="org"><organization identifier="org"><title>{text(quiz.title)}</title>'
        f'<item identifier="item" identifierref="sco"><title>{text(quiz.title)}</title>'
        f"<adlcp:masteryscore>{quiz.terms.pass_mark}</adlcp:masteryscore></item></organization></organizations>\n"
        '<resources><resource identifier="sco" type="webcontent" adlcp:scormtype="sco" href="index.html">'
        f"{listed}</resource></resources>\n</manifest>\n"
    ).encode()
    return Written(pack_parts(parts), Ledger(quiz).losses)


FORMAT = Format(
    name="scorm12",
    suffix=".zip",
    summary=Text("SCORM 1.2 课件包", "a SCORM 1.2 package"),
    write=write,
    selects=True,
)

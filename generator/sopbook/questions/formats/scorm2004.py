"""SCORM 2004 (4th edition): a package with a player.

Carried: every type of question, pictures, tables, rationales; selection, shuffling and pass mark are
in the package, and a platform's own passing score goes before it. Reported: score, completion,
success, time, and each interaction with its description.

Not carried: what a question tests and how hard it is, which are no part of SCORM.
"""

from __future__ import annotations

from urllib.parse import quote

from sopbook.locales import Text
from sopbook.questions.formats import Format, Written
from sopbook.questions.incoming import number_text
from sopbook.questions.losses import Ledger
from sopbook.questions.quiz import Quiz
from sopbook.questions.scorm import content
from sopbook.word.markup import attribute, text
from sopbook.word.package import pack_parts


def write(quiz: Quiz) -> Written:
    """The quiz as a SCORM 2004 package."""
    parts = content(quiz, "2004")
    listed = "".join(f'<file href="{attribute(quote(name))}"/>' for name in sorted(parts))
    parts["imsmanifest.xml"] = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest identifier="sopbook" version="1" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" '
        'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3" xmlns:imsss="http://www.imsglobal.org/xsd/imsss" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="'
        "http://www.imsglobal.org/xsd/imscp_v1p1 imscp_v1p1.xsd "
        "http://www.adlnet.org/xsd/adlcp_v1p3 adlcp_v1p3.xsd "
        'http://www.imsglobal.org/xsd/imsss imsss_v1p0.xsd">\n'
        "<metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>\n"
        f'<organizations default="org"><organization identifier="org"><title>{text(quiz.title)}</title>'
        f'<item identifier="item" identifierref="sco"><title>{text(quiz.title)}</title>'
        "<imsss:sequencing><imsss:objectives>"
        '<imsss:primaryObjective objectiveID="score" satisfiedByMeasure="true">'
        f"<imsss:minNormalizedMeasure>{number_text(quiz.terms.pass_mark / 100)}</imsss:minNormalizedMeasure>"
        "</imsss:primaryObjective></imsss:objectives>"
        '<imsss:deliveryControls completionSetByContent="true" objectiveSetByContent="true"/></imsss:sequencing>'
        "</item></organization></organizations>\n"
        '<resources><resource identifier="sco" type="webcontent" adlcp:scormType="sco" href="index.html">'
        f"{listed}</resource></resources>\n</manifest>\n"
    ).encode()
    return Written(pack_parts(parts), Ledger(quiz).losses)


FORMAT = Format(
    name="scorm2004",
    suffix=".zip",
    summary=Text("SCORM 2004 课件包", "a SCORM 2004 package"),
    write=write,
    selects=True,
)

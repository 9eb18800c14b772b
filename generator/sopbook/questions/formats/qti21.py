"""QTI 2.1 (IMS Question and Test Interoperability), a content package with a test over its items.

Carried: every type of question, with pictures, tables and rationale (as feedback); selection,
shuffling and pass mark (outcome PASS of the test). The questions of a case are a section that stays
together, with the situation in each.

Not carried: what a question tests and how hard it is, for which QTI has no place of its own.
"""

from __future__ import annotations

from sopbook.locales import Text
from sopbook.questions.formats import Format, Written
from sopbook.questions.qti import Dialect, package
from sopbook.questions.quiz import Quiz

_DIALECT = Dialect(
    items="http://www.imsglobal.org/xsd/imsqti_v2p1",
    schema="http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd",
    manifest="http://www.imsglobal.org/xsd/imscp_v1p1",
    manifest_schema="http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd",
    schema_name="QTIv2.1 Package",
    schema_version="1.0.0",
    item_type="imsqti_item_xmlv2p1",
    test_type="imsqti_test_xmlv2p1",
    kebab=False,
)


def write(quiz: Quiz) -> Written:
    """The quiz as a QTI 2.1 package."""
    return package(quiz, _DIALECT)


FORMAT = Format(
    name="qti21",
    suffix=".zip",
    summary=Text("QTI 2.1 试题包", "a QTI 2.1 package"),
    write=write,
    selects=True,
)

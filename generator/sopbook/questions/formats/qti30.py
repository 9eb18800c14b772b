"""QTI 3.0 (1EdTech Question and Test Interoperability), a content package with a test over its items.

Carried and not carried as in QTI 2.1: every type of question, pictures, tables, rationale, selection,
shuffling and pass mark; not what a question tests and how hard it is.
"""

from __future__ import annotations

from sopbook.locales import Text
from sopbook.questions.formats import Format, Written
from sopbook.questions.qti import Dialect, package
from sopbook.questions.quiz import Quiz

_DIALECT = Dialect(
    items="http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    schema="https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd",
    manifest="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1",
    manifest_schema="https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd",
    schema_name="QTI Package",
    schema_version="3.0.0",
    item_type="imsqti_item_xmlv3p0",
    test_type="imsqti_test_xmlv3p0",
    kebab=True,
)


def write(quiz: Quiz) -> Written:
    """The quiz as a QTI 3.0 package."""
    return package(quiz, _DIALECT)


FORMAT = Format(
    name="qti30",
    suffix=".zip",
    summary=Text("QTI 3.0 试题包", "a QTI 3.0 package"),
    write=write,
    selects=True,
)

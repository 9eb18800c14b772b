"""Text as XML, and the namespaces of Word files."""

from __future__ import annotations

import re

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"

# What XML 1.0 cannot hold at all, and the marks that reverse the reading direction of what follows.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


def clean(value: str) -> str:
    """The value without characters that XML forbids or that disguise text."""
    if value.isprintable():  # none of them is, and this is much faster than looking for them
        return value
    return _FORBIDDEN.sub("", value)


def text(value: str) -> str:
    """The value as character data."""
    plain = clean(value)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def attribute(value: str) -> str:
    """The value for a quoted attribute; white space becomes single spaces."""
    return text(" ".join(value.split()))

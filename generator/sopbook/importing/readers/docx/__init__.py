"""Word documents (.docx, .docm, .dotx): Office Open XML, both its transitional and its strict form."""

from __future__ import annotations

from sopbook.importing.readers import Input, Reader
from sopbook.importing.readers.docx import body
from sopbook.importing.readers.docx.package import Package
from sopbook.importing.tree import Original


def read(input_: Input) -> Original:
    """The document. Raises Refused for what is no Word file or out of bounds."""
    return body.Reader(Package(input_.data)).original()


READER = Reader(suffixes=(".docx", ".docm", ".dotx", ".dotm"), read=read)

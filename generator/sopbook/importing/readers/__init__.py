"""Readers of existing documents: each module (or package) here with a ``READER`` is one format."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from sopbook.importing.tree import Original
from sopbook.locales import Text
from sopbook.untrusted import refusal


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read: its name (for its suffix) and its bytes."""

    name: str
    data: bytes

    @property
    def suffix(self) -> str:
        """The end of its name, in lower case with its dot."""
        return f".{self.name.rpartition('.')[2].lower()}" if "." in self.name else ""


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: by which suffixes its files go, and how they are read (raises Refused)."""

    suffixes: tuple[str, ...]
    read: Callable[[Input], Original]


_UNKNOWN = Text("不认识的格式“{suffix}”；可导入：{known}", 'unknown format "{suffix}"; these can be imported: {known}')
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@cache
def all_readers() -> Mapping[str, Reader]:
    """Every reader, by suffix."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    readers = [module.READER for module in modules if hasattr(module, "READER")]
    return {suffix: reader for reader in readers for suffix in reader.suffixes}


def read(input_: Input) -> Original:
    """Read a file by its content where that is unmistakable, else by its suffix. Raises Refused."""
    readers = all_readers()
    suffix = input_.suffix
    # Many a ".doc" is a .docx, HTML or RTF by its bytes; LibreOffice and Word go by the bytes too.
    if suffix in (".doc", ".wps", ".docx"):
        head = input_.data[:2000].lstrip().lower()
        if input_.data.startswith(_ZIP):
            suffix = ".docx"
        elif input_.data.startswith(_OLE) or head.startswith(b"{\\rtf"):
            suffix = ".doc"
        elif head.startswith((b"<html", b"<!doctype html", b"\xef\xbb\xbf<html")) or b"<html" in head[:500]:
            suffix = ".html"
    if suffix not in readers:
        raise refusal(_UNKNOWN, suffix=input_.suffix or input_.name, known=" ".join(sorted(readers)))
    return readers[suffix].read(input_)

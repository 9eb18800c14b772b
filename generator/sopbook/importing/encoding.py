"""The characters of a file whose encoding nobody states, or states wrongly."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from sopbook.locales import Text
from sopbook.untrusted import Refused

_BINARY = Text("不是文本文件", "it is no text file")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ["gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1251", "utf_16_le", "utf_16_be"]
_STATED = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)", re.IGNORECASE)
# GB2312's level 1: the 3755 characters that make up almost all Chinese text.
_COMMON = range(0xB0, 0xD8)


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was taken for.

    A byte-order mark goes first, then UTF-8, then what an HTML head states, then the likeliest. Raises Refused for
    bytes that are no text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _cleaned(data.decode(name, "replace")), name.removesuffix("-sig")
    try:
        return _cleaned(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError as error:
        # A file cut off within a character is UTF-8 all the same.
        if error.start >= len(data) - 3 and len(data) > 20:
            return _cleaned(data[: error.start].decode("utf-8")), "utf-8"
    stated = _STATED.search(data[:4000])
    likely = [_looked_up(stated[1].decode("ascii")) if stated else None, "gb18030" if _looks_gbk(data) else None]
    for candidate in filter(None, likely):
        try:
            return _cleaned(data.decode(candidate)), candidate
        except UnicodeDecodeError:
            continue
    best = from_bytes(data[:200_000], cp_isolation=_CANDIDATES).best()
    if best is None:
        raise Refused(_BINARY)
    return _cleaned(data.decode(best.encoding, "replace")), best.encoding.replace("_", "-")


def _looked_up(name: str) -> str | None:
    # A page that says GB2312 means what browsers take for it.
    name = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252"}.get(name.lower(), name)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _looks_gbk(data: bytes) -> bool:
    """True if most pairs of high bytes are common Chinese characters or GB punctuation."""
    pairs = re.findall(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]", data[:200_000])
    common = sum(pair[0] in _COMMON or (pair[0] in (0xA1, 0xA3) and pair[1] >= 0xA1) for pair in pairs)
    return bool(pairs) and common / len(pairs) > 0.75


def _cleaned(text: str) -> str:
    if text[:5000].count("\0") > 5:
        raise Refused(_BINARY)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(char for char in text if char in "\n\t\f" or (ord(char) >= 32 and not 0x7F <= ord(char) < 0xA0))

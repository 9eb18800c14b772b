"""Opening what strangers send: zip archives and XML, in bounded time and memory.

Nothing here is ever extracted to disk, and no entity is ever expanded. Whatever is out of bounds
raises Refused with a reason for people; no other exception leaves this module for bad bytes.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from sopbook.bounded import read_up_to
from sopbook.locales import Text

MAX_FILE_BYTES = 20_000_000
MAX_MEMBERS = 2_000
MAX_MEMBER_BYTES = 60_000_000
MAX_ELEMENTS = 400_000
MAX_DEPTH = 120
_CHUNK = 64 * 1024
_ENCRYPTED = 0x1


class Refused(Exception):
    """A file that will not be read; ``reason`` says why, in each language."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


_NO_FILE = Text("打不开文件：{detail}", "it cannot be opened: {detail}")
_TOO_BIG = Text("文件超过 {limit} MB", "it is larger than {limit} MB")
_NO_ZIP = Text(
    "不是完好的 Office 文件（压缩包打不开）", "it is no sound Office file (its zip archive cannot be opened)"
)
_MANY = Text("压缩包里文件太多（超过 {limit} 个）", "it holds too many parts (more than {limit})")
_BOMB = Text("解压后过大（超过 {limit} MB），可能是压缩炸弹", "it unpacks to more than {limit} MB, as a zip bomb would")
_ENCRYPTED_ZIP = Text("文件有密码，请去掉密码后再读", "it is protected by a password; remove the password first")
_BAD_XML = Text("“{part}”内容损坏（不是完好的 XML）", '"{part}" in it is damaged (no well-formed XML)')
_DOCTYPE = Text("“{part}”声明了外部实体(DTD)，已拒绝", '"{part}" in it declares a DTD, which no Office file does')
_DEEP = Text("“{part}”的结构过大或过深", '"{part}" in it has too many or too deeply nested elements')


def refusal(text: Text, **values: object) -> Refused:
    """A refusal whose reason is ``text`` filled in."""
    return Refused(text.filled(**values))


def read_bounded(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a file of at most ``limit`` bytes."""
    try:
        data = read_up_to(path, limit + 1)
    except OSError as error:
        raise refusal(_NO_FILE, detail=error.strerror or type(error).__name__) from error
    if len(data) > limit:
        raise refusal(_TOO_BIG, limit=limit // 1_000_000)
    return data


class Archive:
    """A zip archive in memory whose parts are read within bounds.

    What a part claims about its size is not believed: ``limit`` bounds what really comes out.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, OverflowError) as error:
            raise Refused(_NO_ZIP) from error
        if len(entries) > MAX_MEMBERS:
            raise refusal(_MANY, limit=MAX_MEMBERS)
        # Of two parts with one name, Office programs and we would not always take the same one.
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise Refused(_NO_ZIP)
        if any(entry.flag_bits & _ENCRYPTED for entry in entries):
            raise Refused(_ENCRYPTED_ZIP)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts, in the order in which they are packed."""
        return tuple(self._entries)

    def claimed_size(self, name: str) -> int:
        """How large a part says it is: for a progress bar, never for a buffer."""
        return self._entries[name].file_size

    def stream(self, name: str, limit: int = MAX_MEMBER_BYTES) -> Iterator[bytes]:
        """A part, piece by piece. Raises KeyError if there is no such part."""
        entry = self._entries[name]
        total = 0
        try:
            with self._zip.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    total += len(chunk)
                    if total > limit:
                        raise refusal(_BOMB, limit=limit // 1_000_000)
                    yield chunk
        except (
            zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError, RuntimeError,
            OverflowError,
        ) as error:  # fmt: skip
            raise Refused(_NO_ZIP) from error

    def read(self, name: str, limit: int = MAX_MEMBER_BYTES) -> bytes:
        """The whole of a part. Raises KeyError if there is no such part."""
        return b"".join(self.stream(name, limit))


def guarded_parser(part: str, limit: int = MAX_ELEMENTS) -> expat.XMLParserType:
    """An XML parser with namespaces (``uri}name``) that refuses DTDs; it counts nothing yet."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        raise refusal(_DOCTYPE, part=part)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def scan(
    part: str,
    chunks: Iterator[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
    limit: int = MAX_ELEMENTS,
) -> Iterator[None]:
    """Feed XML to handlers, yielding after each piece. At most ``limit`` elements are seen."""
    parser = guarded_parser(part)
    count = depth = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal count, depth
        count += 1
        depth += 1
        if count > limit or depth > MAX_DEPTH:
            raise refusal(_DEEP, part=part)
        start(name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise refusal(_BAD_XML, part=part) from error
    except (ValueError, LookupError) as error:  # an encoding that Python does not know
        raise refusal(_BAD_XML, part=part) from error
    yield


def parse_xml(part: str, data: bytes, limit: int = MAX_ELEMENTS) -> ET.Element:
    """A small XML document as a tree; names are ``{namespace}name``."""
    builder: Any = ET.TreeBuilder()

    def start(name: str, attributes: dict[str, str]) -> None:
        builder.start(_clark(name), {_clark(key): value for key, value in attributes.items()})

    for _ in scan(part, iter((data,)), start, lambda name: builder.end(_clark(name)), builder.data, limit):
        pass
    root: ET.Element = builder.close()
    return root


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name

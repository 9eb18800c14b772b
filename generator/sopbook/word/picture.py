"""Pictures in a Word file."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import segno

from sopbook.word.markup import R, attribute

_EMU_PER_MM = 36_000
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_PLACE = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its file name in the package, its bytes, its width in millimetres, and what it shows in words.

    It is square unless it has a ``height`` (in millimetres) of its own.
    """

    name: str
    data: bytes
    millimetres: float
    alternative: str
    height: float = 0


def qr_code(address: str, alternative: str, millimetres: int = 15) -> Picture:
    """A QR code (ISO/IEC 18004) that leads to a web address, with error correction M for creased paper."""
    code = segno.make(address, error="m", micro=False)
    stream = io.BytesIO()
    code.save(stream, kind="png", scale=8, border=2)
    data = stream.getvalue()
    return Picture(f"qr-{hashlib.sha256(data).hexdigest()[:12]}.png", data, millimetres, alternative)


def drawing(picture: Picture, relation: str, number: int = 1) -> str:
    """A run with the picture, in line with the text.

    ``relation`` is the id that the part knows it by, ``number`` its own in the part.
    """
    width = round(picture.millimetres * _EMU_PER_MM)
    height = round((picture.height or picture.millimetres) * _EMU_PER_MM)
    names = f'id="{number}" name="{attribute(picture.name)}" descr="{attribute(picture.alternative)}"'
    return (
        f'<w:r><w:drawing><wp:inline xmlns:wp="{_PLACE}" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr {names}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic xmlns:a="{_DRAWING}"><a:graphicData uri="{_PICTURE}"><pic:pic xmlns:pic="{_PICTURE}">'
        f"<pic:nvPicPr><pic:cNvPr {names}/><pic:cNvPicPr/></pic:nvPicPr>"
        f'<pic:blipFill><a:blip xmlns:r="{R}" r:embed="{attribute(relation)}"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )

"""Pictures of the handbook as Word takes them."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from sopbook.copies.outline import Shot
from sopbook.read.tree import SOURCES
from sopbook.untrusted import Refused, read_bounded
from sopbook.word.picture import Picture

_KEPT = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif"}
"""Formats that every Word shows; others are turned into PNG."""
CONTENT_TYPES = {kind: f"image/{kind}" for kind in _KEPT.values()}
MOST_PIXELS = 40_000_000
_DPI = 144
_HIGHEST = 180  # millimetres, so that a caption fits on the page with it


def load_picture(root: Path, shot: Shot, widest: float) -> Picture | None:
    """The picture, at most ``widest`` millimetres wide; None if the file is none that can be shown."""
    path = (root / shot.path).resolve()
    if not path.is_relative_to((root / SOURCES).resolve()):
        return None
    try:
        data = read_bounded(path)
        with Image.open(io.BytesIO(data), formats=(*_KEPT, "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            upright = ImageOps.exif_transpose(image)
            size, kind = upright.size, _KEPT.get(image.format or "")
            if kind is None or upright.size != image.size:
                data, kind = _as_png(upright), "png"
    except (Refused, UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    wide, high = (pixels / _DPI * 25.4 for pixels in size)
    shrink = min(1.0, widest / wide, _HIGHEST / high)
    name = f"picture-{hashlib.sha256(data).hexdigest()[:12]}.{kind}"
    return Picture(name, data, wide * shrink, shot.alternative, high * shrink)


def _as_png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.convert("RGBA" if "A" in image.getbands() else "RGB").save(stream, format="PNG")
    return stream.getvalue()

"""QR codes that lead to a document's page (ISO/IEC 18004, made by segno)."""

from __future__ import annotations

import io
from urllib.parse import quote

from markupsafe import Markup

QUIET_ZONE = 4
"""Light modules around the symbol, as the standard asks."""


def address_of(base_url: str, number: str) -> str:
    """The address that a code for a document holds: short and stable, since it is the number."""
    return f"{base_url}{quote(number)}/"


def qr_code(text: str, alternative: str) -> Markup:
    """A QR code as inline SVG, dark on white in any colour scheme, a quarter of it readable when damaged (level Q)."""
    import segno  # brings much along, and most builds make no new codes

    stream = io.BytesIO()
    segno.make(text, error="q", micro=False).save(
        stream,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=QUIET_ZONE,
        dark="#000",
        light="#fff",
        svgclass="sop-qr",
        lineclass=None,
        title=alternative,
    )
    # The picture is made of numbers, and segno escapes the title.
    return Markup(stream.getvalue().decode().strip().replace("<svg ", '<svg role="img" ', 1))  # noqa: S704

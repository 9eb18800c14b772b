"""A word across each page of what is not in force, as Word itself makes it (VML in the header)."""

from __future__ import annotations

from sopbook.word.markup import attribute

_VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
_FORMULAS = (
    "sum #0 0 10800", "prod #0 2 1", "sum 21600 0 @1", "sum 0 0 @2", "sum 21600 0 @3", "if @0 @3 0", "if @0 21600 @1",
    "if @0 0 @2", "if @0 @4 21600", "mid @5 @6", "mid @8 @5", "mid @7 @8", "mid @6 @7", "sum @6 0 @5",
)  # fmt: skip


def with_watermark(header: bytes, words: str, style: str, number: int) -> bytes:
    """A header part with the words across its pages. ``number`` tells its shape from those of other headers."""
    end = header.rindex(b"</")
    return header[:end] + _paragraph(words, style, number).encode() + header[end:]


def _paragraph(words: str, style: str, number: int) -> str:
    formulas = "".join(f'<v:f eqn="{formula}"/>' for formula in _FORMULAS)
    kind = f"_x0000_t136_{number}"
    place = (
        "position:absolute;margin-left:0;margin-top:0;width:380pt;height:140pt;rotation:315;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{attribute(style)}"/></w:pPr><w:r><w:pict {_VML}>'
        f'<v:shapetype id="{kind}" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">'
        f'<v:formulas>{formulas}</v:formulas><v:path textpathok="t" o:connecttype="custom" '
        'o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>'
        '<v:textpath on="t" fitshape="t"/><o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>'
        f'<v:shape id="PowerPlusWaterMarkObject{number}" o:spid="_x0000_s{2048 + number}" type="#{kind}" '
        f'style="{place}" alt="{attribute(words)}" o:allowincell="f" fillcolor="silver" stroked="f">'
        '<v:fill opacity=".4"/><v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" '
        f'string="{attribute(words)}"/></v:shape></w:pict></w:r></w:p>'
    )

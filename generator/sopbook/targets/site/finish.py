"""The last touch to a built page: its text is on the screen before the stylesheets are.

On a first visit over a slow network the theme's stylesheets would keep the page blank for another
round trip. So they load without blocking, and a few rules in the page itself (``site/first.css``)
make it readable meanwhile. Once the service worker answers from this device, they block again,
which takes no time and keeps the page from changing its looks under the reader's eyes.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FIRST_STYLES = "first.css"

_STYLESHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"\s*/?>')

# The style element that follows the script holds until the last stylesheet is there: its rules are
# for the bare page only.
_LOADER = (
    "<script>(function(){var w=navigator.serviceWorker,c=w&&w.controller,n=0;"
    "document.currentScript.dataset.styles.split(' ').forEach(function(h){"
    'var l=document.createElement("link");l.rel="stylesheet";l.href=h;n++;'
    'if(c)l.setAttribute("blocking","render");'
    'l.onload=l.onerror=function(){if(--n===0){var f=document.getElementById("sop-first");f&&f.remove()}};'
    "document.head.appendChild(l)})})()</script>"
)


def finish_page(html: str, first_styles: str) -> str:
    """A built page with its stylesheets loaded as described above.

    ``first_styles`` is CSS that holds until they are there. A page without stylesheets stays as it is.
    """
    found = _STYLESHEET.findall(html)
    if not found:
        return html
    loader = _LOADER.replace("<script>", f'<script data-styles="{" ".join(found)}">', 1)
    without = "".join(f'<link rel="stylesheet" href="{address}">' for address in found)
    head = f'<style id="sop-first" media="screen">{first_styles}</style>{loader}<noscript>{without}</noscript>'
    first, rest = True, html

    def replaced(match: re.Match[str]) -> str:
        nonlocal first
        text = head if first else ""
        first = False
        return text

    return _STYLESHEET.sub(replaced, rest)


@cache
def compact(css: str) -> str:
    """CSS without comments and line ends, to be put into each page."""
    without = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{}:;,])\s*", r"\1", re.sub(r"\s+", " ", without)).strip()


def first_styles(folders: list[Path]) -> str:
    """The rules of the first ``first.css`` in some folders, made compact; empty if there is none."""
    path = next((folder / FIRST_STYLES for folder in folders if (folder / FIRST_STYLES).is_file()), None)
    return compact(path.read_text("utf-8")) if path else ""

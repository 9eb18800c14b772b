"""Which addresses a source may link to."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def is_external(href: str) -> bool:
    """True for an address with a scheme, as against a file beside the document."""
    return bool(_SCHEME.match(href))


def is_safe_link(href: str) -> bool:
    """True for http, https, mailto and tel addresses and for relative paths that stay below the document's folder.

    Browsers drop control characters and white space from addresses, so those are looked through.
    """
    bare = "".join(char for char in unquote(href) if ord(char) > 32)
    if is_external(bare):
        return bare.partition(":")[0].lower() in SAFE_SCHEMES
    return relative_path(href) is not None


def relative_path(href: str) -> str | None:
    """The file that a relative address names, normalised; None if it is absolute or leaves the folder."""
    path = unquote(href.partition("#")[0].partition("?")[0])
    if not path or path.startswith(("/", "\\")) or "\\" in path or ":" in path:
        return None
    normal = posixpath.normpath(path)
    return None if normal in (".", "..") or normal.startswith("../") else normal

"""Where the parts that a house may edit are: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent.parent / name


def site_folder() -> Path:
    """The site's own parts: styles and scripts."""
    return _folder("site")


def templates_folder() -> Path:
    """The page templates that come with the tool."""
    return _folder("templates")

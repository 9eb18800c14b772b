"""HTML from patterns."""

from __future__ import annotations

from markupsafe import Markup, escape


def filled(pattern: str, *values: object) -> Markup:
    """A pattern with a value in the place of each ``{}``, escaped unless it is HTML already.

    What ``Markup.format`` does, several times as fast: it walks through the pattern in Python.
    """
    return Markup(pattern.format(*map(escape, values)))  # noqa: S704 - the values are escaped

"""The braces suffix: ``{#id key=value key="value with spaces" flag}``."""

from __future__ import annotations

import re

from sopbook.locales import canonical, languages, locale
from sopbook.places import Place
from sopbook.prose import Suffix
from sopbook.read.collect import Collector, near

PATTERN = re.compile(r"\{(?!\{)((?:\"[^\"\n]*\"|[^{}\"\n])+)\}")
"""A suffix in a line of source; group 1 is what stands between the braces."""

FLAGS = frozenset({"critical", "required", "figures"})
"""Words that may stand alone. ``figures`` may also carry a value."""

_TOKEN = re.compile(
    r"#(?P<id>[\w.-]+)|(?P<key>[^\s=#\"]+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\s\"]*))|(?P<flag>[^\s=#\"]+)"
)
_SHAPE = re.compile(r"#\S|[^\s=]+=")


def looks_like(inner: str) -> bool:
    """True if the text between two braces means a suffix and not just words in braces."""
    if _SHAPE.match(inner.strip()):
        return True
    words = inner.split()
    return bool(words) and all(canonical("suffix", word) in FLAGS for word in words)


def parse(inner: str, raw: str, place: Place, collector: Collector) -> Suffix:
    """Read what stands between the braces; unknown words are reported and left out."""
    anchor = ""
    values: list[tuple[str, str]] = []
    flags: set[str] = set()
    for match in _TOKEN.finditer(inner):
        at = Place(place.file, place.line, place.column + 1 + match.start())
        if match["id"]:
            anchor = match["id"]
        elif match["key"]:
            key = canonical("suffix", match["key"])
            if key is None:
                collector.add("SOP201", at, match["key"], close=near(match["key"], _known()), key=match["key"])
            else:
                value = match["quoted"] if match["quoted"] is not None else match["bare"]
                values.append((key, value.strip()))
        else:
            key = canonical("suffix", match["flag"])
            if key in FLAGS:
                flags.add(key)
            else:
                collector.add("SOP201", at, match["flag"], close=near(match["flag"], _known()), key=match["flag"])
    rest = " ".join(_TOKEN.sub(" ", inner).split())
    if rest:
        collector.add("SOP201", place, raw, key=rest)
    return Suffix(raw, anchor, tuple(values), frozenset(flags), place)


def _known() -> list[str]:
    return [word for language in languages() for words in locale(language).words("suffix").values() for word in words]

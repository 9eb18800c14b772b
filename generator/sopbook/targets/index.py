"""The search index for the command line (``build/index``)."""

from __future__ import annotations

from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.targets import Outcome, Target, Workplace


def build(handbook: Handbook, place: Workplace) -> Outcome:
    """Make the index unless it is fresh."""
    # Loads the readings of all Chinese characters, which takes half a second.
    from sopbook.search.keep import FOLDER, digest_of_sources, refresh

    made = refresh(handbook, place.out, digest_of_sources(place.root))
    count = sum(1 for path in (place.out / FOLDER).iterdir() if path.is_file())
    return Outcome(count, 0, 0) if made else Outcome(0, count, 0)


TARGET = Target(
    name="index",
    summary=Text("命令行搜索的索引（index/）", "the index for searching on the command line (index/)"),
    build=build,
)

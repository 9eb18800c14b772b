"""What was looked at, by numbers: as if every value kept its own list of keys and digests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from sopbook.cache.seen import Seen
from sopbook.cache.versions import Versions
from sopbook.compact_json import dumps, loads

KEYS = st.sampled_from([f"document:{letter}" for letter in "abcdefgh"])
ROUND = st.tuples(
    st.dictionaries(st.integers(0, 5), st.frozensets(KEYS), max_size=4),  # values worked out anew: what they look at
    st.frozensets(st.integers(0, 5)),  # values that are given up
    st.frozensets(KEYS),  # what is changed afterwards
)


class Counted:
    """Stands for a handbook of which only the number of changes of each key is of interest."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)

    def digest_of(self, key: str) -> str:
        return str(self.counts.get(key, 0))

    def changed(self, earlier: Mapping[str, str]) -> frozenset[str]:
        return frozenset(key for key, digest in earlier.items() if self.digest_of(key) != digest)


@given(st.lists(ROUND, max_size=8))
def test_it_is_known_of_each_value_whether_something_has_changed(rounds: list[Any]) -> None:
    counts: dict[str, int] = {}
    kept: bytes = dumps(((), ()))
    notes: dict[int, tuple[int, ...]] = {}
    wanted: dict[int, dict[str, int]] = {}
    for anew, gone, touched in rounds:
        seen = Seen(cast(Versions, Counted(counts)), *loads(kept))
        for value, numbers in notes.items():
            as_before = all(counts.get(key, 0) == count for key, count in wanted[value].items())
            assert seen.are_as_before(numbers) == as_before
        # As a build does: what has changed is worked out anew, the rest stays.
        changed = {value: frozenset(wanted[value]) for value in notes if not seen.are_as_before(notes[value])}
        for value, keys in (changed | anew).items():
            notes[value] = seen.numbers_of(keys)
            wanted[value] = {key: counts.get(key, 0) for key in keys}
        for value in gone & notes.keys():
            del notes[value], wanted[value]
        kept = dumps(seen.pack(notes.values()))
        for key in touched:
            counts[key] = counts.get(key, 0) + 1


def test_nothing_is_noted_where_nobody_counts() -> None:
    seen = Seen(None)
    assert seen.numbers_of({"document:a"}) == ()
    assert seen.pack([()]) == ([], [])

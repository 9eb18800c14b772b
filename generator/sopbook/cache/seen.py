"""What was looked at for many values, in little room: each key of ``cache.watch`` has a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from sopbook.cache.versions import Versions


class Seen:
    """The numbers of keys, and which of these stand for something else than when they were kept.

    ``keys`` and ``digests`` are what ``pack`` gave then; a number that is free has an empty key. Without
    ``versions`` nobody counts changes, and nothing is noted.
    """

    def __init__(self, versions: Versions | None, keys: Sequence[str] = (), digests: Sequence[str] = ()) -> None:
        self._versions = versions
        self._keys = list(keys)
        earlier = {key: digest for key, digest in zip(keys, digests, strict=True) if key}
        changed = versions.changed(earlier) if versions else frozenset()
        self.changed = frozenset(number for number, key in enumerate(keys) if key in changed)

    def are_as_before(self, numbers: Iterable[int]) -> bool:
        """True if nothing has changed of what was looked at."""
        return self.changed.isdisjoint(numbers)

    def numbers_of(self, keys: Iterable[str]) -> tuple[int, ...]:
        """The numbers of some keys, in order."""
        return tuple(sorted(map(self._number_of, keys))) if self._versions else ()

    def _number_of(self, key: str) -> int:
        number = self._numbers.get(key)
        if number is None:
            if not self._free:
                self._free.append(len(self._keys))
                self._keys.append("")
            number = self._numbers[key] = self._free.pop()
            self._keys[number] = key
        return number

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {key: number for number, key in enumerate(self._keys) if key}

    @cached_property
    def _free(self) -> list[int]:
        return [number for number, key in enumerate(self._keys) if not key]

    def pack(self, notes: Iterable[Iterable[int]]) -> tuple[list[str], list[str]]:
        """The keys by number, and the digests of what they stand for now; of keys in no note, both are empty."""
        if self._versions is None:
            return [], []
        used = set().union(*notes)
        keys = [key if number in used else "" for number, key in enumerate(self._keys)]
        return keys, [self._versions.digest_of(key) if key else "" for key in keys]

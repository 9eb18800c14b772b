"""Reading durations, frequencies and intervals as people write them, in any language of the tool."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sopbook.locales import canonical, fold, spellings
from sopbook.values import Duration, Frequency, Interval, Period, TimeUnit

_AMOUNT = re.compile(r"(\d{1,5})\s*(\D.*)", re.DOTALL)
_TIMES = re.compile(r"(.+?)\s*(?:\*\s*(\d{1,3})|(\d{1,3})\s*次)", re.DOTALL)
_BARE = (TimeUnit.NOW, TimeUnit.SAME_DAY)


@cache
def _units() -> dict[str, TimeUnit]:
    # Case is folded, so "mo" (month) and "m" (minute) must stay the only short forms that look alike.
    return {spelling: TimeUnit(key) for spelling, key in spellings("time_units").items()} | {
        fold(unit): unit for unit in TimeUnit
    }


@lru_cache(maxsize=2_000)
def duration(text: str) -> Duration | None:
    """``10m``, ``3个工作日``, ``立即`` … or None if the text is no duration."""
    word = text.strip()
    unit = _units().get(fold(word))
    if unit in _BARE:
        return Duration(0, unit)
    match = _AMOUNT.fullmatch(word)
    if match is None:
        return None
    unit = _units().get(fold(match[2]))
    if unit is None or unit in _BARE:
        return None
    return Duration(int(match[1]), unit)


def frequency(text: str) -> Frequency | None:
    """``daily``, ``每日2次``, ``weekly*2`` … or None if the text is no frequency."""
    key = canonical("periods", text)
    if key:
        return Frequency(Period(key))
    match = _TIMES.fullmatch(text.strip())
    if match is None:
        return None
    key = canonical("periods", match[1])
    times = int(match[2] or match[3])
    return Frequency(Period(key), times) if key and times else None


def interval(text: str) -> Interval | None:
    """``12 months``, ``1年`` … or None if the text is no interval of whole months."""
    found = duration(text)
    if found is None or not 0 < found.amount <= 1200:
        return None
    if found.unit is TimeUnit.MONTH:
        return Interval(found.amount)
    return Interval(found.amount * 12) if found.unit is TimeUnit.YEAR else None

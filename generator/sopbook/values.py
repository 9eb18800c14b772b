"""Quantities that sources state: durations, frequencies and review intervals.

Each has one canonical written form; the words of a language come from its locale.
"""

from __future__ import annotations

import calendar
import datetime as dt
from enum import StrEnum

from sopbook.node import Node


class TimeUnit(StrEnum):
    """Units of a time limit. ``NOW`` and ``SAME_DAY`` carry no amount."""

    NOW = "now"
    MINUTE = "m"
    HOUR = "h"
    SAME_DAY = "same-day"
    DAY = "d"
    WORKING_DAY = "wd"
    WEEK = "w"
    MONTH = "mo"
    YEAR = "y"


# Minutes for ordering time limits only: a month counts 30 days, a working day 1.4 days.
_MINUTES = {
    TimeUnit.NOW: 0.0,
    TimeUnit.MINUTE: 1.0,
    TimeUnit.HOUR: 60.0,
    TimeUnit.SAME_DAY: 1440.0,
    TimeUnit.DAY: 1440.0,
    TimeUnit.WORKING_DAY: 2016.0,
    TimeUnit.WEEK: 10080.0,
    TimeUnit.MONTH: 43200.0,
    TimeUnit.YEAR: 525600.0,
}


class Duration(Node, frozen=True):
    """A time limit: ``amount`` of ``unit`` (amount is 0 for ``now`` and ``same-day``)."""

    amount: int
    unit: TimeUnit

    @property
    def approximate_minutes(self) -> float:
        """Length for sorting and comparing, not for scheduling."""
        return max(self.amount, 1) * _MINUTES[self.unit]

    def __str__(self) -> str:
        bare = self.unit in (TimeUnit.NOW, TimeUnit.SAME_DAY)
        return str(self.unit) if bare else f"{self.amount}{self.unit}"


class Period(StrEnum):
    """How often something recurs."""

    SHIFT = "per-shift"
    DAY = "daily"
    WEEK = "weekly"
    HALF_MONTH = "half-monthly"
    MONTH = "monthly"
    QUARTER = "quarterly"
    HALF_YEAR = "half-yearly"
    YEAR = "yearly"
    ON_DEMAND = "on-demand"


class Frequency(Node, frozen=True):
    """``times`` in each ``period``; on demand has one time."""

    period: Period
    times: int = 1

    def __str__(self) -> str:
        return str(self.period) if self.times == 1 else f"{self.period}*{self.times}"


class Interval(Node, frozen=True):
    """A review interval in whole calendar months."""

    months: int

    def after(self, day: dt.date) -> dt.date:
        """The same day of the month ``months`` later, or the last one if there is none."""
        index = day.year * 12 + day.month - 1 + self.months
        year, month = divmod(index, 12)
        if year > dt.MAXYEAR:
            return dt.date.max
        last = calendar.monthrange(year, month + 1)[1]
        return dt.date(year, month + 1, min(day.day, last))

    def __str__(self) -> str:
        return f"{self.months} months"

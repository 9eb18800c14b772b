"""The recurring work as a calendar file (RFC 5545), to be subscribed to or imported."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

from icalendar import Calendar, Event

from sopbook.link.derived import Recurring, recurring, recurring_of
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale
from sopbook.values import Period

# A recurrence rule says how far apart two times are. Work of every shift shows once a day, and what
# is done several times in a period shows once: a calendar is to remind, not to count.
_RULES: dict[Period, dict[str, object]] = {
    Period.SHIFT: {"freq": "daily"},
    Period.DAY: {"freq": "daily"},
    Period.WEEK: {"freq": "weekly"},
    Period.HALF_MONTH: {"freq": "weekly", "interval": 2},
    Period.MONTH: {"freq": "monthly"},
    Period.QUARTER: {"freq": "monthly", "interval": 3},
    Period.HALF_YEAR: {"freq": "monthly", "interval": 6},
    Period.YEAR: {"freq": "yearly"},
}


def calendar_file(handbook: Handbook, words: Locale, actor: str = "") -> bytes:
    """An iCalendar file with an all-day event for each recurring task, or for those of one actor.

    Each starts on the first working day (Monday to Friday) from the day its document came into force.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//sopbook//handbook//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{handbook.settings.title} {actor}".strip())
    for entry in recurring_of(handbook, actor) if actor else recurring(handbook):
        calendar.add_component(_event(handbook, words, entry))
    return bytes(calendar.to_ical())


def _event(handbook: Handbook, words: Locale, entry: Recurring) -> Event:
    document, anchor = entry.target.document, entry.target.anchor
    address = f"{handbook.settings.base_url}{quote(document.id)}/" + (f"#{quote(anchor)}" if anchor else "")
    start = _working_day(document.control.effective)
    event = Event()
    event.add("uid", f"{document.id}{'-' if anchor else ''}{anchor}@sopbook")
    # The stamp says when the entry was made: with its document, not with the build.
    event.add("dtstamp", dt.datetime.combine(document.control.effective, dt.time(), dt.UTC))
    event.add("dtstart", start)
    event.add("rrule", _RULES[entry.frequency.period])
    event.add("summary", f"{entry.target.title} ({words.frequency(entry.frequency)})")
    event.add("description", f"{document.id} {document.title}\n{words.format('list').join(entry.people)}\n{address}")
    if handbook.settings.base_url:
        event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event


def _working_day(day: dt.date) -> dt.date:
    """The day itself, or the Monday after a weekend."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)

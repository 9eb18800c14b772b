"""What the text of a step says about itself: who does it, by when, how often, with which form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from sopbook.importing import numerals
from sopbook.importing.words import pattern, words
from sopbook.values import Duration, Frequency, Period, TimeUnit

_ENGLISH = {
    word: n
    for n, word in (
        (1, "one"), (2, "two"), (3, "three"), (4, "four"), (5, "five"), (6, "six"), (7, "seven"), (8, "eight"),
        (9, "nine"), (10, "ten"), (12, "twelve"), (15, "fifteen"), (20, "twenty"), (30, "thirty"), (45, "forty-five"),
        (60, "sixty"),
    )
}  # fmt: skip
_STAFF = "值班人员|工作人员|人员|员工|员|岗位|岗|同事| staff| on duty"
_MOST = {TimeUnit.YEAR: 30, TimeUnit.DAY: 400, TimeUnit.MONTH: 60}


@dataclass(frozen=True, slots=True)
class Mention:
    """A role named in a text: as written, and (empty if the handbook has none of that name) its title there."""

    written: str
    title: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit in a text: as written, and what it means."""

    written: str
    duration: Duration


def responsible(text: str, actors: Mapping[str, str]) -> Mention | None:
    """Who a text says is responsible; ``actors`` maps every name of a role or partner to its title."""
    unknown: Mention | None = None
    for match, is_certain in _explicit(text):
        written = match["role"].strip()
        title = resolve(written, actors)
        if title:
            return Mention(written, title)
        if is_certain:
            unknown = unknown or Mention(written, "")
    for name in sorted(actors, key=len, reverse=True):
        if len(name) > 1 and re.match(rf"\W{{0,3}}(?:由|the\s+)?{re.escape(name)}", text, re.IGNORECASE):
            return Mention(name, actors[name])
    return unknown


def resolve(written: str, actors: Mapping[str, str]) -> str:
    """The title of the role that a name means.

    It is the same name, the longest one that it ends with, or the only one that ends with it; empty for none.
    """
    folded = {name.casefold(): title for name, title in actors.items()}
    wanted = written.casefold().strip()
    if wanted in folded:
        return folded[wanted]
    # ``当班前台`` is ``前台``, but ``总经理秘书`` is not ``总经理``.
    inside = [name for name in folded if len(name) > 1 and re.search(rf"{re.escape(name)}(?:{_STAFF})?$", wanted)]
    if inside:
        return folded[max(inside, key=len)]
    # ``前台`` may stand for ``客服前台``, but ``客服部`` is not ``客服部经理``.
    longer = {title for name, title in folded.items() if len(wanted) > 1 and name.endswith(wanted)}
    return longer.pop() if len(longer) == 1 else ""


@cache
def _explicit_patterns() -> tuple[re.Pattern[str], ...]:
    post = "|".join(f"(?:{entry})" for entry in words("roles")["post"])
    entries = (entry.replace("{post}", f"(?:{post})") for entry in words("roles")["explicit"])
    return tuple(re.compile(entry) for entry in entries)


def _explicit(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Passages that name somebody, and whether they mean a role even if none of that name is known."""
    for found in _explicit_patterns():
        sure = "[:" in found.pattern or found.pattern.startswith(("由", "(?:by"))
        for match in found.finditer(text):
            yield match, sure


def limit(text: str) -> Limit | None:
    """The first time limit in a text."""
    found = list(limits(text))
    return min(found, key=lambda entry: text.index(entry.written)) if found else None


def limits(text: str) -> Iterator[Limit]:
    """Every time limit in a text: an amount of time with a word that makes it a limit, or “at once”."""
    seen: set[int] = set()
    for unit in (u for u in TimeUnit if u not in (TimeUnit.NOW, TimeUnit.SAME_DAY)):
        for match in _limit_pattern(unit).finditer(text):
            amount = _amount(match["amount"] or match["amount2"] or "")
            if amount is None or match.start() in seen:
                continue
            seen.add(match.start())
            duration = (
                Duration(30, TimeUnit.MINUTE) if amount == 0 and unit is TimeUnit.HOUR else Duration(amount, unit)
            )
            if 0 < duration.amount <= _MOST.get(unit, 9999):
                yield Limit(match[0].strip(), duration)
    for bare in (TimeUnit.NOW, TimeUnit.SAME_DAY):
        said = pattern("limits", bare).search(text)
        if said:
            yield Limit(said[0], Duration(0, bare))


@cache
def _limit_pattern(unit: TimeUnit) -> re.Pattern[str]:
    amount = f"(?:{'|'.join(words('limits')['amount'])})"
    units = f"(?:{'|'.join(words('limits')[unit])})"
    if unit is TimeUnit.HOUR:
        amount = f"(?:{amount}|半个?)"
    before, after = pattern("limits", "before").pattern, pattern("limits", "after").pattern
    # A day of a month or a year of the calendar is a date, not a limit; 24小时前台 is a desk.
    start, end = r"(?<![\d年月第.:：])", r"(?![工\w]*台|\s*ago)"
    return re.compile(
        rf"(?:{before})(?P<amount>{amount})\s*{units}(?!\d)|{start}(?P<amount2>{amount})\s*{units}(?:{after}){end}",
        re.IGNORECASE,
    )


def _amount(written: str) -> int | None:
    written = written.lower()
    if written.isdigit():
        return int(written)
    if written.startswith("半"):
        return 0
    return _ENGLISH.get(written) or numerals.from_chinese(written)


def frequency(text: str) -> tuple[str, Frequency] | None:
    """How often a text says something is done: as written, and what it means."""
    known = words("frequencies")
    matches = ((pattern("frequencies", period).search(text), period) for period in Period if period in known)
    found = [(match.start(), match, period) for match, period in matches if match]
    if not found:
        return None
    _, match, period = min(found, key=lambda entry: (entry[0], -len(entry[1][0])))
    times = re.match(r"\s*(\d{1,2}|[一二两三四五六])\s*次", text[match.end() :])
    count = _amount(times[1]) if times else 1
    return match[0] + (times[0] if times else ""), Frequency(period, count or 1)


def titles_quoted(text: str) -> Iterator[str]:
    """Names of documents that a text gives: in 《》 or in quotation marks."""
    for match in re.finditer(r"《([^《》]{2,40})》|[“\"]([^“”\"]{3,60})[”\"]", text):
        yield (match[1] or match[2]).strip()


def cross_references(text: str) -> Iterator[str]:
    """References to numbers of the original, which a new structure may no longer have."""
    yield from (
        match[0]
        for match in re.finditer(
            r"(?:详?见|按照?|参照|依照|根据|依据|执行|符合|上述|本\w{0,4})\s*(?:本\w{1,4})?第?\s*(?:\d{1,2}(?:\.\d{1,2})+|第[一二三四五六七八九十百\d]{1,4}[章节条款])\s*[章节条款]?"
            r"|(?:[Ss]ee|in|per|of|under|to) "
            r"(?:[Ss]ection|[Cc]lause|[Cc]hapter|[Ss]tep|[Pp]aragraph) \d{1,2}(?:\.\d{1,2})*",
            text,
        )
    )

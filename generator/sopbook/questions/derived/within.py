"""Within what time does this step have to be done?"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from sopbook.cache.watch import answered
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, languages, locale
from sopbook.memo import once_a_handbook
from sopbook.model import Document, Kind, Procedure, Status
from sopbook.questions.derived.drafting import Desk, Draft, shuffled, step_target
from sopbook.questions.entry import Entry
from sopbook.values import Duration, TimeUnit

_STEM = Text(
    "《{procedure}》的“{step}”这一步，时限是多久？", '{procedure}: what is the time limit of the step "{step}"?'
)
_BECAUSE = Text("“{step}”的时限是 {limit}", 'the time limit of "{step}" is {limit}')

APART = 1.45
"""Two limits are told apart only if one is that many times the other: 3 days and 3 working days (1.4) are not."""

_PLAUSIBLE = 60
_NEAREST = 6
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}


def make(desk: Desk, document: Document) -> Iterator[Entry]:
    """For each step whose limit is a time. Times that the step's text mentions are no distractors."""
    usual = _in_use(desk.handbook, "")
    for procedure, step in desk.steps(document):
        duration = desk.handbook.duration_of(step.within) if step.within else None
        if duration is None:
            continue
        mentioned = minutes_in(f"{step.title}\n{desk.body(procedure, step)}")
        if any(same(minutes(duration), other) for other in minutes_in(f"{procedure.title}{step.title}")):
            continue
        wrong = [
            other
            for other in usual
            if apart(other, duration) and not any(same(minutes(other), found) for found in mentioned)
        ]
        say = desk.wording.words.duration
        picked = _picked(f"{procedure.id}#{step.anchor}", duration, wrong)
        yield from desk.single(
            Draft(
                maker="within",
                targets=(step_target(procedure, step),),
                stem=desk.say(_STEM, procedure=procedure.title, step=step.title),
                right=say(duration),
                tiers=(tuple(say(other) for other in picked),),
                because=desk.because(procedure, desk.say(_BECAUSE, step=step.title, limit=say(duration))),
                place=step.place,
            )
        )


@answered()
def _in_use(handbook: Handbook, _: str) -> tuple[Duration, ...]:
    return _limits(handbook)


@once_a_handbook
def _limits(handbook: Handbook) -> tuple[Duration, ...]:
    """The limits of all steps in force, each length once, shortest first."""
    found: dict[float, Duration] = {}
    for procedure in handbook.of_kind(Kind.PROCEDURE):
        if isinstance(procedure, Procedure) and procedure.control.status is not Status.WITHDRAWN:
            for step in procedure.steps:
                duration = handbook.duration_of(step.within) if step.within else None
                if duration:
                    found.setdefault(minutes(duration), duration)
    return tuple(found[key] for key in sorted(found))


def _picked(seed: str, right: Duration, wrong: Sequence[Duration]) -> list[Duration]:
    """Some of the nearest lengths, apart from each other too."""
    plausible = [other for other in wrong if _distance(other, right) < math.log(_PLAUSIBLE)]
    nearest = sorted(plausible, key=lambda other: _distance(other, right))[:_NEAREST]
    found: list[Duration] = []
    order = shuffled(seed, (str(other) for other in nearest))
    for other in sorted(nearest, key=lambda other: order.index(str(other))):
        if all(apart(other, already) for already in found):
            found.append(other)
    return found


def _distance(one: Duration, other: Duration) -> float:
    return abs(math.log(minutes(one) / minutes(other)))


def minutes(duration: Duration) -> float:
    """Length in minutes, for comparing: "at once" counts a minute."""
    return max(duration.approximate_minutes, 1.0)


def apart(one: Duration, other: Duration) -> bool:
    """True if nobody takes the two lengths for one another."""
    shorter, longer = sorted((minutes(one), minutes(other)))
    return longer >= APART * shorter


def same(one: float, other: float) -> bool:
    """True if two lengths in minutes are one."""
    return math.isclose(one, other, rel_tol=0.01)


def minutes_in(text: str) -> set[float]:
    """Every length of time that a text mentions, in minutes: ``24 小时``, ``三天``, ``an hour`` counts not."""
    pattern, units = _pattern()
    found = set()
    for match in pattern.finditer(text):
        amount, unit, alone = match.groups()
        if alone:
            found.add(minutes(Duration(0, units[alone.lower()])))
        else:
            found |= {minutes(Duration(1, units[unit.lower()])) * number for number in _amounts(amount)}
    return found


def _amounts(text: str) -> Iterable[float]:
    if text == "半":
        return (0.5,)
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return (float(text),)
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return (_DIGITS[text],) if text in _DIGITS else ()
    return ((_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0),)


@cache
def _pattern() -> tuple[re.Pattern[str], dict[str, TimeUnit]]:
    """Finds an amount and its unit, or (third group) a word that says a time alone; and the units by their words.

    One pattern for all units: each text is gone through once, not a dozen times.
    """
    units: dict[str, TimeUnit] = {}
    after_amount: list[tuple[str, str]] = []
    alone: list[tuple[str, str]] = []
    for language in languages():
        edge = r"\b" if language == "en" else ""
        for key, words in locale(language).words("time_units").items():
            unit = TimeUnit(key)
            is_alone = unit in (TimeUnit.NOW, TimeUnit.SAME_DAY)
            for word in words:
                units.setdefault(word.lower(), unit)
                (alone if is_alone else after_amount).append((word, edge))
    number = r"(\d+(?:\.\d+)?|[一二两三四五六七八九]?十?[一二两三四五六七八九]|[一二三四五六七八九]?十|半)"
    # The longest first: "days" is no "day" with something after it.
    counted = "|".join(f"{re.escape(word)}{edge}" for word, edge in sorted(after_amount, key=lambda one: -len(one[0])))
    single = "|".join(f"{edge}{re.escape(word)}{edge}" for word, edge in sorted(alone, key=lambda one: -len(one[0])))
    return re.compile(rf"{number}[\s-]*个?半?({counted})|({single})", re.IGNORECASE), units

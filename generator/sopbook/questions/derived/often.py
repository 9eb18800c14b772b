"""How often is this done or checked?"""

from __future__ import annotations

from collections.abc import Iterator

from sopbook.link.handbook import Target
from sopbook.locales import Text, languages, locale
from sopbook.model import Checklist, Document
from sopbook.places import Place
from sopbook.questions.derived.drafting import Desk, Draft, step_target
from sopbook.questions.entry import Entry
from sopbook.questions.wording import fold
from sopbook.values import Frequency, Period

_STEP = Text("《{procedure}》的“{step}”，多久做一次？", '{procedure}: how often is "{step}" done?')
_CHECKLIST = Text("按《{checklist}》检查，多久一次？", "How often does one go through the checklist {checklist}?")
_BECAUSE = Text("{what}：{frequency}", "{what}: {frequency}")

_PER_YEAR = {
    Period.SHIFT: 1095.0,
    Period.DAY: 365.0,
    Period.WEEK: 52.0,
    Period.HALF_MONTH: 24.0,
    Period.MONTH: 12.0,
    Period.QUARTER: 4.0,
    Period.HALF_YEAR: 2.0,
    Period.YEAR: 1.0,
}
_APART = 1.6
# What in a title tells how often: 日巡, 月检, 晨检, "daily check".
_TELLING = {
    Period.SHIFT: ("班", "shift"),
    Period.DAY: ("日", "晨", "天", "day", "daily", "morning", "night"),
    Period.WEEK: ("周", "week"),
    Period.HALF_MONTH: ("半月", "月", "fortnight", "month"),
    Period.MONTH: ("月", "month"),
    Period.QUARTER: ("季", "quarter"),
    Period.HALF_YEAR: ("半年", "年", "half", "year"),
    Period.YEAR: ("年", "annual", "year"),
}


def make(desk: Desk, document: Document) -> Iterator[Entry]:
    """For each step and each checklist with a rhythm, unless its title or text tells it or another one."""
    for procedure, step in desk.steps(document):
        if step.frequency:
            text = f"{procedure.title}\n{step.title}"
            stem = desk.say(_STEP, procedure=procedure.title, step=step.title)
            also = [procedure.frequency] if procedure.frequency else []
            body = desk.body(procedure, step)
            draft = _draft(desk, (step_target(procedure, step),), step.place, stem, step.frequency, also, text, body)
            yield from desk.single(draft) if draft else ()
    if isinstance(document, Checklist) and document.frequency:
        stem = desk.say(_CHECKLIST, checklist=document.title)
        uses = desk.handbook.uses.get(document.id, ())
        targets = (
            Target(document, "", document.title),
            *(Target(use.document, use.step.anchor, use.step.title) for use in uses),
        )
        also = [use.step.frequency for use in uses if use.step.frequency]
        told = "\n".join(line for s in document.sections for line in desk.wording.lines(s.blocks, document))
        place = document.key_place("frequency")
        draft = _draft(desk, targets, place, stem, document.frequency, also, document.title, told)
        yield from desk.single(draft) if draft else ()


def _draft(
    desk: Desk,
    targets: tuple[Target, ...],
    place: Place,
    stem: str,
    right: Frequency,
    also: list[Frequency],
    title: str,
    text: str,
) -> Draft | None:
    if right.period is Period.ON_DEMAND or tells(title, right.period):
        return None
    wrong = [
        other
        for other in (Frequency(period) for period in _PER_YEAR)
        if clearly_other(other, right)
        and all(other == right or clearly_other(other, found) for found in also)
        and not _said(text, other.period)
    ]
    say = desk.wording.words.frequency
    document = targets[0].document
    near = sorted(wrong, key=lambda other: abs(_rank(other.period) - _rank(right.period)))
    return Draft(
        maker="often",
        targets=targets,
        stem=stem,
        right=say(right),
        tiers=(tuple(say(other) for other in near[:4]),),
        because=desk.because(document, desk.say(_BECAUSE, what=targets[0].title, frequency=say(right))),
        place=place,
    )


def _rank(period: Period) -> int:
    return list(_PER_YEAR).index(period)


def per_year(frequency: Frequency) -> float:
    """How many times a year."""
    return _PER_YEAR.get(frequency.period, 0.0) * frequency.times


def clearly_other(one: Frequency, other: Frequency) -> bool:
    """True if nobody can hold two rhythms for the same. A shift and a day go too well together."""
    if Period.ON_DEMAND in (one.period, other.period):
        return other.period is not one.period
    if {one.period, other.period} == {Period.SHIFT, Period.DAY}:
        return False
    fewer, more = sorted((per_year(one), per_year(other)))
    return more >= _APART * fewer


def tells(title: str, period: Period) -> bool:
    """True if a title gives away how often."""
    return any(fold(word) in fold(title) for word in _TELLING.get(period, ()))


def _said(text: str, period: Period) -> bool:
    """True if a text speaks of a rhythm."""
    words = [word for language in languages() for word in locale(language).words("periods")[period]]
    return any(fold(word) in fold(text) for word in words)

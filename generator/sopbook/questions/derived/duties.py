"""Which of these is not this role's duty?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sopbook import prose
from sopbook.link.handbook import Target
from sopbook.locales import Text
from sopbook.model import Duty, QuestionType, Role
from sopbook.questions.derived.drafting import Desk, Draft, overlaps, shuffled
from sopbook.questions.entry import Entry
from sopbook.questions.wording import fold, shares_run

_STEM = Text("下列哪一项不是“{role}”的职责？", "Which of these is not a duty of the {role}?")
_BECAUSE = Text(
    "“{duty}”是{other}的职责，其余都是{role}的", '"{duty}" is a duty of the {other}; the others are the {role}\'s'
)
_OWN = 3
_ALIKE = 2


def make(desk: Desk) -> Iterator[Entry]:
    """For each role, three of its duties at a time with one that is certainly somebody else's."""
    for role in desk.roles:
        foreign = [
            (other, duty) for other in desk.roles for duty in other.duties if _is_foreign(desk, role, other, duty)
        ]
        own = list(role.duties)
        for start in range(0, len(own), _OWN):
            three = own[start : start + _OWN] if start + _OWN <= len(own) else own[-_OWN:]
            if len(three) == _OWN and foreign:
                yield from _question(desk, role, three, foreign)


def _question(desk: Desk, role: Role, three: Sequence[Duty], foreign: Sequence[tuple[Role, Duty]]) -> Iterator[Entry]:
    anchor = f"{three[0].anchor}.duties"
    by_title = {duty.title: other for other, duty in foreign}
    odd = shuffled(f"{role.id}#{anchor}", by_title)[0]
    options = [(title, title == odd) for title in shuffled(anchor, [odd, *(duty.title for duty in three)])]
    because = desk.say(_BECAUSE, duty=odd, other=by_title[odd].title, role=role.title)
    draft = Draft(
        maker="duties",
        targets=tuple(Target(role, duty.anchor, duty.title) for duty in three),
        stem=desk.say(_STEM, role=role.title),
        right=odd,
        tiers=(),
        because=desk.because(role, because),
        place=three[0].place,
        difficulty=2,
    )
    yield from desk.entry(draft, anchor, QuestionType.SINGLE, options)


def _is_foreign(desk: Desk, role: Role, other: Role, duty: Duty) -> bool:
    """True if a duty is certainly not the role's.

    Whoever leads somebody answers for that one's work too; and whoever has a step in the procedures
    that the duty names, or a duty that sounds like it or answers the same requirement, has a part in it.
    """
    if other is role or _answers_to(desk, other, role):
        return False
    for member in desk.roles:
        is_led = _answers_to(desk, member, role)
        if (member is role or is_led) and any(overlaps([duty.title], [own.title]) for own in member.duties):
            return False
    if any(shares_run(duty.title, own.title, _ALIKE) for own in role.duties):
        return False
    if {c.requirement for c in duty.covers} & {c.requirement for own in role.duties for c in own.covers}:
        return False
    text = fold("\n".join(desk.wording.lines(duty.body, other)))
    if any(fold(name) in text for name in (role.title, *role.aliases)):
        return False
    named = {node.number for node in prose.walk(duty.body) if isinstance(node, prose.Reference)}
    return not any(work.document.id in named for work in desk.handbook.work.get(role.title, ()))


def _answers_to(desk: Desk, role: Role, superior: Role) -> bool:
    """True if a role reports to another one, directly or not."""
    seen: set[str] = set()
    current: Role | None = role
    while current is not None and current.id not in seen:
        seen.add(current.id)
        actor = desk.handbook.actor(current.reports_to) if current.reports_to else None
        current = actor.role if actor else None
        if current is superior:
            return True
    return False

"""Which of these is not this role's duty?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sopbook import prose
from sopbook.link.handbook import Target
from sopbook.locales import Text
from sopbook.model import Document, Duty, Kind, QuestionType, Role, Status
from sopbook.questions.derived.drafting import Desk, Draft, overlaps, shuffled
from sopbook.questions.entry import Entry
from sopbook.questions.wording import fold, shares_run

_STEM = Text("下列哪一项不是“{role}”的职责？", "Which of these is not a duty of the {role}?")
_BECAUSE = Text(
    "“{duty}”是{other}的职责，其余都是{role}的", '"{duty}" is a duty of the {other}; the others are the {role}\'s'
)
_OWN = 3
_ALIKE = 2


def make(desk: Desk, document: Document) -> Iterator[Entry]:
    """For each role, three of its duties at a time with one that is certainly somebody else's."""
    if not isinstance(document, Role) or len(document.duties) < _OWN:
        return
    others = [role for role in desk.near(Kind.ROLE, document) if isinstance(role, Role)]
    # Whoever leads somebody answers for that one's work too.
    led = _led(desk, document)
    work = _Work.of(desk, document, led)
    foreign = [
        (other, duty)
        for other in others
        if other is not document and other.id not in led
        for duty in other.duties
        if _is_foreign(desk, work, other, duty)
    ]
    own = list(document.duties)
    for start in range(0, len(own), _OWN):
        three = own[start : start + _OWN] if start + _OWN <= len(own) else own[-_OWN:]
        if len(three) == _OWN and foreign:
            yield from _question(desk, document, three, foreign)


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


@dataclass(frozen=True, slots=True)
class _Work:
    """What a role has a part in: its duties, with those of whom it leads; requirements and documents."""

    role: Role
    titles: tuple[str, ...]
    own_titles: tuple[str, ...]
    requirements: frozenset[str]
    documents: frozenset[str]

    @staticmethod
    def of(desk: Desk, role: Role, led: Mapping[str, Role]) -> _Work:
        """The work of a role that leads some others."""
        return _Work(
            role,
            tuple(duty.title for member in (role, *led.values()) for duty in member.duties),
            tuple(duty.title for duty in role.duties),
            frozenset(c.requirement for duty in role.duties for c in duty.covers),
            frozenset(work.document.id for work in desk.handbook.work.get(role.title, ())),
        )


def _is_foreign(desk: Desk, work: _Work, other: Role, duty: Duty) -> bool:
    """True if a duty is certainly not the role's.

    Whoever has a step in the procedures that the duty names, or a duty that sounds like it or answers
    the same requirement, has a part in it.
    """
    if overlaps((duty.title,), work.titles) or any(shares_run(duty.title, own, _ALIKE) for own in work.own_titles):
        return False
    if work.requirements & {c.requirement for c in duty.covers}:
        return False
    text = fold("\n".join(desk.wording.lines(duty.body, other)))
    if any(fold(name) in text for name in (work.role.title, *work.role.aliases)):
        return False
    named = {node.number for node in prose.walk(duty.body) if isinstance(node, prose.Reference)}
    return not named & work.documents


def _led(desk: Desk, role: Role) -> dict[str, Role]:
    """The posts in force that report to a post, directly or not, by number."""
    found: dict[str, Role] = {}
    waiting = [role]
    while waiting:
        for member in desk.handbook.subordinates(waiting.pop()):
            if member.id not in found and member.id != role.id:
                found[member.id] = member
                waiting.append(member)
    return {number: member for number, member in found.items() if member.control.status is not Status.WITHDRAWN}

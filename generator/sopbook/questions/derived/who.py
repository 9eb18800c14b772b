"""Who is responsible for this step?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sopbook.link.handbook import Actor
from sopbook.locales import Text
from sopbook.model import Document, Procedure
from sopbook.questions.derived.drafting import Desk, Draft, overlaps, step_target
from sopbook.questions.entry import Entry
from sopbook.questions.nearness import near_actors
from sopbook.questions.wording import fold, shares_run

_STEM = Text("《{procedure}》的“{step}”这一步，由谁负责？", '{procedure}: who is responsible for the step "{step}"?')
_BECAUSE = Text("“{step}”由{actor}负责", '{actor} is responsible for "{step}"')
_ALIKE = 2


def make(desk: Desk, document: Document) -> Iterator[Entry]:
    """For each step with one responsible; who helps, is named in the text or has a like name is no distractor."""
    everyone = [desk.handbook.actors[title] for title in near_actors(desk.handbook, document.id)]
    for procedure, step in desk.steps(document):
        found = [actor for name in step.responsible if (actor := desk.handbook.actor(name))]
        if len(found) != 1 or len(step.responsible) != 1:
            continue
        (right,) = found
        near = _people(desk, procedure)
        text = fold(f"{procedure.title}\n{step.title}\n{desk.body(procedure, step)}")
        if any(fold(name) in fold(f"{procedure.title}{step.title}") for name in names_of(right)):
            continue
        helping = (actor for name in step.support if (actor := desk.handbook.actor(name)))
        involved = [names_of(actor) for actor in (right, *helping)]
        wrong = [actor for actor in everyone if _is_wrong(actor, right, involved, text)]
        titles = {actor.title: actor for actor in wrong}
        yield from desk.single(
            Draft(
                maker="who",
                targets=(step_target(procedure, step),),
                stem=desk.say(_STEM, procedure=procedure.title, step=step.title),
                right=right.title,
                tiers=(
                    tuple(title for title in titles if title in near),
                    tuple(title for title, actor in titles.items() if actor.role),
                    tuple(titles),
                ),
                because=desk.because(procedure, desk.say(_BECAUSE, step=step.title, actor=right.title)),
                place=step.place,
            )
        )


def names_of(actor: Actor) -> tuple[str, ...]:
    """Every name by which an actor goes."""
    if actor.role:
        return (actor.title, *actor.role.aliases)
    return (actor.title, *(actor.partner.aliases if actor.partner else ()))


def _people(desk: Desk, procedure: Procedure) -> set[str]:
    names = tuple(name for step in procedure.steps for name in (*step.responsible, *step.support))
    return set(desk.wording.actors(names))


def _is_wrong(actor: Actor, right: Actor, involved: Iterable[tuple[str, ...]], text: str) -> bool:
    """True if an actor is certainly not ``right``; ``involved`` are the names of all who have a hand in it."""
    names = names_of(actor)
    if any(overlaps(names, others) for others in involved) or any(fold(name) in text for name in names):
        return False
    # "The contractor" and "the building contractor" may be one and the same outside the house.
    both_outside = actor.partner is not None and right.partner is not None
    return not (both_outside and shares_run(actor.title, right.title, _ALIKE))

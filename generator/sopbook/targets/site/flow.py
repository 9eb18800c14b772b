"""A procedure as a picture: a lane for each role, a row for each step, a line from hand to hand.

Lanes are narrow and the words stand beside them, so that the picture can be read on a phone
however many roles take part.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote

from markupsafe import Markup

from sopbook.link.handbook import Handbook
from sopbook.locales import Locale
from sopbook.model import Name, Procedure, Step
from sopbook.targets.site.markup import filled

# All lengths are in the picture's own units; at a phone's width one of them is about a pixel.
WIDTH = 360
LANE = 30
ROW = 46
RADIUS = 11
FONT = 12
LINE = 15
MARGIN = 6


@dataclass(frozen=True, slots=True)
class _Row:
    """A step as it is drawn: the lanes of who does it and who helps; ``told`` is the row in words."""

    number: int
    title: str
    anchor: str
    limit: str
    lanes: tuple[int, ...]
    helpers: tuple[int, ...]
    critical: bool
    told: str


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where lanes and rows are. Many lanes stand closer, so that the words keep half of the width."""

    lanes: int
    head: int

    @property
    def lane(self) -> float:
        return min(LANE, WIDTH / 2 / self.lanes)

    @property
    def radius(self) -> float:
        return min(RADIUS, self.lane / 2 - 1)

    @property
    def text_left(self) -> float:
        return round(MARGIN + self.lane * self.lanes + 8, 1)

    def x(self, lane: int) -> float:
        return round(MARGIN + self.lane * (lane + 0.5), 1)

    def y(self, row: int) -> float:
        return self.head + ROW * (row + 0.5)


def flow_picture(procedure: Procedure, handbook: Handbook, words: Locale) -> Markup:
    """The picture as inline SVG with a text alternative; empty for a procedure without any role."""
    rows, lanes = _rows(procedure, handbook, words)
    if not lanes:
        return Markup("")
    label = words.word("ui", "flow_of").format(title=procedure.title)
    # Room above for the longest title, set from top to bottom.
    grid = _Grid(len(lanes), round(max(_width(title) for title in lanes) * FONT) + 14)
    height = grid.head + ROW * len(rows) + MARGIN
    parts = [_lane(index, title, grid, height) for index, title in enumerate(lanes)]
    parts += [_connection(before, after, index, grid) for index, (before, after) in enumerate(pairwise(rows))]
    parts += [_step(row, index, grid) for index, row in enumerate(rows)]
    return filled(
        '<svg class="sop-flow" viewBox="0 0 {} {}" role="group" aria-labelledby="flow-title"'
        ' aria-describedby="flow-text" font-size="{}">'
        '<title id="flow-title">{}</title><desc id="flow-text">{}</desc>\n{}\n</svg>',
        WIDTH,
        height,
        FONT,
        label,
        "; ".join(row.told for row in rows),
        Markup("\n").join(parts),
    )


def _rows(procedure: Procedure, handbook: Handbook, words: Locale) -> tuple[list[_Row], list[str]]:
    lanes: dict[str, int] = {}

    def lane(name: Name) -> int:
        actor = handbook.actor(name)
        return lanes.setdefault(actor.title if actor else name.text, len(lanes))

    # Who is responsible somewhere has a lane; who only helps gets one after them.
    for step in procedure.steps:
        for name in step.responsible:
            lane(name)
    rows = [
        _Row(
            number=number,
            title=step.title,
            anchor=step.anchor,
            limit=_limit(step, handbook, words),
            lanes=tuple(lane(name) for name in step.responsible),
            helpers=tuple(lane(name) for name in step.support),
            critical=step.critical,
            told=_in_words(number, step, handbook, words),
        )
        for number, step in enumerate(procedure.steps, 1)
    ]
    return rows, list(lanes)


def _in_words(number: int, step: Step, handbook: Handbook, words: Locale) -> str:
    """A row for those who don't see it: the step, who does it, and how long it may take."""
    actors = ((name, handbook.actor(name)) for name in step.responsible)
    facts = [*(actor.title if actor else name.text for name, actor in actors), _limit(step, handbook, words)]
    told = words.format("list").join(fact for fact in facts if fact)
    return f"{number}. {step.title}" + (f" ({told})" if told else "")


def _limit(step: Step, handbook: Handbook, words: Locale) -> str:
    if step.within is None:
        return ""
    duration = handbook.duration_of(step.within)
    if duration:
        return words.duration(duration)
    figure = handbook.figures.get(step.within.text)
    return figure.value if figure else ""


def _lane(index: int, title: str, grid: _Grid, height: float) -> Markup:
    center = grid.x(index)
    # Chinese stands upright in a column; other scripts lie on their side.
    return filled(
        '<text class="sop-flow__lane" x="{}" y="{}" writing-mode="vertical-rl">{}</text>'
        '<line class="sop-flow__rail" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        center,
        MARGIN,
        title,
        center,
        center,
        grid.head - 4,
        height - MARGIN,
    )


def _connection(before: _Row, after: _Row, index: int, grid: _Grid) -> Markup:
    """The line from one step to the next; it bends half-way where the work changes hands."""
    if not before.lanes or not after.lanes:
        return Markup("")
    x1, y1, x2, y2 = grid.x(before.lanes[0]), grid.y(index), grid.x(after.lanes[0]), grid.y(index + 1)
    half = (y1 + y2) / 2
    return filled('<path class="sop-flow__line" d="M{} {}C{} {} {} {} {} {}"/>', x1, y1, x1, half, x2, half, x2, y2)


def _step(row: _Row, index: int, grid: _Grid) -> Markup:
    """One row, which leads to its step."""
    y = grid.y(index)
    helpers = [
        filled('<circle class="sop-flow__help" cx="{}" cy="{}" r="5"/>', grid.x(lane), y) for lane in row.helpers
    ]
    kind = "sop-flow__step sop-flow__step--critical" if row.critical else "sop-flow__step"
    people = [
        filled(
            '<circle class="{}" cx="{}" cy="{}" r="{}"/><text class="sop-flow__no" x="{}" y="{}">{}</text>',
            kind,
            grid.x(lane),
            y,
            grid.radius,
            grid.x(lane),
            y + 4,
            row.number,
        )
        for lane in reversed(row.lanes)
    ]
    # The whole row can be tapped, not only what is drawn in it.
    area = filled('<rect class="sop-flow__row" x="0" y="{}" width="{}" height="{}"/>', y - ROW / 2, WIDTH, ROW)
    return filled(
        '<a href="#{}" aria-label="{}">{}</a>',
        quote(row.anchor),
        row.told,
        Markup("").join([area, *helpers, *people, *_texts(row, y, grid)]),
    )


def _texts(row: _Row, y: float, grid: _Grid) -> list[Markup]:
    """The title in at most two lines, and the time limit below it, together centred on the row."""
    title = row.title if row.lanes else f"{row.number}. {row.title}"
    lines = _wrapped(title, (WIDTH - grid.text_left) / FONT)
    top = y - LINE * (len(lines) + bool(row.limit) - 1) / 2 + 4
    texts = [
        filled('<text x="{}" y="{}">{}</text>', grid.text_left, top + LINE * number, line)
        for number, line in enumerate(lines)
    ]
    if row.limit:
        limit = '<text class="sop-flow__limit" x="{}" y="{}">{}</text>'
        texts.append(filled(limit, grid.text_left, top + LINE * len(lines), row.limit))
    return texts


def _width(text: str) -> float:
    """About how wide a text is, in ems: East Asian wide characters take one, others about half of one."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.55 for char in text)


def _wrapped(text: str, width: float) -> list[str]:
    """A text in at most two lines of so many ems; what does not fit is cut with an ellipsis."""
    lines: list[str] = []
    rest = text
    for last in (False, True):
        if _width(rest) <= width:
            return [*lines, rest]
        taken = _break(rest, width - (1 if last else 0))
        line, rest = rest[:taken].rstrip(), rest[taken:].lstrip()
        lines.append(f"{line}…" if last else line)
    return lines


def _break(text: str, width: float) -> int:
    """How many characters fit; a word of letters is not torn apart if a space comes before it."""
    count = 0
    while count < len(text) and _width(text[: count + 1]) <= width:
        count += 1
    space = text.rfind(" ", 0, count + 1)
    torn = count < len(text) and text[count].isascii() and text[count].isalnum()
    return space if torn and space > 0 else max(count, 1)

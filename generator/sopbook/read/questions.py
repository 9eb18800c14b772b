"""Reading questions, in a bank or in a procedure's own questions section."""

from __future__ import annotations

from sopbook import prose
from sopbook.locales import canonical
from sopbook.model import Answer, Name, Option, Pair, Question, QuestionType
from sopbook.prose import Block, Suffix
from sopbook.read.context import Context, RawItem, spelled, strip
from sopbook.read.outline import Group

_TICKED = frozenset({QuestionType.SINGLE, QuestionType.MULTIPLE})
_KEYS = ("type", "tests", "difficulty", "answer", "unit", "tolerance")


def read_questions(groups: list[Group], context: Context, default: str) -> tuple[Question, ...]:
    """The questions of a section; ``default`` is the document that ``tests=#step`` speaks of."""
    return tuple(_question(item, context, default) for group in groups for item in group.list.items)


def _question(item: prose.ListItem, context: Context, default: str) -> Question:
    raw = context.item(item, nested_suffixes=True)
    context.allow(raw.suffix, *_KEYS)
    body = _Body(raw.blocks)
    kind = _type(raw, body, context)
    parts: tuple[Question, ...] = ()
    if kind is QuestionType.CASE and body.ordered:
        parts = tuple(_question(part, context, default) for part in body.ordered.items)
    stem = _stem(item, context)
    return Question(
        anchor=context.anchor(raw.suffix, prose.plain(stem)[:24], raw.place),
        type=kind,
        stem=stem,
        body=context.clean(body.rest(kind)),
        options=_options(kind, body, context),
        pairs=_pairs(body, context) if kind is QuestionType.MATCHING else (),
        answer=_answer(kind, raw.suffix, context),
        parts=parts,
        rationale=context.clean(body.rationale),
        tests=tuple(_target(name, default) for name in context.names(raw.suffix, "tests")),
        difficulty=context.whole(raw.suffix, "difficulty", 3) or 1,
        place=raw.place,
    )


class _Body:
    """The blocks below a stem, sorted by what they are for."""

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        self.tasks: prose.List | None = None
        self.ordered: prose.List | None = None
        self.table: prose.Table | None = None
        self.rationale: tuple[Block, ...] = ()
        self._others: list[Block] = []
        for block in blocks:
            match block:
                case prose.Callout(kind="rationale", blocks=inside):
                    self.rationale += inside
                case prose.List(items=items) if self.tasks is None and any(i.checked is not None for i in items):
                    self.tasks = block
                case _:
                    # What is to be arranged, paired or asked comes last; what is before it belongs to the stem.
                    if isinstance(block, prose.List) and block.ordered:
                        self.ordered = block
                    elif isinstance(block, prose.Table):
                        self.table = block
                    self._others.append(block)

    def rest(self, kind: QuestionType) -> tuple[Block, ...]:
        """The blocks that the type of the question has no use for."""
        used: Block | None = None
        if kind in (QuestionType.ORDERING, QuestionType.CASE):
            used = self.ordered
        elif kind is QuestionType.MATCHING:
            used = self.table
        others = [self.tasks] if self.tasks and kind not in _TICKED else []
        return tuple(block for block in (*others, *self._others) if block is not used)


def _stem(item: prose.ListItem, context: Context) -> tuple[prose.Inline, ...]:
    first = item.blocks[0] if item.blocks else None
    if not isinstance(first, prose.Paragraph):
        return ()
    found = next((node for node in first.children if isinstance(node, Suffix)), None)
    return context.clean_inlines(strip(tuple(node for node in first.children if node is not found)))


def _type(raw: RawItem, body: _Body, context: Context) -> QuestionType:
    stated = context.value(raw.suffix, "type", "question_type", spelled("question_types"))
    if stated:
        return QuestionType(stated)
    ticked = sum(bool(item.checked) for item in body.tasks.items) if body.tasks else 0
    return QuestionType.MULTIPLE if ticked > 1 else QuestionType.SINGLE


def _options(kind: QuestionType, body: _Body, context: Context) -> tuple[Option, ...]:
    if kind in _TICKED and body.tasks:
        return tuple(_option(item, bool(item.checked), context) for item in body.tasks.items)
    if kind is QuestionType.ORDERING and body.ordered:
        return tuple(_option(item, True, context) for item in body.ordered.items)
    return ()


def _option(item: prose.ListItem, correct: bool, context: Context) -> Option:
    first = item.blocks[0] if item.blocks else None
    text = first.children if isinstance(first, prose.Paragraph) else ()
    return Option(context.clean_inlines(strip(text)), correct, item.place)


def _pairs(body: _Body, context: Context) -> tuple[Pair, ...]:
    if body.table is None or len(body.table.header) < 2:
        return ()
    clean = context.clean_inlines
    return tuple(Pair(clean(row[0].children), clean(row[1].children), row[0].place) for row in body.table.rows)


def _answer(kind: QuestionType, suffix: Suffix, context: Context) -> Answer:
    if kind is QuestionType.TRUE_FALSE:
        truth = context.value(suffix, "answer", "truth", lambda text: canonical("truth", text))
        return Answer(truth={"true": True, "false": False}.get(truth or ""))
    if kind is QuestionType.FILL:
        variants = (text.strip() for text in (suffix.get("answer") or "").split("|"))
        return Answer(variants=tuple(text for text in variants if text))
    if kind is QuestionType.NUMBER:
        return Answer(
            number=context.value(suffix, "answer", "number", _real),
            unit=suffix.get("unit") or "",
            tolerance=context.value(suffix, "tolerance", "number", _real) or 0.0,
        )
    return Answer()


def _target(name: Name, default: str) -> Name:
    return Name(f"{default}{name.text}", name.place) if name.text.startswith("#") else name


def _real(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e15 else None

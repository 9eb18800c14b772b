"""Forms: which cells and lines are blanks to fill in, and what belongs into each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sopbook.importing.inline import flat, label
from sopbook.importing.lines import columns
from sopbook.importing.tree import Block, Cell, Paragraph, Run, Spot, Table
from sopbook.importing.words import key_of, pattern
from sopbook.model import FieldType

MAX_LABEL_COLUMNS = 44
MAX_ROWS = 200

_BLANK = r"[＿_]{2,}|…{2,}|\.{5,}|[ \u3000\t]{3,}"
_DATE = re.compile(r"[＿_\s\d]*年[＿_\s\d]*月[＿_\s\d]*日?")
_TIME = re.compile(r"[＿_\s]*[时:：][＿_\s]*分?")
_BOX = re.compile(r"[□☐○◯]\s*|[（(]\s{1,}[）)]\s*|\[\s*\]\s*")
_BOXED = re.compile(rf"(?:{_BOX.pattern})([^□☐○◯（()\[\]；;，,。]+?)(?=\s*(?:[□☐○◯（()\[;；，,。]|$))")
_LABELLED = re.compile(
    r"(?P<label>[^\s：:；;，,。、＿_|□☐][^：:；;，,。＿_|□☐\n]{0,28}?)\s*(?P<colon>[：:])\s*"
    rf"(?P<value>(?:{_BLANK})|(?:[（(](?:签字|签名|签章|盖章|公章|手印|signature)[）)])|(?:[＿_\s]*年[＿_\s]*月[＿_\s]*日)|(?=[；;。，,]|$))"
)
_EXAMPLE = re.compile(r"^(?:例如?|如|e\.g\.|example)\s*[：:]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Guess:
    """A field: its label and what is guessed of it.

    ``hint`` is text of the original that stays with it; ``blank`` tells whether there is room to fill in.
    """

    label: str
    spot: Spot
    type: FieldType = FieldType.TEXT
    options: tuple[str, ...] = ()
    unit: str = ""
    lines: int = 1
    hint: str = ""
    blank: bool = True


@dataclass
class Group:
    """Fields that stand together, and the text around them."""

    title: str
    spot: Spot
    fields: list[Guess] = field(default_factory=list)
    notes: list[Paragraph] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rows:
    """A table with a row for each entry."""

    title: str
    spot: Spot
    columns: tuple[Guess, ...]
    preset: tuple[tuple[str, ...], ...]
    rows: int


Part = Group | Rows


def parts(blocks: Sequence[Block]) -> list[Part]:
    """The parts of a form, in its order."""
    found: list[Part] = []
    for block in blocks:
        if isinstance(block, Table):
            for part in _table(block):
                _add(found, part)
        else:
            _paragraph(found, block)
    return [part for part in found if isinstance(part, Rows) or part.fields or part.notes]


def field_count(found: Sequence[Part]) -> tuple[int, int]:
    """How many fields and columns there are, and how many of them are blank."""
    fields = [guess for part in found for guess in (part.columns if isinstance(part, Rows) else part.fields)]
    return len(fields), sum(guess.blank for guess in fields)


def _add(found: list[Part], part: Part) -> None:
    last = found[-1] if found else None
    if isinstance(last, Group) and isinstance(part, Group) and not part.title and not last.notes:
        last.fields += part.fields
        last.notes += part.notes
    else:
        if isinstance(part, Rows) and isinstance(last, Group) and last.notes and _is_caption(last.notes[-1]):
            part = replace(part, title=flat(last.notes.pop().text))
        if isinstance(last, Group) and not last.fields and not last.notes and last.title and not part.title:
            part = replace(part, title=last.title) if isinstance(part, Rows) else part
            found.pop()
        found.append(part)


def _is_caption(block: Paragraph) -> bool:
    """True for a short line right above a table that reads like its name."""
    text = block.text.strip()
    return columns(text) <= MAX_LABEL_COLUMNS and not re.search(r"[。；;，,]$|＿", text) and block.marker is None


def _paragraph(found: list[Part], block: Paragraph) -> None:
    guesses, rest = fields_in(block.text, block.spot)
    short = columns(block.text.strip()) <= MAX_LABEL_COLUMNS and not re.search(
        r"[。；;]$|[：:]\s*\S", block.text.strip()
    )
    if not guesses and short and (block.heading or block.bold) and block.marker is None:
        found.append(Group(label(block.text), block.spot))
        return
    if not found or isinstance(found[-1], Rows):
        found.append(Group("", block.spot))
    group = found[-1]
    if isinstance(group, Rows):
        return
    if guesses and len(rest) <= 16:
        group.fields += _with_rest(guesses, rest)
    else:
        group.notes.append(block)


def _with_rest(guesses: list[Guess], rest: str) -> list[Guess]:
    """Words left over stay with the last field."""
    if rest and guesses:
        guesses[-1] = replace(guesses[-1], hint=flat(f"{guesses[-1].hint} {rest}"))
    return guesses


# ---------------------------------------------------------------------------- lines of text


def fields_in(text: str, spot: Spot) -> tuple[list[Guess], str]:
    """The fields in a line such as ``Name: ____ Date: ____``, and the words that belong to none."""
    found: list[Guess] = []
    rest = ""
    at = 0
    filled = re.fullmatch(
        r"\s*([^：:；;，,。＿_]{1,16})[：:]\s*([^：:；;。]*[^：:；;。\s＿_][＿_]{2,}[^：:；;。]*|[＿_]{2,}[^：:；;。＿_\s]+[＿_]{2,}[^：:；;。]*)",
        text,
    )
    if filled:
        # The blanks stand within given words: 深圳市＿＿小区, ＿＿区＿＿路＿＿号.
        return [typed_field(label(filled[1]), spot, hint=flat(filled[2]))], ""
    boxes = _boxes(text, spot)
    if boxes:
        return boxes
    for match in _LABELLED.finditer(text):
        rest += text[at : match.start()]
        at = match.end()
        value = match["value"]
        unit = _unit_after(text, at)
        at += len(unit)
        guess = typed_field(label(match["label"]), spot, value)
        if value[:1] in ("（", "("):
            guess = Guess(guess.label, spot, FieldType.SIGNATURE, hint=value)
        if unit.strip() and not _DATE.fullmatch(unit.strip()):
            guess = replace(
                guess, type=FieldType.NUMBER if guess.type is FieldType.TEXT else guess.type, unit=flat(unit)
            )
        found.append(guess)
    rest += text[at:]
    rest = re.sub(r"[＿_]{2,}", " ", rest) if found else rest
    if found and _DATE.search(rest):
        rest = _DATE.sub(" ", rest)
    return found, flat(re.sub(r"^[；;，,、。\s]+|(?<=\s)[；;，,、。]+(?=\s|$)", "", rest).strip("；;，,、。 "))


def _unit_after(text: str, at: int) -> str:
    match = pattern("fields", "units").match(text, at + (len(text[at:]) - len(text[at:].lstrip())))
    return text[at : match.end()] if match else ""


def _boxes(text: str, spot: Spot) -> tuple[list[Guess], str] | None:
    """``Channel: □phone □letter`` is a choice."""
    match = re.match(r"\s*(?P<label>[^：:□☐]{1,24})[：:]?\s*(?P<rest>(?:[□☐]).*)", text, re.DOTALL)
    if match is None or len(re.findall(r"[□☐]", match["rest"])) < 2:
        return None
    options = tuple(dict.fromkeys(flat(option) for option in _BOXED.findall(match["rest"]) if option.strip()))
    if len(options) < 2:
        return None
    leftover = flat(_BOXED.sub("", match["rest"]).strip("；;，,。 "))
    guess = Guess(label(match["label"].strip("（( ")), spot, FieldType.CHOICE, options, hint=leftover)
    return [guess], ""


def typed_field(name: str, spot: Spot, value: str = "", hint: str = "") -> Guess:
    """A field of the type that its label and what stands in its place suggest."""
    bare = re.sub(r"\s+", "", name)
    if _DATE.fullmatch(value.strip()) and value.strip():
        return Guess(name, spot, FieldType.DATE, hint=hint)
    options = tuple(flat(o) for o in _BOXED.findall(value))
    if len(options) > 1:
        return Guess(name, spot, FieldType.CHOICE, options, hint=hint)
    kind = key_of("fields", bare) or key_of("fields", name)
    if kind == "choice":
        chinese = bool(re.search(r"[\u4e00-\u9fff]", name))
        return Guess(name, spot, FieldType.CHOICE, ("男", "女") if chinese else ("male", "female"), hint=hint)
    if kind in ("sequence", "units", None):
        return Guess(name, spot, FieldType.TEXT, hint=hint)
    type_ = FieldType(kind)
    return Guess(name, spot, type_, lines=3 if type_ is FieldType.MULTILINE else 1, hint=hint)


# -------------------------------------------------------------------------------- tables


def _table(table: Table) -> Iterator[Part]:
    grid = table.grid
    line = 0
    pending: list[int] = []
    while line < len(grid):
        end = _row_table_end(grid, line)
        if end:
            yield from _label_rows(grid, pending)
            pending = []
            yield _rows(grid, line, end, table.spot)
            line = end
        else:
            pending.append(line)
            line += 1
    yield from _label_rows(grid, pending)


def _distinct(row: Sequence[Cell]) -> list[Cell]:
    found: list[Cell] = []
    for cell in row:
        if not found or found[-1] is not cell:
            found.append(cell)
    return found


def _row_table_end(grid: Sequence[Sequence[Cell]], top: int) -> int | None:
    """The line behind a table of rows that begins with a header on line ``top``; None if there is none."""
    header = _distinct(grid[top])
    if len(header) < 2:
        return None
    labels = [label(cell.text) for cell in header]
    if not all(labels) or len(set(labels)) < len(labels) or any(columns(text) > MAX_LABEL_COLUMNS for text in labels):
        return None
    if any(re.search(r"[：:]$", text) for text in labels):
        return None
    end = top + 1
    while end < len(grid) and _same_shape(grid, top, end):
        end += 1
    body = [_distinct(row) for row in grid[top + 1 : end]]
    while body and not _is_entry(body[-1]):
        body.pop()
    if len(body) < (1 if len(header) > 2 else 2):
        return None
    blank = sum(not cell.text or bool(re.fullmatch(_BLANK, cell.text)) for row in body for cell in row)
    total = sum(len(row) for row in body)
    return top + 1 + len(body) if blank * 2 >= total and all(map(_is_entry, body)) else None


def _same_shape(grid: Sequence[Sequence[Cell]], top: int, line: int) -> bool:
    def edges(row: Sequence[Cell]) -> list[int]:
        return [i for i, cell in enumerate(row) if i == 0 or row[i - 1] is not cell]

    return edges(grid[top]) == edges(grid[line])


def _is_entry(row: Sequence[Cell]) -> bool:
    """True for a row of a table of rows: blanks, perhaps with a number or a subject at its start."""
    texts = [cell.text for cell in row]
    return not any(texts[1:]) or sum(not text for text in texts) * 2 >= len(texts)


def _rows(grid: Sequence[Sequence[Cell]], top: int, end: int, spot: Spot) -> Rows:
    header = _distinct(grid[top])
    guesses = tuple(_column(label(cell.text), cell.spot) for cell in header)
    body = [tuple(label(cell.text) for cell in _distinct(row)) for row in grid[top + 1 : end]]
    preset = tuple(row for row in body if any(row))
    return Rows("", spot, guesses, preset, min(len(body), MAX_ROWS))


def _column(name: str, spot: Spot) -> Guess:
    if pattern("fields", "check").fullmatch(name):
        return Guess(name, spot, FieldType.CHECK)
    guess = typed_field(name, spot)
    return replace(guess, type=FieldType.TEXT, lines=1) if guess.type is FieldType.MULTILINE else guess


def _label_rows(grid: Sequence[Sequence[Cell]], lines: Sequence[int]) -> Iterator[Group]:
    """Rows of labels with blanks beside them; a tall cell at their left names a group."""
    group: Group | None = None
    banner: Cell | None = None
    used: set[int] = set()
    for line in lines:
        cells = _distinct(grid[line])
        first = cells[0]
        if first.rows > 1 and first.text and len(cells) > 1:
            if first is not banner:
                if group:
                    yield group
                banner, group = first, Group(label(first.text), first.spot)
            cells = cells[1:]
        elif banner is not None:
            if group:
                yield group
            banner, group = None, None
        group = group or Group("", first.spot)
        _read_row(group, [cell for cell in cells if id(cell) not in used])
        used |= {id(cell) for cell in cells}
    if group:
        yield group


def _read_row(group: Group, cells: Sequence[Cell]) -> None:
    index = 0
    while index < len(cells):
        cell = cells[index]
        following = cells[index + 1] if index + 1 < len(cells) else None
        if not cell.text:
            index += 1
        elif (following is not None and _is_label(cell) and not _is_plain_label(following)) or (
            following is not None
            and _is_label(cell)
            and index == 0
            and len(cells) > 2
            and len(cells[2].text) > len(following.text)
        ):
            group.fields += _valued(cell, following)
            index += 2
        else:
            _alone(group, cell)
            index += 1


def _is_label(cell: Cell) -> bool:
    text = flat(cell.text)
    if re.fullmatch(r"[^：:]{1,22}[：:]", text):
        return True
    short = bool(text) and columns(text) <= MAX_LABEL_COLUMNS and not re.search(r"[。；]$", text)
    return short and _LABELLED.search(text) is None


def _is_plain_label(cell: Cell) -> bool:
    """True if a cell reads like a label of its own and not like what goes beside one."""
    text = flat(cell.text)
    if not text or pattern("fields", "units").fullmatch(text) or _DATE.search(text) or _BOX.search(text):
        return False
    return columns(text) <= 24 and not _EXAMPLE.match(text) and key_of("fields", re.sub(r"\s+", "", text)) is not None


def _valued(name: Cell, value: Cell) -> list[Guess]:
    """The field of a label with the cell beside it, and the fields that the cell itself asks for."""
    title = label(name.text).rstrip("：:")
    text = value.text
    flat_text = flat(text)
    if not flat_text:
        return [typed_field(title, name.spot)]
    if pattern("fields", "units").fullmatch(flat_text):
        return [replace(typed_field(title, name.spot), type=FieldType.NUMBER, unit=flat_text)]
    boxed = _boxes(f"{title}：{text}", name.spot)
    if boxed:
        return boxed[0]
    if _DATE.fullmatch(flat_text):
        return [typed_field(title, name.spot, flat_text)]
    listed = re.split(r"[、/／]|或(?!者)", flat_text)
    if (
        2 <= len(listed) <= 8
        and all(1 <= len(part.strip()) <= 10 for part in listed)
        and not re.search(r"[：:。（(＿]", flat_text)
    ):
        return [Guess(title, name.spot, FieldType.CHOICE, tuple(dict.fromkeys(part.strip() for part in listed)))]
    inner: list[Guess] = []
    hints: list[str] = []
    for block in value.blocks:
        if isinstance(block, Paragraph):
            guesses, rest = fields_in(block.text, value.spot)
            if not guesses and _DATE.fullmatch(block.text.strip()):
                guesses = [Guess("日期", value.spot, FieldType.DATE)]
                rest = ""
            inner += guesses
            hints += [rest] if rest else []
        else:
            hints.append(flat(" ".join(cell.text for row in block.rows for cell in row)))
    hint = " ".join(hints)
    outer = replace(typed_field(title, name.spot, hint=hint), blank=bool(inner))
    if inner or columns(hint) > 30:
        outer = replace(outer, type=FieldType.MULTILINE, lines=3)
    return [outer, *(replace(g, label=f"{title}：{g.label}") if g.label in ("日期",) else g for g in inner)]


def _alone(group: Group, cell: Cell) -> None:
    """A cell with nothing beside it: fields of its own, a label of a full row, or just text."""
    for block in cell.blocks:
        if not isinstance(block, Paragraph):
            text = flat(" ".join(inner.text for row in block.rows for inner in row))
            group.notes += [Paragraph((Run(text),), cell.spot)] if text else []
            continue
        guesses, rest = fields_in(block.text, cell.spot)
        text = block.text.strip()
        if guesses and len(rest) <= 16:
            group.fields += _with_rest(guesses, rest)
        elif _DATE.fullmatch(text):
            group.fields.append(Guess("日期", cell.spot, FieldType.DATE))
        elif columns(text) <= 24 and key_of("fields", re.sub(r"\s+", "", text)) and len(cell.blocks) == 1:
            group.fields.append(replace(typed_field(label(text), cell.spot), blank=False))
        elif text:
            group.notes.append(block)

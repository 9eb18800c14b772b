"""Questions as source: Markdown in the project's own format, which reads back as the same questions.

Whatever Markdown or the format could take for a mark is escaped. Two things cannot be said and are
said otherwise: a text that begins like a box to tick (``[x]``) gets full-width brackets, and a line
break in a stem, an option or a table cell becomes ``<br>``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sopbook import prose
from sopbook.locales import Locale, Text
from sopbook.model import Question, QuestionType
from sopbook.prose import Block, Inline
from sopbook.questions.incoming import number_text

_SPECIAL = re.compile(r"[\\`*_{}\[\]<|&]")
_STARTS = re.compile(r"(?:[#+\-=>~:]|\d{1,9}[.)])")
_BOX = re.compile(r"\[([ xX])\](?=\s|$)")
_NOT_IN_LINK = re.compile(r"[<>\\\s]")
_INDENT = "   "
_SIDES = Text("| 左 | 右 |", "| Left | Right |")


def question_source(question: Question, tests: Sequence[str], words: Locale, indent: str = "") -> str:
    """A question as an item of an ordered list, with all that belongs to it."""
    inner = indent + _INDENT
    lines = [f"{indent}1. {_line(question.stem)} {_suffix(question, tests, words)}"]
    if question.body:
        lines += ["", *_blocks(question.body, inner, words), ""]
    lines += _answers(question, inner, words)
    for part in question.parts:
        lines.append(question_source(part, [name.text for name in part.tests], words, inner))
    if question.rationale:
        title = words.word("callouts", "rationale")
        first, *rest = _blocks(question.rationale, "", words)
        lead = (
            f"> [!{title}] {first}"
            if isinstance(question.rationale[0], prose.Paragraph)
            else f"> [!{title}]\n{inner}> {first}"
        )
        lines += ["", f"{inner}{lead}", *(f"{inner}> {line}".rstrip() for line in rest)]
    return "\n".join(lines)


def _suffix(question: Question, tests: Sequence[str], words: Locale) -> str:
    answer = question.answer
    parts = [f"#{question.anchor}"] if question.anchor else []
    if question.type not in (QuestionType.SINGLE, QuestionType.MULTIPLE) or _needs_type(question):
        parts.append(f"type={question.type}")
    match question.type:
        case QuestionType.TRUE_FALSE:
            parts.append(f"answer={'true' if answer.truth else 'false'}")
        case QuestionType.FILL:
            parts.append(f'answer="{"|".join(answer.variants)}"')
        case QuestionType.NUMBER:
            parts.append(f"answer={number_text(answer.number or 0.0)}")
            if answer.unit:
                parts.append(f'unit="{answer.unit}"')
            if answer.tolerance:
                parts.append(f"tolerance={number_text(answer.tolerance)}")
    if tests:
        parts.append(f"tests={','.join(tests)}")
    return f"{{{' '.join([*parts, f'difficulty={question.difficulty}'])}}}"


def _needs_type(question: Question) -> bool:
    several = sum(option.correct for option in question.options) > 1
    return several is not (question.type is QuestionType.MULTIPLE)


def _answers(question: Question, indent: str, words: Locale) -> list[str]:
    match question.type:
        case QuestionType.SINGLE | QuestionType.MULTIPLE:
            return [f"{indent}- [{'x' if o.correct else ' '}] {_line(o.text, boxed=True)}" for o in question.options]
        case QuestionType.ORDERING:
            return [f"{indent}1. {_line(option.text)}" for option in question.options]
        case QuestionType.MATCHING:
            rows = [f"{indent}| {_cell(pair.left)} | {_cell(pair.right)} |" for pair in question.pairs]
            return [f"{indent}{_SIDES.in_language(words.language)}", f"{indent}| --- | --- |", *rows]
    return []


# ------------------------------------------------------------------------------ prose


def _blocks(blocks: tuple[Block, ...], indent: str, words: Locale) -> list[str]:
    """The lines of blocks, a blank line between two."""
    lines: list[str] = []
    for index, block in enumerate(blocks):
        if index:
            lines.append("")
        lines += [f"{indent}{line}".rstrip() for line in _block(block, words)]
    return lines


def _block(block: Block, words: Locale) -> list[str]:
    match block:
        case prose.Paragraph(children):
            return [_line(children)]
        case prose.Heading(level=level, children=children):
            return [f"{'#' * level} {_line(children)}"]
        case prose.List(ordered=ordered, items=items):
            # A list of bullets would be taken for options if one had a box; ours never has.
            mark = "1." if ordered else "-"
            return [line for item in items for line in _item(item, mark, words)]
        case prose.Table(header=header, rows=rows):
            return [_row(header), f"|{' --- |' * len(header)}", *(_row(row) for row in rows)]
        case prose.Quote(blocks):
            return [f"> {line}".rstrip() for line in _blocks(blocks, "", words)]
        case prose.Callout(kind=kind, blocks=blocks):
            return [
                f"> [!{words.word('callouts', kind)}]",
                *(f"> {line}".rstrip() for line in _blocks(blocks, "", words)),
            ]
        case prose.CodeBlock(text):
            fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
            return [fence, *text.split("\n"), fence]
        case prose.ThematicBreak():
            return ["***"]


def _item(item: prose.ListItem, mark: str, words: Locale) -> list[str]:
    lines = _blocks(item.blocks, " " * (len(mark) + 1), words)
    return [f"{mark} {lines[0].lstrip()}", *lines[1:]] if lines else [f"{mark} "]


def _row(cells: tuple[prose.Cell, ...]) -> str:
    return f"| {' | '.join(_cell(cell.children) for cell in cells)} |"


def _cell(inlines: tuple[Inline, ...]) -> str:
    # A table is cut at bars before code is looked for.
    bars = tuple(
        prose.Code(node.text.replace("|", "\\|")) if isinstance(node, prose.Code) else node for node in inlines
    )
    return _line(bars)


def _line(inlines: tuple[Inline, ...], *, boxed: bool = False) -> str:
    """Inlines as one line of Markdown. ``boxed`` tells that a box stands before it."""
    if not boxed and inlines and isinstance(inlines[0], prose.Text) and _BOX.match(inlines[0].text):
        inlines = (prose.Text(_BOX.sub(r"［\1］", inlines[0].text, count=1)), *inlines[1:])
    written = _run(inlines)
    return f"\\{written}" if _STARTS.match(written) and not written[0].isdigit() else _after_digits(written)


def _run(inlines: tuple[Inline, ...]) -> str:
    written = ""
    for index, node in enumerate(inlines):
        after = _run(inlines[index + 1 : index + 2])[:1]
        written += _inline(node, written[-1:], after)
    return written


def _after_digits(written: str) -> str:
    """``1.`` at the beginning of a line would be the first item of a list."""
    return re.sub(r"^(\d{1,9})([.)])", r"\1\\\2", written)


def _inline(node: Inline, before: str, after: str) -> str:
    match node:
        case prose.Text(text):
            return escaped(text)
        case prose.LineBreak():
            return "<br>"
        case prose.Strong(children):
            return _marked("**", children, before, after)
        case prose.Emphasis(children):
            return _marked("*", children, before, after)
        case prose.Code(text):
            ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
            space = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") else ""
            return f"{ticks}{space}{text}{space}{ticks}"
        case prose.Link(href=href, children=children):
            return f"[{_run(children)}](<{_NOT_IN_LINK.sub('', href)}>)"
        case prose.Image(source=name, alt=alt):
            return f"![{escaped(alt)}](<{name}>)"
    return ""


def _marked(mark: str, children: tuple[Inline, ...], before: str, after: str) -> str:
    """Marked text; plain text where Markdown would not see the marks (CommonMark 6.2: flanking, and marks in marks)."""
    plain = tuple(
        inner
        for child in children
        for inner in (child.children if isinstance(child, prose.Strong | prose.Emphasis) else (child,))
    )
    written = _run(plain)
    opens = written[:1] and not written[0].isspace() and (not _is_sign(written[0]) or not before or _ends(before))
    closes = written[-1:] and not written[-1].isspace() and (not _is_sign(written[-1]) or not after or _ends(after))
    return f"{mark}{written}{mark}" if opens and closes and before != "*" and after != "*" else written


def _is_sign(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _ends(char: str) -> bool:
    return char.isspace() or _is_sign(char)


def escaped(text: str) -> str:
    """Text in which Markdown and the source format find no mark (those at the beginning of a line excepted)."""
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", text)

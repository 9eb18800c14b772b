r"""GIFT (https://docs.moodle.org/en/GIFT_format), the text format of Moodle and others.

Carried: single and multiple choice, true-false, fill-in, numbers and matching; text as HTML, so
tables and marks too; the question's name, difficulty and what is tested, in the comment that Moodle
reads as id and tags.

Not carried: ordering, pictures (their alternative text stays), units, pass mark, selection and
shuffling. A case becomes single questions with the situation before each. The right sides of
matching and the answers of fill-in questions are plain text; a fill-in answer with ``->`` in it
would be taken for matching.

The signs ``~ = # { } : \`` mean something and are escaped. In HTML the backslash and the closing
brace become entities, since readers disagree about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sopbook import prose
from sopbook.locales import Text, locale
from sopbook.model import Answer, Question, QuestionType
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.questions import incoming, losses
from sopbook.questions.formats import Format, Imported, Written
from sopbook.questions.from_html import in_one_line, read_html
from sopbook.questions.html import Fragment
from sopbook.questions.incoming import Tray, made, number_text
from sopbook.questions.losses import Ledger
from sopbook.questions.quiz import Asked, Quiz, drawn
from sopbook.questions.text import clean
from sopbook.untrusted import refusal

_ARROW = Text("含有 -> 的答案“{text}”", 'the answer "{text}", which holds ->')
_SITUATION = re.compile(r'\s*<div class="sop-situation">(.*?)</div>(.*)', re.DOTALL)

# ------------------------------------------------------------------------------ writing


def write(quiz: Quiz) -> Written:
    """The quiz as a GIFT file."""
    ledger = Ledger(quiz)
    ledger.add(None, losses.TERMS)
    category = " ".join(quiz.title.replace("/", "//").split())
    parts = [f"$CATEGORY: $course$/top/{category}\n"]
    parts += [text for asked in drawn(quiz).asked if (text := _question(quiz, asked, ledger))]
    return Written("\n".join(parts).encode(), ledger.losses)


def _question(quiz: Quiz, asked: Asked, ledger: Ledger) -> str:
    question = asked.question
    if question.type is QuestionType.ORDERING:
        ledger.whole(asked)
        return ""
    if asked.case:
        ledger.add(asked, losses.CASE)
    answers = _answers(asked, ledger)
    if not answers:
        ledger.whole(asked)
        return ""
    for node in prose.walk((question, asked.situation)):
        if isinstance(node, prose.Image):
            ledger.add(asked, losses.PICTURE, name=node.source)
    tags = [*asked.tests, incoming.difficulty_tag(question.difficulty, quiz.language)]
    comment = f"// [id:{_tag(asked.id)}] " + " ".join(f"[tag:{_tag(tag)}]" for tag in tags)
    stem = f"<p>{_html(question.stem)}</p>{_blocks(question.body)}"
    if asked.situation:
        stem = f'<div class\\="sop-situation">{_blocks(asked.situation)}</div>{stem}'
    if question.answer.unit:
        ledger.add(asked, losses.UNIT)
        unit = locale(quiz.language).word("ui", "number_unit")
        stem += f"<p>({_escaped(unit)}\\: {_escaped(question.answer.unit)})</p>"
    rationale = f"\t####{_blocks(question.rationale)}\n" if question.rationale else ""
    return f"{comment}\n::{_escaped(asked.id)}::[html]{stem} {{{answers}{rationale}}}\n"


def _tag(text: str) -> str:
    return text.replace("]", "\\]")


def _escaped(text: str) -> str:
    """Plain text with the signs of the format escaped."""
    return re.sub(r"[\\~=#{}:]", lambda match: f"\\{match[0]}", text).replace("\n", "\\n")


def _as_html(html: str) -> str:
    """HTML with the signs of the format escaped."""
    entities = str(html).replace("\\", "&#92;").replace("}", "&#125;").replace("%", "&#37;").replace("\n", "&#10;")
    return re.sub(r"[~=#{:]", lambda match: f"\\{match[0]}", entities)


def _without_pictures(name: str) -> str:
    raise AssertionError(f"{name}: pictures are replaced before")


_FRAGMENT = Fragment(_without_pictures)


def _words_for_pictures(node: Inline) -> tuple[Inline, ...]:
    return (prose.Text(node.alt),) if isinstance(node, prose.Image) else (node,)


def _html(inlines: tuple[Inline, ...]) -> str:
    return _as_html(_FRAGMENT.inlines(prose.rewritten(inlines, _words_for_pictures)))


def _blocks(blocks: tuple[Block, ...]) -> str:
    return _as_html(_FRAGMENT.blocks(prose.rewritten_blocks(blocks, _words_for_pictures)))


def _answers(asked: Asked, ledger: Ledger) -> str:
    question = asked.question
    match question.type:
        case QuestionType.SINGLE:
            lines = [f"{'=' if option.correct else '~'}{_html(option.text)}" for option in question.options]
        case QuestionType.MULTIPLE:
            right = sum(option.correct for option in question.options)
            worth = number_text(round(100 / right, 5))
            lines = [f"~%{worth if o.correct else -100}%{_html(o.text)}" for o in question.options]
        case QuestionType.TRUE_FALSE:
            return f"{'TRUE' if question.answer.truth else 'FALSE'}\n"
        case QuestionType.NUMBER:
            number = number_text(question.answer.number or 0.0)
            return f"#{number}:{number_text(question.answer.tolerance)}\n"
        case QuestionType.MATCHING:
            for pair in question.pairs:
                ledger.plain(asked, pair.right)
            lines = [f"={_html(pair.left)} -> {_escaped(prose.plain(pair.right))}" for pair in question.pairs]
        case _:
            kept = [variant for variant in question.answer.variants if "->" not in variant]
            for variant in question.answer.variants:
                if variant not in kept:
                    ledger.add(asked, _ARROW, text=variant)
            lines = [f"=%100%{_escaped(variant)}" for variant in kept]
    return "\n" + "".join(f"\t{line}\n" for line in lines) if lines else ""


# ------------------------------------------------------------------------------ reading

_MOST_BYTES = 5_000_000
_ENCODING = Text("文字编码不是 UTF-8", "its text is not UTF-8")
_SIZE = Text("文件超过 {limit} MB", "it is larger than {limit} MB")
_NO_END = Text("花括号没有配对", "a brace is not closed")
_NO_MARK = Text("只是说明文字，不是题目", "a description and no question")
_ESSAY = Text("问答", "essay")
_OTHERS = Text("其余数值答案", "the other numbers that count as right")
_REAL = r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBER = re.compile(rf"\s*({_REAL})\s*(?:(:|\.\.)\s*({_REAL}))?\s*")
_TITLE = re.compile(r"\s*::((?:\\.|[^\\])*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"%(-?\d+(?:\.\d+)?)%")
_TRUTH = re.compile(r"\s*(T|TRUE|F|FALSE)\s*", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def read(name: str, data: bytes) -> Imported:
    """The questions of a GIFT file."""
    if len(data) > _MOST_BYTES:
        raise refusal(_SIZE, limit=_MOST_BYTES // 1_000_000)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(_ENCODING) from error
    tray = Tray()
    for chunk in _chunks(name, clean(text.replace("\r\n", "\n").replace("\r", "\n"))):
        _Reader(chunk, tray).read()
    return tray.imported


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The lines of one question, without comments; what its comments say is told in ``tags``."""

    place: Place
    text: str
    id: str
    tags: tuple[str, ...]


def _chunks(name: str, text: str) -> Iterator[_Chunk]:
    lines: list[str] = []
    start, identifier, tags = 1, "", []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        stripped = line.strip()
        if stripped.startswith("//"):
            identifier = next(iter(re.findall(r"\[id:((?:\\\]|[^\]])*)\]", stripped)), identifier).replace("\\]", "]")
            tags += [tag.replace("\\]", "]") for tag in re.findall(r"\[tag:((?:\\\]|[^\]])*)\]", stripped)]
        elif stripped and not (not lines and stripped.startswith("$CATEGORY:")):
            start = start if lines else number
            lines.append(line)
        elif lines and not stripped:
            yield _Chunk(Place(name, start), "\n".join(lines), identifier, tuple(tags))
            lines, identifier, tags = [], "", []


def _find(text: str, sign: str, start: int = 0) -> int:
    """Where a sign stands that is not escaped; -1 if nowhere."""
    index = start
    while index < len(text):
        if text[index] == "\\":
            index += 2
            continue
        if text[index] == sign:
            return index
        index += 1
    return -1


def _split(text: str, signs: str) -> list[tuple[str, str]]:
    """The text cut before each of the signs that is not escaped: pairs of the sign and what follows it."""
    found: list[tuple[str, str]] = []
    start, sign, index = 0, "", 0
    while index < len(text):
        if text[index] == "\\":
            index += 2
            continue
        if text[index] in signs:
            found.append((sign, text[start:index]))
            sign, start = text[index], index + 1
        index += 1
    found.append((sign, text[start:]))
    return found


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(
        lambda match: "\n" if match[1] == "n" else match[1] if match[1] in "\\~=#{}:" else match[0], text
    )


class _Reader:
    def __init__(self, chunk: _Chunk, tray: Tray) -> None:
        self._chunk = chunk
        self._tray = tray
        self._markup = "moodle"
        self._title = ""
        self._rationale: tuple[Block, ...] = ()
        self._stem: tuple[Inline, ...] = ()
        self._body: tuple[Block, ...] = ()

    def read(self) -> None:
        text = self._chunk.text
        title = _TITLE.match(text)
        if title:
            self._title = _unescaped(title[1]).strip()
            text = text[title.end() :]
        form = _FORMAT.match(text)
        if form:
            self._markup = form[1].lower()
            text = text[form.end() :]
        start = _find(text, "{")
        end = _find(text, "}", start + 1) if start >= 0 else -1
        shown = self._title or _unescaped(text[:200])
        if len(text) > incoming.MOST_HTML:
            self._tray.complain(self._chunk.place, shown, incoming.TOO_LONG)
            return
        if end < 0:
            self._tray.complain(self._chunk.place, shown, _NO_END if start >= 0 else _NO_MARK)
            return
        head, inside, tail = text[:start], text[start + 1 : end], text[end + 1 :].strip()
        situation = self._head(f"{head.strip()} ____ {tail}" if tail else head)
        answers, _, feedback = _parted(inside)
        self._rationale = self._prose(feedback)
        question = self._question(answers.strip())
        if question is not None:
            tests = incoming.targets_in(self._chunk.tags)
            self._tray.take(question, tests, situation, shown)

    def _head(self, head: str) -> tuple[Block, ...]:
        match = _SITUATION.fullmatch(_unescaped(head)) if self._markup == "html" else None
        if match:
            self._stem, self._body = incoming.stem_and_body(read_html(match[2], self._chunk.place, self._picture))
            return read_html(match[1], self._chunk.place, self._picture)
        self._stem, self._body = incoming.stem_and_body(self._prose(head))
        return ()

    def _prose(self, written: str) -> tuple[Block, ...]:
        form = _FORMAT.match(written)
        markup = form[1].lower() if form else self._markup
        text = _unescaped(written[form.end() :] if form else written).strip()
        if markup in ("plain", "markdown"):
            return incoming.text_blocks(text, self._chunk.place)
        if markup == "moodle":
            text = re.sub(r"\n\s*\n", "<p>", text).replace("\n", "<br>")
        return read_html(text, self._chunk.place, self._picture)

    def _picture(self, source: str) -> None:
        self._complain(losses.PICTURE, name=source[:80])

    def _complain(self, what: Text, /, *, whole: bool = False, **values: object) -> None:
        shown = self._title or prose.plain(self._stem)
        self._tray.complain(self._chunk.place, shown, what, whole=whole, **values)

    def _made(self, kind: QuestionType, **parts: object) -> Question:
        return made(
            kind,
            self._stem,
            self._chunk.place,
            anchor=incoming.anchor_in(self._chunk.id),
            body=self._body,
            rationale=self._rationale,
            difficulty=incoming.difficulty_in(self._chunk.tags),
            **parts,  # type: ignore[arg-type]
        )

    # ------------------------------------------------------------------------- answers

    def _question(self, answers: str) -> Question | None:
        if not answers:
            self._complain(incoming.NO_TYPE, whole=True, type=_ESSAY)
            return None
        first = _split(answers, "#~=")
        if _TRUTH.fullmatch(first[0][1]) and all(sign == "#" for sign, _ in first[1:]):
            if len(first) > 1:
                self._complain(incoming.FEEDBACK)
            return self._made(QuestionType.TRUE_FALSE, answer=Answer(truth=first[0][1].strip()[0] in "Tt"))
        if answers.startswith("#"):
            return self._number(answers[1:])
        return self._listed(answers)

    def _number(self, answers: str) -> Question | None:
        options = [text for sign, text in _split(answers, "=~") if sign != "~" and text.strip()]
        if len(options) > 1:
            self._complain(_OTHERS)
        written, *feedback = (text for _, text in _split(options[0] if options else "", "#"))
        if feedback:
            self._complain(incoming.FEEDBACK)
        weight = _WEIGHT.match(written.strip())
        match = _NUMBER.fullmatch(_unescaped(written.strip()[weight.end() if weight else 0 :]))
        low = incoming.number_in(match[1]) if match else None
        second = incoming.number_in(match[3]) if match and match[3] else 0.0
        if match is None or low is None or second is None:
            self._complain(incoming.NO_ANSWER, whole=True)
            return None
        if match[2] == "..":
            # A range says where the answer lies; the source format says the middle and how far off it may be.
            middle, half = round((low + second) / 2, 9), round(abs(second - low) / 2, 9)
            return self._made(QuestionType.NUMBER, answer=Answer(number=middle, tolerance=half))
        return self._made(QuestionType.NUMBER, answer=Answer(number=low, tolerance=abs(second)))

    def _listed(self, answers: str) -> Question:
        marked: list[tuple[str, float, str]] = []
        for sign, text in _split(answers, "=~")[1:]:
            written, *feedback = (part for _, part in _split(text, "#"))
            if any(part.strip() for part in feedback):
                self._complain(incoming.FEEDBACK)
            written = written.strip()
            weight = _WEIGHT.match(written)
            worth = float(weight[1]) if weight else 100.0 if sign == "=" else 0.0
            marked.append((sign, worth, written[weight.end() :] if weight else written))
        signs = {sign for sign, _, _ in marked}
        if signs == {"="} and all("->" in text for _, _, text in marked):
            return self._made(QuestionType.MATCHING, pairs=[self._pair(text) for _, _, text in marked])
        if signs == {"="}:
            if any(worth < 100 for _, worth, _ in marked):
                self._complain(incoming.WEIGHTS)
            texts = (" ".join(_unescaped(text).split()) for _, worth, text in marked if worth >= 100)
            return self._made(QuestionType.FILL, answer=Answer(variants=tuple(text for text in texts if text)))
        single = "=" in signs
        if single and any(0 < worth < 100 for _, worth, _ in marked):
            self._complain(incoming.WEIGHTS)
        options = [(in_one_line(self._prose(text)), worth >= 100 if single else worth > 0) for _, worth, text in marked]
        return self._made(QuestionType.SINGLE if single else QuestionType.MULTIPLE, options=options)

    def _pair(self, text: str) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
        left, _, right = text.partition("->")
        return in_one_line(self._prose(left)), incoming.text_inlines(_unescaped(right))


def _parted(inside: str) -> tuple[str, str, str]:
    """Answers and general feedback, which begins with four signs that are not escaped."""
    index = _find(inside, "#")
    while index >= 0:
        if inside.startswith("####", index):
            return inside[:index], "####", inside[index + 4 :]
        index = _find(inside, "#", index + 1)
    return inside, "", ""


FORMAT = Format(
    name="gift",
    suffix=".gift.txt",
    summary=Text("GIFT 文本题库(Moodle 等)", "GIFT, the text format of Moodle and others"),
    write=write,
    read=read,
)

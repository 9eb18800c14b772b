"""What readers of foreign formats share: questions out of parts, and the list of what could not be read."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal

from sopbook import prose
from sopbook.link.assets import IMAGE_TYPES
from sopbook.locales import Text, locale
from sopbook.model import Answer, Option, Pair, Question, QuestionType
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.questions.formats import Imported, Incoming, Unread
from sopbook.questions.quiz import MAX_MEDIA_BYTES
from sopbook.questions.text import clean

MOST_QUESTIONS = 5_000
MOST_OPTIONS = 100
MOST_TEXT = 50_000
MOST_HTML = 200_000
"""Of one piece of a question, before it is taken apart."""

NO_STEM = Text("没有题干", "it has no stem")
NO_ANSWER = Text("没有可判分的答案", "it has no answer to mark it by")
NO_TYPE = Text("不支持的题型“{type}”", 'questions of the type "{type}" are not supported')
TOO_LONG = Text("题目过长", "it is too long")
TOO_MANY = Text("选项过多（超过 {most} 个）", "it has too many options (more than {most})")
MORE = Text("题目过多：只读前 {most} 题", "too many questions: only the first {most} are read")
FEEDBACK = Text(
    "各选项的反馈（只有整题解析）", "the feedback of single options; there is only a rationale for the whole"
)
WEIGHTS = Text("部分得分（选项只分对错）", "partial marks; options are right or wrong")
DISTRACTOR = Text("多出来的配对项“{text}”", 'the extra match "{text}"')
DISTRACTOR = Text("多出来的配对项“{text}”", 'the extra match "{text}"')
QUOTE = Text('含有 " 或 | 的答案“{text}”', 'the answer {text}, which holds " or |')

_TARGET = re.compile(r"(?=.*\d)[^\W_][\w.-]*#[\w.-]+")
_ANCHOR = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")
_DIFFICULTY = re.compile(r"(?:难度|difficulty)\s*([123])", re.IGNORECASE)

_MAGIC = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF87a", ".gif"), (b"GIF89a", ".gif"))


class Tray:
    """Collects questions and complaints while a file is read."""

    def __init__(self) -> None:
        self._found: list[Incoming] = []
        self._unread: list[Unread] = []
        self.media: dict[str, bytes] = {}

    def complain(self, place: Place, about: str, what: Text, /, *, whole: bool = True, **values: object) -> None:
        """Note something that could not be read."""
        self._unread.append(Unread(place, " ".join(about.split())[:60], what.filled(**values), whole))

    def take(
        self, question: Question, tests: tuple[str, ...] = (), situation: tuple[Block, ...] = (), name: str = ""
    ) -> None:
        """Keep a question if it can be put and marked; otherwise say why not."""
        shown = prose.plain(question.stem) or name
        if len(self._found) >= MOST_QUESTIONS:
            if len(self._found) == MOST_QUESTIONS and not any(
                entry.what.en.startswith("too many q") for entry in self._unread
            ):
                self.complain(question.place, shown, MORE, most=MOST_QUESTIONS)
            return
        question = self._writable(question, shown)
        length = sum(len(node.text) for node in prose.walk((question, situation)) if isinstance(node, prose.Text))
        if not prose.plain(question.stem).strip():
            self.complain(question.place, shown, NO_STEM)
        elif not question.has_answer:
            self.complain(question.place, shown, NO_ANSWER)
        elif length > MOST_TEXT:
            self.complain(question.place, shown, TOO_LONG)
        elif len(question.options) + len(question.pairs) > MOST_OPTIONS:
            self.complain(question.place, shown, TOO_MANY, most=MOST_OPTIONS)
        else:
            self._found.append(Incoming(question, tests, situation))

    def _writable(self, question: Question, shown: str) -> Question:
        """The question without variants of its answer that a source cannot say."""
        if question.type is not QuestionType.FILL:
            return question
        kept = [text for text in question.answer.variants if not re.search(r"[\"|]", text)]
        for text in question.answer.variants:
            if text not in kept:
                self.complain(question.place, shown, QUOTE, whole=False, text=text)
        return made(question.type, question.stem, question.place, base=question, answer=Answer(variants=tuple(kept)))

    @property
    def imported(self) -> Imported:
        """Everything that was read."""
        return Imported(tuple(self._found), tuple(self._unread), self.media)


def made(
    kind: QuestionType,
    stem: tuple[Inline, ...],
    place: Place,
    *,
    base: Question | None = None,
    anchor: str = "",
    body: tuple[Block, ...] = (),
    options: Sequence[tuple[tuple[Inline, ...], bool]] = (),
    pairs: Sequence[tuple[tuple[Inline, ...], tuple[Inline, ...]]] = (),
    answer: Answer | None = None,
    rationale: tuple[Block, ...] = (),
    difficulty: int = 1,
) -> Question:
    """A question out of its parts (of a question without a part, that of ``base``)."""
    return Question(
        anchor=base.anchor if base else anchor,
        type=kind,
        stem=stem,
        body=base.body if base else body,
        options=base.options if base else tuple(Option(text, correct, place) for text, correct in options),
        pairs=base.pairs if base else tuple(Pair(left, right, place) for left, right in pairs),
        answer=answer or Answer(),
        parts=(),
        rationale=base.rationale if base else rationale,
        tests=(),
        difficulty=base.difficulty if base else difficulty,
        place=place,
    )


def targets_in(words: Sequence[str]) -> tuple[str, ...]:
    """The parts of documents (``KF-CX-06#accept``) among tags."""
    return tuple(dict.fromkeys(word.strip() for word in words if _TARGET.fullmatch(word.strip())))


def difficulty_in(words: Sequence[str]) -> int:
    """The difficulty among tags, 1 if none says it."""
    return next((int(match[1]) for word in words if (match := _DIFFICULTY.fullmatch(word.strip()))), 1)


def difficulty_tag(difficulty: int, language: str) -> str:
    """The difficulty as a tag."""
    return f"{locale(language).word('suffix', 'difficulty')}{difficulty}"


def anchor_in(name: str) -> str:
    """The anchor in a question's name from outside (``KF-TK-06#respond``), empty if it holds none."""
    anchor = name.rpartition("#")[2].strip()
    return anchor if _ANCHOR.fullmatch(anchor) else ""


def number_in(text: str) -> float | None:
    """A number as people and programs write it, or None."""
    try:
        number = float(text.strip())
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e15 else None


def number_text(number: float) -> str:
    """A number without exponent and without a needless ``.0``."""
    written = format(Decimal(repr(number)), "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def text_blocks(text: str, place: Place) -> tuple[Block, ...]:
    """Plain text as paragraphs, one for each line that is not empty."""
    lines = (" ".join(clean(line).split()) for line in text.splitlines())
    return tuple(prose.Paragraph((prose.Text(line),), place) for line in lines if line)


def text_inlines(text: str) -> tuple[Inline, ...]:
    """Plain text in one line."""
    line = " ".join(clean(text).split())
    return (prose.Text(line),) if line else ()


def stem_and_body(blocks: tuple[Block, ...]) -> tuple[tuple[Inline, ...], tuple[Block, ...]]:
    """The first paragraph as a stem (or, without one at the beginning, nothing), and the rest."""
    if blocks and isinstance(blocks[0], prose.Paragraph | prose.Heading):
        return blocks[0].children, blocks[1:]
    return (), blocks


def picture_name(named: str, data: bytes, media: dict[str, bytes]) -> str | None:
    """Keep a picture from outside under a safe name; None if it is none, or too large."""
    suffix = next((end for magic, end in _MAGIC if data.startswith(magic)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        suffix = ".webp"
    if suffix not in IMAGE_TYPES or len(data) + sum(map(len, media.values())) > MAX_MEDIA_BYTES:
        return None
    stem = re.sub(r"[^a-z0-9]+", "-", named.rpartition(".")[0].lower()).strip("-")[:40] or "picture"
    number = 1
    name = f"{stem}{suffix}"
    while name in media and media[name] != data:
        number += 1
        name = f"{stem}-{number}{suffix}"
    media[name] = data
    return name

"""Questions as rows of a table: one row a question, which people read and fill in with a spreadsheet.

Columns (in either language): number, type, situation, question, options A, B, C …, answer, unit,
tolerance, rationale, difficulty, what is tested. The answer is written as people write it: ``B``,
``ACD``, ``对``; fill-in answers with a bar between them. An ordering question has its elements as
options, and their right order as answer; a matching question has its pairs as options, with an
arrow (or a line end) between the two.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from decimal import Decimal

from sopbook import prose
from sopbook.locales import Text, canonical, fold, locale
from sopbook.model import Answer, Question, QuestionType
from sopbook.places import Place
from sopbook.prose import Block, Inline
from sopbook.questions import incoming, losses
from sopbook.questions.formats import Imported
from sopbook.questions.incoming import Tray, made, number_text
from sopbook.questions.losses import Ledger
from sopbook.questions.quiz import Asked, Quiz, drawn
from sopbook.spreadsheet.table import BadCell, Cell, Table
from sopbook.spreadsheet.write import Value
from sopbook.untrusted import refusal

LETTERS = string.ascii_uppercase
_LEAST_OPTIONS = 4
_ARROW = "→"
_MOST_CELL = 32_767

COLUMNS: Mapping[str, Text] = {
    "id": Text("题号", "Question number"),
    "type": Text("题型", "Type"),
    "situation": Text("案例情景", "Situation"),
    "stem": Text("题干", "Question"),
    "answer": Text("答案", "Answer"),
    "unit": Text("单位", "Unit"),
    "tolerance": Text("允许误差", "Tolerance"),
    "rationale": Text("解析", "Rationale"),
    "difficulty": Text("难度", "Difficulty"),
    "tests": Text("考查步骤", "Tests"),
}
OPTION = Text("选项{letter}", "Option {letter}")

# What others call the same, so that their tables can be read.
_OTHER_NAMES = {
    "编号": "id",
    "id": "id",
    "试题类型": "type",
    "题目类型": "type",
    "试题题型": "type",
    "question type": "type",
    "情景": "situation",
    "题目": "stem",
    "题目内容": "stem",
    "试题内容": "stem",
    "试题题干": "stem",
    "问题": "stem",
    "stem": "stem",
    "正确答案": "answer",
    "参考答案": "answer",
    "标准答案": "answer",
    "correct answer": "answer",
    "试题解析": "rationale",
    "答案解析": "rationale",
    "题目解析": "rationale",
    "explanation": "rationale",
    "难度等级": "difficulty",
    "题目难度": "difficulty",
    "知识点": "tests",
    "考查": "tests",
}
_OPTION_NAME = re.compile(r"(?:选项|选择项|答案选项|option|choice)?\s*([A-Z]|\d{1,2})", re.IGNORECASE)
_TYPE_NAMES = {
    "单项选择题": QuestionType.SINGLE,
    "多项选择题": QuestionType.MULTIPLE,
    "单选题": QuestionType.SINGLE,
    "多选题": QuestionType.MULTIPLE,
    "判断题": QuestionType.TRUE_FALSE,
    "是非题": QuestionType.TRUE_FALSE,
    "填空题": QuestionType.FILL,
    "排序题": QuestionType.ORDERING,
    "配对题": QuestionType.MATCHING,
    "连线题": QuestionType.MATCHING,
    "匹配题": QuestionType.MATCHING,
    "数值题": QuestionType.NUMBER,
    "计算题": QuestionType.NUMBER,
}
_HARD = {"易": 1, "简单": 1, "easy": 1, "中": 2, "中等": 2, "一般": 2, "medium": 2, "难": 3, "困难": 3, "hard": 3}
_RIGHT = frozenset({"对", "正确", "是", "√", "✓", "t", "true", "yes", "y", "a", "1"})
_WRONG = frozenset({"错", "错误", "否", "×", "✗", "f", "false", "no", "n", "b", "0"})

_NO_STEM_COLUMN = Text("没有“题干”一列", 'it has no column "Question"')
_OPTIONS_LEFT = Text("超过 26 个选项", "more than 26 options")
_CELL_LEFT = Text("内容超过 Excel 一格能装的长度", "more text than a cell holds")
_BAD_ANSWER = Text("答案“{text}”不在选项之中", 'the answer "{text}" names no option')
_BAD_CELL = Text("“{name}”一格：{reason}", 'the cell "{name}" {reason}')
_BAD_TYPE_ANSWER = Text("答案“{text}”看不懂", 'the answer "{text}" cannot be understood')

# ------------------------------------------------------------------------------ writing


def rows(quiz: Quiz) -> tuple[list[str], list[list[Value]], Ledger]:
    """The headings and rows of a quiz, and what is left out."""
    ledger = Ledger(quiz)
    ledger.add(None, losses.TERMS)
    asked = [one for one in drawn(quiz).asked if _fits(one, ledger)]
    width = max([_LEAST_OPTIONS, *(len(_options(one)) for one in asked)])
    language = quiz.language
    names = {key: name.in_language(language) for key, name in COLUMNS.items()}
    options = [OPTION.in_language(language).format(letter=letter) for letter in LETTERS[:width]]
    before = [names[key] for key in ("id", "type", "situation", "stem")]
    after = [names[key] for key in ("answer", "unit", "tolerance", "rationale", "difficulty", "tests")]
    return [*before, *options, *after], [_row(one, width, language, ledger) for one in asked], ledger


def _fits(asked: Asked, ledger: Ledger) -> bool:
    texts = (_lines(asked.situation), _stem(asked.question), _lines(asked.question.rationale), *_options(asked))
    if len(_options(asked)) > len(LETTERS):
        ledger.add(asked, _OPTIONS_LEFT)
    elif any(len(text) > _MOST_CELL for text in texts):
        ledger.add(asked, _CELL_LEFT)
    else:
        return True
    return False


def _row(asked: Asked, width: int, language: str, ledger: Ledger) -> list[Value]:
    question = asked.question
    ledger.plain(asked, question.stem, question.body, question.rationale, asked.situation)
    ledger.plain(asked, *(option.text for option in question.options))
    ledger.plain(asked, *(side for pair in question.pairs for side in (pair.left, pair.right)))
    words = locale(language)
    options: list[Value] = [*_options(asked)]
    tolerance = Decimal(number_text(question.answer.tolerance)) if question.answer.tolerance else None
    return [
        asked.id,
        words.word("question_types", question.type),
        _lines(asked.situation),
        _stem(question),
        *options,
        *[None] * (width - len(options)),
        _answer(question, language),
        question.answer.unit,
        tolerance,
        _lines(question.rationale),
        question.difficulty,
        " ".join(asked.tests),
    ]


def _stem(question: Question) -> str:
    return "\n".join(line for line in (prose.plain(question.stem), _lines(question.body)) if line)


def _lines(blocks: tuple[Block, ...]) -> str:
    return prose.plain_blocks(blocks)


def _options(asked: Asked) -> list[str]:
    question = asked.question
    if question.type is QuestionType.MATCHING:
        return [_pair(prose.plain(pair.left), prose.plain(pair.right)) for pair in question.pairs]
    return [prose.plain(option.text) for option in question.options]


def _pair(left: str, right: str) -> str:
    return f"{left} {_ARROW} {right}" if _ARROW not in left and "->" not in left else f"{left}\n{right}"


def _answer(question: Question, language: str) -> Value:
    match question.type:
        case QuestionType.SINGLE | QuestionType.MULTIPLE:
            return "".join(letter for letter, option in zip(LETTERS, question.options, strict=False) if option.correct)
        case QuestionType.ORDERING:
            return LETTERS[: len(question.options)]
        case QuestionType.TRUE_FALSE:
            return locale(language).word("truth", "true" if question.answer.truth else "false")
        case QuestionType.FILL:
            return "|".join(question.answer.variants)
        case QuestionType.NUMBER:
            return Decimal(number_text(question.answer.number or 0.0))
    return None


# ------------------------------------------------------------------------------ reading


def read(name: str, data: bytes) -> Imported:
    """The questions of a table (a workbook's first sheet, or CSV). Raises Refused if it has no column of questions."""
    table = Table(name, data)
    columns = {heading: key for heading in table.headings.values() if (key := _column(heading))}
    if "stem" not in columns.values():
        raise refusal(_NO_STEM_COLUMN)
    tray = Tray()
    for row in table.rows():
        _Row(Place(name, row.number), row.cells, columns, tray).read()
    return tray.imported


def _column(heading: str) -> str:
    """What a heading stands for: the name of a column, or the letter of an option; empty if nothing we know."""
    folded = fold(heading)
    for key, text in COLUMNS.items():
        if folded in (fold(text.zh), fold(text.en)):
            return key
    if folded in _OTHER_NAMES:
        return _OTHER_NAMES[folded]
    match = _OPTION_NAME.fullmatch(heading.strip())
    if match is None:
        return ""
    if match[1].isdigit():
        number = int(match[1])
        return LETTERS[number - 1] if 1 <= number <= len(LETTERS) else ""
    return match[1].upper()


class _Row:
    def __init__(self, place: Place, cells: Mapping[str, Cell], columns: Mapping[str, str], tray: Tray) -> None:
        self._place = place
        self._tray = tray
        self._cells = {columns[heading]: cell for heading, cell in cells.items() if heading in columns}
        self._bad = [(heading, cell) for heading, cell in cells.items() if isinstance(cell, BadCell)]
        self._letters = [key for key in LETTERS if self._text(key)]

    def read(self) -> None:
        stem = self._text("stem")
        for heading, cell in self._bad:
            self._tray.complain(self._place, stem, _BAD_CELL, name=heading, reason=cell.reason)
        if self._bad:
            return
        kind = self._type()
        if kind is None:
            self._tray.complain(self._place, stem, incoming.NO_TYPE, type=self._text("type")[:40])
            return
        question = self._question(kind)
        if question is not None:
            tests = incoming.targets_in(re.split(r"[\s,,、;;]+", self._text("tests")))
            self._tray.take(question, tests, self._blocks("situation"), stem)

    def _text(self, key: str) -> str:
        cell = self._cells.get(key, "")
        if isinstance(cell, bool):
            return str(cell).lower()
        return number_text(float(cell)) if isinstance(cell, Decimal) else str(cell).strip()

    def _blocks(self, key: str) -> tuple[Block, ...]:
        return incoming.text_blocks(self._text(key), self._place)

    def _type(self) -> QuestionType | None:
        written = self._text("type")
        if not written:
            return self._guessed()
        found = canonical("question_types", written)
        kind = QuestionType(found) if found else _TYPE_NAMES.get(written)
        return None if kind is QuestionType.CASE else kind

    def _guessed(self) -> QuestionType:
        """Tables of one type of question often do not say it."""
        answer = self._text("answer")
        if self._letters:
            letters = [sign for sign in answer.upper() if sign in LETTERS]
            return QuestionType.MULTIPLE if len(letters) > 1 else QuestionType.SINGLE
        return QuestionType.TRUE_FALSE if fold(answer) in _RIGHT | _WRONG else QuestionType.FILL

    def _question(self, kind: QuestionType) -> Question | None:
        answer = self._text("answer")
        match kind:
            case QuestionType.SINGLE | QuestionType.MULTIPLE | QuestionType.ORDERING:
                chosen = self._named(answer)
                if chosen is None:
                    return None
                if kind is QuestionType.ORDERING:
                    order = chosen or self._letters
                    return self._made(kind, options=[(self._option(letter), True) for letter in order])
                options = [(self._option(letter), letter in chosen) for letter in self._letters]
                return self._made(kind, options=options)
            case QuestionType.MATCHING:
                return self._made(kind, pairs=[_sides(self._text(letter)) for letter in self._letters])
            case QuestionType.TRUE_FALSE:
                folded = fold(answer)
                truth = True if folded in _RIGHT else False if folded in _WRONG else None
                return self._made(kind, answer=Answer(truth=truth))
            case QuestionType.NUMBER:
                return self._number(answer)
        variants = (" ".join(text.split()) for text in answer.split("|"))
        return self._made(kind, answer=Answer(variants=tuple(text for text in variants if text)))

    def _number(self, answer: str) -> Question | None:
        match = re.fullmatch(r"(-?[\d.]+)\s*(\D*)", answer)
        number = incoming.number_in(match[1]) if match else None
        if match is None or number is None:
            self._tray.complain(self._place, self._text("stem"), _BAD_TYPE_ANSWER, text=answer[:40])
            return None
        tolerance = abs(incoming.number_in(self._text("tolerance") or "0") or 0.0)
        unit = (self._text("unit") or match[2].strip()).replace('"', "”")
        return self._made(QuestionType.NUMBER, answer=Answer(number=number, unit=unit, tolerance=tolerance))

    def _named(self, answer: str) -> list[str] | None:
        """The letters that an answer names, or None (with a complaint) if it names anything else."""
        letters = [sign for sign in re.split(r"[\s,,、;;|>→]*", answer.upper()) if sign]
        if all(letter in self._letters for letter in letters):
            return letters
        texts = {self._text(letter): letter for letter in self._letters}
        if answer in texts:
            return [texts[answer]]
        self._tray.complain(self._place, self._text("stem"), _BAD_ANSWER, text=answer[:40])
        return None

    def _option(self, letter: str) -> tuple[Inline, ...]:
        return incoming.text_inlines(self._text(letter))

    def _made(self, kind: QuestionType, **parts: object) -> Question:
        stem, body = incoming.stem_and_body(self._blocks("stem"))
        return made(
            kind,
            stem,
            self._place,
            anchor=incoming.anchor_in(self._text("id")),
            body=body,
            rationale=self._blocks("rationale"),
            difficulty=self._difficulty(),
            **parts,  # type: ignore[arg-type]
        )

    def _difficulty(self) -> int:
        written = self._text("difficulty")
        return int(written) if written in ("1", "2", "3") else _HARD.get(fold(written), 1)


def _sides(text: str) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    for sign in ("\n", _ARROW, "->", "——", "=>"):
        left, found, right = text.partition(sign)
        if found:
            return incoming.text_inlines(left), incoming.text_inlines(right)
    return incoming.text_inlines(text), ()

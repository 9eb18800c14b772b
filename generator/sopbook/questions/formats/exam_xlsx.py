"""A workbook (.xlsx) as the common Chinese exam platforms take it, one row a question.

Columns: 题型, 题干, 选项A … 选项H, 正确答案, 解析, 难度, 分值, 知识点, with the platforms' own
words in the cells (``单选题``; ``AC``; ``正确``). Platforms differ in the order and the names of
columns: where one asks for its own template, the columns are copied over by name.

Carried: single and multiple choice (up to eight options), true-false, fill-in and numbers (as
fill-in questions).

Not carried: ordering and matching, which these platforms do not have; pictures, the lines of
tables and marks on the text; pass mark, selection and shuffling, which are set in the platform. A
case becomes single questions with the situation before each. The words are Chinese in a handbook
of any language, since the platforms expect them.
"""

from __future__ import annotations

from sopbook import prose
from sopbook.locales import Text
from sopbook.model import Question, QuestionType
from sopbook.questions import losses, table
from sopbook.questions.formats import Format, Written
from sopbook.questions.incoming import number_text
from sopbook.questions.losses import Ledger
from sopbook.questions.quiz import Asked, Quiz, drawn
from sopbook.spreadsheet.write import Sheet, Value, xlsx_bytes

_MOST_OPTIONS = 8
_LETTERS = table.LETTERS[:_MOST_OPTIONS]
_HEADINGS = ("题型", "题干", *(f"选项{letter}" for letter in _LETTERS), "正确答案", "解析", "难度", "分值", "知识点")
_TYPES = {
    QuestionType.SINGLE: "单选题",
    QuestionType.MULTIPLE: "多选题",
    QuestionType.TRUE_FALSE: "判断题",
    QuestionType.FILL: "填空题",
    QuestionType.NUMBER: "填空题",
}
_DIFFICULTY = {1: "易", 2: "中", 3: "难"}
_MANY = Text("整道题：选项超过 8 个", "the whole question: it has more than eight options")
_TOLERANCE = Text("允许误差（填空题按文字判分）", "the tolerance: a fill-in answer is compared as text")


def write(quiz: Quiz) -> Written:
    """The quiz as a workbook for an exam platform."""
    ledger = Ledger(quiz)
    ledger.add(None, losses.TERMS)
    rows = [row for asked in drawn(quiz).asked if (row := _row(asked, ledger))]
    return Written(xlsx_bytes([Sheet("试题", _HEADINGS, rows)]), ledger.losses)


def _row(asked: Asked, ledger: Ledger) -> list[Value]:
    question = asked.question
    if question.type not in _TYPES:
        ledger.whole(asked)
        return []
    if len(question.options) > _MOST_OPTIONS:
        ledger.add(asked, _MANY)
        return []
    if asked.case:
        ledger.add(asked, losses.CASE)
    if question.answer.tolerance:
        ledger.add(asked, _TOLERANCE)
    ledger.plain(asked, question.stem, question.body, question.rationale, asked.situation)
    ledger.plain(asked, *(option.text for option in question.options))
    texts = (prose.plain_blocks(asked.situation), prose.plain(question.stem), prose.plain_blocks(question.body))
    options: list[Value] = [prose.plain(option.text) for option in question.options]
    return [
        _TYPES[question.type],
        "\n".join(text for text in texts if text),
        *options,
        *[None] * (_MOST_OPTIONS - len(options)),
        _answer(question),
        prose.plain_blocks(question.rationale),
        _DIFFICULTY[question.difficulty],
        1,
        " ".join(asked.tests),
    ]


def _answer(question: Question) -> str:
    match question.type:
        case QuestionType.TRUE_FALSE:
            return "正确" if question.answer.truth else "错误"
        case QuestionType.FILL:
            return "|".join(question.answer.variants)
        case QuestionType.NUMBER:
            number = number_text(question.answer.number or 0.0)
            return "|".join(dict.fromkeys((number, f"{number}{question.answer.unit}")))
    return "".join(letter for letter, option in zip(_LETTERS, question.options, strict=False) if option.correct)


FORMAT = Format(
    name="exam-xlsx",
    suffix=".xlsx",
    summary=Text("国内常见考试平台的导入表(Excel)", "a workbook for the common Chinese exam platforms"),
    write=write,
)

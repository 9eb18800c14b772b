"""What formats cannot carry, in words, and the list that a writer keeps of it."""

from __future__ import annotations

from sopbook import prose
from sopbook.locales import Text
from sopbook.model import QuestionType
from sopbook.prose import Block, Inline
from sopbook.questions.quiz import Asked, Loss, Quiz

WHOLE = Text("整道题：该格式没有{type}题", "the whole question: the format has no {type} questions")
PICTURE = Text("图片“{name}”（留下替代文字）", 'the picture "{name}"; its alternative text stays')
TABLE = Text("表格的格线（逐行写成文字）", "the lines of a table; its rows stay as text")
MARKS = Text("加粗、链接等文字样式", "bold, links and other marks on the text")
RATIONALE = Text("解析", "the rationale")
CASE = Text(
    "案例拆成单独的题，每题前重复案例情景", "a case becomes separate questions, each with the situation before it"
)
TESTS = Text("考查的步骤", "which steps it tests")
DIFFICULTY = Text("难度", "how hard it is")
UNIT = Text("单位不参加判分（写在题干后）", "the unit is not marked; it stands behind the stem")
TERMS = Text(
    "及格线、抽题和打乱（请在导入后的考试设置里设）", "pass mark, selection and shuffling: set them in the other system"
)
PASS_MARK = Text("及格线（请在导入后的考试设置里设）", "the pass mark: set it in the other system")

_TYPES = {
    kind: Text(zh, en)
    for kind, zh, en in zip(
        QuestionType,
        ("单选", "多选", "判断", "排序", "配对", "填空", "数值", "案例"),
        ("single", "multiple", "true-false", "ordering", "matching", "fill", "number", "case"),
        strict=True,
    )
}


class Ledger:
    """What a writer leaves out, each thing once a question."""

    def __init__(self, quiz: Quiz) -> None:
        self._found: dict[Loss, None] = dict.fromkeys(quiz.losses)

    def add(self, asked: Asked | None, what: Text, /, **values: object) -> None:
        """Note something of a question, or (None) of the quiz as a whole."""
        self._found.setdefault(Loss(asked.id if asked else "", what.filled(**values)))

    def whole(self, asked: Asked) -> None:
        """Note that a question stays out because of its type."""
        self.add(asked, WHOLE, type=_TYPES[asked.question.type])

    def plain(self, asked: Asked, *parts: tuple[Inline, ...] | tuple[Block, ...]) -> None:
        """Note what parts of a question lose when they become plain text."""
        for node in prose.walk(parts):
            match node:
                case prose.Image(source=name):
                    self.add(asked, PICTURE, name=name)
                case prose.Table():
                    self.add(asked, TABLE)
                case prose.Strong() | prose.Emphasis() | prose.Link():
                    self.add(asked, MARKS)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Everything noted, in order."""
        return tuple(self._found)

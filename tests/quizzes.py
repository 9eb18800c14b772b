"""Quizzes for tests: a handbook with every type of question, and questions made by hypothesis."""

from __future__ import annotations

import datetime as dt
import struct
import zlib

from hypothesis import strategies as st
from msgspec.structs import replace

from handbooks import Draft
from sopbook import prose
from sopbook.model import Answer, Question, QuestionType
from sopbook.places import Place
from sopbook.questions.incoming import made
from sopbook.questions.pool import written
from sopbook.questions.quiz import Asked, Quiz, Terms, bare, make_quiz
from sopbook.questions.text import clean, tidy

BANK = "sop/office/OF-TK-01.md"
PLACE = Place("test")


def png(red: int = 200, side: int = 2) -> bytes:
    """A small picture in one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    row = b"\0" + bytes((red, 80, 80)) * side
    header = struct.pack(">LLBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b"")
    )


_RICH = """
1. 破损的快件应当怎么做（~ = # { } : \\\\ 和 \\<b> & ]]>）？ {#signs tests=#register difficulty=2}
   依据登记表 **第 3 栏**，见下表和图。

   | 情况 | 处理 |
   | --- | --- |
   | 外箱 ≥ 3 处破损 | 拍照 × 2 |
   | 温度 −5 ℃ | 拒收 |

   ![破损的外箱](box.png)
   - [ ] 先收下 {不登记} = 省事
   - [x] 当场拍照，请快递员签字（∑ ≤ 100%）
   - [ ] 直接拒收 ~ 不作登记
   - [ ] 用胶带封好 # 照常发放

   > [!rationale] 见 [[OF-CX-01]]，破损要在快递员离开前留下凭据；`a->b` 与 100% 有别。
1. 哪些情况要登记？ {#several tests=#register difficulty=1}
   - [x] 代领
   - [x] 破损
   - [ ] 完好的平信

   > [!rationale] 代领和破损都要留痕。
1. 同事替别人取件，只要认识就可以直接发放。 {#proxy type=true-false answer=false tests=#hand-over difficulty=1}

   > [!rationale] 代领须有本人委托并登记代领人。
1. 请排好收件的先后。 {#order type=ordering tests=#register difficulty=2}
   1. 清点
   1. 登记
   1. 通知收件人
   1. 签收

   > [!rationale] 先有数，才有账。
1. 配对。 {#pairs type=matching tests=#hand-over difficulty=2}
   | 情况 | 找谁 |
   | --- | --- |
   | 破损 | 快递员 |
   | 错投 | 快递公司 |
   | 无人认领 | 综合办主管 |

   > [!rationale] 谁的事找谁。
1. 快件应当在多久内通知？ {#blank type=fill answer="2 小时|两小时|2h" tests=#register difficulty=1}

   > [!rationale] 越早越好。
1. 快件最多存放几天？ {#days type=number answer=7.5 unit=天 tolerance=0.5 tests=#register difficulty=3}

   > [!rationale] 过期退回。
1. 小李收到一件写错房号的快件，收件人电话打不通。 {#case type=case tests=#register difficulty=3}
   1. 第一步做什么？ {#case-first tests=#register difficulty=2}
      - [x] 登记并注明“错投”
      - [ ] 放在前台等人来

      > [!rationale] 先登记。
   1. 可以拆开看。 {#case-open type=true-false answer=false tests=#hand-over difficulty=1}

      > [!rationale] 私拆违法。

   > [!rationale] 错投的件先登记，再联系。
"""


def rich(draft: Draft) -> Draft:
    """Put every type of question, a picture, a table and all kinds of signs into a handbook's bank."""
    text = draft.read(BANK)
    start, end = text.index("1. "), text.index("## 修订")
    draft.write(BANK, text[:start] + _RICH.strip() + "\n\n" + text[end:])
    draft.write("sop/office/box.png", png())
    return draft


def rich_quiz(draft: Draft, terms: Terms | None = None) -> Quiz:
    """The quiz of ``rich``."""
    handbook = rich(draft).load()
    assert not [finding.code for finding in draft.check() if finding.severity == "error"]
    return make_quiz(handbook, draft.root, "快件收发 考核", written(handbook), terms or Terms())


# --------------------------------------------------------------------------- hypothesis

# Letters, digits, Chinese, what every format uses for itself, and some that only look harmless.
_CHARACTERS = st.sampled_from("abTF中文件签0127 ~=#{}:\\%<>&\"'`*_[]|-+!?$^@;/.,()“”《》×≤∑℃😀é\u00a0\t\n\x0b\x85")
_RAW = st.text(_CHARACTERS, min_size=1, max_size=14) | st.text(max_size=8)


def plain_text(text: str) -> str:
    """A text as a source can hold it: no control characters, single spaces, none at the ends."""
    return " ".join(clean(text).split())


texts = _RAW.map(plain_text).filter(bool)
variants = texts.filter(lambda text: not set(text) & {'"', "|"})


def _settled(nodes: list[prose.Inline]) -> tuple[prose.Inline, ...]:
    return tidy(nodes)


leaves = texts.map(prose.Text)
inlines = (
    st.lists(
        st.one_of(
            leaves,
            texts.map(lambda text: prose.Strong((prose.Text(text),))),
            texts.map(lambda text: prose.Emphasis((prose.Text(text),))),
            texts.map(prose.Code),
        ),
        min_size=1,
        max_size=3,
    )
    .map(_settled)
    .filter(lambda found: bool(prose.plain(found).strip()))
)
lines = leaves.map(lambda leaf: (leaf,))
blocks = st.lists(
    st.one_of(
        inlines.map(lambda found: prose.Paragraph(found, PLACE)),
        st.lists(st.lists(inlines, min_size=2, max_size=2), min_size=2, max_size=3).map(
            lambda rows: prose.Table(*_rows(rows), PLACE)
        ),
    ),
    max_size=2,
).map(tuple)


def _rows(
    rows: list[list[tuple[prose.Inline, ...]]],
) -> tuple[tuple[prose.Cell, ...], tuple[tuple[prose.Cell, ...], ...]]:
    cells = tuple(tuple(prose.Cell(cell, PLACE) for cell in row) for row in rows)
    return cells[0], cells[1:]


@st.composite
def questions(draw: st.DrawFn, kinds: tuple[QuestionType, ...], marks: bool = True, unit: bool = True) -> Question:
    """A question of one of the types; with ``marks`` its text is more than plain text."""
    kind = draw(st.sampled_from(kinds))
    line = inlines if marks else lines
    options = []
    if kind in (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.ORDERING):
        rows = draw(st.lists(line, min_size=2, max_size=5, unique_by=prose.plain))
        right = draw(st.integers(0, len(rows) - 1))
        options = [
            (row, kind is QuestionType.ORDERING or i == right or (kind is QuestionType.MULTIPLE and i < right))
            for i, row in enumerate(rows)
        ]
    pairs = draw(st.lists(st.tuples(line, lines), min_size=2, max_size=4)) if kind is QuestionType.MATCHING else []
    answer = Answer()
    if kind is QuestionType.TRUE_FALSE:
        answer = Answer(truth=draw(st.booleans()))
    elif kind is QuestionType.FILL:
        answer = Answer(variants=tuple(draw(st.lists(variants, min_size=1, max_size=3, unique=True))))
    elif kind is QuestionType.NUMBER:
        number = draw(st.integers(-(10**6), 10**6)) / draw(st.sampled_from([1, 10, 1000]))
        name = draw(st.sampled_from(["", "天", "m²", "%"])) if unit else ""
        answer = Answer(number=number, unit=name, tolerance=draw(st.sampled_from([0.0, 0.5, 2.0])))
    body = draw(blocks) if marks else ()
    return made(
        kind,
        draw(line),
        PLACE,
        anchor=draw(st.sampled_from(["respond", "a-1", "x.y", "q7"])),
        body=body,
        options=options,
        pairs=pairs,
        answer=answer,
        rationale=draw(blocks) if marks else draw(lines.map(lambda found: (prose.Paragraph(found, PLACE),))),
        difficulty=draw(st.integers(1, 3)),
    )


def quiz_of(*found: Question, language: str = "zh") -> Quiz:
    """A quiz of single questions."""
    asked = tuple(Asked(f"OF-TK-01#{q.anchor}", q, ("OF-CX-01#register",)) for q in found)
    return Quiz("快件 考核", language, asked, Terms(shuffle_questions=False), {}, dt.date(2026, 1, 1))


def comparable(question: Question) -> Question:
    """A question without places and targets."""
    return bare(replace(question, tests=()))

"""Exam papers as Word files in the house style: the paper, an answer sheet, and the key with rationales."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sopbook import prose
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, locale
from sopbook.model import QuestionType
from sopbook.questions.image_size import image_size
from sopbook.questions.paper import Paper, PaperGroup, PaperQuestion, PaperSection, letters, plain_stem
from sopbook.questions.quiz import Loss, Quiz
from sopbook.word.blocks import TABLE_END, Box, paragraph, row, run, table_start
from sopbook.word.package import pack_parts
from sopbook.word.picture import Picture, drawing
from sopbook.word.prose import WordProse
from sopbook.word.relations import (
    IMAGE,
    ContentTypes,
    Properties,
    read_relations,
    relations_of,
    with_relation,
    write_relations,
)
from sopbook.word.template import DOCUMENT, Filled, Template, fill

STYLES = ("SOP Title", "SOP Section", "SOP Label", "SOP Field", "SOP Cell", "SOP Table Head", "SOP Note", "SOP Grid")
"""The styles that a template has to have."""

_TYPES_PART = "[Content_Types].xml"
_INDENT = 420
_MOST_MM = 120
_DOTS_PER_MM = 96 / 25.4
_WORD_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
_NUMERALS = "一二三四五六七八九十"
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_SHEET_COLUMNS = 5

_VARIANT = Text("{variant} 卷", "Variant {variant}")
_SHEET = Text("答题卡", "Answer sheet")
_KEY = Text("{variant} 卷 参考答案", "Variant {variant}: answer key")
_PAPER_NUMBER = Text("卷号 {seed}", "Paper {seed}")
_EDITION = Text("题目截至 {date}", "Questions as of {date}")
_NAME = Text("姓名：", "Name: ")
_ROLE = Text("岗位：", "Role: ")
_DATE = Text("日期：", "Date: ")
_TOTAL = Text("总分", "Total")
_PART = Text("题号", "Part")
_POINTS = Text("满分", "Points")
_SCORED = Text("得分", "Score")
_MARKER = Text("评卷人", "Marked by")
_PASSES = Text("满分 {points} 分，{needed} 分及以上为合格。", "{points} points in all; you pass with {needed}.")
_ON_SHEET = Text("请在答题卡上作答。", "Write your answers on the answer sheet.")
_HEADING = Text(
    "{number}、{type}题（{each}共 {count} 题，{points} 分）",
    "{number} {type} ({each}{count} questions, {points} points)",
)
_EACH = Text("每题 {points} 分，", "{points} points each, ")
_SECTION_NOTES = {
    QuestionType.SINGLE: Text("只有一个正确选项。", "Just one option is right."),
    QuestionType.MULTIPLE: Text(
        "有一个或多个正确选项，多选、少选都不得分。", "One option or more are right; all of them and no other count."
    ),
    QuestionType.TRUE_FALSE: Text("正确的选“对”，错误的选“错”。", "Say whether it is true or false."),
    QuestionType.FILL: Text("在横线上填写。", "Fill in the blank."),
    QuestionType.NUMBER: Text("在横线上填写数值。", "Fill in the number."),
    QuestionType.ORDERING: Text("写出字母的正确先后。", "Write the letters in the right order."),
    QuestionType.MATCHING: Text("在每个序号后写出对应的字母。", "Write the letter that belongs to each number."),
    QuestionType.CASE: Text("阅读材料后回答问题。", "Read the situation, then answer."),
}
_SITUATION = Text("材料：", "Situation:")
_WHICH = Text("试卷（请勾选）：", "Paper (tick one):")
_ANSWER = Text("答案", "Answer")
_SOURCE = Text("考查", "Tests")
_NO_PICTURE = Text("图片“{name}”（Word 不支持此类型）", 'the picture "{name}" (of a type that Word does not show)')


@dataclass
class _Pictures:
    """The pictures of one file: each is put into the package once."""

    quiz: Quiz
    language: str
    parts: dict[str, bytes]
    losses: list[Loss] = field(default_factory=list)
    count: int = 0

    def run(self, node: prose.Image) -> str:
        """A run with the picture, or its alternative text if Word cannot show it."""
        suffix = posixpath.splitext(node.source)[1]
        data = self.quiz.media[node.source]
        size = image_size(data)
        if suffix not in _WORD_PICTURES or size is None:
            self.losses.append(Loss("", _NO_PICTURE.filled(name=node.source)))
            return run(f"[{node.alt}]" if node.alt else "")
        width = max(1, min(_MOST_MM, round(size[0] / _DOTS_PER_MM)))
        height = max(1, round(width * size[1] / size[0]))
        self.count += 1
        return drawing(
            Picture(node.source, data, width, node.alt, height), self._relation(node.source, data), self.count
        )

    def _relation(self, name: str, data: bytes) -> str:
        self.parts[f"word/media/{name}"] = data
        own = relations_of(DOCUMENT)
        known, identifier = with_relation(read_relations(own, self.parts[own]), IMAGE, f"media/{name}")
        self.parts[own] = write_relations(known)
        types = ContentTypes.read(self.parts[_TYPES_PART])
        suffix = posixpath.splitext(name)[1]
        defaults = {**types.defaults, suffix[1:]: _WORD_PICTURES[suffix]}
        self.parts[_TYPES_PART] = ContentTypes(defaults, types.overrides).write()
        return identifier


class PaperWriter:
    """Writes the papers of one quiz with one template."""

    def __init__(self, handbook: Handbook, quiz: Quiz, template: Template) -> None:
        self._handbook = handbook
        self._quiz = quiz
        self._template = template
        self._words = locale(quiz.language)
        self._styles = template.styles
        self.losses: list[Loss] = []

    # --------------------------------------------------------------------------- files

    def paper(self, paper: Paper, *, on_sheet: bool = True) -> bytes:
        """The paper: the questions, with a score table before them."""
        title = self._say(_VARIANT, variant=paper.variant)
        filled_template = self._filled(title)
        text = self._prose(filled_template)
        content = self._names() + self._score_table(paper, text.width)
        needed = paper.needed(self._quiz.terms.pass_mark)
        rules = self._say(_PASSES, points=paper.points, needed=needed)
        content += paragraph(run(rules + (self._say(_ON_SHEET) if on_sheet else "")), self._styles["SOP Note"])
        for index, section in enumerate(paper.sections):
            content += self._heading(index, section)
            content += "".join(self._group(group, text) for group in section.groups)
        return self._packed(filled_template, content)

    def sheet(self, papers: Sequence[Paper]) -> bytes:
        """The answer sheet, which fits every variant."""
        filled_template = self._filled(self._say(_SHEET))
        text = self._prose(filled_template)
        boxes = "    ".join(f"□ {self._say(_VARIANT, variant=paper.variant)}" for paper in papers)
        content = self._names() + paragraph(run(f"{self._say(_WHICH)} {boxes}"), self._styles["SOP Field"])
        content += self._score_table(papers[0], text.width)
        for index, section in enumerate(papers[0].sections):
            content += self._heading(index, section, notes=False)
            content += self._blanks(section, text.width)
        return self._packed(filled_template, content)

    def key(self, paper: Paper) -> bytes:
        """The answers with the reasons, and where to read them again."""
        filled_template = self._filled(self._say(_KEY, variant=paper.variant))
        text = self._prose(filled_template)
        content = ""
        for index, section in enumerate(paper.sections):
            content += self._heading(index, section, notes=False)
            content += self._answers(section, text)
        return self._packed(filled_template, content)

    # ---------------------------------------------------------------------- the template

    def _say(self, text: Text, **values: object) -> str:
        return text.in_language(self._quiz.language).format(**values)

    def _filled(self, title: str) -> Filled:
        settings, quiz = self._handbook.settings, self._quiz
        edition = quiz.edition.isoformat()
        values = {
            "title": f"{quiz.title}　{title}" if quiz.language == "zh" else f"{quiz.title}: {title}",
            "number": f"{title} · {self._say(_PAPER_NUMBER, seed=quiz.terms.seed)}",
            "version": self._say(_EDITION, date=edition),
            "effective": edition,
            "organisation": settings.organisation,
            "handbook": settings.title,
        }
        properties = Properties(
            title=f"{quiz.title} {title}",
            subject=values["number"],
            creator=settings.organisation,
            language=self._words.tag,
            day=quiz.edition if quiz.edition > dt.date(1980, 1, 1) else dt.date(1980, 1, 1),
            own={},
        )
        return fill(self._template, values, properties)

    def _prose(self, filled_template: Filled) -> WordProse:
        self._parts = dict(filled_template.parts)
        self._pictures = _Pictures(self._quiz, self._quiz.language, self._parts)
        document = self._handbook.documents[0]  # settled prose refers to none
        styles, width = self._styles, filled_template.width
        return WordProse(self._handbook, self._words, document, styles["SOP Grid"], width, self._pictures.run)

    def _packed(self, filled_template: Filled, content: str) -> bytes:
        self.losses += self._pictures.losses
        document = filled_template.before + content + filled_template.after
        return pack_parts({**self._parts, DOCUMENT: document.encode()})

    # --------------------------------------------------------------------------- pieces

    def _names(self) -> str:
        line = "＿" * 8 if self._quiz.language == "zh" else "_" * 16
        blanks = "    ".join(f"{self._say(name)}{line}" for name in (_NAME, _ROLE, _DATE))
        return paragraph(run(blanks), self._styles["SOP Field"])

    def _cell(self, words: str, *, head: bool = False, align: str = "center", span: int = 1) -> Box:
        style = self._styles["SOP Table Head" if head else "SOP Cell"]
        return Box(paragraph(run(words), style, align=align), span=span)

    def _score_table(self, paper: Paper, width: int) -> str:
        count = len(paper.sections)
        label = 1300
        each = (width - label) // (count + 1)
        widths = [label, *[each] * (count + 1)]
        names = [self._say(_PART), *(self._numeral(index) for index in range(count)), self._say(_TOTAL)]
        points = [self._say(_POINTS), *(str(section.points) for section in paper.sections), str(paper.points)]
        lines = [
            row([self._cell(name, head=True) for name in names], widths, header=True),
            row([self._cell(value) for value in points], widths),
        ]
        for words in (self._say(_SCORED), self._say(_MARKER)):
            lines.append(row([self._cell(value) for value in (words, *[""] * (count + 1))], widths, height=460))
        start = table_start(widths, self._styles["SOP Grid"], self._say(_SCORED), self._say(_SCORED), header_row=True)
        return start + "".join(lines) + TABLE_END

    def _numeral(self, index: int) -> str:
        return _NUMERALS[index] if self._quiz.language == "zh" else f"{_ROMAN[index]}."

    def _heading(self, index: int, section: PaperSection, *, notes: bool = True) -> str:
        name = self._words.word("question_types", section.type)
        worth = {question.points for question in section.questions}
        each = self._say(_EACH, points=next(iter(worth))) if len(worth) == 1 else ""
        words = self._say(
            _HEADING,
            number=self._numeral(index),
            type=name if self._quiz.language == "zh" else name.capitalize(),
            each=each,
            count=len(section.questions),
            points=section.points,
        )
        heading = paragraph(run(words), self._styles["SOP Section"], keep_next=True)
        if not notes:
            return heading
        return heading + paragraph(
            run(self._say(_SECTION_NOTES[section.type])), self._styles["SOP Note"], keep_next=True
        )

    def _group(self, group: PaperGroup, text: WordProse) -> str:
        content = ""
        if group.situation:
            label = paragraph(run(self._say(_SITUATION), bold=True), self._styles["SOP Field"], keep_next=True)
            content = label + text.blocks(group.situation, self._styles["SOP Field"], _INDENT)
        return content + "".join(self._question(question, text) for question in group.questions)

    def _question(self, question: PaperQuestion, text: WordProse) -> str:
        asked = question.asked.question
        style = self._styles["SOP Field"]
        lead = run(f"{question.number}. ") + text.inlines(asked.stem) + run(self._blank(question))
        content = paragraph(lead, style, keep_next=bool(asked.body or question.lettered or asked.pairs))
        content += text.blocks(asked.body, style, _INDENT)
        lines = [run(f"({n}) ") + text.inlines(pair.left) for n, pair in enumerate(asked.pairs, start=1)]
        lines += [
            run(f"{letter}. ") + text.inlines(option)
            for letter, option in zip(letters(question), question.lettered, strict=True)
        ]
        for index, line in enumerate(lines):
            content += paragraph(line, style, keep_next=index < len(lines) - 1, indent=_INDENT)
        return content

    def _blank(self, question: PaperQuestion) -> str:
        asked = question.asked.question
        zh = self._quiz.language == "zh"
        match asked.type:
            case QuestionType.FILL:
                return "＿" * 6 if zh else " " + "_" * 14
            case QuestionType.NUMBER:
                return ("＿" * 4 if zh else " " + "_" * 8) + f" {asked.answer.unit}".rstrip()
            case QuestionType.SINGLE | QuestionType.MULTIPLE | QuestionType.TRUE_FALSE:
                return "（\u00a0\u00a0\u00a0\u00a0）" if zh else "\u00a0(\u00a0\u00a0\u00a0\u00a0)"
        return ""

    # -------------------------------------------------------------------- answer sheet

    def _blanks(self, section: PaperSection, width: int) -> str:
        """Places for the answers of a section; as large as any variant needs, since they differ in order."""
        ticked = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE)
        short = [q for q in section.questions if q.asked.question.type in ticked]
        long = [q for q in section.questions if q.asked.question.type not in ticked]
        content = self._tick_table(short, width) if short else ""
        places = max((len(q.asked.question.pairs) or len(q.lettered) for q in long), default=0)
        return content + "".join(self._line(question, places) for question in long)

    def _tick_table(self, questions: Sequence[PaperQuestion], width: int) -> str:
        most = max(questions, key=lambda question: len(question.lettered))
        columns = max(1, min(_SHEET_COLUMNS, len(questions), 22 // (len(self._choices(most, most)) + 2)))
        widths = [width // columns] * columns
        start = table_start(widths, self._styles["SOP Grid"], self._say(_ANSWER), self._say(_ANSWER), header_row=False)
        texts = (f"{q.number}  {' '.join(f'[{choice}]' for choice in self._choices(q, most))}" for q in questions)
        cells = [self._cell(text, align="left") for text in texts]
        cells += [self._cell("")] * (-len(cells) % columns)
        lines = (row(cells[index : index + columns], widths, height=400) for index in range(0, len(cells), columns))
        return start + "".join(lines) + TABLE_END

    def _choices(self, question: PaperQuestion, most: PaperQuestion) -> list[str]:
        if question.asked.question.type is QuestionType.TRUE_FALSE:
            return [self._words.word("ui", "true"), self._words.word("ui", "false")]
        return letters(most)

    def _line(self, question: PaperQuestion, places: int) -> str:
        blank = "＿" * 5 if self._quiz.language == "zh" else "_" * 10
        words = f"{question.number}. "
        match question.asked.question.type:
            case QuestionType.MATCHING:
                words += "   ".join(f"({number}) {blank[:3]}" for number in range(1, places + 1))
            case QuestionType.ORDERING:
                words += " → ".join([blank[:3]] * places)
            case _:
                words += blank * 3
        return paragraph(run(words), self._styles["SOP Field"])

    # ------------------------------------------------------------------------------ key

    def _answers(self, section: PaperSection, text: WordProse) -> str:
        narrow = 620
        answer = 2000
        widths = [narrow, answer, text.width - narrow - answer]
        name = self._words.word("question_types", section.type)
        start = table_start(widths, self._styles["SOP Grid"], name, self._say(_ANSWER), header_row=True)
        head = [
            self._cell(words, head=True)
            for words in ("", self._say(_ANSWER), self._words.word("callouts", "rationale"))
        ]
        lines = (self._answer_row(question, widths, text) for question in section.questions)
        return start + row(head, widths, header=True) + "".join(lines) + TABLE_END

    def _answer_row(self, question: PaperQuestion, widths: Sequence[int], text: WordProse) -> str:
        asked = question.asked
        style, note = self._styles["SOP Cell"], self._styles["SOP Note"]
        tests = " ".join(asked.tests)
        where = f"{asked.id}　{self._say(_SOURCE)} {tests}" if tests else asked.id
        content = paragraph(run(plain_stem(question)), note) + text.blocks(asked.question.rationale, style)
        content += paragraph(run(where), note)
        boxes = [self._cell(str(question.number)), self._cell(question.right, align="left"), Box(content)]
        return row(boxes, widths)


def file_names(papers: Iterable[Paper], language: str) -> list[str]:
    """The names of the files: each paper, the answer sheet, each key."""
    zh = language == "zh"
    kept = list(papers)
    names = [f"试卷-{paper.variant}.docx" if zh else f"paper-{paper.variant}.docx" for paper in kept]
    sheet = "答题卡.docx" if zh else "answer-sheet.docx"
    return [*names, sheet, *(f"答案-{p.variant}.docx" if zh else f"answer-key-{p.variant}.docx" for p in kept)]

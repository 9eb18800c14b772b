"""Moodle XML (https://docs.moodle.org/en/Moodle_XML_format), for Moodle 3.9 and newer.

Carried: all types of questions, pictures, tables, rationales (as general feedback), difficulty and
what is tested (as tags), the question's name as id number.

Not carried: pass mark, selection and the order of questions, which belong to Moodle's quiz and not
to its question bank. A case becomes single questions with the situation before each. Answers of
matching and fill-in questions are plain text in Moodle. Ordering needs Moodle 4.4, or the plug-in
``qtype_ordering``. More than ten right options have no fraction in Moodle.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element

from markupsafe import Markup

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
from sopbook.untrusted import parse_xml, refusal
from sopbook.word.markup import attribute, text

_MOST_RIGHT = 10
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
_SITUATION = re.compile(r'\s*<div class="sop-situation">(.*?)</div>(.*)', re.DOTALL)
_UNIT = re.compile(r'<p class="sop-unit">.*?</p>', re.DOTALL)
_TYPES = {
    QuestionType.SINGLE: "multichoice",
    QuestionType.MULTIPLE: "multichoice",
    QuestionType.TRUE_FALSE: "truefalse",
    QuestionType.ORDERING: "ordering",
    QuestionType.MATCHING: "matching",
    QuestionType.FILL: "shortanswer",
    QuestionType.NUMBER: "numerical",
}
_MANY_RIGHT = Text("超过 10 个正确选项", "more than ten right options")
_ORDERING = Text(
    "排序题需要 Moodle 4.4 或 qtype_ordering 插件", "ordering: needs Moodle 4.4 or the plug-in qtype_ordering"
)
_NO_QUIZ = Text("不是 Moodle 题库文件(XML)", "it is no Moodle question file (XML)")
_BAD_PICTURE = Text(
    "图片“{name}”（损坏、类型不支持或过大）",
    'the picture "{name}" (damaged, of a type that is not taken, or too large)',
)
_FRACTION = Text("“部分正确”的答案被当作错误", "an answer that is partly right counts as wrong")

# ------------------------------------------------------------------------------ writing


def write(quiz: Quiz) -> Written:
    """The quiz as a Moodle question file."""
    ledger = Ledger(quiz)
    ledger.add(None, losses.TERMS)
    category = quiz.title.replace("/", "//")
    parts = [
        _HEAD,
        f'<question type="category"><category><text>$course$/top/{text(category)}</text></category></question>\n',
    ]
    parts += [_Question(quiz, asked, ledger).xml() for asked in drawn(quiz).asked]
    return Written(("".join(parts) + "</quiz>\n").encode(), ledger.losses)


def _cdata(html: str) -> str:
    # As plain text: a Markup would escape what it is given to put in.
    return f"<![CDATA[{str(html).replace(']]>', ']]]]><![CDATA[>')}]]>" if html else ""


class _Question:
    def __init__(self, quiz: Quiz, asked: Asked, ledger: Ledger) -> None:
        self._quiz = quiz
        self._asked = asked
        self._question = asked.question
        self._ledger = ledger
        self._fragment = Fragment(lambda name: f"@@PLUGINFILE@@/{quote(name)}")

    def xml(self) -> str:
        question, asked = self._question, self._asked
        if asked.case:
            self._ledger.add(asked, losses.CASE)
        if question.type is QuestionType.MULTIPLE and sum(option.correct for option in question.options) > _MOST_RIGHT:
            self._ledger.add(asked, _MANY_RIGHT)
            return ""
        tags = [*asked.tests, incoming.difficulty_tag(question.difficulty, self._quiz.language)]
        rationale = self._fragment.blocks(question.rationale)
        tagged = "".join(f"<tag><text>{text(tag)}</text></tag>" for tag in tags)
        return (
            f'<question type="{_TYPES[question.type]}">\n'
            f"<name><text>{text(self._name())}</text></name>\n"
            f'<questiontext format="html">{self._html(self._whole_stem())}</questiontext>\n'
            f'<generalfeedback format="html">{self._html(rationale, question.rationale)}</generalfeedback>\n'
            "<defaultgrade>1</defaultgrade><penalty>0</penalty><hidden>0</hidden>"
            f"<idnumber>{text(asked.id)}</idnumber>\n"
            f"{self._answers()}<tags>{tagged}</tags>\n</question>\n"
        )

    def _name(self) -> str:
        return f"{self._asked.id} {self._asked.stem}"[:100].strip()

    def _whole_stem(self) -> Markup:
        question, fragment = self._question, self._fragment
        parts: list[Markup] = []
        if self._asked.situation:
            parts.append(Markup('<div class="sop-situation">{}</div>').format(fragment.blocks(self._asked.situation)))
        parts.append(Markup("<p>{}</p>").format(fragment.inlines(question.stem)))
        parts.append(fragment.blocks(question.body))
        if question.answer.unit:
            unit = locale(self._quiz.language).word("ui", "number_unit")
            parts.append(Markup('<p class="sop-unit">({}: {})</p>').format(unit, question.answer.unit))
        return Markup("").join(parts)

    def _html(self, html: str, *nodes: object) -> str:
        """HTML with the pictures in it."""
        looked = nodes or (self._question.stem, self._question.body, self._asked.situation)
        names = [node.source for node in prose.walk(tuple(looked)) if isinstance(node, prose.Image)]
        files = "".join(
            f'<file name="{attribute(name)}" path="/" encoding="base64">'
            f"{base64.b64encode(self._quiz.media[name]).decode()}</file>"
            for name in dict.fromkeys(names)
        )
        return f"<text>{_cdata(html)}</text>{files}"

    def _answer(self, fraction: str, content: str, html: bool = False) -> str:
        kind = "html" if html else "plain_text"
        return (
            f'<answer fraction="{fraction}" format="{kind}">{content}'
            '<feedback format="html"><text></text></feedback></answer>\n'
        )

    def _plain(self, inlines: tuple[Inline, ...]) -> str:
        self._ledger.plain(self._asked, inlines)
        return text(prose.plain(inlines))

    def _answers(self) -> str:
        question = self._question
        shuffled = f"<shuffleanswers>{int(self._quiz.terms.shuffle_options)}</shuffleanswers>"
        match question.type:
            case QuestionType.SINGLE | QuestionType.MULTIPLE:
                single = question.type is QuestionType.SINGLE
                right = sum(option.correct for option in question.options)
                worth = number_text(round(100 / right, 5))
                wrong = "0" if single else "-100"
                return (
                    f"<single>{str(single).lower()}</single>{shuffled}<answernumbering>ABCD</answernumbering>\n"
                    + "".join(
                        self._answer(
                            worth if option.correct else wrong,
                            self._html(self._fragment.inlines(option.text), option.text),
                            html=True,
                        )
                        for option in question.options
                    )
                )
            case QuestionType.TRUE_FALSE:
                return "".join(
                    self._answer("100" if question.answer.truth is truth else "0", f"<text>{str(truth).lower()}</text>")
                    for truth in (True, False)
                )
            case QuestionType.FILL:
                return "<usecase>0</usecase>\n" + "".join(
                    self._answer("100", f"<text>{text(variant.replace('*', chr(92) + '*'))}</text>")
                    for variant in question.answer.variants
                )
            case QuestionType.NUMBER:
                return self._numerical(question.answer)
            case QuestionType.MATCHING:
                return f"{shuffled}\n" + "".join(
                    f'<subquestion format="html">{self._html(self._fragment.inlines(pair.left), pair.left)}'
                    f"<answer><text>{self._plain(pair.right)}</text></answer></subquestion>\n"
                    for pair in question.pairs
                )
            case QuestionType.ORDERING:
                self._ledger.add(self._asked, _ORDERING)
                return (
                    "<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><selectcount>0</selectcount>"
                    "<gradingtype>ALL_OR_NOTHING</gradingtype><showgrading>SHOW</showgrading>"
                    "<numberingstyle>none</numberingstyle>\n"
                ) + "".join(
                    self._answer(str(place), self._html(self._fragment.inlines(option.text), option.text), html=True)
                    for place, option in enumerate(question.options, start=1)
                )
        raise AssertionError("a settled question is no case")

    def _numerical(self, answer: Answer) -> str:
        number = number_text(answer.number or 0.0)
        written = (
            f'<answer fraction="100" format="plain_text"><text>{number}</text>'
            f"<tolerance>{number_text(answer.tolerance)}</tolerance>"
            '<feedback format="html"><text></text></feedback></answer>\n'
        )
        if not answer.unit:
            return written
        self._ledger.add(self._asked, losses.UNIT)
        return (
            f"{written}<units><unit><multiplier>1</multiplier><unit_name>{text(answer.unit)}</unit_name></unit></units>"
            "<unitgradingtype>0</unitgradingtype><unitpenalty>0</unitpenalty><showunits>3</showunits><unitsleft>0</unitsleft>\n"
        )


# ------------------------------------------------------------------------------ reading


def read(name: str, data: bytes) -> Imported:
    """The questions of a Moodle question file."""
    root = parse_xml(name, data)
    if root.tag != "quiz":
        raise refusal(_NO_QUIZ)
    tray = Tray()
    for index, element in enumerate(root.findall("question"), start=1):
        if element.get("type") != "category":
            _Reader(element, Place(name, index), tray).read()
    return tray.imported


class _Reader:
    """Reads one question. Places count questions, since the parser keeps no lines."""

    def __init__(self, element: Element, place: Place, tray: Tray) -> None:
        self._element = element
        self._place = place
        self._tray = tray
        self._title = self._words("name/text")
        self._names: dict[str, str] = {}

    def read(self) -> None:
        kind = self._element.get("type", "")
        tags = [clean(tag.text or "") for tag in self._element.findall("tags/tag/text")]
        readers: dict[str, Callable[[], Question | None]] = {
            "multichoice": self._choices,
            "truefalse": self._true_false,
            "shortanswer": self._fill,
            "numerical": self._number,
            "matching": self._matching,
            "ordering": self._ordering,
        }
        if kind not in readers:
            self._tray.complain(self._place, self._title, incoming.NO_TYPE, type=clean(kind)[:40] or "?")
            return
        self._tags = tags
        self._situation, self._stem, self._body = self._question_text()
        question = readers[kind]()
        if question is not None:
            tests = incoming.targets_in(tags)
            self._tray.take(question, tests, self._situation, self._title)

    # -------------------------------------------------------------------- pieces of XML

    def _words(self, path: str) -> str:
        return clean(self._element.findtext(path, "")).strip()

    def _question_text(self) -> tuple[tuple[Block, ...], tuple[Inline, ...], tuple[Block, ...]]:
        element = self._element.find("questiontext")
        if element is None:
            return (), (), ()
        html = element.findtext("text", "")
        situation: tuple[Block, ...] = ()
        match = _SITUATION.fullmatch(html)
        if match:
            situation = self._blocks(element, match[1])
            html = match[2]
        if self._element.get("type") == "numerical":
            html = _UNIT.sub("", html)
        return (situation, *incoming.stem_and_body(self._blocks(element, html)))

    def _blocks(self, element: Element, html: str | None = None) -> tuple[Block, ...]:
        words = element.findtext("text", "") if html is None else html
        if len(words) > incoming.MOST_HTML:
            self._tray.complain(self._place, self._title, incoming.TOO_LONG, whole=False)
            return ()
        if element.get("format") in ("plain_text", "markdown"):
            return incoming.text_blocks(words, self._place)
        files = {file.get("name", ""): file for file in element.findall("file")}
        return read_html(words, self._place, lambda source: self._picture(source, files))

    def _picture(self, source: str, files: dict[str, Element]) -> str | None:
        if not source.startswith("@@PLUGINFILE@@/"):
            self._tray.complain(self._place, self._title, losses.PICTURE, whole=False, name=source[:80])
            return None
        named = unquote(source.removeprefix("@@PLUGINFILE@@/").partition("?")[0])
        if named not in files:
            self._tray.complain(self._place, self._title, losses.PICTURE, whole=False, name=named[:80])
            return None
        try:
            data = base64.b64decode("".join((files[named].text or "").split()), validate=True)
        except binascii.Error:
            data = b""
        kept = incoming.picture_name(named, data, self._tray.media)
        if kept is None:
            self._tray.complain(self._place, self._title, _BAD_PICTURE, whole=False, name=named[:80])
        return kept

    def _made(self, kind: QuestionType, **parts: object) -> Question:
        feedback = self._element.find("generalfeedback")
        return made(
            kind,
            self._stem,
            self._place,
            anchor=incoming.anchor_in(self._words("idnumber")),
            body=self._body,
            rationale=self._blocks(feedback) if feedback is not None else (),
            difficulty=incoming.difficulty_in(self._tags),
            **parts,  # type: ignore[arg-type]
        )

    def _marked(self) -> list[tuple[Element, float]]:
        """The answers with their fractions; feedback of single answers is reported."""
        answers = self._element.findall("answer")
        if any((answer.findtext("feedback/text") or "").strip() for answer in answers):
            self._tray.complain(self._place, self._title, incoming.FEEDBACK, whole=False)
        return [(answer, incoming.number_in(answer.get("fraction", "")) or 0.0) for answer in answers]

    def _plain_answers(self) -> Iterable[Element]:
        marked = self._marked()
        if any(0 < fraction < 100 for _, fraction in marked):
            self._tray.complain(self._place, self._title, _FRACTION, whole=False)
        return (answer for answer, fraction in marked if fraction >= 100)

    # --------------------------------------------------------------------------- types

    def _choices(self) -> Question:
        marked = self._marked()
        single = self._words("single") not in ("false", "0")
        if single and any(0 < fraction < 100 for _, fraction in marked):
            self._tray.complain(self._place, self._title, _FRACTION, whole=False)
        least = 100 if single else 0.001
        options = [(in_one_line(self._blocks(answer)), fraction >= least) for answer, fraction in marked]
        return self._made(QuestionType.SINGLE if single else QuestionType.MULTIPLE, options=options)

    def _true_false(self) -> Question:
        right = {answer.findtext("text", "").strip().lower() for answer in self._plain_answers()}
        truth = {frozenset({"true"}): True, frozenset({"false"}): False}.get(frozenset(right))
        return self._made(QuestionType.TRUE_FALSE, answer=Answer(truth=truth))

    def _fill(self) -> Question:
        texts = (" ".join(clean(answer.findtext("text", "")).split()) for answer in self._plain_answers())
        variants = tuple(written.replace("\\*", "*") for written in texts if written)
        return self._made(QuestionType.FILL, answer=Answer(variants=variants))

    def _number(self) -> Question:
        found = next(iter(self._plain_answers()), None)
        number = incoming.number_in(found.findtext("text", "")) if found is not None else None
        tolerance = incoming.number_in(found.findtext("tolerance", "")) if found is not None else None
        unit = self._words("units/unit/unit_name")
        answer = Answer(number=number, unit=unit.replace('"', "”"), tolerance=abs(tolerance or 0.0))
        return self._made(QuestionType.NUMBER, answer=answer)

    def _matching(self) -> Question:
        subquestions = self._element.findall("subquestion")
        pairs = [
            (in_one_line(self._blocks(item)), incoming.text_inlines(item.findtext("answer/text", "")))
            for item in subquestions
        ]
        full = [pair for pair in pairs if pair[0]]
        for _, right in pairs[: len(pairs) if len(full) < len(pairs) else 0]:
            if right:
                self._tray.complain(self._place, self._title, incoming.DISTRACTOR, whole=False, text=prose.plain(right))
        return self._made(QuestionType.MATCHING, pairs=full)

    def _ordering(self) -> Question:
        ordered = sorted(self._marked(), key=lambda entry: entry[1])
        options = [(in_one_line(self._blocks(answer)), True) for answer, _ in ordered]
        return self._made(QuestionType.ORDERING, options=options)


FORMAT = Format(
    name="moodle",
    suffix=".xml",
    summary=Text("Moodle 题库(XML)", "Moodle's question bank (XML)"),
    write=write,
    read=read,
)

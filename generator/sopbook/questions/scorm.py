"""What SCORM 1.2 and SCORM 2004 share: a package with a small player of our own and a quiz in it.

The player is plain HTML, CSS and JavaScript (``player/``). It asks nothing of any other host, works
with keyboard and phone and without a system around it, and reports score, completion and each
interaction to the system that launched it.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from markupsafe import escape

from sopbook import prose
from sopbook.locales import Text, locale
from sopbook.model import QuestionType
from sopbook.questions.html import Fragment
from sopbook.questions.qti import identifier
from sopbook.questions.quiz import Asked, Quiz

_PARTS = ("player.css", "player.js", "runtime.js")
_FRAGMENT = Fragment(lambda name: f"media/{quote(name)}")

_WORDS = {
    "questions": Text("共 {n} 题", "{n} questions"),
    "passAt": Text("达到 {n}% 为合格", "you pass with {n} %"),
    "start": Text("开始答题", "Start"),
    "resume": Text("继续上次", "Go on"),
    "resumeHint": Text("上次还没有交卷。", "You have not handed in your last attempt."),
    "again": Text("重新作答", "Start again"),
    "place": Text("第 {n} 题，共 {of} 题", "{n} of {of}"),
    "back": Text("上一题", "Back"),
    "next": Text("下一题", "Next"),
    "submit": Text("交卷", "Hand in"),
    "steps": Text("翻题", "Go through the questions"),
    "overview": Text("全部题目", "All questions"),
    "answered": Text("已答", "answered"),
    "answer": Text("答案", "Answer"),
    "choose": Text("请选择", "Choose"),
    "orderHint": Text("用箭头按钮调整先后。", "Put them in order with the arrow buttons."),
    "up": Text("上移", "Up:"),
    "down": Text("下移", "Down:"),
    "confirm": Text("还有 {n} 题没有作答，现在交卷吗？", "{n} questions are not answered. Hand in now?"),
    "passed": Text("合格", "Passed"),
    "failed": Text("未合格", "Not passed"),
    "points": Text("答对 {n} 题，共 {of} 题", "{n} of {of} right"),
    "right": Text("答对", "Right"),
    "wrong": Text("答错", "Wrong"),
    "yours": Text("你的答案：", "Your answer:"),
    "correct": Text("正确答案：", "Right answer:"),
    "none": Text("未作答", "none"),
    "situation": Text("案例情景", "The situation"),
}


def content(quiz: Quiz, standard: str) -> dict[str, bytes]:
    """The files of a package but its manifest, by name. ``standard`` is ``1.2`` or ``2004``."""
    folder = files(__package__) / "player"
    page = (folder / "index.html").read_text("utf-8")
    language = locale(quiz.language).tag
    parts = {name: (folder / name).read_bytes() for name in _PARTS}
    parts["index.html"] = page.replace("{language}", language).replace("{title}", escape(quiz.title)).encode()
    data = json.dumps(_data(quiz, standard), ensure_ascii=False, separators=(",", ":"))
    # Two line separators that JSON may hold and that old browsers end a line of script at.
    data = data.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    parts["quiz.js"] = f"window.sopbookQuiz = {data};\n".encode()
    return parts | {f"media/{name}": picture for name, picture in quiz.media.items()}


def _data(quiz: Quiz, standard: str) -> dict[str, Any]:
    words = locale(quiz.language)
    said: dict[str, Any] = {key: text.in_language(quiz.language) for key, text in _WORDS.items()}
    said |= {key: words.word("ui", key) for key in ("true", "false")}
    said["types"] = {str(kind): words.word("question_types", kind) for kind in QuestionType}
    terms = quiz.terms
    return {
        "standard": standard,
        "title": quiz.title,
        "passMark": terms.pass_mark,
        "count": terms.count,
        "total": len(quiz.asked),
        "shuffleQuestions": terms.shuffle_questions,
        "shuffleOptions": terms.shuffle_options,
        "words": said,
        "groups": [[_question(asked) for asked in group] for group in quiz.groups],
    }


def _question(asked: Asked) -> dict[str, Any]:
    question = asked.question
    rights = list(dict.fromkeys(_FRAGMENT.inlines(pair.right) for pair in question.pairs))
    answer = question.answer
    return {
        "id": identifier(asked.id),
        "type": question.type,
        "text": prose.plain(question.stem),
        "situation": _FRAGMENT.blocks(asked.situation),
        "stem": _FRAGMENT.inlines(question.stem),
        "body": _FRAGMENT.blocks(question.body),
        "options": [_FRAGMENT.inlines(option.text) for option in question.options],
        "lefts": [_FRAGMENT.inlines(pair.left) for pair in question.pairs],
        "rights": rights,
        "right": _right(asked, rights),
        "variants": answer.variants,
        "number": answer.number,
        "unit": answer.unit,
        "tolerance": answer.tolerance,
        "rationale": _FRAGMENT.blocks(question.rationale),
    }


def _right(asked: Asked, rights: list[Any]) -> Any:
    """The right answer as the player keeps answers: numbers of options, counted from 0, or a truth."""
    question = asked.question
    ticked = [index for index, option in enumerate(question.options) if option.correct]
    match question.type:
        case QuestionType.SINGLE:
            return ticked[0]
        case QuestionType.MULTIPLE | QuestionType.ORDERING:
            return ticked
        case QuestionType.TRUE_FALSE:
            return question.answer.truth
        case QuestionType.MATCHING:
            return [rights.index(_FRAGMENT.inlines(pair.right)) for pair in question.pairs]
    return None

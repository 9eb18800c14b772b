"""``sopbook quiz paper``: an exam on paper, as Word files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sopbook.cli.misuse import Misuse
from sopbook.cli.quiz.choice import add_choice, chosen
from sopbook.cli.quiz.terms import add_terms, quiz_of, show_losses
from sopbook.forms.files import template_folders
from sopbook.handbooks import load
from sopbook.locales import Text, canonical, locale
from sopbook.model import QuestionType
from sopbook.output import write_file
from sopbook.questions.paper import POINTS, make_paper
from sopbook.questions.paper_word import STYLES, PaperWriter, file_names
from sopbook.questions.quiz import drawn
from sopbook.word.template import TemplateBroken, find_template
from sopbook.word.template import load as load_template

_DONE = Text("{count} 道题，{points} 分，写入 {out}：{names}", "{count} questions, {points} points, in {out}: {names}")
_VARIANTS = "ABCDEFGH"


def add(commands: Any) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "paper",
        help="an exam on paper: variants, answer sheet and key, as Word files",
        description="Write an exam as Word files: each variant, an answer sheet, and an answer key with rationales. "
        "The same seed gives the same papers.",
    )
    add_choice(parser)
    add_terms(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the folder to write to")
    parser.add_argument(
        "--variants", type=int, default=2, choices=range(1, 9), metavar="N", help="how many (2: A and B)"
    )
    parser.add_argument(
        "--points",
        type=_points,
        default={},
        metavar="TYPE=N,…",
        help="what a right answer is worth, e.g. single=2,multiple=4 (2; 4 for multiple, ordering and matching)",
    )
    parser.set_defaults(run=run)


def _points(text: str) -> dict[QuestionType, int]:
    found: dict[QuestionType, int] = {}
    for entry in text.replace("，", ",").split(","):
        name, _, number = entry.partition("=")
        kind = canonical("question_types", name)
        if kind is None or kind == QuestionType.CASE or not number.strip().isdigit() or not 1 <= int(number) <= 100:
            raise argparse.ArgumentTypeError(
                f"{entry!r} says no points; write single=2 with one of {', '.join(POINTS)}"
            )
        found[QuestionType(kind)] = int(number)
    return found


def run(options: argparse.Namespace) -> int:
    """Write the files."""
    handbook = load(options.root)
    language = handbook.settings.language
    quiz = drawn(quiz_of(handbook, options, chosen))
    try:
        template = load_template(find_template("paper", language, template_folders(options.root)), language, STYLES)
    except TemplateBroken as broken:
        raise Misuse(str(broken)) from broken
    points = {**POINTS, **options.points}
    papers = [make_paper(quiz, variant, points, locale(language)) for variant in _VARIANTS[: options.variants]]
    writer = PaperWriter(handbook, quiz, template)
    files = [*(writer.paper(p) for p in papers), writer.sheet(papers), *(writer.key(p) for p in papers)]
    names = file_names(papers, language)
    try:
        for name, data in zip(names, files, strict=True):
            write_file(options.out / name, data)
    except OSError as error:
        raise Misuse(f"cannot write to {options.out}: {error.strerror}") from error
    show_losses(dict.fromkeys([*quiz.losses, *writer.losses]), language)
    told = _DONE.in_language(language)
    print(told.format(count=len(quiz.asked), points=papers[0].points, out=options.out, names=" ".join(names)))
    return 0

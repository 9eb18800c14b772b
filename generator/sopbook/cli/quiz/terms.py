"""How a quiz is put: the options that export and papers share, and how what stays out is told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable

from sopbook.cli.misuse import Misuse
from sopbook.link.handbook import Handbook
from sopbook.locales import Text
from sopbook.questions.pool import Entry, pool, written
from sopbook.questions.quiz import Loss, Quiz, Terms, make_quiz

_NOTHING = Text("没有符合条件的题目", "no question is wanted by these options")
_TITLE = Text("{title} 考核", "{title} quiz")
_LEFT = Text("没有带上：", "left out:")
_LINE = Text("{what}：{names}", "{what}: {names}")
_FOR_ALL = Text("全部", "all")


def add_terms(parser: argparse.ArgumentParser) -> None:
    """Add ``--derived``, ``--title``, ``--count``, ``--pass-mark``, ``--shuffle`` and ``--seed``."""
    parser.add_argument("--derived", action="store_true", help="also questions that follow from the procedures")
    parser.add_argument("--title", default="", help="the quiz's title (default: what was chosen)")
    parser.add_argument("--count", type=_count, default=0, metavar="N", help="put only N of the questions")
    parser.add_argument("--pass-mark", type=_percent, default=80, metavar="PERCENT", help="from which one passes (80)")
    parser.add_argument(
        "--shuffle",
        choices=("both", "questions", "options", "none"),
        default="both",
        help="what is put in another order (default: both)",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed draws the same questions (1)")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of questions")
    return int(text)


def _percent(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage from 0 to 100")
    return int(text)


def quiz_of(
    handbook: Handbook,
    options: argparse.Namespace,
    chosen: Callable[[tuple[Entry, ...], argparse.Namespace, Handbook], tuple[Entry, ...]],
) -> Quiz:
    """The quiz that the options ask for. Raises Misuse if it has no question."""
    entries = chosen(pool(handbook) if options.derived else written(handbook), options, handbook)
    quiz = make_quiz(handbook, options.root, title_of(handbook, options), entries, terms_of(options))
    language = handbook.settings.language
    if not quiz.asked:
        show_losses(quiz.losses, language)
        raise Misuse(_NOTHING.in_language(language))
    return quiz


def title_of(handbook: Handbook, options: argparse.Namespace) -> str:
    """The title asked for, or what was chosen in words."""
    if options.title.strip():
        return str(" ".join(options.title.split()))[:200]
    document = handbook.by_number.get(options.procedure)
    chosen = [document.title if document else "", options.role, options.department, options.tag]
    name = " · ".join(part for part in chosen if part) or handbook.settings.title
    return _TITLE.in_language(handbook.settings.language).format(title=name)


def terms_of(options: argparse.Namespace) -> Terms:
    """The terms asked for."""
    return Terms(
        pass_mark=options.pass_mark,
        count=options.count,
        shuffle_questions=options.shuffle in ("both", "questions"),
        shuffle_options=options.shuffle in ("both", "options"),
        seed=options.seed,
    )


def show_losses(losses: Iterable[Loss], language: str) -> None:
    """Tell on standard error what stays out, the same thing once with the questions that it happens to."""
    found: dict[str, list[str]] = {}
    for loss in losses:
        found.setdefault(loss.what.in_language(language), []).append(loss.id or _FOR_ALL.in_language(language))
    if found:
        print(_LEFT.in_language(language), file=sys.stderr)
    for what, names in found.items():
        line = _LINE.in_language(language).format(what=what, names=" ".join(names))
        print(f"  {line}", file=sys.stderr)

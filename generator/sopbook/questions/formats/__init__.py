"""The formats in which questions leave the handbook, and those in which they come in.

Each module here that has a ``FORMAT`` is a format, found by itself. Its docstring says what the
format cannot carry; what that means for a question is reported for that question.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from sopbook.locales import Text
from sopbook.model import Question
from sopbook.places import Place
from sopbook.prose import Block
from sopbook.questions.quiz import Loss, Quiz


@dataclass(frozen=True, slots=True)
class Written:
    """A quiz in some format, and what did not go along."""

    data: bytes
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A question from outside: what it tests as far as the file says so, and the situation if it is part of a case."""

    question: Question
    tests: tuple[str, ...] = ()
    situation: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in a file that could not be read: where, of which question, and why.

    ``whole`` is True if the whole question stays out.
    """

    place: Place
    name: str
    what: Text
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds. ``media`` are its pictures by the name by which the questions speak of them."""

    questions: tuple[Incoming, ...]
    unread: tuple[Unread, ...]
    media: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A format. ``suffix`` ends its files' names; ``read`` is None where we only write.

    ``selects`` tells that selection and shuffling travel in the file, so that all questions do.
    ``read`` gets a file's name and bytes and raises ``untrusted.Refused`` if nothing can be read.
    """

    name: str
    suffix: str
    summary: Text
    write: Callable[[Quiz], Written]
    read: Callable[[str, bytes], Imported] | None = None
    selects: bool = False


@cache
def all_formats() -> Mapping[str, Format]:
    """Every format, by name."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {format_.name: format_ for format_ in sorted(found, key=lambda format_: format_.name)}

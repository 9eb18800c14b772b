"""Documents as JSON, in two parts: the outline, and the running text that few computations need.

The outline holds everything that other documents may see of one: numbers, titles, steps and who
takes them, questions, dates. Reading a thousand outlines is quick; running text is decoded for the
document that is asked for it. The format is plain data: strings, numbers and lists, of which only
the classes named here are made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, SupportsIndex, overload

from sopbook import model, prose, values
from sopbook.cache.watch import note_text
from sopbook.compact_json import loads
from sopbook.model import Document
from sopbook.places import Finding, Place
from sopbook.prose import Block, Inline

_Json = Any

# The first element of a list tells what it is: the name of a class, or one of these.
_TUPLE, _NUMBER, _SET, _MAPPING, _DEFERRED = range(5)

_TEXTS = ("tuple[Block, ...]", "tuple[Inline, ...]")
_KEPT_IN_OUTLINE = {(model.Question, "stem")}
"""Running text by which others call a thing: a question's stem is its title."""

_SELDOM_NEEDED = ("keys", "revisions")
"""Fields of a document that only its own page and the check of it look at."""

_MAX_COLUMN = 1 << 16


def _classes() -> dict[str, type]:
    found = (value for module in (prose, model, values) for value in vars(module).values())
    plain = [item for item in found if isinstance(item, type) and (is_dataclass(item) or issubclass(item, Enum))]
    return {item.__name__: item for item in (*plain, Finding) if item is not Place}


def _maker(item: type) -> Callable[..., Any]:
    if not is_dataclass(item) or not any(field.kw_only for field in fields(item)):
        return item
    names = [field.name for field in fields(item)]
    return lambda *parts: item(**dict(zip(names, parts, strict=True)))


_CLASSES = _classes()
_MAKERS: dict[str, Callable[..., Any]] = {name: _maker(item) for name, item in _CLASSES.items()}
_FIELDS: dict[type, tuple[str, ...]] = {
    item: tuple(field.name for field in fields(item)) for item in _CLASSES.values() if is_dataclass(item)
}
_DEFERRED_FIELDS = frozenset(
    (item, field.name)
    for item in _FIELDS
    if item.__module__ == model.__name__
    for field in fields(item)
    if (field.type in _TEXTS and (item, field.name) not in _KEPT_IN_OUTLINE)
    or (issubclass(item, Document) and field.name in _SELDOM_NEEDED)
)


# ------------------------------------------------------------------------------ deferring


@dataclass
class Passages:
    """The running text of one document, decoded when first asked for."""

    file: str
    fetch: Callable[[], bytes]
    _found: tuple[tuple[Any, ...], ...] | None = None

    def passage(self, index: int) -> tuple[Any, ...]:
        """One passage. Whoever is watching (``cache.watch``) learns of it."""
        note_text(self.file)
        if self._found is None:
            self._found = decode(loads(self.fetch()), self.file)
        return self._found[index]


class Deferred(tuple[Any, ...]):
    """A passage of running text that is fetched when somebody looks at it; behaves like the tuple it stands for."""

    _passages: Passages
    _index: int

    @classmethod
    def of(cls, passages: Passages, index: int) -> Deferred:
        """The passage with that index."""
        made = cls()
        made._passages = passages
        made._index = index
        return made

    def _tuple(self) -> tuple[Any, ...]:
        return self._passages.passage(self._index)

    def __iter__(self) -> Iterator[Any]:
        yield from self._tuple()

    def __reversed__(self) -> Iterator[Any]:
        yield from reversed(self._tuple())

    def __len__(self) -> int:
        return len(self._tuple())

    @overload
    def __getitem__(self, index: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        return self._tuple()[index]

    def __contains__(self, item: object) -> bool:
        return item in self._tuple()

    def __add__(self, other: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*self, *other)

    def __radd__(self, other: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*other, *self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple) and self._tuple() == tuple(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._tuple())

    def __repr__(self) -> str:
        return repr(self._tuple())

    def __reduce__(self) -> tuple[Any, ...]:
        return (tuple, (list(self),))

    def index(self, value: Any, *bounds: SupportsIndex) -> int:
        """As a tuple's."""
        return self._tuple().index(value, *bounds)

    def count(self, value: Any) -> int:
        """As a tuple's."""
        return self._tuple().count(value)


# ------------------------------------------------------------------------------- encoding


class Encoder:
    """Turns the values of one file into JSON; ``passages`` collects what ``document`` defers."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.passages: list[_Json] = []

    def document(self, document: Document) -> _Json:
        """The outline of a document."""
        return self._node(document, defer=True)

    def value(self, value: object) -> _Json:
        """Any value, whole."""
        return self._node(value, defer=False)

    def _node(self, value: object, *, defer: bool) -> _Json:
        match value:
            case None | bool() | float():
                return value
            case Enum():
                return [type(value).__name__, value.value]
            case str():
                return str(value)
            case int():
                return [_NUMBER, value]
            case tuple():
                return [_TUPLE, *(self._node(item, defer=defer) for item in value)]
            case frozenset():
                return [_SET, *sorted(value)]
            case dict():
                return [_MAPPING, *(self._node(item, defer=False) for pair in value.items() for item in pair)]
            case Place():
                return self._place(value)
            case dt.date():
                return ["date", value.isoformat()]
        kind: type = type(value)
        found: list[_Json] = [kind.__name__]
        for name in _FIELDS[kind]:
            part = getattr(value, name)
            if defer and part and (kind, name) in _DEFERRED_FIELDS:
                found.append([_DEFERRED, len(self.passages)])
                self.passages.append(self._node(part, defer=False))
            else:
                found.append(self._node(part, defer=defer))
        return found

    def _place(self, place: Place) -> _Json:
        """A bare number: line and column in the file that is encoded."""
        if place.file == self._file and place.column < _MAX_COLUMN:
            return place.line * _MAX_COLUMN + place.column
        return ["Place", place.file, place.line, place.column]


def without_places(encoded: _Json) -> _Json:
    """An outline without the numbers that say where things stand, which others must not depend on."""
    if not isinstance(encoded, list):
        return None if type(encoded) is int else encoded
    if encoded[0] == _NUMBER:
        return encoded
    if encoded[0] in (_DEFERRED, "Place"):
        return [_DEFERRED]
    return [encoded[0], *map(without_places, encoded[1:])]


# ------------------------------------------------------------------------------- decoding


def decode(encoded: _Json, file: str, passages: Passages | None = None) -> Any:
    """The value that was encoded.

    Raises KeyError, TypeError, ValueError or IndexError for what this module did not encode.
    """

    def node(item: _Json) -> Any:
        kind = type(item)
        if kind is list:
            head = item[0]
            if head == _TUPLE:
                return tuple([part if type(part) is str else node(part) for part in item[1:]])
            if type(head) is str:
                make = _MAKERS.get(head)
                if make is None:
                    return special(head, item)
                return make(*[part if type(part) is str else node(part) for part in item[1:]])
            if head == _NUMBER:
                return item[1]
            if head == _DEFERRED and passages is not None:
                return Deferred.of(passages, item[1])
            if head == _SET:
                return frozenset(item[1:])
            if head == _MAPPING:
                found = [node(part) for part in item[1:]]
                return dict(zip(found[::2], found[1::2], strict=True))
            raise ValueError(f"unknown mark {head}")
        if kind is int:
            return Place(file, item // _MAX_COLUMN, item % _MAX_COLUMN)
        return item

    def special(head: str, item: _Json) -> Any:
        if head == "date":
            return dt.date.fromisoformat(item[1])
        if head == "Place":
            return Place(item[1], item[2], item[3])
        raise ValueError(f"unknown class {head}")

    return node(encoded)


__all__ = ["Block", "Deferred", "Encoder", "Inline", "Passages", "decode", "without_places"]

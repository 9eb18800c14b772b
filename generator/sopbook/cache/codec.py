"""Documents as JSON, in two parts: the outline, and the running text that few computations need.

The outline holds everything that other documents may see of one: numbers, titles, steps and who
takes them, questions, dates. Reading a thousand outlines is quick; running text is decoded for the
document that is asked for it. The format is plain data: msgspec makes of it what the annotations of
the model's classes say, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, SupportsIndex, TypeVar, get_type_hints, overload

import msgspec

from sopbook.cache.watch import note_text
from sopbook.compact_json import loads
from sopbook.model import Revision
from sopbook.node import Apart, Node
from sopbook.places import Place
from sopbook.prose import Block, Inline

_Json = Any
_T = TypeVar("_T")

# ------------------------------------------------------------------------------ deferring


class _Prose(Node, frozen=True):
    parts: tuple[Block | Inline, ...]


class _Keys(Node, frozen=True):
    parts: tuple[tuple[str, Place], ...]


class _Revisions(Node, frozen=True):
    parts: tuple[Revision, ...]


_Passage = _Prose | _Keys | _Revisions


@dataclass
class Passages:
    """What a document's outline leaves out, decoded when first asked for."""

    file: str
    fetch: Callable[[], bytes]
    _found: tuple[_Passage, ...] | None = None

    def passage(self, index: int) -> tuple[Any, ...]:
        """One passage. Whoever is watching (``cache.watch``) learns of it."""
        note_text(self.file)
        if self._found is None:
            self._found = _PASSAGES(self.fetch())
        return self._found[index].parts


class Deferred(Apart[Any]):
    """A passage that is fetched when somebody looks at it; behaves like the tuple it stands for."""

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


_NOTHING: Apart[Any] = Apart()

# ------------------------------------------------------------------------------- encoding


def taken_apart(node: Node | None) -> tuple[_Json, list[_Passage]]:
    """A document as it is kept: its outline, and the passages that this leaves out."""
    passages: list[_Passage] = []

    def defer(parts: tuple[Any, ...]) -> int:
        passages.append(_passage(parts))
        return len(passages) - 1

    return _taken(node, defer, lambda place: place), passages


def shown(node: Node | None) -> _Json:
    """What others may depend on: an outline without what it leaves out, and without where things stand."""
    return _taken(node, lambda _: 0, lambda _: None)


def _taken(value: object, defer: Callable[[tuple[Any, ...]], int], at: Callable[[Place], Place | None]) -> _Json:
    if isinstance(value, tuple):
        return [_taken(item, defer, at) for item in value]
    if isinstance(value, Place):
        return at(value)
    if not isinstance(value, Node):
        return value
    kind = type(value)
    apart = _apart(kind)
    found: list[_Json] = [kind.__name__]
    for name in kind.__struct_fields__:
        part = getattr(value, name)
        if name in apart:
            found.append(defer(part) if part else None)
        elif type(part) in _PLAIN:
            found.append(part)
        else:
            found.append(_taken(part, defer, at))
    return found


_PLAIN = frozenset({str, int, float, bool, type(None)})


@cache
def _apart(kind: type[Node]) -> frozenset[str]:
    """The parts that are annotated as being kept apart."""
    return frozenset(name for name, hint in get_type_hints(kind).items() if hint is Apart)


def _passage(parts: tuple[Any, ...]) -> _Passage:
    match parts[0]:
        case Revision():
            return _Revisions(parts)
        case tuple():
            return _Keys(parts)
    return _Prose(parts)


# ------------------------------------------------------------------------------- decoding


class Decoder(Generic[_T]):
    """Makes values of a type out of the JSON that was encoded."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._decoder = msgspec.json.Decoder(kind, dec_hook=self._put)
        self._passages: Passages | None = None

    def __call__(self, data: bytes, passages: Passages | None = None) -> _T:
        """The value. ``passages`` are what its outline leaves out, if it is a document.

        Raises ValueError for what was not encoded from a value of that type.
        """
        self._passages = passages
        try:
            return self._decoder.decode(data)  # type: ignore[no-any-return]
        except UnicodeDecodeError:
            return msgspec.convert(loads(data), self._kind, dec_hook=self._put)  # type: ignore[no-any-return]

    def _put(self, _: type, index: object) -> Apart[Any]:
        if index is None:
            return _NOTHING
        if self._passages is None or not isinstance(index, int):
            raise ValueError("no passage")
        return Deferred.of(self._passages, index)


_PASSAGES: Decoder[tuple[_Passage, ...]] = Decoder(tuple[_Passage, ...])

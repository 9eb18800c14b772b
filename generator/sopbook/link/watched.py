"""A handbook that notes what is asked of it (``cache.watch``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from sopbook.cache.watch import EVERYTHING, note
from sopbook.link.handbook import Handbook
from sopbook.model import Document

_K = TypeVar("_K")
_V = TypeVar("_V")


def watched(handbook: Handbook) -> Handbook:
    """The same handbook, noting."""
    # Numbers and anchors of a document are both what it shows of itself.
    return replace(
        handbook,
        documents=_Documents(handbook.documents),
        assets=_Noted("asset", handbook.assets),
        by_number=_Noted("document", handbook.by_number),
        facts=_Noted("facts", handbook.facts),
        anchors=_Noted("document", handbook.anchors),
        actors=_Noted("actor", handbook.actors),
        uses=_Noted("uses", handbook.uses),
        mentions=_Noted("mentions", handbook.mentions),
        names=_Noted("names", handbook.names),
        work=_Noted("work", handbook.work),
        questions=_Noted("questions", handbook.questions, "#".join),
    )


class _Noted(Mapping[_K, _V]):
    """A mapping that notes which key is asked for, or that somebody went through all of it."""

    def __init__(self, name: str, mapping: Mapping[_K, _V], spell: Callable[[Any], str] = str) -> None:
        self._name = name
        self._mapping = mapping
        self._spell = spell

    def _note(self, key: object) -> None:
        note(f"{self._name}:{self._spell(key)}")

    def __getitem__(self, key: _K) -> _V:
        self._note(key)
        return self._mapping[key]

    def get(self, key: _K, default: Any = None) -> Any:
        """As a dictionary's."""
        self._note(key)
        return self._mapping.get(key, default)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return key in self._mapping

    def __iter__(self) -> Iterator[_K]:
        note(EVERYTHING)
        return iter(self._mapping)

    def __len__(self) -> int:
        note(EVERYTHING)
        return len(self._mapping)


class _Documents(tuple[Document, ...]):
    """All documents; whoever looks through them depends on all."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Document]:
        note(EVERYTHING)
        return super().__iter__()

    def __len__(self) -> int:
        note(EVERYTHING)
        return super().__len__()

    def __getitem__(self, index: Any) -> Any:
        note(EVERYTHING)
        return super().__getitem__(index)

    def __contains__(self, item: object) -> bool:
        note(EVERYTHING)
        return super().__contains__(item)

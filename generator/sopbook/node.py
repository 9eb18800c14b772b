"""What documents are made of: immutable values with named parts, made and kept quickly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

_T = TypeVar("_T")
_N = TypeVar("_N", bound="Node")


class Node(Struct, frozen=True, array_like=True, tag=True, tag_field="class"):
    """An immutable value with named parts; equal to another of its class with equal parts.

    As JSON it is a list of the class's name and the parts in their order.
    """


class Apart(tuple[_T, ...]):
    """Parts of a document that others cannot see, which the cache therefore keeps apart (``cache.codec``).

    A document that was just read has plain tuples in such places.
    """


def rebuilt(node: _N, change: Callable[[Any], Any]) -> _N:
    """The node with each of its nodes and tuples as ``change`` makes it."""
    parts = ((name, getattr(node, name)) for name in node.__struct_fields__)
    return replace(node, **{name: change(part) for name, part in parts if isinstance(part, Node | tuple)})

"""YAML as a tree of strings, lists and mappings in which every value knows its place.

Scalars stay strings (``A/1``, ``1.10`` and ``no`` keep their spelling); the typed models decide
what they mean. Aliases and tags are refused, and depth is bounded, so that a few bytes of YAML
cannot become gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from sopbook.places import Place
from sopbook.read.collect import Collector

MAX_DEPTH = 12

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""LibYAML where PyYAML was built with it: it is about six times as fast."""

# PyYAML gives every event a mark, but types it as optional.
_Mark = Any

Value = str | list["Value"] | dict[str, "Value"]
Path = tuple[str | int, ...]


@dataclass
class Tree:
    """A YAML mapping, and the place of each value by its path (``("covers", 0)``).

    The place of a mapping's entry is that of its key.
    """

    values: dict[str, Value] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)


class _Refused(Exception):
    """A construct that front matter may not use."""

    def __init__(self, what: str, mark: _Mark) -> None:
        super().__init__(what)
        self.what = what
        self.mark = mark


def parse(text: str, file: str, first_line: int, collector: Collector) -> Tree | None:
    """Read a YAML mapping that starts on ``first_line`` of ``file``.

    Returns None, with a finding at the place of the mistake, if the text is not a YAML mapping.
    """
    builder = _Builder(file, first_line, collector)
    try:
        return builder.document(yaml.parse(text, Loader=_LOADER))
    except _Refused as refused:
        collector.add("SOP103", builder.place(refused.mark), problem=refused.what)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        collector.add("SOP103", builder.place(mark), problem=error.problem or "")
    except yaml.YAMLError as error:
        collector.add("SOP103", Place(file, first_line), problem=str(error).splitlines()[0])
    return None


class _Builder:
    def __init__(self, file: str, first_line: int, collector: Collector) -> None:
        self._file = file
        self._first_line = first_line
        self._collector = collector
        self._places: dict[Path, Place] = {}

    def place(self, mark: _Mark) -> Place:
        if mark is None:
            return Place(self._file, self._first_line)
        return Place(self._file, self._first_line + mark.line, mark.column + 1)

    def document(self, events: Iterator[yaml.Event]) -> Tree:
        for event in events:
            if isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
                continue
            if isinstance(event, yaml.StreamEndEvent):
                return Tree()
            value = self._node(event, events, ())
            for _ in events:  # the rest of the stream may still hold a syntax error
                pass
            if isinstance(value, dict):
                return Tree(value, self._places)
            if value == "":
                return Tree()
            raise _Refused("mapping", event.start_mark)
        return Tree()

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Value:
        if len(path) > MAX_DEPTH:
            raise _Refused("depth", event.start_mark)
        self._places.setdefault(path, self.place(event.start_mark))
        match event:
            case yaml.AliasEvent():
                raise _Refused("alias", event.start_mark)
            case yaml.ScalarEvent() | yaml.CollectionStartEvent() if event.tag not in (None, "!"):
                raise _Refused("tag", event.start_mark)
            case yaml.ScalarEvent():
                return str(event.value)
            case yaml.SequenceStartEvent():
                return self._sequence(events, path)
            case yaml.MappingStartEvent():
                return self._mapping(events, path)
        raise _Refused("mapping", event.start_mark)

    def _sequence(self, events: Iterator[yaml.Event], path: Path) -> list[Value]:
        found: list[Value] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._node(event, events, (*path, len(found))))
        return found

    def _mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise _Refused("key", event.start_mark)
            key = str(event.value)
            if key in found:
                self._collector.add("SOP107", self.place(event.start_mark), key, key=key)
            self._places[(*path, key)] = self.place(event.start_mark)
            found[key] = self._node(next(events), events, (*path, key))
        return found

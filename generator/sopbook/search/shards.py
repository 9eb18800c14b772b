"""The index as static files for the browser, in pieces that are fetched when a query needs them.

``core.json`` has what every query needs and does not grow with the handbook. The vocabulary is
spread over ``v*.json`` by the key of each token; the long lists of postings of a shard are in
``p*-*.json``; each document has its own file. So the bytes before a first result depend on the
query, not on the handbook.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sopbook.cache.tool import digest, tool_digest
from sopbook.compact_json import dumps
from sopbook.link.handbook import Handbook
from sopbook.locales import Locale, locale
from sopbook.model import Kind
from sopbook.search.gifts import Head
from sopbook.search.guesses import bloom_filter
from sopbook.search.index import Frame, Token, frame_of, token_of
from sopbook.search.keys import shard_of
from sopbook.search.relevance import relevance
from sopbook.search.vocabulary import Vocabulary, long_lists, vocabulary_of

FOLDER = "assets/search/index"


@dataclass(frozen=True, slots=True)
class SearchFile:
    """A file: a digest of what decides its bytes, and how to make it."""

    inputs: str
    make: Callable[[], bytes]


def search_files(handbook: Handbook) -> dict[str, SearchFile]:
    """The files by their path in the site."""
    vocabulary, frame = vocabulary_of(handbook), frame_of(handbook)
    heads = vocabulary.gifts.heads
    beside = _beside(frame, len(vocabulary.shards))
    found = {"core": _whole(_core(frame, len(vocabulary.shards))), "facets": _whole(_facets(heads))}
    found["ahead"] = _whole(_ahead(vocabulary))
    for position, head in enumerate(heads):
        found[f"d{position}"] = SearchFile(digest("entry", head.file), partial(vocabulary.gifts.file, position))
    for number, described in enumerate(vocabulary.shards):
        decides = digest("shard", tool_digest(), described.sha, str(vocabulary.size))
        with_characters = digest(decides, dumps(beside[number]))
        found[f"v{number}"] = SearchFile(with_characters, partial(_vocabulary_file, vocabulary, number, beside[number]))
        for index in range(len(described.lists)):
            found[f"p{number}-{index}"] = SearchFile(decides, partial(_postings_file, vocabulary, number, index))
    return {f"{FOLDER}/{name}.json": file for name, file in found.items()}


def _whole(value: Any) -> SearchFile:
    data = dumps(value)
    return SearchFile(digest(data), partial(bytes, data))


# ----------------------------------------------------------------------------- the vocabulary


def _vocabulary_file(vocabulary: Vocabulary, number: int, beside: Mapping[str, Mapping[str, str]]) -> bytes:
    shard = vocabulary.shard(number)
    home = {text: index for index, texts in enumerate(long_lists(shard)) for text in texts}
    tokens = (token_of(text, word, vocabulary.size) for text, word in shard.items())
    return dumps({"t": {token.text: _token(token, home.get(token.text)) for token in tokens}, **beside})


def _token(token: Token, home: int | None) -> list[Any]:
    return [token.idf, token.flags, "\n".join(token.forms), _flat(token) if home is None else home]


def _postings_file(vocabulary: Vocabulary, number: int, index: int) -> bytes:
    shard = vocabulary.shard(number)
    texts = long_lists(shard)[index]
    return dumps({text: _flat(token_of(text, shard[text], vocabulary.size)) for text in texts})


def _flat(token: Token) -> list[int]:
    """Postings as one list: how far on the next document is, and its strength."""
    flat: list[int] = []
    before = 0
    for position, strength in token.postings:
        flat += (position - before, strength)
        before = position
    return flat


def _beside(frame: Frame, count: int) -> list[dict[str, dict[str, str]]]:
    """What else each piece of the vocabulary has: its characters, and the neighbours of these in names."""
    found: list[dict[str, dict[str, str]]] = [{"c": {}, "b": {}, "a": {}} for _ in range(count)]
    for char, known in frame.characters.items():
        found[shard_of(char, count)]["c"][char] = f"{known.reading} {known.like}".strip()
    for name, neighbours in (("b", frame.firsts), ("a", frame.seconds)):
        for char, others in neighbours.items():
            found[shard_of(char, count)][name][char] = others
    return found


# --------------------------------------------------------------------------- what every query needs


def _facets(heads: Sequence[Head]) -> dict[str, Any]:
    """What documents are filtered by: the values, and for each document which of them it has."""
    kinds = sorted({head.kind for head in heads})
    departments = sorted({head.department for head in heads})
    posts: dict[str, list[int]] = defaultdict(list)
    for position, head in enumerate(heads):
        for role in head.roles:
            posts[role].append(position)
    roles = sorted(posts)
    return {
        "kinds": kinds,
        "kind": [kinds.index(head.kind) for head in heads],
        "departments": departments,
        "department": [departments.index(head.department) for head in heads],
        "roles": roles,
        "role": [posts[role] for role in roles],
    }


def _core(frame: Frame, count: int) -> dict[str, Any]:
    words = locale(frame.language)
    return {
        "shards": count,
        "unknown": frame.unknown,
        "stop": sorted(frame.stop),
        "particles": sorted(frame.particles),
        "limits": sorted(frame.limits),
        "asked_kinds": dict(frame.kinds),
        "simplified": "".join(old + new for old, new in frame.simplified.items()),
        "relevance": relevance(),
        "words": _words(words),
        "kinds": {kind.value: words.word("kinds", kind) for kind in Kind},
    }


def _ahead(vocabulary: Vocabulary) -> dict[str, Any]:
    """What tells without a piece of the vocabulary what to fetch of it."""
    shards = vocabulary.shards
    return {
        # A digit each: no list, one file of them, or several; of these, all but the first have their first token here.
        "lists": "".join(str(min(2, len(shard.lists))) for shard in shards),
        "starts": {str(number): shard.lists[1:] for number, shard in enumerate(shards) if len(shard.lists) > 1},
        "guesses": b64encode(bloom_filter([value for shard in shards for value in shard.guessed])).decode(),
    }


def _words(words: Locale) -> dict[str, str]:
    return {key: found[0] for key, found in words.words("search_ui").items()}

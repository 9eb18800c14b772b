"""The index as static files for the browser, in pieces that are fetched when a query needs them.

``core.json`` has what every query needs and does not grow with the handbook. The vocabulary is
spread over ``v*.json`` by the key of each token; long lists of postings are in ``p*.json``; each
document has its own file. So the bytes before a first result depend on the query, not on the handbook.
"""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sopbook.locales import Locale, locale
from sopbook.model import Kind
from sopbook.search.entries import Entry
from sopbook.search.index import Index, Token, key_of
from sopbook.search.relevance import relevance

FOLDER = "assets/search/index"

_SHARD = 2_000
"""Bytes of a piece of the vocabulary, uncompressed, as they should be on average."""

_POSTINGS = 6_000
"""Bytes at which a file of postings is full."""

_INLINE = 12
"""Shorter lists of postings stay in the vocabulary."""


def search_files(index: Index) -> dict[str, bytes]:
    """The files by their path in the site."""
    files: dict[str, Any] = {}
    home: dict[str, int] = {}
    for number, piece in enumerate(_packed(index)):
        files[f"p{number}"] = piece
        home.update(dict.fromkeys(piece, number))
    vocabulary = {token.text: _token(token, home) for token in index.tokens.values()}
    size = sum(len(_json({text: value})) for text, value in vocabulary.items())
    count = max(1, size // _SHARD)
    shards: dict[int, dict[str, Any]] = {number: {"t": {}, "c": {}, "b": {}, "a": {}} for number in range(count)}
    for text, value in vocabulary.items():
        shards[shard_of(key_of(text), count)]["t"][text] = value
    for char, known in index.characters.items():
        shards[shard_of(char, count)]["c"][char] = f"{known.reading} {known.like}".strip()
    for char, before in index.firsts.items():
        shards[shard_of(char, count)]["b"][char] = before
    for char, after in index.seconds.items():
        shards[shard_of(char, count)]["a"][char] = after
    files |= {f"v{number}": shard for number, shard in shards.items()}
    files |= {f"d{position}": _document(entry) for position, entry in enumerate(index.entries)}
    files["facets"] = _facets(index.entries)
    files["core"] = _core(index, count)
    return {f"{FOLDER}/{name}.json": _json(value) for name, value in files.items()}


def shard_of(key: str, count: int) -> int:
    """The piece of the vocabulary that has a key: FNV-1a (Fowler, Noll, Vo) over its characters."""
    value = 0x811C9DC5
    for char in key:
        value = ((value ^ ord(char)) * 0x01000193) & 0xFFFFFFFF
    return value % count


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _token(token: Token, home: Mapping[str, int]) -> list[Any]:
    where = home.get(token.text)
    return [token.idf, token.flags, "\n".join(token.forms), _flat(token) if where is None else where]


def _flat(token: Token) -> list[int]:
    """Postings as one list: how far on the next document is, and its strength."""
    flat: list[int] = []
    before = 0
    for position, strength in token.postings:
        flat += (position - before, strength)
        before = position
    return flat


def _packed(index: Index) -> Iterator[dict[str, list[int]]]:
    """The long lists of postings, in files of about one size; neighbours stay together."""
    piece: dict[str, list[int]] = {}
    size = 0
    for token in index.tokens.values():
        if len(token.postings) <= _INLINE:
            continue
        flat = _flat(token)
        size += len(_json(flat))
        piece[token.text] = flat
        if size >= _POSTINGS:
            yield piece
            piece, size = {}, 0
    if piece:
        yield piece


def _document(entry: Entry) -> dict[str, Any]:
    """A document; what is empty is left out."""
    parts = [[p.type, p.anchor, p.title, p.text, " ".join(p.names), p.who, p.limit, p.also] for p in entry.parts]
    for part in parts:
        while part and not part[-1]:
            part.pop()
    value = dataclasses.asdict(entry) | {
        "parts": parts,
        "calls": [[call.name, *call.phones] for call in entry.calls],
        "actions": entry.actions if entry.urgent else (),
    }
    return {key: item for key, item in value.items() if item}


def _facets(entries: Sequence[Entry]) -> dict[str, Any]:
    """What documents are filtered by: the values, and for each document which of them it has."""
    kinds = sorted({str(entry.kind) for entry in entries})
    departments = sorted({entry.department for entry in entries})
    posts: dict[str, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        for role in entry.roles:
            posts[role].append(position)
    roles = sorted(posts)
    return {
        "kinds": kinds,
        "kind": [kinds.index(entry.kind) for entry in entries],
        "departments": departments,
        "department": [departments.index(entry.department) for entry in entries],
        "roles": roles,
        "role": [posts[role] for role in roles],
    }


def _core(index: Index, count: int) -> dict[str, Any]:
    words = locale(index.language)
    return {
        "shards": count,
        "unknown": index.unknown,
        "stop": sorted(index.stop),
        "particles": sorted(index.particles),
        "limits": sorted(index.limits),
        "simplified": "".join(old + new for old, new in index.simplified.items()),
        "relevance": relevance(),
        "words": _words(words),
        "kinds": {kind.value: words.word("kinds", kind) for kind in Kind},
    }


def _words(words: Locale) -> dict[str, str]:
    return {key: found[0] for key, found in words.words("search_ui").items()}

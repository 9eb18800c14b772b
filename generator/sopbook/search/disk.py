"""The index on disk for the command line, kept by Whoosh in ``build/index``.

Whoosh stores the documents, what they are filtered by, and the postings with the strengths worked
out in ``index``; a second Whoosh index in the same folder holds the vocabulary. Ranking is
``rank``'s, as everywhere.
"""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from whoosh import fields
from whoosh.analysis import DelimitedAttributeFilter, RegexTokenizer
from whoosh.index import create_in, open_dir
from whoosh.query import And, Every, Term
from whoosh.query import Query as WhooshQuery

from sopbook.edition import recover_folder, switch_folder
from sopbook.search.entries import Call, Entry, Part
from sopbook.search.index import Character, Index, Token, key_of
from sopbook.search.text import normalise

STAMP = "stamp.json"
_DOCUMENTS, _WORDS = "documents", "words"
_MEMORY = 512  # MiB that Whoosh may use while it sorts postings
_STRENGTHS = RegexTokenizer(r"[^\n]+") | DelimitedAttributeFilter("\t", "boost", 1.0, float)
"""A document's tokens as lines of ``token TAB strength``: the strengths are worked out already."""


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """What to search in: everything, unless a kind, role or department is named."""

    kind: str = ""
    role: str = ""
    department: str = ""

    def query(self) -> WhooshQuery:
        """The filter as a query to Whoosh."""
        terms = [Term(name, value) for name, value in dataclasses.asdict(self).items() if value]
        return And(terms) if terms else Every()


def write(index: Index, folder: Path, digest: str) -> None:
    """Put the index in the place of the one in ``folder``, in one go. The same index gives the same bytes."""
    recover_folder(folder)
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    with _no_chance():
        _write_documents(index, fresh)
        _write_words(index, fresh)
    for lock in fresh.glob("*LOCK"):
        lock.unlink()
    (fresh / STAMP).write_text(json.dumps({"digest": digest, **_settings(index)}, ensure_ascii=False), "utf-8")
    switch_folder(fresh, folder)


def digest_of(folder: Path) -> str:
    """What the index in a folder was made from; empty if there is none."""
    try:
        return str(json.loads((folder / STAMP).read_text("utf-8"))["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


@contextmanager
def _no_chance() -> Iterator[None]:
    """Whoosh names its files by chance; the same index shall have the same names.

    (Nor are the files put together into one: that would hold the time of day.)
    """
    state = random.getstate()
    random.seed(0)
    try:
        yield
    finally:
        random.setstate(state)


def _settings(index: Index) -> dict[str, Any]:
    return {
        "language": index.language,
        "unknown": index.unknown,
        "stop": sorted(index.stop),
        "particles": sorted(index.particles),
        "limits": sorted(index.limits),
        "kinds": dict(index.kinds),
        "simplified": dict(index.simplified),
        "count": len(index.entries),
    }


def _write_documents(index: Index, folder: Path) -> None:
    schema = fields.Schema(
        kind=fields.ID(),
        department=fields.ID(),
        role=fields.KEYWORD(commas=True),
        tokens=fields.TEXT(analyzer=_STRENGTHS, phrase=False),
        entry=fields.STORED(),
    )
    lines: list[list[str]] = [[] for _ in index.entries]
    for token in index.tokens.values():
        for position, strength in token.postings:
            lines[position].append(f"{token.text}\t{strength}")
    writer = create_in(str(folder), schema, _DOCUMENTS).writer(limitmb=_MEMORY, compound=False)
    for entry, tokens in zip(index.entries, lines, strict=True):
        writer.add_document(
            kind=str(entry.kind),
            department=entry.department,
            role=",".join(role.replace(",", " ") for role in entry.roles),
            tokens="\n".join(tokens),
            entry=json.dumps(dataclasses.asdict(entry), ensure_ascii=False),
        )
    writer.commit(optimize=True)


def _write_words(index: Index, folder: Path) -> None:
    """One entry for each key: its tokens, and (where it is a character) what is known of that."""
    schema = fields.Schema(key=fields.ID(), known=fields.STORED())
    writer = create_in(str(folder), schema, _WORDS).writer(limitmb=_MEMORY, compound=False)
    for key in sorted({*index.keys, *index.characters}):
        tokens = [[token.text, token.idf, token.flags, token.forms] for token in index.keys.get(key, ())]
        character = index.characters.get(key)
        known = [
            tokens,
            character and [character.reading, character.like],
            index.firsts.get(key, ""),
            index.seconds.get(key, ""),
        ]
        writer.add_document(key=key, known=json.dumps(known, ensure_ascii=False))
    writer.commit(optimize=True)


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """Idf, flags and forms of the tokens with a key; its character, and its neighbours in names."""

    tokens: Mapping[str, list[Any]]
    character: Character | None
    before: str
    after: str


class DiskIndex:
    """An index on disk: the vocabulary for ``query``, the documents for ``rank``."""

    def __init__(self, folder: Path) -> None:
        """Open the index. Raises ``whoosh.index.IndexError`` if there is none, or it is no good."""
        settings = json.loads((folder / STAMP).read_text("utf-8"))
        self.language: str = settings["language"]
        self.unknown: int = settings["unknown"]
        self.stop: frozenset[str] = frozenset(settings["stop"])
        self.particles: frozenset[str] = frozenset(settings["particles"])
        self.limits: frozenset[str] = frozenset(settings["limits"])
        self.kinds: Mapping[str, tuple[str, ...]] = {kind: tuple(words) for kind, words in settings["kinds"].items()}
        self.simplified: Mapping[str, str] = settings["simplified"]
        self._documents = open_dir(str(folder), _DOCUMENTS).searcher()
        self._words = open_dir(str(folder), _WORDS).searcher()
        self._known = lru_cache(maxsize=None)(self._read)
        self._token = lru_cache(maxsize=None)(self._make)

    def positions(self, wanted: Filter) -> frozenset[int]:
        """The documents that a filter lets through."""
        return frozenset(self._documents.docs_for_query(wanted.query()))

    def values(self, name: str) -> list[str]:
        """The values of what can be filtered by: ``kind``, ``role`` or ``department``."""
        return [value.decode() for value in self._documents.reader().lexicon(name)]

    def entry(self, position: int) -> Entry:
        """The document at a position."""
        value = json.loads(self._documents.stored_fields(position)["entry"])
        value["parts"] = tuple(Part(**{**part, "names": tuple(part["names"])}) for part in value["parts"])
        value["calls"] = tuple(Call(call["name"], tuple(call["phones"])) for call in value["calls"])
        for name in ("roles", "names", "actions"):
            value[name] = tuple(value[name])
        return Entry(**value)

    def clean(self, text: str) -> str:
        """A text as queries are spelt."""
        return normalise(text, self.simplified)

    def get(self, token: str) -> Token | None:
        """The token, or None."""
        return self._token(token) if token in self._known(key_of(token)).tokens else None

    def starting(self, key: str) -> Sequence[Token]:
        """Every token with that key, in order."""
        return [self._token(text) for text in self._known(key).tokens]

    def character(self, char: str) -> Character | None:
        """What is known of a Chinese character."""
        return self._known(char).character

    def before(self, char: str) -> str:
        """The characters with which a word of a name begins that has ``char`` as its second one, commonest first."""
        return self._known(char).before

    def after(self, char: str) -> str:
        """The second characters of the words of names that begin with ``char``, commonest first."""
        return self._known(char).after

    def _make(self, text: str) -> Token:
        idf, flags, forms = self._known(key_of(text)).tokens[text]
        matcher = self._documents.postings("tokens", text)
        postings = []
        while matcher.is_active():
            postings.append((matcher.id(), round(matcher.weight())))
            matcher.next()
        return Token(text, idf, tuple(postings), flags, tuple(forms))

    def _read(self, key: str) -> _Known:
        reader = self._words.reader()
        if ("key", key) not in reader:
            return _Known({}, None, "", "")
        number = next(iter(reader.postings("key", key).all_ids()))
        tokens, character, before, after = json.loads(self._words.stored_fields(number)["known"])
        return _Known({text: rest for text, *rest in tokens}, character and Character(*character), before, after)

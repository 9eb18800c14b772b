"""Digests that tell what an output depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from sopbook.cache.codec import shown
from sopbook.cache.store import Store
from sopbook.cache.tool import digest, tool_digest
from sopbook.cache.watch import EVERYTHING, TEXT, answer
from sopbook.compact_json import dumps
from sopbook.link.handbook import Handbook
from sopbook.link.watched import watched
from sopbook.model import Document, Kind, Name, Role
from sopbook.places import Place
from sopbook.read.tree import Sources

_ABSENT = ""

_DIGEST_CHARS = 24


class Versions:
    """The digests of a handbook as it stands.

    ``base`` changes with the tool, the settings, and the names of files that could not be read.
    ``content`` (by file) changes with any byte of a document, and with the tool. ``digest_of`` knows
    the digest of whatever a computation can have looked at (``cache.watch``). ``store`` is
    for ``cache.kept``. ``counted`` is the handbook that notes what is asked of it.
    """

    def __init__(self, sources: Sources, handbook: Handbook, store: Store) -> None:
        self._handbook = handbook
        self.counted = replace(watched(handbook), versions=self)
        self.store = store
        self.content: Mapping[str, str] = {reading.file: reading.content for reading in sources.readings}
        self._shown = {
            reading.file: digest(reading.file, reading.outline, *reading.facts.mentioned)
            for reading in sources.readings
        }
        unread = [name for reading in sources.readings if not reading.document for name in sorted(reading.names)]
        settings = dumps(shown(sources.settings))
        self.base = digest(tool_digest(), settings, *unread)
        self._known: dict[str, str] = {}

    def of(self, document: Document) -> str:
        """The digest of a document and of what holds for all; not of what it looks up in others."""
        return digest(self.base, self.content[document.place.file])

    @cached_property
    def outlines(self) -> str:
        """Changes with whatever one document may see of another, which is all but running text and line numbers."""
        files = sorted(f"{file} {size}" for file, size in self._handbook.assets.items())
        return digest(self.base, *(f"{file}={shown}" for file, shown in self._shown.items()), *files)

    @cached_property
    def everything(self) -> str:
        """Changes with any byte of any document."""
        return digest(self.outlines, *(f"{file}={content}" for file, content in sorted(self.content.items())))

    def changed(self, earlier: Mapping[str, str]) -> frozenset[str]:
        """The keys of ``cache.watch`` that stand for something else than when they had these digests."""
        return frozenset(key for key, found in earlier.items() if self.digest_of(key) != found)

    def digest_of(self, key: str) -> str:
        """The digest of what a key of ``cache.watch`` stands for."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = digest(self._digest_of(key))[:_DIGEST_CHARS]
        return found

    # ------------------------------------------------------------------ what keys stand for

    def _digest_of(self, key: str) -> str:
        if key == EVERYTHING:
            return self.outlines
        name, _, word = key.partition(":")
        if name == TEXT:
            return self.content.get(word, _ABSENT)
        look = _LOOKS.get(name)
        if look is not None:
            return look(self, word)
        # Of the same handbook as all others ask, so that what is remembered of it is found again.
        said = answer(name, self.counted, word)
        # What nobody knows any more counts as changed.
        return self.everything if said is None else digest(said)

    def _document(self, number: str) -> str:
        document = self._handbook.by_number.get(number)
        return self._shown_by(document) if document else _ABSENT

    def _shown_by(self, document: Document) -> str:
        return f"{document.id} {self._shown[document.place.file]}"

    def _facts(self, number: str) -> str:
        document = self._handbook.by_number.get(number)
        return self.content[document.place.file] if document else _ABSENT

    def _asset(self, path: str) -> str:
        return str(self._handbook.assets.get(path, _ABSENT))

    def _actor(self, name: str) -> str:
        actor = self._handbook.actors.get(name)
        if actor is None:
            return _ABSENT
        if actor.role:
            return self._shown_by(actor.role)
        partner = actor.partner
        return repr(partner and (partner.title, partner.aliases, partner.group))

    def _contact(self, name: str) -> str:
        contact = self._handbook.contact(Name(name, Place("")))
        return repr(contact and (contact.phones, contact.hours, contact.group))

    def _all(self, documents: Iterable[Document]) -> str:
        return digest(*map(self._shown_by, documents))

    def _uses(self, number: str) -> str:
        uses = self._handbook.uses.get(number, ())
        return digest(*(f"{self._shown_by(use.document)} {use.step.anchor}" for use in uses))

    def _work(self, title: str) -> str:
        work = self._handbook.work.get(title, ())
        return digest(*(f"{self._shown_by(one.document)} {one.step.anchor} {one.responsible}" for one in work))

    def _questions(self, tested: str) -> str:
        number, _, anchor = tested.partition("#")
        asked = self._handbook.questions.get((number, anchor), ())
        return digest(*(f"{self._shown_by(one.document)} {one.question.anchor}" for one in asked))

    def _banks(self, number: str) -> str:
        document = self._handbook.by_number.get(number)
        return self._all(self._handbook.banks_for(document)) if document else _ABSENT

    def _subordinates(self, number: str) -> str:
        role = self._handbook.by_number.get(number)
        return self._all(self._handbook.subordinates(role)) if isinstance(role, Role) else _ABSENT


_LOOKS: Mapping[str, Callable[[Versions, str], str]] = {
    "document": Versions._document,
    "facts": Versions._facts,
    "asset": Versions._asset,
    "actor": Versions._actor,
    "contact": Versions._contact,
    "kind": lambda versions, kind: versions._all(versions._handbook.of_kind(Kind(kind))),
    "uses": Versions._uses,
    "mentions": lambda versions, number: versions._all(versions._handbook.mentions.get(number, ())),
    "names": lambda versions, number: versions._all(versions._handbook.names.get(number, ())),
    "work": Versions._work,
    "questions": Versions._questions,
    "banks": Versions._banks,
    "subordinates": Versions._subordinates,
}


def versions_of(sources: Sources, handbook: Handbook, store: Store) -> Versions | None:
    """The digests of what was read; None if it was read by somebody who counts no changes.

    ``handbook`` is what was linked from it, and notes nothing.
    """
    return Versions(sources, handbook, store) if all(reading.content for reading in sources.readings) else None

"""Anki (.apkg), cards to learn from: the question on one side, the answer with its rationale on the other.

Carried: every type of question with pictures, tables and rationale; a deck for each document, tags
for what is tested and how hard it is. A question keeps its card when the deck is imported again, and
with it what one has learnt.

Not carried: marking, for Anki's learners judge themselves; pass mark, selection and shuffling. A
case becomes a card for each of its questions, with the situation on each.

The file is the collection of Anki 2.1 (schema 11), which every version imports.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import re
import sqlite3
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from sopbook.locales import Text, locale
from sopbook.model import QuestionType
from sopbook.questions import incoming, losses
from sopbook.questions.formats import Format, Written
from sopbook.questions.html import Fragment
from sopbook.questions.incoming import number_text
from sopbook.questions.losses import Ledger
from sopbook.questions.quiz import Asked, Quiz, drawn
from sopbook.word.package import pack_parts

_MODEL = 1_764_000_000_000
_EPOCH = dt.date(1970, 1, 1)
_SEPARATOR = "\x1f"
_FIELDS = ("Question", "Answer", "Source")
_FRAGMENT = Fragment(lambda name: quote(name))
_ORDER_NOTE = Text("请说出正确的先后", "Say them in the right order")
_PAIR_NOTE = Text("请配对", "Pair them")

_SCHEMA = """
CREATE TABLE col (id integer primary key, crt integer not null, mod integer not null, scm integer not null,
    ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null,
    models text not null, decks text not null, dconf text not null, tags text not null);
CREATE TABLE notes (id integer primary key, guid text not null, mid integer not null, mod integer not null,
    usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null,
    flags integer not null, data text not null);
CREATE TABLE cards (id integer primary key, nid integer not null, did integer not null, ord integer not null,
    mod integer not null, usn integer not null, type integer not null, queue integer not null,
    due integer not null, ivl integer not null, factor integer not null, reps integer not null,
    lapses integer not null, left integer not null, odue integer not null, odid integer not null,
    flags integer not null, data text not null);
CREATE TABLE revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null,
    ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null,
    type integer not null);
CREATE TABLE graves (usn integer not null, oid integer not null, type integer not null);
CREATE INDEX ix_notes_usn ON notes (usn);
CREATE INDEX ix_notes_csum ON notes (csum);
CREATE INDEX ix_cards_usn ON cards (usn);
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_cards_sched ON cards (did, queue, due);
CREATE INDEX ix_revlog_usn ON revlog (usn);
CREATE INDEX ix_revlog_cid ON revlog (cid);
"""
_STYLE = """
.card { font: 1.1rem/1.6 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; }
.card { text-align: left; max-width: 40rem; margin: auto; }
.situation, .rationale { border-left: 4px solid #8aa; padding: 0.25rem 0.75rem; margin: 0.75rem 0; }
.source { opacity: 0.7; font-size: 0.85rem; }
table { border-collapse: collapse; } th, td { border: 1px solid #8aa; padding: 0.25rem 0.5rem; }
img { max-width: 100%; }
""".strip()


def write(quiz: Quiz) -> Written:
    """The quiz as a package of Anki."""
    ledger = Ledger(quiz)
    ledger.add(None, losses.TERMS)
    asked = drawn(quiz).asked
    for one in asked:
        if one.case:
            ledger.add(one, losses.CASE)
    pictures = list(quiz.media)
    parts = {str(number): quiz.media[name] for number, name in enumerate(pictures)}
    parts["media"] = json.dumps({str(number): name for number, name in enumerate(pictures)}).encode()
    parts["collection.anki2"] = _collection(quiz, asked)
    return Written(pack_parts(parts), ledger.losses)


def _number(name: str) -> int:
    """A number for a name that stays the same (a time in milliseconds, as Anki's own numbers are)."""
    return 1_500_000_000_000 + int(hashlib.sha256(name.encode()).hexdigest()[:9], 16) % 200_000_000_000


def _collection(quiz: Quiz, asked: Iterable[Asked]) -> bytes:
    moment = (quiz.edition - _EPOCH).days * 86_400
    database = sqlite3.connect(":memory:")
    database.executescript(_SCHEMA)
    decks = {"1": _deck(1, "Default", moment)}
    ids: set[int] = set()
    for due, one in enumerate(asked, start=1):
        deck = f"{quiz.title}::{one.id.partition('#')[0]}"
        number = _number(deck)
        decks[str(number)] = _deck(number, deck, moment)
        note = _number(one.id)
        while note in ids:
            note += 1
        ids.add(note)
        _add_note(database, quiz, one, note, number, moment, due)
    values = (
        1, moment, moment * 1000, moment * 1000, 11, 0, 0, 0,
        json.dumps({"nextPos": 1, "curDeck": 1, "activeDecks": [1], "curModel": str(_MODEL), "sortType": "noteFld"}),
        json.dumps({str(_MODEL): _model(moment)}),
        json.dumps(decks, ensure_ascii=False),
        json.dumps({"1": _options(moment)}),
        "{}",
    )  # fmt: skip
    database.execute(f"INSERT INTO col VALUES ({','.join('?' * 13)})", values)  # noqa: S608 - question marks
    database.commit()
    database.execute("VACUUM")
    data = bytearray(database.serialize())
    database.close()
    # The version of the library that wrote (SQLite file format, 1.3): no part of what is said.
    data[96:100] = bytes(4)
    return bytes(data)


def _add_note(
    database: sqlite3.Connection, quiz: Quiz, asked: Asked, note: int, deck: int, moment: int, due: int
) -> None:
    fields = (str(_front(quiz, asked)), str(_back(quiz, asked)), f"{asked.id} {' '.join(asked.tests)}".strip())
    plain = re.sub(r"<[^>]*>", "", fields[0])
    checksum = int(hashlib.sha1(plain.encode(), usedforsecurity=False).hexdigest()[:8], 16)
    guid = hashlib.sha256(f"sopbook {asked.id}".encode()).hexdigest()[:16]
    tags = [*asked.tests, incoming.difficulty_tag(asked.question.difficulty, quiz.language)]
    written = " ".join(re.sub(r"\s+", "_", tag) for tag in tags)
    database.execute(
        "INSERT INTO notes VALUES (?,?,?,?,-1,?,?,?,?,0,'')",
        (note, guid, _MODEL, moment, f" {written} ", _SEPARATOR.join(fields), plain, checksum),
    )
    database.execute(
        "INSERT INTO cards VALUES (?,?,?,0,?,-1,0,0,?,0,0,0,0,0,0,0,0,'')", (note, note, deck, moment, due)
    )


# -------------------------------------------------------------------------- sides


def _front(quiz: Quiz, asked: Asked) -> Markup:
    question = asked.question
    parts: list[Markup] = []
    if asked.situation:
        parts.append(Markup('<div class="situation">{}</div>').format(_FRAGMENT.blocks(asked.situation)))
    parts.append(Markup("<p><b>{}</b></p>").format(_FRAGMENT.inlines(question.stem)))
    parts.append(_FRAGMENT.blocks(question.body))
    words = locale(quiz.language)
    match question.type:
        case QuestionType.SINGLE | QuestionType.MULTIPLE:
            parts.append(_listed((_FRAGMENT.inlines(option.text) for option in question.options), "ol", "A"))
        case QuestionType.TRUE_FALSE:
            parts.append(Markup("<p>{} / {}</p>").format(words.word("ui", "true"), words.word("ui", "false")))
        case QuestionType.ORDERING:
            parts.append(Markup("<p>{}</p>").format(_ORDER_NOTE.in_language(quiz.language)))
            parts.append(_listed(_mixed([_FRAGMENT.inlines(option.text) for option in question.options], asked), "ul"))
        case QuestionType.MATCHING:
            parts.append(Markup("<p>{}</p>").format(_PAIR_NOTE.in_language(quiz.language)))
            parts.append(_listed((_FRAGMENT.inlines(pair.left) for pair in question.pairs), "ul"))
            parts.append(_listed(_mixed([_FRAGMENT.inlines(pair.right) for pair in question.pairs], asked), "ol", "A"))
        case QuestionType.NUMBER if question.answer.unit:
            parts.append(Markup("<p>({})</p>").format(question.answer.unit))
    return Markup("").join(parts)


def _back(quiz: Quiz, asked: Asked) -> Markup:
    rationale = _FRAGMENT.blocks(asked.question.rationale)
    told = Markup('<div class="rationale">{}</div>').format(rationale) if rationale else Markup("")
    return _answer(quiz, asked) + told


def _answer(quiz: Quiz, asked: Asked) -> Markup:
    question = asked.question
    answer = question.answer
    match question.type:
        case QuestionType.SINGLE | QuestionType.MULTIPLE:
            right = (
                Markup("<b>{}</b> {}").format(chr(65 + index) if index < 26 else "", _FRAGMENT.inlines(option.text))
                for index, option in enumerate(question.options)
                if option.correct
            )
            return _listed(right, "ul")
        case QuestionType.TRUE_FALSE:
            word = locale(quiz.language).word("ui", "true" if answer.truth else "false")
            return Markup("<p><b>{}</b></p>").format(word)
        case QuestionType.ORDERING:
            return _listed((_FRAGMENT.inlines(option.text) for option in question.options), "ol")
        case QuestionType.MATCHING:
            pairs = ((_FRAGMENT.inlines(pair.left), _FRAGMENT.inlines(pair.right)) for pair in question.pairs)
            return _listed((Markup("{} → {}").format(left, right) for left, right in pairs), "ul")
        case QuestionType.NUMBER:
            slack = f" ± {number_text(answer.tolerance)}" if answer.tolerance else ""
            number = f"{number_text(answer.number or 0.0)}{slack} {answer.unit}".strip()
            return Markup("<p><b>{}</b></p>").format(number)
    return Markup("<p><b>{}</b></p>").format(Markup(" / ").join(escape(variant) for variant in answer.variants))


def _listed(rows: Iterable[Markup], tag: str, kind: str = "") -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(row) for row in rows)
    attribute = Markup(' type="{}"').format(kind) if kind else Markup("")
    return Markup("<{0}{1}>{2}</{0}>").format(tag, attribute, items)


def _mixed(rows: list[Markup], asked: Asked) -> list[Markup]:
    order = list(rows)
    random.Random(asked.id).shuffle(order)  # noqa: S311 - an order, not a secret
    return order if order != rows else order[::-1]


# -------------------------------------------------------------- what Anki wants to know


def _deck(number: int, name: str, moment: int) -> dict[str, Any]:
    today = [0, 0]
    return {
        "id": number, "name": name, "desc": "", "conf": 1, "dyn": 0, "collapsed": False, "mod": moment, "usn": -1,
        "extendNew": 10, "extendRev": 50, "newToday": today, "revToday": today, "lrnToday": today, "timeToday": today,
    }  # fmt: skip


def _model(moment: int) -> dict[str, Any]:
    fields = [
        {"name": name, "ord": index, "font": "Arial", "size": 20, "rtl": False, "sticky": False, "media": []}
        for index, name in enumerate(_FIELDS)
    ]
    template = {
        "name": "Card 1", "ord": 0, "did": None, "bqfmt": "", "bafmt": "",
        "qfmt": "{{Question}}",
        "afmt": '{{FrontSide}}<hr id="answer">{{Answer}}<p class="source">{{Source}}</p>',
    }  # fmt: skip
    return {
        "id": _MODEL, "name": "sopbook", "type": 0, "mod": moment, "usn": -1, "sortf": 0, "did": 1, "tags": [],
        "vers": [], "flds": fields, "tmpls": [template], "css": _STYLE, "latexPre": "", "latexPost": "",
        "req": [[0, "all", [0]]],
    }  # fmt: skip


def _options(moment: int) -> dict[str, Any]:
    return {
        "id": 1, "name": "Default", "mod": moment, "usn": 0, "maxTaken": 60, "autoplay": True, "timer": 0,
        "replayq": True,
        "new": {"delays": [1, 10], "ints": [1, 4, 7], "initialFactor": 2500, "order": 1, "perDay": 20, "bury": False},
        "rev": {"perDay": 200, "ease4": 1.3, "ivlFct": 1, "maxIvl": 36500, "bury": False, "fuzz": 0.05},
        "lapse": {"delays": [10], "mult": 0, "minInt": 1, "leechFails": 8, "leechAction": 0},
    }  # fmt: skip


FORMAT = Format(
    name="anki",
    suffix=".apkg",
    summary=Text("Anki 记忆卡片", "cards for Anki"),
    write=write,
)

"""What QTI 2.1 and QTI 3.0 share: a quiz as items, a test over them, and a package around both.

Everything is built in the words of QTI 2.1 (IMS QTI 2.1 Information Model); a ``Dialect`` says
them in a version's own. QTI 3.0 is 2.1 with other names: ``assessmentItem`` became
``qti-assessment-item``, ``responseIdentifier`` became ``response-identifier``.

Each item marks itself, with one point for a wholly right answer, and shows its rationale as feedback.
The test adds the points up and sets the outcome PASS by the pass mark.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

from sopbook import prose
from sopbook.locales import Text, locale
from sopbook.model import QuestionType
from sopbook.questions.formats import Written
from sopbook.questions.html import Fragment
from sopbook.questions.incoming import number_text
from sopbook.questions.losses import Ledger
from sopbook.questions.quiz import Asked, Quiz
from sopbook.word.package import pack_parts

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_BLOCK_TAGS = frozenset(
    {"p", "div", "ul", "ol", "li", "blockquote", "pre", "hr", *(f"h{level}" for level in range(1, 7))}
)
_HTML = _BLOCK_TAGS | {"table", "thead", "tbody", "tr", "th", "td", "code", "strong", "em", "br", "img", "a"}
_CASE_COUNT = Text("抽题时案例整个算一题", "when some questions are drawn, a case counts as one")
_TITLES = Text("题目", "Question")


# In QTI 3.0 the content of these stands in a body of its own.
_WITH_BODY = frozenset({"modalFeedback"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """A version of QTI: its namespaces, its types of resources, and whether its names are those of version 3."""

    items: str
    schema: str
    manifest: str
    manifest_schema: str
    schema_name: str
    schema_version: str
    item_type: str
    test_type: str
    kebab: bool


def package(quiz: Quiz, dialect: Dialect) -> Written:
    """The quiz as a content package (a zip file)."""
    ledger = Ledger(quiz)
    if 0 < quiz.terms.count < len(quiz.asked) and any(asked.case for asked in quiz.asked):
        ledger.add(None, _CASE_COUNT)
    names = {asked.id: identifier(asked.id) for asked in quiz.asked}
    files: dict[str, bytes] = {f"media/{name}": data for name, data in quiz.media.items()}
    for asked in quiz.asked:
        files[f"items/{names[asked.id]}.xml"] = _document(_Item(quiz, asked, ledger).element(), dialect)
    files["test.xml"] = _document(_test(quiz, names), dialect)
    files["imsmanifest.xml"] = _manifest(quiz, names, dialect)
    return Written(pack_parts(files), ledger.losses)


def identifier(name: str) -> str:
    """A question's name as an identifier of XML and SCORM: ASCII letters, digits, ``-`` and ``_``."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    same = re.sub(r"[#.]", "_", name) == plain
    return f"Q_{plain}" if same else f"Q_{plain[:40]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


# -------------------------------------------------------------------------- XML


def _el(tag: str, *children: ET.Element | str | None, **attributes: str) -> ET.Element:
    """An element in QTI 2.1's words."""
    element = ET.Element(tag, attributes)
    for child in children:
        if isinstance(child, str):
            _add_text(element, child)
        elif child is not None:
            element.append(child)
    return element


def _add_text(element: ET.Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _html(markup: Markup) -> list[ET.Element | str]:
    """Our own HTML as elements (it is well-formed, and made by us)."""
    root = ET.fromstring(f"<x>{markup}</x>")  # noqa: S314 - our own output
    found: list[ET.Element | str] = [root.text] if root.text else []
    for child in list(root):
        tail, child.tail = child.tail, None
        found.append(child)
        if tail:
            found.append(tail)
    return found


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: f"-{match[1].lower()}", name).lower()


def _translated(element: ET.Element) -> ET.Element:
    """The element in QTI 3.0's words."""
    tag = element.tag if element.tag in _HTML else f"qti-{_kebab(element.tag)}"
    own = element.tag in _HTML
    attributes = {key if own or ":" in key else _kebab(key): value for key, value in element.attrib.items()}
    made = ET.Element(tag, attributes)
    made.text, made.tail = element.text, element.tail
    inside = [_translated(child) for child in element]
    if element.tag in _WITH_BODY:
        body = ET.SubElement(made, "qti-content-body")
        body.text, made.text = made.text, None
        body.extend(inside)
    else:
        made.extend(inside)
    return made


def _document(element: ET.Element, dialect: Dialect) -> bytes:
    root = _translated(element) if dialect.kebab else element
    root.set("xmlns", dialect.items)
    root.set("xmlns:xsi", _XSI)
    root.set("xsi:schemaLocation", f"{dialect.items} {dialect.schema}")
    return (_HEAD + ET.tostring(root, encoding="unicode")).encode()


# ------------------------------------------------------------------------- items

_SCORE = ("SCORE", "float", "0")
_ONE, _NONE = "1", "0"


def _outcome(name: str, kind: str, default: str | None = None, **attributes: str) -> ET.Element:
    value = _el("defaultValue", _el("value", default)) if default is not None else None
    return _el("outcomeDeclaration", value, identifier=name, cardinality="single", baseType=kind, **attributes)


def _set(name: str, kind: str, value: str) -> ET.Element:
    return _el("setOutcomeValue", _el("baseValue", value, baseType=kind), identifier=name)


def _when(condition: ET.Element) -> ET.Element:
    """One point under a condition, none otherwise."""
    return _el(
        "responseCondition",
        _el("responseIf", condition, _set("SCORE", "float", _ONE)),
        _el("responseElse", _set("SCORE", "float", _NONE)),
    )


class _Item:
    """One question as an assessment item."""

    def __init__(self, quiz: Quiz, asked: Asked, ledger: Ledger) -> None:
        self._quiz = quiz
        self._asked = asked
        self._question = asked.question
        self._ledger = ledger
        self._fragment = Fragment(lambda name: f"../media/{quote(name)}")
        self._random = random.Random(f"{quiz.terms.seed} {asked.id}")  # noqa: S311 - an order, not a secret

    def element(self) -> ET.Element:
        question = self._question
        declaration, interaction, marking = self._parts()
        body = _el("itemBody")
        if self._asked.situation:
            body.append(_el("div", *_html(self._fragment.blocks(self._asked.situation))))
        if question.body:
            # A prompt holds no tables or lists, so that here the stem stands before the interaction.
            body.append(self._stem())
        body.extend(child for child in _html(self._fragment.blocks(question.body)) if not isinstance(child, str))
        body.extend(interaction)
        feedback = None
        if question.rationale:
            content = _html(self._fragment.blocks(question.rationale))
            feedback = _el(
                "modalFeedback", *content, outcomeIdentifier="FEEDBACK", identifier="rationale", showHide="show"
            )
        processing = _el(
            "responseProcessing",
            marking,
            _set("FEEDBACK", "identifier", "rationale") if question.rationale else None,
        )
        return _el(
            "assessmentItem",
            declaration,
            _outcome(*_SCORE, normalMaximum=_ONE),
            _outcome("MAXSCORE", "float", _ONE),
            _outcome("FEEDBACK", "identifier"),
            body,
            processing,
            feedback,
            identifier=identifier(self._asked.id),
            title=self._asked.stem[:100] or self._asked.id,
            adaptive="false",
            timeDependent="false",
        )

    # ------------------------------------------------------------------- interactions

    def _parts(self) -> tuple[ET.Element, list[ET.Element], ET.Element]:
        """The declaration of the response, the interaction, and the rule that marks it."""
        question = self._question
        match question.type:
            case QuestionType.SINGLE | QuestionType.MULTIPLE | QuestionType.TRUE_FALSE:
                return self._choice()
            case QuestionType.ORDERING:
                return self._order()
            case QuestionType.MATCHING:
                return self._match()
            case QuestionType.NUMBER:
                return self._number()
        return self._text()

    def _stem(self) -> ET.Element:
        return _el("p", *_html(self._fragment.inlines(self._question.stem)))

    def _prompt(self) -> ET.Element | None:
        if self._question.body:
            return None
        return _el("prompt", *_html(self._fragment.inlines(self._question.stem)))

    def _declaration(self, cardinality: str, kind: str, right: Iterable[str]) -> ET.Element:
        values = [_el("value", value) for value in right]
        return _el(
            "responseDeclaration",
            _el("correctResponse", *values),
            identifier="RESPONSE",
            cardinality=cardinality,
            baseType=kind,
        )

    def _is_correct(self) -> ET.Element:
        return _when(_el("match", _el("variable", identifier="RESPONSE"), _el("correct", identifier="RESPONSE")))

    @property
    def _shuffle(self) -> str:
        return str(self._quiz.terms.shuffle_options).lower()

    def _simple(self, number: int, content: Markup, prefix: str = "A") -> ET.Element:
        return _el("simpleChoice", *_html(content), identifier=f"{prefix}{number}")

    def _choice(self) -> tuple[ET.Element, list[ET.Element], ET.Element]:
        question = self._question
        single = question.type is not QuestionType.MULTIPLE
        shuffle = self._shuffle
        if question.type is QuestionType.TRUE_FALSE:
            words = locale(self._quiz.language)
            texts = [escape(words.word("ui", "true")), escape(words.word("ui", "false"))]
            right = ["A1" if question.answer.truth else "A2"]
            shuffle = "false"
        else:
            texts = [self._fragment.inlines(option.text) for option in question.options]
            right = [f"A{i}" for i, option in enumerate(question.options, start=1) if option.correct]
        interaction = _el(
            "choiceInteraction",
            self._prompt(),
            *(self._simple(number, text) for number, text in enumerate(texts, start=1)),
            responseIdentifier="RESPONSE",
            shuffle=shuffle,
            maxChoices="1" if single else "0",
        )
        return (
            self._declaration("single" if single else "multiple", "identifier", right),
            [interaction],
            self._is_correct(),
        )

    def _mixed(self, count: int) -> list[int]:
        """Numbers from 1, in another order: a system that shuffles nothing must not give the answer away."""
        order = list(range(1, count + 1))
        while count > 1 and order == sorted(order):
            self._random.shuffle(order)
        return order

    def _order(self) -> tuple[ET.Element, list[ET.Element], ET.Element]:
        options = self._question.options
        interaction = _el(
            "orderInteraction",
            self._prompt(),
            *(
                self._simple(number, self._fragment.inlines(options[number - 1].text))
                for number in self._mixed(len(options))
            ),
            responseIdentifier="RESPONSE",
            shuffle="true",
        )
        right = [f"A{number}" for number in range(1, len(options) + 1)]
        return self._declaration("ordered", "identifier", right), [interaction], self._is_correct()

    def _match(self) -> tuple[ET.Element, list[ET.Element], ET.Element]:
        pairs = self._question.pairs
        fragment = self._fragment
        lefts = [fragment.inlines(pair.left) for pair in pairs]
        rights = list(dict.fromkeys(fragment.inlines(pair.right) for pair in pairs))

        def choice(name: str, content: Markup, most: int) -> ET.Element:
            return _el("simpleAssociableChoice", *_html(content), identifier=name, matchMax=str(most))

        interaction = _el(
            "matchInteraction",
            self._prompt(),
            _el("simpleMatchSet", *(choice(f"L{i}", text, 1) for i, text in enumerate(lefts, start=1))),
            _el("simpleMatchSet", *(choice(f"R{i}", rights[i - 1], len(pairs)) for i in self._mixed(len(rights)))),
            responseIdentifier="RESPONSE",
            shuffle="true",
            maxAssociations=str(len(pairs)),
        )
        right = [f"L{i} R{rights.index(fragment.inlines(pair.right)) + 1}" for i, pair in enumerate(pairs, start=1)]
        return self._declaration("multiple", "directedPair", right), [interaction], self._is_correct()

    def _entry(self, length: int, after: str = "") -> list[ET.Element]:
        blank = _el("textEntryInteraction", responseIdentifier="RESPONSE", expectedLength=str(length))
        entry = _el("p", blank, f" {after}" if after else None)
        return [entry] if self._question.body else [self._stem(), entry]

    def _text(self) -> tuple[ET.Element, list[ET.Element], ET.Element]:
        variants = self._question.answer.variants
        declaration = self._declaration("single", "string", variants[:1])
        entries = [
            _el("mapEntry", mapKey=variant, mappedValue=_ONE, caseSensitive="false") for variant in _different(variants)
        ]
        declaration.append(_el("mapping", *entries, defaultValue=_NONE, lowerBound=_NONE, upperBound=_ONE))
        # Simple on purpose, since players differ in what they can nest.
        marking = _el(
            "responseCondition",
            _el("responseIf", _el("isNull", _el("variable", identifier="RESPONSE")), _set("SCORE", "float", _NONE)),
            _el("responseElse", _el("setOutcomeValue", _el("mapResponse", identifier="RESPONSE"), identifier="SCORE")),
        )
        return declaration, self._entry(max(10, *map(len, variants))), marking

    def _number(self) -> tuple[ET.Element, list[ET.Element], ET.Element]:
        answer = self._question.answer
        declaration = self._declaration("single", "float", [number_text(answer.number or 0.0)])
        # Computers keep 0.1 as something near it, so that what is exactly right gets a hair's breadth.
        slack = answer.tolerance or max(1e-9, abs(answer.number or 0.0) * 1e-9)
        # Not ``equal`` with a tolerance, which not every player knows.
        low, high = (number_text((answer.number or 0.0) + way * slack) for way in (-1, 1))
        right = _el(
            "and",
            _el("gte", _el("variable", identifier="RESPONSE"), _el("baseValue", low, baseType="float")),
            _el("lte", _el("variable", identifier="RESPONSE"), _el("baseValue", high, baseType="float")),
        )
        return declaration, self._entry(10, answer.unit), _when(right)


def _different(variants: Sequence[str]) -> list[str]:
    """The variants without those that differ only in case, which one entry answers already."""
    found: dict[str, str] = {}
    for variant in variants:
        found.setdefault(variant.casefold(), variant)
    return list(found.values())


# ------------------------------------------------------------------- test and package


def _reference(name: str) -> ET.Element:
    return _el("assessmentItemRef", identifier=name, href=f"items/{name}.xml")


def _section(name: str, title: str, *children: ET.Element | None, **attributes: str) -> ET.Element:
    return _el("assessmentSection", *children, identifier=name, title=title, visible="true", **attributes)


def _test(quiz: Quiz, names: dict[str, str]) -> ET.Element:
    terms = quiz.terms
    groups: list[ET.Element] = []
    for number, group in enumerate(quiz.groups, start=1):
        references = [_reference(names[asked.id]) for asked in group]
        if len(references) == 1:
            groups += references
        else:
            title = f"{_TITLES.in_language(quiz.language)} {number}"
            groups.append(_section(f"CASE{number}", title, *references, keepTogether="true"))
    count = terms.count if 0 < terms.count < len(groups) else 0
    section = _section(
        "S1",
        quiz.title,
        _el("selection", select=str(count)) if count else None,
        _el("ordering", shuffle="true") if terms.shuffle_questions else None,
        *groups,
    )
    part = _el("testPart", section, identifier="P1", navigationMode="nonlinear", submissionMode="individual")
    total = _el("sum", _el("testVariables", variableIdentifier="SCORE"))
    needed = _el(
        "product", _el("numberSelected"), _el("baseValue", number_text(terms.pass_mark / 100), baseType="float")
    )
    return _el(
        "assessmentTest",
        _outcome(*_SCORE),
        _outcome("NEEDED", "float", "0"),
        _outcome("PASS", "boolean", "false"),
        part,
        _el(
            "outcomeProcessing",
            _el("setOutcomeValue", total, identifier="SCORE"),
            _el("setOutcomeValue", needed, identifier="NEEDED"),
            _el(
                "setOutcomeValue",
                _el("gte", _el("variable", identifier="SCORE"), _el("variable", identifier="NEEDED")),
                identifier="PASS",
            ),
        ),
        identifier="TEST",
        title=quiz.title,
    )


def _manifest(quiz: Quiz, names: dict[str, str], dialect: Dialect) -> bytes:
    def resource(name: str, kind: str, file: str, *others: str) -> ET.Element:
        files = [_el("file", href=href) for href in dict.fromkeys((file, *others))]
        depends = [_el("dependency", identifierref=names[a.id]) for a in quiz.asked] if file == "test.xml" else []
        return _el("resource", *files, *depends, identifier=name, type=kind, href=file)

    resources = [resource("TEST", dialect.test_type, "test.xml")]
    for asked in quiz.asked:
        nodes = prose.walk((asked.question, asked.situation))
        pictures = [f"media/{quote(node.source)}" for node in nodes if isinstance(node, prose.Image)]
        name = names[asked.id]
        resources.append(resource(name, dialect.item_type, f"items/{name}.xml", *pictures))
    manifest = _el(
        "manifest",
        _el("metadata", _el("schema", dialect.schema_name), _el("schemaversion", dialect.schema_version)),
        _el("organizations"),
        _el("resources", *resources),
        identifier="MANIFEST",
    )
    manifest.set("xmlns", dialect.manifest)
    manifest.set("xmlns:xsi", _XSI)
    manifest.set("xsi:schemaLocation", f"{dialect.manifest} {dialect.manifest_schema}")
    return (_HEAD + ET.tostring(manifest, encoding="unicode")).encode()

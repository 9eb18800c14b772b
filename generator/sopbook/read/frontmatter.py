"""Front matter and settings: their typed models, their validation, and their JSON Schema."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationError, WithJsonSchema

from sopbook.locales import canonical, languages, locale
from sopbook.model import Kind, Status
from sopbook.places import Place
from sopbook.read import quantities
from sopbook.read.collect import Collector, near
from sopbook.read.yaml_tree import Path, Tree
from sopbook.values import Frequency, Interval

NUMBER = re.compile(r"(?=.*\d)[^\W_][\w.-]{0,62}[^\W_]")
"""A document number: letters, digits, ``.``, ``-`` and ``_``, at least one digit; it names files and addresses."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Expected:
    """What a key's value looks like: an entry of the locales' ``expected`` table."""

    key: str


_T = TypeVar("_T")


def _require(value: _T | None) -> _T:
    if value is None:
        raise ValueError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise ValueError
    return " ".join(value.split())


def _number(value: object) -> str:
    text = _text(value)
    if not NUMBER.fullmatch(text):
        raise ValueError
    return text


def _date(value: object) -> dt.date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError
    return dt.date.fromisoformat(value)


def _flag(value: object) -> bool:
    return _require({"true": True, "false": False}.get(canonical("truth", _text(value)) or ""))


def _listed(value: object) -> list[str]:
    entries = value if isinstance(value, list) else [value]
    return [_text(entry) for entry in entries]


def _spelled(table: str) -> Callable[[object], str]:
    return lambda value: _require(canonical(table, _text(value)))


_STRING = {"type": "string"}
String = Annotated[str, BeforeValidator(_text), WithJsonSchema({**_STRING, "minLength": 1}), Expected("text")]
Number = Annotated[
    str, BeforeValidator(_number), WithJsonSchema({**_STRING, "pattern": f"^{NUMBER.pattern}$"}), Expected("id")
]
Date = Annotated[dt.date, BeforeValidator(_date), WithJsonSchema({**_STRING, "format": "date"}), Expected("date")]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": ["boolean", "string"]}), Expected("flag")]
Review = Annotated[
    InstanceOf[Interval],
    BeforeValidator(lambda value: _require(quantities.interval(_text(value)))),
    WithJsonSchema({**_STRING, "examples": ["12 months", "1 year", "12个月", "1年"]}),
    Expected("interval"),
]
Recurs = Annotated[
    InstanceOf[Frequency],
    BeforeValidator(lambda value: _require(quantities.frequency(_text(value)))),
    WithJsonSchema({**_STRING, "examples": ["daily", "weekly*2", "on-demand", "每日", "每周2次", "按需"]}),
    Expected("frequency"),
]
Strings = Annotated[
    list[str],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [_STRING, {"type": "array", "items": _STRING}]}),
    Expected("list"),
]


def _enumerated(table: str, name: str) -> list[Any]:
    words = [
        word
        for language in languages()
        for key, found in locale(language).words(table).items()
        for word in (key, *found)
    ]
    return [BeforeValidator(_spelled(table)), WithJsonSchema({"enum": list(dict.fromkeys(words))}), Expected(name)]


class FrontMatter(BaseModel):
    """What every document states about itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    id: Number = Field(description="Document number")
    kind: Annotated[Kind, *_enumerated("kinds", "kind")] = Field(description="Kind of document")
    title: String = Field(description="The name staff use")
    version: String = Field(description="Version in force; the newest entry of the revision table")
    effective: Date = Field(description="Date from which the version is in force")
    review: Review = Field(description="Interval after which the document is reviewed")
    owner: String = Field(description="Role that keeps the document right")
    approver: String = Field(description="Role or outside party that approves it")
    reviewed: Date | None = Field(default=None, description="Date of the last review, if later than effective")
    status: Annotated[Status, *_enumerated("status", "status")] = Field(
        default=Status.IN_FORCE, description="Where the document stands in its life"
    )
    department: String | None = Field(default=None, description="Overrides the name of the folder's department")
    keywords: Strings = Field(default=[], description="How staff say it, for the search")
    covers: Strings = Field(default=[], description="Requirement ids the document answers, with #anchor")


class DepartmentMatter(FrontMatter):
    """Front matter of a department."""


class RoleMatter(FrontMatter):
    """Front matter of a role."""

    reports_to: String | None = Field(default=None, description="Role or outside party the post reports to")
    aliases: Strings = Field(default=[], description="Other names of the post")


class ProcedureMatter(FrontMatter):
    """Front matter of a procedure."""

    frequency: Recurs | None = Field(default=None, description="How often the procedure runs")
    urgent: Flag = Field(default=False, description="True for an emergency")
    short: String = Field(default="", description="A word or two for a button, where the title is too long")
    call: Strings = Field(default=[], description="Whom to telephone first: names of contacts")


class ChecklistMatter(FrontMatter):
    """Front matter of a checklist."""

    frequency: Recurs | None = Field(default=None, description="How often it is gone through")
    responsible: Strings = Field(default=[], description="Who goes round with it")
    record: String | None = Field(default=None, description="Number of the form its result is kept in")


class FormMatter(FrontMatter):
    """Front matter of a form."""

    retention: String = Field(description="How long a filled form is kept")


class BankMatter(FrontMatter):
    """Front matter of a question bank."""

    tests: String | None = Field(default=None, description="Document whose steps the questions test")


class ReferenceMatter(FrontMatter):
    """Front matter of a reference."""


MODELS: Mapping[Kind, type[FrontMatter]] = {
    Kind.DEPARTMENT: DepartmentMatter,
    Kind.ROLE: RoleMatter,
    Kind.PROCEDURE: ProcedureMatter,
    Kind.CHECKLIST: ChecklistMatter,
    Kind.FORM: FormMatter,
    Kind.BANK: BankMatter,
    Kind.REFERENCE: ReferenceMatter,
}

# Stand in for what is missing or wrong, so that the rest of a broken document can be checked all the same.
_PLACEHOLDERS = {
    "id": "X-0",
    "title": "-",
    "version": "-",
    "effective": "2000-01-01",
    "review": "12 months",
    "owner": "-",
    "approver": "-",
    "retention": "-",
}


def canonical_keys(tree: Tree) -> Tree:
    """The same tree with its top-level keys in canonical spelling; unknown keys keep theirs."""
    names = {key: canonical("keys", key) or key for key in tree.values}
    places: dict[Path, Place] = {}
    for path, place in tree.places.items():
        renamed = (names.get(str(path[0]), path[0]), *path[1:]) if path else path
        places.setdefault(renamed, place)
    return Tree({names[key]: value for key, value in reversed(tree.values.items())}, places)


def validate(tree: Tree, file: str, collector: Collector) -> tuple[FrontMatter | None, bool]:
    """The typed front matter, and whether it is sound.

    With mistakes (each one reported) the result holds placeholders and only serves to look for
    further mistakes; without a usable ``kind`` there is no result.
    """
    kind = canonical("kinds", str(tree.values.get("kind", "")))
    model = MODELS[Kind(kind)] if kind else FrontMatter
    try:
        return model.model_validate(tree.values), True
    except ValidationError as error:
        bad = _report(error, model, tree, Place(file), collector)
    if not kind:
        return None, False
    kept = {key: value for key, value in tree.values.items() if key not in bad}
    needed = {key: value for key, value in _PLACEHOLDERS.items() if key in model.model_fields}
    return model.model_validate({**needed, **kept}), False


def _report(
    error: ValidationError, model: type[BaseModel], tree: Tree, start: Place, collector: Collector, above: Path = ()
) -> set[str]:
    """Turn pydantic's errors into findings; returns the keys that have one."""
    bad: set[str] = set()
    for item in error.errors():
        key = str(item["loc"][0])
        if key in bad:
            continue
        bad.add(key)
        place = tree.places.get((*above, key), tree.places.get(above, start))
        if item["type"] == "missing":
            collector.add("SOP104", place, key, key=key, expected=expected_of(model, key))
        elif item["type"] == "extra_forbidden":
            collector.add("SOP105", place, key, key=key, close=near(key, _known_keys(model)))
        else:
            value = str(item["input"])[:60]
            collector.add("SOP106", place, value, key=key, value=value, expected=expected_of(model, key))
    return bad


def expected_of(model: type[BaseModel], key: str) -> str:
    """The locale's name for what the value of ``key`` looks like."""
    field = model.model_fields[key]
    found = [item for item in (*field.metadata, *_nested_metadata(field.annotation)) if isinstance(item, Expected)]
    return found[0].key if found else "value"


def _nested_metadata(annotation: object) -> Iterable[object]:
    """Metadata of ``Annotated`` members of a union such as ``Date | None``."""
    for member in getattr(annotation, "__args__", ()):
        yield from getattr(member, "__metadata__", ())


def _known_keys(model: type[BaseModel]) -> list[str]:
    keys = list(model.model_fields)
    words = [locale(language).words("keys") for language in languages()]
    return [*keys, *(word for table in words for key in keys if key in table for word in table[key])]


# --------------------------------------------------------------------------- settings


class FigureMatter(BaseModel):
    """One figure of the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    value: String
    group: String = ""
    basis: String = ""


def _web_address(value: object) -> str:
    """An http(s) address that ends with a slash, so that addresses of documents can be put after it."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/?#\"'<>]+(/[^\s?#\"'<>]*)?", value):
        return _require(None)
    return value if value.endswith("/") else f"{value}/"


def _digits(value: object) -> int:
    if isinstance(value, int):
        return value
    return int(_require(value if isinstance(value, str) and re.fullmatch(r"[0-9]{1,4}", value) else None))


_Percent = Annotated[int, BeforeValidator(_digits), Field(ge=0, le=100)]
_Count = Annotated[int, BeforeValidator(_digits), Field(ge=1, le=200)]
_Minutes = Annotated[int, BeforeValidator(_digits), Field(ge=0, le=600)]


class ThresholdsMatter(BaseModel):
    """The least share of what must have a question, in per cent."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    steps: _Percent = 0
    critical: _Percent = 0
    duties: _Percent = 0


class TrainingMatter(BaseModel):
    """How staff are tested."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    pass_mark: _Percent = 80
    questions: _Count = 10
    minutes: _Minutes = 10
    role_questions: _Count = 30
    role_minutes: _Minutes = 30
    coverage: ThresholdsMatter = ThresholdsMatter()


class SettingsMatter(BaseModel):
    """The settings file of a handbook."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    organisation: String = Field(description="Who the handbook belongs to")
    title: String = Field(description="Name of the handbook")
    language: Annotated[
        str, BeforeValidator(lambda v: v if v in languages() else _require(None)), Expected("language")
    ] = Field(description="Language of headings and messages in the output")
    base_url: Annotated[str, BeforeValidator(_web_address), Expected("web_address")] = Field(
        default="",
        description="Where the site is served, for QR codes, calendars and printed forms: https://handbook.example.com/",
    )
    departments: Annotated[dict[str, String], Expected("settings_map")] = Field(
        default={}, description="Top-level folder to the department's name"
    )
    figures: Annotated[dict[str, FigureMatter], Expected("settings_map")] = Field(
        default={}, description="Values that the house may change"
    )
    rules: Annotated[
        dict[str, Annotated[str, BeforeValidator(lambda v: v if v in _LEVELS else _require(None))]],
        Expected("rule_level"),
    ] = Field(default={}, description="Rules switched off or given another severity")
    training: Annotated[TrainingMatter, Expected("training")] = Field(
        default=TrainingMatter(), description="Pass mark, size and time of tests, coverage that is asked for"
    )


_LEVELS = ("off", "error", "warning", "info")


_INNER = {"figures": "figure", "training": "training"}
"""Keys of the settings whose entries are looked at one by one, and what an entry looks like."""


def validate_settings(tree: Tree, file: str, collector: Collector) -> SettingsMatter | None:
    """The typed settings, or None with findings. A wrong figure or training setting is reported at its own place."""
    tree = canonical_keys(tree)
    try:
        return SettingsMatter.model_validate(tree.values)
    except ValidationError as error:
        inner = [item for item in error.errors() if item["loc"][0] in _INNER and len(item["loc"]) > 1]
        for item in inner:
            top, path = str(item["loc"][0]), item["loc"]
            name = str(path[1] if top == "figures" else path[-1])
            place = tree.places.get(path[:2] if top == "figures" else path, Place(file))
            value = name if top == "figures" else str(item["input"])[:60]
            collector.add("SOP106", place, name, key=name, value=value, expected=_INNER[top])
        if len(inner) < len(error.errors()):
            _report(error, SettingsMatter, tree, Place(file), collector)
        return None


# ----------------------------------------------------------------------------- schema


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the front matter of every kind, with each language's keys."""
    definitions = {str(kind): _with_spellings(model.model_json_schema()) for kind, model in MODELS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "sopbook front matter",
        "type": "object",
        "allOf": [{"if": _is_kind(kind), "then": {"$ref": f"#/$defs/{kind}"}} for kind in definitions],
        "anyOf": [{"required": [word]} for word in _spellings_of("kind")],
        "properties": {word: {"enum": _kind_words(list(definitions))} for word in _spellings_of("kind")},
        "$defs": definitions,
    }


def _is_kind(kind: str) -> dict[str, Any]:
    enum = {"enum": _kind_words([kind])}
    return {"anyOf": [{"required": [key], "properties": {key: enum}} for key in _spellings_of("kind")]}


def _kind_words(kinds: list[str]) -> list[str]:
    words = [word for language in languages() for kind in kinds for word in locale(language).words("kinds")[kind]]
    return list(dict.fromkeys([*kinds, *words]))


def _spellings_of(key: str) -> list[str]:
    words = [word for language in languages() for word in locale(language).words("keys").get(key, [])]
    return list(dict.fromkeys([key, *words]))


def _with_spellings(schema: dict[str, Any]) -> dict[str, Any]:
    """Give each property its names in every language, and let any of them satisfy ``required``."""
    properties = {
        name: {key: value for key, value in definition.items() if key != "title"}
        for key, definition in schema["properties"].items()
        for name in _spellings_of(key)
    }
    required = [{"anyOf": [{"required": [name]} for name in _spellings_of(key)]} for key in schema.get("required", [])]
    return {"type": "object", "properties": properties, "additionalProperties": False, "allOf": required}

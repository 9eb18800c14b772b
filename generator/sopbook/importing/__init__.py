"""Existing documents in: from a Word file, a page or a text to a draft among the sources, with a report.

The way of a file: read (``readers``) to one neutral tree (``tree``), structure (``outline``, ``compose``), source
(``write``), merge with what is there (``merge``, ``store``). Everything before the last step is a function of the
file's bytes and the setting.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from msgspec import structs

from sopbook import prose
from sopbook.importing import coverage, merge, readers, report
from sopbook.importing.compose import Draft, Setting, compose
from sopbook.importing.store import Record, Store, write_whole
from sopbook.importing.tree import Block, Entry, Fate, Original, Spot, Table, Where
from sopbook.link.handbook import Handbook
from sopbook.locales import Text, locale
from sopbook.model import Kind
from sopbook.node import Node, rebuilt
from sopbook.read.document import read_document
from sopbook.read.frontmatter import NUMBER
from sopbook.read.source import MAX_SOURCE_BYTES
from sopbook.read.tree import SOURCES
from sopbook.scaffold import ScaffoldError, folder_for, people
from sopbook.untrusted import Refused, read_bounded, refusal
from sopbook.write.document import write_source

MAX_FILE_BYTES = 30_000_000
MAX_CHARS = 600_000
MAX_BLOCKS = 20_000
SAME_DOCUMENT = 0.3
"""How alike two sources must be at least (0 to 1) to be versions of one document because their files have one name."""

_TOO_LONG = Text(
    "文字太长（超过 {limit} 字），一份文件装不下，请先拆分",
    "the text is too long for one document (over {limit} characters); split it first",
)
_OURS = Text(
    "已经是本手册格式的源文件，直接放进 sop/ 即可", "it is a source of this format already; just put it into sop/"
)
_EMPTY = Text("文件里没有文字", "there is no text in it")
_TAKEN = Text("编号 {number} 已被 {file} 使用", "the number {number} is taken by {file}")
_NO_PEOPLE = Text(
    "手册里还没有岗位，请用 --owner 和 --approver 指定归口岗位和批准岗位",
    "the handbook has no roles yet; name an owner and an approver with --owner and --approver",
)
_BAD_NUMBER = Text(
    "{number} 不是编号：要有字母、数字和连字符，如 KF-CX-31",
    "{number} is no number: letters, digits and hyphens, such as KF-CX-31",
)
_PICTURE = Text("图", "Picture")
_CODES = {
    "zh": {
        "department": "BM",
        "role": "GW",
        "procedure": "CX",
        "checklist": "JC",
        "form": "BD",
        "bank": "TK",
        "reference": "CK",
    },
    "en": {
        "department": "DP",
        "role": "RO",
        "procedure": "PR",
        "checklist": "CL",
        "form": "FM",
        "bank": "QB",
        "reference": "RF",
    },
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says about an import; what is empty is found out. ``folder`` is relative to the handbook's."""

    today: dt.date
    folder: str = SOURCES
    number: str = ""
    kind: Kind | None = None
    title: str = ""
    owner: str = ""
    approver: str = ""
    retention: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. ``current`` is what stands in the handbook now (None: nothing yet), ``new`` what would.

    With ``conflicts``, ``new`` is None: nothing is guessed. ``assets`` are pictures by path in the handbook's folder.
    """

    record: Record
    base: str
    current: str | None
    new: str | None
    chunks: tuple[merge.Chunk, ...]
    entries: tuple[Entry, ...]
    assets: dict[str, bytes] = field(default_factory=dict)

    @property
    def conflicts(self) -> list[merge.Conflict]:
        """Where both the handbook's version and the original changed."""
        return merge.conflicts(self.chunks)

    @property
    def is_new(self) -> bool:
        """True if the document is imported for the first time."""
        return self.current is None

    @property
    def is_unchanged(self) -> bool:
        """True if there is nothing to write."""
        return self.new == self.current

    def settled(self, how: str) -> Plan:
        """The plan with its conflicts settled: ``ours``, ``theirs`` or both between ``marks``."""
        return replace(self, new=merge.resolved(self.chunks, how)) if self.new is None else self

    def diff(self) -> str:
        """What would change in the handbook's version."""
        before, after = (self.current or "").splitlines(True), (self.new or "").splitlines(True)
        return "".join(difflib.unified_diff(before, after, self.record.file, self.record.file))


class Importer:
    """Imports files into one handbook; numbers that it gives are not given twice."""

    def __init__(self, handbook: Handbook, root: Path) -> None:
        self._handbook = handbook
        self._root = root.resolve()
        self._store = Store(self._root)
        self._numbers = {document.id.casefold(): document.place.file for document in handbook.documents}
        self._language = handbook.settings.language

    def plan(self, path: Path, wishes: Wishes) -> Plan:
        """What importing a file would do. Writes nothing. Raises Refused for a file that cannot be imported."""
        data = read_bounded(path, MAX_FILE_BYTES)
        if path.suffix.lower() == ".md" and read_document(path.name, data).document is not None:
            raise Refused(_OURS)
        digest = hashlib.sha256(data).hexdigest()
        original = readers.read(readers.Input(path.name, data))
        _bound(original)
        record = self._known(path.name, digest, wishes)
        if record is not None:
            made = self._made(original, self._again(record, wishes), path.stem)
            base = self._store.base(record) or ""
            named_only = record.sha256 != digest and wishes.number != record.number
            if named_only and _likeness(base, _source(made)) < SAME_DOCUMENT:
                record = None
        if record is None:
            return self._first(original, path, digest, wishes)
        return self._next(replace(record, sha256=digest, original=path.name), made, base)

    def carry_out(self, plan: Plan) -> None:
        """Write what a plan says. Raises ValueError for a plan with conflicts that are not settled."""
        text = plan.new
        if text is None:
            raise ValueError(plan.conflicts)
        if plan.is_unchanged and self._store.base(plan.record) == plan.base:
            return
        target = self._root / plan.record.file
        if not target.resolve().is_relative_to(self._root / SOURCES):
            raise ValueError(plan.record.file)
        write_whole(target, text.encode())
        for name, data in plan.assets.items():
            write_whole(self._root / name, data)
        self._store.save(plan.record, plan.base, self.report(plan))

    def report(self, plan: Plan) -> str:
        """The report in full, as Markdown."""
        head = f"# {plan.record.original} → {plan.record.number}"
        return "\n".join([head, *report.lines(plan.entries, self._language), ""])

    # ---------------------------------------------------------------------- first import

    def _first(self, original: Original, path: Path, digest: str, wishes: Wishes) -> Plan:
        setting = self._setting(wishes, "IM-0")
        trial = compose(original, setting, path.stem)
        number, entry = self._number(original, trial, wishes)
        self._numbers[number.casefold()] = path.name
        made = self._made(original, replace(setting, number=number, kind=wishes.kind), path.stem)
        made = replace(made, entries=(*made.entries, *([entry] if entry else [])))
        folder = wishes.folder
        if folder == SOURCES:
            folder = folder_for(self._handbook, made.kind)
        file = posixpath.join(folder, f"{number}.md")
        if (self._root / file).exists():
            raise refusal(_TAKEN, number=number, file=file)
        record = Record(
            number, path.name, digest, file, str(made.kind), made.title, wishes.today.isoformat(),
            setting.owner, setting.approver,
        )  # fmt: skip
        text = _source(made)
        return Plan(record, text, None, text, ((text,),), made.entries, self._assets(original, made, folder))

    def _number(self, original: Original, trial: Draft, wishes: Wishes) -> tuple[str, Entry | None]:
        here = Spot(Where.FILE)
        if wishes.number:
            if not NUMBER.fullmatch(wishes.number):
                raise refusal(_BAD_NUMBER, number=wishes.number)
            if wishes.number.casefold() in self._numbers:
                raise refusal(_TAKEN, number=wishes.number, file=self._numbers[wishes.number.casefold()])
            return wishes.number, None
        stated = trial.number
        if stated and stated.casefold() not in self._numbers:
            return stated, Entry(Fate.GUESSED, "number", here, detail=stated)
        number = self._free_number(trial.kind)
        code = "number-taken" if stated else "number"
        return number, Entry(Fate.GUESSED, code, here, stated, number)

    def _free_number(self, kind: Kind) -> str:
        """The number after the highest one of that kind here."""
        numbers = [document.id for document in self._handbook.of_kind(kind)]
        shapes = [match for number in numbers if (match := re.fullmatch(r"(.*?)(\d+)", number))]
        if shapes:
            prefix = Counter(match[1] for match in shapes).most_common(1)[0][0]
            digits = len(next(match[2] for match in shapes if match[1] == prefix))
            highest = max(int(match[2]) for match in shapes if match[1] == prefix)
        else:
            firsts = Counter(document.id.split("-")[0] for document in self._handbook.documents)
            first = firsts.most_common(1)[0][0] if firsts else "IM"
            prefix, digits, highest = f"{first}-{_CODES.get(self._language, _CODES['en'])[kind]}-", 2, 0
        while (number := f"{prefix}{highest + 1:0{digits}d}").casefold() in self._numbers:
            highest += 1
        return number

    # ----------------------------------------------------------------------- next import

    def _known(self, name: str, digest: str, wishes: Wishes) -> Record | None:
        records = list(self._store.records())
        if wishes.number:
            return next((record for record in records if record.number == wishes.number), None)
        same = next((record for record in records if record.sha256 == digest), None)
        return same or next((record for record in records if record.original == name), None)

    def _again(self, record: Record, wishes: Wishes) -> Setting:
        """The setting of the first import, so that what did not change in the original does not change here."""
        setting = self._setting(
            replace(wishes, owner=wishes.owner or record.owner, approver=wishes.approver or record.approver),
            record.number,
        )
        today = dt.date.fromisoformat(record.today)
        return replace(setting, today=today, kind=wishes.kind or Kind(record.kind), number=record.number)

    def _next(self, record: Record, made: Draft, base: str) -> Plan:
        new = _source(made)
        document = self._handbook.by_number.get(record.number)
        file = document.place.file if document else record.file
        record = replace(record, file=file, title=made.title, kind=str(made.kind))
        try:
            current = (self._root / file).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return Plan(record, new, None, new, ((new,),), made.entries, {})
        chunks = tuple(merge.merge(base, current, new))
        settled = None if merge.conflicts(chunks) else merge.resolved(chunks, "ours")
        return Plan(record, new, current, settled, chunks, made.entries, {})

    # ---------------------------------------------------------------------------- shared

    def _setting(self, wishes: Wishes, number: str) -> Setting:
        owner, approver = wishes.owner, wishes.approver
        if not owner or not approver:
            try:
                likely = people(self._handbook)
            except ScaffoldError as error:
                raise Refused(_NO_PEOPLE) from error
            owner, approver = owner or likely[0], approver or likely[1]
        return Setting(
            words=locale(self._language),
            number=number,
            today=wishes.today,
            owner=owner,
            approver=approver,
            title=wishes.title,
            kind=wishes.kind,
            retention=wishes.retention,
            actors={name: actor.title for name, actor in self._handbook.actors.items()},
            documents={
                document.title: (str(document.kind), document.id)
                for document in self._handbook.documents
                if document.kind in (Kind.FORM, Kind.CHECKLIST)
            },
        )

    def _made(self, original: Original, setting: Setting, stem: str) -> Draft:
        draft = _illustrated(compose(original, setting, stem), setting)
        lost = coverage.missing(original.blocks, draft.blocks, draft.title, draft.entries)
        return replace(draft, entries=(*draft.entries, *lost))

    def _assets(self, original: Original, made: Draft, folder: str) -> dict[str, bytes]:
        used = {node.source for node in prose.walk(made.blocks) if isinstance(node, prose.Image)}
        return {posixpath.join(folder, path): original.pictures[posixpath.basename(path)] for path in sorted(used)}


def _illustrated(draft: Draft, setting: Setting) -> Draft:
    """Pictures by the path that they will have beside the document, each with a text in its place."""
    word = _PICTURE.in_language(setting.words.language)
    images = [node for node in prose.walk(draft.blocks) if isinstance(node, prose.Image)]
    placed = iter(
        [
            structs.replace(i, source=f"{setting.number}/{i.source}", alt=i.alt or f"{word} {n}")
            for n, i in enumerate(images, 1)
        ]
    )
    here = Spot(Where.FILE)
    entries = [
        Entry(Fate.TO_DO, "picture-alt", here, detail=f"{setting.number}/{i.source}") for i in images if not i.alt
    ]
    blocks = _with_images(draft.blocks, placed)
    return replace(draft, blocks=blocks, entries=(*draft.entries, *entries))


def _with_images(node: Any, images: Iterator[prose.Image]) -> Any:
    """The same prose with its pictures, in reading order, replaced by others."""
    if isinstance(node, prose.Image):
        return next(images)
    if isinstance(node, tuple):
        return tuple(_with_images(child, images) for child in node)
    if isinstance(node, Node):
        return rebuilt(node, lambda part: _with_images(part, images))
    return node


def _source(draft: Draft) -> str:
    text = write_source(dict(draft.values), draft.blocks)
    if len(text.encode()) > MAX_SOURCE_BYTES:
        raise refusal(_TOO_LONG, limit=MAX_CHARS)
    return text


def _likeness(one: str, other: str) -> float:
    """How much of the bodies of two sources is the same, their front matter and revisions left aside."""
    first, second = (_body_lines(text) for text in (one, other))
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()


def _body_lines(source: str) -> list[str]:
    body = source.partition("\n---\n")[2].rpartition("\n## ")[0]
    return [line for line in body.splitlines() if line.strip()]


def _bound(original: Original) -> None:
    chars, blocks = _measure(original.blocks)
    if chars > MAX_CHARS or blocks > MAX_BLOCKS:
        raise refusal(_TOO_LONG, limit=MAX_CHARS)
    if not blocks and not original.pictures:
        raise Refused(_EMPTY)


def _measure(blocks: Sequence[Block]) -> tuple[int, int]:
    chars = count = 0
    for block in blocks:
        count += 1
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    inner = _measure(cell.blocks)
                    chars += inner[0]
                    count += inner[1]
        else:
            chars += len(block.text)
    return chars, count

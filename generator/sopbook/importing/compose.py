"""From an outline to sources: which document it becomes, with what front matter, sections, steps and fields."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec import structs

from sopbook import prose
from sopbook.importing import formfields, marks
from sopbook.importing.furniture import dropped
from sopbook.importing.head import Head, read_head
from sopbook.importing.inline import NOWHERE, flat, inlines, label, paragraph_inlines
from sopbook.importing.lines import columns
from sopbook.importing.outline import Node, outline
from sopbook.importing.sections import STRUCTURED, checklist_columns, key_for, kind_of, step_columns
from sopbook.importing.tree import Block, Cell, Entry, Fate, Marker, Original, Paragraph, Run, Spot, Table, Where
from sopbook.importing.words import pattern
from sopbook.locales import Locale, canonical
from sopbook.model import FieldType, Kind
from sopbook.prose import Inline
from sopbook.read.outline import SECTIONS
from sopbook.read.source import MAX_LINE_CHARS
from sopbook.write.document import heading, item, paragraph, text, titled
from sopbook.write.prose import suffix

MAX_TITLE_COLUMNS = 56
"""A title is read at a glance; what is longer is a text."""

_CLAUSE = re.compile(r"[，,；;。.!！?？](?=\s|[^\d\sA-Za-z]|$)")
_TAIL = "。；;，, "


@dataclass(frozen=True, slots=True)
class Setting:
    """What an import knows beside the original: the handbook's people and documents, and what the user said.

    ``actors`` maps each name of a role or partner to its title; ``documents`` each title of a form or checklist to
    its suffix key and number. An empty ``title`` and a ``kind`` of None are to be found out.
    """

    words: Locale
    number: str
    today: dt.date
    owner: str
    approver: str
    title: str = ""
    kind: Kind | None = None
    retention: str = ""
    actors: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A source to be: its front matter by canonical key, the blocks of its body, and the report so far.

    ``number`` is the one that the original gives itself; it may be empty, or taken.
    """

    kind: Kind
    title: str
    number: str
    values: Mapping[str, Any]
    blocks: tuple[prose.Block, ...]
    entries: tuple[Entry, ...]


def compose(original: Original, setting: Setting, fallback_title: str) -> Draft:
    """The draft that an original becomes."""
    return _Composer(original, setting, fallback_title).draft()


class _Composer:
    def __init__(self, original: Original, setting: Setting, fallback_title: str) -> None:
        self._setting = setting
        self._original = original
        self._entries: list[Entry] = list(original.entries)
        blocks = self._without_furniture(original.blocks)
        head, blocks = read_head(blocks, original.matter, setting.title, fallback_title)
        self._head: Head = head
        self._entries += head.entries
        self._blocks = blocks
        self._kind = Kind.REFERENCE

    def draft(self) -> Draft:
        """Decide the kind, then build the body."""
        found = outline(self._blocks)
        self._kind = self._decide_kind(found.root)
        if self._kind is Kind.FORM:
            body = self._form()
        else:
            self._entries += found.entries
            body = self._sections(found.root)
        values = self._values()
        body += self._revisions(values["version"])
        return Draft(
            self._kind,
            self._head.title,
            self._head.matter.get("id", ""),
            values,
            tuple(_bounded(body)),
            tuple(self._entries),
        )

    # ---------------------------------------------------------------------- the whole

    def _without_furniture(self, blocks: Sequence[Block]) -> list[Block]:
        """Text readers have dropped it from the lines; in other formats a paragraph is what a line is there."""
        texts = [block.text if isinstance(block, Paragraph) else "\0" for block in blocks]
        gone = dropped(texts)
        for index in sorted(gone):
            self._entries.append(Entry(Fate.LEFT_OUT, "furniture", blocks[index].spot, texts[index]))
        return [block for index, block in enumerate(blocks) if index not in gone and not _is_empty(block)]

    def _decide_kind(self, root: Node) -> Kind:
        setting = self._setting
        if setting.kind:
            return setting.kind
        here = Spot(Where.FILE)
        stated = self._head.matter.get("kind", "")
        kind = Kind(stated) if stated in list(Kind) else None
        kind = kind or (Kind.FORM if self._is_form(root) else kind_of(self._head.title, root))
        self._entries.append(Entry(Fate.GUESSED, "kind", here, detail=kind))
        return kind

    def _is_form(self, root: Node) -> bool:
        if any(checklist_columns(block) or step_columns(block) for block in self._blocks if isinstance(block, Table)):
            return False
        parts = formfields.parts(self._blocks)
        count, blank = formfields.field_count(parts)
        named = pattern("titles", "form").fullmatch(label(self._head.title)) is not None
        text_ = sum(len(n.text) for part in parts if isinstance(part, formfields.Group) for n in part.notes)
        labels = sum(
            len(f.label) + len(f.hint) for part in parts if isinstance(part, formfields.Group) for f in part.fields
        ) + sum(40 for part in parts if isinstance(part, formfields.Rows))
        return blank >= 3 and blank * 2 > count and ((named and text_ < 25 * labels) or text_ < 2 * labels)

    def _values(self) -> dict[str, Any]:
        setting, head = self._setting, self._head
        version = head.matter.get("version", "") or "A/0"
        effective = head.matter.get("effective", "") or setting.today.isoformat()
        here = Spot(Where.FILE)
        if "effective" not in head.matter:
            self._entries.append(Entry(Fate.GUESSED, "effective", here, detail=effective))
        self._entries.append(Entry(Fate.GUESSED, "people", here, detail=f"{setting.owner} / {setting.approver}"))
        values: dict[str, Any] = {
            "id": setting.number,
            "kind": self._kind,
            "title": head.title,
            "version": version,
            "effective": effective,
            "review": head.matter.get("review", "") or "12 months",
            "owner": setting.owner,
            "approver": setting.approver,
            "status": "draft",
        }
        if self._kind is Kind.FORM:
            retention = setting.retention or head.matter.get("retention", "")
            if not retention:
                retention = _UNDECIDED[setting.words.language == "zh"]
                self._entries.append(Entry(Fate.TO_DO, "retention", here, detail=retention))
            values["retention"] = retention
        return values

    def _revisions(self, version: str) -> list[prose.Block]:
        words, setting = self._setting.words, self._setting
        header = [words.word("columns", key) for key in ("version", "date", "change", "approver")]
        change = _IMPORTED[words.language == "zh"]
        row = [version, self._values_effective(), change, setting.approver]
        table = prose.Table(_cells(header), (_cells(row),), NOWHERE)
        return [heading(2, words.word("headings", "revisions")), table]

    def _values_effective(self) -> str:
        return self._head.matter.get("effective", "") or self._setting.today.isoformat()

    # -------------------------------------------------------------------------- sections

    def _sections(self, root: Node) -> list[prose.Block]:
        root = self._lifted(root)
        found: list[prose.Block] = []
        preface = [child for child in root.children if not (isinstance(child, Node) and child.is_heading)]
        headed = [child for child in root.children if isinstance(child, Node) and child.is_heading]
        main = STRUCTURED.get(self._kind, ("",))[0]
        taken: dict[str, str] = {}
        keys = {id(node): self._take_key(node, taken) for node in headed}
        if main and main not in taken:
            preface, headed = self._main_section(preface, headed, keys, main)
        if preface:
            found += self._prose(preface, 3)
        titles: dict[str, int] = {self._setting.words.word("headings", "revisions"): 1}
        for node in headed:
            key = keys.get(id(node), "")
            title = self._section_title(node, key, titles)
            found.append(heading(2, title))
            if key in STRUCTURED.get(self._kind, ()):
                found += self._structured(key, node)
            else:
                found += self._prose(node.children, 3)
        return found

    def _lifted(self, root: Node) -> Node:
        """Where known sections stand below chapters of which there is but one, that level becomes the top."""
        while len(root.nodes) == 1 and root.nodes[0].is_heading:
            inner = root.nodes[0]
            known = [n for n in inner.walk() if n.is_heading and n is not inner and key_for(n.text, self._kind)]
            if not known or key_for(inner.text, self._kind):
                break
            paragraph_ = inner.own
            self._entries.append(Entry(Fate.CHANGED, "lifted", paragraph_.spot, _labelled(inner)))
            title = replace(paragraph_, runs=(Run(_labelled(inner)),), marker=None, heading=0)
            around = [child for child in root.children if child is not inner]
            root = Node(None, frozenset(), [*around, title, *inner.children])
        return root

    def _take_key(self, node: Node, taken: dict[str, str]) -> str:
        key = key_for(node.text, self._kind)
        # The table of revisions is ours; the original's stays as it is, under its own name.
        if (
            not key
            or key in taken
            or key in ("revisions", "terms", "contacts", "questions", "acceptance", "partners", "roles", "training")
        ):
            return ""
        taken[key] = node.text
        return key

    def _main_section(
        self, preface: list[Node | Block], headed: list[Node], keys: dict[int, str], main: str
    ) -> tuple[list[Node | Block], list[Node]]:
        """A document whose kind needs a section that no heading names: the part with most items becomes it."""
        items = [child for child in preface if isinstance(child, Node) and child.marker and child.marker.ordinals]
        candidates = [node for node in headed if not keys.get(id(node)) and _item_count(node)]
        best = max(candidates, key=_item_count, default=None)
        spot = Spot(Where.FILE)
        if items and len(items) >= (_item_count(best) if best else 0):
            first = preface.index(items[0])
            made = Node(
                Paragraph((Run(self._setting.words.word("headings", main)),), spot), children=list(preface[first:])
            )
            made.is_heading = True
            self._entries.append(Entry(Fate.GUESSED, "main-section", _spot(items[0]), detail=main))
            keys[id(made)] = main
            return preface[:first], [made, *headed]
        if best is not None and best.paragraph:
            self._entries.append(Entry(Fate.GUESSED, "main-section", best.paragraph.spot, best.text, main))
            keys[id(best)] = main
            return preface, headed
        # Nothing is numbered: each of its parts is a step, if there are any.
        loose = [node for node in headed if not keys.get(id(node))]
        tables = [child for child in preface if isinstance(child, Table)]
        children: list[Node | Block] = [*loose] if loose else [*tables] if tables else [*preface]
        made = Node(Paragraph((Run(self._setting.words.word("headings", main)),), spot), children=children)
        made.is_heading = True
        keys[id(made)] = main
        self._entries.append(Entry(Fate.GUESSED, "main-section", spot, detail=main))
        rest = [node for node in headed if node not in loose]
        kept = [child for child in preface if child not in children]
        return kept, [made, *rest]

    def _section_title(self, node: Node, key: str, titles: dict[str, int]) -> str:
        own = label(node.text) or _labelled(node)
        if _is_chapter(node.marker):
            own = _labelled(node)
        title = self._setting.words.word("headings", key) if key else own
        # A free section must not take the name of a known one by accident.
        if key and title != own:
            self._entries.append(Entry(Fate.CHANGED, "section", _spot(node), own, title))
        elif not key and key_for(own, self._kind) and _canonical(own, self._kind):
            title = _OWN[self._setting.words.language == "zh"].format(title=own)
            self._entries.append(Entry(Fate.CHANGED, "section", _spot(node), own, title))
        titles[title] = titles.get(title, 0) + 1
        return title if titles[title] == 1 else f"{title} ({titles[title]})"

    # ----------------------------------------------------------------------------- prose

    def _prose(self, children: Sequence[Node | Block], level: int, *, in_item: bool = False) -> list[prose.Block]:
        """Running text: headings, lists and tables in the order of the original."""
        found: list[prose.Block] = []
        group: list[Node] = []
        for child in children:
            if isinstance(child, Node) and not (child.is_heading and not in_item and level <= 6):
                if group and _list_kind(group[0]) != _list_kind(child):
                    found += self._list(group)
                    group = []
                group.append(child)
                continue
            found += self._list(group)
            group = []
            if isinstance(child, Node):
                self._note_references(child)
                title = _labelled(child) if _is_chapter(child.marker) else label(child.text)
                found.append(heading(level, title or _labelled(child)))
                found += self._prose(child.children, level + 1)
            elif isinstance(child, Table):
                found += self._table(child)
            else:
                found += self._paragraph(child)
        return [*found, *self._list(group)]

    def _paragraph(self, block: Paragraph) -> list[prose.Block]:
        self._note_text(block.text, block.spot)
        children = paragraph_inlines(block)
        return [paragraph(children)] if children else []

    def _list(self, nodes: list[Node]) -> list[prose.Block]:
        """A list; where its numbers are not 1, 2, 3 or are cited by name, they stay in the text."""
        if not nodes:
            return []
        if _is_article(nodes[0].marker):
            return [prose.List(False, tuple(item(self._article(node)) for node in nodes), NOWHERE)]
        kept = not _is_counted(nodes)
        if kept:
            detail = f"{_marker(nodes[0]).label} … {_marker(nodes[-1]).label}"
            self._entries.append(Entry(Fate.CHANGED, "numbers-kept", _spot(nodes[0]), nodes[0].text, detail))
        ordered = bool(_marker(nodes[0]).ordinals) and not kept
        items = tuple(item(self._item_blocks(node, kept), _checked(node)) for node in nodes)
        return [prose.List(ordered, items, NOWHERE)]

    def _article(self, node: Node) -> list[prose.Block]:
        self._note_text(node.text, node.own.spot)
        lead: list[Inline] = [prose.Strong(text(_marker(node).label))]
        if node.text:
            lead += [prose.Text(" "), *paragraph_inlines(node.own)]
        return [paragraph(lead), *self._prose(node.children, 7, in_item=True)]

    def _item_blocks(self, node: Node, kept: bool) -> list[prose.Block]:
        self._note_text(node.text, node.own.spot)
        children = list(paragraph_inlines(node.own))
        if kept and _marker(node).ordinals:
            children = [prose.Text(f"{_marker(node).label} "), *children]
        below = self._prose(node.children, 7, in_item=True)
        return [*([paragraph(children)] if children else []), *below]

    def _table(self, table: Table) -> list[prose.Block]:
        grid = table.grid
        width = len(grid[0]) if grid else 0
        if not width:
            return []
        if width == 1:
            # A table of one column is a frame around text.
            self._entries.append(Entry(Fate.CHANGED, "frame", table.spot))
            inside = [block for row in table.rows for cell in row for block in cell.blocks]
            return self._prose(outline(inside).root.children, 7, in_item=True)
        nested: list[prose.Block] = []
        lines: list[tuple[prose.Cell, ...]] = []
        seen: set[int] = set()
        for row in grid:
            cells = []
            for index, cell in enumerate(row):
                across = index > 0 and row[index - 1] is cell
                if id(cell) in seen and not across and cell.text:
                    self._entries.append(Entry(Fate.CHANGED, "merged", cell.spot, cell.text))
                cells.append(prose.Cell(() if across else self._cell(cell, nested, id(cell) in seen), NOWHERE))
            seen |= {id(cell) for cell in row}
            lines.append(tuple(cells))
        return [prose.Table(lines[0], tuple(lines[1:]), NOWHERE), *nested]

    def _cell(self, cell: Cell, nested: list[prose.Block], again: bool) -> tuple[Inline, ...]:
        found: list[Inline] = []
        for block in cell.blocks:
            if isinstance(block, Table):
                if not again:
                    self._entries.append(Entry(Fate.CHANGED, "nested-table", cell.spot, flat(cell.text)))
                    nested += self._table(block)
                continue
            if found:
                found.append(prose.LineBreak())
            if block.marker and block.marker.label:
                found.append(prose.Text(f"{block.marker.label} "))
            found += paragraph_inlines(block)
        return tuple(found)

    # ------------------------------------------------------------------- structured parts

    def _structured(self, key: str, node: Node) -> list[prose.Block]:
        children = node.children
        if key == "items":
            return self._check_items(children)
        tables = [child for child in children if isinstance(child, Table) and step_columns(child)]
        if key == "steps" and tables and not node.nodes:
            return [
                b for c in children for b in (self._table_steps(c) if isinstance(c, Table) else self._prose([c], 3))
            ]
        ordered = key == "steps"
        if not node.nodes:
            children = [
                Node(child, frozenset({"plain"})) if isinstance(child, Paragraph) else child for child in children
            ]
        return self._titled_list(children, ordered, inherited="", outer=node)

    def _titled_list(
        self, children: Sequence[Node | Block], ordered: bool, inherited: str, outer: Node
    ) -> list[prose.Block]:
        found: list[prose.Block] = []
        group: list[prose.ListItem] = []
        nodes = [child for child in children if isinstance(child, Node)]
        phases = _are_phases(nodes)
        numbered = ordered or any(_marker(node).ordinals for node in nodes)
        lists = 0

        def flush() -> None:
            nonlocal lists
            if group:
                found.append(prose.List(numbered, tuple(group), NOWHERE))
                group.clear()
                lists += 1

        for index, child in enumerate(children):
            following = children[index + 1] if index + 1 < len(children) else None
            if isinstance(child, Node) and phases and child.is_heading:
                flush()
                found += self._phase(child, ordered, inherited)
            elif isinstance(child, Node):
                group.append(self._titled_item(child, ordered, inherited))
                if _marker(child).ordinals and _marker(child).ordinal != len(group):
                    detail = f"{_marker(child).label} → {len(group)}"
                    self._entries.append(Entry(Fate.CHANGED, "renumbered", child.own.spot, child.text, detail))
            elif (
                isinstance(child, Paragraph) and isinstance(following, Node) and (group or lists) and _announces(child)
            ):
                flush()
                self._entries.append(Entry(Fate.GUESSED, "group", child.spot, child.text))
                found.append(heading(3, child.text.strip().rstrip("：:")))
            else:
                flush()
                found += self._prose([child], 4)
        flush()
        self._head_first_group(found, outer)
        return found

    def _head_first_group(self, found: list[prose.Block], outer: Node) -> None:
        """Where later groups have headings, the first one gets the section's own."""
        first = next((b for b in found if isinstance(b, prose.List | prose.Heading)), None)
        if first is None or isinstance(first, prose.Heading) or not outer.text:
            return
        if any(isinstance(block, prose.Heading) and block.level == 3 for block in found):
            found.insert(0, heading(3, label(outer.text)))

    def _phase(self, node: Node, ordered: bool, inherited: str) -> list[prose.Block]:
        title, spot = label(node.text), _spot(node)
        mention = marks.responsible(node.text, self._setting.actors)
        person = mention.title if mention else inherited
        self._note_references(node)
        if not node.nodes:
            inside: list[Node | Block] = [
                Node(c, frozenset({"plain"})) if isinstance(c, Paragraph) else c for c in node.children
            ]
        else:
            inside = list(node.children)
        self._entries.append(Entry(Fate.GUESSED, "phase", spot, title))
        blocks = self._titled_list(inside, ordered, person, Node(None))
        return [heading(3, title), *(_deeper(block) for block in blocks)]

    def _titled_item(self, node: Node, ordered: bool, inherited: str) -> prose.ListItem:
        block = node.own
        title, rest = split_title(block)
        body: list[prose.Block] = [paragraph(rest)] if rest else []
        body += self._prose(node.children, 7, in_item=True)
        title = title or _labelled(node) or "-"
        whole = "\n".join(n.text for n in node.walk())
        plain = [child.text for child in node.children if isinstance(child, Paragraph)]
        self._note_references(node)
        values = self._marks(" ".join([whole, *plain]), node.text, block.spot, inherited, step=ordered)
        return titled(title, suffix("", values), body)

    def _marks(self, whole: str, own: str, spot: Spot, inherited: str, *, step: bool) -> list[tuple[str, str]]:
        """The suffix of a step or task, each value a guess for the report."""
        setting = self._setting
        values: list[tuple[str, str]] = []
        mention = marks.responsible(own, setting.actors)
        if (mention is None or not mention.title) and whole != own:
            below = marks.responsible(whole, setting.actors)
            mention = below if below and (below.title or mention is None) else mention
        person = mention.title if mention else ""
        if mention and person:
            self._entries.append(Entry(Fate.GUESSED, "role", spot, mention.written, person))
        elif mention:
            self._entries.append(Entry(Fate.TO_DO, "role-unknown", spot, mention.written, own[:60]))
        if not person and inherited:
            person = inherited
            self._entries.append(Entry(Fate.GUESSED, "role-inherited", spot, own[:60], person))
        if not person and step:
            person = setting.owner
            self._entries.append(Entry(Fate.GUESSED, "role-default", spot, own[:60], person))
        values.append(("responsible", person if step or self._kind is Kind.DEPARTMENT else ""))
        if step:
            values += self._limits(whole, spot)
            values += self._records(whole, spot)
        often = marks.frequency(own)
        if often:
            self._entries.append(Entry(Fate.GUESSED, "frequency", spot, often[0], str(often[1])))
            values.append(("frequency", str(often[1])))
        return values

    def _limits(self, whole: str, spot: Spot) -> list[tuple[str, str]]:
        found = sorted(marks.limits(whole), key=lambda entry: whole.index(entry.written))
        for index, limit in enumerate(found):
            code = "limit" if index == 0 else "limit-more"
            fate = Fate.GUESSED if index == 0 else Fate.TO_DO
            self._entries.append(Entry(fate, code, spot, limit.written, str(limit.duration)))
        return [("within", str(found[0].duration))] if found else []

    def _records(self, whole: str, spot: Spot) -> list[tuple[str, str]]:
        found: dict[str, list[str]] = {}
        for title in marks.titles_quoted(whole):
            key, number = self._setting.documents.get(title, ("", ""))
            if key and number not in found.setdefault(key, []):
                found[key].append(number)
                self._entries.append(Entry(Fate.GUESSED, "document", spot, title, number))
        return [(key, ",".join(numbers)) for key, numbers in found.items()]

    def _table_steps(self, table: Table) -> list[prose.Block]:
        names = step_columns(table)
        if not names:
            return self._table(table)
        items = []
        grid = table.grid
        self._entries.append(Entry(Fate.GUESSED, "step-table", table.spot, " | ".join(flat(c.text) for c in grid[0])))
        for row in grid[1:]:
            cells = {key: flat(row[index].text) for key, index in names.items()}
            title = cells.get("step", "")
            others = [
                flat(c.text) for i, c in enumerate(row) if i not in names.values() and (i == 0 or row[i - 1] is not c)
            ]
            if not title:
                title, others = next((t for t in others if t), ""), []
            if not title:
                continue
            spot = row[names["step"]].spot
            person = marks.resolve(cells["responsible"], self._setting.actors)
            fate, code = (Fate.GUESSED, "role") if person else (Fate.TO_DO, "role-unknown")
            self._entries.append(Entry(fate, code, spot, cells["responsible"], person or title))
            found = marks.limit(cells.get("within", "")) or marks.limit(cells.get("text", ""))
            if found:
                self._entries.append(Entry(Fate.GUESSED, "limit", spot, found.written, str(found.duration)))
            kept = [cells.get("text", ""), *(t for t in others if not re.fullmatch(r"\d*", t))]
            kept += [] if person else [cells["responsible"]]
            kept += [] if found and found.written == cells.get("within") else [cells.get("within", "")]
            values = [("responsible", person or self._setting.owner), ("within", str(found.duration) if found else "")]
            values += self._records(cells.get("record", ""), spot)
            values += [("record", cells["record"])] if cells.get("record") and len(values) == 2 else []
            items.append(
                titled(
                    title, suffix("", values), [paragraph(text(" ".join(t for t in kept if t)))] if any(kept) else []
                )
            )
        return [prose.List(True, tuple(items), NOWHERE)]

    def _check_items(self, children: Sequence[Node | Block]) -> list[prose.Block]:
        found: list[prose.Block] = []
        for child in children:
            if isinstance(child, Table) and checklist_columns(child):
                found += self._table_checks(child)
            elif isinstance(child, Node) and child.is_heading and child.children:
                found.append(heading(3, label(child.text)))
                found += [_deeper(block) for block in self._check_items(child.children)]
            elif isinstance(child, Node):
                title, rest = split_title(child.own)
                entry = titled(
                    title or _labelled(child),
                    suffix(),
                    self._prose(child.children, 7, in_item=True),
                    lead=rest,
                    checked=False,
                )
                last = found[-1] if found else None
                if isinstance(last, prose.List):
                    found[-1] = structs.replace(last, items=(*last.items, entry))
                else:
                    found.append(prose.List(False, (entry,), NOWHERE))
            else:
                found += self._prose([child], 4)
        return found

    def _table_checks(self, table: Table) -> list[prose.Block]:
        names = checklist_columns(table)
        grid = table.grid
        self._entries.append(Entry(Fate.GUESSED, "check-table", table.spot, " | ".join(flat(c.text) for c in grid[0])))
        found: list[prose.Block] = []
        items: list[prose.ListItem] = []
        group = ""
        grouped = names["item"] > 0 and pattern("tables", "item").fullmatch(label(grid[0][0].text)) is not None
        for row in grid[1:]:
            tall = row[0] if grouped else None
            if tall is not None and label(tall.text) not in ("", group):
                if items:
                    found.append(prose.List(False, tuple(items), NOWHERE))
                items, group = [], label(tall.text)
                found.append(heading(3, group))
            name, criterion = flat(row[names["item"]].text), flat(row[names["criterion"]].text)
            others = [
                flat(cell.text)
                for i, cell in enumerate(row)
                if i not in names.values() and cell is not tall and not re.fullmatch(r"\d*", flat(cell.text))
            ]
            lead: list[Inline] = list(text(" ".join(filter(None, [criterion, *others]))))
            miss = flat(row[names["on_miss"]].text) if "on_miss" in names else ""
            if miss:
                lead += [prose.SoftBreak(), prose.Text(f"{self._setting.words.word('labels', 'on_miss')}：{miss}")]
            if name or criterion:
                items.append(titled(name or criterion[:20], suffix(), [], lead=lead, checked=False))
        if items:
            found.append(prose.List(False, tuple(items), NOWHERE))
        return found

    # ----------------------------------------------------------------------------- forms

    def _form(self) -> list[prose.Block]:
        words = self._setting.words
        found: list[prose.Block] = [heading(2, words.word("headings", "fields"))]
        notes: list[Paragraph] = []
        for part in formfields.parts(self._blocks):
            if isinstance(part, formfields.Rows):
                found += self._row_table(part)
            elif part.fields:
                found += self._field_group(part, first=len(found) == 1)
            else:
                notes += [Paragraph((Run(part.title, bold=True),), part.spot)] if part.title else []
                notes += part.notes
        if notes:
            tree = outline(notes)
            self._entries += tree.entries
            found += [heading(2, words.word("headings", "notes")), *self._prose(tree.root.children, 3)]
        return found

    def _field_group(self, part: formfields.Group, *, first: bool) -> list[prose.Block]:
        items = []
        for guess in part.fields:
            options = [item((paragraph(text(option)),)) for option in guess.options if set(option) & set("/|／｜")]
            nested: list[prose.Block] = (
                [prose.List(False, tuple(_option(o) for o in guess.options), NOWHERE)] if options else []
            )
            hint: list[prose.Block] = [paragraph(text(guess.hint))] if guess.hint else []
            items.append(titled(guess.label or "-", _field_suffix(guess, nested=bool(options)), [*hint, *nested]))
            self._entries.append(Entry(Fate.GUESSED, "field", guess.spot, guess.label, guess.type))
        title = part.title or ("" if first else _FURTHER[self._setting.words.language == "zh"])
        head = [heading(3, title)] if title else []
        return [*head, prose.List(False, tuple(items), NOWHERE), *self._notes(part.notes)]

    def _notes(self, notes: Sequence[Paragraph]) -> list[prose.Block]:
        """Text within a group: never a list there, since a list is fields."""
        found: list[prose.Block] = []
        for note in notes:
            lead = text(f"{note.marker.label} ") if note.marker and note.marker.label else ()
            found.append(paragraph((*lead, *paragraph_inlines(note))))
        return found

    def _row_table(self, part: formfields.Rows) -> list[prose.Block]:
        header = tuple(
            prose.Cell(
                (*text(guess.label), *((prose.Text(" "), own) if (own := _field_suffix(guess)).raw else ())), NOWHERE
            )
            for guess in part.columns
        )
        rows = tuple(_cells(row) for row in part.preset) or (_cells([""] * len(header)),)
        self._entries.append(
            Entry(Fate.GUESSED, "row-table", part.spot, " | ".join(g.label for g in part.columns), str(part.rows))
        )
        title = part.title or _ROWS[self._setting.words.language == "zh"]
        return [
            heading(3, title, suffix("", [("type", "table"), ("rows", str(part.rows))])),
            prose.Table(header, rows, NOWHERE),
        ]

    # ---------------------------------------------------------------------------- report

    def _note_text(self, words: str, spot: Spot) -> None:
        for reference in marks.cross_references(words):
            self._entries.append(Entry(Fate.TO_DO, "cross-reference", spot, reference))

    def _note_references(self, node: Node) -> None:
        if node.paragraph:
            self._note_text(node.text, node.own.spot)


_UNDECIDED = ("to be decided", "待定")
_IMPORTED = ("imported from an existing document", "由现有文件导入")
_OWN = ("{title} (original)", "原{title}")
_FURTHER = ("Further fields", "其他栏目")
_ROWS = ("Entries", "明细")
_NO_MARKER = Marker("", "")


def split_title(block: Paragraph) -> tuple[str, tuple[Inline, ...]]:
    """A title for an item, and the rest of its text: what is bold, what stands before a colon, or its first clause.

    A text whose first clause is too long keeps its whole wording, and the title repeats its beginning.
    """
    whole = block.text.strip()
    bold = ""
    for run in block.runs:
        if not run.bold and run.text.strip():
            break
        bold += run.text
    if bold.strip() and len(bold.strip()) < len(whole) and columns(bold) <= MAX_TITLE_COLUMNS:
        return _title(bold), _rest(block, len(bold))
    colon = re.match(r"[^：:。；;，,]{2,24}[：:](?=\s*\S)(?!\d|//)", whole)
    if colon and columns(colon[0]) <= MAX_TITLE_COLUMNS:
        return _title(colon[0]), _rest(block, block.text.index(colon[0]) + len(colon[0]))
    if columns(whole) <= MAX_TITLE_COLUMNS and "\n" not in whole:
        return _title(whole), ()
    for pattern_ in (re.compile(r"[。.!！?？；;](?=\s|[^\d\sA-Za-z]|$)"), _CLAUSE):
        match = pattern_.search(whole, 4)
        if match and columns(whole[: match.start()]) <= MAX_TITLE_COLUMNS:
            return _title(whole[: match.start()]), _rest(block, block.text.index(whole) + match.end())
    return f"{_beginning(whole)}…", paragraph_inlines(block)


def _title(words: str) -> str:
    return flat(words).rstrip(f"{_TAIL}：:").strip()


def _beginning(whole: str) -> str:
    found = ""
    for piece in re.findall(r"[A-Za-z0-9'’-]+\s*|.", whole.replace("\n", " ")):
        if columns(found + piece) > MAX_TITLE_COLUMNS - 16:
            break
        found += piece
    return found.strip().rstrip("“‘（(《[")


def _rest(block: Paragraph, count: int) -> tuple[Inline, ...]:
    runs: list[Run] = []
    for run in block.runs:
        if count >= len(run.text):
            count -= len(run.text)
            runs += [run] if run.image else []
            continue
        runs.append(replace(run, text=run.text[count:]))
        count = 0
    if runs:
        runs[0] = replace(runs[0], text=runs[0].text.lstrip("：: \u3000\n"))
    found = inlines(runs, keep_bold=not block.bold)
    return found if any(prose.plain((node,)).strip() for node in found) or any(r.image for r in runs) else ()


def _is_empty(block: Block) -> bool:
    return (
        isinstance(block, Paragraph)
        and not block.marker
        and not block.text.strip()
        and not any(r.image for r in block.runs)
    )


def _bounded(blocks: Sequence[prose.Block]) -> Iterator[prose.Block]:
    """Blocks without paragraphs so long that the reader would take them for data."""
    for block in blocks:
        if isinstance(block, prose.Paragraph) and len(prose.plain(block.children)) > MAX_LINE_CHARS // 4:
            words = prose.plain(block.children)
            size = MAX_LINE_CHARS // 4
            for start in range(0, len(words), size):
                yield paragraph(text(words[start : start + size]))
        else:
            yield block


def _deeper(block: prose.Block) -> prose.Block:
    return structs.replace(block, level=min(block.level + 1, 6)) if isinstance(block, prose.Heading) else block


def _option(option: str) -> prose.ListItem:
    return item((paragraph(text(option)),))


def _field_suffix(guess: formfields.Guess, *, nested: bool = False) -> prose.Suffix:
    values = [
        ("type", "" if guess.type is FieldType.TEXT else guess.type),
        ("options", "" if nested else "/".join(guess.options)),
        ("unit", guess.unit),
        ("lines", str(guess.lines) if guess.lines > 1 else ""),
    ]
    return suffix("", values)


def _cells(texts: Sequence[str]) -> tuple[prose.Cell, ...]:
    return tuple(prose.Cell(text(entry), NOWHERE) for entry in texts)


def _marker(node: Node) -> Marker:
    return node.marker or _NO_MARKER


def _spot(node: Node) -> Spot:
    return node.paragraph.spot if node.paragraph else Spot(Where.FILE)


def _labelled(node: Node) -> str:
    return f"{_marker(node).label} {label(node.text)}".strip()


def _checked(node: Node) -> bool | None:
    return node.paragraph.checked if node.paragraph else None


def _is_article(marker: Marker | None) -> bool:
    return marker is not None and (marker.family in ("第条", "第條", "第款", "article", "note"))


def _is_chapter(marker: Marker | None) -> bool:
    return marker is not None and (
        marker.label.startswith("第") or marker.family in ("chapter", "part", "section", "appendix", "annex", "篇")
    )


def _list_kind(node: Node) -> tuple[bool, bool, str]:
    marker = _marker(node)
    return bool(marker.ordinals), _is_article(marker), marker.family if _is_article(marker) or marker.ordinals else ""


def _is_counted(nodes: Sequence[Node]) -> bool:
    """True if a list's numbers are what their places say: 1, 2, 3. Bullets always are."""
    numbers = [_marker(node).ordinal for node in nodes]
    return not any(numbers) or numbers == list(range(1, len(numbers) + 1))


def _item_count(node: Node | None) -> int:
    return sum(bool(n.marker and n.marker.ordinals) for n in node.walk()) - 1 if node else 0


def _are_phases(nodes: Sequence[Node]) -> bool:
    """True if the items of a section are groups of steps and not steps: headings with numbered texts below."""
    headings = [node for node in nodes if node.is_heading]
    deep = [node for node in headings if sum(bool(_marker(n).ordinals) for n in node.nodes) > 1]
    return bool(headings) and len(deep) * 2 >= len(nodes) and len(headings) * 3 >= len(nodes) * 2


def _announces(block: Paragraph) -> bool:
    return bool(re.search(r"[：:]\s*$", block.text)) and columns(block.text) <= MAX_TITLE_COLUMNS


def _canonical(title: str, kind: Kind) -> bool:
    return (canonical("headings", title) or "") in SECTIONS[kind]

"""From a row of paragraphs to a tree: which number continues which series, and what belongs below what.

No document says how its levels nest; each shows it by the order in which its kinds of numbers appear. So the
outline keeps a stack of the series that are open: a number that continues one of them closes everything opened
since, and a new kind of number begins a level below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sopbook.importing import numerals
from sopbook.importing.inline import label
from sopbook.importing.lines import columns
from sopbook.importing.markers import BARE, Found, bullet, typed
from sopbook.importing.tree import BLANK, Block, Entry, Fate, Marker, Paragraph, Run, Table
from sopbook.importing.words import key_of

MAX_HEADING_COLUMNS = 60
MAX_GAP = 3
"""Numbers that a careless author may have skipped."""

_SENTENCE_END = re.compile(r"[。；;.!?！？，,]$")
_COLON_END = re.compile(r"[：:]\s*$")
_STRONG = re.compile(
    r"第.|一、|（一）|篇|dotted:[2-9]|chapter|section|article|part|appendix|annex|step|phase", re.IGNORECASE
)
_ALWAYS_HEADING = re.compile(r"第(部分|[编編篇章节節])|篇|chapter|part|appendix|annex", re.IGNORECASE)
_GAP = re.compile(r"(?<=\S)(?: {6,}|\u3000{3,}|[ \u3000]{8,})(?=\S)(?![^\s：:]{1,10}[：:]|年|月|日)")
_GLUED = re.compile(r"(?<=[。；;.!?！？：:）)])\s*(?=\S)")


@dataclass
class Node:
    """A paragraph with a rank, and what stands below it. The root has no paragraph."""

    paragraph: Paragraph | None
    families: frozenset[str] = frozenset()
    children: list[Node | Block] = field(default_factory=list)
    is_heading: bool = False

    @property
    def own(self) -> Paragraph:
        """Its paragraph. Raises ValueError for the root, which has none."""
        if self.paragraph is None:
            raise ValueError("the root has no paragraph")
        return self.paragraph

    @property
    def marker(self) -> Marker | None:
        """Its number or bullet."""
        return self.paragraph.marker if self.paragraph else None

    @property
    def text(self) -> str:
        """Its own words."""
        return self.paragraph.text.strip() if self.paragraph else ""

    @property
    def nodes(self) -> list[Node]:
        """The ranked paragraphs right below it."""
        return [child for child in self.children if isinstance(child, Node)]

    def walk(self) -> Iterator[Node]:
        """The node and all below, in reading order."""
        yield self
        for node in self.nodes:
            yield from node.walk()


@dataclass(frozen=True, slots=True)
class Outline:
    """The tree of a document, and what was guessed on the way."""

    root: Node
    entries: tuple[Entry, ...]


def outline(blocks: Sequence[Block]) -> Outline:
    """The tree of a document's blocks."""
    entries: list[Entry] = []
    marked = list(_implicit_lists(_marked(blocks, entries), entries))
    root = _tree(marked, entries)
    _promote(root)
    _decide_headings(root, depth=0)
    return Outline(root, tuple(entries))


# ------------------------------------------------------------------------- typed markers


class _Series:
    """The last number of each kind, to tell a number that continues from one that only looks like it."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, ...]] = {}

    def accept(self, marker: Marker, ahead: Sequence[str]) -> bool:
        """Whether a marker makes sense here; ``ahead`` are the texts that follow."""
        last = self._last.get(marker.family)
        if marker.ordinal == 1 or (last and last[:-1] == marker.ordinals[:-1] and self._near(last[-1], marker.ordinal)):
            return True
        if marker.depth and self._last.get(f"dotted:{marker.depth}") == marker.ordinals[:-1]:
            return True
        return bool(_STRONG.match(marker.family)) or self._goes_on(marker, ahead)

    def continues(self, marker: Marker) -> bool:
        """Whether a marker is the very next of its series, or the first below the last one."""
        last = self._last.get(marker.family)
        if last and last[:-1] == marker.ordinals[:-1] and marker.ordinal == last[-1] + 1:
            return True
        below = self._last.get(f"dotted:{marker.depth}") if marker.depth else None
        return bool(below and below == marker.ordinals[:-1] and marker.ordinal == 1)

    def last(self, family: str) -> tuple[int, ...] | None:
        """The last numbers of a family."""
        return self._last.get(family)

    def note(self, marker: Marker) -> None:
        """Remember a marker as the last of its kind."""
        self._last[marker.family] = marker.ordinals
        for depth in range(marker.depth + 2, 8):
            if marker.family.startswith("dotted"):
                self._last.pop(f"dotted:{depth}", None)

    @staticmethod
    def _near(last: int, ordinal: int) -> bool:
        return 0 <= ordinal - last <= MAX_GAP

    @staticmethod
    def _goes_on(marker: Marker, ahead: Sequence[str]) -> bool:
        wanted = (*marker.ordinals[:-1], marker.ordinal + 1)
        found = (typed(text) for text in ahead)
        return any(f and f.marker.family == marker.family and f.marker.ordinals == wanted for f in found)


def _marked(blocks: Sequence[Block], entries: list[Entry]) -> Iterator[Block]:
    """The blocks with typed markers recognised, and items that stand on one line split."""
    series = _Series()
    blocks = [_with_blanks(block) for block in blocks]
    texts = [block.text if isinstance(block, Paragraph) else "" for block in blocks]
    for index, block in enumerate(blocks):
        if not isinstance(block, Paragraph):
            yield block
            continue
        ahead = texts[index + 1 : index + 40]
        if block.marker is None:
            block = _with_typed(block, series, ahead, entries)
        if block.marker:
            series.note(block.marker)
        yield from _split(block, series, ahead, entries)


def _with_blanks(block: Block) -> Block:
    """A wide gap within a sentence is a blank to fill in; before a label it only aligns."""
    if not isinstance(block, Paragraph) or not _GAP.search(block.text):
        return block
    return replace(block, runs=tuple(replace(run, text=_GAP.sub(BLANK, run.text)) for run in block.runs))


def _with_typed(block: Paragraph, series: _Series, ahead: Sequence[str], entries: list[Entry]) -> Paragraph:
    found = _typed(block, series, ahead)
    if found is None:
        return block
    marker = found.marker
    last = series.last(marker.family)
    if last and marker.ordinal > 1 and last[:-1] == marker.ordinals[:-1] and marker.ordinal != last[-1] + 1:
        entries.append(Entry(Fate.GUESSED, "number-order", block.spot, block.text, marker.label))
    return replace(block, runs=_cut(block.runs, found.end), marker=marker)


def _typed(block: Paragraph, series: _Series, ahead: Sequence[str]) -> Found | None:
    text = block.text
    found = typed(text)
    if found:
        found = _reread(found, series, text)
    if (
        found
        and found.end >= len(text.rstrip())
        and not re.match(r"第|chapter|section|part", found.marker.family, re.I)
    ):
        return None
    if found and series.accept(found.marker, ahead):
        return found
    bare = BARE.match(text)
    if bare:
        ordinals = tuple(int(part) for part in bare[1].split("."))
        if len(ordinals) == 2 and ordinals[1] == 0:
            ordinals = ordinals[:1]
        marker = Marker(bare[1], f"dotted:{len(ordinals)}", ordinals, len(ordinals) - 1)
        short = columns(text) <= MAX_HEADING_COLUMNS and not _SENTENCE_END.search(text)
        known = short and key_of("headings", label(text[bare.end() :])) is not None
        if block.heading or known or (short and (series.continues(marker) or _bare_goes_on(ordinals, ahead))):
            return Found(marker, bare.end())
    return bullet(text)


def _bare_goes_on(ordinals: tuple[int, ...], ahead: Sequence[str]) -> bool:
    """True if the next number of a series without separators comes up soon (``1 Purpose`` … ``2 Scope``)."""
    wanted = ".".join(map(str, (*ordinals[:-1], ordinals[-1] + 1)))
    return ordinals[-1] == 1 and any(
        (match := BARE.match(text)) and match[1] in (wanted, f"{wanted}.0") and columns(text) <= MAX_HEADING_COLUMNS
        for text in ahead
    )


def _reread(found: Found, series: _Series, text: str) -> Found:
    """A single letter may be a Roman number, and the other way round: what continues an open series wins."""
    marker = found.marker
    letter = re.match(r"\s*[（(]?\s*([A-Za-z])\s*[.．、)）]", text)
    if letter is None:
        return found
    case = letter[1].isupper()
    roman = numerals.from_roman(letter[1])
    as_roman = Marker(marker.label, "roman:I" if case else "roman:i", (roman,)) if roman else None
    as_letter = numerals.from_letter(letter[1])
    if marker.family.startswith("roman"):
        for family in ("a)", "(a)", "a."):
            option = Marker(marker.label, f"{family}{'A' if case else 'a'}", (as_letter or 0,))
            if series.continues(option):
                return Found(option, found.end)
    elif as_roman and not series.continues(marker) and series.continues(as_roman):
        return Found(as_roman, found.end)
    return found


def _split(block: Paragraph, series: _Series, ahead: Sequence[str], entries: list[Entry]) -> Iterator[Paragraph]:
    """One paragraph for each item that stands on a line."""
    at = _glued_at(block.text, series, ahead)
    if at is None:
        yield block
        return
    first = replace(block, runs=_trim(_head(block.runs, at)))
    rest = replace(block, runs=_trim(_cut(block.runs, at)), marker=None, heading=0)
    entries.append(Entry(Fate.GUESSED, "split", block.spot, rest.text))
    yield first
    rest = _with_typed(rest, series, ahead, entries)
    if rest.marker:
        series.note(rest.marker)
    yield from _split(rest, series, ahead, entries) if rest.marker else (rest,)


def _glued_at(text: str, series: _Series, ahead: Sequence[str]) -> int | None:
    """Where within a text the next item of an open series begins."""
    for match in _GLUED.finditer(text):
        found = typed(text[match.end() :])
        if found is None or found.marker.family.startswith(("roman", "a", "(a)")):
            continue
        # After a colon and without a space a number is more often part of the sentence.
        tight = match[0] == "" and text[match.start() - 1] in "：:）)"
        if not tight and series.continues(found.marker) and match.end() + found.end < len(text):
            return match.end()
        starts = found.marker.ordinal == 1 and text[match.start() - 1] in "：:" and not found.marker.depth
        if starts and found.marker.family != "dotted:1" and _has_second(text[match.end() :], found.marker, ahead):
            return match.end()
    return None


def _has_second(text: str, first: Marker, ahead: Sequence[str]) -> bool:
    within = (text[match.end() :] for match in _GLUED.finditer(text))
    for candidate in (*within, *ahead[:1]):
        found = typed(candidate)
        if found and found.marker.family == first.family and found.marker.ordinal == 2:
            return True
    return False


def _cut(runs: tuple[Run, ...], count: int) -> tuple[Run, ...]:
    """The runs without their first ``count`` characters."""
    found: list[Run] = []
    for run in runs:
        if count >= len(run.text) and not run.image:
            count -= len(run.text)
            continue
        found.append(replace(run, text=run.text[count:]))
        count = 0
    return tuple(found)


def _head(runs: tuple[Run, ...], count: int) -> tuple[Run, ...]:
    found: list[Run] = []
    for run in runs:
        if count <= 0:
            break
        found.append(replace(run, text=run.text[:count]))
        count -= len(run.text)
    return tuple(found)


def _trim(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    if not runs:
        return runs
    runs = (replace(runs[0], text=runs[0].text.lstrip()), *runs[1:])
    return (*runs[:-1], replace(runs[-1], text=runs[-1].text.rstrip()))


def _implicit_lists(blocks: Iterable[Block], entries: list[Entry]) -> Iterator[Block]:
    """Lines after a colon, each ending with a semicolon and the last one with a full stop, are a list."""
    found = list(blocks)
    index = 0
    while index < len(found):
        block = found[index]
        yield block
        index += 1
        if not (isinstance(block, Paragraph) and _COLON_END.search(block.text)):
            continue
        end = index
        while end < len(found) and _is_unmarked(found[end]) and re.search(r"[；;]\s*$", text_at(found, end)):
            end += 1
        if end > index and end < len(found) and _is_unmarked(found[end]) and len(text_at(found, end)) < 200:
            end += 1
        if end - index < 2:
            continue
        entries.append(Entry(Fate.GUESSED, "implicit-list", block.spot, block.text, str(end - index)))
        for item in found[index:end]:
            yield replace(item, marker=Marker("", "bullet:implicit")) if isinstance(item, Paragraph) else item
        index = end


def text_at(blocks: Sequence[Block], index: int) -> str:
    """The text of a block that is a paragraph; empty for a table."""
    block = blocks[index]
    return block.text if isinstance(block, Paragraph) else ""


def _is_unmarked(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.marker is None and not block.heading and not block.is_title


# ------------------------------------------------------------------------------- the tree


def _tree(blocks: Sequence[Block], entries: list[Entry]) -> Node:
    root = Node(None)
    stack = [root]
    for index, block in enumerate(blocks):
        if isinstance(block, Table):
            stack[-1].children.append(block)
            continue
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.heading:
            _push(stack, _below_style(stack, block.heading), block, _families(block))
        elif block.marker:
            _place_marked(stack, block, block.marker)
        elif _looks_like_heading(block, following):
            _place_bold(stack, block)
            entries.append(Entry(Fate.GUESSED, "heading", block.spot, block.text))
        else:
            _place_plain(stack, block)
    return root


def _families(block: Paragraph) -> frozenset[str]:
    families = {f"style:{block.heading}"} if block.heading else set()
    if block.marker:
        families.add(block.marker.family)
    return frozenset(families)


def _push(stack: list[Node], keep: int, block: Paragraph, families: frozenset[str]) -> None:
    del stack[keep:]
    node = Node(block, families)
    stack[-1].children.append(node)
    stack.append(node)


def _below_style(stack: list[Node], level: int) -> int:
    """How much of the stack stays above a heading of a style: nothing but headings of higher levels."""
    for index, node in enumerate(stack[1:], 1):
        own = [int(f.removeprefix("style:")) for f in node.families if f.startswith("style:")]
        if not own or own[0] >= level:
            return index
    return len(stack)


def _place_marked(stack: list[Node], block: Paragraph, marker: Marker) -> None:
    keep = _position(stack, block, marker)
    if marker.ordinal == 1 and keep < len(stack):
        _open_introduced(stack, keep)
    _push(stack, keep, block, _families(block))


def _position(stack: list[Node], block: Paragraph, marker: Marker) -> int:
    families = [node.families for node in stack]
    if marker.family.startswith("dotted:"):
        depth = int(marker.family[7:])
        for index in range(1, len(stack)):
            own = [int(f[7:]) for f in families[index] if f.startswith("dotted:")]
            if own and own[0] >= depth:
                return index
            if own and own[0] < depth and stack[index].marker:
                above = stack[index].marker
                if above and above.ordinals != marker.ordinals[: own[0]]:
                    return index + 1
        return _after_deepest(stack, "dotted:") or len(stack)
    for index in range(len(stack) - 1, 0, -1):
        if marker.family in families[index]:
            return index
    if marker.automatic and marker.family.startswith("auto:"):
        scheme = marker.family.rpartition(":")[0]
        for index in range(1, len(stack)):
            other = stack[index].marker
            if other and other.family.rpartition(":")[0] == scheme and other.depth >= marker.depth:
                return index
    return _by_indent(stack, block)


def _after_deepest(stack: list[Node], prefix: str) -> int | None:
    """The position right below the deepest open node of a scheme, so that other series opened since are closed."""
    for index in range(len(stack) - 1, 0, -1):
        if any(f.startswith(prefix) for f in stack[index].families):
            return index + 1
    return None


def _by_indent(stack: list[Node], block: Paragraph) -> int:
    """A new kind of number goes below the last one, unless it is indented no further than a list item already open."""
    keep = len(stack)
    if block.indent is None:
        return keep
    while keep > 1:
        top = stack[keep - 1]
        other = top.paragraph.indent if top.paragraph else None
        listed = top.marker is not None and (top.marker.automatic or not top.marker.ordinals)
        if not listed or other is None or _is_style(top) or block.indent > other + 3 or _may_hold(top):
            break
        keep -= 1
    return keep


def _may_hold(node: Node) -> bool:
    """An item that ends with a colon announces what follows, however that is indented."""
    last = node.children[-1] if node.children else node.paragraph
    return isinstance(last, Paragraph) and bool(_COLON_END.search(last.text))


def _is_style(node: Node) -> bool:
    return any(family.startswith(("style:", "bold")) for family in node.families)


def _open_introduced(stack: list[Node], keep: int) -> None:
    """A list that begins anew after “the following apply to …:” has that line as its heading.

    The line was taken for a continuation of the last item; it goes to the level of the list.
    """
    closing = stack[keep]
    holder = next((n for n in reversed(stack[keep:]) if n.children and isinstance(n.children[-1], Paragraph)), None)
    if holder is None or not closing.marker or not closing.marker.ordinals:
        return
    last = holder.children[-1]
    if isinstance(last, Paragraph) and _COLON_END.search(last.text) and _is_sentence(closing):
        holder.children.pop()
        stack[keep - 1].children.append(last)


def _looks_like_heading(block: Paragraph, following: Block | None) -> bool:
    text = block.text.strip()
    if not block.bold or columns(text) > MAX_HEADING_COLUMNS or _SENTENCE_END.search(text) or "\n" in text:
        return False
    if re.search(r"[：:]\s*\S|＿|_{2}", text) or following is None:
        return False
    return not (isinstance(following, Paragraph) and following.bold and following.marker is None)


def _place_bold(stack: list[Node], block: Paragraph) -> None:
    keep = len(stack)
    for index in range(len(stack) - 1, 0, -1):
        if "bold" in stack[index].families:
            keep = index
            break
    else:
        while keep > 1 and not _is_style(stack[keep - 1]) and _is_sentence(stack[keep - 1]):
            keep -= 1
    _push(stack, keep, block, frozenset({"bold"}))


def _place_plain(stack: list[Node], block: Paragraph) -> None:
    """A paragraph without a rank belongs to what is open, unless its indent says that the list is over."""
    keep = len(stack)
    while keep > 1:
        top = stack[keep - 1]
        own = top.paragraph.indent if top.paragraph else None
        listed = top.marker is not None and not _is_style(top)
        typed_bullet = listed and top.marker is not None and not top.marker.automatic and not top.marker.ordinals
        deeper = own is not None and block.indent is not None and block.indent > own + 3
        automatic = listed and top.marker is not None and top.marker.automatic
        if not (typed_bullet and not deeper) and not (automatic and own and (block.indent or 0) < own - 3):
            break
        keep -= 1
    target = stack[keep - 1]
    target.children.append(block)


def _is_sentence(node: Node) -> bool:
    return bool(_SENTENCE_END.search(node.text)) or columns(node.text) > MAX_HEADING_COLUMNS


def _promote(node: Node) -> None:
    """What follows the last item of a list of sentences belongs to the text around the list."""
    for below in node.nodes:
        _promote(below)
    promoted: list[Node | Block] = []
    for index, child in enumerate(node.children):
        promoted.append(child)
        following = node.children[index + 1] if index + 1 < len(node.children) else None
        if not isinstance(child, Node) or isinstance(following, Node) or _is_style(child) or not _is_sentence(child):
            continue
        # A sentence that goes on after a semicolon is no end of a list.
        if re.search(r"[；;，,]$", child.text):
            continue
        if child.marker and child.marker.family.startswith("第") and child.marker.family[1] in "条條":
            continue
        tail: list[Node | Block] = []
        while child.children and isinstance(child.children[-1], Paragraph):
            last = child.children[-1]
            own = child.paragraph.indent if child.paragraph else None
            if last.indent and own is not None and last.indent >= own - 3:
                break
            tail.insert(0, child.children.pop())
        promoted += tail
    node.children[:] = promoted


def _decide_headings(node: Node, depth: int) -> None:
    """Which nodes are headings: those of a style, chapters, and short ones that hold something."""
    groups: dict[frozenset[str], list[Node]] = {}
    for child in node.nodes:
        groups.setdefault(child.families, []).append(child)
    for group in groups.values():
        could = [child for child in group if _could_be_heading(child)]
        holding = [child for child in could if child.children]
        enough = len(holding) * 2 > len(group) and len(could) * 3 >= len(group) * 2 and depth < 4
        for child in group:
            marker = child.marker
            child.is_heading = _is_style(child) or bool(marker and _ALWAYS_HEADING.match(marker.family))
            child.is_heading = child.is_heading or (enough and child in could)
    for child in node.nodes:
        _decide_headings(child, depth + 1)


def _could_be_heading(node: Node) -> bool:
    text = node.text
    if not node.marker or not node.marker.ordinals or not text:
        return False
    return columns(text) <= MAX_HEADING_COLUMNS and not _SENTENCE_END.search(text) and not _COLON_END.search(text)

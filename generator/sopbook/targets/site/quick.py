"""Our own pages to HTML, without a Markdown parser where there is nothing to parse.

The page templates write headings in Markdown and everything else as HTML, of which Python-Markdown
changes nothing, though it takes it apart tag by tag. ``convert`` does what Python-Markdown would
do with such a page (a test compares the two, byte for byte) and gives up at anything else.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from markdown.extensions.toc import nest_toc_tokens, slugify, unique

_HEADING = re.compile(r"(#{1,6}) (.+?)(?: \{#([\w.-]+)\})?")
# What ``html.markdown_text`` leaves of a title, and the tags that templates put around numbers.
_PLAIN_INLINE = re.compile(
    r"""(?:[^\\`*_{}\[\]<>&\#!|~$^:"'\n\x00-\x1f]|&\#\d+;|&(?:amp|lt|gt);|<span\ class="[\w\ -]+">|</span>)+""", re.X
)
_BLOCK = re.compile(
    r"<(div|dl|ul|ol|nav|table|section|details|blockquote|pre|figure|form|aside|style|noscript|p)(?=[\s>])"
)
_TAG = re.compile(r"<[^>]*>")
_MARKERS = ("\x02", "\x03", "\r", "\t")
_NEEDS_PARSER = re.compile(r"<(?:script|math|textarea|\?|!)", re.I)
_MARKDOWN_INSIDE = "markdown="


@dataclass(frozen=True, slots=True)
class Converted:
    """A page's HTML, the nested tokens of its table of contents, and its title if it begins with a heading."""

    content: str
    toc: list[dict[str, Any]]
    title: str | None


def convert(text: str) -> Converted | None:
    """The HTML of a page's Markdown (front matter taken off); None if only a Markdown parser can tell."""
    if any(marker in text for marker in _MARKERS) or _NEEDS_PARSER.search(text) or _MARKDOWN_INSIDE in text.lower():
        return None
    parts: list[str] = []
    tokens: list[dict[str, Any]] = []
    ids: set[str] = set()
    headings: list[tuple[int, str, str | None]] = []
    position = 0
    while (position := _skip_blank(text, position)) < len(text):
        end = _end_of_block(text, position)
        if end is None:
            return None
        block = text[position:end]
        if block.startswith("#"):
            match = _HEADING.fullmatch(block)
            if match is None or not _PLAIN_INLINE.fullmatch(match[2]) or match[2] != match[2].strip():
                return None
            headings.append((len(match[1]), match[2], match[3]))
            if match[3]:
                if match[3] in ids:
                    return None
                ids.add(match[3])
            parts.append("")
        else:
            # Python-Markdown keeps one of the blank lines after an element.
            blank = text.startswith("\n\n", end)
            if not blank and text[end + 1 : end + 2] not in ("", "<"):
                return None
            parts.append(block + "\n" if blank else block)
        position = end
    found = iter(headings)
    for index, part in enumerate(parts):
        if part:
            continue
        level, inner, name = next(found)
        label = _TAG.sub("", inner)
        label = " ".join(label.split())
        anchor = name or str(unique(slugify(html.unescape(label), "-"), ids))
        tokens.append({"level": level, "id": anchor, "name": label, "html": inner, "data-toc-label": ""})
        parts[index] = f'<h{level} id="{anchor}">{inner}</h{level}>'
    title = tokens[0]["name"] if tokens and text.lstrip().startswith("# ") else None
    return Converted("\n".join(parts).strip(), nest_toc_tokens(tokens), title)


def _skip_blank(text: str, position: int) -> int:
    while position < len(text) and text[position] == "\n":
        position += 1
    return position


def _end_of_block(text: str, position: int) -> int | None:
    """Where a heading or an element that starts at ``position`` ends; None if it is neither or runs on."""
    line_end = text.find("\n", position)
    line_end = len(text) if line_end < 0 else line_end
    if text[position] == "#":
        return line_end
    opening = _BLOCK.match(text, position)
    if opening is None:
        return None
    depth = 0
    for tag in re.compile(rf"<(/?){opening[1]}(?=[\s>])").finditer(text, position):
        depth += -1 if tag[1] else 1
        if depth == 0:
            end = text.index(">", tag.end()) + 1
            return end if text[end : end + 1] in ("", "\n") else None
    return None

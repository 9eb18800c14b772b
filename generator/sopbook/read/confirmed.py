"""The list of questions that an author confirmed, each with a digest of what it tested then.

One line a pair, ``question  tested  digest``, sorted: two people's changes merge, and a difference
shows which questions were looked at. ``sopbook quiz confirm`` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sopbook.places import Place
from sopbook.read.collect import Collector
from sopbook.read.source import decode

FILE = "sop/questions.lock"

_HEAD = "# Written by `sopbook quiz confirm`: question, what it tests, digest of that content when it was confirmed.\n"
_LINE = re.compile(r"(\S{1,200}#\S{1,200})\s+(\S{1,300})\s+([0-9a-f]{12})")


def parse(data: bytes, collector: Collector) -> Mapping[tuple[str, str], str]:
    """The digests by (question, tested); lines that say nothing are reported."""
    text = decode(FILE, data, collector) or ""
    found: dict[tuple[str, str], str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            collector.add("SOP611", Place(FILE, number), line.strip()[:40])
        else:
            found[match[1], match[2]] = match[3]
    return found


def write(digests: Mapping[tuple[str, str], str]) -> bytes:
    """The file for some digests."""
    lines = (f"{question}  {tested}  {digest}\n" for (question, tested), digest in sorted(digests.items()))
    return (_HEAD + "".join(lines)).encode()

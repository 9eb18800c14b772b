"""mkdocs-material's search index, from the pages of the site.

It is made by the theme's own class; what a page gives to it is remembered, so that an edit costs
one page.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jieba
from material.plugins.search.plugin import SearchIndex

from sopbook.cache.store import Store
from sopbook.cache.tool import digest, tool_digest
from sopbook.parallel import map_share
from sopbook.targets.site.shell import Shell


def search_index(shell: Shell, docs: Path, pages: Mapping[str, str], terms: Path, store: Store | None) -> bytes:
    """The index of all pages, given by path with the digest of their text.

    ``terms`` are words that segmentation keeps whole.
    """
    store = store or Store(None)
    words = terms.read_bytes()
    keys = {name: digest("search", tool_digest(), words, name, sha) for name, sha in pages.items()}
    rows = store.get_all(keys.values())
    missing = [name for name in pages if keys[name] not in rows]

    def entries_of(names: Sequence[str]) -> list[bytes]:
        if names:
            jieba.setLogLevel(logging.WARNING)
            jieba.load_userdict(str(terms))
        return [_entries(shell, name, (docs / name).read_text("utf-8")) for name in names]

    fresh = dict(zip(missing, map_share(entries_of, missing), strict=True))
    store.put_all({keys[name]: data for name, data in fresh.items()})
    found: list[Any] = []
    for name in pages:
        found += json.loads(fresh[name] if name in fresh else rows[keys[name]])
    return json.dumps({"config": shell.search_config(), "docs": found}, separators=(",", ":")).encode()


def _entries(shell: Shell, name: str, text: str) -> bytes:
    index = SearchIndex()
    index.add_entry_from_context(shell.content(name, text))
    return json.dumps(index.entries).encode()

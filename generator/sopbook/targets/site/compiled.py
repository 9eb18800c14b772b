"""Templates that are compiled once and kept, as Python keeps compiled modules.

They are code, so they are not kept in the cache of a build, which may be shared, but where Jinja
keeps them: in a folder of the user's that nobody else can write to. Each is known by the digest of
its source and of the tool.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache

import jinja2
from jinja2.bccache import Bucket

from sopbook.cache.tool import tool_digest

_DIGEST_CHARS = 16


class _Kept(jinja2.FileSystemBytecodeCache):
    """Jinja's own, but a full disk or a lost folder is no reason to fail."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """As asked for by Jinja."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """As asked for by Jinja."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def kept_templates() -> jinja2.BytecodeCache | None:
    """Where compiled templates are kept; None where there is no folder that is only the user's."""
    try:
        return _Kept(pattern=f"sopbook-{tool_digest()[:_DIGEST_CHARS]}-%s.cache")
    except (OSError, RuntimeError):
        return None

"""sopbook: a compiler from standard operating procedures to a staff handbook.

``load`` reads and links a handbook, ``check`` says what is wrong with it, ``build`` turns it
into files. The model of what a handbook consists of is in ``sopbook.model``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sopbook.check import check
    from sopbook.handbooks import build, load

__all__ = ["build", "check", "load"]


def __getattr__(name: str) -> object:
    # A build in which nothing has changed is over before the whole compiler has been imported.
    if name == "check":
        from sopbook.check import check

        return check
    if name in ("build", "load"):
        from sopbook import handbooks

        return getattr(handbooks, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

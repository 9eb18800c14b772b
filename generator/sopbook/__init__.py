"""sopbook: a compiler from standard operating procedures to a staff handbook.

``load`` reads and links a handbook, ``check`` says what is wrong with it, ``build`` turns it
into files. The model of what a handbook consists of is in ``sopbook.model``.
"""

from sopbook.check import check
from sopbook.handbooks import build, load

__all__ = ["build", "check", "load"]

"""``python -m sopbook``, and the command itself."""

import os
import sys
from contextlib import suppress

from sopbook.cli import main


def run() -> None:
    """Run the command, and end.

    A handbook is a million objects. Taking them apart one by one before the end takes a tenth of the
    time of a build in which little has changed, and nobody needs it.
    """
    code = main()
    with suppress(BrokenPipeError):  # Whoever reads has seen enough.
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()

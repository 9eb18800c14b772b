"""``python -m sopbook``."""

import sys

from sopbook.cli import main

sys.exit(main())

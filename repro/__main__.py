"""``python -m repro``: the command line where its script is not at hand, as for ``torchrun -m repro``."""

from __future__ import annotations

import sys

from repro.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m borrowscope` is the program `borrowscope`."""

from __future__ import annotations

import sys

from borrowscope.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())

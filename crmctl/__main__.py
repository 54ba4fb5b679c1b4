"""The entry of the program, as `crmctl` and as `python -m crmctl`.

It loads nothing itself: loading the rest takes long enough for a Ctrl-C to fall into it.
"""

from __future__ import annotations

import gc
import sys


def run() -> None:
    """Runs the program and exits with the code that fits."""
    # A command lives for a moment, and what it loads stays: looking for cycles rarely finds one.
    gc.set_threshold(100_000, 50, 100)
    try:
        from crmctl.cli.main import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)  # main's INTERRUPTED, which may not be loaded yet


if __name__ == "__main__":
    run()

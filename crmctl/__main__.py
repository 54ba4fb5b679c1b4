"""The entry of the program, as `crmctl` and as `python -m crmctl`.

It loads nothing itself: loading the rest takes long enough for a Ctrl-C to fall into it.
"""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """Runs the program and exits with the code that fits."""
    # A command lives for a moment, and what it loads stays: looking for cycles rarely finds one.
    gc.set_threshold(100_000, 50, 100)
    try:
        _look_ahead(sys.argv[1:])
        from crmctl.cli.main import main

        code = main()
        # At the end Python looks for cycles once more, however little is left to gain.
        gc.freeze()
        sys.exit(code)
    except KeyboardInterrupt:
        sys.exit(130)  # main's INTERRUPTED, which may not be loaded yet


def _look_ahead(words: list[str]) -> None:
    """Has the files of a large book looked at while all the rest is loaded.

    Where options come first, or a text is wanted that the book has no part in, this is left to
    whoever reads the command line; so it is with a command that can mostly do without.
    """
    plain = words and words[0][:1] != "-" and words[0] != "log" and "--help" not in words
    if plain and "_CRMCTL_COMPLETE" not in os.environ:
        from crmctl.index import ahead

        ahead.begin_early()


if __name__ == "__main__":
    run()

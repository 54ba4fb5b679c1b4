"""Programs that run at the same time on one book."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from tests.conftest import Book


def at_once(book: Book, program: str, arguments: Sequence[Sequence[str]]) -> list[str]:
    """Runs a Python program several times at once; their outputs once all ended well."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, *words],
            cwd=book.root,
            env=book.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in arguments
    ]
    outputs = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        outputs.append(out)
    return outputs

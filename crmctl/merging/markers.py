"""The markers of a conflict, around the fewest lines that differ."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crmctl.storage.streams import newline_of

OURS, BETWEEN, THEIRS = "<<<<<<< ours", "=======", ">>>>>>> theirs"
# A line as YAML and git have it: `splitlines` would also break at U+2028 and the like.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def marked(ours: str, theirs: str, newline: str) -> str:
    """Both texts between the markers of a conflict."""
    lines = [OURS, ours, BETWEEN, theirs, THEIRS]
    # A side without any line has none between its markers.
    return "".join(
        line if not line or line.endswith(("\n", "\r")) else line + newline for line in lines
    )


def mark_differences(text: str, others: Sequence[str]) -> tuple[str, str]:
    """The text with its differences to each of the others marked, and with all of them made.

    Raises ValueError when they overlap.
    """
    newline = newline_of(text)
    lines = _LINE.findall(text)
    made = [*lines]
    regions = sorted((_difference(lines, _LINE.findall(other)) for other in others), reverse=True)
    limit = len(lines)
    for start, stop, other_lines in regions:
        if stop > limit:
            raise ValueError("conflicts that overlap")
        lines[start:stop] = [marked("".join(lines[start:stop]), "".join(other_lines), newline)]
        made[start:stop] = other_lines
        limit = start
    return "".join(lines), "".join(made)


def _difference(lines: list[str], others: list[str]) -> tuple[int, int, list[str]]:
    """The lines [start:stop] that differ, and what stands there in the other text."""
    shorter = min(len(lines), len(others))
    start = next((n for n in range(shorter) if lines[n] != others[n]), shorter)
    same = 0
    while same < shorter - start and lines[-1 - same] == others[-1 - same]:
        same += 1
    return start, len(lines) - same, others[start : len(others) - same]

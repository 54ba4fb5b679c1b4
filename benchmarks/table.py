"""The table that a run ends with."""

from __future__ import annotations

from measure import Result


def verdict(result: Result, memory: float) -> str:
    """ok, what is over, what is wrong, or - without a target."""
    if result.fault:
        return f"failed ({result.fault[:60]})"
    if not result.case.floor:
        return "floor"
    over = []
    if result.late:
        over.append(f"time, {result.late} of {len(result.every)}" if result.case.each else "time")
    if result.peak_mb > memory:
        over.append("memory")
    return f"over ({', '.join(over)})" if over else "ok" if result.case.limit else "-"


def table(results: list[Result], memory: float) -> str:
    """The results as one Markdown table."""
    rows = [("command", "seconds", "peak MB", "floor", "ratio", "limit", "verdict")]
    for result in results:
        case = result.case
        base = result.floor
        seconds, peak = f"{result.seconds:.3f}", f"{result.peak_mb:.0f}"
        rows.append(
            (
                case.name,
                "-" if result.fault else seconds,
                "-" if result.fault else peak,
                f"{case.floor.name} {base:.3f}" if case.floor else "-",
                f"{result.seconds / base:.1f}" if base and not result.fault else "-",
                "-" if result.limit is None else f"{result.limit:.3f}",
                verdict(result, memory),
            )
        )
    widths = [max(display_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell + " " * (width - display_width(cell))
            for cell, width in zip(row, widths, strict=True)
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines.insert(1, f"|{'|'.join('-' * (width + 2) for width in widths)}|")
    return "\n".join(lines)


def display_width(text: str) -> int:
    """Columns in a terminal; good enough for the names above."""
    return sum(2 if "\u4e00" <= char <= "\u9fff" else 1 for char in text)

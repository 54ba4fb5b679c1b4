"""Results in a file: what `--out FILE` means for every command that has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from crmctl.errors import BadOption
from crmctl.locale import _
from crmctl.storage.files import replace

STDOUT = "-"
SUFFIXES = {".txt": "table", ".ndjson": "jsonl", ".yml": "yaml"}


def format_for(out: str | None, asked: str | None, formats: Sequence[str]) -> str:
    """The format asked for, else that of the file's name, else the first of `formats`.

    A name that promises something else is refused: a program would open it and find no such thing.
    """
    suffix = Path(out or "").suffix.lower()
    if asked or not suffix:
        return asked or formats[0]
    found = SUFFIXES.get(suffix, suffix[1:])
    if found not in formats:
        known = ", ".join(".txt" if format_ == "table" else f".{format_}" for format_ in formats)
        hint = _("Its name can end in {suffixes}; or say the format with -o.").format(
            suffixes=known
        )
        raise BadOption("--out", str(out), [], hint)
    return found


def write_lines(path: Path, lines: Iterable[str], mark: bool = False) -> None:
    """Puts lines into a file in one step; `mark`: with a byte order mark."""
    replace(path, "".join(f"{line}\n" for line in lines), bom=mark)

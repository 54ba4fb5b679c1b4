"""What was changed, kept in the book's private folder: one file a change set, one line a record.

The entry is on disk before anything else is touched. It holds every record before and after, so a
removal is never a loss, and an import can tell a row that was removed from one never seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crmctl.changes.changeset import ChangeSet
from crmctl.values import jsontext

SUFFIX = ".jsonl"


class Journal:
    """The change sets applied to one book, in `.crmctl/journal`."""

    def __init__(self, private: Path) -> None:
        self.folder = private / "journal"

    def write(self, changes: ChangeSet) -> Path:
        """Keeps a change set; returns when it is safely on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{changes.id}{SUFFIX}"
        part = self.folder / f".{file.name}.tmp~"
        try:
            with part.open("x", encoding="utf-8") as out:
                out.write(jsontext.dumps(_header(changes)) + "\n")
                for change in changes.changes:
                    line = {
                        "kind": change.kind,
                        "id": change.id,
                        "path": change.path,
                        "before": change.before,
                        "after": change.after,
                    }
                    out.write(jsontext.dumps(line) + "\n")
                out.flush()
                os.fsync(out.fileno())
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
        return file

    def entries(self) -> Iterator[tuple[dict[str, Any], Iterator[dict[str, Any]]]]:
        """Every change set, oldest first: its header and its records."""
        for file in sorted(
            self.folder.glob(f"*{SUFFIX}"), key=lambda file: (_when(file), file.name)
        ):
            with file.open(encoding="utf-8") as lines:
                yield jsontext.loads(next(lines)), map(jsontext.loads, lines)

    def created_by_imports(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Every record that an import ever made: id -> its kind and the values it was given."""
        made: dict[str, tuple[str, dict[str, Any]]] = {}
        for header, records in self.entries():
            if header["command"][:1] != ["import"]:
                continue
            for record in records:
                if record["before"] is None:
                    made[record["id"]] = (record["kind"], record["after"])
        return made


def _header(changes: ChangeSet) -> dict[str, Any]:
    return {
        "change": changes.id,
        "at": changes.at,
        "actor": changes.actor,
        "command": list(changes.command),
        "reason": changes.reason,
    }


def _when(file: Path) -> float:
    return file.stat().st_mtime

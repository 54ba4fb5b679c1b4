"""What becomes of the rows of an import, and the account of it: every row has one status."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from crmctl.changes.changeset import ChangeSet
from crmctl.errors import CrmctlError
from crmctl.exchange.doubles import Double
from crmctl.exchange.tabular import Row

CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"


@dataclass(slots=True)
class Outcome:
    """What became of one row."""

    row: Row
    status: str = UNCHANGED
    reason: str = ""
    id: str | None = None

    def reject(self, error: CrmctlError) -> None:
        """The row makes no record, for the reason that the error gives."""
        self.status = REJECTED
        self.reason = " ".join(error.message.split())


@dataclass(slots=True)
class Imported:
    """The change set of an import, not applied yet, and what becomes of every row.

    `edited` are records that say something else than their row and were left alone; `removed` are
    the ids of records that an earlier import made and that are gone; `doubles` are new records that
    look like others.
    """

    outcomes: list[Outcome]
    changes: ChangeSet
    created_refs: dict[str, int]
    edited: list[str]
    removed: list[str]
    doubles: list[Double]

    def counts(self) -> dict[str, int]:
        """How many rows there are, and how many of each status; those add up to the rows."""
        found = Counter(outcome.status for outcome in self.outcomes)
        statuses = (CREATED, UPDATED, UNCHANGED, REJECTED)
        return {"rows": len(self.outcomes), **{status: found[status] for status in statuses}}

    def rejects(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status == REJECTED]


def machine_result(
    imported: Imported, rejects_file: str | None, change: str | None
) -> dict[str, Any]:
    """What an import prints for scripts."""
    return {
        **imported.counts(),
        "created_refs": imported.created_refs,
        "rejects_file": rejects_file,
        "change": change,
        "edited": imported.edited,
        "removed": imported.removed,
        "duplicates": [
            {"id": one.id, "like": one.like, "text": one.text} for one in imported.doubles
        ],
    }

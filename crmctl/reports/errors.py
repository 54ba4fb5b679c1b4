"""What can be wrong with a report, as its author reads it."""

from __future__ import annotations

from crmctl.errors import CrmctlError, did_you_mean


class BadReport(CrmctlError):
    """A report that cannot be run as it is written.

    `where` is the file (or the name of a built-in report) and `place` the part of it that is
    wrong, such as `sections.2.measures.revenue` (sections count from 1); it may be empty.
    """

    exit_code = 3

    def __init__(
        self,
        where: str,
        place: str,
        reason: str,
        *,
        suggestion: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(
            ": ".join(part for part in (where, place, reason) if part),
            did_you_mean(suggestion) or hint,
        )
        self.where = where
        self.place = place
        self.reason = reason

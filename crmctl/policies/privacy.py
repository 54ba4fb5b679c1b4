"""What stays of a party that is forgotten."""

from __future__ import annotations

from crmctl.values.frozen import Frozen


class Keep(Frozen):
    """The fields that stay: those of the customer, and of each kind of record about them."""

    customer: tuple[str, ...] = ()
    records: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 (copied for each)


class Privacy(Frozen):
    """The section `privacy`."""

    keep: Keep = Keep()
    blank: str = "—"


SHAPE = Privacy

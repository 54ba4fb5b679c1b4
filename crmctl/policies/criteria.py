"""Named lists of tests that a record must pass, such as the qualification of a customer."""

from __future__ import annotations

from crmctl.typed import Titles
from crmctl.values.frozen import Frozen


class Criterion(Frozen):
    """A query that a record must match, and what people read when it does not."""

    query: str
    title: Titles | None = None


SHAPE = dict[str, dict[str, Criterion]]

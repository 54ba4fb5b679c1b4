"""What reminders, alerts and queues have in common: which records are meant, and what is said."""

from __future__ import annotations

from crmctl.typed import Titles
from crmctl.values.frozen import Frozen


class Rule(Frozen):
    """The records of a kind that match a query, or of each of them the entries of a list.

    `each` is the path of such a list, `when` a query on the fields of an entry. `text` is what is
    said of each, with `{path}` for a value and `{one|other}` for the first of several that is
    there. `owner` and `customer` are the fields that say whose it is and whom it is about.
    """

    title: Titles | None = None
    kind: str = "customer"
    query: str | None = None
    each: str | None = None
    when: str | None = None
    text: Titles | None = None
    owner: str | None = None
    customer: str | None = None

"""How much of its credit limit is left to a customer."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.facts.receivables import DEBTS
from crmctl.locale import N_
from crmctl.schema.access import in_base
from crmctl.values import jsontext

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts


def _credits(facts: Facts) -> Iterator[tuple[str, int]]:
    """The limit, at the rate of the day, less what is owed."""
    rows = facts.index.rows(
        "SELECT c.id, c.profile -> '$.trading', COALESCE(f.receivable, 0) FROM customers AS c"
        f" LEFT JOIN {DEBTS.name} AS f USING (id)"
        " WHERE c.profile ->> '$.trading.credit_limit' IS NOT NULL"
    )
    day, rates = facts.day.isoformat(), facts.workspace.rates
    for id, text, owed in rows:
        trading = jsontext.loads(text)
        limit = Decimal(str(trading["credit_limit"]))
        units = in_base(limit, trading.get("currency"), day, rates)
        if units is not None:
            yield id, units - owed


CREDITS = Source(
    "credit_facts",
    CUSTOMER,
    rows=_credits,
    columns=("credit_left",),
    reads={"customers": "id profile"},
    uses=(DEBTS,),
)

FACTS = (
    CREDITS.fact(
        "credit_left",
        "money",
        N_("Credit left"),
        N_("the credit limit less what is receivable; below zero when more is owed"),
    ),
)

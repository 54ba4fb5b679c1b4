"""How a customer stands in the network of customers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts


def _degrees(facts: Facts) -> Iterator[tuple[str, int]]:
    from crmctl.network.bonds import network
    from crmctl.network.graph import node

    found = network(facts.workspace, users=False)
    for (id,) in facts.index.rows("SELECT id FROM customers"):
        degree = found.degree(node(CUSTOMER, id))
        if degree:
            yield id, degree


NETWORK = Source(
    "network_facts",
    CUSTOMER,
    rows=_degrees,
    columns=("degree",),
    reads={"customers": "id name parent referred_by links contacts phones emails wechat"},
)

FACTS = (
    NETWORK.fact(
        "degree",
        "integer",
        N_("Degree"),
        N_("number of other customers to whom a link, a parent, a referral or a person leads"),
        absent=0,
    ),
)

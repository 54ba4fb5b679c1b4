"""What of exploration has been gone through: the five parts that it consists of, with evidence.

After Dwyer, Schurr and Oh, "Developing Buyer-Seller Relationships" (Journal of Marketing 51, 1987).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from crmctl.analytics.relation import PROCESSES, Relation
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("explored", N_("Explored, of 5"), "integer"),
    *(Column(name, title, "text") for name, title in PROCESSES.items()),
    Column("change", N_("What would change it"), "text", detail=True),
)
TITLES = {"counts": N_("customers with evidence of"), **PROCESSES}
# What each part is told from, for whoever lacks it.
SIGNS = {
    "attraction": N_("a first word of theirs, or an interest of theirs on record"),
    "communication": N_("a quote, or a talk about one"),
    "position": N_("who decides there, or whom we compete with"),
    "norms": N_("a contract, or terms that were agreed"),
    "expectations": N_("expectations asked for in a survey, or a deal with a day"),
}


def exploration(relations: Iterable[Relation], as_of: date) -> ModelResult:
    """The evidence for each part of exploration: ids of records, none where there is none.

    Rows are sorted by the number of parts, the most first, then by id.
    """
    rows = [_row(relation) for relation in relations]
    rows.sort(key=lambda row: (-row["explored"], row["customer"]))
    counts = {name: sum(bool(row[name]) for row in rows) for name in PROCESSES}
    return ModelResult(
        "exploration", as_of, {"counts": counts}, len(rows), COLUMNS, rows, [], TITLES
    )


def _row(relation: Relation) -> dict[str, Any]:
    found = {name: relation.processes.get(name, []) for name in PROCESSES}
    lacking = [_(SIGNS[name]) for name in PROCESSES if not found[name]]
    change = _("It lacks: {what}.").format(what=_("; ").join(lacking)) if lacking else None
    explored = len(PROCESSES) - len(lacking)
    return {"customer": relation.customer, "explored": explored, **found, "change": change}

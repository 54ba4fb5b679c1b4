"""Relationship quality: trust, satisfaction and commitment together, and the weakest of them.

After Crosby, Evans and Cowles, "Relationship Quality in Services Selling" (Journal of Marketing 54,
1990). Satisfaction leads to trust and trust to commitment, so the weakest link holds up the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.answers import CHANGE, EVIDENCE, mean, plain, told
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.reliability import alpha
from crmctl.analytics.result import Column, ModelResult, points
from crmctl.analytics.scale import too_few, whole
from crmctl.locale import N_, _

# In the order of the chain.
PARTS = {
    "satisfaction": N_("Satisfaction"),
    "trust": N_("Trust"),
    "commitment": N_("Commitment to us"),
}
QUALITY = Column("quality", N_("Relationship quality"), "mean")
TITLES = {
    "alpha": N_("Cronbach's alpha"),
    "complete": N_("customers with all three"),
    "mean": N_("mean of"),
    "quality": N_("relationship quality"),
    **PARTS,
}


class Relation(NamedTuple):
    """What is measured of one customer, 0 to 100, and the questionnaires that say so."""

    customer: str
    satisfaction: Fraction | None
    trust: Fraction | None
    commitment: Fraction | None
    evidence: Sequence[str]

    @property
    def parts(self) -> dict[str, Fraction | None]:
        return {name: getattr(self, name) for name in PARTS}

    @property
    def quality(self) -> Fraction | None:
        return whole(self.parts.values())


def quality(
    relations: Iterable[Relation],
    as_of: date,
    reliable: int = 10,
    by: Grouping | None = None,
) -> ModelResult:
    """A row for each customer, or group, of whom a part is measured: the parts and their mean.

    The mean is None where a part is missing (`missing`). `weakest` is the lowest part, the earlier
    in the chain of equal ones, where all are measured. `alpha` is that of the three parts over
    customers, from `reliable` of them on. Best first, then by id.
    """
    known = sorted(
        (one for one in relations if any(value is not None for value in one.parts.values())),
        key=lambda one: (one.quality is None, -(one.quality or 0), one.customer),
    )
    complete = [[*one.parts.values()] for one in known if one.quality is not None]
    filled = [[value for value in row if value is not None] for row in complete]
    parameters = {
        "alpha": alpha(filled, reliable),
        "complete": len(complete),
        "mean": {
            **{name: told(mean(one.parts[name] for one in known)) for name in PARTS},
            "quality": told(mean(one.quality for one in known)),
        },
    }
    scores = tuple(Column(name, title, "mean") for name, title in PARTS.items())
    columns: tuple[Column, ...] = (
        Column("customer", N_("Customer"), "ref"),
        *scores,
        QUALITY,
        Column("missing", N_("Not measured"), "enum", PARTS),
        Column("weakest", N_("Weakest link"), "enum", PARTS),
        CHANGE,
        EVIDENCE,
    )
    rows = [_row(one) for one in known]
    if by is not None:
        complete_column = Column("complete", N_("With all three"), "integer")
        columns = (by.column, Column("n", "n", "integer"), *scores, QUALITY, complete_column)
        rows = [
            {
                by.column.name: key[-1],
                "n": len(each),
                **{name: told(mean(one.parts[name] for one in each)) for name in PARTS},
                "quality": told(mean(one.quality for one in each)),
                "complete": sum(one.quality is not None for one in each),
            }
            for key, each in parted(known, lambda one: one.customer, by).items()
        ]
    notes = several((one.customer for one in known), by)
    if not known:
        notes.append(_("Nobody was asked about trust, satisfaction or commitment."))
    elif len(complete) < reliable:
        notes.append(too_few(reliable, len(complete)))
    return ModelResult(
        "quality", as_of, parameters, len(known), columns, rows, points(rows) + notes, TITLES
    )


def _row(one: Relation) -> dict[str, Any]:
    parts = {name: value for name, value in one.parts.items() if value is not None}
    missing = [name for name in PARTS if name not in parts]
    weakest = min(parts, key=lambda name: parts[name]) if not missing else None
    return {
        "customer": one.customer,
        **{name: told(value) for name, value in one.parts.items()},
        "quality": told(one.quality),
        "missing": missing,
        "weakest": weakest,
        "change": _change(parts, missing, weakest),
        "evidence": list(one.evidence),
    }


def _change(parts: dict[str, Fraction], missing: list[str], weakest: str | None) -> str:
    if weakest is None:
        names = ", ".join(_(PARTS[name]) for name in missing)
        return _("asking about: {parts}").format(parts=names)
    others = [value for name, value in parts.items() if name != weakest]
    ahead = min(others) - parts[weakest]
    text = _("{part} higher by more than {points} points")
    return text.format(part=_(PARTS[weakest]), points=plain(ahead))

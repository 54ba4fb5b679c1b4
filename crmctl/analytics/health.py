"""The health of a relation from 0 to 100: the weighted mean of what could be measured of it.

There is no standard for it. Weights and thresholds are settings; how much of the weights was
measured is told with each score, and below half of them a score is grey.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.analytics.exact import percent, quotient
from crmctl.analytics.relationship import weighted
from crmctl.analytics.result import Column, ModelResult, points
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.policies.relationship import Health

ZERO, HUNDRED = Decimal(0), Decimal(100)
BANDS = {
    "good": N_("Good"),
    "fair": N_("Fair"),
    "bad": N_("Bad"),
    "grey": N_("Grey"),
}
GOOD, FAIR, BAD, GREY = BANDS
PARTS = {
    "recency": N_("Recency"),
    "trend": N_("Trend"),
    "breadth": N_("Breadth"),
    "csat": N_("Satisfaction"),
    "issues": N_("Open issues"),
    "promises": N_("Promises kept"),
    "payment": N_("Payment"),
}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("health", N_("Health"), "mean"),
    Column("band", N_("Band"), "enum", BANDS),
    Column("coverage", N_("Coverage"), "percent"),
    *(Column(name, title, "mean") for name, title in PARTS.items()),
    Column("weakest", N_("Weakest part"), "enum", PARTS, detail=True),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)
TITLES = {
    "weights": N_("weight of"),
    "coverage": N_("grey below a coverage of, in percent"),
    "good_from": N_("good from"),
    "bad_below": N_("bad below"),
    "counts": N_("customers whose health is"),
    **PARTS,
    **BANDS,
}


class Signs(NamedTuple):
    """What there is to see of one customer; None where nothing was measured.

    `silence`: days since the last purchase in intervals of their own. `recent` and `earlier`: spend
    of the last half year and of the one before, once they had bought by then. `products` bought in
    the time in question. `answers`: of satisfaction, from 1 to 5. `open_tickets` of whoever has
    bought or asked. `kept`: promises kept, in percent. `late`: mean days late. `evidence`: records
    by part.
    """

    customer: str
    silence: Decimal | None = None
    recent: Decimal | None = None
    earlier: Decimal | None = None
    products: int | None = None
    answers: Sequence[int | Decimal] = ()
    open_tickets: int | None = None
    kept: Decimal | None = None
    late: Decimal | None = None
    evidence: Mapping[str, Sequence[str]] = {}


def health(found: Iterable[Signs], as_of: date, rules: Health) -> ModelResult:
    """The health of each relation with its parts, each from 0 to 100, and the coverage in percent.

    None where nothing was measured. Rows: the worst first of those whose
    coverage suffices, then grey ones by health, then those without, each by id.
    """
    rows = [_row(one, rules) for one in found]
    rows.sort(
        key=lambda row: (
            row["health"] is None,
            row["band"] == GREY,
            row["health"] if row["health"] is not None else ZERO,
            row["customer"],
        )
    )
    counts = Counter(row["band"] for row in rows)
    parameters: dict[str, Any] = {
        "weights": dict(rules.weights),
        "coverage": rules.coverage,
        "good_from": rules.good,
        "bad_below": rules.bad,
        "counts": {name: counts[name] for name in BANDS},
    }
    measured = sum(row["health"] is not None for row in rows)
    return ModelResult("health", as_of, parameters, measured, COLUMNS, rows, points(rows), TITLES)


def parts(one: Signs, rules: Health) -> dict[str, Decimal | None]:
    """Each part from 0 to 100; None where it was not measured."""
    found: dict[str, Decimal | None] = dict.fromkeys(PARTS)
    if one.silence is not None:
        found["recency"] = _within(HUNDRED * (rules.late - one.silence) / (rules.late - 1))
    if one.earlier is not None and one.earlier > 0:
        change = HUNDRED * ((one.recent or ZERO) - one.earlier) / one.earlier
        found["trend"] = _within(50 + 50 * change / rules.swing)
    if one.products is not None:
        found["breadth"] = _within(HUNDRED * one.products / rules.products)
    if one.answers:
        found["csat"] = percent(sum(answer >= 4 for answer in one.answers), len(one.answers))
    if one.open_tickets is not None:
        found["issues"] = _within(HUNDRED - rules.issue * one.open_tickets)
    if one.kept is not None:
        found["promises"] = _within(one.kept)
    if one.late is not None:
        found["payment"] = _within(HUNDRED - HUNDRED * one.late / rules.delay)
    return found


def _within(value: Decimal) -> Decimal:
    return quotient(min(HUNDRED, max(ZERO, value)), 1)


def _row(one: Signs, rules: Health) -> dict[str, Any]:
    found = parts(one, rules)
    score, coverage = weighted(found, rules.weights)
    lost = {
        name: (HUNDRED - value) * rules.weights.get(name, ZERO)
        for name, value in found.items()
        if value is not None
    }
    weakest = max(lost, key=lambda name: (lost[name], name)) if any(lost.values()) else None
    unmeasured = [_(title) for name, title in PARTS.items() if found[name] is None]
    return {
        "customer": one.customer,
        "health": score,
        "band": _band(score, coverage, rules),
        "coverage": coverage,
        **found,
        "weakest": weakest,
        "evidence": list(one.evidence.get(weakest or "", ())),
        "change": _change(weakest, unmeasured, coverage < rules.coverage),
    }


def _band(score: Decimal | None, coverage: Decimal, rules: Health) -> str | None:
    if score is None:
        return None
    if coverage < rules.coverage:
        return GREY
    return GOOD if score >= rules.good else BAD if score < rules.bad else FAIR


def _change(weakest: str | None, unmeasured: Sequence[str], grey: bool) -> str | None:
    if grey:
        return _("Not measured: {what}.").format(what=_("; ").join(unmeasured))
    if weakest is None:
        return None
    return _("Most by: {part}.").format(part=_(PARTS[weakest]))

"""When a customer buys again: the day to expect, the chance of it within some days, who is late.

With a fit of BG/NBD or MBG/NBD the rate of buying of a customer who is alive is gamma distributed
(r + x, alpha + T), which gives median and mean of the wait, and for a time t exactly
P(buy) = P(alive) (1 - ((alpha + T)/(alpha + T + t))^(r + x)). Derived from Fader, Hardie and Lee
(2005). Without a fit, and of one who has bought once, the day is the last purchase and the usual
interval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, expm1, log1p
from typing import Any, NamedTuple

from crmctl.analytics.bgnbd import BetaGeometric
from crmctl.analytics.btyd import FIT_TITLES, WEEK, Buyer, Fit, Gates, decimal, fit_of
from crmctl.analytics.habits import BASES, Habit, habits
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

MODEL, ONCE = "modeled", "once"
WAYS = {MODEL: N_("Model"), **BASES, ONCE: N_("Bought once: interval of others")}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("last", N_("Last purchase"), "date"),
    Column("silence", N_("Days silent"), "integer"),
    Column("late", N_("Late after"), "number"),
    Column("overdue", N_("Overdue"), "boolean"),
    Column("expected", N_("Next purchase"), "date"),
    Column("p_buy", N_("P(buy)"), "percent"),
    Column("way", N_("Basis"), "enum", WAYS),
    Column("purchases", N_("Purchases"), "integer", detail=True),
    Column("median", N_("Median of days left"), "number", detail=True),
    Column("mean", N_("Mean of days left"), "number", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
    Column("evidence", N_("Evidence"), "text", detail=True),
)

TITLES = {
    **FIT_TITLES,
    "method": N_("method"),
    "habit": N_("usual intervals"),
    "days": N_("P(buy) within so many days"),
    "late": N_("late after so many percent of the intervals"),
    "own_from": N_("own interval from … purchases on"),
    "overdue": N_("overdue"),
    "ways": N_("customers,"),
    **WAYS,
}


class Horizon(NamedTuple):
    """For how many days the chance is; when one is late; from how many purchases on own habits."""

    days: int = 90
    late: Decimal = Decimal(90)
    own: int = 3


def next_purchase(
    buyers: Iterable[Buyer],
    as_of: date,
    model: BetaGeometric,
    gates: Gates | None = None,
    horizon: Horizon | None = None,
) -> ModelResult:
    """The day of the next purchase to expect for each buyer, the soonest first.

    `median` and `mean` are days from `as_of`; below zero the day has passed. `mean` is None where
    it is not finite, or not known; `p_buy` (percent) without a fit. Overdue is who is silent for
    longer than the quantile `late` of the intervals. `evidence` are the orders of the last
    purchase.
    """
    gates, horizon = gates or Gates(), horizon or Horizon()
    found = sorted(buyers, key=lambda one: one.customer)
    fit, notes = fit_of(model, found, as_of, gates)
    usual = habits(found, horizon.own, horizon.late)
    if fit is None:
        notes.append(_("So days go by the usual intervals."))
    rows = []
    for one in found:
        row = _row(one, as_of, usual[one.customer])
        if fit is not None:
            _by_model(row, one, as_of, model, fit, horizon.days)
        rows.append(row)
    rows.sort(key=lambda row: (row["expected"] is None, row["expected"] or "", row["customer"]))
    ways = Counter(row["way"] for row in rows)
    parameters: dict[str, Any] = {
        "method": "habit" if fit is None else fit.model,
        "days": horizon.days,
        "late": horizon.late,
        "own_from": horizon.own,
        "overdue": sum(row["overdue"] is True for row in rows),
        "ways": {way: ways[way] for way in WAYS if ways[way]},
    }
    if fit is not None:
        parameters["fit"] = fit.shown()
    notes += _notes(rows)
    return ModelResult("next-purchase", as_of, parameters, len(rows), COLUMNS, rows, notes, TITLES)


def _row(buyer: Buyer, as_of: date, habit: Habit | None) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(column.name for column in COLUMNS)
    silence = (as_of - buyer.last).days
    row.update(
        customer=buyer.customer,
        last=buyer.last.isoformat(),
        silence=silence,
        purchases=len(buyer.intervals) + 1,
        evidence=list(buyer.orders),
    )
    if habit is None:
        return row
    day = _later(buyer.last, habit.median)
    row.update(
        late=habit.late,
        overdue=silence > habit.late,
        expected=day and day.isoformat(),
        way=habit.basis if buyer.intervals else ONCE,
        median=day and Decimal((day - as_of).days),
        change=_change(silence, habit.late),
    )
    return row


def _change(silence: int, late: Decimal) -> str:
    if silence > late:
        return _("A purchase would end it.")
    days = int(late) - silence + 1
    return ngettext(
        "Overdue after {days} more day of silence.",
        "Overdue after {days} more days of silence.",
        days,
    ).format(days=days)


def _by_model(
    row: dict[str, Any], buyer: Buyer, as_of: date, model: BetaGeometric, fit: Fit, days: int
) -> None:
    """What the model says instead: the chance for all, the day of those who came back."""
    history = buyer.history(as_of)
    r, alpha = fit.values["r"], fit.values["alpha"]
    shape, rate = r + history.x, alpha + history.T
    wait = -expm1(-shape * log1p(days / WEEK / rate))
    row["p_buy"] = decimal(100 * model.p_alive(fit, history) * wait)
    if not buyer.intervals:
        return
    median = WEEK * rate * (2 ** (1 / shape) - 1)
    day = _later(as_of, median)
    row.update(
        way=MODEL,
        expected=day and day.isoformat(),
        median=decimal(median),
        mean=decimal(WEEK * rate / (shape - 1)) if shape > 1 else None,
    )


def _later(day: date, days: float | Decimal) -> date | None:
    """So many days later, rounded up; None beyond the calendar."""
    return day + timedelta(ceil(days)) if days < (date.max - day).days else None


def _notes(rows: Sequence[dict[str, Any]]) -> list[str]:
    once = sum(row["purchases"] == 1 for row in rows)
    if not once:
        return []
    return [
        ngettext(
            "{count} customer has bought once: there the day is one interval of others later.",
            "{count} customers have bought once: there the day is one interval of others later.",
            once,
        ).format(count=once)
    ]

"""Who still buys: the probability that a customer is alive, and who is likely lost.

With a fit of `btyd` it is P(alive) of that model. Without one it is the rule of silence: whoever
is silent for longer than so many times the usual interval is likely lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.btyd import (
    FIT_TITLES,
    WEEK,
    Buyer,
    Fit,
    Gates,
    History,
    Model,
    decimal,
    fit_of,
)
from crmctl.analytics.exact import EXACT, trimmed
from crmctl.analytics.habits import Habit, habits
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

ACTIVE, DOUBTFUL, LOST = "active", "doubtful", "lost"
STATES = {ACTIVE: N_("Still buying"), DOUBTFUL: N_("Doubtful"), LOST: N_("Likely lost")}

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("purchases", N_("Purchases"), "integer"),
    Column("last", N_("Last purchase"), "date"),
    Column("silence", N_("Days silent"), "integer"),
    Column("interval", N_("Usual interval, days"), "number"),
    Column("p_alive", N_("P(alive)"), "percent"),
    Column("state", N_("State"), "enum", STATES),
    Column("change", N_("What would change it"), "text", detail=True),
    Column("evidence", N_("Evidence"), "text", detail=True),
)

TITLES = {
    **FIT_TITLES,
    "method": N_("method"),
    "silence": N_("rule of silence"),
    "multiple": N_("likely lost when silent for more than … intervals"),
    "doubtful_below": N_("doubtful below … percent"),
    "lost_below": N_("likely lost below … percent"),
    "own_from": N_("own interval from … purchases on"),
    "counts": N_("customers,"),
    "expected": N_("customers to expect alive"),
    **STATES,
}


class Bounds(NamedTuple):
    """Where doubt and loss begin, in percent, and by silence in usual intervals.

    `own` is the number of purchases from which a customer has an interval of its own.
    """

    doubtful: Decimal = Decimal(50)
    lost: Decimal = Decimal(20)
    silence: Decimal = Decimal(2)
    own: int = 3


def alive(
    buyers: Iterable[Buyer],
    as_of: date,
    model: Model,
    gates: Gates | None = None,
    bounds: Bounds | None = None,
) -> ModelResult:
    """P(alive) in percent and a state for each buyer; the likeliest to be lost come first.

    Without enough buyers for a fit P(alive) is not measured, and the state goes by silence; it is
    None where nobody of the group, nor of the book, has come back. `evidence` are the orders of
    the last purchase.
    """
    gates, bounds = gates or Gates(), bounds or Bounds()
    found = sorted(buyers, key=lambda one: one.customer)
    fit, notes = fit_of(model, found, as_of, gates)
    usual = habits(found, bounds.own, Decimal(50))
    if fit is None:
        rows = [_silent(one, as_of, usual[one.customer], bounds) for one in found]
        notes.append(_("So states go by the rule of silence."))
    else:
        rows = [_alive(one, as_of, usual[one.customer], model, fit, bounds) for one in found]
        if model.name == "bgnbd":
            notes.append(_sure(found))
    rows.sort(key=_order)
    return ModelResult(
        "alive", as_of, _parameters(rows, fit, bounds), len(rows), COLUMNS, rows, notes, TITLES
    )


def _parameters(rows: Sequence[dict[str, Any]], fit: Fit | None, bounds: Bounds) -> dict[str, Any]:
    counts = Counter(row["state"] for row in rows)
    parameters: dict[str, Any] = {"method": "silence" if fit is None else fit.model}
    if fit is None:
        parameters.update(multiple=bounds.silence, own_from=bounds.own)
    else:
        parameters.update(doubtful_below=bounds.doubtful, lost_below=bounds.lost)
    parameters["counts"] = {state: counts[state] for state in STATES}
    if fit is not None:
        whole = sum((row["p_alive"] for row in rows), Decimal(0))
        parameters["expected"] = trimmed(EXACT.divide(whole, Decimal(100)))
        parameters["fit"] = fit.shown()
    return parameters


def _row(buyer: Buyer, as_of: date, habit: Habit | None) -> dict[str, Any]:
    return {
        "customer": buyer.customer,
        "purchases": len(buyer.intervals) + 1,
        "last": buyer.last.isoformat(),
        "silence": (as_of - buyer.last).days,
        "interval": habit.median if habit else None,
        "p_alive": None,
        "state": None,
        "change": None,
        "evidence": list(buyer.orders),
    }


def _alive(
    buyer: Buyer, as_of: date, habit: Habit | None, model: Model, fit: Fit, bounds: Bounds
) -> dict[str, Any]:
    history = buyer.history(as_of)
    row = _row(buyer, as_of, habit)
    row["p_alive"] = decimal(100 * model.p_alive(fit, history))
    if row["p_alive"] >= bounds.doubtful:
        row["state"] = ACTIVE
    else:
        row["state"] = DOUBTFUL if row["p_alive"] >= bounds.lost else LOST
    bound = bounds.doubtful if row["state"] == ACTIVE else bounds.lost
    row["change"] = _change(row, history, model, fit, bound)
    return row


def _change(
    row: dict[str, Any], history: History, model: Model, fit: Fit, bound: Decimal
) -> str | None:
    x, _t_x, T = history
    if row["state"] == LOST or not bound:
        again = model.p_alive(fit, History(x + 1, T, T)) if row["silence"] else None
        if again is None:
            return None
        return _("A purchase today would make it {percent} %.").format(percent=f"{100 * again:.1f}")
    until = model.silent_until(fit, history, float(bound) / 100)
    if until is None:
        return _("It falls with every day of silence.")
    days = int((until - T) * WEEK) + 1
    return ngettext(
        "Below {bound} % after {days} more day of silence.",
        "Below {bound} % after {days} more days of silence.",
        days,
    ).format(bound=bound, days=days)


def _silent(buyer: Buyer, as_of: date, habit: Habit | None, bounds: Bounds) -> dict[str, Any]:
    row = _row(buyer, as_of, habit)
    if habit is None:
        return row
    limit = EXACT.multiply(habit.median, bounds.silence)
    row["state"] = LOST if row["silence"] > limit else ACTIVE
    if row["state"] == LOST:
        row["change"] = _("A purchase would make it active.")
    else:
        days = int(limit) - row["silence"] + 1
        row["change"] = ngettext(
            "Likely lost after {days} more day of silence.",
            "Likely lost after {days} more days of silence.",
            days,
        ).format(days=days)
    return row


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    """By P(alive), else by silence in usual intervals; ties by id."""
    if row["p_alive"] is not None:
        return (0, row["p_alive"], row["customer"])
    if row["interval"] is None:
        return (1, 0, row["customer"])
    return (0, -Decimal(row["silence"]) / row["interval"], row["customer"])


def _sure(buyers: Sequence[Buyer]) -> str:
    single = sum(not one.intervals for one in buyers)
    return ngettext(
        "BG/NBD calls {count} customer with a single purchase alive for sure; MBG/NBD does not.",
        "BG/NBD calls {count} customers with a single purchase alive for sure; MBG/NBD does not.",
        single,
    ).format(count=single)

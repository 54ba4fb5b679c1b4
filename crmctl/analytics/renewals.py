"""How contracts are renewed: the share that goes on at the first, second, ... renewal.

What was seen stands beside the curve of the sBG model (Fader and Hardie, 2007) where there are
enough contracts to fit it. A contract that has not come to a renewal yet says nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics import sbg
from crmctl.analytics.btyd import FIT_TITLES, decimal
from crmctl.analytics.exact import EXACT, percent, trimmed
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

COLUMNS = (
    Column("renewal", N_("Renewal"), "integer"),
    Column("due", N_("Came due"), "integer"),
    Column("kept", N_("Renewed"), "integer"),
    Column("lost", N_("Ended"), "integer"),
    Column("rate", N_("Share renewed"), "percent"),
    Column("remaining", N_("Still there"), "percent"),
    Column("fitted_rate", N_("Share by sBG"), "percent"),
    Column("fitted_remaining", N_("Still there by sBG"), "percent"),
    Column("evidence", N_("Ended contracts"), "text", detail=True),
)

TITLES = {
    **FIT_TITLES,
    "chains": N_("agreements"),
    "undecided": N_("agreements before their first renewal"),
    "renewed": N_("renewals"),
    "ended": N_("ends"),
    "rate": N_("share renewed in percent"),
}


class Chain(NamedTuple):
    """An agreement with a customer through its renewals: how many, and whether it has ended.

    `contracts` are the ids of its contracts, the first one first.
    """

    contracts: tuple[str, ...]
    renewals: int
    ended: bool


def renewals(
    chains: Iterable[Chain], as_of: date, horizon: int = 8, least: int = 30
) -> ModelResult:
    """For each renewal, counted from 1, how many agreements came to it and how many went on.

    `remaining` is the share of all that is still there after it (the product of the shares
    renewed, after Kaplan and Meier, 1958). The curve takes `least` agreements that have come to a
    renewal, some of which ended and some of which did not. `n` counts those that came to one.
    """
    found = sorted(chains)
    decided = [one for one in found if one.renewals or one.ended]
    most = max((one.renewals + one.ended for one in decided), default=0)
    lost = [0] * most
    kept = [0] * most
    gone: list[list[str]] = [[] for _renewal in range(most)]
    for one in decided:
        if one.ended:
            lost[one.renewals] += 1
            gone[one.renewals].append(one.contracts[-1])
        else:
            kept[one.renewals - 1] += 1
    notes: list[str] = []
    fit = None
    if len(decided) < least:
        notes.append(
            _("Too few for a curve: {count} of the {least} agreements that it takes.").format(
                count=len(decided), least=least
            )
        )
    elif not sum(lost) or not sum(kept) + sum(lost[1:]):
        notes.append(_("There is no curve: all agreements went on, or none did."))
    else:
        fit = sbg.fit(lost, kept)
        notes += fit.warnings(0)
    rows = []
    left = Decimal(100)
    for place in range(max(most, horizon if fit else 0)):
        t = place + 1
        due = sum(lost[place:]) + sum(kept[place:])
        ended = lost[place] if due else 0
        rate = percent(due - ended, due)
        left = trimmed(round(EXACT.multiply(left, rate / 100), 6)) if rate is not None else left
        rows.append(
            {
                "renewal": t,
                "due": due,
                "kept": due - ended,
                "lost": ended,
                "rate": rate,
                "remaining": left if due else None,
                "fitted_rate": decimal(100 * sbg.retention(fit, t)) if fit else None,
                "fitted_remaining": decimal(100 * sbg.survival(fit, t)) if fit else None,
                "evidence": sorted(gone[place]) if due else [],
            }
        )
    renewed = sum(one.renewals for one in decided)
    parameters: dict[str, Any] = {
        "chains": len(found),
        "undecided": len(found) - len(decided),
        "renewed": renewed,
        "ended": sum(lost),
        "rate": percent(renewed, renewed + sum(lost)),
    }
    if fit is not None:
        parameters["fit"] = fit.shown()
    return ModelResult("renewals", as_of, parameters, len(decided), COLUMNS, rows, notes, TITLES)

"""Loyalty in four phases that follow one another: cognitive, affective, conative, action.

After Oliver, "Whence Consumer Loyalty?" (Journal of Marketing 63, 1999).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.answers import CHANGE, EVIDENCE, plain, told
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

ACTION = "action"
NOT_YET = "none"
TITLES = {
    "model": N_("model"),
    "days": N_("days"),
    "passed_from": N_("a phase is passed from"),
    "counts": N_("customers,"),
    ACTION: N_("Action"),
    NOT_YET: N_("None yet"),
}


class Climb(NamedTuple):
    """How far a customer has come: the mean answer to each phase, and whether they bought again.

    `again`: a purchase within the time that counts by somebody who had bought before it.
    """

    customer: str
    answers: Mapping[str, Fraction | None]
    again: bool
    evidence: Sequence[str]


def oliver(
    climbs: Iterable[Climb],
    titles: Mapping[str, str],
    as_of: date,
    days: int = 365,
    passed: Decimal = Decimal(4),
) -> ModelResult:
    """The phase of each customer who was asked: the last of those passed without a gap.

    `titles` name the phases in their order, without that of action. A phase is passed from an
    answer of `passed` on, action by a repeated purchase. `gap` has the phases that were passed
    after one that was not, or that is not measured, and that one in words. Farthest first, then
    by id.
    """
    phases = list(titles)
    names = {**titles, ACTION: TITLES[ACTION], NOT_YET: TITLES[NOT_YET]}
    known = [one for one in climbs if any(value is not None for value in one.answers.values())]
    rows = [_row(one, phases, names, passed) for one in known]
    order = [NOT_YET, *phases, ACTION]
    rows.sort(key=lambda row: (-order.index(row["loyalty"]), row["customer"]))
    counts = Counter(row["loyalty"] for row in rows)
    columns = (
        Column("customer", N_("Customer"), "ref"),
        *(Column(name, title, "mean") for name, title in titles.items()),
        Column(ACTION, names[ACTION], "boolean"),
        Column("loyalty", N_("Phase"), "enum", names),
        Column("gap", N_("Gap"), "text"),
        CHANGE,
        EVIDENCE,
    )
    parameters = {
        "model": "oliver",
        "days": days,
        "passed_from": passed,
        "counts": {name: counts[name] for name in order},
    }
    notes = [] if rows else [_("Nobody was asked about loyalty.")]
    return ModelResult(
        "loyalty", as_of, parameters, len(rows), columns, rows, notes, {**TITLES, **names}
    )


def _row(
    one: Climb, phases: Sequence[str], names: Mapping[str, str], passed: Decimal
) -> dict[str, Any]:
    values = {name: one.answers.get(name) for name in phases}
    through = [value is not None and value >= passed for value in values.values()] + [one.again]
    steps = [*phases, ACTION]
    reached = next((place for place, ok in enumerate(through) if not ok), len(steps))
    missed = steps[reached] if reached < len(steps) else None
    ahead = [name for name, ok in list(zip(steps, through, strict=True))[reached + 1 :] if ok]
    return {
        "customer": one.customer,
        **{name: told(value) for name, value in values.items()},
        ACTION: one.again,
        "loyalty": steps[reached - 1] if reached else NOT_YET,
        "gap": [_gap(name, str(missed), names) for name in ahead],
        "change": _change(missed, values, names, passed),
        "evidence": list(one.evidence),
    }


def _gap(name: str, missed: str, names: Mapping[str, str]) -> str:
    text = _("{phase}, but not {missed}")
    return text.format(phase=_(names[name]), missed=_(names[missed]))


def _change(
    missed: str | None,
    values: Mapping[str, Fraction | None],
    names: Mapping[str, str],
    passed: Decimal,
) -> str | None:
    if missed is None:
        return _("an answer below {cut}, or no further purchase").format(cut=passed)
    if missed == ACTION:
        return _("a further purchase")
    value = values[missed]
    if value is None:
        return _("asking about: {parts}").format(parts=_(names[missed]))
    text = _("{part} higher by {points}")
    return text.format(part=_(names[missed]), points=plain(Fraction(passed) - value))

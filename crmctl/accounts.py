"""Key accounts: what an evaluation comes to, how far a plan has come, and what plans begin with.

An evaluation is the weighted mean of its scores in percent of the best; criteria without a score
do not count, and `coverage` tells how much of the weight was scored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crmctl.locale import pick
from crmctl.policies.accounts import Band, Form, Plan, distance
from crmctl.values.frozen import Frozen

Values = Mapping[str, Any]
TENTH = Decimal("0.1")


class Evaluated(Frozen):
    """A result from 0 to 100, the percent of the form's weight that was scored, and its band."""

    score: Decimal
    coverage: Decimal
    band: str | None


def evaluate(form: Form, scores: Mapping[str, Decimal | int]) -> Evaluated | None:
    """What scores come to; None when no criterion of the form was scored."""
    weights = {name: form.criteria[name].weight for name in scores if name in form.criteria}
    scored = sum(weights.values(), Decimal(0))
    if not scored:
        return None
    total = sum((one.weight for one in form.criteria.values()), Decimal(0))
    points = sum((weight * Decimal(scores[name]) for name, weight in weights.items()), Decimal(0))
    score = (100 * points / (scored * form.best)).quantize(TENTH)
    return Evaluated(score, (100 * scored / total).quantize(TENTH), band_of(form, score))


def band_of(form: Form, score: Decimal) -> str | None:
    """The band that a result falls into; None below the lowest."""
    fitting = [name for name, band in form.bands.items() if score >= band.start]
    return max(fitting, key=lambda name: form.bands[name].start, default=None)


def said(name: str, part: Band | Any) -> str:
    """What people call a criterion or a band."""
    return pick(part.title) if part is not None and part.title else name


def progress(milestones: Iterable[Values], day: date) -> Decimal | None:
    """How much of a plan's weight is done by the end of a day, in percent; None without any."""
    done = total = Decimal(0)
    for one in milestones:
        weight = Decimal(str(one.get("weight", 1)))
        total += weight
        if str(one.get("done") or "9999") <= day.isoformat():
            done += weight
    return (100 * done / total).quantize(TENTH) if total else None


def latest(evaluations: Iterable[Values], day: date) -> Values | None:
    """The last evaluation by the end of a day."""
    made = [one for one in evaluations if str(one.get("at") or "") <= day.isoformat()]
    return max(made, key=lambda one: str(one.get("at") or ""), default=None)


def begun(plan: Plan, day: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """The steps of a plan that begins on a day: names, and what stands in an entry for each."""
    for name, step in plan.steps.items():
        offset = distance(step.after)
        entry: dict[str, Any] = {"text": pick(step.text)}
        if offset is not None:
            entry["due"] = offset.after(day).isoformat()
        if step.every:
            entry["every"] = step.every
        if step.phase:
            entry["phase"] = step.phase
        if step.weight != 1:
            entry["weight"] = step.weight
        yield name, entry


def next_due(entry: Values, day: date) -> date | None:
    """When an entry that was done on a day is due again: so long after it was due, and to come."""
    every = distance(str(entry.get("every") or ""))
    if every is None:
        return None
    due = date.fromisoformat(str(entry["due"])) if entry.get("due") else day
    count = 1
    following = every.after(due)
    # Each from the first day: month ends must not drift.
    while following <= day and following < date.max:
        count += 1
        following = every.replaced(count=every.count * count).after(due)
    return following

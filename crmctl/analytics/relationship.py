"""A relation is behavior and feeling: two scores side by side, never merged into one.

What lacks one of the two is a deficient relation, after the first of the texts that crmctl was made
from. Neither score has a standard: what is full, and how parts weigh, are settings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from crmctl.analytics.exact import percent, quotient, total
from crmctl.analytics.result import Column, ModelResult, points
from crmctl.analytics.stage import BEHAVIOR_ONLY, DEFICIENT, FEELING_ONLY, FEELING_UNMEASURED
from crmctl.locale import N_, _, ngettext

if TYPE_CHECKING:
    from crmctl.policies.relationship import Relationship

HUNDRED = Decimal(100)

COLUMNS = (
    Column("customer", N_("Customer"), "ref"),
    Column("behavior", N_("Behavior"), "mean"),
    Column("feeling", N_("Feeling"), "mean"),
    Column("felt", N_("Feelings noted"), "integer"),
    Column("answers", N_("Survey answers"), "integer"),
    Column("deficient", N_("Deficient"), "enum", DEFICIENT),
    Column("reciprocity", N_("Begun by them"), "percent"),
    Column("exit_barrier", N_("Exit barrier"), "integer"),
    Column("purchases", N_("Purchases"), "integer", detail=True),
    Column("touches", N_("Touches"), "integer", detail=True),
    Column("begun", N_("Events begun"), "integer", detail=True),
    Column("our_feeling", N_("Our feeling"), "mean", detail=True),
    Column("exit_barrier_before", N_("Exit barrier before"), "integer", detail=True),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text", detail=True),
)
TITLES = {
    "days": N_("days"),
    "much": N_("behavior from"),
    "warm": N_("feeling from"),
    "counts": N_("customers with"),
    **DEFICIENT,
}


class Felt(NamedTuple):
    """A feeling on the scale from 0 to 100, and the record that tells of it."""

    value: Decimal
    id: str


class Sides(NamedTuple):
    """What both sides did and felt in the time in question.

    `felt` are feelings noted in interactions, `answered` answers in surveys of theirs, `ours`
    answers of our staff; `by_us` and `by_them` count the events that each side began; `barrier`
    is what the ties add up to now and before.
    """

    customer: str
    purchases: Sequence[str] = ()
    touches: int = 0
    felt: Sequence[Felt] = ()
    answered: Sequence[Felt] = ()
    ours: Sequence[Felt] = ()
    by_us: int = 0
    by_them: int = 0
    barrier: int = 0
    barrier_before: int = 0


def weighted(
    parts: Mapping[str, Decimal | None], weights: Mapping[str, Decimal]
) -> tuple[Decimal | None, Decimal]:
    """The weighted mean of what was measured, and which percentage of the weights that is.

    None where nothing with a weight was measured.
    """
    known = {name: value for name, value in parts.items() if value is not None}
    weight = total(weights.get(name, Decimal(0)) for name in known)
    whole = total(weights.values())
    if weight <= 0:
        return None, Decimal(0)
    sum_ = total(value * weights.get(name, Decimal(0)) for name, value in known.items())
    return quotient(sum_, weight), percent(weight, whole) or Decimal(0)


def mean(felt: Sequence[Felt]) -> Decimal | None:
    """The mean of feelings; None without any."""
    return quotient(total(one.value for one in felt), len(felt)) if felt else None


def relationship(found: Iterable[Sides], as_of: date, rules: Relationship) -> ModelResult:
    """Behavior and feeling of each relation from 0 to 100, and which of the two it lacks.

    Behavior: purchases and touches in percent of what is full, weighted. Feeling: the means of
    feelings noted (-2 to 2) and of answers (each on its scale), put on 0 to 100 and weighted; None
    where neither was measured. Reciprocity: events that they began, in percent of all whose
    beginner is known. Rows are sorted by deficiency, then by behavior, the most first, then by id.
    """
    rows = [_row(one, rules) for one in found]
    order = {BEHAVIOR_ONLY: 0, FEELING_UNMEASURED: 1, FEELING_ONLY: 2, None: 3}
    rows.sort(key=lambda row: (order[row["deficient"]], -row["behavior"], row["customer"]))
    counts = Counter(row["deficient"] for row in rows)
    parameters = {
        "days": rules.days,
        "much": rules.much,
        "warm": rules.warm,
        "counts": {name: counts[name] for name in DEFICIENT},
    }
    return ModelResult(
        "relationship",
        as_of,
        parameters,
        len(rows),
        COLUMNS,
        rows,
        [*points(rows), *_notes(rows)],
        TITLES,
    )


def deficiency(behavior: Decimal, feeling: Decimal | None, rules: Relationship) -> str | None:
    """Which of the two a relation lacks; None where it has both, or neither."""
    if behavior >= rules.much:
        if feeling is None:
            return FEELING_UNMEASURED
        return BEHAVIOR_ONLY if feeling < rules.warm else None
    return FEELING_ONLY if feeling is not None and feeling >= rules.warm else None


def _share(count: int, full: int) -> Decimal:
    return min(HUNDRED, quotient(Decimal(100 * count), full))


def _row(one: Sides, rules: Relationship) -> dict[str, Any]:
    full = rules.behavior
    behavior, _covered = weighted(
        {
            "purchases": _share(len(one.purchases), full.purchases),
            "touches": _share(one.touches, full.touches),
        },
        full.weights,
    )
    feeling, _covered = weighted(
        {"touches": mean(one.felt), "answers": mean(one.answered)}, rules.feeling
    )
    begun = one.by_us + one.by_them
    lacking = deficiency(behavior or Decimal(0), feeling, rules)
    lowest = sorted([*one.felt, *one.answered], key=lambda felt: (felt.value, felt.id))
    evidence = [*one.purchases[-1:], *(felt.id for felt in lowest[:2])]
    return {
        "customer": one.customer,
        "behavior": behavior or Decimal(0),
        "feeling": feeling,
        "felt": len(one.felt),
        "answers": len(one.answered),
        "deficient": lacking,
        "reciprocity": percent(one.by_them, begun),
        "exit_barrier": one.barrier,
        "purchases": len(one.purchases),
        "touches": one.touches,
        "begun": begun,
        "our_feeling": mean(one.ours),
        "exit_barrier_before": one.barrier_before,
        "evidence": list(dict.fromkeys(evidence)),
        "change": _change(lacking, rules),
    }


def _change(lacking: str | None, rules: Relationship) -> str | None:
    if lacking == BEHAVIOR_ONLY:
        text = _("A feeling of {warm} or more; the lowest ones are among the evidence.")
        return text.format(warm=rules.warm)
    if lacking == FEELING_UNMEASURED:
        return _("A feeling noted with a talk, or an answer in a survey.")
    if lacking == FEELING_ONLY:
        text = _("Behavior of {much} or more: purchases, and talks.")
        return text.format(much=rules.much)
    return None


def _notes(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    unmeasured = sum(row["feeling"] is None for row in rows)
    if unmeasured:
        yield ngettext(
            "The feeling of {count} customer was not measured.",
            "The feeling of {count} customers was not measured.",
            unmeasured,
        ).format(count=unmeasured)

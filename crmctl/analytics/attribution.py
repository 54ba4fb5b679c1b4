"""Attribution: which share of a sale each touch before it gets.

The models as Google Ads defined them: first, last, linear, position-based (40/20/40) and time
decay, in which a touch counts half as much for every seven days that it lies before the sale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from crmctl.analytics.exact import EXACT, halved, quotient, total
from crmctl.locale import N_

HALF_LIFE = 7
_EDGE, _MIDDLE = 2, 1  # 40 % each and 20 % together, in fifths


def _time_decay(days: Sequence[int], half_life: int) -> list[Decimal]:
    return [halved(one, half_life) for one in days]


def _position(days: Sequence[int], _half_life: int) -> list[Decimal]:
    count = len(days)
    if count <= 2:
        return [Decimal(1)] * count
    inner = count - 2
    return [Decimal(_EDGE * inner), *[Decimal(_MIDDLE)] * inner, Decimal(_EDGE * inner)]


def _alone(place: int) -> Callable[[Sequence[int], int], list[Decimal]]:
    def weights(days: Sequence[int], _half_life: int) -> list[Decimal]:
        chosen = place % len(days)
        return [Decimal(at == chosen) for at in range(len(days))]

    return weights


_WEIGHTS: Mapping[str, Callable[[Sequence[int], int], list[Decimal]]] = {
    "first": _alone(0),
    "last": _alone(-1),
    "linear": lambda days, _half_life: [Decimal(1)] * len(days),
    "position": _position,
    "time_decay": _time_decay,
}
METHODS = {
    "first": N_("first touch"),
    "last": N_("last touch"),
    "linear": N_("linear"),
    "position": N_("by position, 40/20/40"),
    "time_decay": N_("time decay"),
}


def attributed(
    value: Decimal, days: Sequence[int], method: str, half_life: int = HALF_LIFE
) -> list[Decimal]:
    """What of `value` each touch gets, the earliest first; they add up to it exactly.

    `days`: how many lie between each touch and the sale, in descending order, at least one touch.
    Shares are rounded to six places; what that leaves goes to the last touch that gets anything.
    """
    weights = _WEIGHTS[method](days, half_life)
    whole = total(weights)
    parts = [quotient(EXACT.multiply(value, weight), whole) for weight in weights]
    rest = EXACT.subtract(value, total(parts))
    last = max(at for at, weight in enumerate(weights) if weight)
    parts[last] = EXACT.add(parts[last], rest)
    return parts

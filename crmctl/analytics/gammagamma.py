"""Gamma-Gamma: what a customer's purchases are worth on average, drawn towards what others spend.

Fader, Hardie and Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis" (Journal of
Marketing Research 42, 2005); Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013).
It takes the value of purchases to be independent of how many there are: see the correlation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from math import lgamma, log, sqrt
from typing import NamedTuple

from crmctl.analytics.btyd import Fit, at_bound, fitted

NAME = "gammagamma"
PARAMETERS = ("p", "q", "gamma")


class Spending(NamedTuple):
    """Repeat purchases of a customer, at least one, and their mean value, above zero."""

    x: int
    mean: float


def likelihood(spendings: Iterable[Spending]) -> Callable[..., float]:
    """The log-likelihood as a function of p, q and gamma."""
    counts = sorted(Counter(spendings).items())
    n = sum(count for _spending, count in counts)
    of_x: Counter[int] = Counter()
    for (x, _mean), count in counts:
        of_x[x] += count
    logs = sum(count * log(mean) for (_x, mean), count in counts)
    weighted = sum(count * x * log(mean * x) for (x, mean), count in counts)

    def total(p: float, q: float, gamma: float) -> float:
        sums = [n * (q * log(gamma) - lgamma(q)), p * weighted - logs]
        sums += [count * (lgamma(p * x + q) - lgamma(p * x)) for x, count in of_x.items()]
        sums += [-count * (p * x + q) * log(gamma + x * mean) for (x, mean), count in counts]
        return sum(sums)

    return total


def fit(spendings: Iterable[Spending], exact: int = 50_000) -> Fit:
    """The maximum-likelihood fit; above `exact` customers the means are taken to three digits.

    Raises ValueError without anybody.
    """
    found = list(spendings)
    if not found:
        raise ValueError("a fit takes customers who came back")
    # In units of the usual purchase the parameters are near 1, whatever the currency.
    unit = sorted(one.mean for one in found)[len(found) // 2]
    digits = 3 if len(found) > exact else 15
    scaled = [Spending(x, float(f"{mean / unit:.{digits}g}")) for x, mean in found]
    values, value = fitted(PARAMETERS, likelihood(scaled))
    edge = at_bound(values)
    values["gamma"] *= unit
    value -= len(found) * log(unit)
    return Fit(NAME, values, value, len(found), len(found), edge)


def expected(fit: Fit, spending: Spending | None = None) -> float | None:
    """The mean value to expect of a customer's purchases: E[M].

    Of one who has not come back it is that of all; None where the fit knows none (q is not above
    1).
    """
    p, q, gamma = fit.values.values()
    x, mean = spending or (0, 0.0)
    if p * x + q <= 1:
        return None
    return p * (gamma + x * mean) / (p * x + q - 1)


def correlation(spendings: Iterable[Spending]) -> float | None:
    """Pearson's r of number and mean value of repeat purchases; None where one is the same in all.

    Far from 0 it says that the model does not hold.
    """
    found = sorted(spendings)
    if not found:
        return None
    n = len(found)
    centre_x = sum(x for x, _mean in found) / n
    centre_m = sum(mean for _x, mean in found) / n
    both = sum((x - centre_x) * (mean - centre_m) for x, mean in found)
    across = sum((x - centre_x) ** 2 for x, _mean in found)
    along = sum((mean - centre_m) ** 2 for _x, mean in found)
    return both / sqrt(across * along) if across > 0 and along > 0 else None

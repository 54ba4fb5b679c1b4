"""sBG: how long customers with a contract stay, when some are likelier to leave than others.

The shifted beta geometric model of Fader and Hardie, "How to Project Customer Retention" (Journal
of Interactive Marketing 21, 2007): at each renewal a customer leaves with a probability of its
own, beta distributed (`alpha`, `beta`). Those likely to leave do so first, so retention rises.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

from crmctl.analytics.btyd import Fit, at_bound, fitted

NAME = "sbg"
PARAMETERS = ("alpha", "beta")


def likelihood(lost: Sequence[int], kept: Sequence[int]) -> Callable[..., float]:
    """The log-likelihood as a function of alpha and beta.

    `lost` and `kept` count, for the first, the second, ... renewal, who left at it and who, after
    it, has not come to the next one yet.
    """

    def total(alpha: float, beta: float) -> float:
        value = stayed = 0.0
        for t, (gone, here) in enumerate(zip(lost, kept, strict=True)):
            whole = log(alpha + beta + t)
            value += gone * (stayed + log(alpha) - whole)
            stayed += log(beta + t) - whole
            value += here * stayed
        return value

    return total


def fit(lost: Sequence[int], kept: Sequence[int]) -> Fit:
    """The maximum-likelihood fit; ValueError where nobody left or nobody stayed."""
    if not sum(lost) or not sum(kept) + sum(lost[1:]):
        raise ValueError("a fit takes some who left and some who stayed")
    values, found = fitted(PARAMETERS, likelihood(lost, kept))
    n = sum(lost) + sum(kept)
    return Fit(NAME, values, found, n, n - lost[0], at_bound(values))


def retention(fit: Fit, t: int) -> float:
    """The share of those who come to renewal t, counted from 1, who stay."""
    alpha, beta = fit.values.values()
    return (beta + t - 1) / (alpha + beta + t - 1)


def survival(fit: Fit, t: int) -> float:
    """The share of all who are still there after t renewals."""
    share = 1.0
    for renewal in range(1, t + 1):
        share *= retention(fit, renewal)
    return share

"""Pareto/NBD: customers buy at random at rates of their own, and at some unseen moment stop.

Schmittlein, Morrison and Colombo, "Counting Your Customers: Who Are They and What Will They Do
Next?" (Management Science 33, 1987), in the form of Fader and Hardie, "A Note on Deriving the
Pareto/NBD Model and Related Expressions" (2005). Rates of buying are gamma distributed (shape `r`,
rate `alpha`), and so are those of stopping (`s`, `beta`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from math import exp, expm1, lgamma, log, log1p

from crmctl.analytics.btyd import Fit, Grouped, History, Model
from crmctl.analytics.special import ones

# From here on log(1 + exp(d)) is d to the last digit, and exp(d) is far from overflowing.
_LARGE = 300.0


class ParetoNbd(Model):
    """As published; a customer whose last purchase is on the day in question is alive."""

    name = "paretonbd"
    parameters = ("r", "alpha", "s", "beta")
    cost = 10

    def likelihood(self, histories: Grouped) -> Callable[..., float]:
        """The log-likelihood as a function of r, alpha, s and beta."""
        times = sorted({t for history, _count in histories.counts for t in history[1:]})
        place = {t: n for n, t in enumerate(times)}
        cells: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for (x, t_x, T), count in histories.counts:
            cells[x].append((place[t_x], place[T], count))
        sizes = {x: sum(count for _t, _T, count in found) for x, found in cells.items()}
        asked = {x: sorted({n for cell in found for n in cell[:2]}) for x, found in cells.items()}

        def total(r: float, alpha: float, s: float, beta: float) -> float:
            base = r * log(alpha) + s * log(beta) - lgamma(r)
            logs = [(log(alpha + t), log(beta + t)) for t in times]
            sums = []
            for x, found in cells.items():
                at = [times[n] for n in asked[x]]
                factors = dict(zip(asked[x], _factors(r + x, alpha, s, beta, at), strict=True))
                sums.append(sizes[x] * (base + lgamma(r + x)))
                weight = s / (r + x + s)
                for start, end, count in found:
                    first, last = (-(r + x) * logs[n][0] - s * logs[n][1] for n in (start, end))
                    against = _against(weight, first - last, factors[start], factors[end])
                    sums.append(count * (last + against))
            return sum(sums)

        return total

    def p_alive(self, fit: Fit, history: History) -> float:
        r, alpha, s, beta = fit.values.values()
        x, t_x, T = history
        first, last = _factors(r + x, alpha, s, beta, [t_x, T])
        d = (r + x) * log((alpha + T) / (alpha + t_x)) + s * log((beta + T) / (beta + t_x))
        return exp(-_against(s / (r + x + s), d, first, last))

    def if_alive(self, fit: Fit, history: History, weeks: Sequence[float]) -> list[float]:
        """The published expression; its limit, a logarithm, where s is 1."""
        r, alpha, s, beta = fit.values.values()
        x, _t_x, T = history
        rate = (r + x) * (beta + T) / (alpha + T)
        logs = [log((beta + T + t) / (beta + T)) for t in weeks]
        return [rate * (lived if s == 1 else expm1((1 - s) * lived) / (1 - s)) for lived in logs]


MODEL = ParetoNbd()


def _factors(
    shape: float, alpha: float, s: float, beta: float, times: Sequence[float]
) -> list[float]:
    """For each time u: F(u) of the published A0, divided by (alpha+u)^-(r+x) (beta+u)^-s.

    The published 2F1 after Euler's transformation, which leaves one with 1 as its first number.
    """
    if alpha >= beta:
        return ones(shape, shape + s + 1, [(alpha - beta) / (alpha + u) for u in times])
    found = ones(s + 1, shape + s + 1, [(beta - alpha) / (beta + u) for u in times])
    return [(alpha + u) / (beta + u) * one for u, one in zip(times, found, strict=True)]


def _against(weight: float, d: float, first: float, last: float) -> float:
    """-ln P(alive): ln of one more than the odds of having stopped since the last purchase.

    `d` is by how much the logarithm of what `_factors` divides by has fallen since then.
    """
    if d > _LARGE:
        return d + log(weight * first)
    return log1p(max(0.0, weight * (exp(d) * first - last)))

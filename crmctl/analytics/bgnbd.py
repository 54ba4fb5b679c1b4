"""BG/NBD: customers buy at random at rates of their own, and after each purchase some stop.

Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD
Model" (Marketing Science 24, 2005). Rates are gamma distributed (shape `r`, rate `alpha`), the
probabilities to stop beta distributed (`a`, `b`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import exp, lgamma, log, log1p

from crmctl.analytics.btyd import Fit, Grouped, History, Model
from crmctl.analytics.special import log_beta

# From here on log(1 + exp(d)) is d to the last digit.
_LARGE = 36.0
_EXACT = 1e-13
_TERMS = 100_000


class BetaGeometric(Model):
    """The family: customers differ in when they first have a chance to stop.

    `early` tells whether that is right after the first purchase, else only after the next one; so
    one with x repeats has had the chance x, or x + 1 times, and did not take it for sure.
    """

    parameters = ("r", "alpha", "a", "b")
    early: int

    def likelihood(self, histories: Grouped) -> Callable[..., float]:
        """The log-likelihood as a function of r, alpha, a and b.

        What depends on x alone, and the logarithms of times, are computed once for each.
        """
        starts = sorted({history.t_x for history, _count in histories.counts})
        ends = sorted({history.T for history, _count in histories.counts})
        start, end = ({t: n for n, t in enumerate(times)} for times in (starts, ends))
        cells: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for (x, t_x, T), count in histories.counts:
            cells[x].append((start[t_x], end[T], count))
        sizes = {x: sum(count for _s, _e, count in found) for x, found in cells.items()}

        def total(r: float, alpha: float, a: float, b: float) -> float:
            log_starts = [log(alpha + t) for t in starts]
            log_ends = [log(alpha + t) for t in ends]
            base = r * log(alpha) - lgamma(r) - log_beta(a, b)
            sums = []
            for x, found in cells.items():
                chances, shape = x + self.early, r + x
                constant = base + lgamma(shape) + log_beta(a, b + chances)
                sums.append(sizes[x] * constant)
                sums.append(-shape * sum(n * log_ends[e] for _s, e, n in found))
                if not chances:
                    continue
                ratio = log(a / (b + chances - 1))
                for s, e, n in found:
                    d = ratio + shape * (log_ends[e] - log_starts[s])
                    sums.append(n * (log1p(exp(d)) if d < _LARGE else d))
            return sum(sums)

        return total

    def p_alive(self, fit: Fit, history: History) -> float:
        r, alpha, a, b = fit.values.values()
        x, t_x, T = history
        chances = x + self.early
        if not chances:
            return 1.0
        d = log(a / (b + chances - 1)) + (r + x) * log((alpha + T) / (alpha + t_x))
        return 1 / (1 + exp(d)) if d < _LARGE else exp(-d)

    def silent_until(self, fit: Fit, history: History, p_alive: float) -> float | None:
        r, alpha, a, b = fit.values.values()
        x, t_x, _T = history
        chances = x + self.early
        if not chances:
            return None
        d = (log((1 - p_alive) / p_alive) - log(a / (b + chances - 1))) / (r + x)
        return (alpha + t_x) * exp(d) - alpha if d < _LARGE else None

    def if_alive(self, fit: Fit, history: History, weeks: Sequence[float]) -> list[float]:
        """The sum over n of P(more than n purchases fall into the time) P(not stopped after n).

        The first factor is negative binomial, the second beta geometric. This equals the published
        expression with 2F1, but has no singularity at a = 1 and loses no digits near it.
        """
        r, alpha, a, b = fit.values.values()
        chances = b + history.x + self.early
        return [
            _purchases(r + history.x, alpha + history.T, a, chances, t) if t > 0 else 0.0
            for t in weeks
        ]


@lru_cache(maxsize=4096)
def _stays(a: float, b: float, upto: int) -> tuple[float, ...]:
    """For n from 0: the sum over k < n of the mean of (1 - p)^k, where p is beta(a, b)."""
    sums, stay = [0.0], 1.0
    for k in range(upto):
        sums.append(sums[-1] + stay)
        stay *= (b + k) / (a + b + k)
    return tuple(sums)


def _purchases(shape: float, rate: float, a: float, b: float, time: float) -> float:
    share = time / (rate + time)
    log_share, log_none = log(share), -shape * log1p(time / rate)
    upto = 64
    stays = _stays(a, b, upto)
    total, seen, log_p = 0.0, exp(log_none), log_none
    for n in range(1, _TERMS):
        if n > upto:
            upto *= 4
            stays = _stays(a, b, upto)
        log_p += log_share + log((shape + n - 1) / n)
        p = exp(log_p)
        total += p * stays[n]
        seen += p
        if n * share > shape and (1 - seen) * n < _EXACT * total:
            break
        if p * n < _EXACT * _EXACT * total:
            break
    return total


class BgNbd(BetaGeometric):
    """As published: nobody stops before a second purchase, so one purchase means P(alive) = 1."""

    name = "bgnbd"
    early = 0


MODEL = BgNbd()

"""BG/NBD: customers buy at random at rates of their own, and after each purchase some stop.

Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD
Model" (Marketing Science 24, 2005). Rates are gamma distributed (shape `r`, rate `alpha`), the
probabilities to stop beta distributed (`a`, `b`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate, repeat
from math import exp, lgamma, log, log1p, sqrt
from operator import mul

from crmctl.analytics.btyd import Fit, Grouped, History, Model
from crmctl.analytics.special import log_beta

# From here on ln(1 + exp(d)) is d to the last digit.
_LARGE = 36.0
# Up to here the numbers of a sum stay far below the largest one that there is.
_EASY = 60.0


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
        silent: dict[int, Counter[int]] = defaultdict(Counter)
        for (x, t_x, T), count in histories.counts:
            cells[x].append((start[t_x], end[T], count))
            silent[x][end[T]] += count

        def total(r: float, alpha: float, a: float, b: float) -> float:
            since = [log(alpha + t) for t in starts]
            until = [log(alpha + t) for t in ends]
            base = r * log(alpha) - lgamma(r) - log_beta(a, b)
            sums = []
            for x, found in cells.items():
                chances, shape = x + self.early, r + x
                constant = base + lgamma(shape) + log_beta(a, b + chances)
                sums += [n * (constant - shape * until[e]) for e, n in silent[x].items()]
                if not chances:
                    continue
                odds = log(a / (b + chances - 1))
                try:
                    sums += [
                        n * log1p(exp(odds + shape * (until[e] - since[s]))) for s, e, n in found
                    ]
                except OverflowError:
                    sums += [
                        n * _log_more(odds + shape * (until[e] - since[s])) for s, e, n in found
                    ]
            return sum(sums)

        return total

    def p_alive(self, fit: Fit, history: History) -> float:
        r, alpha, a, b = fit.values.values()
        x, t_x, T = history
        chances = x + self.early
        if not chances:
            return 1.0
        d = log(a / (b + chances - 1)) + (r + x) * log((alpha + T) / (alpha + t_x))
        return exp(-_log_more(d))

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


def _log_more(d: float) -> float:
    """ln(1 + exp(d))."""
    return log1p(exp(d)) if d < _LARGE else d


def _purchases(shape: float, rate: float, a: float, b: float, time: float) -> float:
    share = time / (rate + time)
    none = -shape * log1p(time / rate)
    # Beyond so many purchases there is nothing left to 13 digits.
    upto = int((shape + 8 * sqrt(shape) + 30) * time / rate) + 40
    size = 1 << upto.bit_length()
    if shape > _EASY:
        return _many(shape, log(share), none, _stays(a, b, size), upto)
    powers = accumulate(repeat(share, upto), mul)
    return exp(none) * float(sum(map(mul, _weights(shape, a, b, size), powers)))


def _many(shape: float, share: float, none: float, stays: Sequence[float], upto: int) -> float:
    """The same sum of one who buys so often that its numbers would overflow: by logarithms."""
    total = 0.0
    for n in range(1, upto):
        none += share + log((shape + n - 1) / n)
        total += exp(none) * stays[n]
    return total


@lru_cache(maxsize=16)
def _weights(shape: float, a: float, b: float, size: int) -> tuple[float, ...]:
    """For n from 1: by what the n-th power of the share is multiplied."""
    found, rising = [], 1.0
    for n, stay in enumerate(_stays(a, b, size)[1:], 1):
        rising *= (shape + n - 1) / n
        found.append(rising * stay)
    return tuple(found)


@lru_cache(maxsize=16)
def _stays(a: float, b: float, size: int) -> tuple[float, ...]:
    """For n from 0: the sum over k < n of the mean of (1 - p)^k, where p is beta(a, b)."""
    sums, stay = [0.0], 1.0
    for k in range(size):
        sums.append(sums[-1] + stay)
        stay *= (b + k) / (a + b + k)
    return tuple(sums)


class BgNbd(BetaGeometric):
    """As published: nobody stops before a second purchase, so one purchase means P(alive) = 1."""

    name = "bgnbd"
    early = 0


MODEL = BgNbd()

"""What the models of buying until one stops have in common: histories, fits, and when not to fit.

A history is all that such a model knows of a customer: `x` purchases after the first one, the last
of them `t_x` weeks after the first, `T` weeks after it the day in question. A purchase is a day
with at least one purchase event. Weeks are days / 7, not rounded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from math import exp, inf, log
from typing import Any, ClassVar, NamedTuple

from crmctl.analytics.exact import trimmed
from crmctl.analytics.simplex import minimum
from crmctl.locale import N_, _, ngettext
from crmctl.values.frozen import Frozen

WEEK = 7
# Beyond so large and below so small a number a parameter says nothing but “at the bound”.
BOUND = 1e6
_NEAR_BOUND = 1e5
_PLACES = 6

FIT_TITLES = {
    "fit": N_("fit,"),
    "model": N_("model"),
    "bgnbd": "BG/NBD",
    "mbgnbd": "MBG/NBD",
    "paretonbd": "Pareto/NBD",
    "gammagamma": "Gamma-Gamma",
    "sbg": "sBG",
    "n": "n",
    "repeaters": N_("customers who came back"),
    "log_likelihood": N_("log-likelihood"),
    "at_bound": N_("parameters at a bound"),
}


class History(NamedTuple):
    """Purchases after the first, weeks from the first to the last, and to the day in question."""

    x: int
    t_x: float
    T: float


class Buyer(NamedTuple):
    """A customer who has bought: what is known of the purchases until a day.

    `intervals` are the days between one purchase and the next, in any order; `repeat_value` is what
    the purchases after the first amount to, in the base currency; `orders` are the ids of those of
    the last purchase; `group` is what the customer is compared with.
    """

    customer: str
    first: date
    last: date
    intervals: tuple[int, ...] = ()
    repeat_value: Decimal = Decimal(0)
    orders: tuple[str, ...] = ()
    group: str | None = None

    def history(self, as_of: date) -> History:
        """What the models know of the customer, in weeks."""
        since = (self.last - self.first).days, (as_of - self.first).days
        return History(len(self.intervals), since[0] / WEEK, since[1] / WEEK)


class Gates(Frozen):
    """How many customers, and how many of them who came back, a fit takes at least.

    Below `warn` customers it is made with a warning; above `exact` different histories they are
    counted in whole weeks.
    """

    customers: int = 200
    repeaters: int = 30
    warn: int = 500
    exact: int = 50_000

    def refusal(self, customers: int, repeaters: int) -> str | None:
        """Why there are too few to fit a model, None where there are enough."""
        if repeaters == 0:
            return _("Nobody has come back yet, so there is nothing to fit a model to.")
        if customers >= self.customers and repeaters >= self.repeaters:
            return None
        return _(
            "Too few for a fit: it takes {customers} customers who bought and {repeaters} who came "
            "back; there are {bought} and {back}."
        ).format(
            customers=self.customers, repeaters=self.repeaters, bought=customers, back=repeaters
        )


class Grouped(Frozen):
    """Histories with how often each is there, in their order; `weeks`: counted in whole weeks."""

    counts: tuple[tuple[History, int], ...]
    weeks: bool = False

    @cached_property
    def n(self) -> int:
        return sum(count for _history, count in self.counts)

    @cached_property
    def repeaters(self) -> int:
        return sum(count for history, count in self.counts if history.x)


def grouped(histories: Iterable[History], exact: int = Gates.exact) -> Grouped:
    """Equal histories together; in whole weeks where more than `exact` are different."""
    counts = Counter(histories)
    weeks = len(counts) > exact
    if weeks:
        rounded: Counter[History] = Counter()
        for (x, t_x, T), count in counts.items():
            rounded[History(x, float(round(t_x)), float(round(T)))] += count
        counts = rounded
    return Grouped(tuple(sorted(counts.items())), weeks)


class Fit(Frozen):
    """The parameters of a model that make what was seen most likely.

    `at_bound` names those that ran to the edge of what is looked at: data that are too few or too
    much alike.
    """

    model: str
    values: dict[str, float]
    log_likelihood: float
    n: int
    repeaters: int
    at_bound: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        """The fit as parameters of a result, rounded."""
        return {
            "model": self.model,
            **{name: decimal(value) for name, value in self.values.items()},
            "log_likelihood": decimal(self.log_likelihood),
            "n": self.n,
            "repeaters": self.repeaters,
            "at_bound": list(self.at_bound) or None,
        }

    def warnings(self, warn: int) -> list[str]:
        """What to know before trusting it."""
        found = []
        if self.n < warn:
            found.append(
                ngettext(
                    "The fit rests on {count} customer: below {warn} it is unreliable.",
                    "The fit rests on {count} customers: below {warn} it is unreliable.",
                    self.n,
                ).format(count=self.n, warn=warn)
            )
        if self.at_bound:
            found.append(
                _("Degenerate fit: {names} ran to the edge. Do not rely on single values.").format(
                    names=", ".join(self.at_bound)
                )
            )
        return found


class Model(ABC):
    """A model of buying until one stops: when customers buy, and when they stop for good."""

    name: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]]
    # How many times as long as that of the quickest model a fit takes.
    cost: ClassVar[int] = 1

    @abstractmethod
    def likelihood(self, histories: Grouped) -> Callable[..., float]:
        """The log-likelihood of the histories as a function of the parameters."""

    @abstractmethod
    def p_alive(self, fit: Fit, history: History) -> float:
        """The probability that a customer has not stopped."""

    @abstractmethod
    def if_alive(self, fit: Fit, history: History, weeks: Sequence[float]) -> list[float]:
        """How many purchases to expect within so many weeks of one who has not stopped."""

    def silent_until(self, fit: Fit, history: History, p_alive: float) -> float | None:
        """The T at which P(alive) has fallen so far if nothing is bought; None: not known."""
        return None

    def expected(self, fit: Fit, history: History, weeks: float) -> float:
        """How many purchases to expect within so many weeks: E[Y(t)]."""
        return self.p_alive(fit, history) * self.if_alive(fit, history, [weeks])[0]

    def fit(self, histories: Grouped) -> Fit:
        """The maximum-likelihood fit, by a simplex over the logarithms, all starting from 1.
        Raises ValueError where nobody came back.
        """
        if not histories.repeaters:
            raise ValueError("a fit takes customers who came back")
        values, found = fitted(self.parameters, self.likelihood(histories))
        return Fit(self.name, values, found, histories.n, histories.repeaters, at_bound(values))


@lru_cache(maxsize=8)
def _kept(model: Model, histories: Grouped) -> Fit:
    """Several models of one run ask for the same fit."""
    return model.fit(histories)


def fit_of(
    model: Model, buyers: Iterable[Buyer], as_of: date, gates: Gates
) -> tuple[Fit | None, list[str]]:
    """The fit to what buyers bought, None where there are too few, and what to know of it."""
    found = grouped((one.history(as_of) for one in buyers), gates.exact // model.cost)
    refusal = gates.refusal(found.n, found.repeaters)
    if refusal is not None:
        return None, [refusal]
    fit = _kept(model, found)
    notes = fit.warnings(gates.warn)
    if found.weeks:
        notes.append(_("There are many different histories: the fit counts in whole weeks."))
    return fit, notes


def fitted(
    names: Sequence[str], likelihood: Callable[..., float]
) -> tuple[dict[str, float], float]:
    """Parameters above zero that make a log-likelihood greatest, and that likelihood."""
    edge = log(BOUND)

    def loss(point: tuple[float, ...]) -> float:
        if any(abs(value) > edge for value in point):
            return inf
        try:
            return -likelihood(*map(exp, point))
        except (ArithmeticError, ValueError):
            return inf

    found = minimum(loss, [0.0] * len(names))
    return dict(zip(names, map(exp, found.point), strict=True)), -found.value


def at_bound(values: dict[str, float]) -> tuple[str, ...]:
    """The parameters that ran to the edge."""
    return tuple(
        name for name, value in values.items() if not 1 / _NEAR_BOUND < value < _NEAR_BOUND
    )


def decimal(value: float) -> Decimal:
    """A computed number to six places: the same on every machine."""
    return trimmed(round(Decimal(value), _PLACES))

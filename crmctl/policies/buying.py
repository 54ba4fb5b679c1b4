"""How the models of buying count: rhythms, cohorts, what is lost, and what it costs to win."""

from __future__ import annotations

from decimal import Decimal

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.policies.limits import check_choice, check_number, check_span
from crmctl.typed import Titles
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest


class Cohorts(Frozen):
    """How long the period of a cohort is, how many are shown, and what is soon, in days."""

    by: str = "month"
    periods: int = 6
    within: int = 90


class Activity(Frozen):
    """From how many purchase intervals on somebody slows down, and is dormant."""

    slowing: Decimal = Decimal(1)
    dormant: Decimal = Decimal(2)


class SpendTrend(Frozen):
    """What lately means, and up to how many percent of change spend is steady."""

    window: str = "6m"
    steady: Decimal = Decimal(10)


class Band(Frozen):
    """The churn of a year that is usual, in percent."""

    low: Decimal = Decimal(10)
    high: Decimal = Decimal(30)


class Churn(Frozen):
    """The period, after how many intervals silence means a loss, and what is usual."""

    period: str = "1y"
    intervals: Decimal = Decimal(2)
    band: Band = Band()


class Chances(Frozen):
    """How likely who left for a reason comes back, in percent."""

    trust_crisis: Decimal = Decimal(10)
    poor_service: Decimal = Decimal(30)
    unmet_need: Decimal = Decimal(20)
    falling_benefit: Decimal = Decimal(25)
    other: Decimal = Decimal(15)


class Winback(Frozen):
    """What the reason of a loss leaves of hope."""

    chances: Chances = Chances()


class Claim(Frozen):
    """How many times more winning is said to cost than keeping, and who says so."""

    ratio: Decimal
    source: Titles


class Acquisition(Frozen):
    """The period, the claims, and which of them stands in where the book cannot tell."""

    period: str = "1y"
    fallback: str = "fivefold"
    claims: dict[str, Claim] = {}  # noqa: RUF012 (copied for each)


class Basket(Frozen):
    """What a basket is, and how many must bear a rule."""

    unit: str = "order"
    count: int = 5
    confidence: Decimal = Decimal(20)
    items: int = 3


class Buying(Frozen):
    """The whole section: one setting for each model, by its name."""

    cohorts: Cohorts = Cohorts()
    activity: Activity = Activity()
    spend_trend: SpendTrend = SpendTrend()
    churn: Churn = Churn()
    winback: Winback = Winback()
    acquisition: Acquisition = Acquisition()
    basket: Basket = Basket()


def check(buying: Buying, where: str) -> None:
    """Raises BadDefinition for what no model can be told."""
    check_choice(buying.cohorts.by, ("month", "quarter", "year"), where, "buying.cohorts.by")
    check_number(buying.cohorts.periods, where, "buying.cohorts.periods", 1, 60)
    check_number(buying.cohorts.within, where, "buying.cohorts.within", 1)
    if not Decimal(0) < buying.activity.slowing < buying.activity.dormant:
        raise BadDefinition(where, "buying.activity", _("needs 0 < slowing < dormant"))
    check_span(buying.spend_trend.window, where, "buying.spend_trend.window")
    check_number(buying.spend_trend.steady, where, "buying.spend_trend.steady")
    check_span(buying.churn.period, where, "buying.churn.period")
    check_number(buying.churn.intervals, where, "buying.churn.intervals", 1)
    if not Decimal(0) <= buying.churn.band.low < buying.churn.band.high <= Decimal(100):
        raise BadDefinition(where, "buying.churn.band", _("needs 0 <= low < high <= 100"))
    for name in Chances.names():
        place = f"buying.winback.chances.{name}"
        check_number(getattr(buying.winback.chances, name), where, place, 0, 100)
    _check_claims(buying.acquisition, where)
    check_choice(buying.basket.unit, ("order", "customer"), where, "buying.basket.unit")
    check_number(buying.basket.count, where, "buying.basket.count", 1)
    check_number(buying.basket.confidence, where, "buying.basket.confidence", 0, 100)
    check_number(buying.basket.items, where, "buying.basket.items", 2, 4)


def _check_claims(acquisition: Acquisition, where: str) -> None:
    check_span(acquisition.period, where, "buying.acquisition.period")
    if acquisition.fallback not in acquisition.claims:
        raise BadDefinition(
            where,
            "buying.acquisition.fallback",
            _("there is no claim “{name}”").format(name=acquisition.fallback),
            did_you_mean(suggest(acquisition.fallback, acquisition.claims)),
        )


SHAPE = Buying

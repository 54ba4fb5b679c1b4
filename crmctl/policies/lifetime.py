"""How the models of buying until one stops count: part of the section `value`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.policies.limits import check_choice, check_number
from crmctl.values.frozen import Frozen

MODELS = ("mbgnbd", "paretonbd", "bgnbd")
METHODS = ("auto", "historic", "retention", "btyd")
FORMS = ("prospect", "residual", "end_of_period")
UNITS = ("week", "month", "year")


class Fitting(Frozen):
    """How many customers a fit takes, below how many it warns, when it counts in weeks."""

    customers: int = 200
    repeaters: int = 30
    warn: int = 500
    exact: int = 50_000


class Retention(Frozen):
    """Lifetime value under contract: percent that stay each year, or measured; which form."""

    form: str = "residual"
    rate: Decimal | None = None
    growth: Decimal = Decimal(0)
    periods: int | None = None


class Clv(Frozen):
    """Lifetime value: how it is found, the horizon in units, and the discount a year."""

    method: str = "auto"
    model: str = "mbgnbd"
    horizon: int = 36
    unit: str = "month"
    discount: Decimal = Decimal(10)
    retention: Retention = Retention()


class Alive(Frozen):
    """Who still buys: the model, and where doubt and loss begin, in percent and by silence."""

    model: str = "mbgnbd"
    doubtful: Decimal = Decimal(50)
    lost: Decimal = Decimal(20)
    silence: Decimal = Decimal(2)
    own: int = 3
    group: str | None = None


class NextPurchase(Frozen):
    """When customers buy again: within how many days, whose habits, and when one is overdue."""

    model: str = "mbgnbd"
    days: int = 90
    late: Decimal = Decimal(90)
    own: int = 3
    group: str | None = None


class Renewals(Frozen):
    """How contracts are renewed: the horizon, the days of grace, and how many a fit takes."""

    horizon: int = 8
    grace: int = 60
    contracts: int = 30


def check(value: Any, where: str) -> None:
    """BadDefinition for what no model can be told; `value` is the whole section."""
    alive, following, renewals = value.alive, value.next_purchase, value.renewals
    fitting = value.btyd
    for name in fitting.names():
        check_number(getattr(fitting, name), where, f"value.btyd.{name}", 1)
    _check_clv(value.clv, where)
    check_choice(alive.model, MODELS, where, "value.alive.model")
    if not 0 <= alive.lost <= alive.doubtful <= 100:
        raise BadDefinition(where, "value.alive", _("needs 0 <= lost <= doubtful <= 100"))
    check_number(alive.silence, where, "value.alive.silence")
    # Pareto/NBD customers may stop while they wait, which leaves no such simple chance.
    check_choice(following.model, ("mbgnbd", "bgnbd"), where, "value.next_purchase.model")
    check_number(following.days, where, "value.next_purchase.days", 1, 3650)
    check_number(following.late, where, "value.next_purchase.late", 0, 100)
    for name, one in (("alive", alive), ("next_purchase", following)):
        check_number(one.own, where, f"value.{name}.own", 2)
    check_number(renewals.horizon, where, "value.renewals.horizon", 1, 100)
    check_number(renewals.grace, where, "value.renewals.grace", 0, 3650)
    check_number(renewals.contracts, where, "value.renewals.contracts", 1)


def _check_clv(clv: Clv, where: str) -> None:
    check_choice(clv.method, METHODS, where, "value.clv.method")
    check_choice(clv.model, MODELS, where, "value.clv.model")
    check_choice(clv.unit, UNITS, where, "value.clv.unit")
    check_number(clv.horizon, where, "value.clv.horizon", 1, 600)
    check_number(clv.discount, where, "value.clv.discount", 0, 1000)
    told = clv.retention
    check_choice(told.form, FORMS, where, "value.clv.retention.form")
    if told.rate is not None:
        check_number(told.rate, where, "value.clv.retention.rate", 0, 100)
    check_number(told.growth, where, "value.clv.retention.growth", -99, 1000)
    if told.periods is not None:
        check_number(told.periods, where, "value.clv.retention.periods", 1, 600)

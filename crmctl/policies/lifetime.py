"""How the models of buying until one stops count: part of the section `value`."""

from __future__ import annotations

from decimal import Decimal

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.policies.limits import check_choice, check_number
from crmctl.values.frozen import Frozen

MODELS = ("mbgnbd", "paretonbd", "bgnbd")


class Fitting(Frozen):
    """How many customers a fit takes, below how many it warns, when it counts in weeks."""

    customers: int = 200
    repeaters: int = 30
    warn: int = 500
    exact: int = 50_000


class Alive(Frozen):
    """Who still buys: the model, and where doubt and loss begin, in percent and by silence."""

    model: str = "mbgnbd"
    doubtful: Decimal = Decimal(50)
    lost: Decimal = Decimal(20)
    silence: Decimal = Decimal(2)
    own: int = 3
    group: str | None = "type"


class NextPurchase(Frozen):
    """When customers buy again: within how many days, whose habits, and when one is overdue."""

    model: str = "mbgnbd"
    days: int = 90
    late: Decimal = Decimal(90)
    own: int = 3
    group: str | None = "type"


class Renewals(Frozen):
    """How contracts are renewed: the horizon, the days of grace, and how many a fit takes."""

    horizon: int = 8
    grace: int = 60
    contracts: int = 30


def check(value: object, where: str) -> None:
    """BadDefinition for what no model can be told; `value` is the whole section."""
    alive, following = (getattr(value, name) for name in ("alive", "next_purchase"))
    fitting, renewals = (getattr(value, name) for name in ("btyd", "renewals"))
    for name in fitting.names():
        check_number(getattr(fitting, name), where, f"value.btyd.{name}", 1)
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

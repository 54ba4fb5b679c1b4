"""How the models of value count: where classes end, how scores are made, over which time."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.policies import lifetime
from crmctl.policies.limits import check_choice, check_number, check_span
from crmctl.values.frozen import Frozen


class Cuts(Frozen):
    """Four cut points for each dimension of RFM, for the method `fixed`."""

    recency: tuple[Decimal, ...] = ()
    frequency: tuple[Decimal, ...] = ()
    monetary: tuple[Decimal, ...] = ()


class Rfm(Frozen):
    """How scores are made, of what, and over how much time."""

    method: str = "quantile"
    monetary: str = "sum"
    window: str | None = None
    cuts: Cuts = Cuts()


class Abc(Frozen):
    """Where class A ends and where B ends, in percent of the total value."""

    a: Decimal = Decimal(80)
    b: Decimal = Decimal(95)


class Worth(Frozen):
    """The margin assumed, the price of our time, and how many are most valuable or growable."""

    assumed_margin: Decimal = Decimal(30)
    hourly_cost: Decimal | None = None
    most_valuable: Decimal = Decimal(20)
    most_growable: Decimal = Decimal(20)


class Pyramid(Frozen):
    """Where layers end, in percent of the active buyers, who is active, and what is pointed out."""

    top: Decimal = Decimal(1)
    large: Decimal = Decimal(5)
    medium: Decimal = Decimal(20)
    active: str = "12m"
    balance: Decimal = Decimal(2)


class Components(Frozen):
    """How far the network of a customer is followed, and along which links."""

    depth: int = 2
    links: tuple[str, ...] = ()


class Wallet(Frozen):
    """After how long an estimate of the wallet is called old."""

    old: str = "12m"


class Profile(Frozen):
    """The ages at which bands begin."""

    ages: tuple[int, ...] = ()


class Value(Frozen):
    """The whole section: one setting for each model, by its name."""

    rfm: Rfm = Rfm()
    abc: Abc = Abc()
    worth: Worth = Worth()
    pyramid: Pyramid = Pyramid()
    components: Components = Components()
    wallet: Wallet = Wallet()
    profile: Profile = Profile()
    btyd: lifetime.Fitting = lifetime.Fitting()
    clv: lifetime.Clv = lifetime.Clv()
    alive: lifetime.Alive = lifetime.Alive()
    next_purchase: lifetime.NextPurchase = lifetime.NextPurchase()
    renewals: lifetime.Renewals = lifetime.Renewals()


def check(value: Value, where: str) -> None:
    """Raises BadDefinition for what no model can be told."""
    rfm = value.rfm
    check_choice(rfm.method, ("quantile", "ntile", "nested", "fixed"), where, "value.rfm.method")
    check_choice(rfm.monetary, ("sum", "mean"), where, "value.rfm.monetary")
    check_span(rfm.window, where, "value.rfm.window")
    for name in rfm.cuts.names():
        cuts = getattr(rfm.cuts, name)
        if len(cuts) != 4 or any(one >= other for one, other in pairwise(cuts)):
            reason = _("needs four numbers, each above the one before")
            raise BadDefinition(where, f"value.rfm.cuts.{name}", reason)
    if not Decimal(0) < value.abc.a < value.abc.b <= Decimal(100):
        raise BadDefinition(where, "value.abc", _("needs 0 < a < b <= 100"))
    _check_worth(value.worth, where)
    _check_pyramid(value.pyramid, where)
    check_number(value.components.depth, where, "value.components.depth", 1, 6)
    check_span(value.wallet.old, where, "value.wallet.old")
    ages = value.profile.ages
    if not ages or ages[0] < 1 or any(one >= other for one, other in pairwise(ages)):
        reason = _("needs ages above 0, each above the one before")
        raise BadDefinition(where, "value.profile.ages", reason)
    lifetime.check(value, where)


def _check_worth(worth: Worth, where: str) -> None:
    for name in ("assumed_margin", "most_valuable", "most_growable"):
        check_number(getattr(worth, name), where, f"value.worth.{name}", 0, 100)
    if worth.hourly_cost is not None:
        check_number(worth.hourly_cost, where, "value.worth.hourly_cost")


def _check_pyramid(pyramid: Pyramid, where: str) -> None:
    if not Decimal(0) < pyramid.top < pyramid.large < pyramid.medium <= Decimal(100):
        raise BadDefinition(where, "value.pyramid", _("needs 0 < top < large < medium <= 100"))
    check_span(pyramid.active, where, "value.pyramid.active")
    check_number(pyramid.balance, where, "value.pyramid.balance", 1)


SHAPE = Value

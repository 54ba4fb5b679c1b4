"""How the models of value count: where classes end, how scores are made, over which time."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.policies import lifetime
from crmctl.policies.limits import check_choice, check_span
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


class Value(Frozen):
    """The whole section: one setting for each model, by its name."""

    rfm: Rfm = Rfm()
    abc: Abc = Abc()
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
    lifetime.check(value, where)


SHAPE = Value

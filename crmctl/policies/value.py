"""How the models of value count: where classes end, how scores are made, over which time."""

from __future__ import annotations

from decimal import Decimal

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.values.frozen import Frozen


class Abc(Frozen):
    """Where class A ends and where B ends, in percent of the total value."""

    a: Decimal = Decimal(80)
    b: Decimal = Decimal(95)


class Value(Frozen):
    """The whole section: one setting for each model, by its name."""

    abc: Abc = Abc()


def check(value: Value, where: str) -> None:
    """Raises BadDefinition for what no model can be told."""
    if not Decimal(0) < value.abc.a < value.abc.b <= Decimal(100):
        raise BadDefinition(where, "value.abc", _("needs 0 < a < b <= 100"))


SHAPE = Value

"""Which prices may be named and how long they hold, when money is due, who is likely to buy."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.values.frozen import Frozen


class Quotes(Frozen):
    """How quotes are compared."""

    valid_days: int = 30
    tolerance: Decimal = Decimal(0)


class Floor(Frozen):
    """The lowest price, and who may go below it."""

    margin: Decimal | None = None
    approver: str = "role:manager"


class Advice(Frozen):
    """What a price advice is made from; discounts in percent by level, and from a quantity on."""

    days: int = 730
    discounts: dict[str, Decimal] = {}  # noqa: RUF012 (copied for each)
    volume: dict[str, Decimal] = {}  # noqa: RUF012


class Invoices(Frozen):
    """When invoices are due."""

    due_days: int = 30


class Owners(Frozen):
    """Which customers want an owner."""

    needed: str | None = None
    left: bool = True


class Sales(Frozen):
    """The whole section."""

    quotes: Quotes = Quotes()
    floor: Floor = Floor()
    advice: Advice = Advice()
    invoices: Invoices = Invoices()
    owners: Owners = Owners()
    intent: dict[str, str] = {}  # noqa: RUF012


def queries(sales: Sales) -> Iterator[tuple[str, str, str]]:
    """The queries of the section: the key, the kind that is asked for, and the query."""
    yield "floor.approver", "user", sales.floor.approver
    if sales.owners.needed is not None:
        yield "owners.needed", "customer", sales.owners.needed
    for grade, query in sales.intent.items():
        yield f"intent.{grade}", "customer", query


SHAPE = Sales
MOST = Decimal(100)


def check(sales: Sales, where: str) -> None:
    """BadDefinition for percentages and quantities that are none."""
    percents = {
        "floor.margin": sales.floor.margin,
        "quotes.tolerance": sales.quotes.tolerance,
        **{f"advice.discounts.{level}": one for level, one in sales.advice.discounts.items()},
        **{f"advice.volume.{number}": one for number, one in sales.advice.volume.items()},
    }
    for name, percent in percents.items():
        if percent is not None and not 0 <= percent < MOST:
            reason = _("must be {what}").format(what=_("a percentage from 0 to below 100"))
            raise BadDefinition(where, f"sales.{name}", reason)
    for number in sales.advice.volume:
        if not number.isdecimal():
            reason = _("must be {what}").format(what=_("a whole number"))
            raise BadDefinition(where, f"sales.advice.volume.{number}", reason)

"""What one unit costs a customer: net prices of lines, the lowest that may be quoted, rates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crmctl.values.instants import parse_date
from crmctl.values.money import Rates

if TYPE_CHECKING:
    from crmctl.workspace import Workspace

HUNDRED = Decimal(100)


def net_price(line: Mapping[str, Any]) -> Decimal | None:
    """What one unit of a line costs after its discount; None without a price."""
    price = line.get("price")
    if price is None:
        return None
    return Decimal(str(price)) * (HUNDRED - Decimal(str(line.get("discount") or 0))) / HUNDRED


def less(price: Decimal, percent: Decimal) -> Decimal:
    """A price with so many percent taken off."""
    return price * (HUNDRED - percent) / HUNDRED


def exchanged(
    amount: Decimal, currency: str | None, into: str | None, on: date, rates: Rates
) -> Decimal | None:
    """An amount in another currency at the rates of a day; None without a usable rate."""
    source, target = currency or rates.base, into or rates.base
    if source == target:
        return amount
    based = rates.convert(amount, source, on)
    one = rates.convert(Decimal(1), target, on)
    return based / one if based is not None and one else None


class Floor:
    """The lowest net price of one unit of a product, and where it comes from."""

    def __init__(self, amount: Decimal, currency: str | None) -> None:
        self.amount = amount
        self.currency = currency


def floor_of(workspace: Workspace, product: Mapping[str, Any]) -> Floor | None:
    """The floor of a product: its own, or what its cost and the least margin ask for."""
    margin = workspace.policy("sales").floor.margin
    candidates = [product.get("price_floor")]
    if product.get("cost") is not None and margin is not None:
        candidates.append(Decimal(str(product["cost"])) * HUNDRED / (HUNDRED - margin))
    known = [Decimal(str(one)) for one in candidates if one is not None]
    return Floor(max(known), product.get("currency")) if known else None


def day_of_quote(record: Mapping[str, Any], today: date) -> date:
    """The day whose rates a quote is judged by."""
    return parse_date(str(record.get("date") or "")) or today

"""Which price to quote: what the customer paid, what others like them pay, what the rules say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from crmctl.locale import N_, _, ngettext
from crmctl.prices import exchanged, floor_of, less, net_price
from crmctl.sales.quotes import Offer, groups_of, offers
from crmctl.values import jsontext
from crmctl.values.frozen import Frozen
from crmctl.values.instants import parse_date
from crmctl.values.money import Rates, format_amount

if TYPE_CHECKING:
    from crmctl.policies.sales import Advice as Rules
    from crmctl.workspace import Workspace

LIST, LEVEL, LAST, BEST, OPEN, PEERS, FLOOR = (
    "list", "level", "last", "best", "open", "peers", "floor",
)  # fmt: skip
BASES = {
    LIST: N_("List price"),
    LEVEL: N_("Price of the level"),
    LAST: N_("Paid last"),
    BEST: N_("Lowest paid"),
    OPEN: N_("Quoted now"),
    PEERS: N_("Others of the level"),
    FLOOR: N_("Floor"),
}
FEW = 3  # medians of fewer say nothing


class Point(Frozen):
    """A net price that a customer paid for a unit, in the currency of the advice."""

    order: str
    customer: str
    day: date
    quantity: Decimal
    price: Decimal


class Basis(Frozen):
    """One thing that speaks for a price: what it is (BASES), of how many, where it stands."""

    what: str
    price: Decimal
    n: int = 1
    day: date | None = None
    ref: str | None = None
    detail: str | None = None


class Advice(Frozen):
    """The price that is suggested for one unit, None with nothing to go by, and why."""

    currency: str
    price: Decimal | None
    reasons: tuple[str, ...]
    bases: tuple[Basis, ...]


def advise(
    workspace: Workspace,
    customer: Mapping[str, Any],
    product: Mapping[str, Any],
    quantity: Decimal,
    currency: str | None,
    day: date,
) -> Advice:
    """The advice for so many units of a product, as of a day."""
    rules: Rules = workspace.policy("sales").advice
    rates, base = workspace.rates, workspace.config.currency
    id, level = str(customer["id"]), customer.get("level")
    titled = workspace.registry.kinds["customer"].fields["level"].value_title(str(level or "-"))
    money = currency or _usual_currency(workspace, id) or str(product.get("currency") or base)
    mine = str(product["id"])

    def here(amount: Any, of: str | None) -> Decimal | None:
        if amount is None:
            return None
        return exchanged(Decimal(str(amount)), of or base, money, day, rates)

    paid = _points(workspace, mine, money, day, rules.days)
    own = [point for point in paid if point.customer == id]
    standing = _standing(workspace, id, mine, day)
    floor = floor_of(workspace, product)
    discount = rules.discounts.get(level or "", Decimal(0))
    price = here(product.get("price"), product.get("currency"))
    bases = [
        *_listed(price, discount, titled, quantity, rules),
        *_own(own),
        *_standing_basis(standing, money, day, rates),
        *_peers([one for one in paid if one.customer != id], _alike(workspace, id, level), titled),
    ]
    least = here(floor.amount, floor.currency) if floor is not None else None
    if least is not None:
        bases.append(Basis(FLOOR, least))
    bases = [basis.replaced(price=round(basis.price, 2)) for basis in bases]
    price, reasons = suggest(bases, money)
    return Advice(money, price, tuple(reasons), tuple(bases))


def suggest(bases: Sequence[Basis], currency: str) -> tuple[Decimal | None, list[str]]:
    """The price that these bases speak for, and each step that led to it."""
    by = {basis.what: basis for basis in bases}
    reasons: list[str] = []
    price: Decimal | None = None

    def take(basis: Basis, text: str) -> None:
        nonlocal price
        price = basis.price
        said = _said(basis.price, currency)
        reasons.append(_(text).format(price=said, day=basis.day, n=basis.n, quote=basis.ref))

    def lower(what: str) -> bool:
        return what in by and (price is None or by[what].price < price)

    if OPEN in by:
        take(by[OPEN], N_("{quote} names {price} and holds: another price would contradict it."))
    elif LEVEL in by:
        take(by[LEVEL], N_("The list price less the discounts of level and quantity: {price}."))
    elif LIST in by:
        take(by[LIST], N_("The list price: {price}."))
    if OPEN not in by:
        if lower(LAST):
            take(by[LAST], N_("Not more than they paid on {day}: {price}."))
        if lower(PEERS) and by[PEERS].n >= FEW:
            take(by[PEERS], N_("Not more than the median of {n} others of the level: {price}."))
    if price is not None and FLOOR in by and price < by[FLOOR].price:
        take(by[FLOOR], N_("Not below the floor: {price}."))
    if price is None:
        reasons.append(_("There is no list price, and nobody bought it yet."))
    return price, reasons


def _said(price: Decimal, currency: str) -> str:
    return f"{format_amount(price, currency)} {currency}"


def _listed(
    price: Decimal | None, discount: Decimal, titled: str, quantity: Decimal, rules: Rules
) -> Iterable[Basis]:
    if price is None:
        return
    yield Basis(LIST, price)
    volume = {Decimal(number): percent for number, percent in rules.volume.items()}
    reached = [number for number in volume if quantity >= number]
    parts = [
        (titled, discount),
        (reached and f"≥ {max(reached)}", volume[max(reached)] if reached else Decimal(0)),
    ]
    total = sum((percent for _name, percent in parts), Decimal(0))
    if total:
        detail = ", ".join(
            f"{name} {percent.normalize():f} %" for name, percent in parts if percent
        )
        yield Basis(LEVEL, less(price, total), detail=detail)


def _own(points: Sequence[Point]) -> Iterable[Basis]:
    if points:
        last = max(points, key=lambda one: (one.day, one.order))
        best = min(points, key=lambda one: (one.price, one.day))
        yield Basis(LAST, last.price, len(points), last.day, last.order)
        if best.price < last.price:
            yield Basis(BEST, best.price, len(points), best.day, best.order)


def _standing(workspace: Workspace, customer: str, product: str, day: date) -> list[Offer]:
    """What the customer's group was offered and may still accept, the newest last."""
    group = groups_of(workspace).get(customer, customer)
    found = (
        one
        for one in offers(workspace, ("sent",))
        if one.product == product and one.group == group and one.first <= day <= one.last
    )
    return sorted(found, key=lambda one: (one.first, one.quote))


def _standing_basis(
    standing: Sequence[Offer], currency: str, day: date, rates: Rates
) -> Iterable[Basis]:
    for offer in standing[-1:]:
        price = exchanged(offer.price, offer.currency, currency, day, rates)
        if price is not None:
            ref = offer.number or offer.quote
            yield Basis(OPEN, price, len(standing), offer.last, ref, offer.by)


def _peers(points: Sequence[Point], alike: set[str], level: str) -> Iterable[Basis]:
    """The median of what each of the others of the level paid last."""
    newest: dict[str, Point] = {}
    for point in sorted(points, key=lambda one: (one.day, one.order)):
        if point.customer in alike:
            newest[point.customer] = point
    if newest:
        prices = [point.price for point in newest.values()]
        yield Basis(PEERS, median(prices), len(prices), detail=level)


def _alike(workspace: Workspace, id: str, level: str | None) -> set[str]:
    rows = workspace.index.rows(
        "SELECT id FROM customers WHERE level IS ? AND id <> ?", (level, id)
    )
    return {other for (other,) in rows}


def _usual_currency(workspace: Workspace, customer: str) -> str | None:
    """The currency of the customer's last order; None when they never ordered."""
    rows = workspace.index.rows(
        "SELECT COALESCE(currency, ?) FROM orders WHERE customer = ? ORDER BY date DESC LIMIT 1",
        (workspace.config.currency, customer),
    )
    return str(rows[0][0]) if rows else None


def _points(workspace: Workspace, product: str, currency: str, day: date, days: int) -> list[Point]:
    """What was paid for a product lately, at the rates of the days on which it was bought."""
    since = (day - timedelta(days=min(days, (day - date.min).days))).isoformat()
    rows = workspace.index.rows(
        "SELECT o.id, o.customer, o.date, o.currency, l.value FROM orders AS o,"
        " json_each(o.lines) AS l WHERE instr(o.lines, ?) AND l.value ->> '$.product' = ?"
        " AND o.refund_of IS NULL AND o.date BETWEEN ? AND ?"
        " AND COALESCE(o.status, 'confirmed') IN (SELECT value FROM json_each(?))",
        (
            product,
            product,
            since,
            day.isoformat(),
            jsontext.dumps(list(workspace.config.purchases.confirmed)),
        ),
    )
    found = []
    for id, customer, on, code, text in rows:
        line = jsontext.loads(text)
        price, bought = net_price(line), parse_date(on)
        quantity = Decimal(str(line.get("quantity", 1)))
        if price is None or bought is None or quantity <= 0:
            continue
        price = exchanged(price, code, currency, bought, workspace.rates)
        if price is not None:
            found.append(Point(id, customer, bought, quantity, price))
    return found


def basis_title(basis: Basis) -> str:
    """What a basis is called, with how many it is made from and what else is to be known."""
    title = _(BASES[basis.what])
    more = [basis.detail] if basis.detail else []
    if basis.what == PEERS:
        count = ngettext("{count} customer", "{count} customers", basis.n).format(count=basis.n)
        more.append(count)
    return f"{title} ({', '.join(more)})" if more else title

"""Rules of a record that other records decide: what must not be written, and what `check` finds.

A schema names the guards of its kind, so a book can do without one. What a guard finds is a fault
of the catalog in `problems.py`, told alike before a write and afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from crmctl.locale import _
from crmctl.prices import day_of_quote, exchanged, floor_of, net_price
from crmctl.problems import Problem
from crmctl.schema.access import amount_of
from crmctl.schema.model import Kind
from crmctl.values.frozen import Frozen
from crmctl.values.instants import parse_date
from crmctl.values.money import format_amount
from crmctl.values.text import suggest

if TYPE_CHECKING:
    from crmctl.changes.changeset import Change
    from crmctl.workspace import Workspace

Record = Mapping[str, Any]
NAMED = ("sent", "accepted")
"""The states of a quote in which the customer knows the price."""


class Breach(Frozen):
    """What is wrong with a record: the field where it shows, and a fault of the catalog."""

    field: str
    code: str
    params: dict[str, str]

    def __str__(self) -> str:
        problem = Problem("", 1, 1, self.code, self.params)
        return _("{message} ({hint})").format(message=problem.message, hint=problem.hint)


class View:
    """The records of a book as they will be: those of the index, and what a command changes."""

    def __init__(
        self, workspace: Workspace, changes: Mapping[tuple[str, str], Change] | None = None
    ) -> None:
        self.workspace = workspace
        self._changes = {} if changes is None else changes
        self._known: dict[tuple[str, str], dict[str, dict[str, None]]] = {}

    def get(self, kind: str, id: str) -> Record | None:
        """A record by its id."""
        change = self._changes.get((kind, id))
        if change is not None:
            return change.after
        return self.workspace.index.get(self.workspace.registry.kinds[kind], id)

    def note(self, change: Change) -> None:
        """Takes up one more change of the command, so that `naming` knows of it."""
        for (kind, field), ids in self._known.items():
            named = (change.after or {}).get(field) if change.kind == kind else None
            if named is not None:
                ids.setdefault(str(named), {})[change.id] = None

    def naming(self, kind: str, field: str, id: str) -> Iterator[Record]:
        """The records of a kind that have an id in a reference field."""
        if (kind, field) not in self._known:
            plural = self.workspace.registry.kinds[kind].plural
            sql = f'SELECT "{field}", id FROM "{plural}" WHERE "{field}" IS NOT NULL'
            known: dict[str, dict[str, None]] = {}
            for named, other in self.workspace.index.rows(sql):
                known.setdefault(named, {})[other] = None
            self._known[kind, field] = known
            for change in self._changes.values():
                self.note(change)
        for other in list(self._known[kind, field].get(id, ())):
            record = self.get(kind, other)
            if record is not None and record.get(field) == id:
                yield record

    @cached_property
    def approvers(self) -> frozenset[str] | None:
        """Who may allow a price below the floor; None where the book has no users."""
        from crmctl.refs import References
        from crmctl.selection import Selection

        if not References(self.workspace).has_users():
            return None
        query = self.workspace.policy("sales").floor.approver
        users = self.workspace.registry.kinds["user"]
        return frozenset(Selection(self.workspace, users, query, archived=True).ids())


class Guard(Frozen):
    """A rule; records without the field `about` keep it, as long as nothing is written."""

    rule: Callable[[View, Record], Iterator[Breach]]
    about: str


def price_floor(view: View, quote: Record) -> Iterator[Breach]:
    """A price that the customer knows is not below the floor, unless a manager approved it."""
    if quote.get("status", "draft") not in NAMED:
        return
    workspace = view.workspace
    approver = quote.get("approved_by")
    if approver and (view.approvers is None or approver in view.approvers):
        return
    day = day_of_quote(quote, workspace.today)
    for line in quote.get("lines") or []:
        net, product = net_price(line), view.get("product", str(line.get("product") or ""))
        floor = floor_of(workspace, product) if product else None
        if net is None or product is None or floor is None:
            continue
        least = exchanged(floor.amount, floor.currency, quote.get("currency"), day, workspace.rates)
        if least is not None and net < least:
            currency = str(quote.get("currency") or workspace.config.currency)
            params = {
                "product": str(product["id"]),
                "price": f"{format_amount(net, currency)} {currency}",
                "floor": f"{format_amount(least, currency)} {currency}",
            }
            code = "not-approver" if approver else "below-floor"
            yield Breach("lines", code, {**params, "user": str(approver or "")})


def refund(view: View, order: Record) -> Iterator[Breach]:
    """What is given back of an order is no more than it amounts to."""
    first = str(order.get("refund_of") or order.get("id"))
    original = view.get("order", first) if order.get("refund_of") else order
    if original is None or (order.get("refund_of") and not _counts(view, order)):
        return
    if original.get("refund_of"):
        yield Breach("refund_of", "refund-of-refund", {"order": first})
        return
    whole = _amount(view, original, original)
    parts = [
        part
        for part in view.naming("order", "refund_of", first)
        if part.get("id") != order.get("id") and _counts(view, part)
    ]
    if order.get("refund_of"):
        parts.append(order)
    amounts = [_amount(view, part, original) for part in parts]
    if whole is None or not parts or None in amounts:
        return
    back = sum((abs(one) for one in amounts if one is not None), Decimal(0))
    if back > whole:
        own = abs(_amount(view, order, original) or Decimal(0))
        left = whole - back + (own if order.get("refund_of") else 0)
        currency = str(original.get("currency") or view.workspace.config.currency)
        params = {
            "order": first,
            "amount": f"{format_amount(back, currency)} {currency}",
            "whole": f"{format_amount(whole, currency)} {currency}",
            "left": f"{format_amount(max(left, Decimal(0)), currency)} {currency}",
        }
        field = "refund_of" if order.get("refund_of") else "amount"
        yield Breach(field, "overdrawn-refund", params)


def _counts(view: View, order: Record) -> bool:
    """Whether an order or refund holds: a draft or a cancelled one changes nothing."""
    return order.get("status", "confirmed") in view.workspace.config.purchases.confirmed


def _amount(view: View, order: Record, like: Record) -> Decimal | None:
    """What an order amounts to, in the currency of another one."""
    field = view.workspace.registry.kinds["order"].fields["amount"]
    amount = amount_of(field, order)
    day = parse_date(str(order.get("date") or "")) or view.workspace.today
    if amount is None:
        return None
    rates = view.workspace.rates
    return exchanged(amount, order.get("currency"), like.get("currency"), day, rates)


def refusal(view: View, customer: Record) -> Iterator[Breach]:
    """Who is refused as a prospect is told why: sources learn from it."""
    found = customer.get("qualification") or {}
    if found.get("result") in ("rejected", "disqualified") and not found.get("reason"):
        yield Breach("qualification", "no-reason", {"field": "qualification.reason"})


def questionnaire(view: View, survey: Record) -> Iterator[Breach]:
    """What a questionnaire of the settings was answered to is one of its items, on its scale."""
    name = str(survey.get("template") or "").lower()
    template = view.workspace.policy("attitude").templates.get(name)
    for field in ("answers", "expectations", "importance") if template is not None else ():
        for item, value in (survey.get(field) or {}).items():
            if item not in template.items:
                items = suggest(item, template.items) or ", ".join(template.items)
                params = {"template": name, "item": item, "items": items}
                yield Breach(field, "unknown-item", params)
                continue
            least, best = template.scale(item)
            if not least <= value <= best:
                params = {"item": item, "value": str(value), "least": str(least)}
                yield Breach(field, "off-scale", {**params, "best": str(best)})


GUARDS = {
    "questionnaire": Guard(questionnaire, "template"),
    "price_floor": Guard(price_floor, "lines"),
    "refund": Guard(refund, "refund_of"),
    "refusal": Guard(refusal, "qualification"),
}


def breaches(view: View, kind: Kind, record: Record) -> Iterator[Breach]:
    """What the guards of its kind have against a record as it is, or as it will be."""
    for name in kind.guards:
        yield from GUARDS[name].rule(view, record)

"""One paper out of another: an order from a quote, a refund, an invoice, a payment, a new term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crmctl.changes.assign import Assignment
from crmctl.changes.build import Builder
from crmctl.changes.changeset import Change
from crmctl.errors import NotFound, UsageError
from crmctl.facts.contracts import YEAR, term_end
from crmctl.facts.receivables import open_amounts
from crmctl.facts.tables import Facts
from crmctl.guards import View
from crmctl.locale import _
from crmctl.schema.access import amount_of, lines_total
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date
from crmctl.values.money import format_amount, from_units

Values = dict[str, Any]
Record = Mapping[str, Any]
# What a paper hands on to the one that is made from it.
SHARED = ("customer", "contact", "currency", "campaign", "opportunity", "contract")


class Papers:
    """Makes papers in one change set."""

    def __init__(self, built: Builder) -> None:
        self.built = built
        self.workspace = built.workspace
        self.kinds = built.workspace.registry.kinds
        self.view = View(built.workspace)

    def _today(self) -> str:
        return self.workspace.today.isoformat()

    def _read(self, kind: str, id: str) -> Values:
        return self.built.read(self.kinds[kind], id).values

    def _add(self, kind: str, values: Values, more: Sequence[Assignment]) -> Change:
        found = self.kinds[kind]
        return self.built.add(found, self.built.assigner(found).apply(values, list(more)))

    def _handed_on(self, record: Record, kind: str) -> Values:
        """What a record and a new one of another kind have in common."""
        fields = self.kinds[kind].fields
        return {name: record[name] for name in SHARED if name in record and name in fields}

    def _said(self, amount: Decimal, record: Record) -> str:
        currency = str(record.get("currency") or self.workspace.config.currency)
        return f"{format_amount(amount, currency)} {currency}"

    # orders

    def order(self, id: str, more: Sequence[Assignment]) -> Change:
        """The order of a quote that the customer accepts; a quote makes but one."""
        quote = self._read("quote", id)
        for made in self.view.naming("order", "quote", id):
            raise UsageError(
                _("“{quote}” was ordered already: {order}.").format(quote=id, order=made["id"]),
                _("“crmctl order add” makes another one."),
            )
        if quote.get("status", "draft") != "accepted":
            self.built.update(self.kinds["quote"], id, [Assignment("status", "=", "accepted")])
        values = self._handed_on(quote, "order") | {"date": self._today(), "quote": id}
        if quote.get("by"):
            values["by"] = quote["by"]
        lines = quote.get("lines") or []
        if lines:
            values["lines"] = [dict(line) for line in lines]
            values["quantity"] = sum(Decimal(str(line.get("quantity", 1))) for line in lines)
        if quote.get("amount") is not None:
            values["amount"] = quote["amount"]
        return self._add("order", values, more)

    def refund(
        self, id: str, amount: Decimal | None, parts: Mapping[str, Decimal], more: Sequence[Any]
    ) -> Change:
        """What a customer gives back of an order: an amount, some lines, or all that is left.

        `parts` are quantities by the key or the product of a line.
        """
        order = self._read("order", id)
        left = self._left_of(order)
        values = self._handed_on(order, "order") | {"date": self._today(), "refund_of": id}
        values.pop("campaign", None)
        if parts:
            lines = [self._given_back(order, name, number) for name, number in parts.items()]
            total = lines_total(lines)
            if amount is None and total is None:
                raise UsageError(
                    _("The lines of “{id}” have no prices.").format(id=id),
                    _("Say with --amount how much is given back."),
                )
            values |= {"lines": lines, "quantity": sum(line["quantity"] for line in lines)}
            amount = abs(total) if amount is None and total is not None else amount
        elif amount is None:
            if left is None or left <= 0:
                raise UsageError(_("Nothing of “{id}” is left to give back.").format(id=id))
            whole = left == amount_of(self.kinds["order"].fields["amount"], order)
            if whole and order.get("lines"):
                every = {str(line["id"]): self._quantity(line) for line in order["lines"]}
                values["lines"] = [self._given_back(order, *each) for each in every.items()]
                values["quantity"] = sum(line["quantity"] for line in values["lines"])
            amount = left
        values["amount"] = -abs(amount or Decimal(0))
        return self._add("order", values, more)

    def _quantity(self, line: Record) -> Decimal:
        return Decimal(str(line.get("quantity", 1)))

    def _given_back(self, order: Record, name: str, quantity: Decimal) -> Values:
        for line in order.get("lines") or []:
            if name in (str(line.get("id")), str(line.get("product"))):
                if quantity > self._quantity(line):
                    text = _("Of “{line}” {bought} were bought, so {asked} cannot come back.")
                    bought = self._quantity(line)
                    raise UsageError(text.format(line=name, bought=bought, asked=quantity))
                return {**line, "quantity": -quantity}
        raise NotFound(self.kinds["order"].fields["lines"].titled(), name)

    def _left_of(self, order: Record) -> Decimal | None:
        """What an order amounts to less what was given back."""
        field = self.kinds["order"].fields["amount"]
        left = amount_of(field, order)
        if left is None:
            return None
        for part in self.view.naming("order", "refund_of", str(order["id"])):
            if part.get("status", "confirmed") in self.workspace.config.purchases.confirmed:
                left -= abs(amount_of(field, part) or Decimal(0))
        return left

    # money

    def invoice(self, id: str, amount: Decimal | None, more: Sequence[Assignment]) -> Change:
        """An invoice for an order, by default for all that was not asked for yet."""
        order = self._read("order", id)
        if amount is None:
            left = self._left_of(order)
            if left is None:
                raise UsageError(
                    _("“{id}” has no amount.").format(id=id), _("Say how much with --amount.")
                )
            for other in self.view.naming("invoice", "order", id):
                if other.get("status", "sent") != "cancelled":
                    left -= Decimal(str(other["amount"]))
            if left <= 0:
                raise UsageError(_("Nothing of “{id}” is left to ask for.").format(id=id))
            amount = left
        due = self.workspace.today + timedelta(days=self._days_to_pay(str(order["customer"])))
        values = self._handed_on(order, "invoice")
        values |= {"order": id, "amount": amount, "date": self._today(), "due": due.isoformat()}
        return self._add("invoice", values, more)

    def _days_to_pay(self, customer: str) -> int:
        trading = ((self.view.get("customer", customer) or {}).get("profile") or {}).get("trading")
        own = (trading or {}).get("payment_days")
        return int(own if own is not None else self.workspace.policy("sales").invoices.due_days)

    def receive(
        self, kind: str, id: str, amount: Decimal | None, more: Sequence[Assignment]
    ) -> tuple[Change, str | None]:
        """Money that came: for a planned payment, or for an invoice; and what is to be known.

        Of a planned payment that comes in part, the rest stays planned.
        """
        if kind == "invoice":
            return self._receive_invoice(id, amount, more)
        payment = self._read("payment", id)
        if payment.get("status", "received") == "received":
            raise UsageError(_("“{id}” was received already.").format(id=id))
        planned = Decimal(str(payment["amount"]))
        got = planned if amount is None else amount
        assigner = self.built.assigner(self.kinds["payment"])
        values = {**payment, "status": "received", "date": self._today(), "amount": got}
        change = self.built.replace(self.kinds["payment"], id, assigner.apply(values, list(more)))
        assert change is not None
        rest = planned - got
        if rest * (1 if planned >= 0 else -1) <= 0:
            return change, None
        kept = ("customer", "due", "currency", "invoice", "order", "contract", "campaign")
        open_ = {name: payment[name] for name in kept if name in payment}
        self.built.add(self.kinds["payment"], {**open_, "status": "planned", "amount": rest})
        text = _("{rest} of it stay planned.")
        return change, text.format(rest=self._said(rest, payment))

    def _receive_invoice(
        self, id: str, amount: Decimal | None, more: Sequence[Assignment]
    ) -> tuple[Change, str | None]:
        invoice = self._read("invoice", id)
        left = open_amounts(Facts(self.workspace, self.workspace.today)).get(id)
        if left is None:
            raise UsageError(_("“{id}” was not sent, so nobody owes it.").format(id=id))
        balance = from_units(left)
        if amount is None and balance == 0:
            raise UsageError(_("“{id}” is paid.").format(id=id))
        got = balance if amount is None else amount
        values = {**self._handed_on(invoice, "payment"), "invoice": id, "amount": got}
        change = self._add("payment", values | {"date": self._today()}, more)
        rest = balance - got
        text = _("{rest} of “{id}” are left to pay.") if rest > 0 else _("“{id}” is paid.")
        if rest < 0:
            text = _("That is {rest} more than “{id}” had left to pay.")
        return change, text.format(rest=self._said(abs(rest), invoice), id=id)

    # contracts

    def renew(self, id: str, months: int | None, more: Sequence[Assignment]) -> Change:
        """A contract with its next term, which begins when the present one ends."""
        kind = self.kinds["contract"]
        contract = self._read("contract", id)
        last = parse_date(str(contract.get("ends") or ""))
        if last is None:
            raise UsageError(_("“{id}” has no last day, so it needs no renewal.").format(id=id))
        if contract.get("status") in ("draft", "terminated"):
            state = kind.fields["status"].value_title(str(contract["status"]))
            raise UsageError(
                _("“{id}” cannot be renewed: {state}.").format(id=id, state=state),
                _("“crmctl contract move {id}” shows where it may go.").format(id=id),
            )
        term = months or contract.get("renewal_months") or YEAR
        if contract.get("auto_renew"):  # it went on by itself until now
            last = term_end(last, contract.get("renewal_months") or YEAR, self.workspace.today)
        ends = _next_end(last, int(term))
        values = {**contract, "ends": ends.isoformat()}
        if values.get("status") == "ended":
            values["status"] = "active"
        change = self.built.replace(kind, id, self.built.assigner(kind).apply(values, list(more)))
        assert change is not None
        return change


def _next_end(last: date, months: int) -> date:
    """The last day of a term that follows another; a month's end stays a month's end."""
    following = Offset(months, "m").after(last)
    if (last + timedelta(days=1)).day == 1:
        first = Offset(months, "m").after(last + timedelta(days=1))
        return first - timedelta(days=1)
    return following

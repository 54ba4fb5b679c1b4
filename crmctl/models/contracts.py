"""What models read of contracts: how they follow one another, and what they bring a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.clv import Contracted
from crmctl.analytics.exact import quotient
from crmctl.analytics.renewals import Chain
from crmctl.facts.contracts import CONTRACT, CONTRACTS, YEAR
from crmctl.models import Request
from crmctl.values import jsontext
from crmctl.values.dates import Offset
from crmctl.values.instants import parse_date
from crmctl.values.money import from_units

_OVER = ("ended", "terminated")
_DAYS_A_YEAR = Decimal("365.25")


class _Contract(NamedTuple):
    """One contract: when it bound, how often it went on by itself, and whether it has ended."""

    starts: date
    id: str
    until: date | None
    renewals: int
    over: bool


def chains(request: Request, grace: int, kind: str = CONTRACT) -> list[Chain]:
    """The agreements with customers: contracts of one kind that follow one another.

    One that begins within `grace` days of the end of another renews it. An agreement has ended
    when its last contract has, and the days of grace are over. `kind`: which ids were chosen.
    """
    rows = request.facts.index.rows(
        "SELECT id, customer, kind, starts, ends, status, auto_renew, renewal_months,"
        " ends_history, status_history FROM contracts"
        " WHERE starts <= ? AND COALESCE(status, 'active') <> 'draft' ORDER BY starts, id",
        (request.facts.day.isoformat(),),
    )
    found: dict[tuple[Any, ...], list[_Contract]] = defaultdict(list)
    for id, customer, sort, *cells in rows:
        if request.wants(id if kind == CONTRACT else customer):
            contract = _contract(id, *cells, day=request.facts.day)
            if contract is not None:
                found[customer, sort].append(contract)
    return [
        chain
        for contracts in found.values()
        for chain in _chained(contracts, grace, request.facts.day)
    ]


def _contract(
    id: str,
    starts: str,
    ends: str | None,
    status: str | None,
    renews: int | None,
    months: int | None,
    ends_history: str | None,
    status_history: str | None,
    *,
    day: date,
) -> _Contract | None:
    begins, last = parse_date(starts), parse_date(ends or "")
    if begins is None:
        return None
    over = status in _OVER
    stopped = _changed(status_history, _OVER) if over else None
    extended = _extensions(ends_history)
    if last is None:
        return _Contract(begins, id, stopped, extended, over)
    until, terms = last, 0
    if renews:
        limit = min(stopped or day, day)
        while until < limit:
            terms += 1
            until = Offset(terms * (months or YEAR), "m").after(last)
    if stopped is not None and stopped < until:
        until = stopped
    return _Contract(begins, id, until, extended + terms, over or (not renews and until < day))


def _history(text: str | None) -> list[Mapping[str, Any]]:
    return list(jsontext.loads(text) or []) if text else []


def _changed(text: str | None, values: Container[Any]) -> date | None:
    """The day of the last change to one of the values."""
    days = [entry.get("at") for entry in _history(text) if entry.get("value") in values]
    return parse_date(str(days[-1])[:10]) if days and days[-1] else None


def _extensions(text: str | None) -> int:
    """How often the last day was put off."""
    moves = [
        (str(entry.get("was") or ""), str(entry.get("value") or "")) for entry in _history(text)
    ]
    return sum(bool(was) and now > was for was, now in moves)


def _chained(contracts: list[_Contract], grace: int, day: date) -> Iterator[Chain]:
    open_: list[list[_Contract]] = []
    for contract in contracts:
        for chain in open_:
            until = chain[-1].until
            if until is not None and abs((contract.starts - until).days - 1) <= grace:
                chain.append(contract)
                break
        else:
            open_.append([contract])
    for chain in open_:
        last = chain[-1]
        ended = last.over and (last.until is None or last.until + timedelta(grace) < day)
        renewed = len(chain) - 1 + sum(one.renewals for one in chain)
        yield Chain(tuple(one.id for one in chain), renewed, ended)


def contracted(request: Request, margin: Decimal) -> tuple[list[Contracted], list[str]]:
    """The margin a year of each customer whose contracts bind, and the contracts left out.

    The amount of a contract is for its whole term, from its start to its end.
    """
    request.facts.make(CONTRACTS)
    rows = request.facts.index.rows(
        "SELECT c.id, c.customer, c.starts, c.ends, c.amount__base"
        f" FROM {CONTRACTS.name} AS f JOIN contracts AS c USING (id)"
        " WHERE c.customer IS NOT NULL ORDER BY c.customer, c.id"
    )
    yearly: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    left_out = []
    for id, customer, starts, ends, units in rows:
        if not request.wants(customer):
            continue
        begins, last = parse_date(starts), parse_date(ends or "")
        if begins is None or last is None or units is None or last < begins:
            left_out.append(id)
            continue
        days = (last - begins).days + 1
        amount = from_units(units) * margin / 100 * _DAYS_A_YEAR
        yearly[customer].append((id, quotient(amount, days)))
    found = [
        Contracted(
            customer,
            sum((amount for _id, amount in amounts), Decimal(0)),
            tuple(id for id, _amount in amounts),
        )
        for customer, amounts in yearly.items()
    ]
    return found, left_out

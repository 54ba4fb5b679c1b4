"""Loyalty, by any of three models, and how it goes together with satisfaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple

from crmctl.analytics.answers import Answer, by_customer, latest, mean
from crmctl.analytics.attitude_reasons import of_loyalty
from crmctl.analytics.knox import Portfolio, knox
from crmctl.analytics.loyalty import Standing, loyalty
from crmctl.analytics.oliver import Climb, oliver
from crmctl.analytics.result import ModelResult
from crmctl.analytics.satloyalty import Both, sat_loyalty
from crmctl.facts.attitude import PURCHASE_DAYS
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.tables import Facts
from crmctl.locale import ngettext
from crmctl.models import Request
from crmctl.models.purchases import left_out
from crmctl.models.surveys import Surveys
from crmctl.policies.attitude import Loyalty
from crmctl.values import jsontext


class Bought(NamedTuple):
    """What a customer bought within some days: purchases, units of money, orders; and whether they
    had bought before that."""

    purchases: int = 0
    units: int = 0
    orders: tuple[str, ...] = ()
    before: bool = False

    @property
    def again(self) -> bool:
        """Whether one of these purchases repeats an earlier one."""
        return self.purchases > 1 or bool(self.purchases and self.before)


NOTHING = Bought()


def bought(facts: Facts, days: int) -> dict[str, Bought]:
    """What each customer bought in the last `days` days."""
    facts.make(PURCHASE_DAYS)
    since = (facts.day - timedelta(days)).isoformat()
    found: dict[str, Bought] = {}
    rows = facts.index.rows(
        f"SELECT id, date, event, net, orders FROM {PURCHASE_DAYS.name} ORDER BY id, date"
    )
    for id, day, event, net, orders in rows:
        one = found.get(id, NOTHING)
        if day > since:
            more = tuple(jsontext.loads(orders)) if event else ()
            one = Bought(one.purchases + event, one.units + net, one.orders + more, one.before)
        elif event:
            one = one._replace(before=True)
        found[id] = one
    return found


def wallets(facts: Facts) -> dict[str, int]:
    """What customers spend in our category in a year, in units of money, where it is estimated."""
    rows = facts.index.rows(
        "SELECT id, base(category_spend ->> '$.amount', category_spend ->> '$.currency',"
        " COALESCE(category_spend ->> '$.date', ?)) FROM customers WHERE"
        " category_spend ->> '$.amount' IS NOT NULL"
        " AND COALESCE(category_spend ->> '$.date', '') <= ?",
        (facts.day.isoformat(), facts.day.isoformat()),
    )
    return {id: units for id, units in rows if units}


def run_loyalty(request: Request) -> ModelResult:
    """Loyalty by the model that the settings name."""
    models = {"dick-basu": _explained, "knox": _knox, "oliver": _oliver}
    surveys = Surveys(request, CUSTOMER)
    result = models[request.settings.model](request, surveys)
    result.notes.extend(surveys.notes)
    return result


def _explained(request: Request, surveys: Surveys) -> ModelResult:
    return of_loyalty(_dick_basu(request, surveys))


def _dick_basu(request: Request, surveys: Surveys) -> ModelResult:
    said: Loyalty = request.settings
    purchases, wallet = bought(request.facts, said.days), wallets(request.facts)
    # Spending and estimate are for a year each.
    year = purchases if said.days == 365 else bought(request.facts, 365)
    attitudes = _opinions(surveys, said)
    standings, odd = [], []
    for customer in sorted({*purchases, *attitudes}):
        if not request.wants(customer):
            continue
        one = purchases.get(customer, NOTHING)
        share = None
        if customer in wallet:
            share = Fraction(year.get(customer, NOTHING).units, wallet[customer])
            if share > 1:
                odd.append(customer)
                share = None
        attitude, ids = _part(surveys, said, said.relative, attitudes.get(customer, ()))
        evidence = [*ids, *sorted(one.orders)]
        standings.append(Standing(customer, one.purchases, share, attitude, evidence))
    cuts = (said.days, said.attitude, said.least, said.share)
    result = loyalty(standings, request.facts.day, *cuts)
    if odd:
        text = ngettext(
            "{ids} spends more with us than its category spend is estimated at: no share.",
            "{ids} spend more with us than their category spend is estimated at: no share.",
            len(odd),
        )
        result.notes.append(text.format(ids=", ".join(odd)))
    result.notes.extend(left_out(request))
    return result


def _knox(request: Request, surveys: Surveys) -> ModelResult:
    said: Loyalty = request.settings
    opinions = _opinions(surveys, said)
    portfolios = []
    rows = request.facts.index.rows(
        "SELECT id, involvement, brands FROM customers GROUP BY id ORDER BY id"
    )
    for customer, involvement, brands in rows:
        if not request.wants(customer):
            continue
        answers = opinions.get(customer, ())
        asked = [
            one for one in answers if not one.given.keys().isdisjoint(("involvement", "brands"))
        ]
        answer = mean(one.given.get("involvement") for one in asked)
        number = mean(one.given.get("brands") for one in asked)
        involved = None if involvement is None else involvement == "high"
        listed = None if brands is None else len(jsontext.loads(brands))
        portfolios.append(
            Portfolio(
                customer,
                involved if answer is None else answer >= said.involved,
                listed if number is None else round(number),
                sorted(one.id for one in asked) or [customer],
            )
        )
    return knox(portfolios, request.facts.day, said.wide, said.involved)


def _oliver(request: Request, surveys: Surveys) -> ModelResult:
    said: Loyalty = request.settings
    purchases = bought(request.facts, said.days)
    form = surveys.form(said.template)
    climbs = []
    for customer, answers in _opinions(surveys, said).items():
        found = {name: _part(surveys, said, name, answers) for name in said.phases}
        one = purchases.get(customer, NOTHING)
        ids = dict.fromkeys(id for _value, each in found.values() for id in each)
        evidence = [*ids, *sorted(one.orders)]
        phases = {name: value for name, (value, _ids) in found.items()}
        climbs.append(Climb(customer, phases, one.again, evidence))
    titles = {name: form.titles.get(name, name) for name in said.phases}
    result = oliver(climbs, titles, request.facts.day, said.days, said.passed)
    result.notes.extend(left_out(request))
    return result


def _opinions(surveys: Surveys, said: Loyalty) -> Mapping[str, list[Answer]]:
    """The last answers of each customer to the questionnaire on loyalty."""
    return by_customer(latest(surveys.answers(said.template)))


def _part(
    surveys: Surveys, said: Loyalty, name: str, answers: Iterable[Answer]
) -> tuple[Fraction | None, list[str]]:
    """The mean answer to a dimension, or an item, on its own scale; and who says so."""
    template = surveys.policy.template(said.template)
    form = surveys.form(said.template)
    items = template.named(name) or ()
    found, ids = [], []
    for one in answers:
        value = mean(
            form.items[item].forward(one.given[item]) for item in items if item in one.given
        )
        if value is not None:
            found.append(value)
            ids.append(one.id)
    return mean(found), sorted(ids)


def run_sat_loyalty(request: Request) -> ModelResult:
    """Satisfaction against the kinds of loyalty after Dick and Basu."""
    said, surveys = request.settings, Surveys(request, CUSTOMER)
    usual: Loyalty = surveys.policy.loyalty
    kinds = _dick_basu(request.replaced(settings=usual), surveys)
    rows = {row["customer"]: row for row in kinds.rows}
    pleased = surveys.measures(said.satisfaction, said.days)
    customers = []
    for customer in sorted({*rows, *pleased}):
        row = rows.get(customer, {})
        value = pleased[customer].value if customer in pleased else None
        customers.append(Both(customer, value, row.get("loyalty"), row.get("purchases", 0)))
    cuts = (said.satisfied, said.dissatisfied)
    result = sat_loyalty(customers, request.facts.day, *cuts)
    result.notes.extend(left_out(request))
    result.notes.extend(surveys.notes)
    return result

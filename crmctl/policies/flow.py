"""How the models of flow count: deals from stage to stage, leads, campaigns, service, targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from crmctl.analytics.attribution import METHODS
from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.typed import Titles
from crmctl.values.frozen import Frozen
from crmctl.values.periods import UNITS
from crmctl.values.text import suggest


class Funnel(Frozen):
    """By which period of their beginning deals are told apart; none for all together."""

    period: str | None = None


class Decided(Frozen):
    """Within how many days what counts was finished; 0 for ever."""

    days: int = 365


class WinRate(Decided):
    """And by which period rows are made."""

    period: str = "quarter"


class Forecast(Frozen):
    """What chances are measured over, and how many outcomes that takes."""

    days: int = 730
    least: int = 5


class ForecastScore(Frozen):
    """How many month ends back forecasts are replayed."""

    months: int = 12


class Rule(Frozen):
    """The customers that match a query, and what that means."""

    query: str
    title: Titles | None = None


class Signal(Frozen):
    """How much it speaks for a lead that a query finds it, or records of a `kind` about it."""

    query: str
    points: Decimal
    title: Titles | None = None
    kind: str = "customer"


class Leads(Frozen):
    """Who is a lead, and what its score and grade are made of."""

    who: str = ""
    fit: dict[str, Signal] = {}  # noqa: RUF012 (copied for each)
    most_fit: Decimal = Decimal(60)
    behavior: dict[str, Signal] = {}  # noqa: RUF012
    most_behavior: Decimal = Decimal(40)
    half_life: int = 30
    zero: dict[str, Rule] = {}  # noqa: RUF012
    grades: dict[str, Decimal] = {}  # noqa: RUF012


class LeadCheck(Frozen):
    """Which outcomes the check looks at, and how many a regression takes."""

    days: int = 730
    least: int = 100


class Campaigns(Frozen):
    """How what customers bought is shared out among what reached them before."""

    attribution: str = "last"
    window: int = 90
    half_life: int = 7
    touches: tuple[str, ...] = ()
    margin: Decimal = Decimal(30)


class Deflection(Frozen):
    """How many days before and after a solution came are compared."""

    days: int = 180


class Performance(Frozen):
    """Since when colleagues are measured, what a satisfied answer is, and what is their target."""

    period: str = "year"
    template: str = "csat"
    item: str = "overall"
    satisfied: Decimal = Decimal(4)
    target: str = ""


class Target(Frozen):
    """A measure over the records that match a query, and what it should come to.

    `date` and `period` narrow it to the running period; `by` splits it among `goals`.
    """

    kind: str
    goal: Decimal | None = None
    title: Titles | None = None
    query: str = ""
    measure: str = "count"
    date: str | None = None
    period: str = "year"
    by: str | None = None
    goals: dict[str, Decimal] = {}  # noqa: RUF012
    better: str = "more"


class Visitors(Decided):
    """Which interactions are visits of somebody who may buy."""

    query: str = ""


class DealCost(WinRate):
    """What an hour of ours costs, beside what is on record."""

    hour: Decimal | None = None


class Flow(Frozen):
    """The whole section: one setting for each model, by its name, and the targets."""

    funnel: Funnel = Funnel()
    win_rate: WinRate = WinRate()
    cycle: Decided = Decided()
    velocity: Decided = Decided()
    forecast: Forecast = Forecast()
    forecast_score: ForecastScore = ForecastScore()
    leads: Leads = Leads()
    lead_check: LeadCheck = LeadCheck()
    campaigns: Campaigns = Campaigns()
    service_levels: Decided = Decided()
    deflection: Deflection = Deflection()
    performance: Performance = Performance()
    targets: dict[str, Target] = {}  # noqa: RUF012
    visitors: Visitors = Visitors()
    deal_cost: DealCost = DealCost()


SHAPE = Flow
TOUCHES = ("interaction", "invited", "registered", "attended", "opportunity", "order")
PERIODS = tuple(unit for unit in UNITS if unit != "day")
BETTER = ("more", "less")


def queries(flow: Flow) -> Iterator[tuple[str, str, str]]:
    """The queries of the section: where each stands, the kind that it is about, and its text."""
    yield "leads.who", "customer", flow.leads.who
    for part in ("fit", "behavior", "zero"):
        for name, rule in getattr(flow.leads, part).items():
            yield f"leads.{part}.{name}.query", getattr(rule, "kind", "customer"), rule.query
    yield "visitors.query", "interaction", flow.visitors.query
    for name, target in flow.targets.items():
        yield f"targets.{name}.query", target.kind, target.query


def check(flow: Flow, where: str) -> None:
    """Raises BadDefinition for what no model can be told."""

    def one_of(place: str, value: str | None, choices: Iterable[str]) -> None:
        choices = tuple(choices)
        if value is not None and value not in choices:
            reason = _("“{value}” is not possible here").format(value=value)
            hint = did_you_mean(suggest(value, choices)) or _("Possible: {choices}.").format(
                choices=", ".join(choices)
            )
            raise BadDefinition(where, f"flow.{place}", reason, hint)

    def above(place: str, value: Decimal | int | None, least: int) -> None:
        if value is not None and value < least:
            reason = _("must be {what}").format(
                what=_("a number from {least} on").format(least=least)
            )
            raise BadDefinition(where, f"flow.{place}", reason)

    one_of("funnel.period", flow.funnel.period, PERIODS)
    one_of("campaigns.attribution", flow.campaigns.attribution, METHODS)
    for touch in flow.campaigns.touches:
        one_of("campaigns.touches", touch, TOUCHES)
    for name in ("win_rate", "performance", "deal_cost"):
        one_of(f"{name}.period", getattr(flow, name).period, PERIODS)
    for name in ("win_rate", "cycle", "velocity", "forecast", "lead_check", "service_levels",
                 "visitors", "deal_cost"):  # fmt: skip
        above(f"{name}.days", getattr(flow, name).days, 0)
    above("deflection.days", flow.deflection.days, 1)
    above("forecast.least", flow.forecast.least, 1)
    above("forecast_score.months", flow.forecast_score.months, 1)
    above("leads.half_life", flow.leads.half_life, 1)
    above("campaigns.half_life", flow.campaigns.half_life, 1)
    above("campaigns.window", flow.campaigns.window, 0)
    for name, target in flow.targets.items():
        one_of(f"targets.{name}.period", target.period, PERIODS)
        one_of(f"targets.{name}.better", target.better, BETTER)
        if target.goals and target.by is None:
            reason = _("goals for several want a field to tell them apart")
            raise BadDefinition(where, f"flow.targets.{name}.by", reason)

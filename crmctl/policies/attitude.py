"""The questionnaires of a book, and how the models over their answers count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from crmctl.errors import BadDefinition, UsageError, did_you_mean
from crmctl.locale import _
from crmctl.policies.limits import check_choice, check_number
from crmctl.typed import Titles
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest

SIDES = ("customer", "staff")
LOYALTY_MODELS = ("dick-basu", "knox", "oliver")


class Item(Frozen):
    """One question; its scale is that of the questionnaire where it has none of its own."""

    title: Titles | None = None
    least: Decimal | None = None
    best: Decimal | None = None
    reversed: bool = False


class Dimension(Frozen):
    """Items that measure one thing together."""

    title: Titles | None = None
    items: tuple[str, ...] = ()


class Template(Frozen):
    """A questionnaire: its scale, its items and their dimensions."""

    title: Titles | None = None
    least: Decimal = Decimal(1)
    best: Decimal = Decimal(5)
    items: dict[str, Item] = {}  # noqa: RUF012 (copied for each)
    dimensions: dict[str, Dimension] = {}  # noqa: RUF012

    def scale(self, item: str) -> tuple[Decimal, Decimal]:
        """The least and the best answer to an item."""
        own = self.items[item]
        least = self.least if own.least is None else own.least
        return least, self.best if own.best is None else own.best

    def named(self, name: str) -> tuple[str, ...] | None:
        """The items of a dimension, or the one item of that name."""
        if name in self.dimensions:
            return self.dimensions[name].items
        return (name,) if name in self.items else None


class Asked(Frozen):
    """Which answers a model reads."""

    template: str = ""
    side: str = "customer"
    days: int | None = None


class Csat(Asked):
    """From which answer on somebody is satisfied."""

    satisfied: Decimal = Decimal(4)


class Nps(Asked):
    """Who promotes, who detracts, and when an interval is shown."""

    promoter: Decimal = Decimal(9)
    detractor: Decimal = Decimal(6)
    sure: int = 30
    errors: Decimal = Decimal("1.96")


class Ces(Asked):
    """From which answer on it was easy, and the questionnaires of earlier versions."""

    easy: Decimal = Decimal(5)
    earlier: tuple[str, ...] = ()


class Csi(Asked):
    """What each item counts."""

    weights: dict[str, Decimal] = {}  # noqa: RUF012


class Servqual(Asked):
    """What each dimension counts, and how the items are called that ask for it."""

    weights: dict[str, Decimal] = {}  # noqa: RUF012
    points: str = "points_"


class Importance(Asked):
    """Which item says how satisfied they are in all, and when a correlation is trusted."""

    overall: str = "overall"
    enough: int = 10


class Scale(Asked):
    """From how many respondents on reliability is told."""

    reliable: int = 10


class DeliveredValue(Asked):
    """The dimensions that say what customers get and what it takes."""

    benefit: str = "benefit"
    cost: str = "cost"


class Quality(Frozen):
    """Where satisfaction comes from, and when reliability is told."""

    satisfaction: tuple[str, ...] = ()
    days: int | None = None
    reliable: int = 10


class WordOfMouth(Frozen):
    """How many people hear of it from one customer, as is claimed."""

    satisfied: int = 8
    dissatisfied: int = 25


class Satisfaction(Frozen):
    """Where the two indices come from, when they are high, and what is a reason."""

    satisfaction: tuple[str, ...] = ()
    dissatisfaction: tuple[str, ...] = ()
    days: int | None = None
    high: Decimal = Decimal(50)
    reasons: tuple[str, ...] = ()
    good: Decimal = Decimal(75)
    bad: Decimal = Decimal(25)
    word_of_mouth: WordOfMouth = WordOfMouth()


class Loyalty(Frozen):
    """Which model of loyalty, and where high begins in it."""

    model: str = LOYALTY_MODELS[0]
    template: str = "loyalty"
    days: int = 365
    relative: str = "relative"
    attitude: Decimal = Decimal(4)
    least: int = 2
    share: Decimal = Decimal("0.5")
    wide: int = 3
    involved: Decimal = Decimal(4)
    phases: tuple[str, ...] = ()
    passed: Decimal = Decimal(4)


class SatLoyalty(Frozen):
    """Where satisfaction comes from, and where its levels begin."""

    satisfaction: tuple[str, ...] = ()
    days: int | None = None
    satisfied: Decimal = Decimal(75)
    dissatisfied: Decimal = Decimal(25)


class Mirror(Frozen):
    """Whose satisfaction is compared, and from how many teams on."""

    customers: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    days: int | None = None
    teams: int = 5


class Attitude(Frozen):
    """The whole section."""

    templates: dict[str, Template] = {}  # noqa: RUF012
    csat: Csat = Csat()
    nps: Nps = Nps()
    ces: Ces = Ces()
    csi: Csi = Csi()
    servqual: Servqual = Servqual()
    expectation: Asked = Asked()
    importance: Importance = Importance()
    scale: Scale = Scale()
    trust: Scale = Scale()
    commitment: Scale = Scale()
    delivered_value: DeliveredValue = DeliveredValue()
    quality: Quality = Quality()
    satisfaction: Satisfaction = Satisfaction()
    loyalty: Loyalty = Loyalty()
    sat_loyalty: SatLoyalty = SatLoyalty()
    mirror: Mirror = Mirror()

    def template(self, name: str) -> Template:
        """A questionnaire by its name; UsageError with a suggestion where there is none."""
        if name not in self.templates:
            raise UsageError(
                _("There is no questionnaire “{name}”.").format(name=name),
                did_you_mean(suggest(name, self.templates)),
            )
        return self.templates[name]


SHAPE = Attitude


def check(policy: Attitude, where: str) -> None:
    """BadDefinition for scales without a span, and for names that nothing has."""
    for name, template in policy.templates.items():
        _check_template(template, where, f"attitude.templates.{name}")
    for key in policy.names():
        model = getattr(policy, key)
        place = f"attitude.{key}"
        if isinstance(model, Asked):
            if model.template:
                check_choice(model.template, policy.templates, where, f"{place}.template")
            check_choice(model.side, SIDES, where, f"{place}.side")
        if isinstance(getattr(model, "days", None), int):
            check_number(model.days, where, f"{place}.days", 1)
    for place, measure in _measures(policy):
        _check_measure(policy, measure, where, f"attitude.{place}")
    _check_weights(policy.csi, policy, where, "attitude.csi")
    _check_weights(policy.servqual, policy, where, "attitude.servqual")
    check_choice(policy.loyalty.model, LOYALTY_MODELS, where, "attitude.loyalty.model")
    check_choice(policy.loyalty.template, policy.templates, where, "attitude.loyalty.template")


def _check_template(template: Template, where: str, place: str) -> None:
    for name in template.items:
        least, best = template.scale(name)
        if least >= best:
            raise BadDefinition(where, f"{place}.items.{name}", _("needs least < best"))
    for name, dimension in template.dimensions.items():
        for item in dimension.items:
            check_choice(item, template.items, where, f"{place}.dimensions.{name}.items")


def _measures(policy: Attitude) -> Iterator[tuple[str, str]]:
    """Every `template.item` that a model is told, with its place."""
    lists: Mapping[str, Iterable[str]] = {
        "quality.satisfaction": policy.quality.satisfaction,
        "satisfaction.satisfaction": policy.satisfaction.satisfaction,
        "satisfaction.dissatisfaction": policy.satisfaction.dissatisfaction,
        "sat_loyalty.satisfaction": policy.sat_loyalty.satisfaction,
        "mirror.customers": policy.mirror.customers,
        "mirror.staff": policy.mirror.staff,
    }
    for place, measures in lists.items():
        for measure in measures:
            yield place, measure


def _check_measure(policy: Attitude, measure: str, where: str, place: str) -> None:
    template, _dot, part = measure.partition(".")
    check_choice(template, policy.templates, where, place)
    found = policy.templates[template]
    check_choice(part, [*found.dimensions, *found.items], where, place)


def _check_weights(model: Csi | Servqual, policy: Attitude, where: str, place: str) -> None:
    template = policy.templates.get(model.template, Template())
    known = template.items if isinstance(model, Csi) else template.dimensions
    for name, weight in model.weights.items():
        check_choice(name, known, where, f"{place}.weights")
        if weight <= 0:
            raise BadDefinition(where, f"{place}.weights.{name}", _("must be more than 0"))

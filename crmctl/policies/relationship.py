"""How the models of relationship judge: what marks a stage, what a score is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.values.frozen import Frozen

Weights = dict[str, Decimal]


class Stage(Frozen):
    """What marks the stages of a relation."""

    months: int = 12
    renewals: int = 2
    intention: Decimal = Decimal(4)
    items: dict[str, Decimal] = {}  # noqa: RUF012 (copied for each)
    answer_days: int = 730
    standing_days: int = 365
    purchases: int = 3
    rise: Decimal = Decimal(10)
    two_way: tuple[str, ...] = ()
    dissolution: str = "silence"
    silence: Decimal = Decimal(2)
    silence_least: int = 60
    silence_days: int = 365
    p_alive: Decimal = Decimal("0.2")
    barrier_days: int = 180


class Lifecycle(Frozen):
    """Which periods the slopes of volume and profit run over, and what counts as one."""

    periods: int = 4
    period_months: int = 3
    slope: Decimal = Decimal(10)
    purchases: int = 3
    churn_days: int = 180


class Bond(Frozen):
    """What makes two sides cooperate, and depend on each other."""

    days: int = 365
    exchanges: int = 3
    barrier: int = 5
    share: Decimal = Decimal(5)
    wallet: Decimal = Decimal(50)


class Behavior(Frozen):
    """What full behavior is, and how its parts weigh."""

    weights: Weights = {}  # noqa: RUF012
    purchases: int = 6
    touches: int = 12


class Relationship(Frozen):
    """How behavior and feeling are scored, each from 0 to 100."""

    days: int = 365
    behavior: Behavior = Behavior()
    feeling: Weights = {}  # noqa: RUF012
    scales: dict[str, str] = {}  # noqa: RUF012
    much: Decimal = Decimal(25)
    warm: Decimal = Decimal(60)
    barrier_days: int = 180


class Encounter(Frozen):
    """From when on meetings with one colleague are a relationship."""

    days: int = 365
    share: Decimal = Decimal(60)


class Friendship(Frozen):
    """The items of a survey that tell of a commercial friendship."""

    days: int = 730
    top: Decimal = Decimal(5)
    utility: tuple[str, ...] = ()
    sociability: tuple[str, ...] = ()
    reciprocity: tuple[str, ...] = ()


class Touchpoints(Frozen):
    """Which events a map of touchpoints shows."""

    days: int = 365


class Clienthood(Frozen):
    """What tells a client from whoever looks in."""

    purchases: int = 2
    variation: Decimal = Decimal("0.5")
    initiative: Decimal = Decimal(30)
    completeness: int = 40


class Health(Frozen):
    """What health consists of, and from where on it is good or bad."""

    weights: Weights = {}  # noqa: RUF012
    coverage: Decimal = Decimal(50)
    good: Decimal = Decimal(70)
    bad: Decimal = Decimal(40)
    days: int = 365
    late: Decimal = Decimal(3)
    swing: Decimal = Decimal(50)
    products: int = 5
    csat: tuple[str, ...] = ()
    issue: Decimal = Decimal(25)
    delay: int = 60


class Topic(Frozen):
    """The whole section: one setting for each model, by its name."""

    stage: Stage = Stage()
    lifecycle: Lifecycle = Lifecycle()
    bond: Bond = Bond()
    relationship: Relationship = Relationship()
    encounter: Encounter = Encounter()
    friendship: Friendship = Friendship()
    touchpoints: Touchpoints = Touchpoints()
    clienthood: Clienthood = Clienthood()
    health: Health = Health()


SHAPE = Topic
DISSOLUTION = ("silence", "p_alive")
PARTS = {
    "relationship.behavior.weights": ("purchases", "touches"),
    "relationship.feeling": ("touches", "answers"),
    "health.weights": (
        "recency", "trend", "breadth", "csat", "issues", "promises", "payment",
    ),
}  # fmt: skip


def bounds(text: str) -> tuple[Decimal, Decimal] | None:
    """The lowest and the highest answer of a scale such as `1-5`; None when it is none."""
    low, _dash, high = text.partition("-")
    if not (low.strip().isdecimal() and high.strip().isdecimal()):
        return None
    found = Decimal(low), Decimal(high)
    return found if found[0] < found[1] else None


def check(topic: Topic, where: str) -> None:
    """Raises BadDefinition for what no model can be told."""
    for place, reason in _faults(topic):
        raise BadDefinition(where, f"relationship.{place}", reason)


def _faults(topic: Topic) -> Iterator[tuple[str, str]]:
    if topic.stage.dissolution not in DISSOLUTION:
        possible = _("Possible: {choices}.").format(choices=", ".join(DISSOLUTION))
        yield "stage.dissolution", possible.rstrip(".")
    for name, text in topic.relationship.scales.items():
        if bounds(text) is None:
            what = _("a scale such as 1-5")
            yield f"relationship.scales.{name}", _("must be {what}").format(what=what)
    weights: Mapping[str, Weights] = {
        "relationship.behavior.weights": topic.relationship.behavior.weights,
        "relationship.feeling": topic.relationship.feeling,
        "health.weights": topic.health.weights,
    }
    for place, given in weights.items():
        for name, weight in given.items():
            if name not in PARTS[place]:
                yield f"{place}.{name}", _("there is no such setting")
            if weight < 0:
                yield f"{place}.{name}", _("must not be below 0")
    positive: dict[str, Decimal | int] = {
        "stage.silence": topic.stage.silence,
        "stage.purchases": topic.stage.purchases,
        "lifecycle.period_months": topic.lifecycle.period_months,
        "relationship.behavior.purchases": topic.relationship.behavior.purchases,
        "relationship.behavior.touches": topic.relationship.behavior.touches,
        "friendship.top": topic.friendship.top - 1,
        "health.products": topic.health.products,
        "health.swing": topic.health.swing,
        "health.late": topic.health.late - 1,
        "health.delay": topic.health.delay,
        **{f"stage.items.{name}": top for name, top in topic.stage.items.items()},
    }
    for place, number in positive.items():
        if number <= 0:
            yield place, _("is too small")
    if topic.lifecycle.periods < 2:
        yield "lifecycle.periods", _("is too small")
    if topic.stage.purchases < 2:
        yield "stage.purchases", _("is too small")

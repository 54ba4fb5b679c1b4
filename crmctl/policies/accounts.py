"""Key accounts: the form by which they are judged, and the plans that they begin with."""

from __future__ import annotations

from decimal import Decimal

from crmctl.errors import BadDefinition
from crmctl.locale import _
from crmctl.typed import Titles
from crmctl.values.dates import Offset, parse_offset
from crmctl.values.frozen import Frozen

PHASES = ("before", "during", "after")


class Criterion(Frozen):
    """What is scored, and how much it counts."""

    weight: Decimal
    title: Titles | None = None


class Band(Frozen):
    """What a result from `start` percent on means, and what to do about it."""

    title: Titles | None = None
    actions: tuple[Titles, ...] = ()
    start: Decimal = Decimal(0)


class Form(Frozen):
    """The form of an evaluation: a score from 0 to `best` for each criterion."""

    form: str = "standard"
    best: Decimal = Decimal(5)
    criteria: dict[str, Criterion] = {}  # noqa: RUF012 (copied for each)
    bands: dict[str, Band] = {}  # noqa: RUF012


class Step(Frozen):
    """One step of a plan, so long after it begins, and again every so often."""

    text: Titles
    after: str = "0d"
    every: str | None = None
    phase: str | None = None
    weight: Decimal = Decimal(1)


class Plan(Frozen):
    """Steps by name."""

    title: Titles | None = None
    steps: dict[str, Step] = {}  # noqa: RUF012


class Accounts(Frozen):
    """The section `accounts`."""

    evaluation: Form = Form()
    care: dict[str, Plan] = {}  # noqa: RUF012
    milestones: dict[str, Plan] = {}  # noqa: RUF012


SHAPE = Accounts


def check(policy: Accounts, where: str) -> None:
    """BadDefinition for weights, scores and distances that make no sense."""
    form, place = policy.evaluation, "accounts.evaluation"
    if form.best <= 0:
        raise BadDefinition(where, f"{place}.best", _("must be more than 0"))
    for name, criterion in form.criteria.items():
        if criterion.weight <= 0:
            raise BadDefinition(where, f"{place}.criteria.{name}.weight", _("must be more than 0"))
    for kind in ("care", "milestones"):
        for name, plan in getattr(policy, kind).items():
            for step, one in plan.steps.items():
                _check_step(one, where, f"accounts.{kind}.{name}.steps.{step}")


def _check_step(step: Step, where: str, place: str) -> None:
    for name, text in (("after", step.after), ("every", step.every)):
        if text is not None and distance(text) is None:
            raise BadDefinition(where, f"{place}.{name}", _("a distance looks like 7d, 2w or 3m"))
    if step.phase is not None and step.phase not in PHASES:
        reason = _("“{value}” is not possible here").format(value=step.phase)
        hint = _("Possible: {choices}.").format(choices=", ".join(PHASES))
        raise BadDefinition(where, f"{place}.phase", reason, hint)


def distance(text: str) -> Offset | None:
    """The distance that `7d`, `2w`, `3m` or `1y` means; None for what is none."""
    found = parse_offset(text)
    return found if found is not None and not found.future and found.unit != "h" else None

"""What customers may expect of our service, by level and priority, and who hears of delays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest

ANY = "any"
RESPONSE, RESOLUTION = "response", "resolution"
TARGETS = (RESPONSE, RESOLUTION)
_SPAN = re.compile(r"(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?")


class Target(Frozen):
    """The working times of one level and priority."""

    response: str | None = None
    resolution: str | None = None


class Escalation(Frozen):
    """How far a clock must have run, and who is told then."""

    target: str
    percent: int
    tell: tuple[str, ...] = ()


class Answers(Frozen):
    """Which interactions want an answer, and how soon by the customer's level."""

    query: str = ""
    within: dict[str, str] = {}  # noqa: RUF012 (copied for each)


class Rule(Frozen):
    """Who gets what a query finds."""

    query: str
    to: str


class Dispatch(Frozen):
    """Who can be sent out, and what makes one fitter than another."""

    engineers: str = ""
    skill: Decimal = Decimal(1)
    region: Decimal = Decimal(1)
    load: Decimal = Decimal(-1)


class Service(Frozen):
    """The section `service`."""

    targets: dict[str, dict[str, Target]] = {}  # noqa: RUF012
    pauses: tuple[str, ...] = ()
    escalation: dict[str, Escalation] = {}  # noqa: RUF012
    answers: Answers = Answers()
    routing: dict[str, Rule] = {}  # noqa: RUF012
    dispatch: Dispatch = Dispatch()

    def minutes(self, level: str | None, priority: str | None, target: str) -> int | None:
        """The working minutes that a ticket has; None where nothing is said."""
        for name in (level, ANY):
            found = self.targets.get(name or ANY, {}).get(priority or "")
            text = getattr(found, target, None)
            if text is not None:
                return span(text)
        return None

    def levels(self) -> list[tuple[int, Escalation]]:
        """The levels of escalation in their order."""
        return sorted((int(level), one) for level, one in self.escalation.items())

    def answer_minutes(self, level: str | None) -> int | None:
        """The working minutes within which a message of a customer is answered."""
        text = self.answers.within.get(level or ANY, self.answers.within.get(ANY))
        return None if text is None else span(text)


SHAPE = Service


def queries(policy: Service) -> Iterator[tuple[str, str, str]]:
    """The queries of the section: where each stands, the kind that it is about, and its text."""
    if policy.answers.query:
        yield "answers.query", "interaction", policy.answers.query
    for name, rule in policy.routing.items():
        yield f"routing.{name}.query", "ticket", rule.query
    if policy.dispatch.engineers:
        yield "dispatch.engineers", "user", policy.dispatch.engineers


def check(service: Service, where: str) -> None:
    """BadDefinition for times and levels that are none."""
    for level, priorities in service.targets.items():
        for priority, target in priorities.items():
            times = {name: getattr(target, name) for name in TARGETS}
            _check_spans(times, where, f"service.targets.{level}.{priority}")
    _check_spans(service.answers.within, where, "service.answers.within")
    for level, one in service.escalation.items():
        place = f"service.escalation.{level}"
        if not level.isdecimal() or not int(level):
            raise BadDefinition(where, place, _("levels are numbered from 1 on"))
        if one.target not in TARGETS:
            reason = _("“{value}” is not possible here").format(value=one.target)
            hint = did_you_mean(suggest(one.target, TARGETS))
            raise BadDefinition(where, f"{place}.target", reason, hint)
        if one.percent < 1:
            raise BadDefinition(where, f"{place}.percent", _("must be more than 0"))


def _check_spans(times: Mapping[str, str | None], where: str, place: str) -> None:
    for name, text in times.items():
        if text is not None and span(text) is None:
            reason = _("“{text}”: working time looks like 30m, 4h or 1h30m").format(text=text)
            raise BadDefinition(where, f"{place}.{name}", reason)


def span(text: str) -> int | None:
    """The minutes that 30m, 4h or 1h30m means; None for anything else."""
    found = _SPAN.fullmatch(text.replace(" ", ""))
    if found is None or not any(found.groups()):
        return None
    hours, minutes = (int(part or 0) for part in found.groups())
    return 60 * hours + minutes or None

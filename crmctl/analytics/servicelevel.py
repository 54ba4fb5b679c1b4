"""Service levels: how soon tickets are answered and settled, and how many of them in time.

Minutes are working time without pauses. Who has not been answered yet waits until now, as is
customary; who has no target is in neither part of a share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from crmctl.analytics.deals import P90, middle
from crmctl.analytics.exact import percent
from crmctl.analytics.grouping import Grouping, parted, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext


class Ran(NamedTuple):
    """A clock: minutes until it stopped, or until now where it runs; the target, if any."""

    minutes: int
    stopped: bool
    target: int | None

    @property
    def in_time(self) -> bool | None:
        """Whether the target was kept; None while it may still be, and without one."""
        if self.target is None:
            return None
        if self.minutes > self.target:
            return False
        return True if self.stopped else None


class Ticket(NamedTuple):
    """One ticket with its clocks, and the level and priority that its targets come from."""

    id: str
    level: str | None
    priority: str
    response: Ran
    resolution: Ran


COLUMNS = (
    Column("tickets", N_("Tickets"), "integer"),
    Column("unanswered", N_("Unanswered"), "integer"),
    Column("response", N_("Response, minutes"), "number"),
    Column("response_p90", N_("Response 90 %, minutes"), "number"),
    Column("response_n", N_("Responses"), "integer"),
    Column("response_in_time", N_("Answered in time"), "percent"),
    Column("open", N_("Not settled"), "integer"),
    Column("resolution", N_("Resolution, minutes"), "number"),
    Column("resolution_p90", N_("Resolution 90 %, minutes"), "number"),
    Column("resolution_n", N_("Resolutions"), "integer"),
    Column("resolution_in_time", N_("Settled in time"), "percent"),
)
TITLES = {
    "days": N_("days counted"),
    "response_in_time": N_("answered in time, in percent"),
    "resolution_in_time": N_("settled in time, in percent"),
}


def service_levels(
    tickets: Iterable[Ticket],
    as_of: date,
    *,
    days: int = 0,
    by: Grouping | None = None,
    levels: Mapping[str, str] | None = None,
    priorities: Mapping[str, str] | None = None,
) -> ModelResult:
    """A row for each level and priority in their order, or for each group where there is one.

    Medians and 90 % quantiles are in working minutes: of the response of all tickets, of the
    resolution of those that are settled. `response_n` and `resolution_n` count what the share in
    time is of. `days` only says over how many days the tickets were opened.
    """
    found = sorted(tickets)
    orders = {name: [*(titles or {})] for name, titles in
              (("level", levels), ("priority", priorities))}  # fmt: skip
    keys: list[Callable[[Ticket], Any]] = [lambda one: one.level, lambda one: one.priority]
    parts = parted(found, lambda one: one.id, by, *([] if by is not None else keys))
    first = (
        (by.column,)
        if by is not None
        else (
            Column("level", N_("Level"), "enum", levels or {}),
            Column("priority", N_("Priority"), "enum", priorities or {}),
        )
    )

    def placed(key: tuple[Any, ...]) -> list[int]:
        names = zip(key, orders.values(), strict=True)
        return [order.index(one) if one in order else len(order) for one, order in names]

    ordered = sorted(parts, key=placed) if by is None else parts
    names = [column.name for column in first]
    rows = [dict(zip(names, key, strict=True)) | _row(parts[key]) for key in ordered]
    whole = _row(found)
    parameters = {
        "days": days,
        **{name: whole[name] for name in ("response_in_time", "resolution_in_time")},
    }
    return ModelResult(
        "service-levels",
        as_of,
        parameters,
        len(found),
        (*first, *COLUMNS),
        rows,
        [*_notes(found), *several((one.id for one in found), by)],
        TITLES,
    )


def _row(tickets: Sequence[Ticket]) -> dict[str, Any]:
    response = [one.response for one in tickets]
    resolution = [one.resolution for one in tickets]
    settled = [one.minutes for one in resolution if one.stopped]
    answered = [one.minutes for one in response]
    shares = []
    for clocks in (response, resolution):
        kept = [one.in_time for one in clocks if one.in_time is not None]
        shares.append((len(kept), percent(sum(kept), len(kept))))
    return {
        "tickets": len(tickets),
        "unanswered": sum(not one.stopped for one in response),
        "response": middle(answered),
        "response_p90": middle(answered, P90),
        "response_n": shares[0][0],
        "response_in_time": shares[0][1],
        "open": sum(not one.stopped for one in resolution),
        "resolution": middle(settled),
        "resolution_p90": middle(settled, P90),
        "resolution_n": shares[1][0],
        "resolution_in_time": shares[1][1],
    }


def _notes(tickets: Sequence[Ticket]) -> list[str]:
    if not tickets:
        return [_("No ticket was opened in this time.")]
    waiting = sum(not one.response.stopped for one in tickets)
    if not waiting:
        return []
    text = ngettext(
        "{count} ticket is not answered yet: its response counts until now.",
        "{count} tickets are not answered yet: their responses count until now.",
        waiting,
    )
    return [text.format(count=waiting)]

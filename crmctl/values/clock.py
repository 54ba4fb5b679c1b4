"""The only place that asks for the time, so that tests and replayed cron jobs can set it."""

from __future__ import annotations

import os
import time as system
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from crmctl.errors import CrmctlError
from crmctl.locale import _
from crmctl.values.instants import parse_date, parse_instant

VARIABLE = "CRMCTL_NOW"


class BadClock(CrmctlError):
    """CRMCTL_NOW holds something that is no time."""

    exit_code = 2

    def __init__(self, value: str) -> None:
        super().__init__(
            _("{variable} is “{value}”, which is no date or time.").format(
                variable=VARIABLE, value=value
            ),
            _("Write it like 2026-11-21 or 2026-11-21T14:30+08:00, or leave it unset."),
        )


def now(zone: ZoneInfo) -> datetime:
    """The current instant in `zone`, to the second; CRMCTL_NOW overrides the system's clock.

    A bare date in CRMCTL_NOW is the first moment of that day in `zone`.
    """
    setting = os.environ.get(VARIABLE, "").strip()
    if not setting:
        return datetime.now(zone).replace(microsecond=0)
    day = parse_date(setting)
    if day is not None:
        return datetime.combine(day, time(), zone)
    moment = parse_instant(setting, zone)
    if moment is None:
        raise BadClock(setting)
    try:
        return moment.astimezone(zone)
    except OverflowError:
        raise BadClock(setting) from None


def age(stamp: float) -> float:
    """The seconds since a time stamp of the file system, by the system's clock alone."""
    return system.time() - stamp


def today(zone: ZoneInfo) -> date:
    """The current calendar day in `zone`."""
    return now(zone).date()

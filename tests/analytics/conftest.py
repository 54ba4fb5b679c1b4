"""The CDNOW sample: what 2,357 customers bought in 1997 and 1998."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from crmctl.analytics.btyd import Buyer, Grouped, grouped
from crmctl.analytics.rfm import Purchases

SAMPLE = Path(__file__).parent.parent / "data" / "cdnow_sample.csv"
# The published fits go by the first 39 weeks.
CALIBRATED = date(1997, 9, 30)

Spend = dict[str, dict[date, Decimal]]


@pytest.fixture(scope="session")
def cdnow_days() -> list[tuple[str, date]]:
    """Customer and day of every purchase."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return [(row["customer"], date.fromisoformat(row["date"])) for row in csv.DictReader(file)]


@pytest.fixture(scope="session")
def cdnow_spend() -> Spend:
    """What each customer spent on each day."""
    days: Spend = defaultdict(lambda: defaultdict(Decimal))
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            days[row["customer"]][date.fromisoformat(row["date"])] += Decimal(row["amount"])
    return days


@pytest.fixture(scope="session")
def cdnow(cdnow_spend: Spend) -> list[Purchases]:
    return [
        Purchases(id, max(days), len(days), sum(days.values(), Decimal(0)))
        for id, days in cdnow_spend.items()
    ]


@pytest.fixture(scope="session")
def cdnow_buyers(cdnow_spend: Spend) -> list[Buyer]:
    """The customers by what they bought until the end of the calibration."""
    found = []
    for id, spent in cdnow_spend.items():
        days = sorted(day for day in spent if day <= CALIBRATED)
        intervals = tuple((after - before).days for before, after in pairwise(days))
        value = sum((spent[day] for day in days[1:]), Decimal(0))
        found.append(Buyer(id, days[0], days[-1], intervals, value))
    return found


@pytest.fixture(scope="session")
def cdnow_histories(cdnow_buyers: list[Buyer]) -> Grouped:
    return grouped(one.history(CALIBRATED) for one in cdnow_buyers)

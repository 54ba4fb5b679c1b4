"""The CDNOW sample: what 2,357 customers bought in 1997 and 1998."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crmctl.analytics.rfm import Purchases

SAMPLE = Path(__file__).parent.parent / "data" / "cdnow_sample.csv"


@pytest.fixture(scope="session")
def cdnow_days() -> list[tuple[str, date]]:
    """Customer and day of every purchase."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return [(row["customer"], date.fromisoformat(row["date"])) for row in csv.DictReader(file)]


@pytest.fixture(scope="session")
def cdnow() -> list[Purchases]:
    days: dict[str, set[date]] = {}
    spend: dict[str, Decimal] = {}
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            customer = row["customer"]
            days.setdefault(customer, set()).add(date.fromisoformat(row["date"]))
            spend[customer] = spend.get(customer, Decimal(0)) + Decimal(row["amount"])
    return [Purchases(id, max(days[id]), len(days[id]), spend[id]) for id in days]

"""What is decided about a made-up customer, and what everything written about them goes by."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import vocabulary as words
from people import Contact, pick


@dataclass(slots=True)
class Draft:
    """What is decided about a customer before anything is written."""

    id: str
    name: str
    chinese: bool
    person: bool
    since: date
    until: date
    vigor: float
    owner: str
    city: words.City
    industry: str = ""
    gender: str = ""
    contacts: list[Contact] = field(default_factory=list)


def compact(day: date) -> str:
    """A day as ids have it; `strftime` would take three times as long."""
    return day.isoformat().replace("-", "")


def addressee(rng: Random, draft: Draft) -> str:
    """Who is spoken to: a contact of a firm, or the person."""
    return pick(rng, draft.contacts).name if draft.contacts else draft.name


def goods(rng: Random, chinese: bool) -> words.Product:
    """A product whose name is in the customer's language."""
    return pick(rng, words.PRODUCTS_ZH if chinese else words.PRODUCTS_EN)


def day_between(rng: Random, draft: Draft) -> date:
    """A day of the relation; firms rest at weekends."""
    day = draft.since + timedelta(days=int(rng.random() * ((draft.until - draft.since).days + 1)))
    if not draft.person and day.weekday() > 4:
        day = max(draft.since, day - timedelta(days=day.weekday() - 4))
    return day

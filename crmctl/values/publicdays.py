"""Public holidays and make-up working days (调休) of countries, from the package `holidays`.

It is loaded when a calendar with a country is asked, since that takes a tenth of a second.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from crmctl.values.worktime import Days

LOOK_BACK = 30


class UnknownPlace(LookupError):
    """No holidays are known for a country, or for this part of it; `places` are known instead."""

    def __init__(self, places: list[str]) -> None:
        super().__init__()
        self.places = places


def check(country: str, subdivision: str | None = None) -> None:
    """Raises UnknownPlace for a country (CN, DE) or a part of it (BY) without holidays."""
    from holidays.utils import list_supported_countries

    known = list_supported_countries(include_aliases=True)
    if country not in known:
        raise UnknownPlace([*known])
    if subdivision is not None and subdivision not in known[country]:
        raise UnknownPlace(known[country])


@cache
def public_days(country: str, subdivision: str | None, year: int) -> Days:
    """The public holidays and make-up working days of a year.

    A year is not known beyond what the package covers, nor, where days are moved by a yearly order
    as in China, before that order is in the package.
    """
    from holidays.utils import country_holidays

    def of(*years: int) -> tuple[frozenset[date], frozenset[date], bool]:
        found = country_holidays(country, subdiv=subdivision, years=years)
        known = found.start_year <= year <= found.end_year
        return frozenset(found), frozenset(found.weekend_workdays), known

    # The make-up day for a holiday in January may lie in December.
    off, on, known = of(year, year + 1)
    if not any(day.year == year for day in on):
        _off, moved, _known = of(*range(year - LOOK_BACK, year))
        known = known and not moved
    return Days(
        frozenset(day for day in off if day.year == year),
        frozenset(day for day in on if day.year == year),
        known,
    )

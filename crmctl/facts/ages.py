"""How old persons are, and into which band that falls."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from crmctl.facts.definitions import CUSTOMER, Source
from crmctl.locale import N_
from crmctl.values.birthdays import age_on

if TYPE_CHECKING:
    from crmctl.facts.tables import Facts


def band(age: int, starts: Sequence[int]) -> str:
    """The band of an age, such as `25-34`; the last one is open."""
    place = bisect_right(starts, age)
    if place == len(starts):
        return f"{starts[-1]}+"
    low = starts[place - 1] if place else 0
    return f"{low}-{starts[place] - 1}"


def _ages(facts: Facts) -> Iterator[tuple[str, int, str]]:
    starts = facts.workspace.policy("value").profile.ages
    rows = facts.index.rows("SELECT id, birthday FROM customers WHERE birthday IS NOT NULL")
    for id, birthday in rows:
        age = age_on(birthday, facts.day)
        if age is not None:
            yield id, age, band(age, starts)


AGES = Source(
    "age_facts",
    CUSTOMER,
    rows=_ages,
    columns=("age", "age_band"),
    reads={"customers": "id birthday"},
)

FACTS = (
    AGES.fact("age", "integer", N_("Age"), N_("years since the birthday, if its year is known")),
    AGES.fact(
        "age_band", "tag", N_("Age band"), N_("the band of “value.profile.ages” for that age")
    ),
)

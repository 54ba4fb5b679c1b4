"""Which customers are likely the same party: what is compared, and what it counts."""

from __future__ import annotations

from decimal import Decimal

from crmctl.policies.limits import check_choice, check_number
from crmctl.typed import Titles
from crmctl.values.frozen import Frozen

HOWS = ("name", "company", "phone", "email", "domain", "number", "address", "day", "text")


class Points(Frozen):
    """What a field counts, from 0 to 100: for the same, and against for another one."""

    agree: Decimal
    differ: Decimal = Decimal(0)


class Compared(Frozen):
    """One thing that is compared: the fields that say it, how, and what it counts for whom."""

    of: tuple[str, ...]
    how: str
    title: Titles | None = None
    person: Points | None = None
    organization: Points | None = None


class Duplicates(Frozen):
    """The section `duplicates`."""

    likely: int = 60
    sure: int = 85
    block: int = 60
    window: int = 8
    fields: dict[str, Compared] = {}  # noqa: RUF012 (copied for each)
    legal_forms: tuple[str, ...] = ()
    common_words: tuple[str, ...] = ()
    free_mail: tuple[str, ...] = ()


SHAPE = Duplicates


def check(policy: Duplicates, where: str) -> None:
    """BadDefinition for a way of comparing that there is not, and for what cannot be counted."""
    check_number(policy.likely, where, "duplicates.likely", 1, 100)
    check_number(policy.sure, where, "duplicates.sure", policy.likely, 100)
    check_number(policy.block, where, "duplicates.block", 2)
    check_number(policy.window, where, "duplicates.window", 1)
    for name, field in policy.fields.items():
        place = f"duplicates.fields.{name}"
        check_choice(field.how, HOWS, where, f"{place}.how")
        for sort in ("person", "organization"):
            points = getattr(field, sort)
            if points is not None:
                check_number(points.agree, where, f"{place}.{sort}.agree", 0, 1000)
                check_number(points.differ, where, f"{place}.{sort}.differ", 0, 1000)

"""What `today` reminds of: named rules that find records and tell on which day they are due."""

from __future__ import annotations

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.policies.rule import Rule
from crmctl.values.dates import parse_offset
from crmctl.values.text import suggest

SOURCES = ("follow_ups", "birthdays", "festivals")


class Reminder(Rule):
    """One rule. `date` is the field with the day, or several as `one|other`.

    `after`: it is due so long after that day (`3d`, `2w`). `ahead` and `behind`: for how many days
    before it is listed, and after; without, as far ahead as `today.tasks` says, and until it is
    settled. `alone`: only for customers of whom nothing else is listed; `first`: only the first one
    of each. A `source` finds what no query can.
    """

    date: str = ""
    after: str | None = None
    ahead: int | None = None
    behind: int | None = None
    alone: bool = False
    first: bool = False
    source: str | None = None


SHAPE = dict[str, Reminder]


def check(rules: dict[str, Reminder], where: str) -> None:
    """BadDefinition for a rule without a day, an unknown source or a distance that is none."""
    for name, rule in rules.items():
        place = f"reminders.{name}"
        if rule.source is not None and rule.source not in SOURCES:
            reason = _("there is no source “{name}”").format(name=rule.source)
            hint = did_you_mean(suggest(rule.source, SOURCES))
            raise BadDefinition(where, f"{place}.source", reason, hint)
        if rule.source is None and not rule.date:
            raise BadDefinition(where, place, _("it needs the field with the day: date"))
        if rule.after is not None and parse_offset(rule.after) is None:
            reason = _("“{text}” is no distance such as 3d or 2w").format(text=rule.after)
            raise BadDefinition(where, f"{place}.after", reason)

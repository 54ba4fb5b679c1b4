"""One line of the agenda: what is due on which day, for whom, and in words why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crmctl.locale import _, ngettext
from crmctl.values.frozen import Frozen

BIRTHDAY = "birthday"


class Item(Frozen):
    """One thing that is due.

    `what` is the rule that found it. `ref` is the record to look at: the task, the interaction that
    announced the follow-up, or the customer whose birthday (or whose contact's, then `contact`) it
    is; `entry` is the key of one of its entries. A festival has no record, but a number of
    `customers`. `text` is in the current language, `plain` the same for scripts where the rule says
    it. `days` run from the day in question to `due`, below zero when overdue. `age` and `lunar`
    belong to birthdays.
    """

    what: str
    due: date
    days: int
    customer: str | None
    ref: str | None
    text: str
    owner: str | None = None
    name: str | None = None
    urgency: int = 0
    entry: str | None = None
    contact: str | None = None
    age: int | None = None
    lunar: bool = False
    customers: int | None = None
    plain: str | None = None

    @property
    def reason_code(self) -> str:
        """`overdue`, `today` or `upcoming`."""
        return "overdue" if self.days < 0 else "upcoming" if self.days else "today"

    @property
    def reason_label(self) -> str:
        """Why it is listed, in the current language."""
        reason = self._birthday() if self.what == BIRTHDAY else self._due()
        return _("{reason} (lunar)").format(reason=reason) if self.lunar else reason

    def _due(self) -> str:
        if self.days == 0:
            return _("due today")
        if self.days < 0:
            text = ngettext("overdue by {count} day", "overdue by {count} days", -self.days)
            return text.format(count=-self.days)
        return ngettext("due in {count} day", "due in {count} days", self.days).format(
            count=self.days
        )

    def _birthday(self) -> str:
        if self.age is None:
            if self.days == 0:
                return _("birthday today")
            text = ngettext("birthday in {count} day", "birthday in {count} days", self.days)
        elif self.days == 0:
            return _("turns {age} today").format(age=self.age)
        else:
            text = ngettext("turns {age} in {count} day", "turns {age} in {count} days", self.days)
        return text.format(age=self.age, count=self.days)

    def as_object(self) -> dict[str, Any]:
        """The item for scripts."""
        found: dict[str, Any] = {
            "due": self.due.isoformat(),
            "what": self.what,
            "customer": self.customer,
            "ref": self.ref,
            "text": self.text if self.plain is None else self.plain,
            "reason_code": self.reason_code,
            "days": self.days,
            "owner": self.owner,
            "reason_label": self.reason_label,
            "entry": self.entry,
            "customers": self.customers,
            "text_label": self.text if self.plain not in (None, self.text) else None,
        }
        if self.what == BIRTHDAY:
            found |= {"contact": self.contact, "age": self.age, "lunar": self.lunar}
        return {key: value for key, value in found.items() if value is not None}


def later(day: date, days: int) -> date:
    """The day so many days on, or back for a number below 0; at most the end of the calendar."""
    return day + timedelta(days=max((date.min - day).days, min(days, (date.max - day).days)))

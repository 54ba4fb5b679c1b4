"""What is due: tasks, follow-ups and birthdays, seen from one day.

A follow-up is the `next` of an interaction. Only the newest one of a customer counts, and any later
touch on or after its date settles it: a person who called does not also tick something off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from crmctl.locale import N_, _, ngettext
from crmctl.refs import References
from crmctl.values import jsontext
from crmctl.values.birthdays import age_on, next_occurrence
from crmctl.values.dates import end_of, local_date, parse_date
from crmctl.values.text import fold
from crmctl.workspace import Workspace

TASK, FOLLOW_UP, BIRTHDAY = "task", "follow_up", "birthday"
WHATS = {TASK: N_("Task"), FOLLOW_UP: N_("Follow-up"), BIRTHDAY: N_("Birthday")}
OPEN = "COALESCE(t.status, 'open') NOT IN ('done', 'cancelled')"
# Long enough for every birthday to have come back, leap days and leap months included.
ROUND_THE_YEAR = 400


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is due.

    `ref` is the record to look at: the task, the interaction that announced the follow-up, or the
    customer whose birthday (or whose contact's, then `contact`) it is. `days` run from the day in
    question to `due`, below zero when overdue. `age` and `lunar` belong to birthdays.
    """

    what: str
    due: date
    days: int
    customer: str | None
    ref: str
    text: str
    owner: str | None = None
    name: str | None = None
    urgency: int = 0
    contact: str | None = None
    age: int | None = None
    lunar: bool = False

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
            "text": self.text,
            "reason_code": self.reason_code,
            "days": self.days,
            "owner": self.owner,
            "reason_label": self.reason_label,
        }
        if self.what == BIRTHDAY:
            found |= {"contact": self.contact, "age": self.age, "lunar": self.lunar}
        return {key: value for key, value in found.items() if value is not None}


def agenda(
    workspace: Workspace,
    *,
    as_of: date | None = None,
    ahead: int | None = None,
    owner: str | None = None,
) -> list[Item]:
    """What is due on the day (today, or `as_of`) and in the `ahead` days after it, oldest first.

    `ahead` is what the book is set to when None; birthdays are looked for at least as far as the
    book says. `owner` keeps what is a task of theirs, a follow-up they announced, or, where
    nobody is named, belongs to a customer of theirs.
    """
    workspace.index.as_of(as_of)
    day = as_of or workspace.today
    settings = workspace.config.today
    ahead = settings.tasks if ahead is None else ahead
    until = later(day, ahead)
    found = [
        *open_tasks(workspace, day, until),
        *follow_ups(workspace, day, until),
        *birthdays(workspace, day, max(ahead, settings.birthdays)),
    ]
    items = _with_customers(workspace, found)
    if owner is not None:
        wanted = _names_of(workspace, owner)
        items = [item for item in items if item.owner and fold(item.owner) in wanted]
    ranks = list(WHATS)
    return sorted(
        items,
        key=lambda i: (i.due, ranks.index(i.what), -i.urgency, i.customer or "", i.ref, i.text),
    )


def later(day: date, days: int) -> date:
    """The day so many days on, or the last one there is."""
    return day + timedelta(days=min(days, (date.max - day).days))


def open_tasks(
    workspace: Workspace, day: date, until: date, customer: str | None = None
) -> Iterator[Item]:
    """The tasks not done by `until`; an appointment without a due date is due when it begins."""
    priority = workspace.registry.kinds["task"].fields["priority"]
    grades = list(priority.values)
    sql = f"""
        SELECT t.id, t.customer, t.due, t.at, t.title, t.owner, COALESCE(t.priority, ?)
        FROM tasks AS t
        WHERE {OPEN} AND t.archived IS NULL
            AND (t.due <= ? OR (t.due IS NULL AND t.at__ts < ?))
    """
    params: list[Any] = [priority.default, until.isoformat(), end_of(until, workspace.zone)]
    if customer is not None:
        sql += " AND t.customer = ?"
        params.append(customer)
    for id, of, due, at, title, owner, grade in workspace.index.rows(sql, params):
        on = parse_date(due or "") or local_date(at or "", workspace.zone)
        if on is not None:
            urgency = grades.index(grade) if grade in grades else 0
            yield Item(TASK, on, (on - day).days, of, id, title or "", owner, urgency=urgency)


def follow_ups(
    workspace: Workspace, day: date, until: date, customer: str | None = None
) -> Iterator[Item]:
    """The newest next step of each customer, when it is due by `until` and nobody settled it."""
    end = end_of(day, workspace.zone)
    one = "" if customer is None else "AND i.customer = ?"
    sql = f"""
        WITH step AS (
            SELECT i.id, i.customer, i.by, i.subject, i.at__ts, i._path, i._line,
                json_extract(i.next, '$.date') AS due, json_extract(i.next, '$.action') AS action,
                row_number() OVER (
                    PARTITION BY i.customer ORDER BY i.at__ts DESC, i._path DESC, i._line DESC
                ) AS place
            FROM interactions AS i
            WHERE i.next IS NOT NULL AND i.at__ts < ? AND i.archived IS NULL {one}
        )
        SELECT s.id, s.customer, s.by, s.due, COALESCE(s.action, s.subject, '') FROM step AS s
        WHERE s.place = 1 AND s.due <= ? AND NOT EXISTS (
            SELECT 1 FROM interactions AS t
            WHERE t.customer = s.customer AND t.at__ts < ?
                AND t.at__ts >= max(s.at__ts, ts(s.due || 'T00:00'))
                AND (t.at__ts > s.at__ts OR (t._path, t._line) > (s._path, s._line))
        )
    """
    params = [end, *([] if customer is None else [customer]), until.isoformat(), end]
    for id, of, by, due, text in workspace.index.rows(sql, params):
        on = parse_date(due)
        if on is not None:
            yield Item(FOLLOW_UP, on, (on - day).days, of, id, text, by)


def birthdays(workspace: Workspace, day: date, ahead: int) -> Iterator[Item]:
    """The birthdays of customers and of their contacts from `day` on, for `ahead` days."""
    until = later(day, ahead)
    days = [later(day, n).isoformat()[5:] for n in range(min(ahead, ROUND_THE_YEAR) + 1)]
    if "02-28" in days:
        days.append("02-29")
    # Solar ones are chosen by their month and day; what the moon says must be computed.
    soon = "(substr(birthday, -5) IN (SELECT value FROM json_each(?)) OR birthday LIKE 'lunar:%')"
    sql = f"""
        SELECT * FROM (
            SELECT c.id, NULL AS contact, c.name, c.birthday FROM customers AS c
            WHERE c.birthday IS NOT NULL
        ) WHERE {soon}
        UNION ALL
        SELECT * FROM (
            SELECT c.id, json_extract(p.value, '$.id') AS contact,
                json_extract(p.value, '$.name') AS name,
                json_extract(p.value, '$.birthday') AS birthday
            FROM customers AS c, json_each(c.contacts) AS p
            WHERE instr(c.contacts, '"birthday"')
        ) WHERE {soon}
    """
    wanted = jsontext.dumps(days)
    for id, contact, name, text in workspace.index.rows(sql, (wanted, wanted)):
        on = next_occurrence(text, day)
        if on is not None and on <= until:
            yield Item(
                BIRTHDAY,
                on,
                (on - day).days,
                id,
                id,
                name or id,
                contact=contact,
                age=age_on(text, on),
                lunar=text.startswith("lunar:"),
            )


def _with_customers(workspace: Workspace, items: list[Item]) -> list[Item]:
    """The items with their customers' names and, where nobody is named, their owners.

    Who was put away is not called any more; a task that somebody left open there still shows.
    """
    wanted = jsontext.dumps(list({item.customer for item in items if item.customer}))
    rows = workspace.index.rows(
        "SELECT id, name, owner, archived FROM customers"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (wanted,),
    )
    customers = {id: (name, owner, archived) for id, name, owner, archived in rows}
    found = []
    for item in items:
        name, owner, archived = customers.get(item.customer or "", (item.customer, None, None))
        if archived is None or item.what == TASK:
            found.append(replace(item, name=name, owner=item.owner or owner))
    return found


def _names_of(workspace: Workspace, owner: str) -> set[str]:
    """Every way in which records may name a user."""
    names = References(workspace).labels(workspace.registry.kinds["user"], [owner])
    return {fold(owner), *map(fold, names.values())}

"""Days that come back each year: birthdays of people, and festivals on which customers are greeted.

Solar or lunar, and without a year of birth where nobody knows it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from crmctl.due import BIRTHDAY, Item, later
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import ngettext, pick
from crmctl.selection import Selection
from crmctl.values import jsontext
from crmctl.values.birthdays import age_on, next_occurrence
from crmctl.values.text import fold
from crmctl.workspace import Workspace

# Long enough for every birthday to have come back, leap days and leap months included.
ROUND_THE_YEAR = 400
FESTIVAL = "festival"


def birthdays(
    workspace: Workspace, day: date, ahead: int, customer: str | None = None
) -> Iterator[Item]:
    """The birthdays of customers and of their contacts from `day` on, for `ahead` days."""
    until = later(day, ahead)
    days = [later(day, n).isoformat()[5:] for n in range(min(ahead, ROUND_THE_YEAR) + 1)]
    if "02-28" in days:
        days.append("02-29")
    # Solar ones are chosen by their month and day; what the moon says must be computed.
    soon = "(substr(birthday, -5) IN (SELECT value FROM json_each(?)) OR birthday LIKE 'lunar:%')"
    whose = "" if customer is None else " AND c.id = ?"
    sql = f"""
        SELECT * FROM (
            SELECT c.id, NULL AS contact, c.name, c.birthday FROM customers AS c
            WHERE c.birthday IS NOT NULL{whose}
        ) WHERE {soon}
        UNION ALL
        SELECT * FROM (
            SELECT c.id, json_extract(p.value, '$.id') AS contact,
                json_extract(p.value, '$.name') AS name,
                json_extract(p.value, '$.birthday') AS birthday
            FROM customers AS c, json_each(c.contacts) AS p
            WHERE instr(c.contacts, '"birthday"'){whose}
        ) WHERE {soon}
    """
    one = [] if customer is None else [customer]
    wanted = jsontext.dumps(days)
    rows = workspace.index.rows(sql, (*one, wanted, *one, wanted))
    for id, contact, name, text in rows:
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


def festivals(
    workspace: Workspace,
    day: date,
    ahead: int,
    *,
    as_of: date | None = None,
    owners: Collection[str] | None = None,
) -> Iterator[Item]:
    """The festivals within `ahead` days, with the number of customers to be greeted.

    `owners` are the folded names of those whose customers count, None for all.
    """
    kind = workspace.registry.kinds[CUSTOMER]
    for name, festival in workspace.policy("festivals").items():
        on = next_occurrence(festival.day, day)
        if on is None or on > later(day, ahead):
            continue
        selection = Selection(workspace, kind, festival.query, as_of=as_of)
        found = list(selection.rows([selection.column("owner")]))
        count = sum(owners is None or (who is not None and fold(who) in owners) for (who,) in found)
        if count:
            text = ngettext("{count} customer", "{count} customers", count).format(count=count)
            title = pick(festival.title) if festival.title else name
            yield Item(
                FESTIVAL,
                on,
                (on - day).days,
                None,
                None,
                f"{title} · {text}",
                entry=name,
                customers=count,
                plain=name,
            )

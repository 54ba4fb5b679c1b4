"""The bonds of a book: links, parents, referrals, people whom two parties share, and who of us has
to do with whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crmctl.locale import N_, _, ngettext
from crmctl.marketing.reach import marks
from crmctl.network.graph import CUSTOMER, USER, Bond, Network, node
from crmctl.schema.model import Kind
from crmctl.values import jsontext

if TYPE_CHECKING:
    from crmctl.workspace import Workspace

# Whoever competes with somebody does not introduce us.
APART = ("competes",)
PARENT, REFERRAL, PERSON, TOUCHES, OWNER, COLLEAGUE = (
    "parent", "referral", "same_person", "touches", "owner", "colleague",
)  # fmt: skip
TITLES = {
    PARENT: N_("Parent"),
    REFERRAL: N_("Referral"),
    PERSON: N_("Same person"),
    TOUCHES: N_("In touch"),
    OWNER: N_("Owner"),
    COLLEAGUE: N_("Colleague"),
}
# From so many touches on, a bond has that strength.
STRENGTHS = ((10, 5), (5, 4), (2, 3), (1, 2))


def network(workspace: Workspace, *, users: bool = True) -> Network:
    """The network of a book as of the day that its index shows."""
    bonds = [*_of_customers(workspace)]
    if users:
        bonds += [*_of_users(workspace)]
    return Network(bonds)


def how_title(kind: Kind, how: str) -> str:
    """What people call a sort of bond; links have the titles of their schema."""
    if how in TITLES:
        return _(TITLES[how])
    links = kind.fields.get("links")
    field = links.leaf.fields.get("type") if links is not None else None
    return field.value_title(how) if field is not None else how


def _of_customers(workspace: Workspace) -> Iterator[Bond]:
    met: dict[str, tuple[str, str]] = {}
    rows = workspace.index.rows(
        "SELECT id, name, parent, referred_by, links, contacts, phones, emails, wechat"
        " FROM customers ORDER BY id"
    )
    for id, name, parent, referrer, links, contacts, phones, emails, wechat in rows:
        here = node(CUSTOMER, id)
        if parent:
            yield Bond(here, node(CUSTOMER, parent), PARENT, 4)
        if referrer:
            yield Bond(here, node(CUSTOMER, referrer), REFERRAL, 3)
        people = [one for one in _list(contacts) if isinstance(one, dict)]
        yield from _links(here, people, _list(links))
        own = {"name": name, "phones": _list(phones), "emails": _list(emails), "wechat": wechat}
        for person in (own, *people):
            yield from _shared(here, person, met)


def _list(text: str | None) -> list[Any]:
    found: list[Any] = jsontext.loads(text) if text else []
    return found


def _links(here: str, people: list[Any], links: list[Any]) -> Iterator[Bond]:
    names = {one.get("id"): str(one.get("name") or "") for one in people}
    for link in links:
        how = str(link.get("type") or "knows")
        if link.get("to") and how not in APART:
            note = ", ".join(filter(None, (names.get(link.get("contact")), link.get("notes"))))
            yield Bond(here, node(CUSTOMER, link["to"]), how, int(link.get("strength") or 2), note)


def _shared(
    here: str, person: Mapping[str, Any], met: dict[str, tuple[str, str]]
) -> Iterator[Bond]:
    """A person with the same phone or e-mail at two parties."""
    for mark in sorted(marks(person)):
        there, name = met.setdefault(mark, (here, str(person.get("name") or "")))
        if there != here:
            yield Bond(here, there, PERSON, 5, str(person.get("name") or name))


def _of_users(workspace: Workspace) -> Iterator[Bond]:
    users = [id for (id,) in workspace.index.rows("SELECT id FROM users ORDER BY id")]
    known = set(users)
    rows = workspace.index.rows(
        "SELECT customer, by, count(*), max(substr(at, 1, 10)) FROM interactions"
        " WHERE by IS NOT NULL AND customer IS NOT NULL AND COALESCE(automatic, 0) = 0"
        " GROUP BY customer, by ORDER BY customer, by"
    )
    touched = set()
    for customer, by, count, last in rows:
        if by in known:
            touched.add((customer, by))
            strength = next(strength for least, strength in STRENGTHS if count >= least)
            text = ngettext("{count} touch, last {date}", "{count} touches, last {date}", count)
            note = text.format(count=count, date=last)
            yield Bond(node(USER, by), node(CUSTOMER, customer), TOUCHES, strength, note)
    rows = workspace.index.rows(
        "SELECT id, owner FROM customers WHERE owner IS NOT NULL ORDER BY id"
    )
    for id, owner in rows:
        if owner in known and (id, owner) not in touched:
            yield Bond(node(USER, owner), node(CUSTOMER, id), OWNER, 2)
    for place, user in enumerate(users):
        yield from (Bond(node(USER, user), node(USER, o), COLLEAGUE, 3) for o in users[:place])

"""What was promised in interactions, by us or by them, and whether it was kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from crmctl.errors import NotFound, UsageError
from crmctl.findings import Finder, customers_of
from crmctl.locale import _
from crmctl.policies.rule import Rule
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold, suggest
from crmctl.workspace import Workspace

OPEN = "(status:open or closed:>today)"
FIELDS = ("promises.due", "promises.side", "promises.status", "promises.closed")


class Promise(Frozen):
    """One promise: the interaction in which it was made, its id there, and how it stands."""

    interaction: str
    id: str
    customer: str
    name: str | None
    owner: str | None
    text: str
    due: str | None
    side: str
    status: str
    closed: str | None

    def as_object(self) -> dict[str, Any]:
        """The promise for scripts."""
        keys = ("due", "customer", "side", "status", "text", "interaction", "id", "owner", "closed")
        return {key: value for key in keys if (value := getattr(self, key)) is not None}


def promises(
    workspace: Workspace,
    *,
    customer: str | None = None,
    side: str | None = None,
    overdue: bool = False,
    closed: bool = False,
    as_of: date | None = None,
    owners: Collection[str] | None = None,
) -> list[Promise]:
    """The promises that are open, the first due first; `closed`: those that are settled as well."""
    said = ["" if closed and not overdue else OPEN]
    said += [f"side:{side}"] if side else []
    said += ["due:<today"] if overdue else []
    when = " ".join(filter(None, said))
    finder = Finder(workspace, Rule(kind="interaction", each="promises", when=when or None), as_of)
    if customer is not None:
        finder.about(customer)
    found = list(finder.rows(FIELDS))
    people = customers_of(workspace, (one.customer for one in found))
    day = (as_of or workspace.today).isoformat()
    listed = []
    for one in found:
        called, owner, _archived = people.get(one.customer or "", (one.customer, None, None))
        owner = one.owner or owner
        if owners is not None and not (owner and fold(owner) in owners):
            continue
        due, by, status, done = one.dates
        if done is not None and done > day:
            status, done = "open", None
        made = Promise(
            interaction=one.ref,
            id=one.entry or "",
            customer=one.customer or "",
            name=called,
            owner=owner,
            text=one.text,
            due=due,
            side=by or "us",
            status=status or "open",
            closed=done,
        )
        listed.append(made)
    return sorted(listed, key=lambda p: (p.due is None, p.due or "", p.interaction, p.id))


def meant(workspace: Workspace, kind: str, ref: str, word: str | None) -> Promise:
    """The open promise that a person means: of a customer or in an interaction, by id or text.

    Without a word there must be only one.
    """
    found = promises(workspace, customer=ref if kind == "customer" else None)
    found = [one for one in found if kind == "customer" or one.interaction == ref]
    if word is not None:
        fitting = [one for one in found if one.id == word] or [
            one for one in found if fold(word) in fold(one.text)
        ]
        if not fitting:
            raise NotFound(_("open promise"), word, suggest(word, [one.id for one in found]))
        found = fitting
    if not found:
        raise NotFound(_("open promise"), ref, None)
    if len(found) > 1:
        listed = ", ".join(f"{one.id} ({one.text})" for one in found)
        raise UsageError(
            _("There are several open promises: {promises}.").format(promises=listed),
            _("Say which: crmctl promise keep {ref} ID").format(ref=found[0].interaction),
        )
    return found[0]

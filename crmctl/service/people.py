"""Whom the policy `service` means by assignee, manager, owner, role:manager or a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crmctl.refs import References
from crmctl.workspace import Workspace

ASSIGNEE, MANAGER, OWNER = "assignee", "manager", "owner"
ROLE = "role:"
USER, CUSTOMER = "user", "customer"


class People:
    """The users of a book as rules speak of them."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._references = References(workspace)
        self._users = workspace.registry.kinds[USER]

    def told(self, words: Iterable[str], ticket: Mapping[str, Any]) -> tuple[str, ...]:
        """Who is meant, those who left aside; when nobody is, the owner of the customer."""
        found = dict.fromkeys(id for word in words for id in self.meant(word, ticket))
        return tuple(found) or tuple(self.meant(OWNER, ticket))

    def meant(self, word: str, ticket: Mapping[str, Any]) -> Iterator[str]:
        """The users that a word means for a ticket."""
        if word.startswith(ROLE):
            rows = self.workspace.index.rows(
                "SELECT id FROM users WHERE role = ? AND COALESCE(active, 1) AND archived IS NULL"
                " ORDER BY id",
                (word.removeprefix(ROLE),),
            )
            yield from (id for (id,) in rows)
            return
        id: str | None = word
        if word == ASSIGNEE:
            id = ticket.get("assignee")
        elif word == MANAGER:
            id = self._user(ticket.get("assignee")).get("manager")
        elif word == OWNER:
            id = self._record(CUSTOMER, ticket.get("customer")).get("owner")
        if id is not None and self._user(id).get("active", True):
            found = self._references.matches(self._users, str(id)) or [str(id)]
            yield found[0]

    def _user(self, id: Any) -> Mapping[str, Any]:
        return self._record(USER, id)

    def _record(self, kind: str, id: Any) -> Mapping[str, Any]:
        if id is None:
            return {}
        return self.workspace.index.get(self.workspace.registry.kinds[kind], str(id)) or {}

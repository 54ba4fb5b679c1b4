"""The gate that every contact of a campaign passes: who may be reached, and why others may not.

Nobody is left out in silence: each party comes back with every reason that holds it back. What the
customer refused always holds, and so does what a party has already; the other rules are policy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from crmctl.errors import BadOption, did_you_mean
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _, pick
from crmctl.marketing.reach import FIELDS, Reach, all_marks, hashed, reach
from crmctl.policies.marketing import HOLD, Marketing
from crmctl.selection import Selection
from crmctl.values import jsontext
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold, suggest
from crmctl.workspace import Workspace

Values = Mapping[str, Any]


class Hold(Frozen):
    """Why a party is held back: the name of the rule for scripts, the reason for people."""

    rule: str
    reason: str


class Party(Frozen):
    """A customer that a campaign means: where they are reached, and what holds them back."""

    customer: str
    name: str
    salutation: str | None
    reach: Reach | None
    holds: tuple[Hold, ...]

    def as_object(self) -> dict[str, Any]:
        """The party for scripts."""
        found: dict[str, Any] = {"customer": self.customer, "name": self.name}
        if self.salutation:
            found["salutation"] = self.salutation
        if self.reach is not None:
            person = {"contact": self.reach.contact, "person": self.reach.person}
            found |= {key: value for key, value in person.items() if value}
            found |= self.reach.parts
        holds = [{"rule": hold.rule, "reason": hold.reason} for hold in self.holds]
        return {**found, "reached": not holds, "holds": holds}


class Gate:
    """Judges parties for one channel, and for one material if one is named.

    `despite` are rules of the policy that do not hold this time; BadOption for what is none.
    """

    def __init__(
        self,
        workspace: Workspace,
        channel: str,
        *,
        material: str | None = None,
        despite: Collection[str] = (),
    ) -> None:
        self.workspace = workspace
        self.channel = channel
        self.material = material
        self.policy: Marketing = workspace.policy("marketing")
        names = (*self.policy.gate, "touches", "unknown")
        for name in despite:
            if name not in names:
                raise BadOption("--despite", name, names, did_you_mean(suggest(name, names)))
        self._despite = frozenset(despite)
        self._customers = workspace.registry.kinds[CUSTOMER]

    def judge(
        self, ids: Sequence[str], contacts: Mapping[str, str], standing: Mapping[str, Hold]
    ) -> list[Party]:
        """The parties in order; `contacts` names whom to reach at some of them, `standing` what
        holds some of them back already."""
        holding = self._rules(ids)
        for id, hold in standing.items():
            holding.setdefault(id, []).insert(0, hold)
        met = self._marks_of_owners()
        found = []
        for id, values in self._records(ids):
            where = reach(values, self.channel, contacts.get(id))
            holds = [*self._refusals(id, values, where), *holding.get(id, ())]
            marks = where.marks if where is not None else frozenset()
            same = next((met[mark] for mark in sorted(marks) if met.get(mark, id) != id), None)
            if same is not None:
                text = _("the same person is reached as “{customer}”")
                holds.append(Hold("duplicate", text.format(customer=same)))
            if not holds:
                met |= dict.fromkeys(marks, id)
            basic = (values.get("profile") or {}).get("basic") or {}
            name = str(values.get("name") or id)
            found.append(Party(id, name, basic.get("salutation"), where, tuple(holds)))
        return found

    def _records(self, ids: Sequence[str]) -> Iterator[tuple[str, Values]]:
        rows = self.workspace.index.rows(
            "SELECT id, _data FROM customers WHERE id IN (SELECT value FROM json_each(?))",
            (jsontext.dumps(list(ids)),),
        )
        data = dict(rows)
        for id in dict.fromkeys(ids):
            if id in data:
                yield id, jsontext.loads(data[id])

    # what the customer decides

    def _refusals(self, id: str, values: Values, where: Reach | None) -> Iterator[Hold]:
        if values.get("forgotten"):
            yield Hold("forgotten", _("asked to be forgotten"))
            return
        if values.get("archived"):
            yield Hold("archived", _("is archived"))
        consent = {item.get("channel"): item for item in values.get("consent") or []}
        said = consent.get(self.channel, {})
        if said.get("status") == "refused":
            since = said.get("date")
            text = _("refused on {date}").format(date=since) if since else _("refused")
            yield Hold("consent", text)
        elif not said and self._unknown == HOLD and "unknown" not in self._despite:
            yield Hold("unknown", _("nobody asked for consent yet"))
        if where is None:
            yield Hold("address", _("there is no address for this channel"))
            return
        for mark in sorted(where.marks):
            other = self._refused_marks.get(mark, id)
            if other != id:
                text = _("the same address refused as “{customer}”").format(customer=other)
                yield Hold("consent", text)
                return
            if hashed(mark) in self._forgotten_marks:
                yield Hold("forgotten", _("the person of this address asked to be forgotten"))
                return

    @cached_property
    def _unknown(self) -> str:
        return self.policy.unknown.get(self.channel, "allow")

    @cached_property
    def _refused_marks(self) -> dict[str, str]:
        """The addresses of this channel whose owners refused it, with the customer of each."""
        rows = self.workspace.index.rows(
            "SELECT c.id, c._data FROM customers AS c, json_each(c.consent) AS s"
            " WHERE s.value ->> '$.channel' = ? AND s.value ->> '$.status' = 'refused'"
            " ORDER BY c.id",
            (self.channel,),
        )
        start = FIELDS[self.channel].removesuffix("s")
        return {
            mark: id
            for id, data in rows
            for mark in all_marks(jsontext.loads(data))
            if mark.startswith(f"{start}:")
        }

    @cached_property
    def _forgotten_marks(self) -> frozenset[str]:
        rows = self.workspace.index.rows(
            "SELECT a.value FROM customers AS c, json_each(c.forgotten, '$.addresses') AS a"
            " WHERE c.forgotten IS NOT NULL"
        )
        return frozenset(mark for (mark,) in rows)

    # what the book decides

    def _rules(self, ids: Sequence[str]) -> dict[str, list[Hold]]:
        """What the policy has against customers, and what they have already."""
        found: dict[str, list[Hold]] = {}
        for name, rule in self.policy.gate.items():
            if name not in self._despite:
                reason = pick(rule.title) if rule.title else rule.query
                selection = Selection(
                    self.workspace, self._customers, rule.query, archived=True, ids=ids
                )
                for id in selection.ids():
                    found.setdefault(id, []).append(Hold(name, reason))
        for id, hold in (*self._tired(), *self._supplied()):
            found.setdefault(id, []).append(hold)
        return found

    def _tired(self) -> Iterator[tuple[str, Hold]]:
        """Who had as many touches as are good for them."""
        touches = self.policy.touches
        if "touches" in self._despite:
            return
        since = self.workspace.today - timedelta(days=touches.days)
        kind = self.workspace.registry.kinds["interaction"]
        query = f"({touches.query}) at:>={since.isoformat()}"
        selection = Selection(self.workspace, kind, query)
        counts: dict[str, int] = {}
        for (customer,) in selection.rows([selection.column("customer")]):
            counts[customer] = counts.get(customer, 0) + 1
        text = _("had {count} touches within {days} days")
        for customer, count in counts.items():
            if count >= touches.most:
                yield customer, Hold("touches", text.format(count=count, days=touches.days))

    def _marks_of_owners(self) -> dict[str, str]:
        """Where those who have the material are reached: the same person, under another name."""
        found: dict[str, str] = {}
        for id, values in self._records([id for id, _day in self._owners]):
            where = reach(values, self.channel)
            if where is not None:
                found |= dict.fromkeys(where.marks, id)
        return found

    def _supplied(self) -> Iterator[tuple[str, Hold]]:
        """Who has the material already."""
        for customer, day in self._owners:
            yield customer, Hold("material", _("has it since {date}").format(date=day))

    @cached_property
    def _owners(self) -> list[tuple[str, str]]:
        """Customers who have the material, with the day when they first got it."""
        if self.material is None:
            return []
        rows = self.workspace.index.rows(
            "SELECT i.customer, min(substr(i.at, 1, 10)) FROM interactions AS i,"
            " json_each(i.materials) AS m WHERE fold(m.value) = ? AND i.customer IS NOT NULL"
            " GROUP BY i.customer",
            (fold(self.material),),
        )
        return [(str(customer), str(day)) for customer, day in rows]

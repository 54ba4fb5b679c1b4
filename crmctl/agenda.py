"""What is due, seen from one day: by the rules of the policy `reminders`.

Most rules say which records they mean, and `findings.py` finds them. What no query can say has a
source in here or in `occasions.py`. A follow-up is settled by any later touch on or after its date:
a person who called does not also tick something off.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from crmctl.due import BIRTHDAY, Item, later
from crmctl.errors import BadDefinition, BadOption, CrmctlError, did_you_mean
from crmctl.facts.cadence import FOLLOW_UPS
from crmctl.facts.definitions import CUSTOMER
from crmctl.facts.tables import Facts
from crmctl.findings import Finder, customers_of
from crmctl.locale import _, pick
from crmctl.occasions import birthdays, festivals
from crmctl.policies.reminders import Reminder
from crmctl.refs import References
from crmctl.schema.model import Field
from crmctl.selection import Selection
from crmctl.startup import CONFIG
from crmctl.values.birthdays import next_occurrence
from crmctl.values.dates import Offset, parse_date, parse_offset
from crmctl.values.text import fold, suggest
from crmctl.workspace import Workspace

TASK, FOLLOW_UP = "task", "follow_up"
TOPIC = "reminders"
NOW = Offset(0, "d")
# Who was put away is not called any more; what somebody still has to do, or to pay, is told.
KEPT = frozenset((TASK, "invoice", "payment"))
LEEWAY = 4  # days by which months differ in length

OnFault = Callable[[CrmctlError], None]


def raising(error: CrmctlError) -> None:
    """The way to treat a rule that cannot be used where nothing else is said."""
    raise error


class Agenda:
    """What the rules of a book find on a day: today, or the end of `as_of`.

    `ahead`: as many days are looked ahead by rules that do not say it themselves. `only` and
    `without` name rules. `customer`: what is about this one alone. `on_fault` is told of rules
    that cannot be used.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        as_of: date | None = None,
        ahead: int | None = None,
        only: Collection[str] = (),
        without: Collection[str] = (),
        customer: str | None = None,
        on_fault: OnFault = raising,
    ) -> None:
        self.workspace = workspace
        self.as_of = as_of
        self.day = as_of or workspace.today
        self.ahead = ahead
        self.customer = customer
        self._on_fault = on_fault
        known: dict[str, Reminder] = workspace.policy(TOPIC)
        for name in (*only, *without):
            if name not in known:
                hint = did_you_mean(suggest(name, known))
                raise BadOption(_("A rule"), name, known, hint)
        self.rules = {
            name: rule
            for name, rule in known.items()
            if (not only or name in only) and name not in without
        }

    def items(self, owners: Collection[str] | None = None) -> list[Item]:
        """What is due, the oldest first; `owners` are the folded names of those who look.

        Theirs is what they are named in or, where nobody is, what belongs to a customer of theirs.
        """
        self.workspace.index.as_of(self.as_of)
        found: dict[tuple[Any, ...], Item] = {}
        for name, rule in self.rules.items():
            try:
                for item in self._found(name, rule, owners):
                    key = item.ref, item.entry, item.contact, item.due
                    found.setdefault(key, item)
            except CrmctlError as error:
                self._on_fault(BadDefinition(CONFIG, f"{TOPIC}.{name}", error.message, error.hint))
        items = self._apart(_with_customers(self.workspace, list(found.values())))
        if owners is not None:
            items = [
                item
                for item in items
                if item.customers is not None or (item.owner and fold(item.owner) in owners)
            ]
        ranks = list(self.rules)
        return sorted(
            items,
            key=lambda i: (
                i.due,
                ranks.index(i.what),
                -i.urgency,
                i.customer or "",
                i.ref or "",
                i.text,
            ),
        )

    def _apart(self, items: list[Item]) -> list[Item]:
        """The items without those that want to stand alone or be the first, and do not."""
        busy = {item.customer for item in items if not self.rules[item.what].alone}
        first: dict[tuple[str, str | None], Item] = {}
        for item in sorted(items, key=lambda item: item.due):
            first.setdefault((item.what, item.customer), item)
        kept = []
        for item in items:
            rule = self.rules[item.what]
            repeats = rule.first and first[item.what, item.customer] is not item
            if not repeats and (not rule.alone or item.customer not in busy):
                kept.append(item)
        return kept

    def _found(self, name: str, rule: Reminder, owners: Collection[str] | None) -> Iterator[Item]:
        settings = self.workspace.config.today
        usual = settings.birthdays if rule.source == "birthdays" else settings.tasks
        ahead = usual if self.ahead is None else self.ahead
        if rule.ahead is not None or rule.source == "birthdays":
            ahead = max(ahead, usual if rule.ahead is None else rule.ahead)
        for item in self._candidates(name, rule, ahead, owners):
            if item.days <= ahead and (rule.behind is None or item.days >= -rule.behind):
                yield item

    def _candidates(
        self, name: str, rule: Reminder, ahead: int, owners: Collection[str] | None
    ) -> Iterable[Item]:
        until = later(self.day, ahead)
        if rule.source is None:
            return self._by_rule(name, rule, until)
        if rule.source == "festivals":
            if self.customer is not None:
                return ()
            made = festivals(self.workspace, self.day, ahead, as_of=self.as_of, owners=owners)
        elif rule.source == "birthdays":
            made = birthdays(self.workspace, self.day, ahead, self.customer)
        else:
            made = follow_ups(self.workspace, self.day, until, self.customer)
        named = (item.replaced(what=name) for item in made)
        if rule.query is None:
            return named
        kind = self.workspace.registry.kinds[CUSTOMER]
        meant = set(Selection(self.workspace, kind, rule.query, as_of=self.as_of).ids())
        return (item for item in named if item.customer in meant)

    def _by_rule(self, name: str, rule: Reminder, until: date) -> Iterator[Item]:
        finder = Finder(self.workspace, rule, self.as_of)
        paths = [path.strip() for path in rule.date.split("|")]
        fields = [finder.kind.field(path).field for path in paths]
        after = parse_offset(rule.after or "") or NOW
        leeway = LEEWAY if rule.after else 0
        first = None
        if rule.behind is not None:
            first = later(after.before(later(self.day, -rule.behind)), -leeway)
        finder.between(paths, first, later(after.before(until), leeway))
        if self.customer is not None:
            finder.about(self.customer)
        for found in finder.rows(paths):
            on = self._day(fields, found.dates)
            if on is not None:
                on = after.after(on)
                yield Item(
                    name,
                    on,
                    (on - self.day).days,
                    found.customer,
                    found.ref,
                    found.text,
                    found.owner,
                    urgency=found.priority,
                    entry=found.entry,
                    plain=found.plain,
                )

    def _day(self, fields: Sequence[Field], values: Sequence[Any]) -> date | None:
        """The first day among the values."""
        for field, value in zip(fields, values, strict=True):
            if value is None:
                continue
            if field.type == "partial":
                return next_occurrence(str(value), self.day)
            found = parse_date(str(value)[:10])
            if found is not None:
                return found
        return None


def rule_titles(workspace: Workspace) -> dict[str, str]:
    """What people call each rule."""
    rules: dict[str, Reminder] = workspace.policy(TOPIC)
    return {name: pick(rule.title) if rule.title else name for name, rule in rules.items()}


def follow_ups(
    workspace: Workspace, day: date, until: date, customer: str | None = None
) -> Iterator[Item]:
    """The newest next step of each customer, when it is due by `until` and nobody settled it."""
    Facts(workspace, day).make(FOLLOW_UPS)
    whose = "" if customer is None else " AND f.id = ?"
    rows = workspace.index.rows(
        "SELECT f.interaction, f.id, f.by, f.follow_up, f.action"
        f" FROM {FOLLOW_UPS.name} AS f WHERE f.follow_up <= ?{whose}",
        [until.isoformat(), *([] if customer is None else [customer])],
    )
    for id, of, by, due, text in rows:
        on = parse_date(due)
        if on is not None:
            yield Item(FOLLOW_UP, on, (on - day).days, of, id, text, by)


def _with_customers(workspace: Workspace, items: list[Item]) -> list[Item]:
    """The items with their customers' names and, where nobody is named, their owners."""
    customers = customers_of(workspace, (item.customer for item in items))
    found = []
    for item in items:
        name, owner, archived = customers.get(item.customer or "", (item.customer, None, None))
        if archived is None or item.what in KEPT:
            found.append(item.replaced(name=name, owner=item.owner or owner))
    return found


def names_of(workspace: Workspace, users: Iterable[str]) -> set[str]:
    """Every way in which records may name these users, folded."""
    users = list(users)
    names = References(workspace).labels(workspace.registry.kinds["user"], users)
    return {fold(name) for name in (*users, *names.values())}


__all__ = [
    "BIRTHDAY", "FOLLOW_UP", "TASK", "Agenda", "Item", "follow_ups", "names_of", "rule_titles",
]  # fmt: skip

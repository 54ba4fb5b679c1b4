"""What a book has to be warned of, by the rules of the policy `alerts`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from crmctl.errors import BadDefinition, BadOption, CrmctlError, did_you_mean
from crmctl.findings import Finder, customers_of
from crmctl.locale import _, pick
from crmctl.policies.alerts import SEVERITIES, Alert
from crmctl.startup import CONFIG
from crmctl.values.frozen import Frozen
from crmctl.values.text import fold, suggest
from crmctl.workspace import Workspace

TOPIC = "alerts"


class Warned(Frozen):
    """One alert: the rule that found it, the record, and what is said of it.

    `plain` is the text for scripts.
    """

    rule: str
    title: str
    severity: str
    kind: str
    ref: str
    entry: str | None
    customer: str | None
    name: str | None
    owner: str | None
    text: str
    plain: str

    def as_object(self) -> dict[str, Any]:
        """The alert for scripts."""
        found = {
            "severity": self.severity,
            "rule": self.rule,
            "rule_label": self.title,
            "kind": self.kind,
            "ref": self.ref,
            "entry": self.entry,
            "customer": self.customer,
            "owner": self.owner,
            "text": self.plain,
            "text_label": self.text,
        }
        return {key: value for key, value in found.items() if value is not None}


def rules_of(workspace: Workspace, only: Collection[str], without: Collection[str]) -> list[str]:
    """The names of the rules that are meant; an error for one that there is not."""
    known: dict[str, Alert] = workspace.policy(TOPIC)
    for name in (*only, *without):
        if name not in known:
            raise BadOption(_("A rule"), name, known, did_you_mean(suggest(name, known)))
    return [name for name in known if (not only or name in only) and name not in without]


def alerts(
    workspace: Workspace,
    names: Collection[str],
    *,
    as_of: date | None = None,
    owners: Collection[str] | None = None,
    on_fault: Callable[[CrmctlError], None],
) -> list[Warned]:
    """What these rules find, the gravest first; `owners` are folded names, None for everybody's."""
    known: dict[str, Alert] = workspace.policy(TOPIC)
    found: list[Warned] = []
    for name in names:
        rule = known[name]
        title = pick(rule.title) if rule.title else name
        try:
            finder = Finder(workspace, rule, as_of)
            rows = [
                (one.ref, one.entry, one.customer, None, one.owner, one.text, one.plain)
                for one in finder.rows()
            ]
        except CrmctlError as error:
            on_fault(BadDefinition(CONFIG, f"{TOPIC}.{name}", error.message, error.hint))
            continue
        found += [Warned(name, title, rule.severity, finder.kind.name, *row) for row in rows]
    people = customers_of(workspace, (one.customer for one in found))
    named = []
    for one in found:
        called, owner, _archived = people.get(one.customer or "", (one.customer, None, None))
        owner = one.owner or owner
        if owners is None or (owner and fold(owner) in owners):
            named.append(one.replaced(name=called, owner=owner))
    grades, ranks = list(SEVERITIES), list(known)
    return sorted(named, key=lambda one: (grades.index(one.severity), ranks.index(one.rule)))

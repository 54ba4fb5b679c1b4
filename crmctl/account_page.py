"""A key account on one page: its plan, and how it stands in value, money and milestones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crmctl.accounts import band_of, latest, progress, said
from crmctl.errors import NotFound, UsageError
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _, pick
from crmctl.policies.accounts import Accounts
from crmctl.selection import Selection
from crmctl.values.dates import parse_date
from crmctl.values.money import to_units
from crmctl.workspace import Workspace

FACTS = (
    "spend", "last_order", "open_opportunities", "pipeline_value", "open_tickets",
    "last_interaction", "account_planned", "account_spent", "exit_barrier", "degree",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """What the page shows: `plan` is the plan as it is kept, `facts` are computed.

    `evaluation` is the last one, with its `band`, `band_label` and the `actions` that the band asks
    for, and in `trend` what it gained on the one before by the same form. `cost_share` is what the
    year's maintenance is of the spend, in percent.
    """

    customer: str
    name: str
    owner: str | None
    day: date
    plan: dict[str, Any]
    facts: dict[str, Any]
    progress: Decimal | None
    milestones: list[dict[str, Any]]
    evaluation: dict[str, Any] | None
    cost_share: Decimal | None

    def as_object(self) -> dict[str, Any]:
        """The page for scripts."""
        found = {
            "customer": self.customer,
            "name": self.name,
            "owner": self.owner,
            "as_of": self.day.isoformat(),
            "plan": self.plan,
            "facts": self.facts,
            "progress": self.progress,
            "milestones": self.milestones,
            "evaluation": self.evaluation,
            "cost_share": self.cost_share,
        }
        return {name: value for name, value in found.items() if value is not None}


def account(workspace: Workspace, id: str, *, as_of: date | None = None) -> Account:
    """The page of a customer; UsageError for one without a plan."""
    kind = workspace.registry.kinds[CUSTOMER]
    workspace.index.as_of(as_of)
    day = as_of or workspace.today
    record = workspace.index.get(kind, id)
    if record is None:
        raise NotFound(kind.noun(), id)
    plan = record.get("key_account")
    if not plan:
        raise UsageError(
            _("“{id}” is no key account yet.").format(id=id),
            _("“crmctl account plan {id}” begins a plan.").format(id=id),
        )
    selection = Selection(workspace, kind, as_of=as_of, archived=True, ids=[id])
    columns = [selection.column(name) for name in FACTS if name in kind.facts]
    values = next(selection.rows(columns), ())
    facts = {column.name: value for column, value in zip(columns, values, strict=False)}
    spent, earned = facts.get("account_spent"), facts.get("spend")
    share = None
    if spent is not None and earned:
        share = (100 * Decimal(to_units(spent)) / to_units(earned)).quantize(Decimal("0.1"))
    milestones = [
        {**one, "overdue": not one.get("done") and str(one.get("due") or "9") < day.isoformat()}
        for one in plan.get("milestones") or []
    ]
    return Account(
        id,
        str(record.get("name") or id),
        record.get("owner"),
        day,
        plan,
        {name: value for name, value in facts.items() if value is not None},
        progress(milestones, day),
        milestones,
        _evaluation(workspace, plan, day),
        share,
    )


def _evaluation(workspace: Workspace, plan: dict[str, Any], day: date) -> dict[str, Any] | None:
    policy: Accounts = workspace.policy("accounts")
    form = policy.evaluation
    made = plan.get("evaluations") or []
    last = latest(made, day)
    if last is None:
        return None
    found = dict(last)
    score = last.get("score")
    if score is None:
        return found
    band = band_of(form, Decimal(str(score)))
    if band is not None:
        found["band"] = band
        found["band_label"] = said(band, form.bands[band])
        found["actions"] = [pick(action) for action in form.bands[band].actions]
    before = [
        one
        for one in made
        if one is not last and one.get("form") == last.get("form") and one.get("score") is not None
    ]
    on = parse_date(str(last.get("at") or "")) or day
    previous = latest(before, on)
    if previous is not None:
        found["trend"] = Decimal(str(score)) - Decimal(str(previous["score"]))
    return found

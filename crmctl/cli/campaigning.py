"""What the commands of campaigns do once their options are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.changes.assign import parse_assignment
from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.locale import N_, _, ngettext
from crmctl.marketing.audience import meant, standing
from crmctl.marketing.gate import Gate, Party
from crmctl.marketing.reach import columns
from crmctl.marketing.sending import CAMPAIGN, invite, log_sent
from crmctl.refs import References
from crmctl.render.formats import objects, render

TITLES = {
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "wechat": N_("WeChat"),
    "street": N_("Street"),
    "postcode": N_("Postcode"),
    "city": N_("City"),
    "region": N_("Region"),
    "country": N_("Country"),
}


class Judged:
    """The parties that a campaign means, as the gate judged them."""

    def __init__(
        self,
        app: App,
        ref: str,
        *,
        to: str | None,
        where: str | None,
        channel: str | None,
        despite: Sequence[str],
        material: str | None = None,
        inviting: bool = False,
    ) -> None:
        workspace = app.workspace
        kind = app.kind(CAMPAIGN)
        self.app = app
        self.id = References(workspace).find(ref, kind)[1]
        campaign = workspace.index.get(kind, self.id) or {}
        asked = channel or campaign.get("channel")
        self.channel = str(asked or workspace.policy("marketing").channel)
        gate = Gate(workspace, self.channel, material=material, despite=despite)
        whom = meant(workspace, campaign, to, where)
        self.parties = gate.judge(whom.ids, whom.contacts, standing(campaign, inviting))
        self.reached = [party for party in self.parties if not party.holds]
        self.held = [party for party in self.parties if party.holds]
        app.warn_of_broken()

    def show(self, parties: Sequence[Party], format_: str) -> None:
        """The parties as a table, or as a program wants them."""
        if format_ in ("json", "jsonl", "yaml"):
            self.app.print(objects(format_, [party.as_object() for party in parties]))
            return
        # Programs get each part of an address apart, people one line.
        parts = columns(self.channel)
        shown = [Column("customer", N_("Customer"), "id"), Column("name", N_("Name"), "text")]
        if format_ not in ("table", "md"):
            shown.append(Column("salutation", N_("Salutation"), "text"))
            shown.append(Column("person", N_("Person"), "text"))
            shown += [Column(name, TITLES[name], "text") for name in parts]
        else:
            shown.append(Column("person", N_("Person"), "text"))
            shown.append(Column("address", N_("Address"), "text"))
        if any(party.holds for party in parties):
            shown.append(Column("held", N_("Held back because"), "text"))
        rows = [self._row(party) for party in parties]
        cells = [[row.get(column.name) for column in shown] for row in rows]
        if cells or format_ not in ("table", "md"):
            self.app.print(render(format_, shown, cells, self.app.width))

    @staticmethod
    def _row(party: Party) -> dict[str, Any]:
        where = party.reach
        row: dict[str, Any] = {
            "customer": party.customer,
            "name": party.name,
            "salutation": party.salutation,
            "held": "; ".join(hold.reason for hold in party.holds) or None,
        }
        if where is not None:
            row |= {**where.parts, "person": where.person, "address": where.address}
        return row

    def say(self, *, names: bool) -> None:
        """How many are reached and held back; `names`: with each who is, and why."""
        text = ngettext("{count} is reached,", "{count} are reached,", len(self.reached))
        more = ngettext("{count} is held back.", "{count} are held back.", len(self.held))
        counts = text.format(count=len(self.reached)), more.format(count=len(self.held))
        self.app.remark(_("{first} {second}").format(first=counts[0], second=counts[1]))
        for party in self.held if names else ():
            reasons = "; ".join(hold.reason for hold in party.holds)
            self.app.remark(f"  {party.customer}: {reasons}")


def show_audience(app: App, ref: str, *, only: str | None, format_: str, **chosen: Any) -> None:
    """Whom a campaign reaches, those held back last."""
    judged = Judged(app, ref, **chosen)
    parties = {"reached": judged.reached, "held": judged.held}
    judged.show(parties[only] if only else [*judged.reached, *judged.held], format_)
    judged.say(names=False)


def invite_audience(
    app: App,
    ref: str,
    *,
    to: str | None,
    where: str | None,
    channel: str | None,
    despite: Sequence[str],
    reason: str | None,
    **writing: Any,
) -> None:
    """The audience as participants, invited today."""
    judged = Judged(app, ref, to=to, where=where, channel=channel, despite=despite, inviting=True)
    built = builder(app, reason)
    if judged.reached:
        invite(built, judged.id, judged.reached)
    judged.say(names=True)
    ids = [party.customer for party in judged.reached]
    finish(app, built, print_ids=ids, extra=_for_scripts(judged), **writing)


def send_material(
    app: App,
    ref: str,
    *,
    material: str,
    sets: Sequence[str],
    reason: str | None,
    dry_run: bool,
    plan: str | None,
    format_: str,
    **chosen: Any,
) -> None:
    """One interaction for each party that a material went to, and their addresses."""
    judged = Judged(app, ref, material=material, **chosen)
    if dry_run:
        judged.show([*judged.reached, *judged.held], format_)
        judged.say(names=False)
        app.remark(_("Dry run: nothing was written."))
        return
    built = builder(app, reason)
    more = [parse_assignment(text) for text in sets]
    log_sent(built, judged.id, judged.reached, judged.channel, material, more)
    judged.say(names=True)
    wanted = "json" if format_ == "json" else "table"
    finish(app, built, plan=plan, format_=wanted, extra=_for_scripts(judged))
    if wanted == "table" and plan is None:
        judged.show(judged.reached, format_)


def _for_scripts(judged: Judged) -> dict[str, Any]:
    return {
        "reached": [party.as_object() for party in judged.reached],
        "held": [party.as_object() for party in judged.held],
    }

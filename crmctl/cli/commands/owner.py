"""`crmctl owner`: who looks after a record, and what a user looks after."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _

OWNING = ("owner", "assignee", "by")
"""The fields that say who looks after a record, the first that is there."""


@define(
    "owner",
    help=N_(
        "Say who looks after a customer or any other record, and how to reach them.\n\nWith "
        "--user list what a user looks after, archived and closed things left out."
    ),
    examples=["crmctl owner nordlys", "crmctl owner --user li-na"],
)
@options.output()
@options.arranging
@options.clocks
@option("--user", metavar="USER", help=N_("What this user looks after."))
@argument("ref", required=False, shell_complete=complete_ref())
def command(
    app: App,
    ref: str | None,
    user: str | None,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    as_of: str | None,
) -> None:
    from crmctl.analytics.result import Column
    from crmctl.cli.arranging import print_rows
    from crmctl.errors import UsageError

    if (ref is None) == (user is None):
        raise UsageError(_("Say which record, or with --user whose records."))
    day = app.day(as_of)
    app.workspace.index.as_of(day)
    if user is not None:
        shown = [
            Column(
                "kind", N_("Kind"), "enum", {k.name: k.titled() for k in app.workspace.registry}
            ),
            Column("id", N_("ID"), "id"),
            Column("label", N_("Name"), "text"),
            Column("customer", N_("Customer"), "ref"),
        ]
        rows = _held(app, user, day)
    else:
        shown = [
            Column("owner", N_("Owner"), "id"),
            Column("name", N_("Name"), "text"),
            Column("since", N_("Since"), "date"),
            Column("team", N_("Team"), "text"),
            Column("phone", N_("Phone"), "text"),
            Column("email", N_("E-mail"), "text"),
            Column("manager", N_("Manager"), "ref"),
            Column("active", N_("Active"), "boolean"),
        ]
        rows = _holder(app, str(ref))
    print_rows(app, shown, rows, format_, names=columns, sort=sort, limit=limit)


def _holder(app: App, ref: str) -> list[dict[str, Any]]:
    """Who looks after a record: itself says so, or else its customer."""
    from crmctl.refs import References

    kinds, index = app.workspace.registry.kinds, app.workspace.index
    kind, id = References(app.workspace).find(ref)
    record = index.get(kind, id) or {}
    field = next((name for name in OWNING if record.get(name)), None)
    if field is None and record.get("customer"):
        record = index.get(kinds["customer"], str(record["customer"])) or {}
        field = "owner" if record.get("owner") else None
    if field is None:
        app.remark(_("Nobody looks after “{id}”.").format(id=id))
        return []
    owner = str(record[field])
    history = record.get(f"{field}_history") or []
    user = index.get(kinds["user"], owner) or {}
    row = {
        "owner": owner,
        "name": user.get("name"),
        "since": str(history[-1]["at"])[:10] if history else None,
        **{name: user.get(name) for name in ("team", "phone", "email", "manager")},
        "active": user.get("active", True) if user else None,
    }
    return [row]


def _held(app: App, user: str, day: Any) -> list[dict[str, Any]]:
    """What a user looks after: customers, open deals, tasks and tickets, contracts."""
    from crmctl.refs import References
    from crmctl.selection import Selection

    references = References(app.workspace)
    id = references.find(user, app.kind("user"))[1] if references.has_users() else user
    rows = []
    for name, field, query in (
        ("customer", "owner", ""),
        ("opportunity", "owner", "open:yes"),
        ("task", "owner", "-status:done,cancelled"),
        ("ticket", "assignee", "-status:resolved,closed"),
        ("contract", "owner", "-status:ended,terminated"),
    ):
        kind = app.kind(name)
        naming = (kind.fields[field], [id])
        for record in Selection(app.workspace, kind, query, as_of=day, naming=naming).records():
            label, customer = record.get(kind.label), record.get("customer")
            rows.append({"kind": name, "id": record["id"], "label": label, "customer": customer})
    return rows

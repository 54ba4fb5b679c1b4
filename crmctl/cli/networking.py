"""What `network` does once its options are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.cli.app import App
from crmctl.cli.arranging import arranged
from crmctl.errors import UsageError
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import N_, _
from crmctl.network.bonds import how_title, network
from crmctl.network.graph import USER, Bond, Near, id_of, kind_of, node
from crmctl.network.suggestions import complements, peers
from crmctl.refs import References
from crmctl.render.formats import objects, render
from crmctl.selection import Selection

ME = ("me", "我")
OPEN = "-status:lost -party:competitor -forgotten:*"  # whom we would introduce


def show_network(
    app: App,
    ref: str,
    *,
    depth: int,
    users: bool,
    as_of: str | None,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
) -> None:
    """The parties around a customer."""
    id = References(app.workspace).find(ref, app.kind(CUSTOMER))[1]
    app.workspace.index.as_of(app.day(as_of))
    found = network(app.workspace, users=users).around(node(CUSTOMER, id), depth)
    names = _names(app, [near.node for near in found] + [near.before for near in found])
    shown = [
        Column("distance", N_("Steps"), "integer"),
        Column("id", N_("ID"), "id"),
        Column("name", N_("Name"), "text"),
        Column("how", N_("Connected by"), "text"),
        Column("through", N_("Through"), "text"),
        Column("note", N_("Note"), "text"),
    ]
    rows = [_near_row(app, near, names, format_) for near in found]
    _print(app, shown, rows, format_, columns, sort, limit)
    if not rows:
        app.remark(_("Nothing connects “{id}” with anybody.").format(id=id))


def _near_row(app: App, near: Near, names: dict[str, str], format_: str) -> dict[str, Any]:
    people = format_ in ("table", "md")
    row = {
        "distance": near.distance,
        "id": id_of(near.node),
        "kind": kind_of(near.node),
        "name": names[near.node],
        "how": _how(app, near.bond) if people else near.bond.how,
        "through": names[near.before] if people else id_of(near.before),
        "strength": near.bond.strength,
        "note": near.bond.note or None,
    }
    return row


def show_path(app: App, *, start: str, target: str, as_of: str | None, format_: str) -> None:
    """The steps from somebody to a customer."""
    begin = _start(app, start)
    end = node(CUSTOMER, References(app.workspace).find(target, app.kind(CUSTOMER))[1])
    if begin == end:
        raise UsageError(_("Both ends are the same."))
    app.workspace.index.as_of(app.day(as_of))
    steps = network(app.workspace).path(begin, end)
    names = _names(app, [begin, end, *(one.a for one in steps), *(one.b for one in steps)])
    people = format_ in ("table", "md")
    shown = [
        Column("from", N_("From whom"), "text"),
        Column("how", N_("Connected by"), "text"),
        Column("to", N_("To whom"), "text"),
        Column("note", N_("Note"), "text"),
    ]
    rows = [
        {
            "from": names[one.a] if people else id_of(one.a),
            "from_kind": kind_of(one.a),
            "how": _how(app, one) if people else one.how,
            "to": names[one.b] if people else id_of(one.b),
            "to_kind": kind_of(one.b),
            "strength": one.strength,
            "note": one.note or None,
        }
        for one in steps
    ]
    _print(app, shown, rows, format_, None, None, 0)
    if not steps:
        text = _("No way leads from {start} to {end}.")
        app.remark(text.format(start=names[begin], end=names[end]))


def _start(app: App, word: str) -> str:
    """Who asks: you, a user, or else a customer."""
    references = References(app.workspace)
    users = app.kind("user")
    if word in ME:
        me = references.acting_user()
        if me is None:
            raise UsageError(
                _("It is not known who “{word}” is.").format(word=word),
                _("Name one of “crmctl user list” with --from, --as or CRMCTL_USER."),
            )
        return node(USER, me)
    found = references.matches(users, word)
    if len(found) == 1:
        return node(USER, found[0])
    kind, id = references.find(word)
    if kind.name not in (CUSTOMER, USER):
        raise UsageError(_("“{word}” is neither a user nor a customer.").format(word=word))
    return node(kind.name, id)


def suggest_introductions(
    app: App,
    ref: str,
    *,
    how: str | None,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
) -> None:
    """Customers to introduce to one, best first, without those whom it is bound to already."""
    if how is None:
        raise UsageError(_("Say whom to look for: --peer or --complement."))
    kind = app.kind(CUSTOMER)
    id = References(app.workspace).find(ref, kind)[1]
    one = app.workspace.index.get(kind, id) or {}
    known = network(app.workspace, users=False)
    here = node(CUSTOMER, id)
    others = [
        other
        for other in Selection(app.workspace, kind, OPEN).records()
        if other["id"] != id and not known.between(here, node(CUSTOMER, other["id"]))
    ]
    if how == "peer":
        titles = {name: field.titled() for name, field in kind.fields.items()}
        found = peers(one, others, titles)
    else:
        found = complements(one, others)
    people = format_ in ("table", "md")
    shown = [
        Column("customer", N_("Customer"), "id"),
        Column("name", N_("Name"), "text"),
        Column("score", N_("Reasons"), "integer"),
        Column("reasons", N_("Why"), "text"),
    ]
    rows = [
        {
            "customer": each.customer,
            "name": each.name,
            "score": each.score,
            "reasons": ", ".join(each.reasons) if people else list(each.reasons),
        }
        for each in found
    ]
    _print(app, shown, rows, format_, columns, sort, limit)
    if not rows:
        app.remark(_("Nobody comes to mind: industry, products, markets and needs tell."))


def _print(
    app: App,
    shown: Sequence[Column],
    rows: Sequence[dict[str, Any]],
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
) -> None:
    chosen, found = arranged(shown, rows, columns, sort, limit)
    app.warn_of_broken()
    if format_ in ("json", "jsonl", "yaml"):
        app.print(objects(format_, [_filled(row) for row in found]))
    elif format_ == "ids":
        app.print(
            dict.fromkeys(str(row.get("id") or row.get("customer") or row["to"]) for row in found)
        )
    elif found or format_ not in ("table", "md"):
        cells = [[row.get(column.name) for column in chosen] for row in found]
        app.print(render(format_, chosen, cells, app.width))


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _how(app: App, bond: Bond) -> str:
    return how_title(app.kind(CUSTOMER), bond.how)


def _names(app: App, nodes: Iterable[str]) -> dict[str, str]:
    """What the records of nodes are called."""
    nodes = list(nodes)
    references = References(app.workspace)
    found = {one: id_of(one) for one in nodes}
    for name in (CUSTOMER, USER):
        ids = [id_of(one) for one in nodes if kind_of(one) == name]
        labels = references.labels(app.kind(name), ids)
        found |= {node(name, id): label for id, label in labels.items()}
    return found

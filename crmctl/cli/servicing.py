"""What `ticket escalate` and `ticket dispatch` do once their words are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.changes.assign import parse_assignment
from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.errors import UsageError, did_you_mean
from crmctl.locale import N_, _, ngettext
from crmctl.refs import References
from crmctl.render.formats import objects, render
from crmctl.service.dispatch import STEPS, Fit, fitness, sent, stepped
from crmctl.service.escalation import Firing, fire, firings
from crmctl.values import jsontext
from crmctl.values.dates import format_instant
from crmctl.values.text import suggest

# How people may call a step beside its name.
WORDS = {"接单": "accept", "到场": "arrive", "完工": "done"}
WORDS |= {name: word for word, name in STEPS.items()} | {word: word for word in STEPS}
OBJECTS = ("json", "jsonl", "yaml")


def escalate(app: App, run: bool, format_: str) -> bool:
    """Lists what is due and, if asked, notes it; whether there was anything."""
    found = firings(app.workspace)
    app.warn_of_broken()
    if not found:
        app.remark(_("Nothing to escalate."))
    if found or format_ in OBJECTS:
        app.print(_escalated(app, found, format_))
    silent = sum(not one.tell for one in found)
    if silent:
        text = ngettext(
            "warning: of {count} level nobody is to be told: the ticket names nobody, nor does its"
            " customer.",
            "warning: of {count} levels nobody is to be told: the tickets name nobody, nor do their"
            " customers.",
            silent,
        )
        app.remark(text.format(count=silent))
    if found and run:
        built = builder(app, _("Escalation"))
        fire(built, found)
        finish(app, built)
    elif found:
        app.remark(_("Nothing was noted. “--run” notes the levels, so that they fire once."))
    return bool(found)


def _escalated(app: App, found: Sequence[Firing], format_: str) -> Any:
    if format_ == "ids":
        return dict.fromkeys(one.ticket for one in found)
    users = app.kind("user")
    names = References(app.workspace).labels(users, [id for one in found for id in one.tell])
    if format_ in OBJECTS:
        return objects(format_, [_as_object(app, one) for one in found])
    target = app.kind("ticket").fields["escalations"].leaf.fields["target"]
    titles = {value: target.value_title(value) for value in target.values}
    references = References(app.workspace)
    plain = format_ not in ("table", "md")
    columns = [
        Column("ticket", N_("Ticket"), "text"),
        Column("customer", N_("Customer"), "text"),
        Column("subject", N_("Subject"), "text"),
        Column("level", N_("Level"), "integer"),
        Column("target", N_("Target"), "enum", titles),
        Column("percent", N_("Percent"), "integer"),
        Column("due", N_("Due"), "instant"),
        Column("tell", N_("To be told"), "list" if plain else "text"),
    ]
    rows = [
        (
            one.ticket,
            one.customer if plain or not one.customer
            else references.called("customer", one.customer),
            one.subject,
            one.level,
            one.target,
            one.percent,
            one.due,
            list(one.tell) if plain else ", ".join(names.get(id, id) for id in one.tell) or None,
        )
        for one in found
    ]  # fmt: skip
    return render(format_, columns, rows, app.width)


def _as_object(app: App, one: Firing) -> dict[str, Any]:
    users = app.kind("user")
    told = [app.workspace.index.get(users, id) or {"id": id} for id in one.tell]
    tell = [
        {name: user[name] for name in ("id", "name", "email", "phone") if user.get(name)}
        for user in told
    ]
    values = {name: getattr(one, name) for name in Firing.names()} | {"tell": tell}
    return {name: value for name, value in values.items() if value is not None}


def dispatch(
    app: App,
    ref: str,
    words: Sequence[str],
    *,
    engineer: str | None,
    at: str | None,
    reason: str | None,
    **writing: Any,
) -> None:
    """Sends an engineer, notes a step of the work order, or lists who is fit."""
    kind, id = References(app.workspace).find(ref, app.kind("ticket"))
    step = _step(words[0]) if words and "=" not in words[0] else None
    more = [parse_assignment(word) for word in words[step is not None :]]
    if step is not None and engineer is not None:
        raise UsageError(_("Send an engineer first, then say what he did."))
    built = builder(app, reason)
    ticket = built.read(kind, id).values
    if step is None and engineer is None:
        if more or at:
            raise UsageError(_("Say who is sent out (--engineer), or what he did: accept."))
        _list_engineers(app, fitness(app.workspace, ticket), writing["format_"])
        return
    when = _moment(app, at)
    if engineer is not None:
        user = References(app.workspace).find(engineer, app.kind("user"))[1]
        assignments = sent(id, ticket, _working(app, user), when)
    else:
        assert step is not None
        assignments = stepped(app.workspace, id, ticket, step, when)
    built.update(kind, id, [*assignments, *more])
    finish(app, built, **writing)


def _step(word: str) -> str:
    step = WORDS.get(word.casefold())
    if step is None:
        raise UsageError(
            _("There is no step “{word}”.").format(word=word),
            did_you_mean(suggest(word, WORDS))
            or _("Possible: {choices}.").format(choices=", ".join(STEPS)),
        )
    return step


def _moment(app: App, at: str | None) -> str:
    if at is None:
        return format_instant(app.workspace.now)
    kind = app.kind("ticket")
    field = kind.fields["dispatch"].fields["assigned"]
    from crmctl.changes.build import Builder

    value: str = Builder(app.workspace).assigner(kind).value(field, at, {})
    return value


def _working(app: App, user: str) -> str:
    record = app.workspace.index.get(app.kind("user"), user) or {}
    if not record.get("active", True):
        raise UsageError(_("“{user}” is not active any more.").format(user=user))
    return user


def _list_engineers(app: App, found: Sequence[Fit], format_: str) -> None:
    if format_ == "json":
        rows = [
            {
                "user": fit.user,
                "name": fit.name,
                "score": fit.score,
                "skills": list(fit.skills),
                "regions": list(fit.regions),
                "open": fit.open,
            }
            for fit in found
        ]
        app.print([jsontext.dumps(rows)])
        return
    if not found:
        app.remark(_("Nobody can be sent: no user is as “service.dispatch.engineers” says."))
        return
    columns = [
        Column("user", N_("User"), "text"),
        Column("name", N_("Name"), "text"),
        Column("score", N_("Score"), "number"),
        Column("skills", N_("Skills"), "text"),
        Column("regions", N_("Regions"), "text"),
        Column("open", N_("Open tickets"), "integer"),
    ]
    shown = [
        (f.user, f.name, f.score, ", ".join(f.skills) or None, ", ".join(f.regions) or None, f.open)
        for f in found
    ]
    app.print(render("table", columns, shown, app.width))

"""Moving records from state to state: what `move`, `advance`, `close`, `reopen` and `done` do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.changes.assign import Assignment, parse_assignment
from crmctl.changes.build import Builder
from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.errors import UsageError, did_you_mean
from crmctl.locale import N_, _
from crmctl.moves import Moves, Option
from crmctl.policies.pipelines import ENDS
from crmctl.refs import References
from crmctl.render.formats import render
from crmctl.schema.model import Field, Kind
from crmctl.values import jsontext
from crmctl.values.text import suggest

# What kind of interaction a task of a kind becomes, and what it hands on to it.
INTERACTIONS = {
    "follow_up": "follow_up",
    "appointment": "meeting",
    "call_back": "call",
    "care": "care",
}
CARRIED = ("contact", "campaign", "ticket", "opportunity")


def move_record(
    app: App,
    kind: Kind,
    ref: str,
    state: str | None,
    words: Sequence[str] = (),
    *,
    reason: str | None,
    **writing: Any,
) -> None:
    """Brings a record into a state, with more assignments; lists the states without one."""
    field = workflow(kind)
    built = builder(app, reason)
    _kind, id = References(app.workspace).find(ref, kind)
    if state is None:
        _list_options(app, built.moves(kind), field, built.read(kind, id).values, writing)
        return
    _move(built, kind, field, id, _meant(app, kind, field, id, state), words)
    finish(app, built, **writing)


def advance_record(app: App, kind: Kind, ref: str, words: Sequence[str], **writing: Any) -> None:
    """Brings a deal into the stage after its own."""
    field, id, moves, record = _deal(app, kind, ref)
    stages = [state for state in moves.states(field, record) if state not in ENDS]
    now = record.get(field.name)
    if now not in stages:
        state = moves.title(field, record, str(now))
        raise UsageError(
            _("“{id}” is closed: {state}.").format(id=id, state=state),
            _("“crmctl {kind} reopen {id}” opens it again.").format(kind=kind.name, id=id),
        )
    if now == stages[-1]:
        raise UsageError(
            _("“{id}” is in the last stage already.").format(id=id),
            _("“crmctl {kind} close {id} --won” or --lost closes it.").format(
                kind=kind.name, id=id
            ),
        )
    following = stages[stages.index(str(now)) + 1]
    move_record(app, kind, id, following, words, **writing)


def close_record(
    app: App,
    kind: Kind,
    ref: str,
    end: str,
    words: Sequence[str],
    *,
    reason: str | None,
    **writing: Any,
) -> None:
    """Closes a deal; the reason stands in the record too, in words of one's own as its detail."""
    _field, id, _moves, _record = _deal(app, kind, ref)
    because: list[str] = []
    if reason:
        titles = kind.own("closed.reason").values
        known = {word for value in titles for word in (value, *titles[value].values())}
        because = [f"closed.{'reason' if reason in known else 'detail'}={reason}"]
    move_record(app, kind, id, end, [*because, *words], reason=reason, **writing)


def reopen_record(app: App, kind: Kind, ref: str, stage: str | None, **writing: Any) -> None:
    """Opens a closed deal again, in the stage where it was unless another is named."""
    field, id, moves, record = _deal(app, kind, ref)
    if record.get(field.name) not in ENDS:
        raise UsageError(_("“{id}” is open.").format(id=id))
    stages = [state for state in moves.states(field, record) if state not in ENDS]
    past = [
        value
        for entry in record.get(f"{field.name}_history") or []
        for value in (entry.get("was"), entry.get("value"))
        if value in stages
    ]
    move_record(app, kind, id, stage or (past or stages[:1])[-1], **writing)


def finish_records(
    app: App,
    kind: Kind,
    refs: Sequence[str],
    said: str | None,
    told: Mapping[str, str | None],
    *,
    reason: str | None,
    **writing: Any,
) -> None:
    """Marks records as done; `said` and `told` are logged as the interaction in which it was."""
    built = builder(app, reason)
    field = workflow(kind)
    if said is None and any(told.values()):
        raise UsageError(_("Say with --log what happened."))
    for ref in refs:
        _kind, id = References(app.workspace).find(ref, kind)
        more = [Assignment(field.name, "=", "done")]
        if said is not None:
            record = built.read(kind, id).values
            more.append(Assignment("interaction", "=", _log(built, record, said, told)))
        built.update(kind, id, more)
    finish(app, built, print_ids=built.set.of("created"), **writing)


def _log(
    built: Builder, record: Mapping[str, Any], said: str, told: Mapping[str, str | None]
) -> str:
    """The id of an interaction in which something was done, with what the record knows of it."""
    from crmctl.changes.logged import Logger

    customer = record.get("customer")
    if customer is None:
        raise UsageError(
            _("“{id}” belongs to no customer with whom to log it.").format(id=record["id"])
        )
    given = {"kind": INTERACTIONS.get(str(record.get("kind"))), **_without_none(told)}
    sets = [f"{name}={record[name]}" for name in CARRIED if record.get(name)]
    return Logger(built, given, sets).say(str(customer), said).id


def _without_none(told: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in told.items() if text is not None}


def workflow(kind: Kind) -> Field:
    """The field whose states a kind's records go through; UsageError without one."""
    if not kind.workflows:
        raise UsageError(
            _("A {kind} has no states to move through.").format(kind=kind.noun()),
            _("“crmctl {kind} set REF FIELD=VALUE” changes a field.").format(kind=kind.name),
        )
    return kind.workflows[0]


def _deal(app: App, kind: Kind, ref: str) -> tuple[Field, str, Moves, dict[str, Any]]:
    field = workflow(kind)
    _kind, id = References(app.workspace).find(ref, kind)
    built = Builder(app.workspace)
    return field, id, built.moves(kind), built.read(kind, id).values


def _meant(app: App, kind: Kind, field: Field, id: str, word: str) -> str:
    """The state that a person means, by its name or its title in either language."""
    moves = Moves(app.workspace, kind)
    record = app.workspace.index.get(kind, id) or {}
    names = {state: moves.title(field, record, state) for state in moves.states(field, record)}
    for state, title in names.items():
        titles = [title, *field.values.get(state, {}).values()]
        if word.casefold() in (state, *(each.casefold() for each in titles)):
            return state
    raise UsageError(
        _("There is no state “{state}”.").format(state=word),
        did_you_mean(suggest(word, [*names, *names.values()]))
        or _("Possible: {choices}.").format(choices=", ".join(names)),
    )


def _move(
    built: Builder, kind: Kind, field: Field, id: str, state: str, words: Sequence[str]
) -> None:
    more = [parse_assignment(word) for word in words]
    built.update(kind, id, [Assignment(field.name, "=", state), *more])


def _list_options(
    app: App, moves: Moves, field: Field, record: dict[str, Any], writing: dict[str, Any]
) -> None:
    options = moves.options(field, record)
    if writing.get("format_") == "json":
        app.print([jsontext.dumps([_as_object(option) for option in options])])
        return
    columns = [
        Column("state", N_("State"), "text"),
        Column("title", N_("Title"), "text"),
        Column("lacking", N_("Asks for"), "text"),
    ]
    rows = [(option.state, option.title, ", ".join(option.lacking) or None) for option in options]
    app.print(render("table", columns, rows, app.width))
    now = record.get(field.name, field.default)
    if now is not None:
        text = _("{field}: {state}. It can become one of these.")
        state = moves.title(field, record, str(now))
        app.remark(text.format(field=field.titled(), state=state))


def _as_object(option: Option) -> dict[str, Any]:
    return {
        "state": option.state,
        "state_label": option.title,
        "allowed": not option.lacking,
        "lacking": list(option.lacking),
    }

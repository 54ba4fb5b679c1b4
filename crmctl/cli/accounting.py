"""What `account` and `care` do once their options are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crmctl.accounts import begun, evaluate, next_due, said
from crmctl.analytics.result import Column
from crmctl.changes.assign import Assigner
from crmctl.changes.build import Builder
from crmctl.changes.logged import Logger
from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.errors import BadOption, BadValue, NotFound, UsageError, did_you_mean
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import N_, _, pick
from crmctl.policies.accounts import Accounts, Form, Plan
from crmctl.refs import References
from crmctl.render.formats import objects, render
from crmctl.schema.model import Kind
from crmctl.values.money import parse_amount
from crmctl.values.text import suggest


def _found(app: App, ref: str) -> tuple[Kind, str]:
    return References(app.workspace).find(ref, app.kind(CUSTOMER))


def _policy(app: App) -> Accounts:
    found: Accounts = app.workspace.policy("accounts")
    return found


def show_account(app: App, ref: str, *, as_of: str | None, format_: str) -> None:
    """The page of a key account."""
    from crmctl.account_page import account
    from crmctl.render.account import account_lines

    kind, id = _found(app, ref)
    page = account(app.workspace, id, as_of=app.day(as_of))
    app.warn_of_broken()
    if format_ == "table":
        app.print(account_lines(page, kind, app.width))
    else:
        app.print(objects("jsonl" if format_ == "json" else format_, [page.as_object()]))


# evaluating


def evaluate_account(
    app: App,
    ref: str,
    *,
    words: Sequence[str],
    notes: str | None,
    reason: str | None,
    **writing: Any,
) -> None:
    """A new evaluation; the criteria without any scores."""
    kind, id = _found(app, ref)
    form = _policy(app).evaluation
    if not words:
        _list_criteria(app, form, writing.get("format_"))
        return
    scores = dict(_score(form, word) for word in words)
    result = evaluate(form, scores)
    assert result is not None
    built = builder(app, reason)
    values = built.read(kind, id).values
    plan = values.get("key_account") or {}
    made = list(plan.get("evaluations") or [])
    today = app.workspace.today.isoformat()
    entry: dict[str, Any] = {
        "at": today,
        "by": built.references.acting_user(),
        "scores": scores,
        "form": form.form,
        "score": result.score,
        "notes": notes,
    }
    field = kind.own("key_account.evaluations")
    entry = {name: value for name, value in entry.items() if value is not None}
    taken = {one.get("id") for one in made}
    key, number = today, 2
    while key in taken:
        key, number = f"{today}-{number}", number + 1
    made.append(Assigner.keyed_item(field, {"id": key, **entry}, made))
    since = {} if plan.get("since") else {"since": today}
    built.replace(kind, id, {**values, "key_account": {**plan, **since, "evaluations": made}})
    extra = {"score": result.score, "coverage": result.coverage, "band": result.band}
    finish(app, built, extra=extra, **writing)
    text = _("{score} of 100: {band}.")
    band = form.bands.get(result.band or "")
    app.remark(text.format(score=result.score, band=said(result.band or "—", band)))
    if result.coverage < 100:
        missing = ", ".join(
            said(name, one) for name, one in form.criteria.items() if name not in scores
        )
        text = _("Only {coverage} % of the weight was scored; missing: {missing}.")
        app.remark(text.format(coverage=result.coverage, missing=missing))
    for action in band.actions if band is not None else ():
        app.remark(f"  {pick(action)}")


def _score(form: Form, word: str) -> tuple[str, Decimal]:
    name, _equals, text = word.partition("=")
    titles = {said(key, criterion).casefold(): key for key, criterion in form.criteria.items()}
    key = name if name in form.criteria else titles.get(name.casefold())
    if key is None:
        hint = did_you_mean(suggest(name, form.criteria))
        raise BadOption(_("A criterion"), name, form.criteria, hint)
    score = parse_amount(text)
    if score is None or not 0 <= score <= form.best:
        raise BadValue(key, text, _("a number from 0 to {best}").format(best=form.best))
    return key, score


def _list_criteria(app: App, form: Form, format_: str | None) -> None:
    total = sum((one.weight for one in form.criteria.values()), Decimal(0))
    columns = [
        Column("criterion", N_("Criterion"), "id"),
        Column("title", N_("Title"), "text"),
        Column("weight", N_("Weight"), "percent"),
    ]
    rows = [
        (name, said(name, one), (100 * one.weight / total).quantize(Decimal("0.1")))
        for name, one in form.criteria.items()
    ]
    app.print(render(format_ or "table", columns, rows, app.width))
    app.remark(_("Give each a score from 0 to {best}.").format(best=form.best))


# plans


def begin_account(app: App, ref: str, **given: Any) -> None:
    """Milestones from a plan of the policy."""
    _begin(app, ref, _policy(app).milestones, "key_account.milestones", "title", **given)


def begin_care(app: App, ref: str, **given: Any) -> None:
    """Steps of care from a plan of the policy."""
    _begin(app, ref, _policy(app).care, "care", "text", **given)


def _begin(
    app: App,
    ref: str,
    plans: Mapping[str, Plan],
    path: str,
    label: str,
    *,
    template: str | None,
    start: str | None,
    reason: str | None,
    **writing: Any,
) -> None:
    if template is not None and template not in plans:
        raise BadOption("--template", template, plans, did_you_mean(suggest(template, plans)))
    if not plans:
        raise UsageError(_("The policy “accounts” has no such plan."))
    plan = plans[template or next(iter(plans))]
    day = app.period("--from", start).start if start else app.workspace.today
    kind, id = _found(app, ref)
    built = builder(app, reason)
    values = built.read(kind, id).values
    holder, _dot, name = path.rpartition(".")
    around = values.get(holder) or {} if holder else values
    entries = list(around.get(name) or [])
    there = {one.get("id") for one in entries}
    for key, entry in begun(plan, day):
        if key not in there:
            entries.append({"id": key, label: entry.pop("text"), **entry})
    new: dict[str, Any] = {**around, name: entries}
    if holder:
        new = {**values, holder: {"since": day.isoformat(), **new}}
    built.replace(kind, id, new)
    finish(app, built, **writing)


def finish_care(
    app: App, ref: str, *, key: str, text: str | None, reason: str | None, **writing: Any
) -> None:
    """A step of care that was done today; one that repeats is due again."""
    kind, id = _found(app, ref)
    built = builder(app, reason)
    values = built.read(kind, id).values
    entries = values.get("care") or []
    keys = [str(one.get("id")) for one in entries]
    if key not in keys:
        raise NotFound(kind.own("care").titled(), key, suggest(key, keys))
    today = app.workspace.today
    care = [_done(one, app) if str(one.get("id")) == key else one for one in entries]
    built.replace(kind, id, {**values, "care": care})
    ids = _log(built, id, text) if text is not None else []
    finish(app, built, print_ids=ids, **writing)
    due = next_due(entries[keys.index(key)], today)
    if due is not None:
        app.remark(_("Due again on {date}.").format(date=due.isoformat()))


def _done(entry: Mapping[str, Any], app: App) -> dict[str, Any]:
    due = next_due(entry, app.workspace.today)
    moved = {"due": due.isoformat()} if due is not None else {}
    return {**entry, "done": app.workspace.today.isoformat(), **moved}


def _log(built: Builder, customer: str, text: str) -> list[str]:
    change = Logger(built, {"kind": "care", "direction": "out"}, ()).say(customer, text)
    return [change.id]

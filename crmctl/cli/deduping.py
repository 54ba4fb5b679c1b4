"""What `dedupe` does once its options are read."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from crmctl.analytics.result import Column
from crmctl.changes.assign import Assignment
from crmctl.cli.app import App, joined
from crmctl.cli.arranging import arranged
from crmctl.cli.writing import builder, finish
from crmctl.dedupe.combine import differing
from crmctl.dedupe.customers import DISTINCT, Found, Match, find
from crmctl.dedupe.linkage import Big
from crmctl.dedupe.merge import Lost, merge
from crmctl.errors import UsageError
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import N_, _, pick
from crmctl.refs import References
from crmctl.render.cells import cell, field_column
from crmctl.render.changes import is_hidden
from crmctl.render.formats import objects, render
from crmctl.render.width import clip, wrap
from crmctl.schema.model import Field, Kind

COLUMNS = [
    Column("score", N_("Score"), "integer"),
    Column("keep", N_("Stays"), "id"),
    Column("other", N_("Other"), "id"),
    Column("names", N_("Names"), "text"),
    Column("agree", N_("Same"), "text"),
    Column("differ", N_("Different"), "text"),
    Column(
        "suggestion", N_("Suggested"), "enum", {"merge": N_("merge"), "review": N_("look at it")}
    ),
    Column("group", N_("Group"), "id", detail=True),
]
NEUTRAL = [Column(one.name, one.name, one.type) for one in COLUMNS]
SIDES = (("field", N_("Field")), ("keep", N_("Stays")), ("other", N_("Other")))
ROOM = 34
SHOWN = 5
WIDTH = 80
SAME, DIFFERENT, SKIP, QUIT = "s", "d", "k", "q"


def list_matches(
    app: App,
    query: Sequence[str],
    *,
    sure: bool,
    all_: bool,
    as_of: str | None,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
) -> None:
    """The pairs that are likely the same."""
    found = find(app.workspace, joined(query), sure=sure, archived=all_, as_of=app.day(as_of))
    app.warn_of_broken()
    people = format_ in ("table", "md")
    names = _names(app, found)
    rows = [_row(app, match, names, people) for match in found.matches]
    chosen, rows = arranged(
        COLUMNS if people else NEUTRAL, rows, columns, sort, limit, details=not people
    )
    if format_ == "ids":
        app.print(dict.fromkeys(row[name] for row in rows for name in ("keep", "other")))
    elif format_ in ("json", "jsonl", "yaml") and not columns:
        app.print(objects(format_, rows))
    elif rows or not people:
        cells = [[row.get(column.name) for column in chosen] for row in rows]
        app.print(render(format_, chosen, cells, app.width))
    _tell_of_common(app, found)
    if not rows:
        app.remark(_("No two customers look like the same."))


def _row(app: App, match: Match, names: Mapping[str, str], people: bool) -> dict[str, Any]:
    ours, theirs = names[match.keep], names[match.other]
    row: dict[str, Any] = {
        "score": match.pair.score,
        "keep": match.keep,
        "other": match.other,
        "names": list(dict.fromkeys((ours, theirs))),
        "agree": match.agree,
        "differ": match.differ,
        "suggestion": match.suggestion,
        "group": match.group,
    }
    if people:
        row |= {name: ", ".join(_titles(app, row[name])) or None for name in ("agree", "differ")}
        row["names"] = " / ".join(row["names"])
        return row
    reasons = [
        {"field": one.field, "likeness": one.likeness, "points": one.points}
        for one in match.pair.reasons
    ]
    return {**row, "sure": match.pair.sure, "reasons": reasons}


def _titles(app: App, fields: Sequence[str]) -> list[str]:
    known = app.workspace.policy("duplicates").fields
    return [pick(known[name].title) if known[name].title else name for name in fields]


def _names(app: App, found: Found) -> dict[str, str]:
    ids = [id for match in found.matches for id in (match.keep, match.other)]
    labels = References(app.workspace).labels(app.kind(CUSTOMER), ids)
    return {id: labels.get(id, id) for id in ids}


def _tell_of_common(app: App, found: Found) -> None:
    """What was not compared as everything else was."""
    policy = app.workspace.policy("duplicates")
    for one in found.big[:SHOWN]:
        app.remark(_common(app, one, policy.window))
    if len(found.big) > SHOWN:
        app.remark(_("… and {count} more").format(count=len(found.big) - SHOWN))


def _common(app: App, one: Big, window: int) -> str:
    (title,) = _titles(app, [one.field])
    if app.workspace.policy("duplicates").fields[one.field].how in ("name", "company"):
        text = _(
            "{title}: {count} customers are called much like “{key}”; each was compared with"
            " {window} of them."
        )
    else:
        text = _("{title}: {count} customers have “{key}”, so it says nothing of them.")
    return text.format(title=title, count=f"{one.records:,}", key=one.key, window=window)


def merge_customers(
    app: App,
    keep: str,
    others: Sequence[str],
    *,
    takes: Sequence[str],
    yes: bool,
    reason: str | None,
    **writing: Any,
) -> None:
    """Several customers into one."""
    kind, references = app.kind(CUSTOMER), References(app.workspace)
    keep, *rest = (references.find(ref, kind)[1] for ref in (keep, *others))
    built = builder(app, reason)
    lost = merge(built, keep, rest, dict(_takes(takes, references, kind)))
    for one in lost:
        app.remark(_said_of(kind, keep, one))
    extra = {"kept": keep, "merged": rest, "lost": [_lost(one) for one in lost]}
    finish(app, built, ask=True, yes=yes, print_ids=[keep], extra=extra, **writing)


def _takes(words: Sequence[str], references: References, kind: Kind) -> Sequence[tuple[str, str]]:
    found = []
    for word in words:
        field, is_, ref = word.partition("=")
        if not is_ or not field.strip() or not ref.strip():
            raise UsageError(_("“{text}” does not say what to take: FIELD=ID.").format(text=word))
        found.append((field.strip(), references.find(ref.strip(), kind)[1]))
    return found


def _lost(one: Lost) -> dict[str, Any]:
    return {
        "id": one.id,
        "field": ".".join(one.clash.path),
        "kept": one.clash.kept,
        "lost": one.clash.lost,
    }


def _said_of(kind: Kind, keep: str, one: Lost) -> str:
    path = one.clash.path
    field = kind.fields.get(path[0])
    for step in path[1:]:
        field = field.child(step) or field if field is not None else None
    column = field_column(path[-1], field)
    values = {"kept": cell(one.clash.kept, column), "lost": cell(one.clash.lost, column)}
    text = _("{field}: “{kept}” stays; {id} has “{lost}”.")
    if len(path) == 1:
        text = _("{field}: “{kept}” stays; {id} has “{lost}” (--take {field}={id} takes it).")
    return text.format(field=".".join(path), id=one.id, **values)


# one by one


def review_matches(app: App, query: Sequence[str], *, sure: bool, all_: bool) -> None:
    """Asks of each pair whether it is the same, and does what is answered."""
    found = find(app.workspace, joined(query), sure=sure, archived=all_)
    app.warn_of_broken()
    counts = dict.fromkeys((SAME, DIFFERENT, SKIP), 0)
    settled: set[str] = set()
    for number, match in enumerate(found.matches, 1):
        if settled & {match.keep, match.other}:
            continue  # one of them is another record by now
        app.print(_side_by_side(app, match, number, len(found.matches)))
        answer = _asked(app, match)
        if answer == QUIT:
            break
        counts[answer] += 1
        if answer == SAME:
            settled |= {match.keep, match.other}
            built = builder(app)
            for one in merge(built, match.keep, [match.other]):
                app.remark(_said_of(app.kind(CUSTOMER), match.keep, one))
            finish(app, built)
        elif answer == DIFFERENT:
            built = builder(app)
            first, second = sorted((match.keep, match.other))
            built.update(app.kind(CUSTOMER), first, [Assignment(DISTINCT, "+=", second)])
            finish(app, built)
    text = _("{same} merged, {different} different, {skipped} skipped.")
    app.remark(text.format(same=counts[SAME], different=counts[DIFFERENT], skipped=counts[SKIP]))


def _side_by_side(app: App, match: Match, number: int, count: int) -> list[str]:
    """What both say where it differs, and what only one of them says."""
    kind, index = app.kind(CUSTOMER), app.workspace.index
    ours, theirs = (index.get(kind, id) or {} for id in (match.keep, match.other))
    heading = _("{number} of {count} · score {score} · the same: {agree}")
    agree = ", ".join(_titles(app, match.agree)) or "—"
    found = heading.format(number=number, count=count, score=match.pair.score, agree=agree)
    rows: list[list[str]] = [[kind.fields["id"].titled(), match.keep, match.other]]
    alone: dict[str, list[str]] = {match.keep: [], match.other: []}
    for name in differing(kind, [ours, theirs]):
        field = kind.fields.get(name)
        if field is None or name == "id" or is_hidden(name):
            continue
        if name in ours and name in theirs:
            rows.append([field.titled(), *(_brief(field, one[name]) for one in (ours, theirs))])
        else:
            alone[match.keep if name in ours else match.other].append(field.titled())
    columns = [Column(name, title, "text") for name, title in SIDES]
    lines = [found, "", *render("table", columns, rows, app.width)]
    for id, titles in alone.items():
        if titles:
            text = _("Only {id} has: {fields}")
            lines += wrap(text.format(id=id, fields=", ".join(titles)), app.width or WIDTH)
    return [*lines, ""]


def _brief(field: Field, value: Any) -> str:
    """A value in little room: of entries what they are called."""
    label = field.leaf.fields.get(field.label or "") if field.key else None
    if label is not None:
        called = (one.get(label.name) or one.get(field.key) for one in value)
        value = [label.value_title(str(one)) for one in called]
    return clip(cell(value, field_column(field.name, field)), ROOM)


def _asked(app: App, match: Match) -> str:
    """The answer, asked for until it is one; the end of the input is `quit`."""
    question = _("The same? [s]ame, [d]ifferent, s[k]ip, [q]uit:")
    while True:
        print(question, end=" ", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            print(file=sys.stderr)
        answer = line.strip().casefold()[:1] if line else QUIT
        if answer in (SAME, DIFFERENT, SKIP, QUIT):
            return answer

"""How `segment explain` and `segment moves` print what they found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crmctl.analytics.result import Column
from crmctl.cli.app import App
from crmctl.locale import N_, _
from crmctl.render.cells import NOTHING, cell
from crmctl.render.formats import render

if TYPE_CHECKING:
    from crmctl.explaining import Membership, Standing, Term
    from crmctl.migration import Migration, Move


def print_explained(app: App, models: Sequence[Standing], segments: Sequence[Membership]) -> None:
    """What models say, each with its reasons, and the segments with their conditions."""
    lines: list[str] = []
    for one in models:
        label = cell(one.row[one.label.name], one.label)
        title = _("{label} ({model})").format(label=one.label.heading, model=one.model)
        lines += ["", _("{name}: {value}").format(name=title, value=label)]
        lines += [f"  {text}" for text in one.reasons or _columns(one)]
    for segment in segments:
        pattern = _("In “{title}” ({name})") if segment.inside else _("Not in “{title}” ({name})")
        lines += ["", pattern.format(title=segment.title, name=segment.name)]
        lines += [f"  {_term(term)}" for term in segment.terms]
    app.print(lines[1:])


def _columns(one: Standing) -> Iterator[str]:
    """The row of a model, where it says nothing of its reasons itself."""
    for column in one.result.columns:
        value = one.row[column.name]
        if column.name not in ("customer", one.label.name) and value not in (None, "", []):
            yield _("{name}: {value}").format(name=column.heading, value=cell(value, column))


def _term(term: Term) -> str:
    sign = "+" if term.holds else "-"
    if term.column is None:
        return f"{sign} {term.words}"
    now = NOTHING if term.value is None else cell(term.value, term.column)
    return f"{sign} " + _("{condition}; it is {value}").format(condition=term.words, value=now)


def explained_json(models: Sequence[Standing], segments: Sequence[Membership]) -> dict[str, Any]:
    """The shape that scripts may rely on."""
    return {
        "models": {
            one.model: {"label": one.row[one.label.name], "row": one.row, "reasons": one.reasons}
            for one in models
        },
        "segments": [
            {
                "name": one.name,
                "inside": one.inside,
                "terms": [
                    {"holds": term.holds, "words": term.words, "value": term.value}
                    for term in one.terms
                ],
            }
            for one in segments
        ],
    }


def print_moves(app: App, found: Migration, format_: str) -> None:
    """The matrix of the moves, and below it everybody who moved, with what had changed."""
    if format_ in ("table", "md"):
        columns, rows = _matrix(found)
        app.print(render(format_, columns, rows, app.width))
        if found.moves:
            app.print([""])
    columns = [
        Column("customer", N_("Customer"), "ref"),
        Column("before", N_("Class before"), found.by.type, found.by.values),
        Column("after", N_("Class after"), found.by.type, found.by.values),
        Column("changes", N_("What changed"), "text"),
    ]
    names = _names(app, found.moves) if format_ in ("table", "md") else {}
    who = [
        (names.get(one.customer, one.customer), one.before, one.after, _changed(one, found.columns))
        for one in found.moves
    ]
    if who or format_ not in ("table", "md"):
        app.print(render(format_, columns, who, app.width))


def moves_json(found: Migration) -> dict[str, Any]:
    """The shape that scripts may rely on."""
    return {
        "by": found.asked,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "n": sum(found.counts.values()),
        "matrix": [
            {"before": before, "after": after, "n": n}
            for (before, after), n in sorted(found.counts.items(), key=lambda one: _text(one[0]))
        ],
        "moves": [
            {
                "customer": one.customer,
                "before": one.before,
                "after": one.after,
                "changes": {name: list(pair) for name, pair in one.changes.items()},
            }
            for one in found.moves
        ],
    }


def _matrix(found: Migration) -> tuple[list[Column], list[list[Any]]]:
    """One row for each class before, one column for each class after."""
    order = list(found.by.values or {})

    def rank(value: Any) -> tuple[int, str]:
        place = order.index(value) if value in order else len(order)
        return (place + (value is None), str(value))

    before = sorted({pair[0] for pair in found.counts}, key=rank)
    after = sorted({pair[1] for pair in found.counts}, key=rank)
    heading = f"{found.since} \\ {found.until}"
    columns = [Column("before", heading, found.by.type, found.by.values)]
    columns += [Column(str(value), cell(value, found.by), "integer") for value in after]
    return columns, [
        [value, *(found.counts.get((value, other)) for other in after)] for value in before
    ]


def _changed(move: Move, columns: Sequence[Column]) -> str:
    parts = []
    for column in columns:
        if column.name in move.changes:
            old, new = (cell(value, column) for value in move.changes[column.name])
            if old != new:
                text = _("{name} {old} → {new}")
                parts.append(text.format(name=column.heading, old=old, new=new))
    return _("; ").join(parts)


def _names(app: App, moves: Sequence[Move]) -> dict[str, str]:
    from crmctl.refs import References

    return References(app.workspace).labels(app.kind("customer"), [one.customer for one in moves])


def _text(pair: tuple[Any, Any]) -> tuple[str, str]:
    return str(pair[0]), str(pair[1])

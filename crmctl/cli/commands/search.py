"""`crmctl search`: the records that a person may mean, best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crmctl.cli import base, options
from crmctl.cli.app import App, joined
from crmctl.cli.completing import complete_kind
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.analytics.result import Column
    from crmctl.matching.search import Hit
    from crmctl.schema.model import Registry

OBJECTS = ("json", "jsonl", "yaml")


@base.define(
    "search",
    help=N_(
        "Find records by any text, misspelt or in pinyin, best first.\n\nNames are found by "
        "their beginning, a part, pinyin, initials or with a typing error; phone numbers by "
        "their digits; everything else that a kind has searched by exactly what is written."
    ),
    examples=[
        "crmctl search 张伟",
        "crmctl search zhagn wei --kind customer",
        'crmctl search "139 0000 6001" -o json',
    ],
)
@options.output()
@base.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help=N_("Only this kind of record; may be repeated."),
    shell_complete=complete_kind,
)
@base.option(
    "--limit", metavar="N", type=base.Whole(0), default=20, help=N_("At most so many (20); 0: all.")
)
@options.archived
@options.at
@base.argument("text", nargs=-1, required=True, metavar="TEXT...")
def command(
    app: App, text: tuple[str, ...], kinds: tuple[str, ...], limit: int, all_: bool, format_: str
) -> None:
    from crmctl.matching.search import search
    from crmctl.render.formats import objects, render

    names = [app.kind(kind).name for kind in kinds] or None
    hits = search(app.workspace, joined(text), names, limit, all_)
    app.warn_of_broken()
    if format_ in OBJECTS:
        app.print(objects(format_, map(_object, hits)))
    elif format_ == "ids":
        app.print(hit.id for hit in hits)
    else:
        columns = _columns(app.workspace.registry, hits, scored=format_ in ("csv", "tsv"))
        rows = [[getattr(hit, column.name) for column in columns] for hit in hits]
        if hits or format_ != "table":
            app.print(render(format_, columns, rows, app.width))
    if not hits:
        app.remark(_("Nothing found."))


def _object(hit: Hit) -> dict[str, object]:
    return {
        "kind": hit.kind,
        "id": hit.id,
        "name": hit.name,
        "score": hit.score,
        "field": hit.field,
        "snippet": hit.snippet,
    }


def _columns(registry: Registry, hits: Sequence[Hit], scored: bool) -> list[Column]:
    """The columns of a table; kinds and fields go by their titles there."""
    from crmctl.analytics.result import Column
    from crmctl.schema.paths import field_titles

    kinds = {kind.name: kind.titled() for kind in registry}
    fields: dict[str, str] = {}
    for hit in hits:
        kind = registry.kinds[hit.kind]
        found = kind.find(hit.field)
        if found is not None:
            fields[hit.field] = " · ".join(field_titles(kind, found.field))
    columns = [
        Column("kind", N_("Kind"), "enum", kinds),
        Column("id", N_("ID"), "id"),
        Column("name", N_("Name"), "text"),
        Column("field", N_("Field"), "enum", fields),
        Column("snippet", N_("Text"), "text"),
    ]
    if scored:
        columns.insert(3, Column("score", N_("Score"), "integer"))
    return columns

"""`relayout`: a kind of record moved to another path template, in one change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.cli.completing import complete_kind
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.schema.model import Kind

MOST = 20


@define(
    "relayout",
    help=N_(
        "Move the files of a kind to where another path template says, and new ones too."
        "\n\nFields of the record may stand in TEMPLATE, and {shard} (one of 256 folders), {year} "
        "and {author}. Contents stay as they are, and “crmctl undo” takes it back. The template "
        "that the kind has already moves only what lies elsewhere."
    ),
    examples=[
        "crmctl relayout customer 'customers/{shard}/{id}.yaml'",
        "crmctl relayout interaction 'interactions/{customer}/{year}.yaml' --dry-run",
        "crmctl relayout interaction 'interactions/{customer}.{author}.yaml'",
    ],
)
@options.writing
@argument("kind", shell_complete=complete_kind)
@argument("template")
def command(app: App, kind: str, template: str, reason: str | None, **writing: Any) -> None:
    move(app, [(app.kind(kind), template)], reason, **writing)


def move(
    app: App, templates: Iterable[tuple[Kind, str]], reason: str | None, **writing: Any
) -> None:
    """Moves kinds to templates, all in one change set, and says what moves and what stays."""
    from crmctl.changes.relayout import relayout
    from crmctl.cli.writing import builder, finish
    from crmctl.render.changes import moves

    built = builder(app, reason)
    left = [stay for kind, template in templates for stay in relayout(built, kind, template)]
    for stay in left[:MOST]:
        app.remark(_("{path} stays: {reason}").format(path=stay.path, reason=stay.reason))
    if len(left) > MOST:
        app.remark(_("… and {count} more").format(count=len(left) - MOST))
    extra = {"moved": built.set.of("moved"), "left": [stay._asdict() for stay in left]}
    finish(app, built, extra=extra, **writing)
    if not (writing["dry_run"] or writing["plan"]):
        for line in moves(built.set.changes, app.workspace.registry):
            app.remark(line)

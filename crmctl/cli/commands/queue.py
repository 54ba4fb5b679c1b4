"""`queue`: the customers to acquire, to maintain and to win back, with the next step for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmctl.analytics.result import Column
from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.locale import N_

if TYPE_CHECKING:
    from crmctl.queues import Queues

NEUTRAL = (
    "queue", "customer", "name", "owner", "text", "step", "step_label", "last_touch", "next_touch",
)  # fmt: skip
NEUTRAL_COLUMNS = [Column(name, name, "text") for name in NEUTRAL]


@define(
    "queue",
    help=N_(
        "List the customers to work on: whom to acquire, to maintain, to win back; without NAME "
        "tell how many are in each queue.\n\n"
        "The queues and their steps are those of “crmctl config defaults queues”; a book changes "
        "them under “queues:”."
    ),
    examples=["crmctl queue", "crmctl queue acquire --mine", "crmctl queue win_back -o ids"],
)
@options.output()
@options.arranging
@options.clocks
@options.whose
@argument("name", required=False)
def command(
    app: App,
    /,
    name: str | None,
    owner: str | None,
    team: str | None,
    mine: bool,
    format_: str,
    columns: str | None,
    sort: str | None,
    limit: int,
    as_of: str | None,
) -> None:
    from crmctl.cli.arranging import arranged
    from crmctl.cli.whose import owners
    from crmctl.queues import Queues
    from crmctl.render.formats import objects, render

    day = app.day(as_of)
    queues = Queues(app.workspace, day)
    wanted = None if name is None else queues.named(name)
    whose = owners(app, owner, team, mine)
    app.warn_of_broken()
    if wanted is None:
        today = (day or app.workspace.today).isoformat()
        shown, rows = _counted(queues, whose, today)
    else:
        found = queues.waiting(wanted, owners=whose)
        if format_ == "ids":
            app.print([one.customer for one in found][: limit or None])
            return
        people = format_ in ("table", "md")
        shown = [
            Column("customer", N_("Customer"), "text"),
            Column("text", N_("Why"), "text"),
            Column("step_label", N_("Next step"), "text"),
            Column("last_touch", N_("Last touch"), "date"),
            Column("next_touch", N_("Next touch"), "date"),
        ]
        rows = [one.as_object() for one in found]
        if people:
            rows = [
                {
                    **row,
                    "customer": one.name,
                    "text": one.text,
                    "last_touch": (one.last_touch or "")[:10] or None,
                }
                for row, one in zip(rows, found, strict=True)
            ]
        else:
            shown = NEUTRAL_COLUMNS
    chosen, rows = arranged(shown, rows, columns, sort, limit)
    if format_ in ("json", "jsonl", "yaml"):
        app.print(objects(format_, rows))
    elif rows:
        cells = [[row.get(column.name) for column in chosen] for row in rows]
        app.print(render(format_, chosen, cells, app.width))


def _counted(
    queues: Queues, owners: set[str] | None, today: str
) -> tuple[list[Column], list[dict[str, Any]]]:
    """Each queue with the number of its customers, and of those whose next touch is due."""
    columns = [
        Column("queue", N_("Queue"), "text"),
        Column("title", N_("Title"), "text"),
        Column("customers", N_("Customers"), "integer"),
        Column("due", N_("Due by now"), "integer"),
    ]
    rows = []
    for name, title in queues.titles().items():
        found = queues.waiting(name, owners=owners)
        due = sum(one.next_touch is not None and one.next_touch <= today for one in found)
        rows.append({"queue": name, "title": title, "customers": len(found), "due": due})
    return columns, rows

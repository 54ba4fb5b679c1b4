"""`crmctl user adopt`: makes users of the names that records mention."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define
from crmctl.locale import N_


@define(
    "adopt",
    help=N_(
        "Make users of the names that records mention and no user has.\n\nWithout NAME of all of "
        "them; every record then names the user by id."
    ),
    examples=["crmctl user adopt --dry-run", "crmctl user adopt"],
)
@options.writing
@argument("names", nargs=-1, metavar="[NAME]...")
def adopt(app: App, names: tuple[str, ...], reason: str | None, **writing: Any) -> None:
    from crmctl.adopting import adopt as adopted
    from crmctl.cli.writing import builder, finish

    built = builder(app, reason)
    finish(app, built, print_ids=adopted(built, names), **writing)


COMMANDS = {"adopt": adopt}

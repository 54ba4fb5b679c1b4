"""`crmctl init`: a new book."""

from __future__ import annotations

from pathlib import Path

import click

from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.locale import N_, _, set_language


@define(
    "init",
    help=N_(
        "Make a new book in a folder, this one without DIR; with git, the first commit too."
        "\n\n--demo fills it with a sample company's customers, talks and orders to try things on."
    ),
    examples=[
        "crmctl init my-crm --currency EUR --timezone Europe/Berlin",
        "crmctl init --demo try",
    ],
)
@option("--demo", is_flag=True, help=N_("With the sample book."))
@option("--lang", "language", type=click.Choice(["zh", "en"]), help=N_("The book's language."))
@option("--currency", metavar="CODE", help=N_("Base currency such as CNY or EUR."))
@option("--timezone", metavar="ZONE", help=N_("Time zone such as Asia/Shanghai."))
@option("--no-git", is_flag=True, help=N_("Do not version it."))
@argument(
    "folder", required=False, type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]"
)
def command(
    app: App,
    folder: Path | None,
    demo: bool,
    language: str | None,
    currency: str | None,
    timezone: str | None,
    no_git: bool,
) -> None:
    from crmctl.book import NewBook, create

    if language:
        set_language(language)  # who asks for a Chinese book reads Chinese
    target = folder or Path(app.directory or ".")
    remarks = create(target, NewBook(language, currency, timezone, demo, not no_git))
    for remark in remarks:
        app.remark(remark)
    app.remark(_("The book is ready in {folder}.").format(folder=target.absolute()))
    app.remark(_("Next: “crmctl -C {folder} today”, or “crmctl --help”.").format(folder=target))

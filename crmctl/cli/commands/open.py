"""`open`: the file of a record in the person's editor, or the customer's website."""

from __future__ import annotations

import sys

from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_, _


@define(
    "open",
    help=N_(
        "Open the file of a record in your editor, at its line. Without a terminal the place is "
        "printed instead, as PATH:LINE."
    ),
    examples=["crmctl open nordlys", "crmctl open nordlys --path", "crmctl open nordlys --web"],
)
@option("--path", "only_path", is_flag=True, help=N_("Only print PATH:LINE."))
@option("--web", is_flag=True, help=N_("Open the website of the record in the browser."))
@argument("ref", shell_complete=complete_ref())
def command(app: App, /, ref: str, only_path: bool, web: bool) -> None:
    from crmctl.cli.editor import run_editor
    from crmctl.errors import NotFound, UsageError
    from crmctl.refs import References

    if web and only_path:
        raise UsageError(_("--path and --web do not go together."))
    kind, id = References(app.workspace).find(ref)
    record = app.workspace.index.get(kind, id)
    if record is None:
        raise NotFound(kind.titled(), id)
    if web:
        _browse(id, record.get("website"))
        return
    file, line = app.workspace.root / record["_path"], int(record["_line"])
    if only_path or not (sys.stdin.isatty() and sys.stdout.isatty()):
        app.print([f"{file}:{line}"])
        return
    run_editor(file, line)
    # What was typed is the person's and stays; a slip is named while it is fresh.
    app.workspace.index.refresh()
    app.warn_of_broken()


def _browse(id: str, website: object) -> None:
    """Opens an address in the browser, and nothing but a web address."""
    import webbrowser

    from crmctl.errors import BadOption, UsageError

    if not isinstance(website, str):
        raise UsageError(
            _("“{id}” has no website.").format(id=id), "crmctl customer set REF website=…"
        )
    if not _is_web(website):
        raise BadOption("--web", website, [], _("Only http:// and https:// addresses are opened."))
    if not webbrowser.open(website):
        raise UsageError(
            _("No browser could be started."), _("The address is {url}.").format(url=website)
        )


def _is_web(address: str) -> bool:
    from urllib.parse import urlsplit

    if not address.isprintable() or " " in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)

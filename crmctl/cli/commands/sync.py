"""`sync`: what others did comes in, what was done here goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import define, option
from crmctl.locale import N_, _, ngettext

if TYPE_CHECKING:
    from crmctl.sync.session import Report


@define(
    "sync",
    help=N_(
        "Share the book: commit what is here, take in what others did, check it, send it on."
        "\n\nA book with errors is not sent (exit code 1). Where two people changed the same "
        "field, both values are marked in the file (exit code 5): mend it and sync again."
    ),
    examples=["crmctl sync", "crmctl sync --dry-run", "crmctl sync --no-push"],
)
@options.output("table", "json")
@option("--no-push", is_flag=True, help=N_("Take in what others did and send nothing."))
@option("--dry-run", is_flag=True, help=N_("Only tell what would come in and go out."))
@option("--abort", is_flag=True, help=N_("Take back a merge that waits for you."))
def command(app: App, format_: str, no_push: bool, dry_run: bool, abort: bool) -> None:
    from crmctl.cli.writing import command_line
    from crmctl.sync.session import Sync
    from crmctl.values import jsontext
    from crmctl.vcs.errors import InConflict, NotChecked

    session = Sync(app.workspace, command_line())
    if abort:
        session.abort()
        app.remark(_("The merge is taken back; all of yours is as it was before."))
        return
    report = session.preview() if dry_run else session.run(push=not no_push)
    if format_ == "json":
        app.print([jsontext.dumps(_machine(app, report))])
    else:
        _tell(app, report)
    if dry_run:
        app.remark(_("Dry run: nothing was changed."))
    if report.clashes:
        raise InConflict(len(report.clashes))
    if report.errors:
        raise NotChecked(report.errors)


def _tell(app: App, report: Report) -> None:
    from crmctl.render.news import lines
    from crmctl.values.text import visible

    if report.set_up:
        app.remark(_("git merges records by fields in this clone from now on."))
    app.print(lines(app.workspace, report.news))
    for one in report.renamed:
        text = _("Others made another “{id}”: yours is “{new_id}” now, wherever it is named.")
        app.remark(text.format(id=one.id, new_id=one.new_id))
    app.print(visible(clash.message) for clash in report.clashes)
    if report.clashes:
        return
    if report.errors:
        app.print(visible(str(problem)) for problem in report.problems)
        return
    if report.edited:
        text = ngettext(
            "{count} file is not committed yet.",
            "{count} files are not committed yet.",
            len(report.edited),
        )
        app.remark(text.format(count=len(report.edited)))
    app.remark(_outcome(report))


def _outcome(report: Report) -> str:
    """What became of our own work, in one line."""
    sent = sum(max(1, len(commit.changes)) for commit in report.outgoing)
    if report.pushed:
        text = ngettext("{count} change was sent.", "{count} changes were sent.", sent)
    elif report.outgoing:
        text = ngettext("{count} change is to be sent.", "{count} changes are to be sent.", sent)
    elif report.news.records or report.news.files:
        text = _("There was nothing to send.")
    else:
        text = _("Nothing is new, here or there.")
    return text.format(count=sent)


def _machine(app: App, report: Report) -> dict[str, Any]:
    names = ("path", "line", "column", "code", "severity", "message", "hint")
    return {
        "incoming": [
            {
                "kind": one.change.kind,
                "id": one.change.new_id,
                "action": one.change.action,
                "about": one.about[1],
                "by": list(one.by),
                "fields": [part._asdict() for part in one.change.parts()],
            }
            for one in report.news.records
        ],
        "files": report.news.files,
        "outgoing": [
            {
                "commit": one.id,
                "author": one.author,
                "subject": one.subject,
                "changes": [*one.changes],
            }
            for one in report.outgoing
        ],
        "pushed": report.pushed,
        "renamed": [one._asdict() for one in report.renamed],
        "conflicts": [one._asdict() for one in report.clashes],
        "edited": report.edited,
        "problems": [{name: getattr(one, name) for name in names} for one in report.problems],
    }

"""`crmctl git`: what a book needs of git."""

from __future__ import annotations

import click

from crmctl.cli.app import App
from crmctl.cli.base import group, option
from crmctl.locale import N_, _

TOLD = {
    ".gitattributes": N_(".gitattributes: records are merged by crmctl, their line ends stay."),
    "merge.crmctl.driver": N_("The merge driver is this crmctl: {driver}"),
    "core.fsync": N_("git syncs everything that it writes (core.fsync=all)."),
}


@group(
    "git",
    help=N_("Make git work well with this book."),
    examples=["crmctl git setup"],
)
def command() -> None:
    pass


@command.command(
    "setup",
    help=N_(
        "Let git merge records field by field, in this clone."
        "\n\nRun it once in every clone: git keeps such settings out of what it versions. "
        "--per-author gives everybody files of their own for interactions, orders and the like, "
        "so that nobody's additions meet, even where crmctl does not merge (on a forge)."
    ),
    examples=["crmctl git setup", "crmctl git setup --per-author"],
)
@option("--per-author", is_flag=True, help=N_("A file for each customer and author."))
@click.pass_obj
def setup(app: App, per_author: bool) -> None:
    from crmctl.errors import GitRefused
    from crmctl.vcs import git
    from crmctl.vcs.setup import driver, set_up

    root = app.workspace.root
    if not git.available():
        raise GitRefused(_("git is not installed"))
    if not git.inside_repository(root):
        raise GitRefused(_("{root} is in no repository of git").format(root=root))
    try:
        written = set_up(root)
    except git.GitFailed as error:
        raise GitRefused(str(error)) from None
    for name in written:
        if name in TOLD:
            app.remark(_(TOLD[name]).format(driver=driver().partition(" merge-driver")[0]))
    if ".gitattributes" in written:
        app.remark(_("Commit .gitattributes, so that every clone has it."))
    if not written:
        app.remark(_("git is set up already; nothing was changed."))
    if per_author:
        from crmctl.changes.relayout import per_author as templates
        from crmctl.cli.commands.relayout import move

        move(app, templates(app.workspace.registry), None, dry_run=False, plan=None)

"""Whose records a command shows: --owner, --team and --mine as the names that records may use."""

from __future__ import annotations

from crmctl.cli.app import App
from crmctl.errors import BadOption, UsageError, did_you_mean
from crmctl.locale import _
from crmctl.refs import References
from crmctl.selection import Selection
from crmctl.values.text import fold, suggest

ME = ("me", "我")


def owners(app: App, owner: str | None, team: str | None, mine: bool) -> set[str] | None:
    """The folded names of those whose records are meant; None for everybody's."""
    from crmctl.agenda import names_of

    if mine and owner is None:
        owner = ME[0]
    if owner is None and team is None:
        return None
    users = [user_of(app, owner)] if owner else []
    return names_of(app.workspace, users) | (members(app, team) if team else set())


def members(app: App, team: str) -> set[str]:
    """The folded names of a team's users; an error for a team that nobody is in."""
    from crmctl.agenda import names_of

    kind = app.kind("user")
    selection = Selection(app.workspace, kind)
    found = list(selection.rows([selection.column("id"), selection.column("team")]))
    users = [id for id, name in found if name and fold(name) == fold(team)]
    if not users:
        teams = sorted({name for _id, name in found if name})
        raise BadOption(_("A team"), team, teams or ["—"], did_you_mean(suggest(team, teams)))
    return names_of(app.workspace, users)


def user_of(app: App, word: str) -> str:
    """The user that a word means, “me” among them; any name where the book has no users."""
    references = References(app.workspace)
    if word in ME:
        me = references.acting_user()
        if me is None:
            name = app.workspace.me
            raise UsageError(
                _("You are “{name}”, and this book has no such user.").format(name=name)
                if name
                else _("It is not known who “{word}” is.").format(word=word),
                _("Name one of “crmctl user list” with --owner, --as or CRMCTL_USER."),
            )
        return me
    if not references.has_users():
        return word
    return references.find(word, app.kind("user"))[1]

"""The commands of kinds with a workflow: `move`, more of them for deals, and `done` for tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmctl.cli import examples, options
from crmctl.cli.app import App
from crmctl.cli.base import Command, argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.errors import UsageError
from crmctl.locale import N_, _

if TYPE_CHECKING:
    from crmctl.schema.model import Kind


def moving_command(name: str, command: str, kind: Kind | None = None) -> Command:
    """One of these commands for the kind `name`."""
    makers = {
        "move": _move, "advance": _advance, "close": _close, "reopen": _reopen, "done": _done,
    }  # fmt: skip
    made = makers[command](name)
    made.examples = examples.of_kind(name, command, kind)
    return made


def _move(name: str) -> Command:
    @define(
        "move",
        help=N_(
            "Bring a record into another state; without STATE list where it may go."
            "\n\nFIELD=VALUE fills what the state asks for in the same step."
        ),
    )
    @options.writing
    @argument("ref", shell_complete=complete_ref(name))
    @argument("state", required=False)
    @argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
    def move(app: App, ref: str, state: str | None, words: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.moving import move_record

        move_record(app, app.kind(name), ref, state, words, **given)

    return move


def _advance(name: str) -> Command:
    @define("advance", help=N_("Bring a deal into its next stage."))
    @options.writing
    @argument("ref", shell_complete=complete_ref(name))
    @argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
    def advance(app: App, ref: str, words: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.moving import advance_record

        advance_record(app, app.kind(name), ref, words, **given)

    return advance


def _close(name: str) -> Command:
    @define("close", help=N_("Close a deal as won or, with a --reason, as lost."))
    @options.writing
    @option("--won", "end", flag_value="won", help=N_("The customer bought."))
    @option("--lost", "end", flag_value="lost", help=N_("The customer did not buy."))
    @argument("ref", shell_complete=complete_ref(name))
    @argument("words", nargs=-1, metavar="[FIELD=VALUE]...")
    def close(app: App, ref: str, end: str | None, words: tuple[str, ...], **given: Any) -> None:
        from crmctl.cli.moving import close_record

        if end is None:
            raise UsageError(_("Say how it ended: --won or --lost."))
        close_record(app, app.kind(name), ref, end, words, **given)

    return close


def _reopen(name: str) -> Command:
    @define("reopen", help=N_("Open a closed deal again, where it was or in another stage."))
    @options.writing
    @argument("ref", shell_complete=complete_ref(name))
    @argument("stage", required=False)
    def reopen(app: App, ref: str, stage: str | None, **given: Any) -> None:
        from crmctl.cli.moving import reopen_record

        reopen_record(app, app.kind(name), ref, stage, **given)

    return reopen


def _done(name: str) -> Command:
    @define(
        "done",
        help=N_(
            "Mark as done, and with --log note what was said as an interaction. What recurs is "
            "made anew for the next time."
        ),
    )
    @options.writing
    @option("--log", "said", metavar="TEXT", help=N_("Log an interaction with the customer."))
    @option("--kind", metavar="KIND", help=N_("Kind of that interaction, such as call or visit."))
    @option("--feeling", metavar="-2..2", help=N_("How the customer felt then."))
    @option("--next", "next_", metavar="WHEN: ACTION", help=N_("The next step after that."))
    @argument("refs", nargs=-1, required=True, shell_complete=complete_ref(name))
    def done(
        app: App,
        refs: tuple[str, ...],
        said: str | None,
        kind: str | None,
        feeling: str | None,
        next_: str | None,
        **given: Any,
    ) -> None:
        from crmctl.cli.moving import finish_records

        told = {"kind": kind, "feeling": feeling, "next": next_}
        finish_records(app, app.kind(name), refs, said, told, **given)

    return done

"""`care plan` and `care done`: what we do for a customer without being asked."""

from __future__ import annotations

from typing import Any

from crmctl.cli import options
from crmctl.cli.app import App
from crmctl.cli.base import argument, define, option
from crmctl.cli.completing import complete_ref
from crmctl.locale import N_

CUSTOMER = "customer"


@define(
    "plan",
    help=N_(
        "Begin a care plan with the steps of the policy “accounts”, before, during and after a "
        "sale.\n\nWhat has a step of the same name already keeps it."
    ),
    examples=["crmctl care plan nordlys", "crmctl care plan nordlys --from yesterday --dry-run"],
)
@options.writing
@option("--template", metavar="NAME", help=N_("Which plan of the policy; the first, if unsaid."))
@option("--from", "start", metavar="DATE", help=N_("When it begins; today, if it is not said."))
@argument("ref", metavar="CUSTOMER", shell_complete=complete_ref(CUSTOMER))
def plan(app: App, ref: str, **given: Any) -> None:
    from crmctl.cli.accounting import begin_care

    begin_care(app, ref, **given)


@define(
    "done",
    help=N_(
        "Note that a step of a care plan was done today; one that repeats is due again.\n\nWith "
        "--log it is noted as an interaction too."
    ),
    examples=[
        "crmctl care done stadtwerke-neckartal season",
        'crmctl care done stadtwerke-neckartal season --log "probes are ready"',
    ],
)
@options.writing
@option("--log", "text", metavar="TEXT", help=N_("What happened, as “crmctl log” notes it."))
@argument("ref", metavar="CUSTOMER", shell_complete=complete_ref(CUSTOMER))
@argument("key")
def done(app: App, ref: str, **given: Any) -> None:
    from crmctl.cli.accounting import finish_care

    finish_care(app, ref, **given)


COMMANDS = {"plan": plan, "done": done}

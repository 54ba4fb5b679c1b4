"""What `consent grant` and `consent revoke` do once their options are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.cli.app import App
from crmctl.cli.writing import builder, finish
from crmctl.errors import UsageError
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _
from crmctl.policies.marketing import CHANNELS
from crmctl.refs import References


def answer(
    app: App,
    ref: str,
    status: str,
    *,
    channels: Sequence[str],
    every: bool,
    proof: str | None,
    date: str | None,
    reason: str | None,
    **writing: Any,
) -> None:
    """A customer's answer for some channels, in place of what was said before."""
    if every == bool(channels):
        raise UsageError(
            _("Say which channels, or --all."),
            _("Possible: {choices}.").format(choices=", ".join(CHANNELS)),
        )
    kind = app.kind(CUSTOMER)
    _kind, id = References(app.workspace).find(ref, kind)
    day = app.period("--date", date).end if date else app.workspace.today
    built = builder(app, reason)
    values = built.read(kind, id).values
    said = {"status": status, "date": day.isoformat(), **({"proof": proof} if proof else {})}
    answers = {one["channel"]: one for one in values.get("consent") or []}
    for channel in channels or CHANNELS:
        if answers.get(channel, {}).get("status") != status or proof or date:
            answers[channel] = {"channel": channel, **said}
    built.replace(kind, id, {**values, "consent": [*answers.values()]})
    finish(app, built, **writing)

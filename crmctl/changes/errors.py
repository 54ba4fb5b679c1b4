"""What stands in the way of a change set or of its journal, as the user reads it."""

from __future__ import annotations

from crmctl.errors import CrmctlError
from crmctl.locale import _


class AlreadyApplied(CrmctlError):
    exit_code = 5

    def __init__(self, change: str) -> None:
        super().__init__(
            _("Change {change} was applied already.").format(change=change),
            _("Nothing was written. “crmctl changes {change}” shows it.").format(change=change),
        )


class BadPlan(CrmctlError):
    exit_code = 3

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            _("{file} cannot be carried out: {reason}.").format(file=file, reason=reason),
            _("Nothing was written."),
        )


class BadTemplate(CrmctlError):
    """A text that cannot be the path template of a kind."""

    def __init__(self, template: str, kind: str, reason: str, hint: str | None = None) -> None:
        super().__init__(
            _("“{template}” cannot be the path of {kind}: {reason}.").format(
                template=template, kind=kind, reason=reason.rstrip(".")
            ),
            hint or _("Nothing was moved. A path looks like customers/{shard}/{id}.yaml."),
        )


class OutdatedPlan(CrmctlError):
    exit_code = 5

    def __init__(self, file: str, id: str) -> None:
        super().__init__(
            _("{file} cannot be carried out: “{id}” was changed since.").format(file=file, id=id),
            _("Nothing was written. Have a new plan made."),
        )


class NotCheckedOut(CrmctlError):
    exit_code = 5

    def __init__(self, path: str) -> None:
        super().__init__(
            _("{path} is in git, but not in this working tree.").format(path=path),
            _("A new file would take its place. Check it out: “git sparse-checkout disable”."),
        )


class DamagedJournal(CrmctlError):
    """An entry of the journal that cannot be read."""

    exit_code = 3

    def __init__(self, file: str) -> None:
        super().__init__(
            _("{file} is damaged.").format(file=file), _("“crmctl doctor” puts it aside.")
        )

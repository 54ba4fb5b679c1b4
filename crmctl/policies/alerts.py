"""What `alerts` warns of: named rules with a severity."""

from __future__ import annotations

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import N_, _
from crmctl.policies.rule import Rule
from crmctl.values.text import suggest

SEVERITIES = {"critical": N_("Critical"), "warning": N_("Warning"), "info": N_("Info")}


class Alert(Rule):
    """One rule; what it finds is an alert. The graver severities come first."""

    severity: str = "warning"


SHAPE = dict[str, Alert]


def check(rules: dict[str, Alert], where: str) -> None:
    """BadDefinition for a severity that is none."""
    for name, rule in rules.items():
        if rule.severity not in SEVERITIES:
            reason = _("“{value}” is none of {choices}").format(
                value=rule.severity, choices=", ".join(SEVERITIES)
            )
            hint = did_you_mean(suggest(rule.severity, SEVERITIES))
            raise BadDefinition(where, f"alerts.{name}.severity", reason, hint)

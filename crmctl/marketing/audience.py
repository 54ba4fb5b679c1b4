"""Whom a campaign means: the customers of its audience, or those who have come so far in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmctl.errors import BadValue, CrmctlError, UsageError
from crmctl.facts.definitions import CUSTOMER
from crmctl.locale import _
from crmctl.marketing.gate import Hold
from crmctl.selection import Selection
from crmctl.values.frozen import Frozen
from crmctl.workspace import Workspace

Values = Mapping[str, Any]
AUDIENCE, PARTICIPANTS = "audience", "participants"
# How far a participant has come; who declined is meant by none but the first.
GROUPS = (
    AUDIENCE, PARTICIPANTS, "invited", "registered", "unconfirmed", "confirmed", "attended",
    "absent",
)  # fmt: skip


class Meant(Frozen):
    """Ids of customers in order, and whom to reach at some of them."""

    ids: tuple[str, ...]
    contacts: Mapping[str, str]


def meant(
    workspace: Workspace, campaign: Values, group: str | None = None, where: str | None = None
) -> Meant:
    """Whom a campaign means by one of GROUPS; without one its audience, or else its participants.

    UsageError when it has neither, BadValue for an audience that cannot be used.
    """
    kind = workspace.registry.kinds[CUSTOMER]
    participants = [one for one in campaign.get("participants") or [] if isinstance(one, dict)]
    contacts = {str(p["customer"]): str(p["contact"]) for p in participants if p.get("contact")}
    audience = campaign.get("audience")
    group = group or (AUDIENCE if audience else PARTICIPANTS)
    if group != AUDIENCE:
        wanted = [str(one["customer"]) for one in participants if _came(one, group)]
        found = Selection(workspace, kind, where, archived=True, ids=wanted).ids()
        return Meant(tuple(found), contacts)
    if not audience:
        raise UsageError(
            _("“{id}” has no audience.").format(id=campaign["id"]),
            _("“crmctl campaign set {id} audience=QUERY” gives it one.").format(id=campaign["id"]),
        )
    try:
        Selection(workspace, kind, str(audience))
    except CrmctlError as error:
        raise BadValue("audience", str(audience), error.message, error.hint) from None
    query = f"({audience}) ({where})" if where else str(audience)
    return Meant(tuple(Selection(workspace, kind, query).ids()), contacts)


def standing(campaign: Values, invited: bool) -> dict[str, Hold]:
    """What holds participants back: that they declined and, where it is about inviting, that they
    are invited."""
    found = {}
    for one in campaign.get("participants") or []:
        id, day = str(one.get("customer")), one.get("declined")
        if day:
            found[id] = Hold("declined", _("declined on {date}").format(date=day))
        elif invited and one.get("invited"):
            found[id] = Hold("invited", _("is invited since {date}").format(date=one["invited"]))
    return found


def _came(participant: Values, group: str) -> bool:
    """Whether a participant belongs to a group."""
    there = {name for name in ("invited", "registered", "confirmed") if participant.get(name)}
    attended, declined = "attended" in participant, "declined" in participant
    match group:
        case "participants":
            return True
        case "attended":
            return attended
        case "absent":
            return bool(there & {"registered", "confirmed"}) and not attended and not declined
        case "unconfirmed":
            return "registered" in there and "confirmed" not in there and not declined
        case _:
            return group in there and not declined

"""What a campaign writes down: who was invited, and what was sent to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmctl.changes.assign import Assignment
from crmctl.changes.build import Builder
from crmctl.changes.logged import INTERACTION
from crmctl.marketing.gate import Party
from crmctl.values.dates import format_instant

CAMPAIGN = "campaign"
# How a touch on a channel is logged: kind, channel, and whether it is a mass message, which is no
# touch of a human being: it answers nobody and resets no cadence.
TOUCHES = {
    "phone": ("call", "phone", False),
    "visit": ("visit", "in_person", False),
    "email": ("email", "email", True),
    "wechat": ("message", "wechat", True),
    "sms": ("message", "sms", True),
    "post": ("message", "post", True),
}


def invite(built: Builder, campaign: str, parties: Sequence[Party]) -> None:
    """Puts parties on the list of participants, invited today; who is on it gets the day."""
    kind = built.workspace.registry.kinds[CAMPAIGN]
    values = built.read(kind, campaign).values
    today = built.workspace.today.isoformat()
    listed: list[Any] = [*(values.get("participants") or [])]
    places = {one.get("customer"): place for place, one in enumerate(listed)}
    for party in parties:
        place = places.get(party.customer)
        if place is not None:
            listed[place] = {**listed[place], "invited": today}
            continue
        contact = party.reach.contact if party.reach else None
        item = {"customer": party.customer, "contact": contact, "invited": today}
        listed.append({name: value for name, value in item.items() if value})
    built.replace(kind, campaign, {**values, "participants": listed})


def log_sent(
    built: Builder,
    campaign: str,
    parties: Sequence[Party],
    channel: str,
    material: str,
    more: Sequence[Assignment] = (),
) -> None:
    """One interaction for each party that says what was sent; `more` are further assignments."""
    kind = built.workspace.registry.kinds[INTERACTION]
    assigner = built.assigner(kind)
    touch, way, automatic = TOUCHES[channel]
    by = built.references.acting_user()
    for party in parties:
        values: dict[str, Any] = {
            "customer": party.customer,
            "at": format_instant(built.workspace.now),
            "kind": touch,
            "channel": way,
            "direction": "out",
            "initiator": "us",
            "automatic": automatic,
            "by": by,
            "contact": party.reach.contact if party.reach else None,
            "subject": material,
            "materials": [material],
            "campaign": campaign,
        }
        known = {name: value for name, value in values.items() if value is not None}
        built.add(kind, assigner.apply(known, list(more)))

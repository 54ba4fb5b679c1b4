"""Whom campaigns may reach: consent, the rules of the gate, and how often."""

from __future__ import annotations

from collections.abc import Iterator

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.typed import Titles
from crmctl.values.frozen import Frozen
from crmctl.values.text import suggest

ALLOW, HOLD = "allow", "hold"
CHANNELS = ("phone", "email", "wechat", "sms", "post", "visit")


class Rule(Frozen):
    """A query on customers; who matches it is held back, and `title` is the reason."""

    query: str
    title: Titles | None = None


class Touches(Frozen):
    """No more than `most` interactions that match `query` within `days`."""

    most: int = 2
    days: int = 14
    query: str = "direction:out campaign:*"


class Marketing(Frozen):
    """The section `marketing`."""

    channel: str = "email"
    unknown: dict[str, str] = {}  # noqa: RUF012 (copied for each)
    touches: Touches = Touches()
    gate: dict[str, Rule] = {}  # noqa: RUF012
    confirm_days: int = 3


SHAPE = Marketing


def queries(policy: Marketing) -> Iterator[tuple[str, str, str]]:
    """The queries of the section: where each stands, the kind that it is about, and its text."""
    yield "touches.query", "interaction", policy.touches.query
    for name, rule in policy.gate.items():
        yield f"gate.{name}.query", "customer", rule.query


def check(policy: Marketing, where: str) -> None:
    """BadDefinition for a channel or a word that there is not."""
    _known(policy.channel, CHANNELS, where, "marketing.channel")
    for channel, word in policy.unknown.items():
        _known(channel, CHANNELS, where, f"marketing.unknown.{channel}")
        _known(word, (ALLOW, HOLD), where, f"marketing.unknown.{channel}")


def _known(word: str, words: tuple[str, ...], where: str, place: str) -> None:
    if word not in words:
        reason = _("“{value}” is not possible here").format(value=word)
        hint = did_you_mean(suggest(word, words)) or _("Possible: {choices}.").format(
            choices=", ".join(words)
        )
        raise BadDefinition(where, place, reason, hint)

"""What the settings of models have in common: choices, spans of time, and numbers in bounds."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from crmctl.errors import BadDefinition, did_you_mean
from crmctl.locale import _
from crmctl.values.dates import parse_offset
from crmctl.values.text import suggest


def check_choice(word: str, choices: Collection[str], where: str, place: str) -> None:
    """BadDefinition unless it is one of the choices."""
    if word not in choices:
        raise BadDefinition(
            where,
            place,
            _("“{value}” is not possible here").format(value=word),
            did_you_mean(suggest(word, choices))
            or _("Possible: {choices}.").format(choices=", ".join(choices)),
        )


def check_span(text: str | None, where: str, place: str) -> None:
    """BadDefinition unless it is a length of time, or nothing."""
    span = parse_offset(text) if text is not None else None
    if text is not None and (span is None or not span.count or span.unit == "h"):
        raise BadDefinition(where, place, _("must be {what}").format(what=_("a length like 12m")))


def check_number(
    number: Decimal | int, where: str, place: str, least: int = 0, most: int | None = None
) -> None:
    """BadDefinition unless `least <= number <= most`."""
    if number < least or (most is not None and number > most):
        text = (
            _("a number from {least} on") if most is None else _("a number from {least} to {most}")
        )
        what = text.format(least=least, most=most)
        raise BadDefinition(where, place, _("must be {what}").format(what=what))

"""Why a customer counts as loyal or satisfied, in words, out of the row of a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmctl.analytics.result import ModelResult
from crmctl.locale import _, ngettext

Row = dict[str, Any]


def of_loyalty(result: ModelResult) -> ModelResult:
    """The result of the model of Dick and Basu with reasons for each of its rows."""
    return result.replaced(reasons=lambda row: [*_of_loyalty(row, result.parameters)])


def _of_loyalty(row: Row, parameters: dict[str, Any]) -> Iterator[str]:
    text = ngettext(
        "{count} purchase within {days} days; from {least} on they are many.",
        "{count} purchases within {days} days; from {least} on they are many.",
        row["purchases"],
    )
    yield text.format(
        count=row["purchases"],
        days=parameters["days"],
        least=f"{parameters['repeat_from']:f}",
    )
    if row["share"] is not None:
        text = _("{share} % of what they spend in our category; from {least} % on that is much.")
        yield text.format(
            share=f"{row['share']:.1f}", least=f"{100 * parameters['share_from']:.0f}"
        )
    if row["attitude"] is not None:
        text = _("An attitude of {value} against our rivals; from {least} on it is high.")
        yield text.format(value=f"{row['attitude']:.1f}", least=f"{parameters['attitude_from']:f}")
    yield changing(row)


def of_satisfaction(result: ModelResult) -> ModelResult:
    """The result of the model of satisfaction with reasons for each of its rows."""
    return result.replaced(reasons=lambda row: [*_of_satisfaction(row, result.parameters)])


def _of_satisfaction(row: Row, parameters: dict[str, Any]) -> Iterator[str]:
    high = f"{parameters['high']:f}"
    if row["satisfaction"] is not None:
        text = _("A satisfaction of {value}; from {least} on it is high.")
        yield text.format(value=f"{row['satisfaction']:.1f}", least=high)
    if row["dissatisfaction"] is not None:
        text = _("A dissatisfaction of {value}; from {least} on it is high.")
        yield text.format(value=f"{row['dissatisfaction']:.1f}", least=high)
    if row["pleases"]:
        yield _("What pleases: {reasons}.").format(reasons=", ".join(row["pleases"]))
    if row["annoys"]:
        yield _("What annoys: {reasons}.").format(reasons=", ".join(row["annoys"]))
    yield changing(row)


def changing(row: Row) -> str:
    """What would change the label of a row."""
    return _("It would change with: {change}.").format(change=row["change"])

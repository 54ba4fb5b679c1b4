"""NPS: how many would recommend us, less how many would not, and how sure that is.

After Reichheld, "The One Number You Need to Grow" (Harvard Business Review, 2003).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crmctl.analytics.answers import (
    Answer,
    Form,
    Row,
    apart,
    head,
    once,
    remarks,
    share,
    square_root,
    told,
)
from crmctl.analytics.grouping import Grouping, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

COLUMNS = (
    Column("n", "n", "integer"),
    Column("promoters", N_("Promoters"), "percent"),
    Column("passives", N_("Passives"), "percent"),
    Column("detractors", N_("Detractors"), "percent"),
    Column("nps", "NPS", "mean"),
    Column("se", N_("Standard error"), "mean"),
    Column("low", N_("Interval from"), "mean"),
    Column("high", N_("Interval to"), "mean"),
)
TITLES = {
    "promoter_from": N_("promoters from"),
    "detractor_to": N_("detractors up to"),
    "sure_from": N_("interval for fewer answers than"),
    "errors": N_("half of the interval in standard errors"),
}


def nps(
    answers: Iterable[Answer],
    form: Form,
    as_of: date,
    promoter: Decimal = Decimal(9),
    detractor: Decimal = Decimal(6),
    sure: int = 30,
    errors: Decimal = Decimal("1.96"),
    by: Grouping | None = None,
) -> ModelResult:
    """The net promoter score, -100 to 100: percent of promoters less percent of detractors.

    Its standard error is 100 sqrt((p + d - (p - d)^2) / n). With fewer than `sure` answers the
    interval of so many `errors` on either side is given (`low`, `high`, within -100 to 100), unless
    all answers fall into one class: then they do not tell how sure they are. The question is the
    first item of the form. One answer per respondent and event counts.
    """
    counted, doubles = once(answers)
    question = next(iter(form.items), "")
    counted = [one for one in counted if question in one.given]
    rows = [
        {
            **begun,
            **_score([one.given[question] for one in found], promoter, detractor, sure, errors),
        }
        for begun, found in apart(counted, by)
    ]
    parameters = {
        "promoter_from": promoter,
        "detractor_to": detractor,
        "sure_from": sure,
        "errors": errors,
    }
    notes = [*remarks(len(counted), doubles, form), *several((one.id for one in counted), by)]
    if any(row["n"] < sure for row in rows):
        notes.append(
            _("With fewer than {count} answers the score is uncertain: see the interval.").format(
                count=sure
            )
        )
    columns = (*head(by), *COLUMNS)
    return ModelResult("nps", as_of, parameters, len(counted), columns, rows, notes, TITLES)


def _score(
    values: Sequence[Decimal], promoter: Decimal, detractor: Decimal, sure: int, errors: Decimal
) -> Row:
    n = len(values)
    up = sum(value >= promoter for value in values)
    down = sum(value <= detractor for value in values)
    net = Fraction(up - down, n)
    error = square_root(10_000 * (Fraction(up + down, n) - net**2) / n)
    low = high = None
    if n < sure and error:
        half = errors * error
        low = told(Fraction(max(Decimal(-100), 100 * Decimal(up - down) / n - half)))
        high = told(Fraction(min(Decimal(100), 100 * Decimal(up - down) / n + half)))
    return {
        "n": n,
        "promoters": told(share(up, n)),
        "passives": told(share(n - up - down, n)),
        "detractors": told(share(down, n)),
        "nps": told(100 * net),
        "se": error,
        "low": low,
        "high": high,
    }

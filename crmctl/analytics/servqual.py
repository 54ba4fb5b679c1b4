"""SERVQUAL: the gap between the service perceived and the one expected, in five dimensions.

After Parasuraman, Zeithaml and Berry, "SERVQUAL: A Multiple-Item Scale for Measuring Consumer
Perceptions of Service Quality" (Journal of Retailing 64, 1988): 22 pairs of items from 1 to 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from crmctl.analytics.answers import Answer, Form, Row, apart, head, mean, once, remarks, told
from crmctl.analytics.expectation import Expectations, Pair
from crmctl.analytics.grouping import Grouping, several
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _

OVERALL = "overall"
_WHOLE = Fraction(100)

COLUMNS = (
    Column("n", "n", "integer"),
    Column("expected", N_("Expectation"), "mean"),
    Column("perceived", N_("Perceived"), "mean"),
    Column("gap", N_("Gap"), "mean"),
    Column("weight", N_("Weight"), "mean"),
)
TITLES = {
    "weights_from": N_("weights"),
    "settings": N_("of the settings"),
    "respondents": N_("of the respondents"),
}


def servqual(
    answers: Iterable[Answer],
    before: Iterable[Answer],
    form: Form,
    as_of: date,
    weights: Mapping[str, Decimal],
    points: str = "points_",
    by: Grouping | None = None,
) -> ModelResult:
    """Per group and dimension: what was expected and perceived, and the gap, perceived - expected.

    A respondent's dimension is the mean of its paired items, at least one; a dimension is the mean
    of its respondents, `n` of them. `overall` weighs the dimensions by 100 points: by those that
    respondents shared out themselves (items called `points` and the dimension, 100 in all), else by
    `weights`. It is only told where every dimension was measured.
    """
    counted, doubles = once(answers)
    known = Expectations(form, before)
    pairs = {one.id: list(known.pairs(one)) for one in counted}
    counted = [one for one in counted if pairs[one.id]]
    rows: list[Row] = []
    own = False
    for begun, found in apart(counted, by):
        shared = [split for one in found if (split := _split(form, one, points))]
        own = own or bool(shared)
        usual = [{name: Fraction(weights.get(name, 0)) for name in form.dimensions}]
        weight = {
            name: sum((one[name] for one in shared or usual), Fraction(0))
            for name in form.dimensions
        }
        whole = sum(weight.values(), Fraction(0))
        measured = []
        for name, items in form.dimensions.items():
            each = [
                mine
                for one in found
                if (mine := [pair for pair in pairs[one.id] if pair.item in items])
            ]
            share = _WHOLE * weight[name] / whole if whole else None
            measured.append((share, _sides(each)))
            rows.append(
                {**begun, "dimension": name, "n": len(each), **_row(measured[-1][1], share)}
            )
        rows.append({**begun, "dimension": OVERALL, "n": len(found), **_overall(measured)})
    names = {**form.titles, OVERALL: N_("Overall, weighted")}
    columns = (*head(by), Column("dimension", N_("Dimension"), "enum", names), *COLUMNS)
    parameters = {"weights_from": "respondents" if own else "settings"}
    notes = [*remarks(len(counted), doubles, form), *several((one.id for one in counted), by)]
    if any(row["gap"] is None for row in rows):
        notes.append(_("A dimension that nobody was asked about leaves the whole unmeasured."))
    return ModelResult("servqual", as_of, parameters, len(counted), columns, rows, notes, TITLES)


def _split(form: Form, answer: Answer, points: str) -> dict[str, Fraction] | None:
    """How a respondent shared out 100 points; None where they did not, or not 100."""
    found = {
        name: Fraction(answer.given[f"{points}{name}"])
        for name in form.dimensions
        if f"{points}{name}" in answer.given
    }
    return found if len(found) == len(form.dimensions) and sum(found.values()) == 100 else None


Sides = tuple[Fraction, Fraction]


def _sides(respondents: list[list[Pair]]) -> Sides | None:
    """Expected and perceived, the mean of the respondents' means."""
    expected = mean(mean(pair.expected for pair in pairs) for pairs in respondents)
    perceived = mean(mean(pair.perceived for pair in pairs) for pairs in respondents)
    return None if expected is None or perceived is None else (expected, perceived)


def _row(sides: Sides | None, weight: Fraction | None) -> Row:
    expected, perceived = sides or (None, None)
    gap = None if expected is None or perceived is None else perceived - expected
    return {
        "expected": told(expected),
        "perceived": told(perceived),
        "gap": told(gap),
        "weight": told(weight),
    }


def _overall(measured: list[tuple[Fraction | None, Sides | None]]) -> Row:
    parts = [(weight, sides) for weight, sides in measured if weight is not None and sides]
    if not measured or len(parts) < len(measured):
        return _row(None, _WHOLE)
    expected = sum((weight * sides[0] for weight, sides in parts), Fraction(0)) / _WHOLE
    perceived = sum((weight * sides[1] for weight, sides in parts), Fraction(0)) / _WHOLE
    return _row((expected, perceived), _WHOLE)

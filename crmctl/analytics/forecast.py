"""Forecast: what open deals will bring, by the chance that deals of their stage were won with.

The customary weighted pipeline, the sum of amount x p(stage). A chance is (won + 1) / (decided + 2)
of the decided deals that passed the stage, Laplace's rule of succession (1814), or else the one
that the pipeline says. Past forecasts are made again as of earlier days, and scored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from crmctl.analytics.deals import (
    WON,
    Course,
    Spell,
    Stages,
    all_spells,
    closed_within,
)
from crmctl.analytics.exact import EXACT, percent, quotient, rounded, total
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

Key = tuple[str, str]
BASES = {"measured": N_("Measured"), "configured": N_("From the pipeline")}


class Chance(NamedTuple):
    """In percent; `n` are the decided deals that it was measured on, even where too few."""

    exact: Fraction
    n: int
    measured: bool

    @property
    def percent(self) -> Decimal:
        return rounded(self.exact)


class Rules(NamedTuple):
    """How chances are found: over the outcomes of so many days, from so many on, or configured."""

    stages: Stages
    configured: Mapping[Key, Decimal]
    days: int = 0
    least: int = 1


class Open(NamedTuple):
    """An open deal of today: when it is expected to close, and percent that somebody said."""

    deal: str
    expected: date | None
    said: Decimal | None


FORECAST = (
    Column("opportunity", N_("Opportunity"), "ref", kind="opportunity"),
    Column("customer", N_("Customer"), "ref"),
    Column("stage", N_("Stage"), "enum"),
    Column("amount", N_("Amount"), "money"),
    Column("chance", N_("Chance"), "percent"),
    Column("n", "n", "integer"),
    Column("basis", N_("Basis"), "enum", BASES),
    Column("weighted", N_("Weighted"), "money"),
    Column("said", N_("Chance as said"), "percent"),
    Column("expected_close", N_("Expected close"), "date"),
    Column("late", N_("Days late"), "integer"),
)
SCORE = (
    Column("made", N_("Made on"), "date"),
    Column("deals", N_("Open deals"), "integer"),
    Column("forecast", N_("Forecast"), "money"),
    Column("undecided", N_("Undecided"), "integer"),
    Column("n", N_("Closed deals"), "integer"),
    Column("forecast_decided", N_("Forecast of these"), "money"),
    Column("won", N_("Won"), "money"),
    Column("error", N_("Error"), "money"),
    Column("error_percent", N_("Error in percent"), "percent"),
    Column("brier", N_("Brier score"), "number"),
)
TITLES = {
    "days": N_("days counted"),
    "least": N_("outcomes needed"),
    "amount": N_("open in all"),
    "weighted": N_("forecast in all"),
    "past_due": N_("past their expected close"),
    "by_month": N_("forecast for"),
    "none": N_("no month"),
    "past": N_("past forecasts,"),
    "months": N_("month ends"),
    "mean_error": N_("mean error"),
    "mean_absolute_error": N_("mean absolute error"),
    "bias_percent": N_("bias in percent of what was won"),
    "n": "n",
}


def chances(spells: Iterable[Spell], as_of: date, rules: Rules) -> dict[Key, Chance]:
    """The chance of each stage that a pipeline has, as of a day, from what was decided by then."""
    passed: dict[Key, list[bool]] = {}
    for one in closed_within(spells, as_of, rules.days):
        furthest = one.furthest(rules.stages)
        if furthest is not None and one.pipeline is not None:
            for stage in rules.stages[one.pipeline][: furthest + 1]:
                passed.setdefault((one.pipeline, stage), []).append(one.outcome == WON)
    found = {}
    for pipeline, stages in rules.stages.items():
        for key in ((pipeline, stage) for stage in stages):
            outcomes = passed.get(key, [])
            if len(outcomes) >= rules.least:
                share = Fraction(100 * (sum(outcomes) + 1), len(outcomes) + 2)
                found[key] = Chance(share, len(outcomes), True)
            elif key in rules.configured:
                found[key] = Chance(Fraction(rules.configured[key]), len(outcomes), False)
    return found


def chance_of(one: Spell, found: Mapping[Key, Chance]) -> Chance | None:
    """The chance of the stage that an open deal is in; None for a stage of no pipeline."""
    return found.get((one.pipeline or "", one.visits[-1][0] or ""))


def _weighted(one: Spell, chance: Chance | None) -> Decimal | None:
    if one.amount is None or chance is None:
        return None
    return rounded(Fraction(one.amount) * chance.exact / 100)


def forecast(
    spells: Iterable[Spell],
    deals: Iterable[Open],
    as_of: date,
    rules: Rules,
    *,
    past: Mapping[str, Any] | None = None,
    titles: Mapping[str, str] | None = None,
) -> ModelResult:
    """A row for each of `deals`, by expected close, those without one last, then by id.

    `late` are days past the expected close, None where it is not. `parameters`: what is open, the
    forecast of all, of those past due, and of each month of expected close; `past` says how good
    past forecasts were (the parameters of `forecast_score`).
    """
    found = list(spells)
    known = chances(found, as_of, rules)
    standing = {one.deal: one for one in found if one.outcome is None}
    rows: list[dict[str, Any]] = []
    for deal in deals:
        one = standing.get(deal.deal)
        if one is None:
            continue
        chance = chance_of(one, known)
        late = None if deal.expected is None else (as_of - deal.expected).days
        rows.append(
            {
                "opportunity": deal.deal,
                "customer": one.customer,
                "stage": one.visits[-1][0],
                "amount": one.amount,
                "chance": chance.percent if chance else None,
                "n": chance.n if chance else None,
                "basis": ("measured" if chance.measured else "configured") if chance else None,
                "weighted": _weighted(one, chance),
                "said": deal.said,
                "expected_close": deal.expected,
                "late": late if late is not None and late > 0 else None,
            }
        )
    rows.sort(key=lambda row: (row["expected_close"] or date.max, row["opportunity"]))
    for row in rows:
        row["expected_close"] = row["expected_close"] and row["expected_close"].isoformat()
    parameters = {"days": rules.days, "least": rules.least, **_sums(rows), "past": past or {}}
    columns = tuple(
        column.replaced(values=titles or {}) if column.name == "stage" else column
        for column in FORECAST
    )
    return ModelResult(
        "forecast", as_of, parameters, len(rows), columns, rows, _notes(rows), TITLES
    )


def _sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    months: dict[str, list[Decimal]] = {}
    for row in rows:
        if row["weighted"] is not None:
            month = (row["expected_close"] or "none")[:7]
            months.setdefault(month, []).append(row["weighted"])
    late = [row["weighted"] for row in rows if row["late"] and row["weighted"] is not None]
    return {
        "amount": total(row["amount"] for row in rows if row["amount"] is not None),
        "weighted": total(value for values in months.values() for value in values),
        "past_due": total(late),
        "by_month": {month: total(months[month]) for month in sorted(months)},
    }


def _notes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return [_("No deal is open.")]
    notes = []
    without = [row["opportunity"] for row in rows if row["weighted"] is None]
    if without:
        text = ngettext(
            "{count} deal has no amount, or a stage without a chance, and is left out: {ids}.",
            "{count} deals have no amount, or a stage without a chance, and are left out: {ids}.",
            len(without),
        )
        notes.append(text.format(count=len(without), ids=", ".join(without)))
    late = sum(row["late"] is not None for row in rows)
    if late:
        text = ngettext(
            "{count} deal is past its expected close: ask for a new date.",
            "{count} deals are past their expected close: ask for new dates.",
            late,
        )
        notes.append(text.format(count=late))
    if any(row["basis"] == "configured" for row in rows):
        notes.append(_("Where too few deals were decided, the chance is that of the pipeline."))
    return notes


def forecast_score(
    courses: Iterable[Course],
    made: Iterable[date],
    as_of: date,
    rules: Rules,
    only: Set[str] | None = None,
) -> ModelResult:
    """Forecasts made again as of the days `made`, each scored by what has been won of it since.

    A row compares the forecast of the deals that are decided by now with what they brought:
    `error` = forecast - won, in percent of what was won too; `brier` is the mean of (p - outcome)
    squared, 0 the best (Brier, Monthly Weather Review, 1950). Undecided deals score nothing yet.
    Amounts have no history: they are those of today. `only`: the deals that are scored, all
    without it; chances are measured on all.
    """
    known = list(courses)
    later = {(one.deal, one.number): one for one in all_spells(known, as_of)}
    rows = [_replayed(known, day, later, rules, only) for day in sorted(set(made))]
    rows = [row for row in rows if row["deals"]]
    scored = [row for row in rows if row["n"]]
    errors = [row["error"] for row in scored]
    won = total(row["won"] for row in scored)
    parameters = {
        "months": len(scored),
        "mean_error": quotient(total(errors), len(errors)) if errors else None,
        "mean_absolute_error": quotient(total(map(abs, errors)), len(errors)) if errors else None,
        "bias_percent": percent(total(errors), won),
    }
    notes = [_("Amounts have no history: past forecasts are made with those of today.")]
    if not scored:
        notes = [_("No deal of an earlier forecast has been decided yet.")]
    return ModelResult("forecast-score", as_of, parameters, len(scored), SCORE, rows, notes, TITLES)


def _replayed(
    courses: Sequence[Course],
    day: date,
    later: Mapping[tuple[str, int], Spell],
    rules: Rules,
    only: Set[str] | None,
) -> dict[str, Any]:
    then = all_spells(courses, day)
    known = chances(then, day, rules)
    weighed = [
        (later.get((one.deal, one.number)), _weighted(one, chance), chance)
        for one in then
        if one.outcome is None and (only is None or one.deal in only)
        for chance in [chance_of(one, known)]
    ]
    made = [(now, value, chance) for now, value, chance in weighed if value is not None and chance]
    decided = [(now, value, chance) for now, value, chance in made if now and now.outcome]
    of_these = total(value for _now, value, _chance in decided)
    won = total(now.amount or Decimal(0) for now, _v, _c in decided if now.outcome == WON)
    misses = [(chance.exact / 100 - (now.outcome == WON)) ** 2 for now, _value, chance in decided]
    error = EXACT.subtract(of_these, won) if decided else None
    return {
        "made": day.isoformat(),
        "deals": len(made),
        "forecast": total(value for _now, value, _chance in made),
        "undecided": len(made) - len(decided),
        "n": len(decided),
        "forecast_decided": of_these if decided else None,
        "won": won if decided else None,
        "error": error,
        "error_percent": None if error is None else percent(error, won),
        "brier": rounded(sum(misses) / Fraction(len(misses))) if misses else None,
    }

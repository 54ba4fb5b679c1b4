"""Lead scores: how well somebody fits (0 to 60) and what they do (0 to 40, halved every 30 days).

There is no standard; points, cuts and reasons are rules of the book. Whether the score is worth
anything is what `lead_check` tells: the win rate of each grade, and its lift over that of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from crmctl.analytics.exact import EXACT, halved, percent, quotient, total, trimmed
from crmctl.analytics.logistic import Fit, fitted
from crmctl.analytics.result import Column, ModelResult
from crmctl.locale import N_, _, ngettext

SCORES = (
    Column("customer", N_("Customer"), "ref"),
    Column("score", N_("Score"), "number"),
    Column("grade", N_("Grade"), "enum"),
    Column("fit", N_("Fit"), "number"),
    Column("behavior", N_("Behavior"), "number"),
    Column("blocked", N_("No score because"), "text"),
    Column("reasons", N_("Why"), "text"),
    Column("evidence", N_("Evidence"), "text", detail=True),
    Column("change", N_("What would change it"), "text"),
)
CHECK = (
    Column("grade", N_("Grade"), "enum"),
    Column("won", N_("Won"), "integer"),
    Column("lost", N_("Lost"), "integer"),
    Column("n", "n", "integer"),
    Column("win_rate", N_("Win rate"), "percent"),
    Column("lift", N_("Lift"), "mean"),
    Column("mean_score", N_("Mean score"), "mean"),
)
TITLES = {
    "fit": N_("fit"),
    "behavior": N_("behavior"),
    "most": N_("most points for"),
    "half_life": N_("half-life in days"),
    "grades": N_("points for grade"),
    "counts": N_("leads of grade"),
    "days": N_("days counted"),
    "least": N_("outcomes needed for a regression"),
    "win_rate": N_("win rate of all in percent"),
    "coefficients": N_("logistic regression,"),
    "constant": N_("constant"),
    "log_likelihood": N_("log-likelihood"),
}


_TENTH = Decimal("0.1")


class Event(NamedTuple):
    """Something that a lead did: by which rule it counts, when, and its points when fresh."""

    id: str
    rule: str
    day: date
    points: Decimal


class Lead(NamedTuple):
    """What is known of a lead: the rules of fit that hold, the events, and what forbids a score."""

    customer: str
    fit: Mapping[str, Decimal]
    events: Sequence[Event]
    blocked: Sequence[str] = ()


class Scale(NamedTuple):
    """The most points of each part, after how many days an event counts half, and the grades."""

    most_fit: Decimal
    most_behavior: Decimal
    half_life: int
    grades: Mapping[str, Decimal]

    def grade(self, score: Decimal) -> str | None:
        """The best grade whose points are reached."""
        for name, least in sorted(self.grades.items(), key=lambda item: (-item[1], item[0])):
            if score >= least:
                return name
        return None

    def better(self, score: Decimal) -> tuple[str, Decimal] | None:
        """The next better grade, and what it wants; None at the top."""
        above = [(least, name) for name, least in self.grades.items() if least > score]
        return (min(above)[1], min(above)[0]) if above else None


class Score(NamedTuple):
    """Points of one lead on one day."""

    fit: Decimal
    behavior: Decimal

    @property
    def whole(self) -> Decimal:
        return EXACT.add(self.fit, self.behavior)


def worth(event: Event, day: date, half_life: int) -> Decimal:
    """What an event still counts on a day; nothing before it happened."""
    age = (day - event.day).days
    if age < 0:
        return Decimal(0)
    return quotient(EXACT.multiply(event.points, halved(age, half_life)), 1)


def scored(lead: Lead, day: date, scale: Scale) -> Score:
    """The points of a lead on a day; none whatever it does where something forbids a score.

    Behavior is rounded to a tenth, so that a grade is never told apart by what nobody sees.
    """
    if lead.blocked:
        return Score(Decimal(0), Decimal(0))
    behavior = total(worth(one, day, scale.half_life) for one in lead.events)
    behavior = trimmed(EXACT.quantize(behavior, _TENTH))
    fit = total(lead.fit.values())
    return Score(
        max(Decimal(0), min(fit, scale.most_fit)),
        max(Decimal(0), min(behavior, scale.most_behavior)),
    )


def leads(
    found: Iterable[Lead], as_of: date, scale: Scale, titles: Mapping[str, str]
) -> ModelResult:
    """A row for each lead, the best first, then by id; `titles` say what rules are called.

    `reasons` are sentences with the points of each rule, `evidence` the ids of the events that
    count, `blocked` why a score is 0. Nothing that happened after `as_of` counts.
    """
    rows = [_row(lead, as_of, scale, titles) for lead in found]
    rows.sort(key=lambda row: (-row["score"], row["customer"]))
    counts = {name: sum(row["grade"] == name for row in rows) for name in scale.grades}
    parameters = {
        "most": {"fit": scale.most_fit, "behavior": scale.most_behavior},
        "half_life": scale.half_life,
        "grades": dict(scale.grades),
        "counts": counts,
    }
    blocked = sum(row["blocked"] is not None for row in rows)
    notes = [] if rows else [_("There are no leads.")]
    if blocked:
        text = ngettext(
            "{count} lead has no score, for the reason that its row says.",
            "{count} leads have no score, for the reasons that their rows say.",
            blocked,
        )
        notes.append(text.format(count=blocked))
    columns, said = _graded(SCORES, scale)
    n = len(rows) - blocked
    return ModelResult("leads", as_of, parameters, n, columns, rows, notes, said)


def _graded(
    columns: Iterable[Column], scale: Scale
) -> tuple[tuple[Column, ...], Mapping[str, str]]:
    """The columns and the titles with the grades of the book, shown as capital letters."""
    names = {name: name.upper() for name in scale.grades}
    shown = (one.replaced(values=names) if one.name == "grade" else one for one in columns)
    return tuple(shown), {**TITLES, **names}


def _row(lead: Lead, day: date, scale: Scale, titles: Mapping[str, str]) -> dict[str, Any]:
    score = scored(lead, day, scale)
    past = [one for one in lead.events if one.day <= day and not lead.blocked]
    next_ = None if lead.blocked else scale.better(score.whole)
    change = None
    if lead.blocked:
        change = _("a score comes when this no longer holds: {what}").format(
            what=_list(titles.get(name, name) for name in lead.blocked)
        )
    elif next_ is not None:
        change = _("{points} more points make it {grade}").format(
            points=_plain(EXACT.subtract(next_[1], score.whole)), grade=next_[0].upper()
        )
    return {
        "customer": lead.customer,
        "score": score.whole,
        "grade": scale.grade(score.whole),
        "fit": score.fit,
        "behavior": score.behavior,
        "blocked": _list(titles.get(name, name) for name in lead.blocked) or None,
        "reasons": [] if lead.blocked else list(_reasons(lead, past, day, scale, titles)),
        "evidence": [one.id for one in sorted(past, key=lambda one: (one.day, one.id))],
        "change": change,
    }


def _reasons(
    lead: Lead, past: Sequence[Event], day: date, scale: Scale, titles: Mapping[str, str]
) -> Iterable[str]:
    def said(rule: str, points: Decimal) -> str:
        return _("{what} {points}").format(what=titles.get(rule, rule), points=f"+{_plain(points)}")

    for rule, points in lead.fit.items():
        yield said(rule, points)
    sums: dict[str, list[Decimal]] = {}
    for one in past:
        sums.setdefault(one.rule, []).append(worth(one, day, scale.half_life))
    for rule in sorted(sums, key=lambda rule: (-sum(sums[rule]), rule)):
        text = said(rule, total(sums[rule]))
        times = len(sums[rule])
        if total(sums[rule]) >= _TENTH:
            yield text if times == 1 else _("{what} (×{times})").format(what=text, times=times)


def _list(words: Iterable[str]) -> str:
    return _(", ").join(words)


def _plain(points: Decimal) -> str:
    return f"{points:.1f}".removesuffix(".0")


class Outcome(NamedTuple):
    """A deal that was won or lost, and what its lead was worth on the day it was opened."""

    deal: str
    score: Score
    won: bool


def lead_check(
    outcomes: Iterable[Outcome], as_of: date, scale: Scale, *, days: int = 0, least: int = 100
) -> ModelResult:
    """Whether better grades are won more often: a row for each grade, the best first.

    `lift` is the win rate of a grade over that of all. From `least` outcomes on a logistic
    regression of winning on fit and behavior says what a point of each is worth.
    """
    found = sorted(outcomes, key=lambda one: one.deal)
    won = sum(one.won for one in found)
    rows = []
    for grade in sorted(scale.grades, key=lambda name: (-scale.grades[name], name)):
        those = [one for one in found if scale.grade(one.score.whole) == grade]
        wins = sum(one.won for one in those)
        scores = total(one.score.whole for one in those)
        rows.append(
            {
                "grade": grade,
                "won": wins,
                "lost": len(those) - wins,
                "n": len(those),
                "win_rate": percent(wins, len(those)),
                "lift": quotient(Decimal(wins * len(found)), won * len(those))
                if won and those
                else None,
                "mean_score": quotient(scores, len(those)) if those else None,
            }
        )
    parameters: dict[str, Any] = {
        "days": days,
        "least": least,
        "grades": dict(scale.grades),
        "win_rate": percent(won, len(found)),
    }
    notes = [] if found else [_("No deal was won or lost in this time.")]
    if found and len(found) < least:
        text = _("A regression needs {least} outcomes; there are {count}.")
        notes.append(text.format(least=least, count=len(found)))
    elif found:
        regression = _regression(found)
        if regression is None:
            notes.append(_("The regression finds no end: a point separates won from lost."))
        else:
            names = ("constant", "fit", "behavior")
            parameters["coefficients"] = dict(zip(names, regression.coefficients, strict=True))
            parameters["log_likelihood"] = regression.log_likelihood
    columns, said = _graded(CHECK, scale)
    return ModelResult("lead-check", as_of, parameters, len(found), columns, rows, notes, said)


def _regression(found: Sequence[Outcome]) -> Fit | None:
    inputs = [(float(one.score.fit), float(one.score.behavior)) for one in found]
    return fitted(inputs, [one.won for one in found])

"""The models of buying until one stops, against what is published on the CDNOW sample."""

from __future__ import annotations

from datetime import date
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.analytics import bgnbd, mbgnbd, paretonbd
from crmctl.analytics.btyd import (
    Buyer,
    Fit,
    Gates,
    Grouped,
    History,
    Model,
    fit_of,
    grouped,
)
from crmctl.analytics.special import hyp2f1
from tests.analytics.conftest import CALIBRATED

BG, MBG, PARETO = bgnbd.MODEL, mbgnbd.MODEL, paretonbd.MODEL
HALF_BOUGHT = History(2, 30.43, 38.86)


def a_fit(model: Model, *values: float) -> Fit:
    return Fit(model.name, dict(zip(model.parameters, values, strict=True)), 0.0, 1000, 400)


# Published: Fader, Hardie and Lee (2005) on BG/NBD and Pareto/NBD, Batislam et al. (2007) and
# the package BTYDplus on MBG/NBD.
@pytest.mark.parametrize(
    ("model", "values", "log_likelihood"),
    [
        (BG, (0.24259, 4.41360, 0.79292, 2.42591), -9582.429),
        (MBG, (0.525, 6.183, 0.891, 1.614), -9582.136),
        (PARETO, (0.55328, 10.57768, 0.60624, 11.66873), -9594.976),
    ],
    ids=lambda value: value.name if isinstance(value, Model) else "",
)
def test_cdnow_gives_the_published_parameters(
    cdnow_histories: Grouped, model: Model, values: tuple[float, ...], log_likelihood: float
) -> None:
    fit = model.fit(cdnow_histories)
    assert tuple(fit.values.values()) == pytest.approx(values, abs=0.0005)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.01)
    assert (fit.n, fit.repeaters, fit.at_bound) == (2357, 946, ())


def test_purchases_to_expect_are_those_published(cdnow_histories: Grouped) -> None:
    assert BG.expected(BG.fit(cdnow_histories), HALF_BOUGHT, 39) == pytest.approx(1.226, abs=0.001)


SHAPES = st.floats(0.05, 8)
HISTORIES = st.builds(
    lambda x, part, rest: History(x, part if x else 0.0, (part if x else 0.0) + rest),
    st.integers(0, 40),
    st.floats(0.2, 150),
    st.floats(0, 150),
)


@given(SHAPES, SHAPES, SHAPES, SHAPES, HISTORIES, st.floats(0.1, 300))
def test_bg_nbd_agrees_with_the_published_expression(
    r: float, alpha: float, a: float, b: float, history: History, t: float
) -> None:
    if abs(a - 1) < 0.05:
        return  # where the published expression loses its digits
    x, t_x, T = history
    p_alive = 1.0
    if x:
        p_alive = 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t_x)) ** (r + x))
    c = a + b + x - 1
    if abs(c - round(c)) < 0.01 and c < 1:
        return  # a pole of 2F1
    f = hyp2f1(r + x, b + x, c, t / (alpha + T + t))
    published = c / (a - 1) * (1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * f) * p_alive
    fit = a_fit(BG, r, alpha, a, b)
    assert BG.p_alive(fit, history) == pytest.approx(p_alive, rel=1e-9)
    assert BG.expected(fit, history, t) == pytest.approx(published, rel=1e-6, abs=1e-9)


def test_where_a_is_one_nothing_happens() -> None:
    near = [BG.expected(a_fit(BG, 0.5, 4, a, 2), HALF_BOUGHT, 39) for a in (0.9999, 1, 1.0001)]
    assert near[0] > near[1] > near[2]
    assert near[0] == pytest.approx(near[2], rel=1e-3)


@given(SHAPES, st.floats(0.2, 20), SHAPES, st.floats(0.2, 20), HISTORIES)
def test_pareto_nbd_agrees_with_the_published_expression(
    r: float, alpha: float, s: float, beta: float, history: History
) -> None:
    x, t_x, T = history
    most, k = max(alpha, beta), s + 1 if alpha >= beta else r + x

    def tail(u: float) -> float:
        f = hyp2f1(r + s + x, k, r + s + x + 1, abs(alpha - beta) / (most + u))
        return float(f / (most + u) ** (r + s + x))

    alive = (alpha + T) ** -(r + x) * (beta + T) ** -s
    p_alive = alive / (alive + s / (r + s + x) * (tail(t_x) - tail(T)))
    fit = a_fit(PARETO, r, alpha, s, beta)
    assert PARETO.p_alive(fit, history) == pytest.approx(p_alive, rel=1e-6)


def test_pareto_nbd_where_s_is_one() -> None:
    near = [
        PARETO.expected(a_fit(PARETO, 0.6, 10, s, 12), HALF_BOUGHT, 39) for s in (0.9999, 1, 1.0001)
    ]
    assert near[0] > near[1] > near[2]
    assert near[0] == pytest.approx(near[2], rel=1e-3)


def test_one_purchase_is_alive_for_sure_in_bg_nbd_alone() -> None:
    once = History(0, 0.0, 39.0)
    assert BG.p_alive(a_fit(BG, 0.243, 4.414, 0.793, 2.426), once) == 1
    # 1 / (1 + .891/1.614 (45.183/6.183)^.525)
    mbg = MBG.p_alive(a_fit(MBG, 0.525, 6.183, 0.891, 1.614), once)
    assert mbg == pytest.approx(0.3894, abs=0.0005)
    # By numerical integration over the moment at which the customer stops.
    pareto = PARETO.p_alive(a_fit(PARETO, 0.553, 10.578, 0.606, 11.669), once)
    assert pareto == pytest.approx(0.294467, abs=1e-6)


@pytest.mark.parametrize("model", [BG, MBG, PARETO], ids=lambda model: model.name)
def test_who_bought_today_and_who_is_long_silent(model: Model) -> None:
    fit = a_fit(model, 0.5, 8, 0.8, 5)
    fresh = model.p_alive(fit, History(5, 100, 100))
    assert 0.85 < fresh <= 1
    falling = [model.p_alive(fit, History(5, 100, 100 + silent)) for silent in (10, 100, 5000)]
    assert fresh > falling[0] > falling[1] > falling[2] >= 0
    # A very long history does not overflow.
    assert model.p_alive(fit, History(900, 100, 10_000)) == pytest.approx(0, abs=1e-12)
    assert model.expected(fit, History(900, 9_999, 10_000), 52) > 3


@pytest.mark.parametrize("model", [BG, MBG], ids=lambda model: model.name)
def test_silence_that_brings_p_alive_down(model: Model) -> None:
    fit = a_fit(model, 0.5, 8, 0.8, 5)
    until = model.silent_until(fit, HALF_BOUGHT, 0.2)
    assert until is not None
    assert model.p_alive(fit, HALF_BOUGHT._replace(T=until)) == pytest.approx(0.2)


def test_the_likelihood_of_mbg_nbd_is_that_of_what_can_be_seen() -> None:
    # Of one customer who bought once and was seen until T: never bought again, or stopped at once.
    r, alpha, a, b, T = 0.7, 5.0, 0.9, 2.5, 20.0
    seen = MBG.likelihood(Grouped(((History(0, 0.0, T), 1),)))(r, alpha, a, b)
    none = (alpha / (alpha + T)) ** r
    assert exp(seen) == pytest.approx(a / (a + b) + b / (a + b) * none)


# grouping and gates


def buyer(id: str, intervals: tuple[int, ...], silent: int) -> Buyer:
    last = date.fromordinal(date(2026, 6, 30).toordinal() - silent)
    return Buyer(id, date.fromordinal(last.toordinal() - sum(intervals)), last, intervals)


def test_histories_in_any_order_are_the_same(cdnow_buyers: list[Buyer]) -> None:
    there = grouped(one.history(CALIBRATED) for one in cdnow_buyers)
    back = grouped(one.history(CALIBRATED) for one in reversed(cdnow_buyers))
    assert there == back
    assert there.n == 2357


def test_many_different_histories_are_counted_in_whole_weeks(cdnow_buyers: list[Buyer]) -> None:
    histories = [one.history(CALIBRATED) for one in cdnow_buyers]
    weeks = grouped(histories, exact=500)
    assert weeks.weeks
    assert weeks.n == 2357
    assert all(int(T) == T and t_x <= T for (_x, t_x, T), _count in weeks.counts)
    fit, notes = fit_of(BG, cdnow_buyers, CALIBRATED, Gates(exact=500))
    assert fit is not None
    # Nearly the same, for a third of the work.
    assert fit.values["r"] == pytest.approx(0.243, abs=0.01)
    assert notes == ["There are many different histories: the fit counts in whole weeks."]


def test_a_small_book_is_refused_with_its_numbers() -> None:
    few = [buyer(str(number), (30,) * (number % 2), 20) for number in range(50)]
    assert fit_of(BG, few, date(2026, 6, 30), Gates()) == (
        None,
        [
            "Too few for a fit: it takes 200 customers who bought and 30 who came back; there are "
            "50 and 25."
        ],
    )


def test_without_anybody_who_came_back_there_is_nothing_to_fit() -> None:
    single = [buyer(str(number), (), 20) for number in range(300)]
    fit, notes = fit_of(BG, single, date(2026, 6, 30), Gates(repeaters=0))
    assert fit is None
    assert notes == ["Nobody has come back yet, so there is nothing to fit a model to."]
    with pytest.raises(ValueError, match="came back"):
        BG.fit(grouped(one.history(date(2026, 6, 30)) for one in single))


def test_a_fit_that_says_nothing_says_so() -> None:
    # Everybody buys every 30 days and nobody stops: rates do not differ, nobody has a b.
    alike = [buyer(str(number), (30,) * 6, 0) for number in range(210)]
    fit, notes = fit_of(BG, alike, date(2026, 6, 30), Gates())
    assert fit is not None
    assert "alpha" in fit.at_bound
    assert "The fit rests on 210 customers: below 500 it is unreliable." in notes
    assert any(note.startswith("Degenerate fit: r, alpha") for note in notes)
    assert fit.shown()["at_bound"] == list(fit.at_bound)

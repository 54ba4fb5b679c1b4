"""The curve of those who stay under contract."""

from __future__ import annotations

from itertools import pairwise

import pytest

from crmctl.analytics import sbg

# "Regular" customers of Fader and Hardie (2007): of 1000, who is there after years 1 to 7.
SURVIVORS = [1000, 869, 743, 653, 593, 551, 517, 491]


def test_the_published_curve() -> None:
    lost = [before - after for before, after in pairwise(SURVIVORS)]
    fit = sbg.fit(lost, [0] * 6 + [491])
    assert tuple(fit.values.values()) == pytest.approx((0.668, 3.806), abs=0.0005)
    assert fit.n == 1000
    # Who stays is likelier and likelier to stay, and the fit goes on where the data end.
    rates = [sbg.retention(fit, t) for t in range(1, 13)]
    assert rates == sorted(rates)
    assert [1000 * sbg.survival(fit, t) for t in (1, 7, 12)] == pytest.approx(
        [850.7, 488.9, 378.0], abs=0.1
    )


def test_some_must_leave_and_some_must_stay() -> None:
    for lost, kept in (([0, 0], [3, 4]), ([5], [0]), ([], [])):
        with pytest.raises(ValueError, match="left"):
            sbg.fit(lost, kept)

"""The clock can be set, and says so when the setting is no time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crmctl.values.clock import BadClock, now, today

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("2026-11-21", "2026-11-21T00:00:00+08:00"),
        ("2026-11-21T14:30", "2026-11-21T14:30:00+08:00"),
        ("2026-11-21 14:30:05", "2026-11-21T14:30:05+08:00"),
        ("2026-11-20T23:30:00Z", "2026-11-21T07:30:00+08:00"),
        (" 2026-11-21 ", "2026-11-21T00:00:00+08:00"),
    ],
)
def test_the_environment_sets_the_clock(
    monkeypatch: pytest.MonkeyPatch, setting: str, expected: str
) -> None:
    monkeypatch.setenv("CRMCTL_NOW", setting)
    assert now(SHANGHAI).isoformat() == expected
    assert today(SHANGHAI) == date(2026, 11, 21)


def test_without_setting_it_is_the_system_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMCTL_NOW", "")
    found = now(SHANGHAI)
    assert abs(datetime.now(SHANGHAI) - found) < timedelta(minutes=1)
    assert found.microsecond == 0
    assert found.tzinfo is SHANGHAI


@pytest.mark.parametrize("setting", ["soon", "2026-13-01", "20261121", "9999-12-31T23:59:59Z"])
def test_an_unusable_setting_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("CRMCTL_NOW", setting)
    with pytest.raises(BadClock) as error:
        now(SHANGHAI)
    assert error.value.exit_code == 2
    assert "CRMCTL_NOW" in error.value.message
    assert setting in error.value.message

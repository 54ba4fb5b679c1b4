"""Amounts: exact, refused when unclear, converted by the right rate."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmctl.values.money import (
    Rates,
    format_amount,
    from_units,
    is_currency,
    parse_amount,
    parse_amount_input,
    to_units,
)

amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("12", "12"), ("-12.50", "-12.50"), ("+3", "3"), ("1e3", "1000"), ("1.5E-2", "0.015"),
     ("-0", "0"), ("0.00", "0.00"), ("007", "7"), ("9" * 30, "9" * 30)],
)  # fmt: skip
def test_amounts_of_files(text: str, digits: str) -> None:
    assert str(parse_amount(text)) == digits


@pytest.mark.parametrize(
    "text",
    ["", ".5", "5.", "1,000", "NaN", "inf", "1e", "1 0", "--1", "1_000", "１２", "9" * 31, "1e30",
     "1e-30", "1e999", "0x10"],
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1,200.50", "1200.50"),
        ("¥1,200", "1200"),
        ("￥1，200", "1200"),
        ("-¥50", "-50"),
        ("¥-50", "-50"),
        ("$ 1,000,000", "1000000"),
        ("1200元", "1200"),
        ("1.2万", "12000"),
        ("1.2万元", "12000"),
        ("3亿", "300000000"),
        ("2.5千万", "25000000"),
        ("1.2k", "1200"),
        ("5w", "50000"),
        ("１２００．５", "1200.5"),
        ("1 200 000", "1200000"),
        ("1.200,50", "1200.50"),
        ("1.200.000", "1200000"),
        ("(1,200.50)", "-1200.50"),
        ("−3", "-3"),
        ("1e3", "1000"),
        ("-0", "0"),
    ],
)
def test_amounts_of_people(text: str, digits: str) -> None:
    assert str(parse_amount_input(text)) == digits


@pytest.mark.parametrize(
    "text",
    ["", "1,20", "1,2000", "12,00", "1,200,50", "1.2.3", "0,500", "abc", "1万5", "(-5)", "--5",
     "12 34", "¥", "五百", "9" * 29 + "亿", "1,200.5.0", "USD 5"],
)  # fmt: skip
def test_unclear_amounts(text: str) -> None:
    assert parse_amount_input(text) is None


def test_a_sign_of_another_currency_is_refused() -> None:
    assert parse_amount_input("$5", "CNY") is None
    assert parse_amount_input("$5", "HKD") == 5
    assert parse_amount_input("5元", "CNY") == 5


def test_currency_codes() -> None:
    assert is_currency("CNY")
    assert not any(map(is_currency, ["cny", "CN", "CNYX", "", "ＣＮＹ", "CNY\n"]))


@pytest.mark.parametrize(
    ("amount", "units"),
    [("1", 10_000), ("0.00005", 0), ("0.00015", 2), ("-0.00015", -2), ("244091.94", 2_440_919_400)],
)
def test_units_round_halves_to_even(amount: str, units: int) -> None:
    assert to_units(Decimal(amount)) == units


@given(st.integers(-(10**28), 10**28))
def test_units_are_read_back(units: int) -> None:
    amount = from_units(units)
    assert to_units(amount) == units
    assert "E" not in str(amount)


@given(amounts, amounts)
def test_units_sort_as_amounts_do(a: Decimal, b: Decimal) -> None:
    low, high = sorted([a, b])
    assert to_units(low) <= to_units(high)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234.5", None, "1,234.50"),
        ("1234.5", "CNY", "1,234.50"),
        ("1234.5", "JPY", "1,234"),
        ("1.2345", "KWD", "1.234"),
        ("-1234567.891", None, "-1,234,567.89"),
        ("-0.001", None, "0.00"),
        ("1E+3", None, "1,000.00"),
    ],
)
def test_amounts_for_people(amount: str, currency: str | None, text: str) -> None:
    assert format_amount(Decimal(amount), currency) == text


@given(amounts)
def test_what_is_shown_can_be_typed(amount: Decimal) -> None:
    assert parse_amount_input(format_amount(amount)) == round(amount, 2)


@given(amounts.filter(lambda amount: abs(int(amount.as_tuple().exponent)) <= 12))
def test_plain_digits_are_read_back(amount: Decimal) -> None:
    assert parse_amount(format(amount, "f")) == amount


RATES = Rates(
    [
        (date(2026, 3, 1), "USD", Decimal("7.10")),
        (date(2026, 1, 1), "USD", Decimal("7.00")),
        (date(2026, 3, 1), "USD", Decimal("7.20")),
    ],
    base="CNY",
    max_age_days=90,
)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2025-12-31", None),
        ("2026-01-01", "700.00"),
        ("2026-02-28", "700.00"),
        ("2026-03-01", "720.00"),
        ("2026-05-30", "720.00"),
        ("2026-05-31", None),
    ],
)
def test_the_latest_rate_that_is_not_too_old(on: str, expected: str | None) -> None:
    found = RATES.convert(Decimal(100), "USD", date.fromisoformat(on))
    assert found == (None if expected is None else Decimal(expected))


def test_the_base_currency_passes_and_unknown_ones_do_not() -> None:
    assert RATES.convert(Decimal("1.23"), "CNY", date(1999, 1, 1)) == Decimal("1.23")
    assert RATES.convert(Decimal("1.23"), None, date(1999, 1, 1)) == Decimal("1.23")
    assert RATES.convert(Decimal("1.23"), "EUR", date(2026, 3, 1)) is None


def test_without_limit_a_rate_never_gets_too_old() -> None:
    rates = Rates([(date(2000, 1, 1), "USD", Decimal(8))], "CNY")
    assert rates.convert(Decimal(2), "USD", date.max - timedelta(1)) == 16


def test_the_rate_itself() -> None:
    assert RATES.rate("USD", date(2026, 1, 2)) == 7
    assert RATES.rate(None, date(2026, 1, 2)) == RATES.rate("CNY", date(2026, 1, 2)) == 1
    assert RATES.rate("EUR", date(2026, 1, 2)) is None


def test_products_are_exact() -> None:
    amount = Decimal("1" * 30)
    rates = Rates([(date(2026, 1, 1), "USD", Decimal("1.000000000000001"))], "CNY")
    found = rates.convert(amount, "USD", date(2026, 1, 1))
    assert found is not None
    assert format(found, "f").endswith("1" * 15)
    assert len(format(found, "f")) == 46

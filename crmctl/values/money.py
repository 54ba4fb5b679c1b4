"""Amounts of money: exact decimals from text, whole units for the index, text for people."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal

MAX_DIGITS = 30
# Products of two amounts of 30 digits stay exact; the default context would round them at 28.
_EXACT = Context(prec=100, rounding=ROUND_HALF_EVEN)
_UNIT = Decimal(10_000)

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CODES_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_DECIMALS = {code: n for n, codes in _CODES_BY_DECIMALS.items() for code in codes.split()}

_SIGNS = {
    "¥": "CNY JPY",
    "元": "CNY HKD TWD MOP SGD",
    "块": "CNY",
    "€": "EUR",
    "£": "GBP EGP",
    "$": "USD AUD BND CAD FJD HKD NZD SGD TWD ARS CLP COP MXN",
}
_SCALES = {
    "": 0, "k": 3, "K": 3, "千": 3, "万": 4, "w": 4, "W": 4, "百万": 6, "千万": 7, "亿": 8,
    "万亿": 12,
}  # fmt: skip
_HUMAN = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<before>[¥€£$]?)\s*(?P<minus>-?)"
    r"(?P<number>[0-9][0-9,. ]*?)\s*(?P<scale>百万|千万|万亿|[kKwW千万亿]?)\s*(?P<after>[元块]?)"
)
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?: [0-9]{3})+)(?:\.[0-9]+)?")
_CONTINENTAL = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]{1,2}|(?:\.[0-9]{3}){2,})")


def _bounded(value: Decimal) -> Decimal | None:
    """`value` without exponent or negative zero, or None beyond 30 digits."""
    if not value:
        value = value.copy_abs()
    _, figures, power = value.as_tuple()
    assert isinstance(power, int)
    whole = max(len(figures) + power, 1)
    if whole + max(-power, 0) > MAX_DIGITS:
        return None
    return Decimal(format(value, "f")) if power > 0 else value


def parse_amount(text: str) -> Decimal | None:
    """The number of a file: optional sign, ASCII digits, optional fraction and exponent.

    At most 30 digits when written out; trailing zeros of the fraction are kept. Else None.
    """
    if _NUMBER.fullmatch(text) is None:
        return None
    return _bounded(Decimal(text))


def _figures(text: str) -> Decimal | None:
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", "").replace(" ", ""))
    if _CONTINENTAL.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return None


def parse_amount_input(text: str, currency: str | None = None) -> Decimal | None:
    """The amount a person typed: `1,200.50`, `¥1,200`, `1.2万`, `3亿`, full-width digits, `(50)`.

    None when it is no amount or can be read in two ways (`1,20`). With `currency` a sign of
    another currency (`$` for CNY) is refused too, so that it is never lost silently.
    """
    folded = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    number = parse_amount(folded)
    if number is not None:
        return number
    accounting = folded.startswith("(") and folded.endswith(")")
    match = _HUMAN.fullmatch(folded[1:-1].strip() if accounting else folded)
    if match is None or accounting + bool(match["sign"]) + bool(match["minus"]) > 1:
        return None
    for sign in (match["before"], match["after"]):
        if sign and currency is not None and currency not in _SIGNS[sign].split():
            return None
    value = _figures(match["number"])
    if value is None:
        return None
    value = _bounded(_EXACT.scaleb(value, _SCALES[match["scale"]]))
    if value is None:
        return None
    negative = accounting or match["minus"] or match["sign"] == "-"
    return (value.copy_negate() if value else value) if negative else value


def is_currency(code: str) -> bool:
    """Whether the text has the form of an ISO 4217 code: three capital letters."""
    return _CURRENCY.fullmatch(code) is not None


def to_units(amount: Decimal) -> int:
    """`amount` in whole 1/10000, a half to the even one. May exceed 64 bits (above 9e14)."""
    return int(_EXACT.multiply(amount, _UNIT).to_integral_value(ROUND_HALF_EVEN))


def from_units(units: int) -> Decimal:
    """The amount of whole 1/10000, without trailing zeros in the fraction."""
    whole, rest = divmod(units, 10_000)
    return _EXACT.normalize(_EXACT.scaleb(Decimal(units), -4)) if rest else Decimal(whole)


def format_amount(amount: Decimal, currency: str | None = None) -> str:
    """`1,234.50`: thousands separated, as many decimals as the currency has (two when unknown).

    The currency only sets the decimals; its code is not part of the text. Halves round to even.
    """
    places = _DECIMALS.get(currency or "", 2)
    rounded = _EXACT.quantize(amount, Decimal(1).scaleb(-places))
    return f"{rounded if rounded else rounded.copy_abs():,f}"


class Rates:
    """Exchange rates into one base currency, each good until a later one or until it is too old."""

    def __init__(
        self,
        rows: Iterable[tuple[date, str, Decimal]],
        base: str,
        max_age_days: int | None = None,
    ) -> None:
        """Rows of (date, currency, base units per 1 unit), in any order.

        Of two rows for one day and currency the later row counts. `max_age_days` None: no limit.
        """
        self.base = base
        self.max_age_days = max_age_days
        by_currency: dict[str, dict[date, Decimal]] = {}
        for day, currency, rate in rows:
            by_currency.setdefault(currency, {})[day] = rate
        self._days: dict[str, list[date]] = {}
        self._rates: dict[str, list[Decimal]] = {}
        for currency, rates in by_currency.items():
            self._days[currency] = sorted(rates)
            self._rates[currency] = [rates[day] for day in self._days[currency]]

    def rate(self, currency: str | None, on: date) -> Decimal | None:
        """Base units per 1 unit by the latest row on or before the date, or None."""
        if currency is None or currency == self.base:
            return Decimal(1)
        days = self._days.get(currency)
        place = bisect_right(days, on) if days else 0
        if not days or not place:
            return None
        if self.max_age_days is not None and (on - days[place - 1]).days > self.max_age_days:
            return None
        return self._rates[currency][place - 1]

    def convert(self, amount: Decimal, currency: str | None, on: date) -> Decimal | None:
        """`amount` in the base currency, unrounded; None without a usable rate.

        No currency means the base currency, which passes through as it is.
        """
        if currency is None or currency == self.base:
            return amount
        rate = self.rate(currency, on)
        return None if rate is None else _EXACT.multiply(amount, rate)

"""The functions that SQL on the index may call, beyond SQLite's own."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from zoneinfo import ZoneInfo

from crmctl.schema.access import in_base, lines_total
from crmctl.values import jsontext
from crmctl.values.dates import epoch
from crmctl.values.money import Rates
from crmctl.values.phones import digits
from crmctl.values.text import fold


def register(connection: sqlite3.Connection, zone: ZoneInfo, rates: Rates) -> None:
    """Adds fold(text), digits(text), ts(instant), total(lines), base(amount, currency, date)."""

    def folded(value: object) -> str | None:
        return fold(value) if isinstance(value, str) else None

    def only_digits(value: object) -> str | None:
        return digits(value) if isinstance(value, str) else None

    def seconds(value: object) -> int | None:
        return epoch(value, zone) if isinstance(value, str) else None

    def total(lines: object) -> str | None:
        found = lines_total(jsontext.loads(lines)) if isinstance(lines, str) else None
        return None if found is None else format(found, "f")

    def base(amount: object, currency: object, day: object) -> int | None:
        if not isinstance(amount, str | int | float):
            return None
        code = currency if isinstance(currency, str) else None
        return in_base(Decimal(str(amount)), code, str(day or ""), rates)

    functions = {"fold": folded, "digits": only_digits, "ts": seconds, "total": total}
    connection.create_function("base", 3, base, deterministic=True)
    for name, function in functions.items():
        connection.create_function(name, 1, function, deterministic=True)

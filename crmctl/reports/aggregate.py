"""Groups rows and measures the groups, in one pass and without rounding sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from crmctl.analytics.exact import EXACT, percent, quotient
from crmctl.analytics.quantiles import quantile
from crmctl.reports.ordering import rank

_HALF = Fraction(1, 2)


class Aggregate(NamedTuple):
    """A function of `definition.FUNCTIONS`, and the place in a row of the value it is fed."""

    function: str
    column: int | None = None


class _Accumulator(Protocol):
    """Takes the values of one group that are not missing; `result` is None for none of them."""

    def add(self, value: Any) -> None: ...

    def result(self) -> Any: ...


def aggregate(
    rows: Iterable[Sequence[Any]], groups: int, measures: Sequence[Aggregate]
) -> list[list[Any]]:
    """One row per distinct group: the first `groups` values of the rows, then the measures.

    Missing values (None) are left out of every measure but `count`, yet make a group of their
    own. A list counts with each of its elements. `sum` is exact; `mean` has six decimals; `share`
    is a group's percentage of all groups' sum, or of all rows where it has no column, and None
    where that is not above zero. The rows are in ascending order of their groups, missing ones
    last. Without groups there is one row, even of nothing.
    """
    makers = [_MAKERS[measure.function, measure.column is not None] for measure in measures]
    columns = [measure.column for measure in measures]
    found: dict[tuple[Any, ...], list[_Accumulator]] = {}
    if not groups:
        found[()] = [make() for make in makers]
    for row in rows:
        key = tuple(row[:groups])
        state = found.get(key)
        if state is None:
            state = found[key] = [make() for make in makers]
        for accumulator, column in zip(state, columns, strict=True):
            if column is None:
                accumulator.add(row)
            else:
                _feed(accumulator, row[column])
    table = [
        [*key, *(accumulator.result() for accumulator in found[key])]
        for key in sorted(found, key=lambda key: [rank(value) for value in key])
    ]
    for place, measure in enumerate(measures, groups):
        if measure.function == "share":
            _to_shares(table, place)
    return table


def _feed(accumulator: _Accumulator, value: Any) -> None:
    if isinstance(value, (list, tuple)):
        for element in value:
            _feed(accumulator, element)
    elif value is not None:
        accumulator.add(value)


def _to_shares(table: list[list[Any]], place: int) -> None:
    whole = Decimal(0)
    for row in table:
        whole = EXACT.add(whole, Decimal(row[place] or 0))
    for row in table:
        row[place] = None if row[place] is None else percent(row[place], whole)


def _decimal(value: Any) -> Decimal:
    # A float stands for the number that was written, not for its nearest binary fraction.
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


class _Count:
    def __init__(self) -> None:
        self.count = 0

    def add(self, value: Any) -> None:
        self.count += 1

    def result(self) -> int:
        return self.count


class _Sum:
    def __init__(self) -> None:
        self.count = 0
        self.total = Decimal(0)

    def add(self, value: Any) -> None:
        self.count += 1
        self.total = EXACT.add(self.total, _decimal(value))

    def result(self) -> Decimal | None:
        return self.total if self.count else None


class _Mean(_Sum):
    def result(self) -> Decimal | None:
        return quotient(self.total, self.count) if self.count else None


class _Median:
    part = _HALF

    def __init__(self) -> None:
        self.values: list[Decimal] = []

    def add(self, value: Any) -> None:
        self.values.append(_decimal(value))

    def result(self) -> Decimal | None:
        found = quantile(sorted(self.values), self.part) if self.values else None
        return found if isinstance(found, Decimal) else None


class _P90(_Median):
    part = Fraction(9, 10)


class _Extreme:
    def __init__(self, better: Callable[[Any, Any], Any]) -> None:
        self.better = better
        self.best: Any = None

    def add(self, value: Any) -> None:
        self.best = value if self.best is None else self.better(self.best, value)

    def result(self) -> Any:
        return self.best


class _Distinct:
    def __init__(self) -> None:
        self.values: set[Any] = set()

    def add(self, value: Any) -> None:
        self.values.add(value)

    def result(self) -> int:
        return len(self.values)


# By function and whether it is fed a column.
_MAKERS: dict[tuple[str, bool], Callable[[], _Accumulator]] = {
    ("count", False): _Count,
    ("share", False): _Count,
    ("share", True): _Sum,
    ("sum", True): _Sum,
    ("mean", True): _Mean,
    ("median", True): _Median,
    ("p90", True): _P90,
    ("min", True): lambda: _Extreme(min),
    ("max", True): lambda: _Extreme(max),
    ("distinct", True): _Distinct,
}

"""What a bound query means, on plain Python records: the reference that the SQL must agree with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from crmctl.query.bound import (
    All,
    Bound,
    Check,
    Comparable,
    Contains,
    Dials,
    Is,
    No,
    Present,
    Range,
    Same,
    Segment,
    Some,
    Test,
    Truth,
    Within,
    Words,
)
from crmctl.schema.access import day_of, in_base, lines_total
from crmctl.schema.model import Field
from crmctl.values.dates import epoch, parse_date
from crmctl.values.frozen import Frozen
from crmctl.values.money import Rates
from crmctl.values.phones import digits
from crmctl.values.text import fold

Record: TypeAlias = Mapping[str, Any]
Lookup: TypeAlias = Callable[[str, str], Record | None]
Fact: TypeAlias = Callable[[Record, str], Any]

_UTC = ZoneInfo("UTC")  # canonical instants carry their offset


def matches(
    bound: Bound, record: Record, lookup: Lookup, fact: Fact, rates: Rates | None = None
) -> bool:
    """Whether a record matches.

    `lookup(kind, id)` gives the record that a reference names; `fact(record, name)` a computed
    value in comparable form, or None. Without `rates` only amounts without currency compare.
    """
    return _Judge(lookup, fact, rates or Rates((), "")).holds(bound, (record,), record)


def accepts(check: Check, value: Comparable, partial: bool = False) -> bool:
    """Whether a value in comparable form passes; `partial` dates may lack the year."""
    match check:
        case Present():
            return True
        case Is(values):
            return value in values
        case Same(folded):
            return isinstance(value, str) and fold(value) in folded
        case Contains(folded):
            return isinstance(value, str) and any(part in fold(value) for part in folded)
        case Dials(numbers):
            return isinstance(value, str) and any(number in digits(value) for number in numbers)
        case Truth(wanted):
            return value == wanted
        case Range():
            comparable = not partial or parse_date(str(value)) is not None
            return comparable and _within(check, value)


def _within(span: Range, value: Any) -> bool:
    low, high = span.low, span.high
    if low is not None and (value <= low if span.above else value < low):
        return False
    return high is None or not (value >= high if span.below else value > high)


class _Place(Frozen):
    """A field as it is met in a record: its value or None, and the mappings from the record in."""

    value: Any
    around: tuple[Record, ...]


class _Judge(Frozen):
    lookup: Lookup
    fact: Fact
    rates: Rates

    def holds(self, bound: Bound, around: tuple[Record, ...], record: Record) -> bool:
        """`around` are the mappings from the record to the one that the steps start from."""
        match bound:
            case All(terms):
                return all(self.holds(term, around, record) for term in terms)
            case Some(terms) | Words(tests=terms):
                return any(self.holds(term, around, record) for term in terms)
            case No(term):
                return not self.holds(term, around, record)
            case Segment(inner=inner):
                return self.holds(inner, around, record)
            case Within():
                return self._within(bound, around, record)
            case Test():
                return self._test(bound, around, record)

    def _within(self, bound: Within, around: tuple[Record, ...], record: Record) -> bool:
        for place in _reached(bound.steps, around):
            if bound.kind is None:
                if place.value and self.holds(bound.inner, (*place.around, place.value), record):
                    return True
            elif place.value is not None:
                other = self.lookup(bound.kind.name, place.value)
                if other is not None and self.holds(bound.inner, (other,), other):
                    return True
        return False

    def _test(self, test: Test, around: tuple[Record, ...], record: Record) -> bool:
        if test.field.fact:
            value = self.fact(record, test.field.name)
            return self._passes(test, test.default if value is None else value)
        if test.field.leaf.type == "object":
            return any(place.value for place in _reached(test.steps, around))
        present = Present() in test.checks
        return any(
            (present and place.value is not None)
            or self._passes(test, self._comparable(test, place))
            for place in _reached(test.steps, around)
        )

    def _passes(self, test: Test, value: Comparable | None) -> bool:
        if value is None:
            return False
        partial = test.field.leaf.type == "partial"
        return any(accepts(check, value, partial) for check in test.checks)

    def _comparable(self, test: Test, place: _Place) -> Comparable | None:
        value = _value(test.field, place)
        if value is None:
            return test.default
        match test.field.leaf.type:
            case "instant":
                return epoch(value, _UTC)
            case "number":
                return float(value)
            case "money":
                return self._units(test, value, place.around)
            case _:
                comparable: Comparable = value
                return comparable

    def _units(self, test: Test, value: Decimal, around: tuple[Record, ...]) -> int | None:
        """An amount in the base currency, at the rate of its record's date."""
        currency = around[test.currency or 0].get(test.field.leaf.currency or "")
        return in_base(value, currency, day_of(test.path.home, around[0]), self.rates)


def _value(field: Field, place: _Place) -> Any:
    """The value at a place; an amount that is not written is what the lines add up to.

    Such an amount counts as present only if it can be had in the base currency.
    """
    if place.value is None and field.lines:
        return lines_total(place.around[-1].get(field.lines))
    return place.value


def _reached(steps: tuple[Field, ...], around: tuple[Record, ...]) -> Iterator[_Place]:
    """The places at the end of the steps; a missing one is a place with the value None.

    A list without elements has no places, a list of scalars one for each.
    """
    first, *rest = steps
    value = around[-1].get(first.name)
    values = (value or []) if first.type == "list" else [value]
    for element in values:
        if rest:
            yield from _reached(tuple(rest), (*around, element or {}))
        else:
            yield _Place(element, around)

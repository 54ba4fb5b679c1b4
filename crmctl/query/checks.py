"""The values of a term -> what the type of its field makes of them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

from crmctl.errors import BadValue, did_you_mean
from crmctl.locale import N_, _
from crmctl.query.ast import Anything, Between, Compare, Exact, Expr, Item, Plain
from crmctl.query.bound import Check, Comparable, Contains, Dials, Is, Present, Range, Same, Truth
from crmctl.schema.model import TEXTUAL, Field, Registry
from crmctl.schema.paths import FieldPath
from crmctl.schema.typing import FALSE, TRUE, enum_value, expected
from crmctl.values.birthdays import canonical_partial
from crmctl.values.dates import Offset, epoch, parse_offset, parse_period
from crmctl.values.frozen import Frozen
from crmctl.values.money import parse_amount_input, to_units
from crmctl.values.phones import digits
from crmctl.values.text import fold, suggest

MIN_DIGITS = 4
_LARGEST = 2**63 - 1  # of SQLite's integers
_SECONDS = re.compile(r"[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}")
_PERIODS = ["today", "yesterday", "tomorrow"] + [
    f"{which}-{unit}"
    for which in ("this", "last", "next")
    for unit in ("week", "month", "quarter", "year")
]
_DAY = timedelta(days=1)

A_PERIOD = N_("a day or period such as 2026-11-21, 2026-03, 2026-W12, today or this-month")
A_DISTANCE = N_("a distance needs a sign: >30d more than 30 days ago, <30d within the last 30 days")


class Context(Frozen):
    """What binding needs to know of the book.

    `now` is aware, in the book's zone. `segment` gives the query of a saved segment or raises
    NotFound. `resolve` gives the ids of the records of a kind (first argument) that bear exactly
    the name (second argument), a list that may be empty.
    """

    registry: Registry
    now: datetime
    segment: Callable[[str], Expr]
    resolve: Callable[[str, str], list[str]]

    @property
    def zone(self) -> ZoneInfo:
        zone = self.now.tzinfo
        assert isinstance(zone, ZoneInfo)
        return zone


def typed(path: FieldPath, items: Sequence[Item], context: Context) -> tuple[Check, ...]:
    """The checks of which a value at `path` must pass one; BadValue says what would do."""
    reader = _READERS.get(path.field.leaf.type, _Texts)(path, context)
    return _merged(reader.checks(items))


def default_of(field: Field, zone: ZoneInfo) -> Comparable | None:
    """The default of a field in comparable form; None without one."""
    value = field.default
    if value is None or field.type == "list":
        return None
    if field.type == "instant":
        return epoch(str(value), zone)
    if isinstance(value, Decimal):
        return _units(value) if field.type == "money" else _number(value)
    comparable: Comparable = value
    return comparable


Several = TypeVar("Several", Is, Same, Contains, Dials)


def _merged(checks: Sequence[Check]) -> tuple[Check, ...]:
    """The checks with those of one class that hold lists made one, so that a thousand are cheap."""
    ranges: list[Check] = []
    texts: dict[type[Is | Same | Contains | Dials], dict[str, None]] = {}
    for check in checks:
        match check:
            case Is(values) | Same(values) | Contains(values) | Dials(values):
                texts.setdefault(type(check), {}).update(dict.fromkeys(values))
            case _:
                ranges.append(check)
    return (*(kind(tuple(values)) for kind, values in texts.items()), *dict.fromkeys(ranges))


class _Reader(ABC):
    """Reads the items of one term."""

    def __init__(self, path: FieldPath, context: Context) -> None:
        self.path = path
        self.field = path.field.leaf
        self.context = context

    def checks(self, items: Sequence[Item]) -> list[Check]:
        """What the items ask together."""
        return [
            check
            for item in items
            for check in ([Present()] if isinstance(item, Anything) else self.read(item))
        ]

    @abstractmethod
    def read(self, item: Item) -> list[Check]:
        """The checks of which a value must pass one for this item."""

    def plain(self, item: Item, hint: str) -> str:
        """The text of an item that is no comparison and no range."""
        if isinstance(item, (Plain, Exact)):
            return item.text
        raise self.bad(written(item), hint=hint)

    def bad(self, value: str, wanted: str | None = None, hint: str | None = None) -> BadValue:
        return BadValue(self.path.dotted, value, wanted or expected(self.field), hint)


def written(item: Item) -> str:
    """An item as it stands behind the colon."""
    match item:
        case Plain(text):
            return text
        case Exact(text):
            return f"={text}"
        case Compare(op, text):
            return f"{op}{text}"
        case Between(low, high):
            return f"{low or ''}..{high or ''}"
        case Anything():
            return "*"


class _Texts(_Reader):
    def read(self, item: Item) -> list[Check]:
        name = self.path.dotted
        text = self.plain(
            item,
            _(
                'Texts have no order. Write {field}:word, {field}:=exact or {field}:"quoted".'
            ).format(field=name),
        )
        folded = fold(text)
        if self.field.type not in TEXTUAL:
            return self._whole(item, text, folded)
        if isinstance(item, Exact):
            return [Same((folded,))]
        number = digits(text) if self.field.type == "phone" else ""
        dialed: list[Check] = [Dials((number,))] if len(number) >= MIN_DIGITS else []
        return [Contains((folded,)), *dialed]

    def _whole(self, item: Item, text: str, folded: str) -> list[Check]:
        known = enum_value(self.field, text) if isinstance(item, Plain) else None
        checks: list[Check] = [Same(tuple(dict.fromkeys((folded, fold(known or folded)))))]
        target = self.field.ref
        if isinstance(item, Plain) and len(text) > 1 and text.endswith("*"):
            raise self.bad(text, hint=_("These values are compared whole, without wildcards."))
        if target in self.context.registry.kinds and isinstance(item, Plain):
            ids = self.context.resolve(target, text)
            checks += [Is(tuple(ids))] if ids else []
        return checks


class _Enums(_Reader):
    def read(self, item: Item) -> list[Check]:
        listed = f"{self.path.dotted}:{','.join([*self.field.values][:2])}"
        text = self.plain(
            item, _("These values have no order. List them: {query}.").format(query=listed)
        )
        value = enum_value(self.field, text)
        if value is None:
            titles = [title for names in self.field.values.values() for title in names.values()]
            hint = did_you_mean(suggest(text, [*self.field.values, *titles]))
            raise self.bad(text, hint=hint)
        return [Is((value,))]


class _Booleans(_Reader):
    def read(self, item: Item) -> list[Check]:
        hint = _("Write {field}:true or {field}:false.").format(field=self.path.dotted)
        folded = fold(self.plain(item, hint).strip())
        if folded not in TRUE and folded not in FALSE:
            raise self.bad(folded, hint=hint)
        return [Truth(folded in TRUE)]


class _Spans(_Reader):
    """Fields whose values have an order: each text means a span of comparable values."""

    @abstractmethod
    def span(self, text: str) -> tuple[Comparable, Comparable]:
        """The first and the last value that `text` means."""

    def read(self, item: Item) -> list[Check]:
        match item:
            case Plain(text) | Exact(text):
                return [Range(*self.span(text))]
            case Compare(op, text):
                return [self.compared(op, text)]
            case Between(low, high):
                first = self.span(low)[0] if low else None
                last = self.span(high)[1] if high else None
                if first is not None and last is not None and last < first:  # type: ignore[operator]
                    raise self.bad(
                        written(item),
                        _("the range ends before it begins"),
                        _("Write {field}:{low}..{high}.").format(
                            field=self.path.dotted, low=high, high=low
                        ),
                    )
                return [Range(first, last)]
            case Anything():
                return [Present()]

    def compared(self, op: str, text: str) -> Range:
        first, last = self.span(text)
        match op:
            case ">":
                return Range(low=last, above=True)
            case ">=":
                return Range(low=first)
            case "<":
                return Range(high=first, below=True)
            case _:
                return Range(high=last)


class _Numbers(_Spans):
    def checks(self, items: Sequence[Item]) -> list[Check]:
        for previous, item in pairwise(items):
            self._refuse_slip(previous, item)
        return super().checks(items)

    def _refuse_slip(self, previous: Item, item: Item) -> None:
        """`>=10,000` and `1,050` are slips: the comma parts alternatives."""
        if not isinstance(item, (Plain, Exact)):
            return
        if not re.fullmatch("[0-9]{3}", item.text):
            return
        if isinstance(previous, (Compare, Between)) or item.text.startswith("0"):
            start = written(previous)
            raise self.bad(
                f"{start},{item.text}",
                _("a comma parts alternatives"),
                _("Write {field}:{value} without the comma.").format(
                    field=self.path.dotted, value=f"{start}{item.text}"
                ),
            )

    def span(self, text: str) -> tuple[Comparable, Comparable]:
        amount = parse_amount_input(text)
        if amount is None:
            raise self.bad(text)
        number = _units(amount) if self.field.type == "money" else _number(amount)
        return number, number


def _units(amount: Decimal) -> int:
    return max(-_LARGEST, min(_LARGEST, to_units(amount)))


def _number(value: Decimal) -> int | float:
    """As SQLite holds it."""
    whole = value == value.to_integral_value() and abs(value) <= _LARGEST
    return int(value) if whole else float(value)


class _Dates(_Spans):
    """Days as ISO text."""

    def days(self, text: str) -> tuple[datetime, datetime] | None:
        """The first and last day that a period means, as midnights without zone."""
        period = parse_period(text, self.context.now.date())
        if period is None:
            return None
        return datetime.combine(period.start, time()), datetime.combine(period.end, time())

    def comparable(self, first: datetime, last: datetime) -> tuple[Comparable, Comparable]:
        return first.date().isoformat(), last.date().isoformat()

    def span(self, text: str) -> tuple[Comparable, Comparable]:
        found = self.days(text)
        if found is not None:
            return self.comparable(*found)
        offset = parse_offset(text)
        if offset is not None:
            return self.distant(offset, text)
        raise self.bad(text, _(A_PERIOD), did_you_mean(suggest(text, _PERIODS)))

    def distant(self, offset: Offset, text: str) -> tuple[Comparable, Comparable]:
        """The day that is a distance from today."""
        if offset.unit == "h":
            raise self.bad(text, _("days have no hours"), _("Write 1d for a day."))
        today = self.context.now.date()
        day = offset.after(today) if offset.future else offset.before(today)
        midnight = datetime.combine(day, time())
        return self.comparable(midnight, midnight)

    def present(self, offset: Offset) -> tuple[Comparable, Comparable]:
        """Now, as exactly as the offset counts."""
        today = datetime.combine(self.context.now.date(), time())
        return self.comparable(today, today)

    def read(self, item: Item) -> list[Check]:
        if isinstance(item, (Plain, Exact)) and parse_offset(item.text):
            name = self.path.dotted
            raise self.bad(
                item.text,
                _(A_DISTANCE),
                _("Write {field}:<{text} or {field}:>{text}.").format(field=name, text=item.text),
            )
        return super().read(item)

    def compared(self, op: str, text: str) -> Range:
        offset = parse_offset(text)
        if offset is None:
            return super().compared(op, text)
        first, last = self.distant(offset, text)
        now_first, now_last = self.present(offset)
        if offset.future:
            within = Range(low=now_first, high=last)
            return {">": Range(low=last, above=True), ">=": Range(low=first)}.get(op, within)
        within = Range(low=first, high=now_last)
        return {">": Range(high=first, below=True), ">=": Range(high=last)}.get(op, within)


class _Partials(_Dates):
    """Days of which some lack the year: those equal a text and nothing more."""

    def read(self, item: Item) -> list[Check]:
        if isinstance(item, (Plain, Exact)):
            day = canonical_partial(item.text)
            if day is not None:
                return [Is((day,))]
        return super().read(item)


class _Instants(_Dates):
    """Seconds since the epoch; a day is one of the book's zone."""

    def comparable(self, first: datetime, last: datetime) -> tuple[Comparable, Comparable]:
        return self._midnight(first), self._midnight(last, 1) - 1

    def _midnight(self, day: datetime, later: int = 0) -> int:
        # The last day of the calendar has no day after it, but it is 24 hours long.
        try:
            return int((day + later * _DAY).replace(tzinfo=self.context.zone).timestamp())
        except OverflowError:
            return int(day.replace(tzinfo=self.context.zone).timestamp()) + 86_400 * later

    def span(self, text: str) -> tuple[Comparable, Comparable]:
        moment = epoch(text, self.context.zone)
        if moment is None:
            return super().span(text)
        return moment, moment if _SECONDS.search(text) else moment + 59

    def distant(self, offset: Offset, text: str) -> tuple[Comparable, Comparable]:
        if offset.unit != "h":
            return super().distant(offset, text)
        now = self.context.now
        moment = int((offset.after(now) if offset.future else offset.before(now)).timestamp())
        return moment, moment

    def present(self, offset: Offset) -> tuple[Comparable, Comparable]:
        if offset.unit != "h":
            return super().present(offset)
        return int(self.context.now.timestamp()), int(self.context.now.timestamp())


_READERS: dict[str, type[_Reader]] = {
    "enum": _Enums,
    "boolean": _Booleans,
    "number": _Numbers,
    "money": _Numbers,
    "integer": _Numbers,
    "date": _Dates,
    "partial": _Partials,
    "instant": _Instants,
}

"""Working time: how much of it lies between two instants, and when so much of it has passed.

Instants are whole seconds since 1970 in UTC, as the index holds them. All working time stands on
one line, span after span without the time between them, so that working time passes between two
instants as their places on that line differ: parts add up to the whole, and backwards is negative.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

Span: TypeAlias = tuple[int, int]
"""Minutes after the midnight that a day begins with; an end after 1440 is on the next day."""

Pause: TypeAlias = tuple[int, int | None]
"""Two instants between which nothing counts; None: nothing counts from then on."""

MINUTE = 60
# Nobody worked by this calendar before, nor will after; a mistyped year costs no millennia of days.
FIRST_YEAR, LAST_YEAR = 1900, 2200
_DAY = timedelta(days=1)


class Days(NamedTuple):
    """The days of a year that are not as their weekday says: free ones, and worked ones.

    `known` tells whether somebody could know them.
    """

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    known: bool = True


class WorkTime:
    """The working time of one place.

    `week` has the spans of each weekday from Monday on, `makeup` those of a day that is worked
    although its weekday is free. `days` gives the exceptions of a year.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        week: Sequence[Sequence[Span]],
        makeup: Sequence[Span],
        days: Callable[[int], Days] = lambda year: Days(),
    ) -> None:
        if not any(week):
            raise ValueError("a week without working time never ends")
        self.zone = zone
        self._week = week
        self._makeup = makeup
        self._days = days
        self._years = range(0)
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._places: list[int] = [0]  # of each start on the line of working time, and of its end
        self.unknown_years: set[int] = set()

    def spans(self, day: date) -> Sequence[Span]:
        """What is worked on a day; a shift belongs to the day on which it begins."""
        days = self._days(day.year)
        usual = self._week[day.weekday()]
        if day in days.on:
            return usual or self._makeup
        return () if day in days.off else usual

    def seconds(self, start: int, end: int, pauses: Iterable[Pause] = ()) -> int:
        """The working seconds from `start` to `end`, without those in pauses."""
        if end < start:
            return -self.seconds(end, start, pauses)
        total = self._between(start, end)
        for begin, finish in _apart(pauses):
            begin, finish = max(begin, start), min(end if finish is None else finish, end)
            if begin < finish:
                total -= self._between(begin, finish)
        return total

    def minutes(self, start: int, end: int, pauses: Iterable[Pause] = ()) -> int:
        """The full working minutes from `start` to `end`, without those in pauses."""
        seconds = self.seconds(start, end, pauses)
        return seconds // MINUTE if seconds >= 0 else -(-seconds // MINUTE)

    def after(self, start: int, minutes: int, pauses: Iterable[Pause] = ()) -> int | None:
        """The first instant at which so many working minutes have passed since `start`.

        None when a pause without an end, or the end of the calendar, comes before.
        """
        if minutes < 0:
            raise ValueError("time that has passed is not negative")
        left = minutes * MINUTE
        for begin, finish in _apart(pauses):
            if finish is not None and finish <= start:
                continue
            passed = self._between(start, max(begin, start))
            if passed >= left:
                break
            if finish is None:
                return None
            left -= passed
            start = finish
        return self._later(start, left)

    # the line of working time

    def _between(self, start: int, end: int) -> int:
        self._cover(start, end)
        return self._place(end) - self._place(start)

    def _place(self, instant: int) -> int:
        """Where an instant stands on the line; one in free time, where work goes on after it."""
        number = bisect_right(self._starts, instant) - 1
        if number < 0:
            return 0
        return self._places[number] + min(instant, self._ends[number]) - self._starts[number]

    def _later(self, start: int, seconds: int) -> int | None:
        if seconds == 0:
            return start
        self._cover(start, start)
        while self._place(start) + seconds > self._places[-1]:
            if self._years.stop > LAST_YEAR:
                return None
            self._reach(self._years.start, self._years.stop)
        place = self._place(start) + seconds
        number = bisect_left(self._places, place) - 1
        return self._starts[number] + place - self._places[number]

    def _cover(self, start: int, end: int) -> None:
        """Sees to it that the line reaches over both instants.

        A shift may begin on the day before, and the day of an instant depends on the zone.
        """
        first, last = (
            datetime.fromtimestamp(min(max(instant, _OLDEST), _NEWEST), UTC)
            for instant in (start, end)
        )
        self._reach((first - 2 * _DAY).year, (last + _DAY).year)

    def _reach(self, first: int, last: int) -> None:
        """Lays out the years from `first` to `last`, and those laid out before."""
        if self._years:
            first, last = min(first, self._years.start), max(last, self._years.stop - 1)
        wanted = range(max(first, FIRST_YEAR), min(last, LAST_YEAR) + 1)
        if wanted == self._years:
            return
        self._years = wanted
        self._starts, self._ends, self._places = [], [], [0]
        for begin, finish in self._laid_out():
            if self._ends:
                begin = max(begin, self._ends[-1])
            if begin < finish:
                self._starts.append(begin)
                self._ends.append(finish)
                self._places.append(self._places[-1] + finish - begin)

    def _laid_out(self) -> Iterator[tuple[int, int]]:
        for year in self._years:
            if not self._days(year).known:
                self.unknown_years.add(year)
            day = date(year, 1, 1)
            for _number in range((date(year, 12, 31) - day).days + 1):
                for begin, finish in self.spans(day):
                    yield _epoch(day, begin, self.zone), _epoch(day, finish, self.zone)
                day += _DAY


def _epoch(day: date, minutes: int, zone: ZoneInfo) -> int:
    """The instant that a clock on the wall shows so many minutes after midnight."""
    days, minutes = divmod(minutes, 1440)
    wall = datetime.combine(day + days * _DAY, time(*divmod(minutes, 60)), zone)
    return int(wall.timestamp())


_OLDEST, _NEWEST = (
    _epoch(date(year, 1, 10), 0, ZoneInfo("UTC")) for year in (FIRST_YEAR, LAST_YEAR)
)


def _apart(pauses: Iterable[Pause]) -> Iterator[Pause]:
    """The pauses in their order, those that touch made one."""
    begin: int | None = None
    finish: int | None = None
    for first, last in sorted(pauses, key=lambda pause: pause[0]):
        if begin is None:
            begin, finish = first, last
        elif finish is None or first <= finish:
            finish = None if finish is None or last is None else max(finish, last)
        else:
            yield begin, finish
            begin, finish = first, last
    if begin is not None:
        yield begin, finish

"""Working days, statutory terms and clocks that stop and go: arithmetic on frozen days; no table and no clock of ours.

A term begins the day after the event (民法典 201); a term of months or years ends on the day of the same number, or on
the last of a shorter month (202); a term whose last day is a day off ends on the day after the days off (203). Terms
in working days count working days alone. Days on which a clock stood still do not count (行政许可法 45).
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from regulator.law.citations import Citation

CIVIL_CODE = date(2021, 1, 1)
FIRST_DAY_NOT_COUNTED = Citation("民法典", "201", CIVIL_CODE)
MONTHS_END_ON_THE_SAME_DAY = Citation("民法典", "202", CIVIL_CODE)
DAYS_OFF_ROLL_ON = Citation("民法典", "203", CIVIL_CODE)
CLOCK_STANDS_STILL = Citation("行政许可法", "45", date(2004, 7, 1))

ONE_DAY = timedelta(days=1)
LONGEST_TERM = 3_660
"""Days a term may have at most: ten years. A longer one is a mistake."""
SATURDAY = 5


class Unit(StrEnum):
    """What a term is counted in."""

    DAY = "day"
    MONTH = "month"
    WORKING_DAY = "working_day"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Term:
    """A statutory term, e.g. ``Term(20, Unit.WORKING_DAY)``. Raises ValueError when it is none."""

    length: int
    unit: Unit

    def __post_init__(self) -> None:
        days = self.length * {Unit.MONTH: 31, Unit.YEAR: 366}.get(self.unit, 1)
        if self.length < 0 or days > LONGEST_TERM:
            message = f"a term of {self.length} {self.unit}s"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a clock stands still: the days after ``stopped_on`` up to and with ``resumed_on``.

    The day it stops still counts and the day it goes on again does not, as with the first day of a term; without
    ``resumed_on`` it stands still to this day. Raises ValueError when it ends before it begins.
    """

    stopped_on: date
    resumed_on: date | None = None

    def __post_init__(self) -> None:
        if self.resumed_on is not None and self.resumed_on < self.stopped_on:
            message = "a pause ends before it begins"
            raise ValueError(message)

    def holds(self, day: date) -> bool:
        """Whether the clock stands still on a day."""
        return self.stopped_on < day and (self.resumed_on is None or day <= self.resumed_on)


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a term; ``is_provisional`` while a year it runs through waits for its notice of holidays."""

    day: date
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days are worked: weekdays that are not in ``off``, and the days in ``made_up``.

    ``settled`` are the years whose holidays were announced; every other year is provisional.
    """

    off: frozenset[date]
    made_up: frozenset[date]
    settled: frozenset[int]

    # --- days -------------------------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        """Whether the offices are open."""
        return day in self.made_up or (day.weekday() < SATURDAY and day not in self.off)

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether any of the days from ``first`` to ``last`` lies in a year not announced yet."""
        return any(year not in self.settled for year in range(first.year, last.year + 1))

    def next_working(self, day: date) -> date:
        """The day itself when it is worked, else the first worked one after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def nth_of_month(self, year: int, month: int, number: int) -> Due:
        """The n-th working day of a month, which may lie in the next one when the month has fewer."""
        first = date(year, month, 1)
        found = self.next_working(first)
        for _ in range(number - 1):
            found = self.next_working(found + ONE_DAY)
        return Due(found, self.is_provisional(first, found))

    def count(self, start: date, end: date, pauses: Iterable[Pause] = ()) -> int:
        """The working days after ``start`` up to and with ``end`` on which no pause holds; 0 when there are none."""
        stops = tuple(pauses)
        return sum(self._counts(start + timedelta(days=n), stops) for n in range(1, (end - start).days + 1))

    # --- terms ------------------------------------------------------------------------------------------------------

    def due(self, term: Term, start: date, pauses: Sequence[Pause] = ()) -> Due | None:
        """The last day of a term that begins with something that happened on ``start``.

        None while the clock stands still and the term has not ended before that.
        """
        match term.unit:
            case Unit.WORKING_DAY:
                end = self._counted(start, term.length, pauses)
            case Unit.DAY:
                end = self._rolled(_prolonged(start, start + timedelta(days=term.length), pauses))
            case Unit.MONTH:
                end = self._rolled(_prolonged(start, months_after(start, term.length), pauses))
            case Unit.YEAR:
                end = self._rolled(_prolonged(start, months_after(start, 12 * term.length), pauses))
        return None if end is None else Due(end, self.is_provisional(start + ONE_DAY, max(end, start + ONE_DAY)))

    def _counted(self, start: date, length: int, pauses: Sequence[Pause]) -> date | None:
        day, left = start, length
        while left:
            day += ONE_DAY
            if _stands_for_ever(day, pauses):
                return None
            left -= self._counts(day, pauses)
        return day

    def _counts(self, day: date, pauses: Sequence[Pause]) -> bool:
        return self.is_working(day) and not any(pause.holds(day) for pause in pauses)

    def _rolled(self, day: date | None) -> date | None:
        return None if day is None else self.next_working(day)


def latest_notice(end: date, days: int) -> date:
    """The last day on which notice of so many days before ``end`` is in time; days off do not move it earlier."""
    return end - timedelta(days=days)


def months_after(day: date, months: int) -> date:
    """The same day of a month so many later (or earlier), its last day where there is no such day (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _prolonged(start: date, end: date, pauses: Sequence[Pause]) -> date | None:
    """The end of a term in calendar days, later by each day on which the clock stood still before it came."""
    day, counted = start, 0
    length = (end - start).days
    while counted < length:
        day += ONE_DAY
        if _stands_for_ever(day, pauses):
            return None
        counted += not any(pause.holds(day) for pause in pauses)
    return day


def _stands_for_ever(day: date, pauses: Sequence[Pause]) -> bool:
    return any(pause.resumed_on is None and pause.holds(day) for pause in pauses)

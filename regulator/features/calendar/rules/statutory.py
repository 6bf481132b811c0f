"""The statutory holidays of any year by the version then in force, and which days are worked. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from borax.calendars.lunardate import LunarDate, TermUtils

from regulator.features.calendar.terms import (
    FIRST_YEAR,
    LAST_YEAR,
    Changes,
    Day,
    DayKind,
    Holiday,
    name_of,
)
from regulator.law.calendar import ONE_DAY, SATURDAY, WorkingDays
from regulator.law.citations import Citation

MEASURE = "全国年节及纪念日放假办法"
MADE_UP_OR_NOT = Citation(MEASURE, "6", date(2008, 1, 1))
"""A holiday that falls on a Saturday or Sunday is given back on a working day: on which, the notice says."""


@dataclass(frozen=True, slots=True)
class Version:
    """The Measure as in force from a day on: days off from the first, counted from New Year of the lunar calendar."""

    citation: Citation
    spring_festival: tuple[int, ...]
    labour_day: int
    has_three_festivals: bool = True
    """清明, 端午 and 中秋, days off since 2008."""


VERSIONS = (
    Version(Citation(MEASURE, "2", date(1999, 9, 18), date(2007, 12, 31)), (0, 1, 2), 3, has_three_festivals=False),
    Version(Citation(MEASURE, "2", date(2008, 1, 1), date(2013, 12, 31)), (-1, 0, 1), 1),
    Version(Citation(MEASURE, "2", date(2014, 1, 1), date(2024, 12, 31)), (0, 1, 2), 1),
    Version(Citation(MEASURE, "2", date(2025, 1, 1)), (-1, 0, 1, 2), 2),
)
"""Ten, eleven, eleven and thirteen days a year."""
NATIONAL_DAYS = 3


def version_of(year: int) -> Version:
    """The version that governs a year. Raises ValueError for a year before the first."""
    for version in VERSIONS:
        if version.citation.in_force_on(date(year, 1, 1)):
            return version
    message = f"no holidays are known for {year}"
    raise ValueError(message)


@lru_cache(maxsize=LAST_YEAR - FIRST_YEAR + 1)
def statutory_days(year: int) -> Mapping[date, tuple[Holiday, ...]]:
    """The days off by the law itself in a year, in order, without those given back for weekends. Raises ValueError.

    Two holidays may share a day, as 中秋节 and 国庆节 did in 2020.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        message = f"no holidays are known for {year}"
        raise ValueError(message)
    found: dict[date, tuple[Holiday, ...]] = {}
    for day, holiday in sorted(_statutory(year, version_of(year))):
        found[day] = (*found.get(day, ()), holiday)
    return MappingProxyType(found)


def _statutory(year: int, version: Version) -> Iterator[tuple[date, Holiday]]:
    new_year = _lunar(year, 1, 1)
    yield date(year, 1, 1), Holiday.NEW_YEAR
    yield from ((new_year + timedelta(days=n), Holiday.SPRING_FESTIVAL) for n in version.spring_festival)
    yield from ((date(year, 5, n), Holiday.LABOUR_DAY) for n in range(1, version.labour_day + 1))
    yield from ((date(year, 10, n), Holiday.NATIONAL_DAY) for n in range(1, NATIONAL_DAYS + 1))
    if version.has_three_festivals:
        yield TermUtils.nth_term_day(year, term_name="清明"), Holiday.QINGMING
        yield _lunar(year, 5, 5), Holiday.DRAGON_BOAT
        yield _lunar(year, 8, 15), Holiday.MID_AUTUMN


def _lunar(year: int, month: int, day: int) -> date:
    """A day of the lunar calendar in the solar one; the month, not the leap month of the same number."""
    found: date = LunarDate(year, month, day, 0).to_solar_date()
    return found


def provisional_days(year: int) -> tuple[Day, ...]:
    """A year without a notice: the statutory days alone. What is given back for weekends only the notice can say."""
    return tuple(Day(day, DayKind.HOLIDAY, name_of(holidays)) for day, holidays in statutory_days(year).items())


def working_days(announced: Mapping[int, Iterable[Day]]) -> WorkingDays:
    """The days worked from 2000 to 2100: as announced, and by the law alone in years without a notice."""
    stated = [day for days in announced.values() for day in days]
    missing = (year for year in range(FIRST_YEAR, LAST_YEAR + 1) if year not in announced)
    off = {day.day for day in stated if day.kind is DayKind.HOLIDAY}
    made_up = frozenset(day.day for day in stated if day.kind is DayKind.MADE_UP)
    off.update(day for year in missing for day in statutory_days(year))
    return WorkingDays(frozenset(off) - made_up, made_up, frozenset(announced))


def changes_between(before: WorkingDays, after: WorkingDays, years: Iterable[int]) -> Changes:
    """What is worked otherwise afterwards in these years, and which of them are settled only now."""
    asked = sorted(years)
    moved = [day for year in asked for day in days_of(year) if before.is_working(day) != after.is_working(day)]
    return Changes(
        tuple(day for day in moved if before.is_working(day)),
        tuple(day for day in moved if after.is_working(day)),
        frozenset(year for year in asked if (year in after.settled) != (year in before.settled)),
    )


def days_of(year: int) -> Iterator[date]:
    """Every day of a year."""
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += ONE_DAY


def is_weekend(day: date) -> bool:
    """Whether it is a Saturday or Sunday."""
    return day.weekday() >= SATURDAY

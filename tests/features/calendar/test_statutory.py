"""The statutory holidays of each version of the Measure, and years reckoned through without a notice."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regulator.features.calendar.rules.statutory import (
    changes_between,
    days_of,
    statutory_days,
    version_of,
    working_days,
)
from regulator.features.calendar.seeding import known_years
from regulator.features.calendar.terms import Day, DayKind, Holiday
from regulator.law.calendar import Due, Term, Unit, WorkingDays

KNOWN = dict(known_years())
DAYS = working_days(KNOWN)
DAY = timedelta(days=1)


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("year", "count", "first_of_spring", "labour"),
    [
        pytest.param(2007, 10, "2007-02-18", 3, id="国务院令270-Art.2-1999"),
        pytest.param(2008, 11, "2008-02-06", 1, id="Art.2-2008-with-除夕"),
        pytest.param(2013, 11, "2013-02-09", 1, id="Art.2-2008-last-year"),
        pytest.param(2014, 11, "2014-01-31", 1, id="Art.2-2014-without-除夕"),
        pytest.param(2024, 11, "2024-02-10", 1, id="Art.2-2014-last-year"),
        pytest.param(2025, 13, "2025-01-28", 2, id="Art.2-2025-除夕-and-2-May"),
        pytest.param(2027, 13, "2027-02-05", 2, id="Art.2-2025-computed"),
    ],
)
def test_the_days_of_each_version(year: int, count: int, first_of_spring: str, labour: int) -> None:
    found = statutory_days(year)
    assert len(found) == count
    assert min(day for day, holidays in found.items() if holidays == (Holiday.SPRING_FESTIVAL,)) == d(first_of_spring)
    assert sum(Holiday.LABOUR_DAY in holidays for holidays in found.values()) == labour
    assert version_of(year).citation.in_force_on(date(year, 6, 1))


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        pytest.param("2027-04-05", Holiday.QINGMING, id="清明-2027"),
        pytest.param("2028-04-04", Holiday.QINGMING, id="清明-leap-year"),
        pytest.param("2027-06-09", Holiday.DRAGON_BOAT, id="端午-2027"),
        pytest.param("2028-05-28", Holiday.DRAGON_BOAT, id="端午-2028-before-the-leap-fifth-month"),
        pytest.param("2027-09-15", Holiday.MID_AUTUMN, id="中秋-2027"),
        pytest.param("2033-09-08", Holiday.MID_AUTUMN, id="中秋-2033-leap-eleventh-month"),
        pytest.param("2020-10-01", Holiday.MID_AUTUMN, id="中秋-2020-on-国庆"),
        pytest.param("2028-01-25", Holiday.SPRING_FESTIVAL, id="除夕-2028"),
    ],
)
def test_days_of_the_moon_and_the_sun(day: str, holiday: Holiday) -> None:
    assert holiday in statutory_days(d(day).year)[d(day)]


@pytest.mark.parametrize("year", range(2014, 2027))
def test_every_computed_day_was_off(year: int) -> None:
    worked = [day for day in statutory_days(year) if not chinese_calendar.is_holiday(day)]
    assert worked == [], "办法 2"


@pytest.mark.parametrize("year", [1999, 2101])
def test_years_nobody_knows(year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        statutory_days(year)


def test_the_calendar_of_the_known_years_is_that_of_the_package() -> None:
    differing = [
        day for year in KNOWN for day in days_of(year) if DAYS.is_working(day) != chinese_calendar.is_workday(day)
    ]
    assert differing == []
    assert DAYS.settled == frozenset(range(2004, 2027))


@pytest.mark.parametrize(
    ("term", "start", "due"),
    [
        pytest.param(
            Term(60, Unit.DAY), "2026-11-02", Due(d("2027-01-04"), is_provisional=True), id="民法典203-元旦-2027"
        ),
        pytest.param(
            Term(60, Unit.DAY), "2026-10-30", Due(d("2026-12-29"), is_provisional=False), id="ends-before-2027"
        ),
        pytest.param(Term(5, Unit.WORKING_DAY), "2026-12-28", Due(d("2027-01-05"), is_provisional=True), id="across"),
        pytest.param(
            Term(1, Unit.WORKING_DAY), "2026-12-31", Due(d("2027-01-04"), is_provisional=True), id="begins-in-2027"
        ),
        pytest.param(Term(3, Unit.DAY), "2027-02-03", Due(d("2027-02-09"), is_provisional=True), id="春节-2027-by-law"),
    ],
)
def test_a_term_across_new_year_2027_is_provisional(term: Term, start: str, due: Due) -> None:
    assert DAYS.due(term, d(start)) == due


def test_what_a_notice_moves() -> None:
    extra = Day(d("2027-02-10"), DayKind.HOLIDAY, "春节")
    owed = Day(d("2027-02-13"), DayKind.MADE_UP, "春节")
    statutory = [Day(day, DayKind.HOLIDAY, "") for day in statutory_days(2027)]
    found = changes_between(DAYS, working_days(KNOWN | {2027: [*statutory, extra, owed]}), [2026, 2027])
    assert (found.now_off, found.now_worked, found.settles) == (
        (extra.day,),
        (owed.day,),
        frozenset({2027}),
    )
    assert changes_between(DAYS, DAYS, [2026, 2027]).years == frozenset()


# --- whatever the days --------------------------------------------------------------------------------------------

SPAN = st.dates(date(2024, 1, 1), date(2031, 12, 31))
UNITS = st.sampled_from([Unit.DAY, Unit.WORKING_DAY])


@given(SPAN, st.integers(0, 250))
def test_counting_is_the_inverse_of_reckoning(start: date, length: int) -> None:
    found = DAYS.due(Term(length, Unit.WORKING_DAY), start)
    assert found is not None
    assert DAYS.count(start, found.day) == length
    assert found.is_provisional == (max(found.day, start + DAY).year > 2026)


@given(SPAN, SPAN, st.integers(0, 250), UNITS)
def test_later_beginnings_never_end_earlier(first: date, second: date, length: int, unit: Unit) -> None:
    earlier, later = (DAYS.due(Term(length, unit), start) for start in sorted((first, second)))
    assert earlier.day <= later.day
    assert not (earlier.is_provisional and not later.is_provisional)


@given(SPAN, st.integers(0, 250), st.integers(0, 250), UNITS)
def test_longer_terms_never_end_earlier(start: date, one: int, other: int, unit: Unit) -> None:
    shorter, longer = (DAYS.due(Term(length, unit), start) for length in sorted((one, other)))
    assert shorter.day <= longer.day


@given(SPAN, st.integers(1, 250))
def test_a_term_in_calendar_days_ends_on_a_worked_day(start: date, length: int) -> None:
    found = DAYS.due(Term(length, Unit.DAY), start)
    assert DAYS.is_working(found.day)
    assert not any(DAYS.is_working(start + n * DAY) for n in range(length, (found.day - start).days))


@given(SPAN.filter(lambda day: day.year > 2026), st.integers(1, 60))
def test_settling_a_year_takes_the_mark_away_and_moves_nothing_the_notice_left(start: date, length: int) -> None:
    assume((start + length * 3 * DAY).year == start.year)
    by_law = [Day(day, DayKind.HOLIDAY, "") for day in statutory_days(start.year)]
    settled: WorkingDays = working_days(KNOWN | {start.year: by_law})
    term = Term(length, Unit.WORKING_DAY)
    assert settled.due(term, start) == Due(DAYS.due(term, start).day, is_provisional=False)


@given(st.integers(2008, 2100))
def test_every_year_has_every_holiday_within_itself(year: int) -> None:
    found = statutory_days(year)
    assert {holiday for holidays in found.values() for holiday in holidays} == set(Holiday)
    assert sum(len(holidays) for holidays in found.values()) == (13 if year >= 2025 else 11)
    assert {day.year for day in found} == {year}

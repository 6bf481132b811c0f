"""Terms by the article they rest on, and what must hold of every term whatever the days."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regulator.law.calendar import Due, Pause, Term, Unit, WorkingDays, latest_notice

DAY = timedelta(days=1)
DAYS_OFF = frozenset(
    [date(2026, 1, 1), date(2026, 1, 2), *(date(2026, 10, day) for day in range(1, 8)), date(2027, 1, 1)]
)
MADE_UP = frozenset([date(2026, 1, 4), date(2026, 9, 20), date(2026, 10, 10)])
DAYS = WorkingDays(DAYS_OFF, MADE_UP, frozenset({2024, 2025, 2026}))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("article", "length", "unit", "start", "end"),
    [
        pytest.param("民法典 201", 1, Unit.DAY, "2026-03-02", "2026-03-03", id="201-first-day-not-counted"),
        pytest.param("民法典 201", 0, Unit.DAY, "2026-03-02", "2026-03-02", id="201-no-days"),
        pytest.param("民法典 202", 1, Unit.MONTH, "2026-03-16", "2026-04-16", id="202-same-number"),
        pytest.param("民法典 202", 1, Unit.MONTH, "2026-01-30", "2026-03-02", id="202-short-month-then-203"),
        pytest.param("民法典 202", 1, Unit.YEAR, "2024-02-29", "2025-02-28", id="202-leap-day"),
        pytest.param("民法典 202", 13, Unit.MONTH, "2024-12-31", "2026-02-02", id="202-across-years-then-203"),
        pytest.param("民法典 203", 5, Unit.DAY, "2026-03-02", "2026-03-09", id="203-saturday-rolls-to-monday"),
        pytest.param("民法典 203", 10, Unit.DAY, "2026-09-21", "2026-10-08", id="203-national-day-rolls-to-its-end"),
        pytest.param("民法典 203", 6, Unit.DAY, "2026-09-14", "2026-09-20", id="203-a-made-up-sunday-is-worked"),
        pytest.param("行政许可法 32", 5, Unit.WORKING_DAY, "2026-03-02", "2026-03-09", id="32-five-working-days"),
        pytest.param("行政许可法 32", 5, Unit.WORKING_DAY, "2026-09-30", "2026-10-13", id="32-over-national-day"),
        pytest.param("行政许可法 32", 1, Unit.WORKING_DAY, "2026-09-18", "2026-09-20", id="32-a-made-up-sunday-counts"),
        pytest.param("行政许可法 42", 20, Unit.WORKING_DAY, "2026-03-02", "2026-03-30", id="42-twenty-working-days"),
    ],
)
def test_terms(article: str, length: int, unit: Unit, start: str, end: str) -> None:
    assert DAYS.due(Term(length, unit), day(start)) == Due(day(end), is_provisional=False), article


@pytest.mark.parametrize(
    ("start", "unit", "provisional"),
    [
        pytest.param("2026-12-01", Unit.WORKING_DAY, False, id="ends-in-2026"),
        pytest.param("2026-12-25", Unit.WORKING_DAY, True, id="runs-across-new-year"),
        pytest.param("2026-12-21", Unit.DAY, False, id="ends-on-the-last-day"),
        pytest.param("2026-12-22", Unit.DAY, True, id="rolls-across-new-year"),
    ],
)
def test_a_term_that_runs_into_a_year_without_notice_is_provisional(start: str, unit: Unit, provisional: bool) -> None:
    found = DAYS.due(Term(10, unit), day(start))
    assert found is not None
    assert found.is_provisional is provisional


@pytest.mark.parametrize(
    ("pauses", "unit", "end"),
    [
        pytest.param([], Unit.WORKING_DAY, "2026-03-16", id="none"),
        pytest.param([("2026-03-04", "2026-03-06")], Unit.WORKING_DAY, "2026-03-18", id="45-two-working-days"),
        pytest.param([("2026-03-04", "2026-03-04")], Unit.WORKING_DAY, "2026-03-16", id="stopped-for-no-day"),
        pytest.param(
            [("2026-03-04", "2026-03-06"), ("2026-03-05", "2026-03-09")], Unit.WORKING_DAY, "2026-03-19", id="overlap"
        ),
        pytest.param([("2026-03-04", None)], Unit.WORKING_DAY, None, id="still-standing"),
        pytest.param([("2026-03-16", None)], Unit.WORKING_DAY, "2026-03-16", id="stopped-on-its-last-day"),
        pytest.param([("2026-03-04", "2026-03-06")], Unit.DAY, "2026-03-16", id="calendar-days-then-203"),
        pytest.param([("2026-03-04", None)], Unit.DAY, None, id="calendar-days-still-standing"),
    ],
)
def test_a_clock_that_stands_still_does_not_count(
    pauses: list[tuple[str, str | None]], unit: Unit, end: str | None
) -> None:
    stops = [Pause(day(stopped), day(resumed) if resumed else None) for stopped, resumed in pauses]
    found = DAYS.due(Term(10, unit), day("2026-03-02"), stops)
    assert (found.day if found else None) == (day(end) if end else None)


def test_the_fifth_working_day_of_a_month() -> None:
    assert DAYS.nth_of_month(2026, 1, 5) == Due(day("2026-01-08"), is_provisional=False)
    assert DAYS.nth_of_month(2026, 10, 5) == Due(day("2026-10-13"), is_provisional=False)
    assert DAYS.nth_of_month(2027, 1, 5) == Due(day("2027-01-08"), is_provisional=True)


def test_notice_before_an_end_counts_backwards() -> None:
    assert latest_notice(day("2026-12-31"), 90) == day("2026-10-02")  # 民法典 947: no day off moves it earlier


@pytest.mark.parametrize(("length", "unit"), [(-1, Unit.DAY), (3661, Unit.DAY), (11, Unit.YEAR), (121, Unit.MONTH)])
def test_what_is_no_term(length: int, unit: Unit) -> None:
    with pytest.raises(ValueError, match="a term of"):
        Term(length, unit)


def test_a_pause_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Pause(day("2026-03-04"), day("2026-03-03"))


# --- whatever the days --------------------------------------------------------------------------------------------

SPAN = st.dates(date(2025, 1, 1), date(2028, 12, 31))
CALENDARS = st.builds(
    WorkingDays, st.frozensets(SPAN, max_size=60), st.frozensets(SPAN, max_size=30), st.just(frozenset())
)
LENGTHS = st.integers(0, 250)
PAUSES = st.lists(
    st.builds(lambda first, days: Pause(first, first + timedelta(days=days)), SPAN, st.integers(0, 40)), max_size=3
)


@given(CALENDARS, SPAN, LENGTHS, PAUSES)
def test_counting_is_the_inverse_of_reckoning(days: WorkingDays, start: date, length: int, pauses: list[Pause]) -> None:
    found = days.due(Term(length, Unit.WORKING_DAY), start, pauses)
    assert found is not None
    assert days.count(start, found.day, pauses) == length
    if length:
        assert days.is_working(found.day)
        assert days.count(start, found.day - DAY, pauses) == length - 1  # and not a day later than it must be


@given(CALENDARS, SPAN, st.sampled_from(Unit), st.integers(0, 60), st.integers(0, 60), PAUSES)
def test_a_longer_term_never_ends_earlier(
    days: WorkingDays, start: date, unit: Unit, first: int, second: int, pauses: list[Pause]
) -> None:
    assume(unit is not Unit.YEAR or max(first, second) <= 9)
    shorter, longer = (days.due(Term(n, unit), start, pauses) for n in sorted((first, second)))
    assert shorter is not None
    assert longer is not None
    assert shorter.day <= longer.day


@given(CALENDARS, SPAN, SPAN, st.sampled_from([Unit.DAY, Unit.MONTH, Unit.WORKING_DAY]), st.integers(0, 90), PAUSES)
def test_what_begins_later_never_ends_earlier(
    days: WorkingDays, first: date, second: date, unit: Unit, length: int, pauses: list[Pause]
) -> None:
    earlier, later = (days.due(Term(length, unit), start, pauses) for start in sorted((first, second)))
    assert earlier is not None
    assert later is not None
    assert earlier.day <= later.day


@given(CALENDARS, SPAN, st.integers(1, 250), st.sampled_from([Unit.DAY, Unit.WORKING_DAY]), PAUSES)
def test_a_pause_never_shortens_a_term(
    days: WorkingDays, start: date, length: int, unit: Unit, pauses: list[Pause]
) -> None:
    plain, paused = days.due(Term(length, unit), start), days.due(Term(length, unit), start, pauses)
    assert plain is not None
    assert paused is not None
    assert plain.day <= paused.day


@given(CALENDARS, SPAN, st.integers(0, 400))
def test_a_calendar_term_ends_on_a_worked_day_and_not_before_its_time(
    days: WorkingDays, start: date, length: int
) -> None:
    found = days.due(Term(length, Unit.DAY), start)
    assert found is not None
    raw = start + timedelta(days=length)
    assert raw <= found.day
    assert days.is_working(found.day)
    assert not any(days.is_working(raw + timedelta(days=n)) for n in range((found.day - raw).days))


TURN = st.dates(date(2026, 11, 1), date(2027, 3, 31))


@given(TURN, st.sampled_from([Unit.DAY, Unit.MONTH, Unit.WORKING_DAY]), st.integers(0, 60), st.data())
def test_only_a_provisional_day_can_be_moved_by_a_notice(
    start: date, unit: Unit, length: int, data: st.DataObject
) -> None:
    """Across years: whatever the notice of a year that waits for it says, a day that bears no mark stays."""
    settled = frozenset({2025, 2026})
    unsettled = st.frozensets(st.dates(date(2027, 1, 1), date(2027, 4, 30)), max_size=40)
    before = WorkingDays(DAYS_OFF, MADE_UP, settled)
    off, made_up = data.draw(unsettled), data.draw(unsettled)
    after = WorkingDays(DAYS_OFF | off - made_up, MADE_UP | made_up, settled | {2027, 2028, 2029})
    term = Term(min(length, 24) if unit is Unit.MONTH else length, unit)
    was, now = before.due(term, start), after.due(term, start)
    assert was is not None
    assert now is not None
    assert was.is_provisional or was.day == now.day
    assert not now.is_provisional or now.day.year > 2029


@given(CALENDARS, SPAN, st.integers(1, 24), st.integers(1, 24))
def test_months_and_years_keep_their_day_across_years(days: WorkingDays, start: date, months: int, more: int) -> None:
    """民法典 202: a term of months never ends before the day of the same number, nor a longer one before a shorter."""
    shorter, longer = (days.due(Term(n, Unit.MONTH), start) for n in (months, months + more))
    assert shorter is not None
    assert longer is not None
    raw = shorter.day.year * 12 + shorter.day.month - (start.year * 12 + start.month)
    assert raw >= months
    assert shorter.day <= longer.day
    year = days.due(Term(12, Unit.MONTH), start)
    assert year == days.due(Term(1, Unit.YEAR), start)

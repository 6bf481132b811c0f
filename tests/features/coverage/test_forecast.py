"""What is needed to reach a target, where the present pace leads, and by when a company is gone. Tables."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulator.features.coverage.forecast import HORIZON, Closed, forecast, leaves_with, pace_of
from regulator.features.coverage.rules.counting import month_after, month_of
from regulator.features.coverage.terms import Measured
from regulator.features.metrics.terms import Bound, MetricName, Target

NOVEMBER = date(2026, 11, 1)


def months(*managed: int, first: str = "2026-07") -> list[Closed]:
    """Closed months one after the other."""
    found, month = [], first
    for number in managed:
        found.append(Closed(month, Measured(number, number, 100)))
        month = month_after(month)
    return found


def target(percent: int, year: int = 2026) -> Target:
    return Target(MetricName.COVERAGE_FULL_ESTATES, "210100", year, percent * 100, Bound.FLOOR)


@pytest.mark.parametrize(
    ("managed", "wanted", "today", "expected"),
    [
        pytest.param((70, 71, 72, 73), 80, NOVEMBER, (7, 2, 4, Fraction(1), "2027-05"), id="too-slow-for-the-year"),
        pytest.param((64, 67, 70, 73), 80, NOVEMBER, (7, 2, 4, Fraction(3), "2027-01"), id="part-of-a-month-is-one"),
        pytest.param((61, 65, 69, 73), 80, NOVEMBER, (7, 2, 4, Fraction(4), "2026-12"), id="just-in-time"),
        pytest.param((52, 59, 66, 73), 80, NOVEMBER, (7, 2, 4, Fraction(7), "2026-11"), id="in-the-running-month"),
        pytest.param((72, 72, 73, 73), 80, NOVEMBER, (7, 2, 4, Fraction(1, 3), "2028-07"), id="pace-below-one"),
        pytest.param((73, 73, 73, 73), 80, NOVEMBER, (7, 2, 4, Fraction(0), None), id="standing-still-never"),
        pytest.param((79, 77, 75, 73), 80, NOVEMBER, (7, 2, 4, Fraction(-2), None), id="falling-never"),
        pytest.param((78, 79, 80, 81), 80, NOVEMBER, (0, 2, 0, Fraction(1), None), id="met-needs-nothing"),
        pytest.param((70, 71, 72, 73), None, NOVEMBER, (None, 2, None, Fraction(1), None), id="no-target"),
        pytest.param((), 80, NOVEMBER, (7, 2, 4, None, None), id="no-closed-month-no-pace"),
        pytest.param((73,), 80, NOVEMBER, (7, 2, 4, None, None), id="one-closed-month-no-pace"),
        pytest.param((71, 73), 80, NOVEMBER, (7, 2, 4, Fraction(2), "2027-02"), id="two-closed-months"),
        pytest.param(
            (10, 70, 71, 72, 73), 80, NOVEMBER, (7, 2, 4, Fraction(1), "2027-05"), id="only-the-last-three-months"
        ),
        pytest.param((70, 71, 72, 73), 80, date(2027, 1, 1), (7, 0, None, Fraction(1), "2027-07"), id="year-is-over"),
        pytest.param((70, 71, 72, 73), 80, date(2026, 12, 31), (7, 1, 7, Fraction(1), "2027-06"), id="last-month"),
    ],
)
def test_forecast(managed: Sequence[int], wanted: int | None, today: date, expected: tuple[Any, ...]) -> None:
    current = Measured(managed[-1] if managed else 73, 0, 100)
    found = forecast(months(*managed), current, target(wanted) if wanted else None, today)
    told = (found.gap, found.months_left, found.needed_each_month, found.pace, found.reached_in)
    assert told == expected
    assert found.is_met == (expected[0] == 0)


def test_a_target_for_next_year_has_all_its_months() -> None:
    found = forecast(months(70, 73), Measured(73, 0, 100), target(80, 2027), NOVEMBER)
    assert (found.months_left, found.needed_each_month) == (12, 1)


def test_nothing_counts_nothing_is_missing() -> None:
    assert forecast([], Measured(0, 0, 0), target(80), NOVEMBER).gap == 0


def test_a_month_left_out_ends_the_row() -> None:
    row = [*months(10, 20, first="2026-01"), *months(70, 73, first="2026-08")]
    assert pace_of(row) == (Fraction(3), 1)
    assert pace_of(row[:3]) == (None, 0)


def test_what_lies_beyond_ten_years_is_never() -> None:
    slow = months(0, 0, 0, 1)
    assert forecast(slow, Measured(1, 0, 1000), target(4), NOVEMBER).reached_in is not None  # 39 at a third: 117
    assert forecast(slow, Measured(1, 0, 1000), target(5), NOVEMBER).reached_in is None  # 49 at a third: 147
    assert HORIZON == 120


@given(gap=st.integers(1, 200), gained=st.integers(1, 60))
def test_at_the_pace_the_target_is_reached_in_that_month_and_not_before(gap: int, gained: int) -> None:
    row = months(0, 0, 0, gained)
    found = forecast(row, Measured(1000 - gap, 0, 1000), target(100), NOVEMBER)
    assert found.pace == Fraction(gained, 3)
    month, count = month_of(NOVEMBER), 1
    while found.pace * count < gap and count <= HORIZON:
        month, count = month_after(month), count + 1
    assert found.reached_in == (month if count <= HORIZON else None)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        pytest.param([date(2027, 1, 31)], date(2027, 1, 31), id="Art.947-with-the-contract"),
        pytest.param([date(2025, 1, 31), date(2027, 1, 31)], date(2027, 1, 31), id="Art.947-the-next"),
        pytest.param([date(2026, 11, 1)], date(2026, 11, 1), id="Art.947-that-very-day"),
        pytest.param([date(2025, 1, 31)], None, id="Art.947-no-contract-known"),
    ],
)
def test_by_when_a_company_that_refuses_renewal_is_gone(ends: list[date], expected: date | None) -> None:
    assert leaves_with(ends, date(2026, 11, 1)) == expected

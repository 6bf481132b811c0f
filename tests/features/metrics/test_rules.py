"""Periods, targets and how a figure stands to one."""

from datetime import date
from fractions import Fraction

import pytest

from regulator.features.metrics.rules import (
    judge_standing,
    judge_target,
    missing,
    months_left,
    needed_each_month,
    parse_period,
)
from regulator.features.metrics.terms import Bound, MetricName, Standing, Target

TODAY = date(2026, 10, 15)


def target(value: int, bound: Bound = Bound.FLOOR) -> Target:
    return Target(MetricName.COVERAGE_FULL_ESTATES, "210100", 2026, value, bound)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-10-31", date(2026, 10, 31), date(2026, 10, 31)),
    ],
)
def test_a_period(text: str, first: date, last: date) -> None:
    found = parse_period(text)
    assert (found.text, found.first, found.last) == (text, first, last)


@pytest.mark.parametrize(
    "text", ["", "26", "2026-13", "2026-00", "2026-Q5", "2026-02-30", "1999", "2026-10-", "２０２６", "2026-10-31x"]
)
def test_no_period(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_period(text)


@pytest.mark.parametrize(
    ("value", "year", "codes"),
    [
        pytest.param(8000, 2026, [], id="80%"),
        pytest.param(10000, 2027, [], id="everything-next-year"),
        pytest.param(10001, 2026, ["target_out_of_range"], id="above-100%"),
        pytest.param(0, 2026, ["target_out_of_range"], id="nothing"),
        pytest.param(None, 2026, ["target_out_of_range"], id="unreadable"),
        pytest.param(8000, 2025, ["target_year_over"], id="last-year"),
        pytest.param(8000, 2101, ["target_year_far"], id="next-century"),
    ],
)
def test_a_target(value: int | None, year: int, codes: list[str]) -> None:
    assert [finding.code for finding in judge_target(value, year, TODAY).findings] == codes


@pytest.mark.parametrize(
    ("value", "aim", "word"),
    [
        (Fraction(8, 10), target(8000), Standing.MET),
        (Fraction(7999, 10000), target(8000), Standing.NEAR),
        (Fraction(76, 100), target(8000), Standing.NEAR),
        (Fraction(7599, 10000), target(8000), Standing.BEHIND),
        (None, target(8000), Standing.UNMEASURED),
        (Fraction(1, 2), None, Standing.WITHOUT_TARGET),
        (Fraction(5, 100), target(500, Bound.CAP), Standing.MET),
        (Fraction(6, 100), target(500, Bound.CAP), Standing.BEHIND),
    ],
)
def test_how_a_value_stands(value: Fraction | None, aim: Target | None, word: Standing) -> None:
    assert judge_standing(value, aim) is word


@pytest.mark.parametrize(
    ("numerator", "denominator", "aim", "gap"),
    [
        pytest.param(79, 100, target(8000), 1, id="one-short"),
        pytest.param(80, 100, target(8000), 0, id="reached"),
        pytest.param(90, 100, target(8000), 0, id="passed"),
        pytest.param(2, 3, target(8000), 1, id="half-an-estate-is-a-whole-one"),
        pytest.param(1, 3, None, None, id="no-target"),
        pytest.param(0, 0, target(8000), 0, id="nothing-to-manage"),
    ],
)
def test_what_is_missing(numerator: int, denominator: int, aim: Target | None, gap: int | None) -> None:
    assert missing(numerator, denominator, aim) == gap


@pytest.mark.parametrize(("year", "months"), [(2026, 3), (2027, 12), (2025, 0)])
def test_months_left(year: int, months: int) -> None:
    assert months_left(TODAY, year) == months


@pytest.mark.parametrize(("gap", "months", "needed"), [(7, 3, 3), (6, 3, 2), (0, 3, 0), (5, 0, None), (None, 3, None)])
def test_what_is_needed_each_month(gap: int | None, months: int, needed: int | None) -> None:
    assert needed_each_month(gap, months) == needed

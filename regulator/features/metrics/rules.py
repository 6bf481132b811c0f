"""What a period means, whether a target can be set, how a value stands to it and what is still missing. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from fractions import Fraction
from math import ceil

from regulator.features.metrics.terms import TENTHS_OF_A_PER_MILLE, Bound, Period, Standing, Target
from regulator.law.findings import Finding, Verdict

NEAR = Fraction(95, 100)
"""From this part of a target on a value is called near (practice)."""
FIRST_YEAR, LAST_YEAR = 2000, 2100
MONTHS = 12
_PERIOD = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")


def parse_period(text: str) -> Period:
    """`2026`, `2026-Q3`, `2026-10` or `2026-10-31`. Raises ValueError for anything else and for years out of reach."""
    found = _PERIOD.fullmatch(text) if text.isascii() else None
    if found is None or not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        raise ValueError(f"not a period: {text[:20]!r}")
    year = int(found["year"])
    if found["day"]:
        day = date.fromisoformat(text)
        return Period(text, day, day)
    if found["month"]:
        return _months(text, year, int(found["month"]), int(found["month"]))
    if found["quarter"]:
        last = int(found["quarter"]) * 3
        return _months(text, year, last - 2, last)
    return _months(text, year, 1, MONTHS)


def _months(text: str, year: int, first: int, last: int) -> Period:
    if not 1 <= first <= MONTHS:
        raise ValueError(f"not a month: {text[:20]!r}")
    return Period(text, date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def judge_target(value: int | None, year: int, today: date) -> Verdict:
    """Whether a target may be set: above nothing, at most 100 %, for a year that is not over."""
    outside = value is None or not 0 < value <= TENTHS_OF_A_PER_MILLE
    return Verdict.of(
        [
            Finding("target_out_of_range", None, {}, "value") if outside else None,
            Finding("target_year_over", None, {"year": today.year}, "year") if year < today.year else None,
            Finding("target_year_far", None, {"year": LAST_YEAR}, "year") if year > LAST_YEAR else None,
        ]
    )


def judge_standing(value: Fraction | None, target: Target | None) -> Standing:
    """The word for a value beside its target."""
    if target is None:
        return Standing.WITHOUT_TARGET
    if value is None:
        return Standing.UNMEASURED
    if target.bound is Bound.CAP:
        return Standing.MET if value <= target.share else Standing.BEHIND
    if value >= target.share:
        return Standing.MET
    return Standing.NEAR if value >= target.share * NEAR else Standing.BEHIND


def missing(numerator: int, denominator: int, target: Target | None) -> int | None:
    """How many of the denominator are still needed for the target; 0 when it is met, None without a target."""
    if target is None or target.bound is Bound.CAP:
        return None
    return max(0, ceil(target.share * denominator) - numerator)


def months_left(today: date, year: int) -> int:
    """The months of a year still to come, the running one among them; 0 when the year is over."""
    if year != today.year:
        return MONTHS if year > today.year else 0
    return MONTHS - today.month + 1


def needed_each_month(gap: int | None, months: int) -> int | None:
    """How many a month until the year's end close the gap; None without a gap to speak of or without time."""
    if gap is None or months <= 0:
        return None
    return ceil(Fraction(gap, months))

"""What is to come: how far a target lies, when it is reached at the present pace, when a company is gone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from regulator.features.coverage.rules.counting import month_after, month_before, month_of
from regulator.features.coverage.terms import Measured
from regulator.features.metrics.rules import missing, months_left, needed_each_month
from regulator.features.metrics.terms import Target

PACE_MONTHS = 3
"""The pace is that of so many closed months, or of as many as there are (practice)."""
HORIZON = 120
"""What is not reached within so many months counts as never (practice)."""
ENDING_DAYS = 90
"""A contract that ends within so many days and has no successor is a warning (practice; 民法典 947 gives the same)."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month (2026-10) and the estates counted in it."""

    month: str
    estates: Measured


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a place stands to its target, in estates.

    ``pace`` is the net gain of managed estates a month over ``pace_months`` closed months, None while there are too
    few; ``reached_in`` the month in which the target is reached at that pace, None for never and when it is reached.
    """

    gap: int | None
    months_left: int
    needed_each_month: int | None
    pace: Fraction | None
    pace_months: int
    reached_in: str | None

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing any more."""
        return self.gap == 0


def forecast(months: Sequence[Closed], current: Measured, target: Target | None, today: date) -> Forecast:
    """From closed months (the earliest first), the figure of ``today`` and the target of a year.

    All that counts is held as it is today: estates that are yet to be built are in no forecast.
    """
    gap = missing(current.managed, current.all, target)
    left = months_left(today, target.year if target else today.year)
    pace, span = pace_of(months)
    return Forecast(gap, left, needed_each_month(gap, left), pace, span, _reached_in(gap, pace, today))


def pace_of(months: Sequence[Closed]) -> tuple[Fraction | None, int]:
    """Net gain of managed estates a month, and over how many months; a month left out ends the row."""
    row = _unbroken(months)[-PACE_MONTHS - 1 :]
    span = len(row) - 1
    return (Fraction(row[-1].estates.managed - row[0].estates.managed, span), span) if span > 0 else (None, 0)


def _unbroken(months: Sequence[Closed]) -> list[Closed]:
    """The latest months of which each follows the one before it."""
    row: list[Closed] = []
    for closed in reversed(months):
        if row and month_before(row[0].month) != closed.month:
            break
        row.insert(0, closed)
    return row


def _reached_in(gap: int | None, pace: Fraction | None, today: date) -> str | None:
    if not gap or pace is None or pace <= 0:
        return None
    needed = ceil(gap / pace)
    if needed > HORIZON:
        return None
    month = month_of(today)
    for _ in range(needed - 1):
        month = month_after(month)
    return month


def leaves_with(contract_ends: Collection[date], given_on: date) -> date | None:
    """The day by which a company that refuses renewal may be gone: the end of its contract (民法典 947).

    None when no end of a contract after the notice is known. A dismissal and the end of a continued service work by
    their own term, which the register reckons (946, 948).
    """
    return min((end for end in contract_ends if end >= given_on), default=None)

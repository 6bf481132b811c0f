"""How pressing a matter is: its term against today, in working days. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from regulator.features.papers.terms import Pressure
from regulator.law.calendar import ONE_DAY, Term, Unit, WorkingDays

SOON = 3
"""Working days before the end of a term from which on it is said to be near: local practice."""
FAR = timedelta(days=60)
"""Beyond this nobody counts working days; the day itself says more."""


@dataclass(frozen=True, slots=True)
class Pressing:
    """How a term stands; ``days`` are working days left, or over when it is overdue; None where nobody counts them."""

    pressure: Pressure
    days: int | None = None


def press(due_on: date | None, *, today: date, calendar: WorkingDays) -> Pressing:
    """How pressing a term is. A term that ended on a day off before today is overdue although no working day passed."""
    if due_on is None:
        return Pressing(Pressure.NO_TERM)
    if due_on < today:
        return Pressing(Pressure.OVERDUE, calendar.count(due_on, today) if today - due_on <= FAR else None)
    if due_on - today > FAR:
        return Pressing(Pressure.ON_TIME)
    left = calendar.count(today, due_on)
    if due_on == today or left == 0:
        return Pressing(Pressure.TODAY, 0)
    return Pressing(Pressure.SOON if left <= SOON else Pressure.ON_TIME, left)


def end_of_soon(today: date, calendar: WorkingDays) -> date:
    """The first day that is not near any more: a term before it is near, or over.

    As many working days from today as `SOON`, and the days off behind them, on which nothing more is done.
    """
    due = calendar.due(Term(SOON, Unit.WORKING_DAY), today)
    if due is None:
        raise ValueError("a term without pauses ends")
    return calendar.next_working(due.day + ONE_DAY)

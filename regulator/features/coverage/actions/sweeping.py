"""What the sweep does about months: each is closed on the fifth working day of the next, for every city."""

from __future__ import annotations

from datetime import datetime

from regulator.features.coverage.actions.months import close_due
from regulator.features.coverage.rules.counting import CLOSING_WORKING_DAY
from regulator.features.registry.queries.records import register_info
from regulator.foundation.clock import day_of
from regulator.law.calendar import WorkingDays

WEEKDAYS = WorkingDays(frozenset(), frozenset(), frozenset())


def close_month_in_time(now: datetime) -> None:
    """Close the month before this one when its day has come; a register without estates has nothing to freeze."""
    today = day_of(now)
    if register_info().data_version:
        close_due(now, WEEKDAYS.nth_of_month(today.year, today.month, CLOSING_WORKING_DAY))

"""What the sweep does about months: each is closed on the fifth working day of the next, for every city."""

from __future__ import annotations

from datetime import datetime

from regulator.features.coverage.actions.months import close_due
from regulator.features.coverage.queries.months import closing_of
from regulator.features.coverage.rules.counting import month_before, month_of
from regulator.features.registry.queries.records import register_info
from regulator.foundation.clock import day_of


def close_month_in_time(now: datetime) -> None:
    """Close the month before this one when its day has come; a register without estates has nothing to freeze."""
    if register_info().data_version:
        close_due(now, closing_of(month_before(month_of(day_of(now)))))

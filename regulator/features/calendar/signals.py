"""What the calendar tells the rooms above it, synchronously in the writer's session; errors take the act back."""

from datetime import datetime

from blinker import Signal

from regulator.features.audit.terms import Actor
from regulator.features.calendar.terms import CalendarChange

working_days_changed = Signal("working_days_changed: a term may end otherwise or is settled now")


def send(change: CalendarChange, *, actor: Actor, now: datetime) -> None:
    """Tell with ``change``, and with who changed it and when; nothing is sent when no year is touched."""
    if change.years:
        working_days_changed.send(change=change, actor=actor, now=now)

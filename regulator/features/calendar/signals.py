"""What the calendar tells the rooms above it, synchronously in the writer's session; errors take the act back."""

from collections.abc import Iterable

from blinker import Signal

working_days_changed = Signal("working_days_changed: years in which a term may end otherwise or is settled now")


def send(years: Iterable[int]) -> None:
    """Tell with ``years: frozenset[int]``; nothing is sent when nothing changed."""
    told = frozenset(years)
    if told:
        working_days_changed.send(years=told)

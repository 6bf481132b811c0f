"""Two days on the map: which estates are otherwise on the later one, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from regulator.features.coverage.queries.months import explanation
from regulator.features.coverage.terms import ChangeReason, State
from regulator.features.divisions.queries import DivisionRow, list_in
from regulator.features.divisions.terms import Level, Scope, merge, prefix
from regulator.features.registry.models import Estate
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound

CHANGES_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class EstateChanged:
    """An estate that counts otherwise on the later day; states None where it was not on record."""

    code: str
    name: str
    lon: float | None
    lat: float | None
    reason: ChangeReason
    before: State | None
    after: State | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed between two days in a division: the first so many, and how many for each reason."""

    changed: Sequence[EstateChanged]
    counts: dict[ChangeReason, int]

    @property
    def total(self) -> int:
        """How many estates changed."""
        return sum(self.counts.values())


def public_changes(division_code: str, first: date, last: date, today: date) -> Compared:
    """The estates of a division that changed from one day to another. Raises BadInput for days that cannot be."""
    return _changes([division_code], first, last, today)


def changes_in(scope: Scope, division_code: str | None, first: date, last: date, today: date) -> Compared:
    """The same of a division inside one's own territory, or of the whole of it.

    Raises BadInput, and NotFound outside the scope.
    """
    if division_code is not None and not scope.covers(prefix(division_code)):
        raise NotFound(division_code)
    return _changes([division_code] if division_code else _tops(scope, last), first, last, today)


def _tops(scope: Scope, on: date) -> list[str]:
    """The fewest divisions that make up a scope, by code."""
    found: list[DivisionRow] = []
    for level in Level:
        if merge(row.range for row in found) != merge(scope.ranges):
            rows = list_in(scope, (level,), on=on)
            inside = (row for row in rows if scope.narrowed(row.range).ranges == (row.range,))
            found += [row for row in inside if not any(above.range.contains(row.range) for above in found)]
    return sorted(row.code for row in found)


def _changes(codes: Sequence[str], first: date, last: date, today: date) -> Compared:
    if last > today:
        raise BadInput("day_in_future", {"today": today}, about="to")
    if last < first:
        raise BadInput("period_ends_before_beginning", {"from": first, "to": last}, about="to")
    parts = [part for code in codes for part in explanation(code, first, last).parts]
    changed = [(change.code, part.reason, change) for part in parts for change in part.estates]
    shown = changed[:CHANGES_SHOWN]
    places = _places({code for code, _, _ in shown})
    items = [
        EstateChanged(code, *places.get(code, (code, None, None)), reason, change.before, change.after)
        for code, reason, change in shown
    ]
    counts = Counter(reason for _, reason, _ in changed)
    return Compared(items, {reason: counts[reason] for reason in ChangeReason if counts[reason]})


def _places(codes: set[str]) -> dict[str, tuple[str, float | None, float | None]]:
    query = select(Estate.code, Estate.name, Estate.lon, Estate.lat).where(Estate.code.in_(sorted(codes)))
    return {code: (name, lon, lat) for code, name, lon, lat in session().execute(query)}

"""Do zones still say what the register says? Members, and what is kept of them, looked at anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select

from regulator.features.divisions.terms import CodeRange, Level
from regulator.features.registry.models import Estate
from regulator.features.zones.models import Zone, ZoneEstate
from regulator.features.zones.queries.estates import ZonedEstate, list_estates_of, positions_of
from regulator.features.zones.rules.deciding import followed_state, totals_of
from regulator.features.zones.shapes import shape_of
from regulator.features.zones.terms import FOLLOWED, ZoneState
from regulator.foundation import clock
from regulator.foundation.database import session

SIDES = ("west", "south", "east", "north")
SAME_DEGREES, SAME_METRES = 2e-6, 1
"""Boxes and widths within these are the same: another release of the geometry library may round otherwise."""
AT_ONCE = 500


def _members_astray() -> list[str]:
    """Estates that stand in a zone of another street, or that nobody knows."""
    query = (
        select(ZoneEstate.estate_code, Zone.division_code, Estate.division_code)
        .join(Zone, Zone.id == ZoneEstate.zone_id)
        .outerjoin(Estate, Estate.code == ZoneEstate.estate_code)
        .where(ZoneEstate.living)
        .order_by(ZoneEstate.estate_code)
    )
    rows: Iterable[Any] = session().execute(query)
    return [
        code for code, street, place in rows if place is None or not CodeRange.of(street, Level.STREET).covers(place)
    ]


def _estates_twice() -> list[str]:
    """Estates on the lists of several zones that are not dissolved, whatever their marks say."""
    query = select(ZoneEstate.estate_code).join(Zone, Zone.id == ZoneEstate.zone_id)
    counted = Counter(session().scalars(query.where(Zone.state != ZoneState.DISSOLVED)))
    return sorted(code for code, number in counted.items() if number > 1)


def _marks_wrong() -> list[str]:
    """Zones whose members are marked as standing in them although the zone is dissolved, or the other way round."""
    query = select(Zone).join(ZoneEstate, ZoneEstate.zone_id == Zone.id)
    wrong = query.where(ZoneEstate.living == (Zone.state == ZoneState.DISSOLVED)).order_by(Zone.id)
    return sorted({_called(zone) for zone in session().scalars(wrong)})


def _figures_wrong() -> list[str]:
    """Zones whose state, width or box are not those of their members."""
    query = select(Zone).where(Zone.state != ZoneState.DISSOLVED).order_by(Zone.followed_on, Zone.id)
    zones = session().scalars(query).all()
    return sorted(_called(zone) for day, some in groupby(zones, _day_of) for zone in _untrue(list(some), day))


def _day_of(zone: Zone) -> date:
    """The day the kept state stands for."""
    return zone.followed_on or clock.today()


def _untrue(zones: Sequence[Zone], day: date) -> Iterator[Zone]:
    for start in range(0, len(zones), AT_ONCE):
        part = zones[start : start + AT_ONCE]
        members: Mapping[UUID, Sequence[ZonedEstate]] = list_estates_of(part, day=day)
        yield from (zone for zone in part if not _is_true(zone, members.get(zone.id, ())))


def _is_true(zone: Zone, members: Sequence[ZonedEstate]) -> bool:
    if zone.state in FOLLOWED and followed_state(totals_of(one.sized for one in members)) is not zone.state:
        return False
    shape = shape_of(positions_of(members))
    if shape is None or zone.diameter is None or zone.west is None:
        return shape is None and zone.diameter is None and zone.west is None
    kept: list[Any] = [getattr(zone, side) for side in SIDES]
    moved = max(abs(one - getattr(shape.box, side)) for one, side in zip(kept, SIDES, strict=True))
    return abs(zone.diameter - shape.diameter) <= SAME_METRES and moved <= SAME_DEGREES


def _called(zone: Zone) -> str:
    """How a person finds it: the number, or the street of a group on the table."""
    return zone.code or f"{zone.division_code} {zone.ordinal}"


CHECKS: dict[str, Callable[[], list[str]]] = {
    "zone_estates_twice": _estates_twice,
    "zone_figures_wrong": _figures_wrong,
    "zone_marks_wrong": _marks_wrong,
    "zone_members_astray": _members_astray,
}
"""Every check by the name it is reported under."""

"""A street on the ground: estates where one says, uncovered or managed, and zones that were adopted before."""

from typing import Any
from uuid import UUID

import numpy as np
import shapely

from regulator.features.divisions.queries import DivisionRow, get_division
from regulator.features.registry.models import Company, Estate
from regulator.features.registry.terms import Mode
from regulator.features.zones.actions.barriers import NewBarrier, bring_in
from regulator.features.zones.models import Zone, ZoneEstate
from regulator.features.zones.terms import BarrierKind, ZoneState
from regulator.foundation.database import new_key, session
from regulator.foundation.geo import LocalMetres
from tests.factories import registry as make

GRID = LocalMetres(123.43, 41.8)
"""Positions are given in metres east and north of here."""
LIMITS = {
    "limit_diameter": 500,
    "limit_households": 3000,
    "limit_floor_area": 30_000_000,
    "neighbour_within": 500,
    "barriers_respected": True,
}


def street() -> DivisionRow:
    """The street in which zones are made."""
    return get_division(make.SHENHE_STREET)


def make_uncovered(
    name: str, at: tuple[float, float] | None = None, mode: Mode | None = Mode.NONE, **given: Any
) -> Estate:
    """An estate of the street without management, so many metres east and north."""
    lon, lat = GRID.to_degrees(*at) if at else (None, None)
    estate = make.make_estate(name, given.pop("division_code", make.SHENHE_COMMUNITY), lon=lon, lat=lat, **given)
    if mode is not None:
        make.make_service(estate, None, mode)
    return estate


def make_managed(name: str, at: tuple[float, float], company: Company, **given: Any) -> Estate:
    """An estate a company serves."""
    estate = make_uncovered(name, at, None, **given)
    make.make_service(estate, company)
    return estate


def make_barriers(*lines: Any, kind: BarrierKind = BarrierKind.ROAD, source: str = "路网") -> UUID:
    """A file of barriers in force; shapes in metres east and north."""
    key = new_key()
    bring_in(
        key, [NewBarrier(row, kind, None, in_degrees(line)) for row, line in enumerate(lines, start=1)],
        file_name="路网.geojson", source=source, actor=make.actor(), now=make.NOW,
    )  # fmt: skip
    return key


def in_degrees(shape: Any) -> Any:
    """A shape in metres as it lies on the ground."""
    return shapely.transform(shape, lambda metres: np.column_stack(GRID.to_degrees(metres[:, 0], metres[:, 1])))


def make_zone(estate: Estate, number: int = 1, name: str = "惠工片区") -> Zone:
    """An adopted zone with one estate, in that estate's street."""
    zone = Zone(
        id=new_key(), division_code=estate.division_code[:9], state=ZoneState.ADOPTED, ordinal=number, number=number,
        name=name, proposed_at=make.NOW, proposed_by="x", adopted_at=make.NOW, adopted_by="x", version=1, **LIMITS,
    )  # fmt: skip
    session().add(zone)
    session().flush()
    session().add(ZoneEstate(zone_id=zone.id, estate_code=estate.code, living=True))
    session().flush()
    return zone

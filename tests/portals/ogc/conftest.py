"""The same small world as the public pages have, with a boundary."""

from collections.abc import Iterator

import pytest
from shapely import MultiPolygon, box
from sqlalchemy.orm import Session

from regulator.features.maps.features import forget_extents
from regulator.features.maps.models import DivisionBoundary
from tests.factories import registry as make
from tests.factories.zones import make_zone
from tests.portals.public.conftest import World, fetch, world

__all__ = ["fetch", "land", "world"]


@pytest.fixture
def land(world: World, session: Session) -> Iterator[World]:
    forget_extents()
    shape = MultiPolygon([box(123.0, 41.0, 124.0, 42.0)])
    session.add(
        DivisionBoundary(
            division_code=make.SHENHE, geometry=shape, schematic=True, source="示意", updated_at=make.NOW
        )
    )  # fmt: skip
    zone = make_zone(world.estate, name="惠工片区")
    zone.geometry = box(123.4, 41.7, 123.5, 41.8)
    zone.west, zone.south, zone.east, zone.north = 123.4, 41.7, 123.5, 41.8
    session.commit()
    yield world
    forget_extents()

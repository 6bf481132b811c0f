"""Zones as features: groups of uncovered estates that a street has adopted for joint management."""

from typing import Any

from flask_babel import lazy_gettext as _l

from regulator.features.maps.features import Extent, Found, Period, Wanted, division_range
from regulator.features.zones.queries import public as zones
from regulator.features.zones.queries.public import PublicZone, ZonesWanted
from regulator.features.zones.terms import FOLLOWED, ZoneState
from regulator.foundation.errors import NotFound
from regulator.portals.ogc.collections.properties import (
    CODE_OF_DIVISION,
    DAY,
    NAME,
    NUMBER,
    TEXT,
    WHOLE,
    Collection,
    Feature,
    Property,
    Words,
)


class Zones(Collection):
    """Every zone that is followed: adopted, or managed by now."""

    id = "zones"
    geometry = "Polygon"
    words = Words(
        _l("Zones"),
        _l(
            "Groups of estates without management that a street has adopted to be managed together, and their progress."
        ),
        _l(
            "Without “datetime”: the zones of today. A moment or an interval: those of them adopted by its last day. "
            "Sums and state are always today’s."
        ),
    )
    properties = (
        Property("code", _l("Number"), TEXT),
        Property("name", _l("Name"), TEXT, asked=NAME, asked_for="The whole name, exactly"),
        Property(
            *("state", _l("State"), {"type": "string", "enum": [state.value for state in FOLLOWED]}),
            codes=ZoneState,
            asked={"type": "string", "enum": [state.value for state in FOLLOWED]},
        ),
        Property(
            *("division", _l("Code of the division"), TEXT, "The street"),
            asked=CODE_OF_DIVISION,
            asked_for="A division of any level by its code: everything below it",
        ),
        Property("division_name", _l("Division"), TEXT),
        Property("adopted_on", _l("Adopted on"), DAY),
        Property("estates", _l("Estates"), WHOLE, "Members that stand in the register"),
        Property("managed", _l("Managed professionally"), WHOLE, "Of these, today"),
        Property("households", _l("Households"), WHOLE, "As far as known"),
        Property("households_unknown", _l("Estates without known households"), WHOLE),
        Property("floor_area_m2", _l("Floor area (㎡)"), NUMBER, "㎡, as far as known"),
        Property("floor_area_unknown", _l("Estates without known floor area"), WHOLE),
    )
    listed = ("code", "state", "division_name", "estates", "managed")

    def extent(self) -> Extent:
        """Of every zone with a position."""
        return Extent(*zones.public_zone_bounds())

    def find(self, wanted: Wanted) -> Found[Feature]:
        """A page of zones."""
        asked = _wanted(wanted)
        page = zones.public_zones(asked, cursor=wanted.cursor, limit=wanted.limit, on=wanted.period.on)
        return Found(tuple(map(_feature, page.items)), page.next, zones.count_public_zones(asked))

    def get(self, name: str, period: Period) -> Feature:
        """The zone of this number, where it was adopted by the last of the days asked about."""
        found = zones.public_zone(name, on=period.on)
        if period.last is not None and found.adopted_on > period.last:
            raise NotFound(name)
        return _feature(found)


def _wanted(wanted: Wanted) -> ZonesWanted:
    filters = wanted.filters
    return ZonesWanted(
        boxes=wanted.boxes,
        place=division_range(filters["division"]) if "division" in filters else None,
        state=ZoneState(filters["state"]) if "state" in filters else None,
        name=filters.get("name"),
        adopted_by=wanted.period.last,
    )


def _feature(item: PublicZone) -> Feature:
    totals = item.totals
    properties: dict[str, Any] = {
        "code": item.code,
        "name": item.name,
        "state": item.state,
        "division": item.street_code,
        "division_name": item.street,
        "adopted_on": item.adopted_on.isoformat(),
        "estates": totals.estates,
        "managed": totals.managed,
        "households": totals.households,
        "households_unknown": totals.households_unknown,
        "floor_area_m2": totals.floor_area / 100,
        "floor_area_unknown": totals.floor_area_unknown,
    }
    return Feature(item.code, zones.geojson_of(item.geometry), properties)

"""Divisions as features: their boundaries where there are any, each saying whether it is only schematic."""

from typing import Any

from flask_babel import lazy_gettext as _l

from regulator.features.divisions.terms import Level
from regulator.features.maps import division_features as divisions
from regulator.features.maps.division_features import DivisionFeature
from regulator.features.maps.features import Extent, Found, Period, Wanted
from regulator.foundation.errors import NotFound
from regulator.portals.ogc.collections.properties import (
    CODE_OF_DIVISION,
    DAY,
    NAME,
    TEXT,
    Collection,
    Feature,
    Property,
    Words,
    coded,
)

MAX_CODE = 12


class Divisions(Collection):
    """The statistical tree."""

    id = "divisions"
    geometry = "MultiPolygon"
    words = Words(
        _l("Divisions"),
        _l("The city with its districts, streets and communities; boundaries where the bureau has loaded any."),
        _l(
            "Without “datetime”: those in use today. A moment: those that existed that day. An interval: those that "
            "existed on any of its days."
        ),
    )
    properties = (
        Property("code", _l("Code"), TEXT),
        Property("name", _l("Name"), TEXT, asked=NAME, asked_for="The whole name, exactly"),
        coded("level", _l("Level"), Level),
        Property(
            *("parent", _l("Above it"), TEXT, "The division directly above; null for a city", True),
            asked=CODE_OF_DIVISION,
            asked_for="The divisions directly below this one",
        ),
        Property(
            *("division", _l("Part of"), TEXT),
            asked=CODE_OF_DIVISION,
            asked_for="A division with everything below it",
            carried=False,
        ),
        Property("began_on", _l("In use since"), DAY, "Null: not known", nullable=True),
        Property("ended_on", _l("In use until"), DAY, "Its last day; null: still in use", nullable=True),
        Property(
            *("schematic", _l("Schematic"), {"type": "boolean"}),
            "Whether the boundary is for looking at only, and nothing may be measured or decided by it",
            nullable=True,
        ),
        Property("source", _l("Source of the boundary"), TEXT, nullable=True),
    )
    listed = ("code", "level", "schematic", "source")

    def extent(self) -> Extent:
        """Of every boundary."""
        return divisions.public_division_extent()

    def find(self, wanted: Wanted) -> Found[Feature]:
        """A page of divisions."""
        found = divisions.public_division_features(wanted)
        return Found(tuple(map(_feature, found.items)), found.next, found.matched)

    def get(self, name: str, period: Period) -> Feature:
        """The division of this code."""
        if not (name.isascii() and name.isdigit() and len(name) <= MAX_CODE):
            raise NotFound(name)
        return _feature(divisions.public_division_feature(name, period))


def _feature(item: DivisionFeature) -> Feature:
    properties: dict[str, Any] = {
        "code": item.code,
        "name": item.name,
        "level": item.level,
        "parent": item.parent_code,
        "began_on": item.began_on.isoformat() if item.began_on else None,
        "ended_on": item.ended_on.isoformat() if item.ended_on else None,
        "schematic": item.schematic,
        "source": item.source,
    }
    return Feature(item.code, item.geometry, properties, page=f"/divisions/{item.code}")

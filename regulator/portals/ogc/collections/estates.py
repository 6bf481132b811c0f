"""Estates as features: points, with mode and company of the day asked for."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from regulator.features.maps import features
from regulator.features.maps.features import EstateFeature, Extent, Found, Period, Wanted
from regulator.features.registry.terms import Condition, EstateKind, Mode, Ownership
from regulator.foundation.errors import NotFound
from regulator.portals.ogc.collections.properties import (
    CODE_OF_DIVISION,
    CREDIT_CODE,
    DAY,
    NAME,
    NUMBER,
    TEXT,
    WHOLE,
    Collection,
    Feature,
    Property,
    Words,
    coded,
)

MAX_CODE = 16


class Estates(Collection):
    """Every estate on record."""

    id = "estates"
    geometry = "Point"
    words = Words(
        _l("Estates"),
        _l("Estates and scattered buildings on record, each a point, with who serves it on the day asked for."),
        _l(
            "Without “datetime”: as of today. A moment: mode and company of that day. An interval: the estates on "
            "record on any of its days, as they stood on its last day, today at the latest. The property as_of says "
            "which day that is; the facts of the place are always today’s."
        ),
    )
    properties = (
        Property("code", _l("Estate code"), TEXT),
        Property("name", _l("Name"), TEXT, asked=NAME, asked_for="The whole name, exactly"),
        coded("kind", _l("Kind"), EstateKind),
        coded("condition", _l("Condition"), Condition),
        coded("ownership", _l("Ownership"), Ownership, "Null: not known", nullable=True),
        coded("mode", _l("Mode"), Mode, "Null: nobody has stated the mode of that day", nullable=True),
        Property(
            *("company", _l("Credit code of the company"), TEXT, "Who serves the estate that day", True),
            asked=CREDIT_CODE,
            asked_for="Unified social credit code: the estates this company serves on the day",
        ),
        Property("company_name", _l("Company"), TEXT, nullable=True),
        Property("since", _l("Serves since"), DAY, "Null: not known since when", nullable=True),
        Property(
            *("division", _l("Code of the division"), TEXT, "Community, or the street while that is not known"),
            asked=CODE_OF_DIVISION,
            asked_for="A division of any level by its code (or the four digits of a city): everything below it",
        ),
        Property("division_name", _l("Division"), TEXT, nullable=True),
        Property("address", _l("Address"), TEXT, nullable=True),
        Property("households", _l("Households"), WHOLE, nullable=True),
        Property("floor_area_m2", _l("Floor area (㎡)"), NUMBER, "㎡; null: not known", nullable=True),
        Property("completion_year", _l("Year of completion"), {"type": "integer"}, nullable=True),
        Property("duty_phone", _l("Duty phone"), TEXT, nullable=True),
        Property("as_of", _l("As of"), DAY, "The day mode, company and since stand for"),
    )
    listed = ("division_name", "mode", "company_name", "households", "floor_area_m2")

    def extent(self) -> Extent:
        """Of every estate ever on record."""
        return features.public_estate_extent()

    def find(self, wanted: Wanted) -> Found[Feature]:
        """A page of estates."""
        found = features.public_estate_features(wanted)
        return Found(tuple(_feature(item, wanted.period.on) for item in found.items), found.next, found.matched)

    def get(self, name: str, period: Period) -> Feature:
        """The estate of this code."""
        if not (name.isascii() and name.isalnum() and len(name) <= MAX_CODE):
            raise NotFound(name)
        return _feature(features.public_estate_feature(name, period), period.on)


def _feature(item: EstateFeature, on: date) -> Feature:
    properties: dict[str, Any] = {
        "code": item.code,
        "name": item.name,
        "kind": item.kind,
        "condition": item.condition,
        "ownership": item.ownership,
        "mode": item.mode,
        "company": item.credit_code,
        "company_name": item.company_name,
        "since": item.since.isoformat() if item.since else None,
        "division": item.division_code,
        "division_name": item.division_name,
        "address": item.address,
        "households": item.households,
        "floor_area_m2": None if item.floor_area is None else item.floor_area / 100,
        "completion_year": item.completion_year,
        "duty_phone": item.duty_phone,
        "as_of": on.isoformat(),
    }
    point = None if item.lon is None else {"type": "Point", "coordinates": [item.lon, item.lat]}
    return Feature(item.code, point, properties, page=f"/estates/{item.code}")

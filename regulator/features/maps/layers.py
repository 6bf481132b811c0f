"""Draws the borders of each level for each stretch of zoom levels, neighbours' borders as one line. Worker only."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from regulator.features.divisions.terms import Level, level_of
from regulator.features.maps.queries.boundaries import Boundary
from regulator.features.maps.rules import TOLERANCES, bucket_of
from regulator.features.maps.shelf import Layer

DECIMALS = 6
"""Of a degree: a tenth of a metre, the same for both neighbours of a border."""
GROUND_ZOOM = 10
"""The ground of the page shell is drawn for this level; nearer by, the page asks for a finer one."""
_GROUND = (Level.DISTRICT, Level.CITY, Level.STREET, Level.COMMUNITY)


def draw_layers(boundaries: Sequence[Boundary]) -> list[Layer]:
    """Each level that has boundaries, once for each stretch of zoom levels."""
    return [
        Layer(level.value, last, _lines(simplified(of_level, last)))
        for level in Level
        if (of_level := [item for item in boundaries if level_of(item.division_code) is level])
        for last in TOLERANCES
    ]


def ground_of(boundaries: Sequence[Boundary]) -> list[Boundary]:
    """What the map stands on: the districts (else the first level there is), as they look from afar."""
    for level in _GROUND:
        if found := [item for item in boundaries if level_of(item.division_code) is level]:
            return simplified(found, bucket_of(GROUND_ZOOM))
    return []


def simplified(boundaries: Sequence[Boundary], last: int) -> list[Boundary]:
    """The boundaries as they are drawn up to a zoom level: what two share stays shared, no part disappears."""
    shapes = np.array([item.geometry for item in boundaries], dtype=object)
    squeeze = math.cos(math.radians(float(np.mean(shapely.bounds(shapes)[:, [1, 3]]))))
    even = shapely.transform(shapes, lambda at: at * [squeeze, 1.0])  # a degree east is shorter than one north
    fewer = shapely.transform(
        shapely.coverage_simplify(even, TOLERANCES[last]), lambda at: np.round(at / [squeeze, 1.0], DECIMALS)
    )
    return [replace(item, geometry=shape) for item, shape in zip(boundaries, fewer, strict=True)]


def _lines(boundaries: Sequence[Boundary]) -> str:
    """One line for each division: what the page says of it, a tab, its geometry as GeoJSON."""
    return "".join(f"{_json(_facts(item))}\t{shapely.to_geojson(item.geometry)}\n" for item in boundaries)


def _facts(item: Boundary) -> dict[str, Any]:
    middle = item.geometry.representative_point()
    return {
        "code": item.division_code,
        "name": item.name,
        "schematic": item.schematic,
        "at": [round(middle.x, DECIMALS), round(middle.y, DECIMALS)],
        "box": [round(edge, DECIMALS) for edge in item.geometry.bounds],
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

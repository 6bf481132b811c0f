"""Outlines of estates: reading and writing them, measuring them, what is refused and what is to be asked about them.

No queries and no writes. shapely is imported when first used, so that a web worker starts without it.
"""

# ruff: noqa: PLC0415 -- shapely is imported where it is used, see above

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regulator.foundation.errors import BadInput
from regulator.foundation.geo import LocalMetres
from regulator.law.findings import Finding
from regulator.law.measures import Area

if TYPE_CHECKING:
    from shapely import MultiPolygon
    from shapely.geometry.base import BaseGeometry

MOST_SIGNS = 300_000
"""Of the GeoJSON text: 5,000 vertices with room to spare."""
MOST_VERTICES = 5_000
LARGEST = 10_000_000
"""㎡: the largest estates of the country have a tenth of it; more is a slip of the hand."""
WIDEST = 0.2
"""Degrees from side to side; looking for what lies in view relies on it (`queries/outlines.py`)."""
DECIMALS = 7
"""Of a degree: a centimetre, finer than anybody draws."""
OUTSIDE_SHARE = 0.01
"""So much of an outline may stand out of its community before it is asked about; boundaries are drawn by hand too."""
OVERLAP = 1.0
"""㎡ that two neighbours may share before it is asked about."""
AREA_SHARE = 0.10
"""How far the outline may be from the registered site area before it is asked about."""
_PLACE = re.compile(r"\[(-?[\d.]+) (-?[\d.]+)")


@dataclass(frozen=True, slots=True)
class Named:
    """A shape and what people call it."""

    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an estate is to lie and what that is judged by.

    ``division`` is the finest division around it whose boundary is surveyed, None where all are schematic;
    ``site_area`` in 0.01 ㎡.
    """

    point: tuple[float, float] | None
    outline: MultiPolygon | None
    division: Named | None
    neighbours: Sequence[Named]
    site_area: int | None


@dataclass(frozen=True, slots=True)
class Doubt:
    """What an official has to confirm before it is recorded, and where on the map it lies."""

    finding: Finding
    shape: BaseGeometry | None = None


# --- reading and writing --------------------------------------------------------------------------------------------


def read_outline(given: str) -> MultiPolygon | None:
    """An outline written as GeoJSON (EPSG:4490, a geometry or a feature); None for nothing. Raises BadInput."""
    from shapely import MultiPolygon, Polygon, force_2d, get_num_coordinates
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    if not given.strip():
        return None
    if len(given) > MOST_SIGNS:
        raise BadInput("outline_too_many_vertices", {"most": MOST_VERTICES}, about="boundary")
    try:
        found: Any = force_2d(shape(_geometry(json.loads(given))))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, ShapelyError) as error:
        raise BadInput("outline_unreadable", about="boundary") from error
    outline = MultiPolygon([found]) if isinstance(found, Polygon) else found
    if not isinstance(outline, MultiPolygon) or outline.is_empty:
        raise BadInput("outline_unreadable", about="boundary")
    if int(get_num_coordinates(outline)) > MOST_VERTICES:
        raise BadInput("outline_too_many_vertices", {"most": MOST_VERTICES}, about="boundary")
    outline = rounded(outline)
    _refuse_broken(outline)
    return outline


def _geometry(given: Any) -> Any:
    """The geometry of a collection of one, of a feature, or itself."""
    if given["type"] == "FeatureCollection":
        (given,) = given["features"]
    return given["geometry"] if given["type"] == "Feature" else given


def rounded(outline: MultiPolygon) -> MultiPolygon:
    """The outline with coordinates as they are kept."""
    from shapely import transform

    kept: MultiPolygon = transform(outline, lambda degrees: degrees.round(DECIMALS))
    return kept


def _refuse_broken(outline: MultiPolygon) -> None:
    """Refuse an outline that crosses itself, and say where."""
    from shapely import is_valid_reason

    if outline.is_valid and outline.area > 0:
        return
    reason = str(is_valid_reason(outline))
    place = _PLACE.search(reason)
    if place is None or reason.startswith("Too few"):
        raise BadInput("outline_unreadable", about="boundary")
    lon, lat = (f"{float(part):.6f}" for part in place.groups())
    raise BadInput("outline_crosses_itself", {"lon": lon, "lat": lat}, about="boundary")


def write_outline(outline: MultiPolygon | None) -> str:
    """The outline as GeoJSON text; empty for none."""
    from shapely import to_geojson

    return "" if outline is None else str(to_geojson(rounded(outline)))


def same(one: MultiPolygon | None, other: MultiPolygon | None) -> bool:
    """Whether two outlines are one, as far as coordinates are kept."""
    if one is None or other is None:
        return one is other
    return bool(rounded(one).equals_exact(rounded(other), 0))


# --- measuring ------------------------------------------------------------------------------------------------------


def square_metres(shape: BaseGeometry) -> float:
    """The area on the ground of a shape in degrees, on the metric grid at its middle: within 0.1 % inside a city."""
    if shape.is_empty:
        return 0.0
    west, south, east, north = shape.bounds
    wide, high = LocalMetres((west + east) / 2, (south + north) / 2).scale
    return float(shape.area * wide * high)


def measured(shape: BaseGeometry) -> Area:
    """The area on the ground, to 0.01 ㎡."""
    return Area(round(square_metres(shape) * 100))


def vertices(outline: MultiPolygon) -> int:
    """How many corners an outline has; where a ring closes counts once."""
    return sum(len(ring.coords) - 1 for part in outline.geoms for ring in (part.exterior, *part.interiors))


# --- what is refused, what is asked ---------------------------------------------------------------------------------


def judge_outline(outline: MultiPolygon, box: tuple[float, float, float, float] | None) -> list[Finding]:
    """What no estate can be: outside the city's box (west, south, east, north), or larger than any."""
    west, south, east, north = outline.bounds
    if box and not (box[0] <= west and box[1] <= south and east <= box[2] and north <= box[3]):
        return [Finding("outline_outside_city", None, {}, "boundary")]
    if is_too_large(outline):
        return [Finding("outline_too_large", None, {"found": measured(outline)}, "boundary")]
    return []


def is_too_large(outline: BaseGeometry) -> bool:
    """Whether an outline, drawn or sent, is larger or wider than any estate's."""
    west, south, east, north = outline.bounds
    return square_metres(outline) > LARGEST or max(east - west, north - south) > WIDEST


def doubts_about(placement: Placement) -> list[Doubt]:
    """What is unlikely enough to be confirmed first: each with where it lies."""
    return [
        *_outside_division(placement),
        *_overlaps(placement),
        *_point_outside(placement),
        *_other_area(placement),
    ]


def _outside_division(placement: Placement) -> Iterator[Doubt]:
    outline, division = placement.outline, placement.division
    if division is None:
        return
    if outline is None:
        if placement.point and not division.shape.covers(point := _point(placement.point)):
            yield Doubt(Finding("point_outside_division", None, {"name": division.name}, "lon"), point)
        return
    beyond = outline.difference(division.shape)
    if beyond.area > outline.area * OUTSIDE_SHARE:
        share = f"{beyond.area / outline.area:.1%}"
        params = {"name": division.name, "found": measured(beyond), "share": share}
        yield Doubt(Finding("outline_outside_division", None, params, "boundary"), beyond)


def _overlaps(placement: Placement) -> Iterator[Doubt]:
    if placement.outline is None:
        return
    for neighbour in placement.neighbours:
        shared = placement.outline.intersection(neighbour.shape)
        if square_metres(shared) > OVERLAP:
            params = {"name": neighbour.name, "found": measured(shared)}
            yield Doubt(Finding("outline_overlaps_neighbour", None, params, "boundary"), shared)


def _point_outside(placement: Placement) -> Iterator[Doubt]:
    if placement.outline is None or placement.point is None:
        return
    point = _point(placement.point)
    if not placement.outline.covers(point):
        yield Doubt(Finding("point_outside_outline", None, {}, "lon"), point)


def _other_area(placement: Placement) -> Iterator[Doubt]:
    if placement.outline is None or not placement.site_area:
        return
    found = measured(placement.outline)
    if abs(found.centi - placement.site_area) > placement.site_area * AREA_SHARE:
        params = {"found": found, "stated": Area(placement.site_area)}
        yield Doubt(Finding("outline_area_differs", None, params, "boundary"))


def _point(point: tuple[float, float]) -> BaseGeometry:
    from shapely import Point

    return Point(*point)


def mark_of(doubts: Sequence[Doubt]) -> str:
    """What stands for exactly these doubts: confirming them confirms no others."""
    said = [f"{doubt.finding.code} {sorted(doubt.finding.params.items())}" for doubt in doubts]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:20]

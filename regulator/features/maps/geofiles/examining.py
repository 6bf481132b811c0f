"""Whether a shape can be what the file says: kind, place, validity; repairs outlines and says what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely
from shapely import MultiPolygon, Point, Polygon

from regulator.features.divisions.queries import Box
from regulator.features.maps.geofiles.datums import area_of
from regulator.features.maps.geofiles.declaring import Declared
from regulator.features.maps.geofiles.matching import Said
from regulator.features.maps.geofiles.reading import Feature, are_degrees
from regulator.features.maps.geofiles.reasons import GeoReason
from regulator.features.maps.geofiles.terms import GeoKind
from regulator.features.maps.outlines import is_too_large

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CHINA = Box(73.0, 3.0, 135.5, 54.0)
"""Roughly China with its seas, EPSG:4490: outside it a Chinese datum was declared by mistake."""
LINES = ("LineString", "MultiLineString")
DECIMALS = 8
"""Digits of a stored position: about a millimetre."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A shape that may be stored, None when it may not, its area in ㎡, and what is to be said of it."""

    shape: BaseGeometry | None
    area: float | None
    said: tuple[Said, ...]


def examine(feature: Feature, kind: GeoKind, declared: Declared, city: Box | None) -> Examined:
    """Judge one shape by itself."""
    shape = feature.shape
    if shape is None or feature.raw is None:
        return _refused(GeoReason.GEOMETRY_MISSING)
    if shape.geom_type not in _kinds(kind):
        return _refused(GeoReason.GEOMETRY_WRONG_KIND, given=shape.geom_type)
    there = _lies_within if kind is not GeoKind.BARRIERS else _meets
    misplaced = next(_misplaced(feature.raw, shape, declared, city, there), None)
    if misplaced is not None:
        return Examined(None, None, (misplaced,))
    if shape.geom_type in ("Point", "MultiPoint"):
        return _point(shape)
    if shape.geom_type in LINES:
        return _line(shape)
    made = _area(shape)
    return _refuse_too_large(made) if kind is GeoKind.ESTATES else made


def _refused(reason: GeoReason, **params: Any) -> Examined:
    return Examined(None, None, ((reason, params),))


def _kinds(kind: GeoKind) -> tuple[str, ...]:
    areas = ("Polygon", "MultiPolygon")
    others = {GeoKind.BARRIERS: LINES, GeoKind.BOUNDARIES: (), GeoKind.ESTATES: ("Point", "MultiPoint")}
    return (*others[kind], *areas)


def _point(shape: BaseGeometry) -> Examined:
    """A position, its digits cut to what can be told apart; several are none."""
    parts: list[Any] = list(shapely.get_parts(shape))
    if len(parts) != 1:
        return _refused(GeoReason.GEOMETRY_WRONG_KIND, given=shape.geom_type)
    return Examined(Point(round(parts[0].x, DECIMALS), round(parts[0].y, DECIMALS)), None, ())


def _line(shape: BaseGeometry) -> Examined:
    """A line; one that goes nowhere is none."""
    return Examined(shape, None, ()) if shape.length else _refused(GeoReason.GEOMETRY_MISSING)


def _lies_within(box: Box, shape: BaseGeometry) -> bool:
    """Whether the middle of a shape lies in a box."""
    middle = shape.envelope.centroid
    return box.covers(middle.x, middle.y)


def _meets(box: Box, shape: BaseGeometry) -> bool:
    """Whether any of it lies there: a river comes from far and goes on."""
    return shapely.box(box.west, box.south, box.east, box.north).intersects(shape)


def _misplaced(
    raw: BaseGeometry,
    shape: BaseGeometry,
    declared: Declared,
    city: Box | None,
    there: Callable[[Box, BaseGeometry], bool],
) -> Iterator[Said]:
    """What is wrong with where it lies, the surest first."""
    west, south, east, north = raw.bounds
    if west <= 0 <= east and south <= 0 <= north and max(east - west, north - south) < 1e-9:
        yield GeoReason.POSITION_ZERO, {}
    middle = shape.envelope.centroid
    x, y = middle.x, middle.y
    if city is not None and city.covers(y, x) and not city.covers(x, y):
        yield GeoReason.POSITION_SWAPPED, {"lon": round(x, 6), "lat": round(y, 6)}
    if not are_degrees(shape):
        yield GeoReason.POSITION_NOT_DEGREES, {"x": round(west, 3), "y": round(south, 3)}
    if declared.is_chinese and not there(CHINA, shape):
        yield GeoReason.POSITION_OUTSIDE_CHINA, {"lon": round(x, 6), "lat": round(y, 6), "datum": declared.text}
    if not there(city or CHINA, shape):
        yield GeoReason.POSITION_OUTSIDE_CITY, {"lon": round(x, 6), "lat": round(y, 6)}


# --- areas ----------------------------------------------------------------------------------------------------------


def _area(shape: BaseGeometry) -> Examined:
    """An outline as a MultiPolygon; one that crosses itself is made valid, and the change of its area is said."""
    if shape.is_valid:
        made = _polygons(shape)
        return Examined(made, area_of(made), ())
    why = shapely.is_valid_reason(shape)
    made = _polygons(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    if made.is_empty:
        return _refused(GeoReason.GEOMETRY_MISSING)
    area = area_of(made)
    params = {"why": why.partition("[")[0].strip(), "before": round(area_of(shape)), "after": round(area)}
    return Examined(made, area, ((GeoReason.GEOMETRY_REPAIRED, params),))


def _refuse_too_large(made: Examined) -> Examined:
    """An estate's outline is held to what the editor holds it to."""
    if made.shape is None or not is_too_large(made.shape):
        return made
    west, _, east, _ = made.shape.bounds
    said = (GeoReason.OUTLINE_TOO_LARGE, {"area": round(made.area or 0), "width": round(east - west, 6)})
    return Examined(None, made.area, (*made.said, said))


def _polygons(shape: Any) -> MultiPolygon:
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon | MultiPolygon)]
    flat = [one for part in parts for one in shapely.get_parts(part)]
    return MultiPolygon([one for one in flat if not one.is_empty])

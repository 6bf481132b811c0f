"""Whether divisions tile what they are parts of: gaps and overlaps in ㎡, measured in the proper CGCS2000 zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import shapely
from shapely import MultiPolygon, Polygon

from regulator.features.maps.geofiles.datums import in_metres, zone_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LEAST = 1.0
"""Gaps and overlaps below a square metre are the rounding of coordinates."""
NAMED = 50


@dataclass(frozen=True, slots=True)
class Flaw:
    """A gap, or what two divisions both claim: its place in EPSG:4490, its area in ㎡, whose it is."""

    shape: BaseGeometry
    area: float
    codes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain values: area in whole ㎡, and a point in it."""
        point = self.shape.representative_point()
        place = {"lon": round(point.x, 6), "lat": round(point.y, 6)}
        return {"area": round(self.area), "codes": list(self.codes)} | place


@dataclass(frozen=True, slots=True)
class Tiling:
    """How the parts of one division lie: ``missing`` have no surveyed boundary, and then gaps are not looked for."""

    parent: str
    parts: int
    zone: int
    missing: tuple[str, ...] = ()
    gaps: list[Flaw] = field(default_factory=list)
    overlaps: list[Flaw] = field(default_factory=list)
    beyond: list[Flaw] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As plain values, the largest flaws by name."""
        kinds = {"gaps": self.gaps, "overlaps": self.overlaps, "beyond": self.beyond}
        found: dict[str, Any] = {"parent": self.parent, "parts": self.parts, "zone": self.zone}
        found["missing"] = list(self.missing)
        for name, flaws in kinds.items():
            largest = sorted(flaws, key=lambda flaw: -flaw.area)[:NAMED]
            found[name] = {
                "count": len(flaws),
                "area": round(sum(flaw.area for flaw in flaws)),
                "named": [flaw.as_json() for flaw in largest],
            }
        return found


def check_tiling(
    parent: str, whole: BaseGeometry | None, parts: Mapping[str, BaseGeometry], missing: tuple[str, ...]
) -> Tiling:
    """Measure the parts of a division against each other and, where its own boundary is known, against that."""
    west, _, east, _ = shapely.total_bounds(list(parts.values()))
    zone = zone_of((west + east) / 2)
    tiling = Tiling(parent, len(parts), zone, missing)
    tiling.overlaps.extend(_overlaps(parts, zone))
    union = shapely.union_all(list(parts.values()))
    outer = whole if whole is not None else _without_holes(union)
    if not missing:
        tiling.gaps.extend(_flaws(shapely.difference(outer, union), zone))
    if whole is not None:
        tiling.beyond.extend(_flaws(shapely.difference(union, outer), zone))
    return tiling


def _overlaps(parts: Mapping[str, Any], zone: int) -> list[Flaw]:
    codes = sorted(parts)
    shapes = [parts[code] for code in codes]
    found = []
    for one, other in shapely.STRtree(shapes).query(shapes, predicate="intersects").T:
        if one < other:
            common = shapely.intersection(shapes[one], shapes[other])
            found += _flaws(common, zone, (codes[one], codes[other]))
    return found


def _flaws(shape: Any, zone: int, codes: tuple[str, ...] = ()) -> list[Flaw]:
    """The parts of a difference that are more than rounding.

    They are cut out in degrees, where neighbours share their edges; in metres a long edge with a vertex on one side
    only would part from its neighbour. Only the areas are the zone's.
    """
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    areas = [float(in_metres(part, zone).area) for part in parts]
    return [Flaw(part, area, codes) for part, area in zip(parts, areas, strict=True) if area >= LEAST]


def _without_holes(union: Any) -> MultiPolygon:
    """What a division would be if its parts left no hole: all that can be said while its own boundary is unknown."""
    return MultiPolygon([Polygon(part.exterior) for part in shapely.get_parts(union) if isinstance(part, Polygon)])

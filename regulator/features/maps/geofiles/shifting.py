"""Whether a whole file lies beside the register in one direction, how far, and which datum would explain it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from regulator.features.maps.geofiles.datums import converted
from regulator.features.maps.geofiles.declaring import Declared
from regulator.foundation.geo import Datum, LocalMetres, to_cgcs2000

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

FEWEST = 3
"""Of fewer pairs nothing is concluded."""
LEAST_METRES = 50
"""A shift below this is within what two surveys of an estate's position differ."""
STEADY, EXPLAINED = 0.35, 0.35
"""Single shapes may differ from the common shift by this part of it; a datum explains it that leaves less."""
POSSIBLE = (Datum.WGS84, Datum.GCJ02, Datum.BD09)


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a file lies from the register: metres, of these east and north, from how many pairs.

    ``likely`` is the datum that would make it fit, None when none of ours does.
    """

    metres: int
    east: int
    north: int
    compared: int
    likely: str | None

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def measure(degrees: Any, known: Any, declared: Declared) -> Shift | None:
    """Compare positions with the register's: both n × 2 arrays; ``degrees`` as stated, ``known`` in EPSG:4490.

    None when they agree, when there are too few, or when they lie apart in all directions.
    """
    if len(degrees) < FEWEST:
        return None
    grid = LocalMetres(float(np.median(known[:, 0])), float(np.median(known[:, 1])))
    apart = _apart(degrees, known, grid, _datum_of(declared))
    common = np.median(apart, axis=0)
    metres = float(np.hypot(*common))
    spread = float(np.median(np.hypot(*(apart - common).T)))
    if metres < LEAST_METRES or spread > STEADY * metres:
        return None
    left = {datum: float(np.median(np.hypot(*_apart(degrees, known, grid, datum).T))) for datum in POSSIBLE}
    best = min(left, key=lambda datum: left[datum])
    likely = best.value if left[best] < EXPLAINED * metres and best is not _datum_of(declared) else None
    return Shift(round(metres), round(common[0]), round(common[1]), len(degrees), likely)


def _datum_of(declared: Declared) -> Datum:
    """The declared datum; CGCS2000 and every numbered system are taken as WGS 84 is."""
    return declared.datum if declared.datum in (Datum.GCJ02, Datum.BD09) else Datum.WGS84


def _apart(degrees: Any, known: Any, grid: LocalMetres, datum: Datum) -> Any:
    """East and north in metres from the register's position to where the file puts it, were it in this datum."""
    lon, lat = to_cgcs2000(degrees[:, 0], degrees[:, 1], datum)
    east, north = grid.scale
    return np.column_stack(((lon - known[:, 0]) * east, (lat - known[:, 1]) * north))


def measure_by_points(outlines: Sequence[BaseGeometry], points: Sequence[Any], declared: Declared) -> Shift | None:
    """Compare outlines with the points that should lie in each (n × 2 arrays, EPSG:4490): which datum loses fewest.

    ``outlines`` are in degrees as stated. The metres are those between the declared datum and the likely one.
    """
    lost = {datum: _lost(outlines, points, datum) for datum in POSSIBLE}
    mine = _datum_of(declared)
    best = min(lost, key=lambda datum: (lost[datum], datum is not mine))
    if lost[mine] < FEWEST or lost[best] * 2 > lost[mine]:
        return None
    middles = shapely.get_coordinates(shapely.centroid(list(outlines)))
    there, here = (np.column_stack(to_cgcs2000(middles[:, 0], middles[:, 1], datum)) for datum in (mine, best))
    east, north = LocalMetres(float(middles[0, 0]), float(middles[0, 1])).scale
    common = np.median((there - here) * (east, north), axis=0)
    compared = sum(len(part) for part in points)
    return Shift(round(float(np.hypot(*common))), round(common[0]), round(common[1]), compared, best.value)


def _lost(outlines: Sequence[BaseGeometry], points: Sequence[Any], datum: Datum) -> int:
    """How many points lie outside their outline, were it in this datum."""
    lost = 0
    for outline, inside in zip(outlines, points, strict=True):
        moved = converted(outline, lambda x, y: to_cgcs2000(x, y, datum))
        shapely.prepare(moved)
        lost += int((~shapely.intersects_xy(moved, inside[:, 0], inside[:, 1])).sum())
    return lost

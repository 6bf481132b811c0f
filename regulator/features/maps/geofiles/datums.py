"""Declared datums: parsing, agreeing with what a file says of itself, conversion to EPSG:4490, areas in the right zone.

pyproj is loaded here and so only in the worker and in commands.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from regulator.features.maps.geofiles.declaring import Declared
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import SRID, Datum, to_cgcs2000

WGS84, CGCS2000 = 4326, SRID
_TAKEN_AS_ONE = {WGS84, CGCS2000, 4979, 4480}
"""Geographic systems taken as CGCS2000, as `foundation.geo` says; the last two are the same with heights."""
FIRST_ZONE, LAST_ZONE = 25, 45
_FIRST_ZONE_EPSG = 4513
_GEOGRAPHIC = {Datum.WGS84: WGS84, Datum.CGCS2000: CGCS2000}

Transform = Callable[[Any, Any], tuple[Any, Any]]


def system(epsg: int) -> CRS:
    """The reference system of a number. Raises BadInput for one that does not exist or is not tied to CGCS2000.

    Between Beijing 54 or Xi'an 80 and CGCS2000 the parameters are not public; a library's guess is tens of metres off.
    """
    try:
        found = CRS.from_epsg(epsg)
    except CRSError as error:
        raise BadInput("geo_datum_unknown", {"given": f"EPSG:{epsg}"}, about="datum") from error
    base = found.geodetic_crs
    if base is None or base.to_epsg() not in _TAKEN_AS_ONE:
        raise BadInput("geo_datum_unconvertible", {"given": f"EPSG:{epsg}", "name": found.name}, about="datum")
    return found


def refuse_contradiction(declared: Declared, stated: str | None, *, binding: bool) -> None:
    """Refuse a file whose own system is not the declared one, naming both.

    ``binding`` says that the format states a system of its own accord (.prj, GeoPackage); KML and plain GeoJSON name
    WGS 84 whatever they hold. GCJ-02 and BD-09 have no number: such files claim WGS 84 or CGCS2000 degrees.
    """
    if declared.epsg is not None:
        system(declared.epsg)
    if stated is None:
        return
    try:
        found = CRS.from_user_input(stated)
    except CRSError as error:
        raise BadInput("geo_system_unreadable", {"stated": stated[:80]}, about="file") from error
    if not binding and _number(found) == WGS84:
        return
    if not _agrees(declared, found):
        raise BadInput("geo_system_differs", {"stated": _called(found), "declared": declared.text}, about="datum")


def _agrees(declared: Declared, found: CRS) -> bool:
    if declared.epsg is not None:
        wanted = system(declared.epsg)
        return bool(wanted.equals(found, ignore_axis_order=True)) or _number(found) == declared.epsg
    if declared.datum in _GEOGRAPHIC:
        return _number(found) == _GEOGRAPHIC[declared.datum]
    return found.is_geographic and _number(found) in (WGS84, CGCS2000)


def _number(found: CRS) -> int | None:
    """The EPSG number of a system, from ESRI's spelling too; CRS84 is WGS 84 with longitude first."""
    if found.is_geographic and found.name.startswith("WGS 84 (CRS84)"):
        return WGS84
    number = found.to_epsg(min_confidence=70)
    return int(number) if number else None


def _called(found: CRS) -> str:
    number = _number(found)
    return f"EPSG:{number} ({found.name})" if number else str(found.name)


def conversion(declared: Declared) -> Transform:
    """How degrees or metres of the declared system become degrees of EPSG:4490, arrays in and out."""
    if declared.datum is not None:
        datum = declared.datum
        return lambda x, y: to_cgcs2000(np.asarray(x, np.float64), np.asarray(y, np.float64), datum)
    given = system(int(declared.epsg or 0))
    base = given.geodetic_crs
    to_degrees = Transformer.from_crs(given, base.to_2d() if base else None, always_xy=True)
    return lambda x, y: to_degrees.transform(np.asarray(x, np.float64), np.asarray(y, np.float64))


def converted(shapes: Any, change: Transform) -> Any:
    """Shapes with every position changed; heights are left out."""

    def move(points: Any) -> Any:
        return np.column_stack(change(points[:, 0], points[:, 1]))

    return shapely.transform(shapely.force_2d(shapes), move)


# --- measuring ------------------------------------------------------------------------------------------------------


def zone_of(lon: float) -> int:
    """The CGCS2000 3-degree Gauss-Krüger zone a longitude lies in, as an EPSG number: 4529 around 123° E.

    Raises ValueError outside 73.5° to 136.5° E, where the system has no zone.
    """
    zone = round(lon / 3)
    if not FIRST_ZONE <= zone <= LAST_ZONE:
        raise ValueError(f"no CGCS2000 zone at {lon}")
    return _FIRST_ZONE_EPSG + zone - FIRST_ZONE


def in_metres(shapes: Any, epsg: int) -> Any:
    """Shapes of EPSG:4490 in a zone's metres."""
    return converted(shapes, _to_zone(epsg))


def area_of(shape: Any) -> float:
    """The area of a shape of EPSG:4490 in ㎡, measured in the zone of its middle; never in Web Mercator."""
    west, _, east, _ = shape.bounds
    return float(shapely.area(in_metres(shape, zone_of((west + east) / 2))))


@lru_cache(maxsize=32)
def _to_zone(epsg: int) -> Transform:
    return Transformer.from_crs(SRID, epsg, always_xy=True).transform

"""Positions on the ground: datums, the geometry column, local metres. No map, no boundary data, no GIS stack in here.

Everything is stored in CGCS2000 (EPSG:4490), longitude first, in degrees. numpy and shapely are imported when first
used, so that a web worker which only reads a position starts without them.
"""

# ruff: noqa: PLC0415 -- numpy and shapely are imported where they are used, see above

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, overload

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import ArrayLike, NDArray
    from shapely.geometry.base import BaseGeometry

    Degrees = NDArray[np.float64]
    Transform = Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]

SRID = 4490
"""EPSG code of the China Geodetic Coordinate System 2000, geographic, the national datum since 2008-07-01."""

# CGCS2000 ellipsoid (GB/T 37048 / EPSG 1024), metres.
SEMI_MAJOR = 6_378_137.0
FLATTENING = 1 / 298.257222101
_E2 = FLATTENING * (2 - FLATTENING)

# The GCJ-02 distortion is defined on the Krasovsky 1940 ellipsoid.
_GCJ_A = 6_378_245.0
_GCJ_E2 = 0.00669342162296594323
# Baidu's constant shift on top of GCJ-02, degrees.
_BD_DLON, _BD_DLAT = 0.0065, 0.0060
# The rectangle outside which the distortion is not applied (west, south, east, north), as in all public ports.
_DISTORTED = (72.004, 0.8293, 137.8347, 55.8271)
_STEPS = 3


class Datum(StrEnum):
    """In which system a pair of coordinates was written; declared by the sender, never guessed."""

    BD09 = "bd09"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    WGS84 = "wgs84"


@dataclass(frozen=True, slots=True)
class BBox:
    """A box of longitudes and latitudes, degrees, edges included."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        """ValueError when a number is not finite, out of range, or the box is turned round."""
        if not all(math.isfinite(value) for value in (self.west, self.south, self.east, self.north)):
            raise ValueError("a bounding box needs four finite numbers")
        if not (-180 <= self.west <= self.east <= 180 and -90 <= self.south <= self.north <= 90):
            raise ValueError(
                "a bounding box is west, south, east, north in degrees, with west ≤ east and south ≤ north"
            )

    def contains(self, lon: float, lat: float) -> bool:
        """Whether the point lies inside or on the edge."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


@overload
def to_cgcs2000(lon: float, lat: float, datum: Datum) -> tuple[float, float]: ...
@overload
def to_cgcs2000(lon: "Degrees", lat: "Degrees", datum: Datum) -> "tuple[Degrees, Degrees]": ...
def to_cgcs2000(lon: Any, lat: Any, datum: Datum) -> Any:
    """Longitudes and latitudes of any datum as CGCS2000, degrees; numbers give numbers, arrays give arrays.

    WGS 84 is taken as it is: the two realisations differ by centimetres to a few decimetres (plate motion since epoch
    2000.0), far below the accuracy of a point that stands for an estate. GCJ-02 and BD-09 are undone by three
    fixed-point steps (within 1 mm in Shenyang); points outside their rectangle come back unchanged.
    """
    if datum in (Datum.CGCS2000, Datum.WGS84):
        return lon, lat
    forward = gcj02_from_wgs84 if datum is Datum.GCJ02 else bd09_from_wgs84
    return _like(lon, _where_distorted(lon, lat, lambda x, y: _undo(forward, x, y)))


@overload
def from_cgcs2000(lon: float, lat: float, datum: Datum) -> tuple[float, float]: ...
@overload
def from_cgcs2000(lon: "Degrees", lat: "Degrees", datum: Datum) -> "tuple[Degrees, Degrees]": ...
def from_cgcs2000(lon: Any, lat: Any, datum: Datum) -> Any:
    """CGCS2000 degrees as another datum, for other systems' maps; the counterpart of `to_cgcs2000`."""
    if datum in (Datum.CGCS2000, Datum.WGS84):
        return lon, lat
    forward = gcj02_from_wgs84 if datum is Datum.GCJ02 else bd09_from_wgs84
    return _like(lon, _where_distorted(lon, lat, forward))


def gcj02_from_wgs84(lon: "Degrees", lat: "Degrees") -> "tuple[Degrees, Degrees]":
    """The GCJ-02 distortion (metres east and north, turned into degrees), without looking where the point lies.

    Same numbers as eviltransform (MIT) and prcoords (CC0), whose published vectors are in the tests.
    """
    import numpy as np

    x, y, pi = lon - 105.0, lat - 35.0, np.pi
    ripple = 2 * np.sin(6 * pi * x) + 2 * np.sin(2 * pi * x)
    waves_north = 2 * np.sin(pi * y) + 4 * np.sin(pi * y / 3) + 16 * np.sin(pi * y / 12) + 32 * np.sin(pi * y / 30)
    waves_east = 2 * np.sin(pi * x) + 4 * np.sin(pi * x / 3) + 15 * np.sin(pi * x / 12) + 30 * np.sin(pi * x / 30)
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (ripple + waves_north) * 20 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + (ripple + waves_east) * 20 / 3
    latitude = np.radians(lat)
    shape = 1 - _GCJ_E2 * np.sin(latitude) ** 2
    metres_per_degree_north = np.radians(_GCJ_A * (1 - _GCJ_E2) / shape**1.5)
    metres_per_degree_east = np.radians(_GCJ_A * np.cos(latitude) / np.sqrt(shape))
    return lon + east / metres_per_degree_east, lat + north / metres_per_degree_north


def bd09_from_gcj02(lon: "Degrees", lat: "Degrees") -> "tuple[Degrees, Degrees]":
    """Baidu's second distortion, on GCJ-02 degrees."""
    import numpy as np

    radius = np.hypot(lon, lat) + 0.00002 * np.sin(np.radians(lat) * 3000)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(np.radians(lon) * 3000)
    return radius * np.cos(angle) + _BD_DLON, radius * np.sin(angle) + _BD_DLAT


def bd09_from_wgs84(lon: "Degrees", lat: "Degrees") -> "tuple[Degrees, Degrees]":
    """Both distortions, one after the other."""
    return bd09_from_gcj02(*gcj02_from_wgs84(lon, lat))


def _undo(forward: "Transform", lon: "Degrees", lat: "Degrees") -> "tuple[Degrees, Degrees]":
    """The point `forward` carries to (lon, lat); the distortion varies so slowly that each step gains two digits."""
    x, y = lon, lat
    for _ in range(_STEPS + (forward is bd09_from_wgs84)):
        there_x, there_y = forward(x, y)
        x, y = x - (there_x - lon), y - (there_y - lat)
    return x, y


def _where_distorted(lon: "ArrayLike", lat: "ArrayLike", change: "Transform") -> "tuple[Degrees, Degrees]":
    import numpy as np

    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    west, south, east, north = _DISTORTED
    inside = (west <= x) & (x <= east) & (south <= y) & (y <= north)
    new_x, new_y = change(x, y)
    return np.where(inside, new_x, x), np.where(inside, new_y, y)


def _like(given: Any, pair: "tuple[Degrees, Degrees]") -> "tuple[Any, Any]":
    """Plain floats when a plain number was given."""
    return (float(pair[0]), float(pair[1])) if isinstance(given, (int, float)) else pair


@dataclass(frozen=True, slots=True)
class LocalMetres:
    """A flat metric grid around one point, for distances inside a city; not for areas of record.

    Degrees are scaled by the ellipsoid's radii of curvature at the origin: within 0.1 % up to 35 km. Works on numbers
    and on numpy arrays alike and needs no projection library.
    """

    lon: float
    lat: float

    @property
    def scale(self) -> tuple[float, float]:
        """Metres per degree, east and north, at the origin."""
        sine = math.sin(math.radians(self.lat))
        root = math.sqrt(1 - _E2 * sine * sine)
        east = math.radians(SEMI_MAJOR / root * math.cos(math.radians(self.lat)))
        return east, math.radians(SEMI_MAJOR * (1 - _E2) / root**3)

    def to_metres(self, lon: Any, lat: Any) -> tuple[Any, Any]:
        """Metres east and north of the origin."""
        east, north = self.scale
        return (lon - self.lon) * east, (lat - self.lat) * north

    def to_degrees(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Longitude and latitude of a point given in metres east and north of the origin."""
        east, north = self.scale
        return self.lon + x / east, self.lat + y / north


def distance_metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres between two points of one city, on the grid at their middle latitude."""
    grid = LocalMetres(lon, (lat + other_lat) / 2)
    x, y = grid.scale
    return math.hypot((other_lon - lon) * x, (other_lat - lat) * y)


class PostgisGeometry(UserDefinedType[Any]):
    """The PostGIS column type `geometry(<kind>,<srid>)`; arguments as PostgreSQL prints them, so reflection agrees."""

    cache_ok = True

    def __init__(self, kind: str = "Geometry", srid: int | str = SRID) -> None:
        self.kind = kind
        self.srid = int(srid)

    def get_col_spec(self, **_options: Any) -> str:
        """The DDL name of the type."""
        return f"geometry({self.kind},{self.srid})"


# Reflection (alembic check) meets the type under this name and would otherwise warn and forget it.
ischema_names["geometry"] = PostgisGeometry


class Geometry(TypeDecorator["BaseGeometry"]):
    """A shapely geometry in EPSG:4490: WKB bytes on SQLite, a PostGIS geometry on PostgreSQL.

    `kind` is PostGIS's name of what is allowed ("Point", "MultiPolygon", "Geometry" for anything) and is enforced on
    both databases; anything else, and an empty geometry, is a ValueError when bound.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: str = "Geometry") -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Bytes, or PostGIS's own type."""
        native = PostgisGeometry(self.kind) if dialect.name == "postgresql" else LargeBinary()
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: "BaseGeometry | None", dialect: Dialect) -> bytes | str | None:
        """The geometry as the driver takes it: WKB bytes, or EWKB in hexadecimal text carrying the SRID."""
        if value is None:
            return None
        import shapely

        if value.is_empty or self.kind not in ("Geometry", value.geom_type):
            raise ValueError(f"a {self.kind} is stored here, not {value.geom_type}{' EMPTY' * value.is_empty}")
        if dialect.name == "postgresql":
            return str(shapely.to_wkb(shapely.set_srid(value, SRID), hex=True, include_srid=True))
        return bytes(shapely.to_wkb(value, include_srid=False))

    def process_result_value(self, value: Any, dialect: Dialect) -> "BaseGeometry | None":  # noqa: ARG002 -- SQLAlchemy's own signature
        """The stored geometry as shapely's, its SRID set."""
        if value is None:
            return None
        import shapely

        stored: BaseGeometry = shapely.set_srid(shapely.from_wkb(value), SRID)
        return stored

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:  # noqa: ARG002 -- SQLAlchemy's own signature
        """Comparisons bind the other side as a geometry too."""
        return self

"""Datums against published vectors, round trips, local metres, and the geometry column's two dialects."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql, sqlite

from regulator.foundation import geo
from regulator.foundation.geo import BBox, Datum, Geometry, LocalMetres, distance_metres, from_cgcs2000, to_cgcs2000

CENTIMETRE = 0.01

# googollee/eviltransform (MIT), python/test.py: WGS-84 lat, lon and GCJ-02 lat, lon. Its BD-09 vectors are left out:
# they lack the factor 3000/180 inside Baidu's sines and lie 41 m off what prcoords gives.
EVILTRANSFORM_GCJ = [
    pytest.param(31.1774276, 121.5272106, 31.17530398364597, 121.531541859215, id="eviltransform-shanghai"),
    pytest.param(22.543847, 113.912316, 22.540796131694766, 113.9171764808363, id="eviltransform-shenzhen"),
    pytest.param(39.911954, 116.377817, 39.91334545536069, 116.38404722455657, id="eviltransform-beijing"),
]

# Computed with prcoords 1.0.5 (CC0, npm), wgs_gcj and wgs_bd: lon, lat, GCJ-02 lon, lat, BD-09 lon, lat.
PRCOORDS = [
    pytest.param(
        (123.43, 41.8), (123.43613681741684, 41.8024297629551), (123.44273513221749, 41.80818905977789), id="Shenyang"
    ),
    pytest.param(
        (123.35, 42.74), (123.35618811376827, 42.74241570667301), (123.36257985867177, 42.74878446692134), id="Kangping"
    ),
    pytest.param(
        (122.73, 41.51),
        (122.73536635195414, 41.512179487280044),
        (122.74182427517131, 41.51827903917625),
        id="Liaozhong",
    ),
    pytest.param(
        (116.39, 39.9), (116.39623950248456, 39.901400287519685), (116.40262072482471, 39.90774225390919), id="Beijing"
    ),
]

longitudes = st.floats(73.5, 135.0)
latitudes = st.floats(18.0, 53.5)


@pytest.mark.parametrize(("lat", "lon", "gcj_lat", "gcj_lon"), EVILTRANSFORM_GCJ)
def test_gcj02_both_ways_as_published(lat: float, lon: float, gcj_lat: float, gcj_lon: float) -> None:
    assert from_cgcs2000(lon, lat, Datum.GCJ02) == pytest.approx((gcj_lon, gcj_lat), abs=1e-9)
    assert distance_metres(*to_cgcs2000(gcj_lon, gcj_lat, Datum.GCJ02), lon, lat) < CENTIMETRE


@pytest.mark.parametrize(("wgs", "gcj", "bd"), PRCOORDS)
def test_both_distortions_agree_with_prcoords(
    wgs: tuple[float, float], gcj: tuple[float, float], bd: tuple[float, float]
) -> None:
    assert from_cgcs2000(*wgs, Datum.GCJ02) == pytest.approx(gcj, abs=1e-9)
    assert from_cgcs2000(*wgs, Datum.BD09) == pytest.approx(bd, abs=1e-9)
    assert distance_metres(*to_cgcs2000(*gcj, Datum.GCJ02), *wgs) < CENTIMETRE
    assert distance_metres(*to_cgcs2000(*bd, Datum.BD09), *wgs) < CENTIMETRE


@given(longitudes, latitudes, st.sampled_from(list(Datum)))
def test_there_and_back_is_within_a_centimetre(lon: float, lat: float, datum: Datum) -> None:
    back = to_cgcs2000(*from_cgcs2000(lon, lat, datum), datum)
    assert distance_metres(*back, lon, lat) <= CENTIMETRE


@pytest.mark.parametrize("datum", [Datum.GCJ02, Datum.BD09])
def test_shenyang_is_off_by_hundreds_of_metres(datum: Datum) -> None:
    moved = distance_metres(*to_cgcs2000(123.43, 41.8, datum), 123.43, 41.8)
    assert 400 < moved < 1500


@pytest.mark.parametrize("datum", list(Datum))
@pytest.mark.parametrize("point", [(139.76, 35.68), (2.35, 48.85), (0.0, 0.0), (-70.0, -33.0)])
def test_outside_china_nothing_moves(point: tuple[float, float], datum: Datum) -> None:
    assert to_cgcs2000(*point, datum) == point


@pytest.mark.parametrize("datum", list(Datum))
def test_arrays_give_the_numbers_one_by_one(datum: Datum) -> None:
    lon, lat = np.array([123.43, 139.76, 122.73]), np.array([41.8, 35.68, 41.51])
    many_lon, many_lat = to_cgcs2000(lon, lat, datum)
    for i in range(3):
        one = to_cgcs2000(float(lon[i]), float(lat[i]), datum)
        assert isinstance(one[0], float)
        assert (many_lon[i], many_lat[i]) == pytest.approx(one, abs=1e-12)


def test_wgs84_and_cgcs2000_are_taken_as_one() -> None:
    assert to_cgcs2000(123.43, 41.8, Datum.WGS84) == (123.43, 41.8)
    assert to_cgcs2000(123.43, 41.8, Datum.CGCS2000) == (123.43, 41.8)


def test_local_metres_match_the_ellipsoid_and_come_back() -> None:
    grid = LocalMetres(123.43, 41.8)
    # One degree at 41.8° N: 83,110 m of parallel, 111,069 m of meridian (the usual cosine series for GRS80).
    assert grid.scale == pytest.approx((83_110, 111_069), abs=1)
    assert grid.to_degrees(*grid.to_metres(123.5, 41.7)) == pytest.approx((123.5, 41.7), abs=1e-12)
    x, _ = grid.to_metres(np.array([123.43, 124.43]), np.array([41.8, 41.8]))
    assert x[0] == 0
    assert x[1] == pytest.approx(83_110, abs=1)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((2.0, 1.0, 1.0, 3.0), id="turned-round"),
        pytest.param((0.0, 0.0, float("nan"), 1.0), id="not-a-number"),
        pytest.param((0.0, 0.0, float("inf"), 1.0), id="endless"),
        pytest.param((0.0, -91.0, 1.0, 1.0), id="beyond-the-pole"),
    ],
)
def test_a_senseless_box_is_refused(numbers: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="bounding box"):
        BBox(*numbers)


def test_a_box_contains_its_edges() -> None:
    box = BBox(122.4, 41.1, 123.9, 43.1)
    assert box.contains(122.4, 43.1)
    assert not box.contains(41.8, 123.4)


SQUARE = shapely.box(123.0, 41.0, 124.0, 42.0)


def test_sqlite_keeps_wkb_and_returns_the_same_shape() -> None:
    column, dialect = Geometry("Polygon"), sqlite.dialect()
    stored = column.process_bind_param(SQUARE, dialect)
    assert isinstance(stored, bytes)
    assert stored == shapely.to_wkb(SQUARE)
    back = column.process_result_value(stored, dialect)
    assert back is not None
    assert shapely.equals_exact(back, SQUARE, tolerance=0)
    assert shapely.get_srid(back) == geo.SRID


def test_postgresql_gets_ewkb_text_that_names_the_srid() -> None:
    column, dialect = Geometry("Polygon"), postgresql.dialect()
    stored = column.process_bind_param(SQUARE, dialect)
    assert isinstance(stored, str)
    assert shapely.get_srid(shapely.from_wkb(stored)) == geo.SRID
    assert column.load_dialect_impl(dialect).compile(dialect=dialect) == "geometry(Polygon,4490)"
    back = column.process_result_value(stored, dialect)
    assert back is not None
    assert shapely.equals_exact(back, SQUARE, tolerance=0)


@pytest.mark.parametrize("wrong", [shapely.Point(1, 2), shapely.Polygon()], ids=["another-kind", "empty"])
@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_the_column_refuses_what_it_is_not_for(wrong: Any, dialect: Any) -> None:
    with pytest.raises(ValueError, match="a Polygon is stored here"):
        Geometry("Polygon").process_bind_param(wrong, dialect)


def test_nothing_stays_nothing() -> None:
    assert Geometry().process_bind_param(None, sqlite.dialect()) is None
    assert Geometry().process_result_value(None, sqlite.dialect()) is None


def test_importing_the_room_imports_neither_numpy_nor_shapely() -> None:
    code = "import sys, regulator.foundation.geo; print(sorted({'numpy', 'shapely', 'pyproj'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

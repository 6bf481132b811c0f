"""Areas in the proper CGCS2000 zone, and the manual that lists the reasons."""

from pathlib import Path

import pytest
import shapely

from regulator.features.maps.geofiles.datums import area_of, zone_of
from regulator.features.maps.geofiles.reasons import GeoReason, documentation

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    ("lon", "epsg"),
    [(123.43, 4529), (121.6, 4529), (124.4, 4529), (124.6, 4530), (120.0, 4528), (73.6, 4513), (135.2, 4533)],
)
def test_the_zone_is_that_of_the_nearest_central_meridian(lon: float, epsg: int) -> None:
    assert zone_of(lon) == epsg


@pytest.mark.parametrize("lon", [0.0, 70.0, 139.7])
def test_outside_the_zones_nothing_is_measured(lon: float) -> None:
    with pytest.raises(ValueError, match="no CGCS2000 zone"):
        zone_of(lon)


def test_an_area_is_that_on_the_ellipsoid_and_not_web_mercators() -> None:
    box = shapely.box(123.43, 41.80, 123.44, 41.81)
    # on the ellipsoid 830.9 m × 1,110.7 m; Web Mercator would say 1.80 times as much at this latitude
    assert area_of(box) == pytest.approx(830.9 * 1110.7, rel=0.001)


def test_the_manual_lists_every_reason_word_for_word() -> None:
    assert documentation() in (ROOT / "docs" / "geodata.md").read_text("utf-8")
    assert len({reason.value for reason in GeoReason}) == len(GeoReason)

"""A bureau's boundaries from a file: declared datum, unreadable files, and the command."""

import json
from pathlib import Path

import pytest
from flask import Flask

from regulator.commands import cli
from regulator.features.maps.imports import read_boundaries
from regulator.features.maps.queries import boundaries
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import Datum, from_cgcs2000
from tests.factories.maps import make_territory

RING = [(123.40, 41.70), (123.50, 41.70), (123.50, 41.80), (123.40, 41.70)]


def collection(datum: Datum = Datum.CGCS2000, code: str = "210103") -> bytes:
    ring = [list(from_cgcs2000(lon, lat, datum)) for lon, lat in RING]
    feature = {"type": "Feature", "properties": {"code": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


@pytest.mark.parametrize("datum", list(Datum))
def test_every_datum_arrives_at_the_same_place(datum: Datum) -> None:
    (feature,) = read_boundaries(collection(datum), datum)
    found = [number for point in feature["geometry"]["coordinates"][0] for number in point]
    assert found == pytest.approx([number for point in RING for number in point], abs=1e-7)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"features": [1]}',
        b'{"features": [{"geometry": null, "properties": {}}]}',
        b"\xff\xfe",
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        read_boundaries(content, Datum.WGS84)
    assert caught.value.code == "boundary_file_unreadable"


def test_the_command_takes_them_and_says_what_is_wrong(app: Flask, tmp_path: Path) -> None:
    make_territory()
    file = tmp_path / "own.geojson"
    file.write_bytes(collection(Datum.GCJ02))
    runner = app.test_cli_runner()
    done = runner.invoke(cli, ["map", "boundaries", str(file), "--datum", "gcj02"], obj=lambda: app)
    assert (done.exit_code, done.output.strip()) == (0, "1 boundaries loaded.")
    (boundary,) = boundaries.list_boundaries()
    assert (boundary.division_code, boundary.schematic) == ("210103", False)
    assert boundary.geometry.bounds == pytest.approx((123.40, 41.70, 123.50, 41.80), abs=1e-7)
    file.write_bytes(collection(code="990199"))
    done = runner.invoke(cli, ["map", "boundaries", str(file), "--datum", "wgs84"], obj=lambda: app)
    assert done.exit_code == 2
    assert "990199" in done.output
    assert runner.invoke(cli, ["map", "boundaries", str(file)], obj=lambda: app).exit_code == 2  # no datum

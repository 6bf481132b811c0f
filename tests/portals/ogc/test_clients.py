"""The programs of others read what is served: OWSLib, and GDAL as QGIS has it."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from owslib.ogcapi.features import Features

from tests.browsing import serving
from tests.portals.public.conftest import World

GDAL = """
import json, sys
from pyogrio import list_layers, read_dataframe
source, company = f"OAPIF:{sys.argv[1]}/ogc", sys.argv[2]
estates = read_dataframe(source, layer="estates")
box = read_dataframe(source, layer="estates", bbox=(123.0, 41.0, 124.0, 42.0))
asked = read_dataframe(source, layer="estates", where=f"company = '{company}'")
districts = read_dataframe(source, layer="divisions", where="level = 'district'").set_index("id")
print(json.dumps({
    "layers": list_layers(source).tolist(), "crs": str(estates.crs), "estates": sorted(estates["name"]),
    "box": [[name, point.x, point.y] for name, point in zip(box["name"], box.geometry)],
    "asked": list(asked["mode"]), "bounds": districts.loc["210103"].geometry.bounds,
    "none": bool(districts.loc["210102"].geometry is None),
}))
"""
"""In a process of its own: GDAL waits for the server without letting another thread of its process run."""


@pytest.fixture
def address(app: Flask, land: World) -> Iterator[str]:
    with serving(app) as url:
        yield url


def test_owslib_reads_it(land: World, address: str) -> None:
    server = Features(f"{address}/ogc")
    assert server.feature_collections() == ["estates", "divisions", "zones"]
    assert server.api()["openapi"].startswith("3.0")
    assert any(name.endswith("/core") for name in server.conformance()["conformsTo"])
    assert server.collection("estates")["extent"]["spatial"]["bbox"] == [[123.4, 41.8, 123.4, 41.8]]
    found = server.collection_items("estates", bbox=[123.0, 41.0, 124.0, 42.0], datetime_="2025-06-30", limit=1)
    (only,) = found["features"]
    assert only["properties"]["company"] == land.other.credit_code
    assert server.collection_item("estates", only["id"])["properties"]["company"] == land.company.credit_code
    with pytest.raises(RuntimeError, match="parameter_unknown"):
        server.collection_items("estates", colour="red")


def test_gdal_reads_it(land: World, address: str) -> None:
    command = [sys.executable, "-W", "ignore", "-c", GDAL, address, land.company.credit_code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "layers": [["estates", "Point"], ["divisions", "MultiPolygon"], ["zones", "Polygon"]],
        "crs": "EPSG:4326",
        "estates": sorted(["翰林花园二期", "无人知小区", "弃管小区"]),
        "box": [["翰林花园二期", 123.4, 41.8]],
        "asked": ["professional"],
        "bounds": [123.0, 41.0, 124.0, 42.0],
        "none": True,
    }

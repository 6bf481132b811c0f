"""Files of shapes as a bureau or its surveyors send them: by GeoPandas, zipped, or by hand where they are bad."""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import shapely

from regulator.features.divisions.models import Division
from regulator.features.maps.models import DivisionBoundary
from regulator.foundation.database import session
from regulator.foundation.geo import Datum, from_cgcs2000
from tests.factories import registry as make

WEST, SOUTH, EAST, NORTH = 123.36, 41.70, 123.52, 41.86
MIDDLE = 123.44
"""Heping lies west of it, Shenhe east; between them they tile the box."""
HEPING_BOX = shapely.box(WEST, SOUTH, MIDDLE, NORTH)
SHENHE_BOX = shapely.box(MIDDLE, SOUTH, EAST, NORTH)


def make_city() -> None:
    """The small world's divisions, and the box positions must lie in."""
    make.make_tree()
    city = session().get_one(Division, make.CITY)
    city.west, city.south, city.east, city.north = 122.4, 41.1, 123.9, 43.1
    session().flush()


def put_boundary(code: str, shape: Any, *, schematic: bool = False) -> None:
    """A boundary the register has."""
    row = DivisionBoundary(
        division_code=code,
        geometry=shapely.MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape,
        schematic=schematic,
        source="测绘院",
        updated_at=make.NOW,
    )
    session().merge(row)
    session().flush()


def moved(shape: Any, datum: Datum) -> Any:
    """The shape as somebody has it who works in this datum."""
    return shapely.transform(
        shape, lambda points: shapely.get_coordinates(shapely.points(*from_cgcs2000(points[:, 0], points[:, 1], datum)))
    )


def frame(rows: Sequence[tuple[Mapping[str, Any], Any]], crs: Any = None) -> geopandas.GeoDataFrame:
    """Rows of attributes with shapes."""
    return geopandas.GeoDataFrame([dict(row) for row, _ in rows], geometry=[shape for _, shape in rows], crs=crs)


def geojson(path: Path, rows: Iterable[tuple[Mapping[str, Any], Any]], **more: Any) -> Path:
    """A GeoJSON file; a shape may be given as it is to stand in the file."""
    features = [
        {
            "type": "Feature",
            "properties": dict(row),
            "geometry": json.loads(shapely.to_geojson(shape)) if shapely.is_geometry(shape) else shape,
        }
        for row, shape in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | more), "utf-8")
    return path


def shapefile(
    path: Path,
    rows: Sequence[tuple[Mapping[str, Any], Any]],
    crs: Any = 4490,
    encoding: str = "UTF-8",
    without: Iterable[str] = (),
) -> Path:
    """A zipped Shapefile, with parts left out where one says."""
    directory = path.parent / f"{path.stem}-parts"
    directory.mkdir()
    frame(rows, crs).to_file(directory / "图层.shp", engine="pyogrio", encoding=encoding)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(directory.iterdir()):
            if part.suffix not in without:
                archive.write(part, part.name)
    return path


def geopackage(path: Path, rows: Sequence[tuple[Mapping[str, Any], Any]], crs: Any = 4490) -> Path:
    """A GeoPackage of one layer."""
    frame(rows, crs).to_file(path, driver="GPKG", layer="layer", engine="pyogrio")
    return path


def kml(path: Path, rows: Iterable[tuple[str, float, float]]) -> Path:
    """A KML of named points, as a GPS or a map writes it."""
    marks = "".join(
        f"<Placemark><name>{name}</name><Point><coordinates>{lon},{lat},0</coordinates></Point></Placemark>"
        for name, lon, lat in rows
    )
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>',
        "utf-8",
    )
    return path


def kmz(path: Path, inner: Path) -> Path:
    """The KML packed as Google Earth packs it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "doc.kml")
    return path

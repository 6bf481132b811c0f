"""Writing a layer as GeoPackage, GeoJSON or zipped Shapefile with Chinese values, in EPSG:4490; areas by their zone."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import shapely
from sqlalchemy import select

from regulator.features.divisions.models import Division
from regulator.features.divisions.queries import existing_on, paths_of, within
from regulator.features.divisions.terms import Level, Scope
from regulator.features.maps.geofiles.datums import area_of
from regulator.features.maps.geofiles.models import GeoExport
from regulator.features.maps.geofiles.terms import LEVELS, FileType, GeoLayer
from regulator.features.maps.models import DivisionBoundary, EstateBoundary
from regulator.features.registry.imports.batches import scope_from_json
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput
from regulator.foundation.files import file_room
from regulator.foundation.geo import SRID
from regulator.foundation.i18n import DEFAULT_LOCALE, label

MAX_BYTES = 1024 * 1024 * 1024
CHUNK = 1 << 20
DRIVERS = {FileType.GEOPACKAGE: "GPKG", FileType.GEOJSON: "GeoJSON", FileType.SHAPEFILE: "ESRI Shapefile"}

Record = dict[str, Any]
"""The values of a feature by field; names have at most ten letters, all a Shapefile's table can hold."""

_ESTATE_FIELDS = {
    "code": str, "name": str, "div_code": str, "district": str, "street": str, "community": str, "address": str,
    "kind": str, "condition": str, "ownership": str, "mode": str, "company": str, "uscc": str, "floor_m2": float,
    "site_m2": float, "households": "Int32", "year": "Int32",
}  # fmt: skip
_DIVISION_FIELDS = {"code": str, "name": str, "level": str, "parent": str, "schematic": "boolean", "area_m2": float}
_OUTLINE_FIELDS = _ESTATE_FIELDS | {"source": str, "area_m2": float}


def write_layer(layer: GeoLayer, path: Path, file_type: FileType, *, scope: Scope, day: date) -> int:
    """Write what a territory has of a layer on a day; gives how many features. Raises BadInput when it has none."""
    rows = list(_rows(layer, scope, day))
    if not rows:
        raise BadInput("geo_layer_empty", about="layer")
    frame = _frame(layer, rows)
    if file_type is not FileType.SHAPEFILE:
        path.unlink(missing_ok=True)
        frame.to_file(path, driver=DRIVERS[file_type], layer=layer.value, engine="pyogrio")
        return len(frame)
    with tempfile.TemporaryDirectory(prefix="regulator-") as directory:
        frame.to_file(
            Path(directory) / f"{layer.value}.shp", driver=DRIVERS[file_type], engine="pyogrio", encoding="UTF-8"
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(directory).iterdir()):
                archive.write(part, part.name)
    return len(frame)


def keep_layer(export: GeoExport, day: date) -> tuple[str, int]:
    """Write an export into the file room; gives its name there and how many features it has."""
    with tempfile.TemporaryDirectory(prefix="regulator-") as directory:
        path = Path(directory) / f"layer.{export.file_type.value}"
        count = write_layer(export.layer, path, export.file_type, scope=scope_from_json(export.scope), day=day)
        with path.open("rb") as file:
            return file_room().keep(iter(lambda: file.read(CHUNK), b""), maximum=MAX_BYTES), count


def _frame(layer: GeoLayer, rows: Sequence[tuple[Record, Any]]) -> geopandas.GeoDataFrame:
    fields = _DIVISION_FIELDS if layer in LEVELS else _ESTATE_FIELDS if layer is GeoLayer.ESTATES else _OUTLINE_FIELDS
    records = [record for record, _ in rows]
    shapes = [shape for _, shape in rows]
    frame = geopandas.GeoDataFrame.from_records(records, columns=list(fields))
    frame = geopandas.GeoDataFrame(frame, geometry=shapes, crs=SRID)
    kinds = {name: object if kind is str else kind for name, kind in fields.items()}
    return frame.astype(kinds)


def _rows(layer: GeoLayer, scope: Scope, day: date) -> Iterator[tuple[Record, Any]]:
    if layer in LEVELS:
        return _divisions(LEVELS[layer], scope, day)
    return _outlines(scope, day) if layer is GeoLayer.ESTATE_BOUNDARIES else _positions(scope, day)


# --- divisions ------------------------------------------------------------------------------------------------------


def _divisions(level: Level, scope: Scope, day: date) -> Iterator[tuple[Record, Any]]:
    query = (
        select(Division, DivisionBoundary)
        .join(DivisionBoundary, DivisionBoundary.division_code == Division.code)
        .where(Division.level == level, within(scope, Division.code), existing_on(day))
        .order_by(Division.code)
    )
    for division, boundary in session().execute(query):
        record = {
            "code": division.code, "name": division.name, "level": label(level, DEFAULT_LOCALE),
            "parent": division.parent_code, "schematic": boundary.schematic,
            "area_m2": round(area_of(boundary.geometry), 1),
        }  # fmt: skip
        yield record, boundary.geometry


# --- estates --------------------------------------------------------------------------------------------------------


def _estates(scope: Scope, day: date) -> Any:
    """Estates of a territory that stand in the register, with the mode and the company of the day."""
    served = (Service.estate_id == Estate.id) & active_on(day)
    return (
        select(Estate, Service.mode, Company.name.label("company"), Company.credit_code)
        .outerjoin(Service, served)
        .outerjoin(Company, Company.id == Service.company_id)
        .where(within(scope, Estate.division_code), Estate.retired_on.is_(None))
        .order_by(Estate.code)
    )


def _positions(scope: Scope, day: date) -> Iterator[tuple[Record, Any]]:
    found = session().execute(_estates(scope, day).where(Estate.lon.is_not(None))).all()
    describe = _describer(found)
    for row in found:
        yield describe(row), shapely.Point(row.Estate.lon, row.Estate.lat)


def _outlines(scope: Scope, day: date) -> Iterator[tuple[Record, Any]]:
    query = _estates(scope, day).add_columns(EstateBoundary)
    found = session().execute(query.join(EstateBoundary, EstateBoundary.estate_code == Estate.code)).all()
    describe = _describer(found)
    for row in found:
        outline = row.EstateBoundary
        measured = {"source": outline.source, "area_m2": round(area_of(outline.geometry), 1)}
        yield describe(row) | measured, outline.geometry


def _describer(found: Sequence[Any]) -> Callable[[Any], Record]:
    paths = paths_of({row.Estate.division_code for row in found})

    def describe(row: Any) -> Record:
        estate, path = row.Estate, paths[row.Estate.division_code]
        return {
            "code": estate.code, "name": estate.name, "div_code": estate.division_code, "district": path.district,
            "street": path.street, "community": path.community, "address": estate.address,
            "kind": _words(estate.kind), "condition": _words(estate.condition), "ownership": _words(estate.ownership),
            "mode": _words(row.mode), "company": row.company, "uscc": row.credit_code,
            "floor_m2": _square_metres(estate.floor_area), "site_m2": _square_metres(estate.site_area),
            "households": estate.households, "year": estate.completion_year,
        }  # fmt: skip

    return describe


def _words(code: Any) -> str | None:
    return label(code, DEFAULT_LOCALE) if code is not None else None


def _square_metres(hundredths: int | None) -> float | None:
    return hundredths / 100 if hundredths is not None else None

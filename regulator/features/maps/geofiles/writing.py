"""Writing a layer as GeoPackage, GeoJSON or zipped Shapefile with Chinese values, in EPSG:4490; areas by their zone."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import shapely
from sqlalchemy import select

from regulator.features.divisions import queries as divisions
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
AT_ONCE = 5_000
"""Features in memory at a time."""
DRIVERS = {FileType.GEOPACKAGE: "GPKG", FileType.GEOJSON: "GeoJSON", FileType.SHAPEFILE: "ESRI Shapefile"}

Record = dict[str, Any]
"""The values of a feature by field; names have at most ten letters, all a Shapefile's table can hold."""
Chunk = Sequence[tuple[Record, Any]]
"""Features with their shapes in EPSG:4490."""

_ESTATE_COLUMNS: Any = (
    Estate.code, Estate.name, Estate.division_code, Estate.address, Estate.kind, Estate.condition, Estate.ownership,
    Estate.floor_area, Estate.site_area, Estate.households, Estate.completion_year,
)  # fmt: skip

_ESTATE_FIELDS = {
    "code": str, "name": str, "div_code": str, "district": str, "street": str, "community": str, "address": str,
    "kind": str, "condition": str, "ownership": str, "mode": str, "company": str, "uscc": str, "floor_m2": float,
    "site_m2": float, "households": "Int32", "year": "Int32",
}  # fmt: skip
_DIVISION_FIELDS = {"code": str, "name": str, "level": str, "parent": str, "schematic": "boolean", "area_m2": float}
_OUTLINE_FIELDS = _ESTATE_FIELDS | {"source": str, "area_m2": float}


def write_layer(layer: GeoLayer, path: Path, file_type: FileType, *, scope: Scope, day: date) -> int:
    """Write what a territory has of a layer on a day; gives how many features. Raises BadInput when it has none.

    Rows are read and written some thousand at a time, so that memory does not grow with the register.
    """
    chunks = _chunks(layer, scope, day)
    first = next(chunks, None)
    if first is None:
        raise BadInput("geo_layer_empty", about="layer")
    path.unlink(missing_ok=True)
    write = {FileType.GEOJSON: _write_text, FileType.GEOPACKAGE: _write_table, FileType.SHAPEFILE: _write_archive}
    return write[file_type](layer, path, chain([first], chunks))


def _write_text(layer: GeoLayer, path: Path, chunks: Iterable[Chunk]) -> int:
    """GeoJSON a feature a line, with its system named: EPSG:4490 is not what readers of GeoJSON expect."""
    system = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{SRID}"}}
    head = json.dumps({"type": "FeatureCollection", "name": layer.value, "crs": system})
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{head[:-1]}, "features": [')
        for chunk in chunks:
            for (record, _), shape in zip(chunk, shapely.to_geojson([shape for _, shape in chunk]), strict=True):
                said = json.dumps(record, ensure_ascii=False)
                file.write(f'{"," * (count > 0)}\n{{"type": "Feature", "properties": {said}, "geometry": {shape}}}')
                count += 1
        file.write("\n]}\n")
    return count


def _write_table(layer: GeoLayer, path: Path, chunks: Iterable[Chunk]) -> int:
    return _append(layer, path, FileType.GEOPACKAGE, chunks)


def _write_archive(layer: GeoLayer, path: Path, chunks: Iterable[Chunk]) -> int:
    """A Shapefile is several files; they travel zipped."""
    with tempfile.TemporaryDirectory(prefix="regulator-") as directory:
        count = _append(layer, Path(directory) / f"{layer.value}.shp", FileType.SHAPEFILE, chunks, encoding="UTF-8")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(directory).iterdir()):
                archive.write(part, part.name)
    return count


def _append(layer: GeoLayer, path: Path, file_type: FileType, chunks: Iterable[Chunk], **options: Any) -> int:
    count = 0
    for chunk in chunks:
        options |= {"driver": DRIVERS[file_type], "layer": layer.value, "append": count > 0}
        pyogrio.write_dataframe(_frame(layer, chunk), path, **options)
        count += len(chunk)
    return count


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


def _chunks(layer: GeoLayer, scope: Scope, day: date) -> Iterator[Chunk]:
    """The layer's features by code, ``AT_ONCE`` at a time."""
    if layer in LEVELS:
        return _divisions(LEVELS[layer], scope, day)
    return _outlines(scope, day) if layer is GeoLayer.ESTATE_BOUNDARIES else _positions(scope, day)


def _read(query: Any) -> Iterator[Sequence[Any]]:
    """The rows of a query in chunks, out of a cursor that stays with the database."""
    yield from session().execute(query, execution_options={"yield_per": AT_ONCE}).partitions()


# --- divisions ------------------------------------------------------------------------------------------------------


def _divisions(level: Level, scope: Scope, day: date) -> Iterator[Chunk]:
    query = (
        select(
            Division.code, Division.name, Division.level, Division.parent_code, DivisionBoundary.schematic,
            DivisionBoundary.geometry,
        )
        .join(DivisionBoundary, DivisionBoundary.division_code == Division.code)
        .where(Division.level == level, within(scope, Division.code), existing_on(day))
        .order_by(Division.code)
    )  # fmt: skip
    for rows in _read(query):
        yield [(_division(row), row.geometry) for row in rows]


def _division(row: Any) -> Record:
    return {
        "code": row.code, "name": row.name, "level": label(row.level, DEFAULT_LOCALE), "parent": row.parent_code,
        "schematic": row.schematic, "area_m2": round(area_of(row.geometry), 1),
    }  # fmt: skip


# --- estates --------------------------------------------------------------------------------------------------------


def _estates(scope: Scope, day: date, *more: Any) -> Any:
    """Estates of a territory that stand in the register, with the mode and the company of the day."""
    served = (Service.estate_id == Estate.id) & active_on(day)
    return (
        select(*_ESTATE_COLUMNS, Service.mode, Company.name.label("company"), Company.credit_code, *more)
        .select_from(Estate)
        .outerjoin(Service, served)
        .outerjoin(Company, Company.id == Service.company_id)
        .where(within(scope, Estate.division_code), Estate.retired_on.is_(None))
        .order_by(Estate.code)
    )


def _positions(scope: Scope, day: date) -> Iterator[Chunk]:
    for rows in _read(_estates(scope, day, Estate.lon, Estate.lat).where(Estate.lon.is_not(None))):
        places = paths_of({row.division_code for row in rows})
        points: Any = shapely.points([row.lon for row in rows], [row.lat for row in rows])
        yield [(_estate(row, places[row.division_code]), point) for row, point in zip(rows, points, strict=True)]


def _outlines(scope: Scope, day: date) -> Iterator[Chunk]:
    query = _estates(scope, day, EstateBoundary.source, EstateBoundary.geometry)
    for rows in _read(query.join(EstateBoundary, EstateBoundary.estate_code == Estate.code)):
        places = paths_of({row.division_code for row in rows})
        yield [(_estate(row, places[row.division_code]) | _measured(row), row.geometry) for row in rows]


def _measured(row: Any) -> Record:
    return {"source": row.source, "area_m2": round(area_of(row.geometry), 1)}


def _estate(row: Any, path: divisions.Path) -> Record:
    return {
        "code": row.code, "name": row.name, "div_code": row.division_code, "district": path.district,
        "street": path.street, "community": path.community, "address": row.address, "kind": _words(row.kind),
        "condition": _words(row.condition), "ownership": _words(row.ownership), "mode": _words(row.mode),
        "company": row.company, "uscc": row.credit_code, "floor_m2": _square_metres(row.floor_area),
        "site_m2": _square_metres(row.site_area), "households": row.households, "year": row.completion_year,
    }  # fmt: skip


def _words(code: Any) -> str | None:
    return label(code, DEFAULT_LOCALE) if code is not None else None


def _square_metres(hundredths: int | None) -> float | None:
    return hundredths / 100 if hundredths is not None else None

"""Reading the shapes of a file with GeoPandas and converting them to EPSG:4490. Matches and judges nothing."""

from __future__ import annotations

import math
import tempfile
import unicodedata
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio
import shapely

from regulator.features.maps.geofiles.datums import conversion, converted, refuse_contradiction
from regulator.features.maps.geofiles.declaring import Wishes
from regulator.features.maps.geofiles.guards import Source, inspect
from regulator.features.maps.geofiles.terms import GeoFormat, GeoKind
from regulator.foundation.errors import BadInput
from regulator.foundation.tables import Table, open_table

if TYPE_CHECKING:
    import geopandas
    from shapely.geometry.base import BaseGeometry

MAX_FEATURES = 20_000
"""More shapes than all communities and estates of a city."""

CODE_TITLES = (
    "code", "estate_code", "division_code", "adcode", "代码", "编码", "编号", "小区编码", "小区编号", "小区代码",
    "项目编码", "区划代码", "行政区划代码", "行政区代码", "xzqdm", "pac", "dm",
)  # fmt: skip
NAME_TITLES = (
    "name", "estate", "estate_name", "名称", "小区", "小区名称", "项目名称", "区划名称", "行政区名称", "行政区划名称",
    "xzqmc", "mc",
)  # fmt: skip
PLACE_TITLES = (
    "community", "street", "district", "division", "社区", "社区名称", "所属社区", "街道", "街道名称", "所属街道",
    "区", "区县", "城区", "所属区", "行政区",
)  # fmt: skip
KIND_TITLES = (
    "kind", "type", "fclass", "类型", "类别", "种类", "要素类型", "要素类别", "障碍类型",
)  # fmt: skip
LON_TITLES = ("lon", "lng", "long", "longitude", "x", "经度", "东经", "x坐标", "横坐标")
LAT_TITLES = ("lat", "latitude", "y", "纬度", "北纬", "y坐标", "纵坐标")
SCHEMATIC_TITLES = ("schematic", "示意")


@dataclass(frozen=True, slots=True)
class Feature:
    """A shape as the file states it: its number in the file, the words about it, and its two geometries.

    ``raw`` is in the file's own numbers, ``shape`` in EPSG:4490; both None where nothing can be read.
    """

    number: int
    code: str
    name: str
    places: tuple[str, ...]
    schematic: bool
    raw: BaseGeometry | None
    shape: BaseGeometry | None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The shapes of a file and what is to be said of the file itself."""

    format: GeoFormat
    features: Sequence[Feature]
    lacks_prj: bool


@dataclass(frozen=True, slots=True)
class _Rows:
    """Attributes and shapes side by side, whatever they came from; ``stated`` is the file's own system."""

    titles: list[str]
    rows: list[list[Any]]
    numbers: list[int]
    shapes: Any
    stated: str | None
    binding: bool


def read_file(path: Path, wishes: Wishes) -> ReadFile:
    """Read a file in the datum declared for it. Raises BadInput with the sentence that helps."""
    with tempfile.TemporaryDirectory(prefix="regulator-") as directory:
        source = inspect(path, Path(directory))
        found = _rows_of_table(source, wishes) if source.format is GeoFormat.CSV else _rows_of_shapes(source)
    refuse_contradiction(wishes.declared, found.stated, binding=found.binding)
    if not found.rows:
        raise BadInput("geo_without_rows", about="file")
    if len(found.rows) > MAX_FEATURES:
        raise BadInput("geo_too_many_rows", {"found": len(found.rows), "maximum": MAX_FEATURES}, about="file")
    return ReadFile(source.format, _features(found, wishes), source.lacks_prj)


# --- with GDAL ------------------------------------------------------------------------------------------------------


def _rows_of_shapes(source: Source) -> _Rows:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with a shape is said of its row
            frames = [_frame(source, layer) for layer in _layers(source)]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        raise BadInput("geo_file_unreadable", about="file") from error
    except (UnicodeDecodeError, ValueError, OverflowError, shapely.errors.ShapelyError) as error:
        raise BadInput("geo_file_unreadable", about="file") from error
    titles = list(dict.fromkeys(str(title) for frame in frames for title in frame.columns if title != "geometry"))
    rows = [
        [row.get(title) for title in titles]
        for frame in frames
        for row in frame.drop(columns="geometry").to_dict("records")
    ]
    shapes = np.concatenate([np.asarray(frame.geometry.array, dtype=object) for frame in frames])
    stated = frames[0].crs.to_wkt() if frames[0].crs is not None else None
    binding = source.format in (GeoFormat.GEOPACKAGE, GeoFormat.SHAPEFILE)
    return _Rows(titles, rows, list(range(1, len(rows) + 1)), shapes, stated, binding)


def _layers(source: Source) -> list[str]:
    """The layers with shapes: of KML all its folders, of others the only one."""
    found = [str(name) for name, kind in pyogrio.list_layers(source.path) if kind is not None]
    if not found:
        raise BadInput("geo_without_shapes", about="file")
    if len(found) > 1 and source.format is not GeoFormat.KML:
        raise BadInput("geo_several_layers", {"names": "、".join(found[:5])}, about="file")
    return found


def _frame(source: Source, layer: str) -> geopandas.GeoDataFrame:
    return pyogrio.read_dataframe(source.path, layer=layer, encoding=source.encoding, on_invalid="ignore")


# --- tables with coordinates ----------------------------------------------------------------------------------------


def _rows_of_table(source: Source, wishes: Wishes) -> _Rows:
    with open_table(source.path) as table:
        return _rows_of_open_table(table, wishes)


def _rows_of_open_table(table: Table, wishes: Wishes) -> _Rows:
    rows = (row for row in table.rows(table.sheets[0].name) if not row.is_blank)
    head = next(rows, None)
    if head is None:
        raise BadInput("file_empty", about="file")
    titles = [str(cell).strip() for cell in head.cells]
    lon, lat = _column(titles, LON_TITLES), _column(titles, LAT_TITLES)
    if lon is None or lat is None:
        raise BadInput("geo_coordinates_missing", {"titles": "、".join(titles[:12])}, about="file")
    kept, numbers, points = [], [], []
    for row in rows:
        cells = [*row.cells, *[""] * (len(titles) - len(row.cells))]
        kept.append(cells)
        numbers.append(row.number)
        points.append(_point(cells[lon], cells[lat]))
    del wishes
    return _Rows(titles, kept, numbers, np.array(points, dtype=object), None, binding=False)


def _point(lon: object, lat: object) -> BaseGeometry | None:
    try:
        x, y = float(str(lon).strip().rstrip("°")), float(str(lat).strip().rstrip("°"))
    except ValueError:
        return None
    return shapely.Point(x, y) if math.isfinite(x) and math.isfinite(y) else None


# --- what the columns are -------------------------------------------------------------------------------------------


def _features(found: _Rows, wishes: Wishes) -> list[Feature]:
    code = _chosen(found.titles, wishes.code_field, CODE_TITLES)
    name = _chosen(found.titles, wishes.name_field, NAME_TITLES)
    if code is None and name is None and wishes.kind is not GeoKind.BARRIERS:
        raise BadInput("geo_key_field_missing", {"titles": "、".join(found.titles[:12])}, about="code_field")
    places = [at for at, title in enumerate(found.titles) if _plain(title) in PLACE_TITLES and at not in (code, name)]
    schematic, kind = _column(found.titles, SCHEMATIC_TITLES), _column(found.titles, KIND_TITLES)
    raw = [_usable(shape) for shape in found.shapes]
    shapes = _in_4490(raw, wishes)
    return [
        Feature(
            number,
            _word(row, code),
            _word(row, name),
            tuple(filter(None, (_word(row, at) for at in places))),
            _word(row, schematic).lower() in ("true", "1", "1.0", "yes", "是"),
            before,
            shape,
            _word(row, kind),
        )
        for number, row, before, shape in zip(found.numbers, found.rows, raw, shapes, strict=True)
    ]


def _chosen(titles: Sequence[str], wanted: str | None, known: Iterable[str]) -> int | None:
    """The column a person named, else the first that is called as such columns are."""
    if wanted is None:
        return _column(titles, known)
    if wanted not in titles:
        params = {"field": wanted, "titles": "、".join(titles[:12])}
        raise BadInput("geo_field_missing", params, about="code_field" if known is CODE_TITLES else "name_field")
    return titles.index(wanted)


def _column(titles: Sequence[str], known: Iterable[str]) -> int | None:
    names = {_plain(title): at for at, title in reversed(list(enumerate(titles)))}
    return next((names[title] for title in known if title in names), None)


def _plain(title: str) -> str:
    return unicodedata.normalize("NFKC", title).strip().lower()


def _word(row: Sequence[Any], at: int | None) -> str:
    """A cell as a word: numbers without the point that a table's own type gave them."""
    value = None if at is None else row[at]
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFC", str(value)).strip(" \t\r\n\u3000\x00")[:200]


def _usable(shape: Any) -> BaseGeometry | None:
    if not shapely.is_geometry(shape) or shape.is_empty:
        return None
    return shape if np.isfinite(shapely.get_coordinates(shape)).all() else None


def _in_4490(raw: Sequence[BaseGeometry | None], wishes: Wishes) -> list[BaseGeometry | None]:
    """The shapes where they really lie; numbers that are no degrees stay as they are, to be said so of their row."""
    change = conversion(wishes.declared)
    return [_one_in_4490(shape, change, projected=wishes.declared.epsg is not None) for shape in raw]


def _one_in_4490(shape: BaseGeometry | None, change: Any, *, projected: bool) -> BaseGeometry | None:
    if shape is None or (not projected and not are_degrees(shape)):
        return shape
    moved: BaseGeometry = converted(shape, change)
    return moved if np.isfinite(shapely.get_coordinates(moved)).all() else shape


def are_degrees(shape: BaseGeometry) -> bool:
    """Whether all positions can be longitude and latitude."""
    west, south, east, north = shape.bounds
    return west >= -180 and east <= 180 and south >= -90 and north <= 90


def as_facts(found: ReadFile) -> Mapping[str, Any]:
    """What the report says of the file itself."""
    return {"format": found.format.value, "lacks_prj": found.lacks_prj}

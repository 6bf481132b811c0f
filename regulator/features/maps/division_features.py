"""Divisions as GIS desktops ask for them, with their boundaries as GeoJSON. Loads shapely when one has a boundary."""

import json
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, String, and_, func, or_, select, type_coerce

from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level
from regulator.features.maps.features import Extent, Found, Period, Wanted, count_matches, division_range, kept_extent
from regulator.features.maps.models import DivisionBoundary
from regulator.features.registry.queries.public.asking import cursor_code
from regulator.foundation.asking import AnySelect
from regulator.foundation.database import is_postgres, session
from regulator.foundation.errors import NotFound
from regulator.foundation.geo import SRID, BBox
from regulator.foundation.paging import cursor_after, read_cursor

LIST = "ogc.divisions"
ORDER = "codes"


class DivisionFeature(NamedTuple):
    """A division; `schematic` and `source` are of its boundary, None where it has none."""

    code: str
    name: str
    level: Level
    parent_code: str | None
    began_on: date | None
    ended_on: date | None
    schematic: bool | None
    source: str | None
    geometry: dict[str, Any] | None


_COLUMNS = (
    *(Division.code, Division.name, Division.level, Division.parent_code, Division.began_on, Division.ended_on),
    *(DivisionBoundary.schematic, DivisionBoundary.source, DivisionBoundary.geometry),
)


def public_division_features(wanted: Wanted) -> Found[DivisionFeature]:
    """A page of the divisions wanted, by code. Filters: level, parent, division (with all below) and name.

    Raises BadInput for a cursor of another list.
    """
    after = "" if wanted.cursor is None else cursor_code(read_cursor(wanted.cursor, LIST, ORDER, 1)[0])
    conditions = _conditions(wanted)
    query = _joined().where(*conditions).order_by(Division.code)
    matched: int | None
    if wanted.boxes:
        inside = _intersecting(query, wanted.boxes)
        rows, matched = [row for row in inside if row[0] > after], len(inside)
    else:
        page = query.where(Division.code > after).limit(wanted.limit + 1)
        rows = list(session().execute(page))
        matched = count_matches(select(Division.code), conditions)
    shown = rows[: wanted.limit]
    more = cursor_after(LIST, ORDER, (shown[-1][0],)) if len(rows) > wanted.limit else None
    return Found(tuple(map(_feature, shown)), more, matched)


def public_division_feature(code: str, period: Period) -> DivisionFeature:
    """One division that existed in the period. Raises NotFound."""
    query = _joined().where(Division.code == code, *_existing(period))
    if (row := session().execute(query).one_or_none()) is None:
        raise NotFound(code)
    return _feature(row)


def public_division_extent() -> Extent:
    """Of every boundary; the first day is the earliest on which a division began."""
    return kept_extent(LIST, _division_extent)


def _division_extent() -> Extent:
    first = session().scalar(select(func.min(Division.began_on)))
    bounds = [geometry.bounds for geometry in session().scalars(select(DivisionBoundary.geometry))]
    if not bounds:
        return Extent(None, first)
    west, south, east, north = zip(*bounds, strict=True)
    return Extent(BBox(min(west), min(south), max(east), max(north)), first)


def _joined() -> AnySelect:
    return select(*_COLUMNS).outerjoin(DivisionBoundary, DivisionBoundary.division_code == Division.code)


def _intersecting(query: AnySelect, boxes: tuple[BBox, ...]) -> list[Row[Any]]:
    """The rows whose boundary meets a box; PostGIS leaves out by its own boxes what lies far away."""
    import shapely  # noqa: PLC0415 -- not before somebody asks by box

    if is_postgres():
        near = [func.ST_MakeEnvelope(box.west, box.south, box.east, box.north, SRID) for box in boxes]
        query = query.where(or_(*(DivisionBoundary.geometry.op("&&")(one) for one in near)))
    else:
        query = query.where(DivisionBoundary.division_code.is_not(None))
    shapes = [shapely.box(box.west, box.south, box.east, box.north) for box in boxes]
    rows = session().execute(query)
    return [row for row in rows if any(row.geometry.intersects(shape) for shape in shapes)]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [*_existing(wanted.period), *(_condition(name, value) for name, value in wanted.filters.items())]


def _condition(name: str, value: str) -> ColumnElement[bool]:
    if name == "division":
        place = division_range(value)
        return and_(Division.code >= place.low, Division.code < place.high)
    column: Any = Division.parent_code if name == "parent" else getattr(Division, name)
    return type_coerce(column, String) == value


def _existing(period: Period) -> list[ColumnElement[bool]]:
    conditions = []
    if period.last is not None:
        conditions.append(or_(Division.began_on.is_(None), Division.began_on <= period.last))
    if period.first is not None:
        conditions.append(or_(Division.ended_on.is_(None), Division.ended_on >= period.first))
    return conditions


def _feature(row: Row[Any]) -> DivisionFeature:
    values: Any = row
    found = DivisionFeature(*values)
    return found if found.geometry is None else found._replace(geometry=_geojson(found.geometry))


def _geojson(shape: Any) -> dict[str, Any]:
    import shapely  # noqa: PLC0415 -- loaded already, by the boundary

    found: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return found

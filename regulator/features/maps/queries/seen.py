"""Estates in a stretch of map: cells from afar, each by itself from near by. What anyone may see, of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, cast, func, select

from regulator.features.divisions.queries import list_cities, within
from regulator.features.divisions.terms import EVERYWHERE, Scope, prefix
from regulator.features.maps.following import millionths
from regulator.features.maps.grid import FINEST, KEPT, MILLION, Cells, Dimension, cell_of, cells_of, zoom_for
from regulator.features.maps.models import MapCluster, MapEstate, MapState
from regulator.features.maps.terms import ESTATE_CAP, UNKNOWN, MapFilter
from regulator.features.registry.models import Company, Estate
from regulator.features.registry.terms import Mode
from regulator.foundation.asking import AnySelect, ask
from regulator.foundation.database import session
from regulator.foundation.geo import BBox


@dataclass(frozen=True, slots=True)
class EstateSeen:
    """An estate as the map shows it: mode and company of today, None where not known."""

    code: str
    name: str
    lon: float
    lat: float
    mode: Mode | None
    ownership: str
    condition: str
    kind: str
    credit_code: str | None
    company_name: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Several estates of one cell, at the mean of their places."""

    lon: float
    lat: float
    estates: int
    modes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class EstatesInView:
    """What lies in a stretch of map: clusters, estates by themselves, and how many there are in all.

    ``box`` is what was counted: a view from afar is counted in whole cells, a little more than was asked for.
    """

    clusters: Sequence[Cluster]
    items: Sequence[EstateSeen]
    total: int
    box: BBox

    @property
    def capped(self) -> bool:
        """Whether some are left out."""
        return self.total > len(self.items) + sum(cluster.estates for cluster in self.clusters)


class _Count(NamedTuple):
    """So many estates of one mode in one cell, with the sums of their places and numbers."""

    y: int
    x: int
    mode: str
    estates: int
    lon_sum: int
    lat_sum: int
    number_sum: int


def public_estates_in(box: BBox, zoom: int, wanted: MapFilter, *, cap: int = ESTATE_CAP) -> EstatesInView:
    """Estates with a position inside the box, counted in cells below zoom 14; statements do not grow with them.

    Nearer by, above the cap, an even sample over the whole view, the same each time.
    """
    level = zoom_for(box, zoom)
    if level > FINEST:
        return _one_by_one(box, wanted, cap)
    cells = cells_of(box, level)
    counts = _counts(cells, wanted)
    clusters, single = _clusters(counts)
    return EstatesInView(clusters, _numbered(single), sum(count.estates for count in counts), cells.box)


def estates_in(scope: Scope, box: BBox, zoom: int, wanted: MapFilter, *, cap: int = ESTATE_CAP) -> EstatesInView:
    """As the public sees them, but of one's own territory only: nothing outside is shown or counted."""
    return public_estates_in(box, zoom, narrowed(scope, wanted), cap=cap)


def narrowed(scope: Scope, wanted: MapFilter) -> MapFilter:
    """What is wanted inside a scope; a scope of the whole register leaves it, so that the kept cells can answer."""
    if all(scope.covers(prefix(city.code)) for city in list_cities()):
        return wanted
    asked = wanted.division.ranges if wanted.division else (EVERYWHERE,)
    return replace(wanted, division=Scope.union(scope.narrowed(part) for part in asked))


def _clusters(counts: Iterable[_Count]) -> tuple[list[Cluster], list[int]]:
    """The clusters of two estates and more, and the numbers of those that stand alone."""
    by_cell: dict[tuple[int, int], list[_Count]] = {}
    for count in counts:
        by_cell.setdefault((count.y, count.x), []).append(count)
    clusters, single = [], []
    for found in by_cell.values():
        estates = sum(count.estates for count in found)
        if estates == 1:
            single.append(found[0].number_sum)
            continue
        lon = sum(count.lon_sum for count in found) / estates / MILLION - 180
        lat = sum(count.lat_sum for count in found) / estates / MILLION - 90
        clusters.append(Cluster(lon, lat, estates, {count.mode: count.estates for count in found}))
    return clusters, single


# --- cells ----------------------------------------------------------------------------------------------------------


def _counts(cells: Cells, wanted: MapFilter) -> Sequence[_Count]:
    kept = _kept_by(wanted) if cells.zoom <= KEPT else None
    if kept is None:
        return _counted(str(session().get_bind().engine.url), _version(), cells, wanted)
    dimension, ranges = kept
    found = (_kept(cells, dimension, low, high) for low, high in ranges)
    return [count for counts in found for count in counts if not wanted.modes or count.mode in wanted.modes]


def _kept_by(wanted: MapFilter) -> tuple[Dimension, Sequence[tuple[str, str]]] | None:
    """The dimension whose cells answer, and from which to which of its values; None where there is none."""
    if wanted.company or wanted.division:
        return None
    asked: dict[Dimension, Sequence[tuple[str, str]] | None] = {}
    if wanted.ownerships:
        asked[Dimension.OWNERSHIP] = [(value, value) for value in sorted(wanted.ownerships)]
    if wanted.conditions:
        asked[Dimension.CONDITION] = [(value, value) for value in sorted(wanted.conditions)]
    if wanted.years:
        asked[Dimension.DECADE] = _decades(*wanted.years)
    if len(asked) > 1:
        return None
    for dimension, ranges in asked.items():
        return None if ranges is None else (dimension, ranges)
    return Dimension.ALL, [("", "")]


def _decades(first: int | None, last: int | None) -> Sequence[tuple[str, str]] | None:
    """Whole decades as values of their dimension; None for years that cut one."""
    if (first is not None and first % 10) or (last is not None and last % 10 != 9):
        return None
    return [(str(first or 1000), str((last or 9999) - 9))]


_COLUMNS = tuple(getattr(MapCluster, name) for name in _Count._fields)
_IN_CELLS: Select[Any] = select(*_COLUMNS).where(
    MapCluster.zoom == bindparam("zoom"),
    MapCluster.dimension == bindparam("dimension"),
    MapCluster.y.between(bindparam("south"), bindparam("north")),
    MapCluster.x.between(bindparam("west"), bindparam("east")),
)
_KEPT_VALUE: AnySelect = _IN_CELLS.where(MapCluster.value == bindparam("low"))
_KEPT_RANGE: AnySelect = (
    _IN_CELLS.with_only_columns(
        *_COLUMNS[:3], *(cast(func.sum(column), column.type).label(column.key) for column in _COLUMNS[3:])
    )
    .where(MapCluster.value.between(bindparam("low"), bindparam("high")))
    .group_by(*_COLUMNS[:3])
)


def _kept(cells: Cells, dimension: Dimension, low: str, high: str) -> list[_Count]:
    asked = _KEPT_VALUE if low == high else _KEPT_RANGE
    bounds = {"zoom": cells.zoom, "south": cells.south, "north": cells.north, "west": cells.west, "east": cells.east}
    ends = {"low": low} | ({} if low == high else {"high": high})
    return [_Count(*row) for row in ask(asked, dimension=dimension.value, **bounds, **ends)]


def _version() -> int:
    return ask(_VERSION).scalar() or 0


_VERSION: AnySelect = select(MapState.version)


@lru_cache(maxsize=64)
def _counted(_register: str, _version: int, cells: Cells, wanted: MapFilter) -> Sequence[_Count]:
    """What no kept cells answer is counted from the estates, and remembered until the map changes."""
    shift = FINEST - cells.zoom
    y, x = MapEstate.y.op(">>")(shift), MapEstate.x.op(">>")(shift)
    row = MapEstate.y + 0 if _few(wanted) else MapEstate.y  # + 0: another index leads to fewer
    inside = and_(
        row.between(cells.south << shift, ((cells.north + 1) << shift) - 1),
        MapEstate.x.between(cells.west << shift, ((cells.east + 1) << shift) - 1),
    )
    counted = select(
        y,
        x,
        MapEstate.mode,
        func.count(),
        func.sum(millionths(MapEstate.lon + 180)),
        func.sum(millionths(MapEstate.lat + 90)),
        func.sum(MapEstate.number),
    ).where(inside, *conditions_of(wanted))
    return [_Count(*map(_whole, row)) for row in session().execute(counted.group_by(y, x, MapEstate.mode))]


def _whole(value: Any) -> Any:
    """PostgreSQL sums whole numbers into decimals."""
    return value if isinstance(value, str) else int(value)


def _few(wanted: MapFilter) -> bool:
    """Whether a company or a division leads to the estates better than the view does."""
    return wanted.company is not None or wanted.division is not None


def conditions_of(wanted: MapFilter) -> list[ColumnElement[bool]]:
    """What a filter asks of an estate on the map."""
    found: list[ColumnElement[bool]] = []
    for column, words in (
        (MapEstate.mode, wanted.modes),
        (MapEstate.ownership, wanted.ownerships),
        (MapEstate.condition, wanted.conditions),
    ):
        if words:
            found.append(column.in_(sorted(words)))
    if wanted.years:
        first, last = wanted.years
        found.append(and_(MapEstate.year >= (first or 0), MapEstate.year <= (last or 9999)))
    if wanted.division:
        found.append(within(wanted.division, MapEstate.division_code))
    if wanted.company:
        found.append(MapEstate.credit_code == wanted.company)
    return found


# --- each by itself -------------------------------------------------------------------------------------------------


def _one_by_one(box: BBox, wanted: MapFilter, cap: int) -> EstatesInView:
    (west, south), (east, north) = cell_of(box.west, box.south), cell_of(box.east, box.north)
    row = MapEstate.y + 0 if _few(wanted) else MapEstate.y
    inside = and_(
        row.between(south, north),
        MapEstate.x.between(west, east),
        MapEstate.lat.between(box.south, box.north),
        MapEstate.lon.between(box.west, box.east),
        *conditions_of(wanted),
    )
    total = session().scalar(select(func.count()).select_from(MapEstate).where(inside)) or 0
    numbers: Any = select(MapEstate.number).where(inside)
    if total > cap:
        place = func.row_number().over(order_by=(MapEstate.lat, MapEstate.lon, MapEstate.number)).label("place")
        ranked = select(MapEstate.number, place).where(inside).subquery()
        numbers = select(ranked.c.number).where((ranked.c.place * cap) % total < cap)
    return EstatesInView([], _points(MapEstate.number.in_(numbers)), total, box)


def _numbered(numbers: Sequence[int]) -> list[EstateSeen]:
    return _points(MapEstate.number.in_(numbers)) if numbers else []


def _points(condition: ColumnElement[bool]) -> list[EstateSeen]:
    query: Any = (
        select(
            MapEstate.code,
            Estate.name,
            MapEstate.lon,
            MapEstate.lat,
            MapEstate.mode,
            MapEstate.ownership,
            MapEstate.condition,
            MapEstate.kind,
            MapEstate.credit_code,
            Company.name,
        )
        .join(Estate, Estate.code == MapEstate.code)
        .outerjoin(Company, Company.credit_code == MapEstate.credit_code)
        .where(condition)
        .order_by(MapEstate.code)
    )
    return [_point(row) for row in session().execute(query)]


def _point(row: Row[Any]) -> EstateSeen:
    code, name, lon, lat, mode, *others = tuple(row)
    return EstateSeen(code, name, lon, lat, None if mode == UNKNOWN else Mode(mode), *others)

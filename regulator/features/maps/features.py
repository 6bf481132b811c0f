"""Estates as GIS desktops ask for them: by box, days and properties, a page at a time. Writes nothing.

A page is walked along the index that narrows it most and is never sorted, so that it costs the same wherever in a
million it lies. What is common to all collections stands here too: what is asked, what is found, how far it reaches.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, String, and_, case, func, literal, or_, select, true, tuple_, type_coerce

from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import CodeRange, prefix
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.queries.public.asking import cursor_code
from regulator.features.registry.terms import Condition, EstateKind, Mode, Ownership
from regulator.foundation.asking import AnySelect
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, NotFound
from regulator.foundation.geo import BBox
from regulator.foundation.paging import cursor_after, read_cursor

T = TypeVar("T")
LIST = "ogc.estates"
UNKNOWN = "unknown"
"""Asks for what is null in the answers."""
EXAMINED_AT_MOST = 10_000
"""Matches are counted where at most so many rows have to be looked at for it; else nobody is kept waiting for that."""
EXTENT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Period:
    """The days asked about, both included, None where open; ``on`` is the day whose state is shown."""

    first: date | None
    last: date | None
    on: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a collection. Filters by name of the property; two boxes where one crosses the date line."""

    period: Period
    limit: int
    boxes: tuple[BBox, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A page. ``next`` is None on the last one, ``matched`` None where counting would take too long."""

    items: tuple[T, ...]
    next: str | None
    matched: int | None


class Extent(NamedTuple):
    """How far a collection reaches: its box, None without any position, and its first day, None when not known."""

    box: BBox | None
    first: date | None


class EstateFeature(NamedTuple):
    """An estate; mode, company and since when are of the day asked for, ``floor_area`` in 0.01 ㎡."""

    code: str
    name: str
    kind: EstateKind
    condition: Condition
    ownership: Ownership | None
    mode: Mode | None
    credit_code: str | None
    company_name: str | None
    since: date | None
    division_code: str
    division_name: str | None
    address: str | None
    households: int | None
    floor_area: int | None
    completion_year: int | None
    duty_phone: str | None
    lon: float | None
    lat: float | None


_COLUMNS = (
    Estate.code,
    Estate.name,
    Estate.kind,
    Estate.condition,
    Estate.ownership,
    Service.mode,
    Company.credit_code,
    Company.name,
    Service.began_on,
    Estate.division_code,
    Division.name,
    Estate.address,
    Estate.households,
    Estate.floor_area,
    Estate.completion_year,
    Estate.duty_phone,
    Estate.lon,
    Estate.lat,
)


def public_estate_features(wanted: Wanted) -> Found[EstateFeature]:
    """A page of the estates wanted, in two statements. Filters: mode, ownership, kind, condition, division (the code
    of any level, and all below), company (credit code) and name. Raises BadInput for a cursor of another list.
    """
    walk = _walk_for(wanted)
    start = walk.start if wanted.cursor is None else _behind(wanted.cursor, walk)
    conditions = _conditions(wanted, walk)
    query = _joined(select(*_COLUMNS, *walk.keys), walk, wanted.period.on).where(
        walk.inside, _beyond(walk.keys, start), *conditions
    )
    rows = session().execute(query.order_by(*walk.keys).limit(wanted.limit + 1)).all()
    shown = rows[: wanted.limit]
    more = cursor_after(LIST, walk.name, shown[-1][-len(walk.keys) :]) if len(rows) > wanted.limit else None
    matched = count_matches(_examined(wanted, walk), conditions)
    return Found(tuple(EstateFeature(*row[: len(_COLUMNS)]) for row in shown), more, matched)


def public_estate_feature(code: str, period: Period) -> EstateFeature:
    """One estate on record in the period. Raises NotFound."""
    query = _joined(select(*_COLUMNS), _CODES, period.on).where(Estate.code == code, _on_record(period))
    if (row := session().execute(query).one_or_none()) is None:
        raise NotFound(code)
    return EstateFeature(*row)


def public_estate_extent() -> Extent:
    """Of every estate ever on record; its first day is the first on which anybody is known to have served one."""
    return kept_extent(LIST, _estate_extent)


def _estate_extent() -> Extent:
    known_from = func.coalesce(Service.began_on, Service.stated_for)
    first = select(func.min(known_from)).where(Service.retired_on.is_(None)).scalar_subquery()
    south, north = (select(end(Estate.lat)).scalar_subquery() for end in (func.min, func.max))  # each by the index
    query = select(func.min(Estate.lon), south, func.max(Estate.lon), north, first)
    *edges, day = session().execute(query).one()
    return Extent(None if edges[0] is None else BBox(*edges), day)


_extents: dict[tuple[str, str], tuple[float, Extent]] = {}


def kept_extent(name: str, measure: Callable[[], Extent]) -> Extent:
    """An extent, measured at most once a minute: a million estates take a third of a second."""
    key = (str(getattr(session().get_bind(), "url", "")), name)
    kept = _extents.get(key)
    if kept is None or time.monotonic() - kept[0] > EXTENT_SECONDS:
        _extents[key] = kept = (time.monotonic(), measure())
    return kept[1]


def forget_extents() -> None:
    """Measure anew when next asked: for tests, which change what lies where within the minute."""
    _extents.clear()


def count_matches(examined: AnySelect, conditions: list[ColumnElement[bool]]) -> int | None:
    """How many of the rows of a statement meet the conditions; None where there are too many rows to look at."""
    hit = case((and_(true(), *conditions), 1), else_=0).label("hit")
    rows = examined.with_only_columns(hit, maintain_column_froms=True).limit(EXAMINED_AT_MOST + 1).subquery()
    number, hits = session().execute(select(func.count(), func.sum(rows.c.hit))).one()
    return None if number > EXAMINED_AT_MOST else int(hits or 0)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Along which index: what it narrows by, its order, where that begins, and the filters done with thereby."""

    name: str
    inside: ColumnElement[bool]
    keys: tuple[Any, ...]
    start: tuple[Any, ...]
    done: frozenset[str] = frozenset()


_BY_CODE: tuple[Any, ...] = (Estate.code,)
_BY_PLACE: tuple[Any, ...] = (Estate.division_code, Estate.code)
_BY_POSITION: tuple[Any, ...] = (Estate.lat, Estate.lon, Estate.code)
_CODES = _Walk("codes", true(), _BY_CODE, ("",))


def _walk_for(wanted: Wanted) -> _Walk:
    """Along the narrowest index: a name, what a company serves, a box, a division, all codes."""
    filters = wanted.filters
    if "name" in filters:
        return _Walk("name", Estate.name == filters["name"], _BY_CODE, ("",), frozenset({"name"}))
    if "company" in filters:
        serves = and_(_serves(filters["company"]), active_on(wanted.period.on))
        return _Walk("company", serves, _BY_CODE, ("",), frozenset({"company"}))
    if wanted.boxes:
        corner = (wanted.boxes[0].south, min(box.west for box in wanted.boxes), "")
        # the southern edge is where the walk starts: said twice, SQLite would walk from there to the cursor each time
        return _Walk("box", _within(wanted.boxes, south=False), _BY_POSITION, corner, frozenset({"bbox"}))
    if "division" in filters:
        place = division_range(filters["division"])
        return _Walk("place", Estate.division_code < place.high, _BY_PLACE, (place.low, ""), frozenset({"division"}))
    return _CODES


def _behind(cursor: str, walk: _Walk) -> tuple[Any, ...]:
    """Where the walk goes on. Raises BadInput."""
    values = read_cursor(cursor, LIST, walk.name, len(walk.keys))
    for at, value in enumerate(values):
        if isinstance(walk.start[at], str):
            cursor_code(value)
        elif not isinstance(value, float):
            raise BadInput("cursor_unusable", about="cursor")
    return max(walk.start, tuple(values))


def _beyond(keys: tuple[Any, ...], start: tuple[Any, ...]) -> ColumnElement[bool]:
    bound = [literal(value, column.type) for column, value in zip(keys, start, strict=True)]
    if len(bound) == 1:
        only: ColumnElement[bool] = keys[0] > bound[0]
        return only
    return tuple_(*keys) > tuple_(*bound)


def _joined(query: AnySelect, walk: _Walk, on: date) -> AnySelect:
    """The estates with the service of the day, its company and the division; from the services of a company."""
    return (
        _from(query, walk, on).outerjoin(Company, Company.id == Service.company_id)
        .outerjoin(Division, Division.code == Estate.division_code)
    )  # fmt: skip


def _from(query: AnySelect, walk: _Walk, on: date) -> AnySelect:
    if walk.name == "company":
        return query.select_from(Service).join(Estate, Estate.id == Service.estate_id)
    return query.select_from(Estate).outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(on)))


def _examined(wanted: Wanted, walk: _Walk) -> AnySelect:
    """The rows the walk passes, with the service only where it is asked about."""
    query = select(Estate.code).where(walk.inside, _beyond(walk.keys, walk.start))
    if walk.name == "company" or {"mode", "company"} & set(wanted.filters):
        return _from(query, walk, wanted.period.on)
    return query.select_from(Estate)


def _conditions(wanted: Wanted, walk: _Walk) -> list[ColumnElement[bool]]:
    """What has to be asked of each row on the way."""
    asked = {name: _condition(name, value) for name, value in wanted.filters.items() if name not in walk.done}
    if wanted.boxes and "bbox" not in walk.done:
        asked["bbox"] = _within(wanted.boxes)
    return [_on_record(wanted.period), *asked.values()]


def _condition(name: str, value: str) -> ColumnElement[bool]:
    """A mode is compared past its null: the database must not turn the walk round and begin with the services."""
    if name == "division":
        place = division_range(value)
        return and_(Estate.division_code >= place.low, Estate.division_code < place.high)
    if name == "company":
        return _serves(value)
    column: Any = Service.mode if name == "mode" else getattr(Estate, name)
    return func.coalesce(type_coerce(column, String), UNKNOWN) == value


def _serves(credit_code: str) -> ColumnElement[bool]:
    return Service.company_id == select(Company.id).where(Company.credit_code == credit_code).scalar_subquery()


def _within(boxes: tuple[BBox, ...], *, south: bool = True) -> ColumnElement[bool]:
    edges = [Estate.lat <= boxes[0].north, *([Estate.lat >= boxes[0].south] if south else [])]
    return and_(*edges, or_(*(Estate.lon.between(box.west, box.east) for box in boxes)))


def division_range(code: str) -> CodeRange:
    """The codes below a division; four digits are a city's prefix."""
    return CodeRange.of(f"{code}00" if len(code) == len(prefix("210100")) else code)


def _on_record(period: Period) -> ColumnElement[bool]:
    """The register does not say when an estate came to be: it is there on every day until it was taken off."""
    if period.first is None:
        return true()
    return or_(Estate.retired_on.is_(None), Estate.retired_on > period.first)

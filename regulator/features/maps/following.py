"""Keeping the map's rows true: in the transaction of each change, and over midnight. Set-based, never row by row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    text,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from regulator.features.coverage.actions.tallies import one_at_a_time
from regulator.features.maps.grid import COARSEST, EAST, FINEST, KEPT, MILLION, NORTH, Dimension
from regulator.features.maps.models import EMPTY, MapCluster, MapEstate, MapState
from regulator.features.maps.terms import UNKNOWN
from regulator.features.registry.models import Company, Estate, Service
from regulator.features.registry.queries.bounds import active_on, live_on, turning
from regulator.foundation.asking import AnySelect, ask
from regulator.foundation.bulk import listed
from regulator.foundation.clock import day_of
from regulator.foundation.database import is_postgres, session

TOUCHED, BEFORE = "touched", "map_before"
SHOWN = (
    *("code", "x", "y", "lon", "lat", "mode", "ownership", "condition", "kind", "year", "division_code"),
    "credit_code",
)
COUNTED = ("number", "x", "y", "lon", "lat", "mode", "ownership", "condition", "year")
KEYS = ("zoom", "dimension", "value", "y", "x", "mode")
SUMS = ("estates", "lon_sum", "lat_sum", "number_sum")
_ESTATES: Any = MapEstate.__table__
_CELLS: Any = MapCluster.__table__
_STATE: Any = MapState.__table__
_NEXT_VERSION = update(_STATE).values(day=bindparam("today", type_=Date), version=_STATE.c.version + 1)
_before = table(BEFORE, *(column(name) for name in COUNTED))


def follow_changes(_sender: object, codes: Collection[str]) -> None:
    """Show these estates as they are now: the receiver of ``estates_touched``. Without a map there is nothing to do."""
    day = mapped_day()
    if day is not None and codes:
        _again(day, codes)
        _mark(day)


def start_map(now: datetime) -> None:
    """Begin to keep the map, for today; takes in the whole register. Does nothing when it is kept already."""
    if mapped_day() is None:
        session().add(MapState(id=1, day=day_of(now), version=0))
        session().flush()
        map_all(now)


def map_all(now: datetime) -> None:
    """Take the whole register onto the map anew, for today."""
    day = day_of(now)
    one_at_a_time()
    session().execute(delete(MapCluster))
    session().execute(delete(MapEstate))
    session().execute(insert(MapEstate).from_select(SHOWN, shown_on(day)))
    session().execute(_counting(_signed(MapEstate.__table__, +1)))
    _mark(day)


def roll_over(now: datetime) -> None:
    """Bring the map to today: only estates of which something begins or ends in between are looked at."""
    day, today = mapped_day(), day_of(now)
    if day is None:
        start_map(now)
    elif day < today:
        _again(today, list(session().scalars(turning(day, today))))
        _mark(today)
    elif day > today:  # a clock was set back
        map_all(now)


def mapped_day() -> date | None:
    """The day for which the map stands; None while it is not kept."""
    found: date | None = ask(_DAY).scalar()
    return found


_DAY: AnySelect = select(MapState.day)


def _mark(day: date) -> None:
    session().connection().execute(_NEXT_VERSION, {"today": day})


# --- an estate as the map shows it ----------------------------------------------------------------------------------


def shown_on(day: Any) -> Select[Any]:
    """Every estate with a position as the map shows it on a day, in the order of ``SHOWN``."""
    columns = (
        Estate.code,
        _floor((Estate.lon + 180) * EAST, Integer).label("x"),
        _floor((Estate.lat + 90) * NORTH, Integer).label("y"),
        Estate.lon,
        Estate.lat,
        _word(Service.mode).label("mode"),
        _word(Estate.ownership).label("ownership"),
        _word(Estate.condition).label("condition"),
        _word(Estate.kind).label("kind"),
        Estate.completion_year.label("year"),
        Estate.division_code,
        Company.credit_code,
    )
    shown: Any = select(*columns)
    found: Select[Any] = (
        shown.select_from(Estate)
        .outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(day)))
        .outerjoin(Company, Company.id == Service.company_id)
        .where(_mapped(day))
    )
    return found


def _mapped(day: Any) -> ColumnElement[bool]:
    return and_(Estate.lon.is_not(None), Estate.lat.is_not(None), live_on(Estate, day))


def _floor(positive: Any, kind: Any) -> ColumnElement[int]:
    """The whole number below a positive one; SQLite's cast cuts off, PostgreSQL's would round."""
    return cast(func.floor(positive) if is_postgres() else positive, kind)


def _word(code: Any) -> ColumnElement[str]:
    return func.coalesce(type_coerce(code, String), UNKNOWN)


# --- some estates anew ----------------------------------------------------------------------------------------------


class _Statements(NamedTuple):
    """What is said for each change, built once: building them takes longer than the database does."""

    remember: Any
    leave: Any
    show: Any
    count: Any


def _again(day: date, codes: Collection[str]) -> None:
    one_at_a_time()
    session().flush()
    said, given = _statements(is_postgres()), {TOUCHED: sorted(set(codes)), "day": day}
    say = session().connection().execute  # tables, not models: the statements have values of their own
    say(_ROOM_FOR_BEFORE)
    say(_NOTHING_BEFORE)
    say(said.remember, given)
    say(said.leave, given)
    say(said.show, given)
    say(said.count, given)
    say(_FORGET_EMPTY)


@cache
def _statements(_postgres: bool) -> _Statements:  # noqa: FBT001  # the key of what is kept
    """Remember what the touched estates went into the cells with; show them anew; count what differs."""
    touched = listed(TOUCHED)
    day: Any = bindparam("day", type_=Date)
    before = select(*(getattr(MapEstate, name) for name in COUNTED)).where(MapEstate.code.in_(touched))
    gone = ~exists().where(Estate.code == MapEstate.code, _mapped(day))
    make: Any = postgresql.insert if is_postgres() else sqlite.insert
    upsert = make(_ESTATES).from_select(SHOWN, shown_on(day).where(Estate.code.in_(touched)))
    fresh = {name: upsert.excluded[name] for name in SHOWN if name != "code"}
    now_shown = select(MapEstate.__table__).where(MapEstate.code.in_(touched)).subquery()
    return _Statements(
        insert(_before).from_select(COUNTED, before),
        delete(_ESTATES).where(MapEstate.code.in_(touched), gone),
        upsert.on_conflict_do_update(index_elements=["code"], set_=fresh),
        _counting(union_all(_signed(_before, -1), _signed(now_shown, +1))),
    )


_WORD, _DEGREES = "VARCHAR(32)", "DOUBLE PRECISION"
_TYPES = {
    "number": "BIGINT",
    **dict.fromkeys(("mode", "ownership", "condition"), _WORD),
    **dict.fromkeys(("lon", "lat"), _DEGREES),
}
_COLUMNS = ", ".join(f"{name} {_TYPES.get(name, 'INTEGER')}" for name in COUNTED)
_ROOM_FOR_BEFORE = text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {BEFORE} ({_COLUMNS})")
_NOTHING_BEFORE = text(f"DELETE FROM {BEFORE}")  # noqa: S608  # our own name


# --- cells ----------------------------------------------------------------------------------------------------------


def _signed(source: FromClause, sign: int) -> Select[Any]:
    return select(*(source.c[name] for name in COUNTED), literal(sign, Integer).label("sign"))


def _counting(rows: Any) -> Any:
    """The statement that puts rows of ``COUNTED`` and a sign into the cells of every kept zoom and dimension."""
    source = rows.cte("source")
    finest = union_all(*(_in_cells(source, dimension) for dimension in Dimension)).cte("finest")
    zooms = union_all(*(select(literal(zoom, Integer).label("zoom")) for zoom in range(COARSEST, KEPT + 1))).cte(
        "zooms"
    )
    shift = KEPT - zooms.c.zoom
    keys = [
        zooms.c.zoom,
        finest.c.dimension,
        finest.c.value,
        finest.c.y.op(">>")(shift).label("y"),
        finest.c.x.op(">>")(shift).label("x"),
        finest.c.mode,
    ]
    sums = [func.sum(finest.c[name]).label(name) for name in SUMS]
    counted = (
        select(*keys, *(cast(total, MapCluster.__table__.c[total.name].type).label(total.name) for total in sums))
        .select_from(finest.join(zooms, literal(True)))
        .group_by(*keys)
        .having(or_(*(func.sum(finest.c[name]) != 0 for name in SUMS)))
        .order_by(*keys)
    )
    make: Any = postgresql.insert if is_postgres() else sqlite.insert
    upsert = make(_CELLS).from_select([*KEYS, *SUMS], counted)
    added = {name: getattr(MapCluster, name) + upsert.excluded[name] for name in SUMS}
    return upsert.on_conflict_do_update(index_elements=KEYS, set_=added)


_FORGET_EMPTY = delete(_CELLS).where(EMPTY)


def _in_cells(source: FromClause, dimension: Dimension) -> Select[Any]:
    """The rows of a source counted in the finest kept cells by one dimension."""
    place = source.c
    keys = (
        value_of(place, dimension).label("value"),
        place.y.op(">>")(FINEST - KEPT).label("y"),
        place.x.op(">>")(FINEST - KEPT).label("x"),
        place.mode,
    )
    return select(
        literal(dimension.value, String).label("dimension"),
        *keys,
        func.sum(place.sign).label("estates"),
        func.sum(place.sign * millionths(place.lon + 180)).label("lon_sum"),
        func.sum(place.sign * millionths(place.lat + 90)).label("lat_sum"),
        func.sum(place.sign * place.number).label("number_sum"),
    ).group_by(*keys)


def value_of(place: Any, dimension: Dimension) -> ColumnElement[str]:
    """The value of a dimension that the columns of an estate on the map have."""
    match dimension:
        case Dimension.ALL:
            return literal("", String)
        case Dimension.OWNERSHIP:
            found: ColumnElement[str] = place.ownership
        case Dimension.CONDITION:
            found = place.condition
        case Dimension.DECADE:
            known = cast(place.year - place.year % 10, String)
            found = case((place.year.is_(None), UNKNOWN), else_=known)
    return found


def millionths(degrees: Any) -> ColumnElement[int]:
    """Positive degrees as whole millionths, the same on both databases."""
    return _floor(degrees * MILLION + 0.5, MapCluster.__table__.c.lon_sum.type)

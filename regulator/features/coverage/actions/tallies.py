"""Keeping today's tallies true: in the transaction of each change, and over midnight. Set-based, both ways alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite

from regulator.features.coverage.models import CoverageDay, CoverageEstate, CoverageTally
from regulator.features.coverage.models.counting import EMPTY
from regulator.features.coverage.queries.counting import counted_day, counted_on
from regulator.features.divisions.terms import Level
from regulator.features.registry.models import Estate
from regulator.features.registry.queries.bounds import turning
from regulator.foundation.bulk import listed
from regulator.foundation.clock import day_of
from regulator.foundation.database import is_postgres, session

TOUCHED = "touched"
LOCK = 0x636F7665
"""The number of PostgreSQL's advisory lock: counting is one at a time, so that two acts never wait for each other."""
COLUMNS = ("code", "division_code", "kind", "state", "floor_area", "households")
KEYS = ("division_code", "level", "kind", "state")
_ESTATES: Any = CoverageEstate.__table__
_TALLIES: Any = CoverageTally.__table__
NUMBERS = ("estates", "floor_area", "households", "floor_area_known", "households_known")


def count_changes(_sender: object, codes: Collection[str]) -> None:
    """Count these estates anew: the receiver of ``estates_touched``. Without tallies there is nothing to do."""
    day = counted_day()
    if day is not None and codes:
        _recount(day, codes)


def start_counting(now: datetime) -> None:
    """Begin to keep tallies, for today; counts everything there is. Does nothing when they are kept already."""
    if counted_day() is None:
        session().add(CoverageDay(id=1, day=day_of(now), counted_at=now))
        session().flush()
        count_all(now)


def count_all(now: datetime) -> None:
    """Count the whole register for today."""
    day = day_of(now)
    one_at_a_time()
    session().execute(delete(CoverageTally))
    session().execute(delete(CoverageEstate))
    session().execute(insert(CoverageEstate).from_select(COLUMNS, counted_on(day)))
    session().execute(_counting(_by_level(CoverageEstate.__table__, +1)))
    _stand_for(day, now)


def roll_over(now: datetime) -> None:
    """Bring the tallies to today: only estates of which something begins or ends in between are counted anew."""
    day, today = counted_day(), day_of(now)
    if day is None:
        start_counting(now)
    elif day < today:
        _recount(today, list(session().scalars(turning(day, today))))
        _stand_for(today, now)
    elif day > today:  # a clock was set back
        count_all(now)


def _stand_for(day: date, now: datetime) -> None:
    kept = session().get_one(CoverageDay, 1)
    kept.day, kept.counted_at = day, now
    session().flush()


# --- some estates anew ----------------------------------------------------------------------------------------------


class _Statements(NamedTuple):
    """What is said for each change, built once: building them takes longer than the database does."""

    count: Any
    leave: Any
    keep: Any


def _recount(day: date, codes: Collection[str]) -> None:
    one_at_a_time()
    session().flush()
    said, given = _statements(is_postgres()), {TOUCHED: sorted(set(codes)), "day": day}
    say = session().connection().execute  # tables, not models: the statements have values of their own
    say(said.count, given)
    say(_FORGET_EMPTY)
    say(said.leave, given)
    say(said.keep, given)


@cache
def _statements(_postgres: bool) -> _Statements:  # noqa: FBT001  # the key of what is kept
    """Take the touched estates out as they were kept and in as they are; then keep them as they are."""
    touched = listed(TOUCHED)
    fresh = counted_on(bindparam("day", type_=Date)).where(Estate.code.in_(touched))
    stale = select(CoverageEstate.__table__).where(CoverageEstate.code.in_(touched)).subquery()
    return _Statements(
        _counting([*_by_level(stale, -1), *_by_level(fresh.subquery(), +1)]),
        delete(_ESTATES).where(CoverageEstate.code.in_(touched)),
        insert(_ESTATES).from_select(COLUMNS, fresh),
    )


def one_at_a_time() -> None:
    """Wait until nobody else counts, here or in a room above that follows the same rows."""
    if is_postgres():
        session().execute(select(func.pg_advisory_xact_lock(LOCK)))


def _by_level(source: Any, sign: int) -> Sequence[Select[Any]]:
    """One select for each kept level: the numbers of the estates in ``source``, taken in or out."""
    place = source.c.division_code
    return [
        _numbers(source, sign, Level.CITY, func.substr(place, 1, 4).op("||")(literal("00"))),
        _numbers(source, sign, Level.DISTRICT, func.substr(place, 1, 6)).where(func.length(place) >= 9),
        _numbers(source, sign, Level.STREET, func.substr(place, 1, 9)).where(func.length(place) >= 9),
    ]


def _numbers(source: Any, sign: int, level: Level, place: Any) -> Select[Any]:
    return select(
        place.label("division_code"),
        literal(level.value).label("level"),
        source.c.kind,
        source.c.state,
        literal(sign).label("estates"),
        (sign * func.coalesce(source.c.floor_area, 0)).label("floor_area"),
        (sign * func.coalesce(source.c.households, 0)).label("households"),
        (sign * _known(source.c.floor_area)).label("floor_area_known"),
        (sign * _known(source.c.households)).label("households_known"),
    )


def _known(value: Any) -> ColumnElement[int]:
    found: ColumnElement[int] = case((value.is_(None), 0), else_=1)
    return found


def _counting(selects: Sequence[Select[Any]]) -> Any:
    """The statement that puts numbers to the tallies, in the order of their keys."""
    rows = union_all(*selects).subquery()
    keys = [rows.c[name] for name in KEYS]
    sums = (
        select(*keys, *(func.sum(rows.c[name]).label(name) for name in NUMBERS))
        .where(literal(True))  # SQLite cannot tell an upsert's ON from a join's otherwise
        .group_by(*keys)
        .order_by(*keys)
    )
    make: Any = postgresql.insert if is_postgres() else sqlite.insert
    upsert = make(_TALLIES).from_select([*KEYS, *NUMBERS], sums)
    added = {name: getattr(CoverageTally, name) + upsert.excluded[name] for name in NUMBERS}
    return upsert.on_conflict_do_update(index_elements=KEYS, set_=added)


_FORGET_EMPTY = delete(_TALLIES).where(EMPTY)

"""Estates as anyone may see them: the list by name, place and mode of a day. Disclosable fields only."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Integer, Text, bindparam, func, literal, select, tuple_

from regulator.features.divisions.terms import CODE_LENGTHS
from regulator.features.registry.models import Company, Estate, EstateName, EstateSearch, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.queries.public.asking import DAY, Look, Way, counted, look_for
from regulator.features.registry.queries.public.places import (
    PLACE_COLUMNS,
    Place,
    PublicDivision,
    read_place,
    with_place,
)
from regulator.features.registry.terms import Condition, EstateKind, Mode
from regulator.foundation.asking import AnySelect, ask
from regulator.foundation.database import is_postgres
from regulator.foundation.paging import COUNT_CEILING, Count, Page
from regulator.foundation.search import count_hits, join_hits

LIST = "public.estates"
UNKNOWN: Literal["unknown"] = "unknown"
"""Asks for the estates whose mode is not known on the day."""

ModeWanted = Mode | Literal["unknown"] | None


class PublicEstate(NamedTuple):
    """A line of the list; mode and company are of the day asked for, ``floor_area`` in 0.01 ㎡."""

    code: str
    name: str
    kind: EstateKind
    condition: Condition
    place: Place | None
    mode: Mode | None
    credit_code: str | None
    company_name: str | None
    households: int | None
    floor_area: int | None
    lon: float | None
    lat: float | None
    address: str | None


def public_estates(
    *,
    q: str = "",
    division: PublicDivision | None = None,
    mode: ModeWanted = None,
    cursor: str | None = None,
    limit: int,
    on: date,
) -> Page[PublicEstate]:
    """A page of the estates not retired, in one statement. Raises BadInput for an endless text or a wrong cursor."""
    look = _look(q, division)
    if look.nothing:
        return Page(())
    params = look.after(cursor, LIST) | _mode_value(mode)
    stmt = _list_statement(look.way, look.placed, _mode_kind(mode), is_postgres())
    rows = ask(stmt, limit=limit + 1, day=on, **params)
    shown = rows[:limit]
    width = 2 if look.way is Way.PLACE else 1
    more = look.cursor(LIST, tuple(shown[-1][-width:])) if len(rows) > limit else None
    return Page(tuple(map(_line, shown)), more)


def count_public_estates(
    *, q: str = "", division: PublicDivision | None = None, mode: ModeWanted = None, on: date | None = None
) -> Count:
    """How many the list has, counted up to 1,000; a mode needs the day."""
    look = _look(q, division)
    if look.nothing:
        return Count(0)
    stmt = _count_statement(look.way, look.placed, _mode_kind(mode), is_postgres())
    day = {"day": on} if mode is not None else {}
    return counted(ask(stmt, **look.params, **_mode_value(mode), **day).scalar())


def public_estate_names(codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The aliases and former names of several estates, by code, in one statement."""
    found: dict[str, tuple[str, ...]] = {}
    for code, name in ask(_NAMES_OF_SEVERAL, codes=list(codes)):
        found[code] = (*found.get(code, ()), name)
    return found


def count_estates_below(division: PublicDivision) -> dict[str, int]:
    """How many estates not retired lie in each division directly below one, by its code, in one statement."""
    below = division.level.below
    if below is None:
        return {}
    inside = {"low": division.range.low, "high": division.range.high}
    return dict(ask(_BELOW, length=CODE_LENGTHS[below], **inside))


_PART = func.substr(Estate.division_code, 1, bindparam("length", type_=Integer))
_BELOW = (
    select(_PART.label("part"), func.count())
    .where(
        Estate.division_code >= bindparam("low"),
        Estate.division_code < bindparam("high"),
        Estate.retired_on.is_(None),
    )
    .group_by("part")
)
_NAMES_OF_SEVERAL = (
    select(Estate.code, EstateName.name)
    .join(EstateName, EstateName.estate_id == Estate.id)
    .where(Estate.code.in_(bindparam("codes", expanding=True)))
    .order_by(EstateName.id)
)
_CODE_IN_USE = (
    select(literal(1))
    .select_from(Estate)
    .where(Estate.code >= bindparam("low"), Estate.code < bindparam("high"))
    .limit(1)
)
_COLUMNS = (
    Estate.code,
    Estate.name,
    Estate.kind,
    Estate.condition,
    Service.mode,
    Company.credit_code,
    Company.name,
    Estate.households,
    Estate.floor_area,
    Estate.lon,
    Estate.lat,
    Estate.address,
)


def _look(q: str, division: PublicDivision | None) -> Look:
    return look_for(
        q,
        division.range if division else None,
        code_exists=lambda codes: ask(_CODE_IN_USE, **codes).first() is not None,
        prefix=division.range.low if division else None,
    )


def _mode_kind(mode: ModeWanted) -> bool | None:
    return None if mode is None else mode != UNKNOWN


def _mode_value(mode: ModeWanted) -> dict[str, Mode]:
    return {"mode": mode} if isinstance(mode, Mode) else {}


@lru_cache
def _list_statement(  # the key of the cache
    way: Way,
    placed: bool,  # noqa: FBT001
    in_mode: bool | None,  # noqa: FBT001
    postgres: bool,  # noqa: FBT001
) -> AnySelect:
    del postgres  # the words of the search differ
    stmt, keys = _walk(select(*_COLUMNS, *PLACE_COLUMNS).select_from(Estate), way, placed=placed)
    stmt = _with_mode(stmt, in_mode).outerjoin(Company, Company.id == Service.company_id)
    stmt = with_place(stmt, Estate.division_code)
    return stmt.add_columns(*keys).order_by(*keys).limit(bindparam("limit"))


@lru_cache
def _count_statement(  # the key of the cache
    way: Way,
    placed: bool,  # noqa: FBT001
    in_mode: bool | None,  # noqa: FBT001
    postgres: bool,  # noqa: FBT001
) -> AnySelect:
    del postgres
    ceiling = COUNT_CEILING + 1
    if way is Way.HITS and in_mode is None:
        return count_hits(EstateSearch, bindparam("wanted", type_=Text), ceiling)
    stmt, _ = _walk(select(literal(1)).select_from(Estate), way, placed=placed)
    if in_mode is not None:
        stmt = _with_mode(stmt, in_mode)
    return select(func.count()).select_from(stmt.limit(ceiling).subquery())


def _walk(stmt: AnySelect, way: Way, *, placed: bool) -> tuple[AnySelect, tuple[Any, ...]]:
    """Restrict to what is looked for; also the columns of the index the list is walked by."""
    if way is Way.HITS:  # the words searched for include the mark of what is not retired
        stmt, seq = join_hits(stmt, EstateSearch, Estate.id, bindparam("wanted", type_=Text))
        return stmt.where(seq > bindparam("after")), (seq,)
    stmt = stmt.where(Estate.retired_on.is_(None))
    code, place = Estate.code, Estate.division_code
    if way is Way.PLACE:
        start = tuple_(bindparam("place"), bindparam("low"))
        return stmt.where(tuple_(place, code) >= start, place < bindparam("to")), (place, code)
    if placed:
        stmt = stmt.where(place >= bindparam("from"), place < bindparam("to"))
    return stmt.where(code >= bindparam("low"), code < bindparam("high")), (code,)


def _with_mode(stmt: AnySelect, in_mode: bool | None) -> AnySelect:  # noqa: FBT001  # three-valued
    """Join the service of the day; keep one mode (True), only what is not known (False), or everything (None)."""
    holds = (Service.estate_id == Estate.id) & active_on(DAY)
    if in_mode:
        return stmt.join(Service, holds & (Service.mode == bindparam("mode", type_=Service.mode.type)))
    stmt = stmt.outerjoin(Service, holds)
    return stmt.where(Service.id.is_(None)) if in_mode is False else stmt


def _line(row: Any) -> PublicEstate:
    return PublicEstate(row[0], row[1], row[2], row[3], read_place(row[12:19]), *row[4:12])

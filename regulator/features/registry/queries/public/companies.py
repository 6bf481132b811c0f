"""Companies as anyone may see them: the list, the page, whom they serve on a day. Disclosable fields only."""

from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, func, literal, null, select, tuple_

from regulator.features.registry.models import Company, CompanyName, CompanySearch, Estate, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.queries.public.asking import DAY, Look, Way, counted, look_for
from regulator.features.registry.queries.public.places import (
    Place,
    PublicDivision,
    own,
)
from regulator.features.registry.terms import CompanyStatus
from regulator.foundation.asking import AnySelect, ask, joined
from regulator.foundation.database import is_postgres
from regulator.foundation.paging import COUNT_CEILING, Count, Page
from regulator.foundation.search import count_hits, join_hits

LIST = "public.companies"
SEPARATOR = "、"


class PublicCompany(NamedTuple):
    """A line of the list. ``estate_count`` and ``floor_area`` (0.01 ㎡) are its services of the day asked for.

    ``floor_area`` adds the areas that are known; None when none is.
    """

    credit_code: str
    name: str
    status: CompanyStatus
    division: Place | None
    estate_count: int
    floor_area: int | None
    other_names: tuple[str, ...] = ()


def public_companies(
    *,
    q: str = "",
    division: PublicDivision | None = None,
    cursor: str | None = None,
    limit: int,
    on: date,
    with_names: bool = False,
) -> Page[PublicCompany]:
    """A page of the companies not retired, in one statement. Raises BadInput for an endless text or a wrong cursor.

    Former names and aliases come along on demand.
    """
    look = _look(q, division)
    if look.nothing:
        return Page(())
    params = look.after(cursor, LIST)
    stmt = _list_statement(look.way, look.placed, with_names, is_postgres())
    rows = ask(stmt, limit=limit + 1, day=on, **params)
    shown = rows[:limit]
    width = 2 if look.way is Way.PLACE else 1
    more = look.cursor(LIST, tuple(shown[-1][-width:])) if len(rows) > limit else None
    return Page(tuple(map(_line, shown)), more)


def count_public_companies(*, q: str = "", division: PublicDivision | None = None) -> Count:
    """How many the list has, counted up to 1,000."""
    look = _look(q, division)
    if look.nothing:
        return Count(0)
    return counted(ask(_count_statement(look.way, look.placed, is_postgres()), **look.params).scalar())


_CODE_IN_USE = (
    select(literal(1))
    .select_from(Company)
    .where(Company.credit_code >= bindparam("low"), Company.credit_code < bindparam("high"))
    .limit(1)
)


def _look(q: str, division: PublicDivision | None) -> Look:
    return look_for(
        q,
        division.range if division else None,
        code_exists=lambda codes: ask(_CODE_IN_USE, **codes).first() is not None,
        prefix=division.range.low if division else None,
    )


@lru_cache
def _list_statement(  # the key of the cache
    way: Way,
    placed: bool,  # noqa: FBT001
    named: bool,  # noqa: FBT001
    postgres: bool,  # noqa: FBT001
) -> AnySelect:
    del postgres  # the words of the search differ
    stmt = select(Company.id, Company.credit_code, Company.name, Company.status, Company.division_code)
    stmt, keys = _walk(stmt.select_from(Company), way, placed=placed)
    labels = [f"key_{i}" for i in range(len(keys))]
    labelled = [key.label(name) for key, name in zip(keys, labels, strict=True)]
    page = stmt.add_columns(*labelled).order_by(*keys).limit(bindparam("limit")).subquery("page")
    walked = [page.c[name] for name in labels]
    names_too = select(joined(CompanyName.name, SEPARATOR)).where(CompanyName.company_id == page.c.id).scalar_subquery()
    names = names_too if named else null()
    shown = (page.c.credit_code, page.c.name, page.c.status, own.code, own.name)
    return (
        select(*shown, _served_by(page.c.id), names, *walked)
        .select_from(page)
        .outerjoin(own, own.code == page.c.division_code)
        .order_by(*walked)
    )


def _served_by(company_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """How many estates a company serves and their floor area, as "3 1200000": one look at its services, no grouping."""
    area = func.coalesce(cast(func.sum(Estate.floor_area), Text), "")
    return (
        select(cast(func.count(), Text) + " " + area)
        .select_from(Service)
        .join(Estate, and_(Estate.id == Service.estate_id, Estate.retired_on.is_(None)))
        .where(Service.company_id == company_id, active_on(DAY))
        .scalar_subquery()
    )


@lru_cache
def _count_statement(way: Way, placed: bool, postgres: bool) -> AnySelect:  # noqa: FBT001  # the key of the cache
    del postgres
    ceiling = COUNT_CEILING + 1
    if way is Way.HITS:
        return count_hits(CompanySearch, bindparam("wanted", type_=Text), ceiling)
    stmt, _ = _walk(select(literal(1)).select_from(Company), way, placed=placed)
    return select(func.count()).select_from(stmt.limit(ceiling).subquery())


def _walk(stmt: AnySelect, way: Way, *, placed: bool) -> tuple[AnySelect, tuple[Any, ...]]:
    """Restrict to what is looked for; also the columns of the index the list is walked by."""
    if way is Way.HITS:  # the words searched for include the mark of what is not retired
        stmt, seq = join_hits(stmt, CompanySearch, Company.id, bindparam("wanted", type_=Text))
        return stmt.where(seq > bindparam("after")), (seq,)
    stmt = stmt.where(Company.retired_on.is_(None))
    code, place = Company.credit_code, Company.division_code
    if way is Way.PLACE:
        start = tuple_(bindparam("place"), bindparam("low"))
        return stmt.where(tuple_(place, code) >= start, place < bindparam("to")), (place, code)
    if placed:
        stmt = stmt.where(place >= bindparam("from"), place < bindparam("to"))
    return stmt.where(code >= bindparam("low"), code < bindparam("high")), (code,)


def _line(row: Any) -> PublicCompany:
    credit_code, name, status, division, division_name, served, names = row[:7]
    place = Place(division, division_name) if division is not None else None
    estates, _, area = served.partition(" ")
    other_names = tuple(names.split(SEPARATOR)) if names else ()
    return PublicCompany(credit_code, name, status, place, int(estates), int(area) if area else None, other_names)

"""Custodians: of one estate, and which estates of a territory need one and have none, by street and one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from regulator.features.coverage.models import Custodian
from regulator.features.coverage.queries.counting import rule_on, state_on
from regulator.features.coverage.rules.custody import UNNEEDED
from regulator.features.divisions.queries import NOWHERE, DivisionRow, Path, paths_of, within
from regulator.features.divisions.terms import CODE_LENGTHS, Level, Scope
from regulator.features.registry.models import Estate, Service
from regulator.features.registry.queries.bounds import active_on, narrowed
from regulator.features.registry.terms import EstateKind, Mode
from regulator.foundation.database import session
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

LIST = "office.custodians"
STREET = CODE_LENGTHS[Level.STREET]


# --- one estate -----------------------------------------------------------------------------------------------------


def in_charge_on(day: date) -> ColumnElement[bool]:
    """The condition that a custodian is in charge on a day."""
    return and_(Custodian.began_on <= day, or_(Custodian.ended_on.is_(None), Custodian.ended_on >= day))


def find_custodian(estate: Estate, day: date) -> Custodian | None:
    """Who is in charge of an estate on a day."""
    query = select(Custodian).where(Custodian.estate_code == estate.code, in_charge_on(day))
    return session().scalars(query).one_or_none()


def find_open_custodian(estate: Estate) -> Custodian | None:
    """Who is in charge of an estate until further notice."""
    query = select(Custodian).where(Custodian.estate_code == estate.code, Custodian.ended_on.is_(None))
    return session().scalars(query).one_or_none()


def is_needed(estate: Estate, *, day: date) -> bool:
    """Whether an estate needs a custodian on a day, has it one or not."""
    query = _needing(Scope.everything(), day).where(Estate.id == estate.id)
    return session().execute(query).first() is not None


def list_custodians_of(estate: Estate) -> list[Custodian]:
    """Every custodian an estate has had, the latest first."""
    query = select(Custodian).where(Custodian.estate_code == estate.code)
    return list(session().scalars(query.order_by(Custodian.began_on.desc())))


# --- estates that need one ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CustodyFilter:
    """What the list is narrowed to: a place, a mode (or not known), those without (the usual) or with a custodian."""

    division: DivisionRow | None = None
    mode: Mode | None = None
    mode_not_known: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """An estate that needs a custodian, with the one in charge where there is one; floor area in 0.01 ㎡."""

    code: str
    name: str
    kind: EstateKind
    division_code: str
    mode: Mode | None
    floor_area: int | None
    households: int | None
    custodian: str | None
    phone: str | None
    unit: str | None
    since: date | None
    place: Path = NOWHERE


_ROW: Any = (
    Estate.code,
    Estate.name,
    Estate.kind,
    Estate.division_code,
    Service.mode,
    Estate.floor_area,
    Estate.households,
    Custodian.name.label("custodian"),
    Custodian.phone,
    Custodian.unit,
    Custodian.began_on,
)


@dataclass(frozen=True, slots=True)
class StreetNeed:
    """A street with the estates that need a custodian, and how many of them have none."""

    code: str
    needing: int
    missing: int
    place: Path = NOWHERE

    @property
    def named(self) -> int:
        """How many have one."""
        return self.needing - self.missing


def list_needing(
    scope: Scope, wanted: CustodyFilter, *, day: date, cursor: str | None = None, limit: int = 50
) -> Page[CustodyRow]:
    """Estates that need a custodian on a day and have none (or have one), by place and code; six statements a page."""
    sort = Sort("code", (Estate.__table__.c.division_code, Estate.__table__.c.code))
    stmt = _list(scope, wanted, day)
    page = paginate(stmt, list_name=LIST, sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    places = paths_of(row.division_code for row in page.items)
    rows = (replace(CustodyRow(*row[: len(_ROW)]), place=places.get(row.division_code, NOWHERE)) for row in page.items)
    return Page(tuple(rows), page.next)


def count_needing(scope: Scope, wanted: CustodyFilter, *, day: date) -> Count:
    """How many such estates there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_list(scope, wanted, day))


def list_streets_needing(scope: Scope, division: DivisionRow | None, *, day: date) -> list[StreetNeed]:
    """The streets of a territory where estates need a custodian, those that miss most first, with exact counts."""
    street = func.substr(Estate.division_code, 1, STREET)
    missing = func.sum(case((Custodian.id.is_(None), 1), else_=0)).label("missing")
    query = (
        _needing(narrowed(scope, division), day)
        .with_only_columns(street, func.count(), missing, maintain_column_froms=True)
        .group_by(street)
        .order_by(missing.desc(), street)
    )
    rows = session().execute(query).all()
    places = paths_of(code for code, _, _ in rows)
    return [StreetNeed(code, needing, int(lost), places.get(code, NOWHERE)) for code, needing, lost in rows]


def _list(scope: Scope, wanted: CustodyFilter, day: date) -> Select[Any]:
    stmt = _needing(narrowed(scope, wanted.division), day)
    stmt = stmt.where(Custodian.id.is_not(None) if wanted.named else Custodian.id.is_(None))
    if wanted.mode_not_known:
        return stmt.where(Service.mode.is_(None))
    return stmt.where(Service.mode == wanted.mode) if wanted.mode else stmt


def _needing(scope: Scope, day: date) -> Select[Any]:
    """Estates that need a custodian on a day and who is in charge; the same as ``rules.custody.needs_custodian``."""
    stmt: Select[Any] = select(*_ROW)
    return (
        stmt.select_from(Estate)
        .outerjoin(Service, and_(Service.estate_id == Estate.id, active_on(day)))
        .outerjoin(Custodian, and_(Custodian.estate_code == Estate.code, in_charge_on(day)))
        .where(
            within(scope, Estate.division_code),
            Estate.kind.in_(rule_on(day).kinds),
            state_on(day).not_in([str(state) for state in UNNEEDED]),
        )
    )

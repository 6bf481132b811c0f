"""The few figures of the public start page, kept for a little while; every other figure belongs to its own room."""

import time
from datetime import date, datetime
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select

from regulator.features.divisions.terms import CodeRange, Level
from regulator.features.registry.models import Company, Estate, RegisterState, Service
from regulator.features.registry.queries.bounds import active_on
from regulator.features.registry.queries.public.asking import DAY
from regulator.features.registry.queries.public.places import public_divisions
from regulator.features.registry.terms import Mode
from regulator.foundation.asking import ask
from regulator.foundation.database import session

KEPT_SECONDS = 60.0
KEPT_AT_LEAST_SECONDS = 5.0


class District(NamedTuple):
    """A district with how many estates not retired lie in it."""

    code: str
    name: str
    estates: int


class Figures(NamedTuple):
    """What the register holds: of companies all, of estates those of the first city; ``served`` has somebody."""

    companies: int
    estates: int
    served: int
    unknown: int
    households: int | None
    floor_area: int | None
    districts: tuple[District, ...]
    day: date
    changed_at: datetime | None


_STATE = select(RegisterState.data_version, RegisterState.changed_at)
_COMPANIES = select(func.count()).select_from(Company).where(Company.retired_on.is_(None))
_DISTRICT = func.substr(Estate.division_code, 1, 6).label("district")
_ESTATES = (
    select(
        _DISTRICT,
        func.count(),
        func.sum(Estate.households),
        func.sum(Estate.floor_area),
        func.count(Service.id).filter(Service.mode.not_in([Mode.ABANDONED, Mode.NONE])),
        func.count() - func.count(Service.id),
    )
    .select_from(Estate)
    .outerjoin(Service, (Service.estate_id == Estate.id) & active_on(DAY))
    .where(
        Estate.division_code >= bindparam("low"),
        Estate.division_code < bindparam("high"),
        or_(Estate.retired_on.is_(None), Estate.retired_on > DAY),
    )
    .group_by(_DISTRICT)
)

_lock = Lock()
_kept: dict[str, tuple[float, object, Figures]] = {}


def public_figures(*, on: date) -> Figures:
    """The figures of a day; counted anew when the register has changed, but not more often than every few seconds."""
    register = str(getattr(session().get_bind(), "url", ""))
    version, changed_at = ask(_STATE).one()
    stamp = (version, changed_at, on)
    with _lock:
        kept = _kept.get(register)
    if kept is not None:
        age = time.monotonic() - kept[0]
        if age < KEPT_AT_LEAST_SECONDS or (age < KEPT_SECONDS and kept[1] == stamp):
            return kept[2]
    figures = _count(on, changed_at)
    with _lock:
        _kept[register] = (time.monotonic(), stamp, figures)
    return figures


def forget_figures() -> None:
    """Count anew at the next question (tests)."""
    with _lock:
        _kept.clear()


def _count(on: date, changed_at: datetime | None) -> Figures:
    companies = ask(_COMPANIES).scalar()
    cities = public_divisions(None)
    if not cities:
        return Figures(companies, 0, 0, 0, None, None, (), on, changed_at)
    inside: CodeRange = cities[0].range
    rows = {row[0]: row for row in ask(_ESTATES, low=inside.low, high=inside.high, day=on)}
    districts = [item for item in public_divisions(cities[0].code) if item.level is Level.DISTRICT and not item.closed]
    return Figures(
        companies,
        _sum(rows, 1) or 0,
        _sum(rows, 4) or 0,
        _sum(rows, 5) or 0,
        _sum(rows, 2),
        _sum(rows, 3),
        tuple(District(item.code, item.name, rows[item.code][1] if item.code in rows else 0) for item in districts),
        on,
        changed_at,
    )


def _sum(rows: dict[str, Any], at: int) -> int | None:
    known = [int(row[at]) for row in rows.values() if row[at] is not None]
    return sum(known) if known else None

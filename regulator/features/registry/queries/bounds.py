"""Conditions every question to the register shares: what holds on a day, and what lies in a scope."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true, union
from sqlalchemy.orm import aliased

from regulator.features.divisions.queries import DivisionRow, within
from regulator.features.divisions.terms import CITY_PREFIX, Scope
from regulator.features.registry.models import Company, Employment, Estate, Person, Service
from regulator.features.registry.models.record import Recorded

FAR = date(9999, 12, 31)
UNKNOWN_BEGIN = date(1, 1, 1)


def active_on(day: date, service: type[Service] = Service) -> ColumnElement[bool]:
    """The condition that a service is a fact on a day. One of unknown beginning is known from its ``stated_for`` on."""
    return and_(
        service.retired_on.is_(None),
        or_(service.ended_on.is_(None), service.ended_on >= day),
        func.coalesce(service.began_on, service.stated_for) <= day,
    )


def live_on(record: type[Recorded], day: date) -> ColumnElement[bool]:
    """The condition that a record is not retired on a day: from ``retired_on`` on it counts nowhere."""
    return or_(record.retired_on.is_(None), record.retired_on > day)


def employed_on(day: date, employment: type[Employment] = Employment) -> ColumnElement[bool]:
    """The condition that an employment holds on a day; an unknown beginning lies before every day."""
    return and_(
        or_(employment.began_on.is_(None), employment.began_on <= day),
        or_(employment.ended_on.is_(None), employment.ended_on >= day),
    )


def covers_a_city(scope: Scope) -> bool:
    """Whether a scope holds a whole city: then it also holds the companies that come from outside every division."""
    return any(len(item.low) <= CITY_PREFIX for item in scope.ranges)


def company_in_scope(scope: Scope, day: date) -> ColumnElement[bool]:
    """The condition on ``Company``: registered inside the scope, or serving an estate inside it on ``day``.

    A company without a division belongs to the whole city. A company user's scope is that one company.
    """
    if scope.is_everything:
        return true()
    parts: list[ColumnElement[bool]] = []
    if scope.credit_code:
        parts.append(Company.credit_code == scope.credit_code)
    if scope.ranges:
        registered = select(Company.id).where(within(scope, Company.division_code))
        serving = (
            select(Service.company_id)
            .join(Estate, Estate.id == Service.estate_id)
            .where(within(scope, Estate.division_code), Service.company_id.is_not(None), active_on(day))
        )
        parts.append(Company.id.in_(union(registered, serving).scalar_subquery()))
        if covers_a_city(scope):
            parts.append(Company.division_code.is_(None))
    return or_(*parts) if parts else false()


def company_registered_in(scope: Scope) -> ColumnElement[bool]:
    """The condition on ``Company`` that its master record belongs to the scope: who may correct it (domain.md §3)."""
    if scope.is_everything:
        return true()
    inside = within(scope, Company.division_code)
    return or_(inside, Company.division_code.is_(None)) if covers_a_city(scope) else inside


def estate_in_scope(scope: Scope, day: date) -> ColumnElement[bool]:
    """The condition on ``Estate``: it lies inside the scope, or that company serves it on ``day``."""
    parts = [within(scope, Estate.division_code)] if scope.ranges else []
    if scope.credit_code and not scope.is_everything:
        served = (
            select(Service.estate_id)
            .join(Company, Company.id == Service.company_id)
            .where(Company.credit_code == scope.credit_code, active_on(day))
        )
        parts.append(Estate.id.in_(served))
    return or_(*parts) if parts else false()


def last_employment() -> ColumnElement[bool]:
    """The condition on ``Employment`` that it is the person's present or latest one."""
    other = aliased(Employment)
    mine = func.coalesce(Employment.ended_on, FAR)
    theirs = func.coalesce(other.ended_on, FAR)
    later = or_(theirs > mine, and_(theirs == mine, other.id > Employment.id))
    return ~exists().where(other.person_id == Employment.person_id, other.id != Employment.id, later)


def person_in_scope(scope: Scope) -> ColumnElement[bool]:
    """The condition on ``Person``: the company of the present or last employment is registered in the scope.

    For a whole city nearly every row passes, so each is asked as it comes; a smaller scope is looked up first.
    """
    if scope.is_everything:
        return true()
    parts: list[ColumnElement[bool]] = [company_registered_in(scope)] if scope.ranges else []
    if scope.credit_code:
        parts.append(Company.credit_code == scope.credit_code)
    if not parts:
        return false()
    employed = (
        select(Employment.person_id)
        .join(Company, Company.id == Employment.company_id)
        .where(or_(*parts), last_employment())
    )
    if covers_a_city(scope):
        return employed.where(Employment.person_id == Person.id).exists()
    return Person.id.in_(employed)


def narrowed(scope: Scope, division: DivisionRow | None) -> Scope:
    """What a list's choice of a division leaves of a scope."""
    return scope.narrowed(division.range) if division else scope


def turning(day: date, until: date) -> Select[str]:
    """The codes of estates that may be otherwise on ``until`` than on an earlier day though nobody touched them."""
    begins = func.coalesce(Service.began_on, Service.stated_for)
    served = (
        select(Estate.code)
        .join(Service, Service.estate_id == Estate.id)
        .where(or_(_between(begins, day, until), (Service.ended_on >= day) & (Service.ended_on < until)))
    )
    own = select(Estate.code).where(
        or_(_between(Estate.condition_since, day, until), _between(Estate.retired_on, day, until))
    )
    return select(union(served, own).subquery().c.code)


def _between(moment: Any, day: date, until: date) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (moment > day) & (moment <= until)
    return found

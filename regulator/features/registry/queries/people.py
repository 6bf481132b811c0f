"""Questions about people: lists, one person with employments, certificates and estates; never a number in clear."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from regulator.features.divisions.terms import Scope
from regulator.features.registry.models import (
    Company,
    Employment,
    Estate,
    ManagerAssignment,
    Person,
    PersonCertificate,
    PersonSearch,
)
from regulator.features.registry.queries.bounds import estate_in_scope, last_employment, person_in_scope
from regulator.features.registry.rules.resident_id import LENGTH, normalise_id
from regulator.features.registry.terms import Sex, Title
from regulator.foundation import crypto
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate
from regulator.foundation.search import join_search, parse_query

LIST = "office.people"
SORTS = ("name", "-name", "updated", "-updated")


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """What a list of people is narrowed to. ``q`` is part of a name, or a whole resident ID number; ``division`` the
    code of the district of registration of their present or last company.
    """

    q: str | None = None
    division: str | None = None
    credit_code: str | None = None
    title: Title | None = None
    retired: bool = False
    sort: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list: the present or last employment beside the name; the number masked."""

    id: UUID
    name: str
    id_masked: str
    sex: Sex | None
    title: Title | None
    updated_at: datetime
    retired_on: date | None
    company: str | None = None
    credit_code: str | None = None
    post: str | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class EmploymentRow:
    """An employment with its company."""

    id: UUID
    company: str
    credit_code: str
    post: str | None
    is_head_of_post: bool | None
    is_full_time: bool | None
    began_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class ManagedRow:
    """An estate a person is or was project manager of."""

    id: UUID
    estate_code: str
    estate: str
    began_on: date | None
    ended_on: date | None
    in_scope: bool


# --- lists ----------------------------------------------------------------------------------------------------------


def list_people(scope: Scope, wanted: PersonFilter, *, cursor: str | None = None, limit: int = 50) -> Page[PersonRow]:
    """People whose present or last company is registered in the scope."""
    stmt, found_order = _list(scope, wanted)
    page = paginate(
        stmt, list_name=LIST, sort=_sort(wanted, found_order), cursor=cursor, limit=limit, item=lambda row: row
    )
    return Page(_rows(page.items), page.next)


def count_people(scope: Scope, wanted: PersonFilter) -> Count:
    """How many such people there are, counted to 1,000 and one."""
    return count_up_to_ceiling(_list(scope, wanted)[0])


def _list(scope: Scope, wanted: PersonFilter) -> tuple[Select[Any], ColumnElement[Any] | None]:
    stmt: Any = select(  # Select[...] counts its columns; lists add and drop some
        Person.id,
        Person.name,
        Person.id_masked,
        Person.sex,
        Person.title,
        Person.updated_at,
        Person.retired_on,
    ).where(person_in_scope(scope))
    if wanted.division:
        stmt = stmt.where(person_in_scope(Scope.division(wanted.division)))
    stmt = stmt.where(Person.retired_on.is_not(None) if wanted.retired else Person.retired_on.is_(None))
    if wanted.title:
        stmt = stmt.where(Person.title == wanted.title)
    if wanted.credit_code:
        stmt = stmt.where(Person.id.in_(_working_for(wanted.credit_code)))
    if is_whole_number(wanted.q):
        hashes = crypto.matching_hashes(normalise_id(wanted.q or ""))
        return stmt.where(Person.id_hash.in_(hashes)), None
    match = parse_query(wanted.q)
    if match is None:
        return stmt, None
    return join_search(stmt, PersonSearch, Person.__table__.c.id, match)


def is_whole_number(typed: str | None) -> bool:
    """Whether somebody looks for a resident ID number rather than a name."""
    number = normalise_id(typed or "")
    return len(number) == LENGTH and number[:-1].isascii() and number[:-1].isdigit()


def _working_for(credit_code: str) -> Select[Any]:
    return (
        select(Employment.person_id)
        .join(Company, Company.id == Employment.company_id)
        .where(Company.credit_code == credit_code, Employment.ended_on.is_(None))
    )


def _sort(wanted: PersonFilter, found_order: ColumnElement[Any] | None) -> Sort:
    if not wanted.sort and found_order is not None:
        return Sort("found", (found_order,))
    name = wanted.sort.removeprefix("-") or "name"
    columns: dict[str, tuple[Any, ...]] = {
        "name": (Person.name, Person.id),
        "updated": (Person.updated_at, Person.id),
    }
    return Sort(wanted.sort or "name", columns[name], descending=wanted.sort.startswith("-"))


def _rows(found: Sequence[Row[Any]]) -> tuple[PersonRow, ...]:
    jobs = _last_employments([row.id for row in found])
    return tuple(
        PersonRow(
            id=row.id,
            name=row.name,
            id_masked=row.id_masked,
            sex=row.sex,
            title=row.title,
            updated_at=row.updated_at,
            retired_on=row.retired_on,
            **jobs.get(row.id, {}),
        )
        for row in found
    )


def _last_employments(person_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    wanted = list(person_ids)
    if not wanted:
        return {}
    query = (
        select(Employment.person_id, Company.name, Company.credit_code, Employment.post, Employment.ended_on)
        .join(Company, Company.id == Employment.company_id)
        .where(Employment.person_id.in_(wanted), last_employment())
    )
    return {
        person: {"company": company, "credit_code": code, "post": post, "left_on": ended_on}
        for person, company, code, post, ended_on in session().execute(query)
    }


# --- one person -----------------------------------------------------------------------------------------------------


def get_person(scope: Scope, person_id: UUID) -> Person:
    """The person of this key. Raises NotFound outside the scope as if there were none."""
    found = session().scalars(select(Person).where(Person.id == person_id, person_in_scope(scope))).one_or_none()
    if found is None:
        raise NotFound(str(person_id))
    return found


def list_employments(person_id: UUID) -> list[EmploymentRow]:
    """All employments, the present one first."""
    query = (
        select(Employment, Company.name, Company.credit_code)
        .join(Company, Company.id == Employment.company_id)
        .where(Employment.person_id == person_id)
    )
    rows = [
        EmploymentRow(job.id, name, code, job.post, job.is_head_of_post, job.is_full_time, job.began_on, job.ended_on)
        for job, name, code in session().execute(query)
    ]
    rows.sort(key=lambda row: (row.ended_on or date.max, row.began_on or date.min), reverse=True)
    return rows


def list_certificates(person_id: UUID) -> list[PersonCertificate]:
    """The certificates a person holds, by number."""
    query = select(PersonCertificate).where(PersonCertificate.person_id == person_id)
    return list(session().scalars(query.order_by(PersonCertificate.number)))


def list_managed(scope: Scope, person_id: UUID, *, day: date) -> list[ManagedRow]:
    """The estates a person is or was project manager of; ``in_scope`` says whether the asker may open one."""
    query = (
        select(ManagerAssignment, Estate.code, Estate.name, estate_in_scope(scope, day))
        .join(Estate, Estate.id == ManagerAssignment.estate_id)
        .where(ManagerAssignment.person_id == person_id)
    )
    rows = [
        ManagedRow(item.id, code, name, item.began_on, item.ended_on, bool(inside))
        for item, code, name, inside in session().execute(query)
    ]
    rows.sort(key=lambda row: (row.ended_on or date.max, row.began_on or date.min), reverse=True)
    return rows


def count_staff(company_id: UUID, *, day: date) -> tuple[int, int]:
    """(people employed on a day, those of them stated to be full time)."""
    query = select(func.count(), func.count().filter(Employment.is_full_time.is_(True))).where(
        Employment.company_id == company_id,
        or_(Employment.began_on.is_(None), Employment.began_on <= day),
        or_(Employment.ended_on.is_(None), Employment.ended_on >= day),
    )
    total, full_time = session().execute(query).one()
    return total, full_time

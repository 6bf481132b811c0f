"""Does what the register keeps beside its rows still agree with them? Recomputed and compared, nothing repaired."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Text, and_, cast, exists, func, literal, select, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import aliased

from regulator.features.registry.models import (
    Company,
    CompanyLink,
    CompanySearch,
    Contract,
    ContractDispute,
    Employment,
    Estate,
    EstateCounter,
    EstateKey,
    EstateSearch,
    Person,
    PersonSearch,
    Service,
)
from regulator.features.registry.terms import SettlementState
from regulator.foundation.database import begin_to_write, is_postgres, session

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A check that failed: its name, how many rows, and the keys of the first few."""

    check: str
    count: int
    examples: tuple[str, ...]


Check = Callable[[], list[str]]


def list_discrepancies(checks: Mapping[str, Check]) -> Iterator[Discrepancy]:
    """Every check that finds something; each looks at the whole register."""
    for name, check in checks.items():
        found = check()
        if found:
            yield Discrepancy(name, len(found), tuple(found[:SHOWN]))


def _without_tokens() -> list[str]:
    """Records nobody can find by name."""
    missing: list[str] = []
    for model, search, key in (
        (Company, CompanySearch, Company.credit_code),
        (Estate, EstateSearch, Estate.code),
        (Person, PersonSearch, cast(Person.id, Text)),
    ):
        stmt = select(key).where(~exists().where(search.subject_id == model.id))
        missing.extend(session().scalars(stmt))
    return missing


def _broken_index() -> list[str]:
    """Search indexes of SQLite that disagree with their tokens (PostgreSQL computes its own)."""
    if is_postgres():
        return []
    broken = []
    for search in (CompanySearch, EstateSearch, PersonSearch):
        fts = f"{search.__tablename__}_fts"
        begin_to_write(session())  # to SQLite this check is a write: it waits for other writers, then lets go
        try:
            session().execute(text(f"INSERT INTO {fts}({fts}, rank) VALUES ('integrity-check', 1)"))  # noqa: S608  # ours
        except OperationalError:
            raise  # busy, not broken
        except DatabaseError:
            broken.append(fts)
    session().rollback()
    return broken


def _overlapping_services() -> list[str]:
    """Estates with two services on one day (物业管理条例 33)."""
    other = aliased(Service)
    begins, other_begins = (func.coalesce(row.began_on, row.stated_for) for row in (Service, other))
    stmt = (
        select(Estate.code)
        .join(Service, Service.estate_id == Estate.id)
        .join(other, and_(other.estate_id == Service.estate_id, other.id > Service.id))
        .where(Service.retired_on.is_(None), other.retired_on.is_(None))
        .where((other.ended_on.is_(None)) | (begins <= other.ended_on))
        .where((Service.ended_on.is_(None)) | (other_begins <= Service.ended_on))
        .distinct()
    )
    return list(session().scalars(stmt))


def _numbers_given_twice() -> list[str]:
    """Divisions whose counter stands below a number already given to an estate."""
    highest = (
        select(
            func.substr(Estate.code, 1, func.length(Estate.code) - 4).label("place"),
            func.max(func.substr(Estate.code, func.length(Estate.code) - 3)).label("last"),
        )
        .group_by("place")
        .subquery()
    )
    counted = select(EstateCounter.division_code, EstateCounter.last).subquery()
    stmt = (
        select(highest.c.place)
        .outerjoin(counted, counted.c.division_code == highest.c.place)
        .where(func.coalesce(counted.c.last, 0) < cast(highest.c.last, EstateCounter.last.type))
    )
    return list(session().scalars(stmt))


def _estates_without_key() -> list[str]:
    """Estates whose present place and name do not lead to them."""
    known = exists().where(
        EstateKey.estate_id == Estate.id,
        EstateKey.division_code == Estate.division_code,
        EstateKey.name == Estate.name,
    )
    return list(session().scalars(select(Estate.code).where(~known)))


def _misplaced() -> list[str]:
    """Estates whose mark "to be placed" disagrees with the length of their place's code."""
    at_community = func.length(Estate.division_code) == literal(12)
    return list(session().scalars(select(Estate.code).where(Estate.to_be_placed == at_community)))


def _links_without_effect() -> list[str]:
    """Settled links whose service names another company, open ones whose service names one already."""
    confirmed = and_(
        CompanyLink.state == SettlementState.CONFIRMED, Service.company_id.is_distinct_from(CompanyLink.company_id)
    )
    waiting = and_(CompanyLink.state == SettlementState.OPEN, Service.company_id.is_not(None))
    stmt = (
        select(Estate.code)
        .join(CompanyLink, CompanyLink.estate_id == Estate.id)
        .join(Service, Service.id == CompanyLink.service_id)
        .where(confirmed | waiting)
    )
    return list(session().scalars(stmt))


def _disputes_unrecorded() -> list[str]:
    """Contracts of different companies for one estate on the same days that stand in no dispute."""
    other = aliased(Contract)
    recorded = exists().where(
        ContractDispute.earlier_contract_id.in_((Contract.id, other.id)),
        ContractDispute.later_contract_id.in_((Contract.id, other.id)),
    )
    stmt = (
        select(Estate.code)
        .join(Contract, Contract.estate_id == Estate.id)
        .join(other, and_(other.estate_id == Contract.estate_id, other.id > Contract.id))
        .where(other.company_id != Contract.company_id)
        .where(Contract.retired_on.is_(None), other.retired_on.is_(None))
        .where((other.ended_on.is_(None)) | (Contract.began_on <= other.ended_on))
        .where((Contract.ended_on.is_(None)) | (other.began_on <= Contract.ended_on))
        .where(~recorded)
        .distinct()
    )
    return list(session().scalars(stmt))


def _employed_twice() -> list[str]:
    """People with two companies at a time."""
    other = aliased(Employment)
    stmt = (
        select(cast(Employment.person_id, Text))
        .join(other, and_(other.person_id == Employment.person_id, other.id > Employment.id))
        .where((other.ended_on.is_(None)) | (Employment.began_on <= other.ended_on))
        .where((Employment.ended_on.is_(None)) | (other.began_on <= Employment.ended_on))
        .distinct()
    )
    return list(session().scalars(stmt))


CHECKS: dict[str, Check] = {
    "contracts_overlap_unrecorded": _disputes_unrecorded,
    "counter_behind": _numbers_given_twice,
    "estate_key_missing": _estates_without_key,
    "link_without_effect": _links_without_effect,
    "person_employed_twice": _employed_twice,
    "place_mark_wrong": _misplaced,
    "search_index_broken": _broken_index,
    "search_tokens_missing": _without_tokens,
    "services_overlap": _overlapping_services,
}
"""Every check by the name it is reported under."""

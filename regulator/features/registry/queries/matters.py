"""What of the register waits for a person, as the rooms of matters see it: unconfirmed links, disputes, corrections.

A link's or a dispute's subject key is the estate's code and the row's own key; a correction's is the record's kind
and business key.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, select
from sqlalchemy.orm import aliased

from regulator.features.accounts.terms import Permission
from regulator.features.papers.queries.following import Source
from regulator.features.papers.terms import MatterKind, Outcome
from regulator.features.registry.models import (
    Company,
    CompanyLink,
    CompanyRequest,
    Contract,
    ContractDispute,
    Estate,
    Service,
)
from regulator.features.registry.terms import RequestState, SettlementState, SubjectKind
from regulator.foundation.database import session

BETWEEN, BESIDE = "/", " · "
KEY_DIGITS, CREDIT_CODE_LENGTH = 32, 18
"""A row's own key stands in a subject key by its hexadecimal digits."""
_earlier, _later = aliased(Contract), aliased(Contract)
_first, _second = aliased(Company), aliased(Company)


def _own_key(column: Any) -> ColumnElement[str]:
    return func.replace(cast(column, Text), "-", "")


def _estate_of(key: Any) -> ColumnElement[bool]:
    own = KEY_DIGITS + len(BETWEEN)
    return Estate.code == func.substr(key, 1, case((func.length(key) > own, func.length(key) - own), else_=0))


def _links(stmt: Select[Any]) -> Select[Any]:
    return (
        stmt.select_from(Estate)
        .join(CompanyLink, CompanyLink.estate_id == Estate.id)
        .join(Service, Service.id == CompanyLink.service_id)
    )


def _disputes(stmt: Select[Any]) -> Select[Any]:
    return (
        stmt.select_from(Estate)
        .join(ContractDispute, ContractDispute.estate_id == Estate.id)
        .join(_earlier, _earlier.id == ContractDispute.earlier_contract_id)
        .join(_later, _later.id == ContractDispute.later_contract_id)
        .join(_first, _first.id == _earlier.company_id)
        .join(_second, _second.id == _later.company_id)
    )


_rejected_by_somebody = and_(CompanyLink.state == SettlementState.REJECTED, CompanyLink.settled_by.is_not(None))
LINKS = Source(
    kind=MatterKind.LINK,
    handled_by=Permission.LINKS_CONFIRM,
    rows=_links,
    key=Estate.code + BETWEEN + _own_key(CompanyLink.id),
    title=CompanyLink.spelling + BESIDE + Estate.name,
    division_code=Estate.division_code,
    waits=and_(CompanyLink.state == SettlementState.OPEN, Service.retired_on.is_(None)),
    outcome=case(
        (CompanyLink.state == SettlementState.CONFIRMED, Outcome.DONE.value),
        (_rejected_by_somebody, Outcome.UNFOUNDED.value),
        else_=Outcome.TAKEN_BACK.value,
    ),
    found_by=_estate_of,
)
"""Names in lists that resemble a company; what a later list states otherwise, or whose period goes, is taken back."""
DISPUTES = Source(
    kind=MatterKind.DISPUTE,
    handled_by=Permission.CONTRACTS_EDIT,
    rows=_disputes,
    key=Estate.code + BETWEEN + _own_key(ContractDispute.id),
    title=_first.name + " / " + _second.name + BESIDE + Estate.name,
    division_code=Estate.division_code,
    waits=ContractDispute.state == SettlementState.OPEN,
    outcome=case(
        (ContractDispute.state == SettlementState.CONFIRMED, Outcome.DONE.value), else_=Outcome.TAKEN_BACK.value
    ),
    found_by=_estate_of,
)
"""Contracts of two companies on the same days; an overlap that is none any more is taken back."""


def row_key(estate_code: str, own_key: UUID) -> str:
    """What a matter about a link or a dispute of an estate goes by."""
    return f"{estate_code}{BETWEEN}{own_key.hex}"


def correction_key(kind: SubjectKind, key: str) -> str:
    """What a matter about the correction of a record goes by."""
    return f"{kind.value}{BETWEEN}{key}"


def _correction_of(kind: SubjectKind, model: Any, business: Any) -> Source:
    """Corrections of one sort of record. The matter itself says that one waits; it must not outlive the record."""
    start = correction_key(kind, "")
    return Source(
        kind=MatterKind.CORRECTION,
        handled_by=Permission.RECORDS_CONFIRM,
        rows=lambda stmt: stmt.select_from(model),
        key=start + business,
        title=model.name,
        division_code=model.division_code,
        waits=model.retired_on.is_(None),
        outcome=case((model.retired_on.is_not(None), Outcome.DONE.value), else_=Outcome.TAKEN_BACK.value),
        found_by=lambda key: business == func.substr(key, len(start) + 1),
        every=False,
        prefix=start,
    )


ESTATE_CORRECTIONS = _correction_of(SubjectKind.ESTATE, Estate, Estate.code)
COMPANY_CORRECTIONS = _correction_of(SubjectKind.COMPANY, Company, Company.credit_code)
REQUESTS = Source(
    kind=MatterKind.REQUEST,
    handled_by=Permission.COMPANIES_EDIT,
    rows=lambda stmt: stmt.select_from(CompanyRequest).join(Company, Company.id == CompanyRequest.company_id),
    key=Company.credit_code + BETWEEN + _own_key(CompanyRequest.id),
    title=Company.name,
    division_code=Company.division_code,
    waits=CompanyRequest.state == RequestState.OPEN,
    outcome=case(
        (CompanyRequest.state == RequestState.CONFIRMED, Outcome.DONE.value),
        (CompanyRequest.state == RequestState.RETURNED, Outcome.UNFOUNDED.value),
        else_=Outcome.TAKEN_BACK.value,
    ),
    found_by=lambda key: Company.credit_code == func.substr(key, 1, CREDIT_CODE_LENGTH),
)
"""Changes companies ask for of their own records."""
SOURCES = (LINKS, DISPUTES, ESTATE_CORRECTIONS, COMPANY_CORRECTIONS, REQUESTS)


def list_keys(source: Source, *where: ColumnElement[bool]) -> set[str]:
    """Subject keys of the rows a condition finds that wait for a person."""
    return set(session().scalars(source.rows(select(source.key)).where(source.waits, *where)))

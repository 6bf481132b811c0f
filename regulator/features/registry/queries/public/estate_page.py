"""One estate as anyone may see it: its facts, who serves it on a day and who did, contracts, manager, committee."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from regulator.features.registry.models import (
    Committee,
    Company,
    Contract,
    Estate,
    EstateName,
    ManagerAssignment,
    Person,
    Service,
)
from regulator.features.registry.queries.public.asking import DAY, is_code
from regulator.features.registry.queries.public.company_page import OtherName
from regulator.features.registry.queries.public.places import PLACE_COLUMNS, Place, read_place, with_place
from regulator.features.registry.rules.contracts import ContractFacts
from regulator.features.registry.rules.services import ServiceFacts, basis_of_service
from regulator.features.registry.terms import (
    Basis,
    Condition,
    ContractKind,
    EstateKind,
    Mode,
    Ownership,
    RecordedBasis,
)
from regulator.foundation.asking import ask
from regulator.foundation.errors import NotFound

MAX_CODE = 16


class EstateFacts(NamedTuple):
    """What the register says of the place itself; areas in 0.01 ㎡, lon and lat CGCS2000."""

    key: UUID
    code: str
    name: str
    kind: EstateKind
    condition: Condition
    condition_since: date | None
    address: str | None
    lon: float | None
    lat: float | None
    floor_area: int | None
    area_multi_storey: int | None
    area_high_rise: int | None
    area_villa: int | None
    area_other: int | None
    site_area: int | None
    buildings: int | None
    households: int | None
    completion_year: int | None
    ownership: Ownership | None
    facilities: str | None
    duty_phone: str | None
    updated_at: datetime
    confirmed_at: datetime | None
    retired_on: date | None


class Served(NamedTuple):
    """A period of service; ``basis`` only of the one that holds on the day. ``fee`` in fen for each ㎡ and month."""

    mode: Mode
    credit_code: str | None
    company_name: str | None
    began_on: date | None
    stated_for: date | None
    ended_on: date | None
    fee: int | None
    recorded_basis: RecordedBasis | None
    basis: Basis | None = None
    unconfirmed: bool = False  # a list names a manager whom nobody has matched with a company yet


class PublicContract(NamedTuple):
    """A contract by its parties and days."""

    kind: ContractKind
    credit_code: str
    company_name: str
    began_on: date
    ended_on: date | None
    fee: int | None
    service_level: str | None


class PublicCommittee(NamedTuple):
    """An owners' committee by name and term."""

    name: str
    term_began_on: date
    term_ended_on: date | None


class EstatePage(NamedTuple):
    """Everything anyone may know of one estate on a day."""

    facts: EstateFacts
    place: Place | None
    names: tuple[OtherName, ...]
    service: Served | None
    history: tuple[Served, ...]
    contracts: tuple[PublicContract, ...]
    manager: str | None
    committee: PublicCommittee | None


_FACTS = tuple(getattr(Estate, name) for name in ("id", *EstateFacts._fields[1:]))
_PAGE = with_place(select(*_FACTS, *PLACE_COLUMNS), Estate.division_code).where(Estate.code == bindparam("code"))
_ESTATE = bindparam("estate", type_=Estate.id.type)
_NAMES = (
    select(EstateName.name, EstateName.kind, EstateName.ended_on)
    .where(EstateName.estate_id == _ESTATE)
    .order_by(EstateName.ended_on.desc(), EstateName.id.desc())
)
_SERVICES = (
    select(
        Service.mode,
        Company.credit_code,
        Company.name,
        Service.began_on,
        Service.stated_for,
        Service.ended_on,
        Service.fee,
        Service.recorded_basis,
        Service.company_spelling,
    )
    .outerjoin(Company, Company.id == Service.company_id)
    .where(Service.estate_id == _ESTATE, Service.retired_on.is_(None))
)
_CONTRACTS = (
    select(
        Contract.kind,
        Company.credit_code,
        Company.name,
        Contract.began_on,
        Contract.ended_on,
        Contract.fee,
        Contract.service_level,
    )
    .join(Company, Company.id == Contract.company_id)
    .where(Contract.estate_id == _ESTATE, Contract.retired_on.is_(None))
    .order_by(Contract.began_on.desc())
)
_MANAGER = (
    select(Person.name)
    .join(ManagerAssignment, ManagerAssignment.person_id == Person.id)
    .where(
        ManagerAssignment.estate_id == _ESTATE,
        or_(ManagerAssignment.began_on.is_(None), ManagerAssignment.began_on <= DAY),
        or_(ManagerAssignment.ended_on.is_(None), ManagerAssignment.ended_on >= DAY),
        Person.retired_on.is_(None),
    )
    .order_by(ManagerAssignment.id.desc())
    .limit(1)
)
_COMMITTEE = (
    select(Committee.name, Committee.term_began_on, Committee.term_ended_on)
    .where(Committee.estate_id == _ESTATE, Committee.retired_on.is_(None), Committee.term_began_on <= DAY)
    .order_by(Committee.term_began_on.desc())
    .limit(1)
)


def public_estate(code: str, *, on: date) -> EstatePage:
    """One estate, retired ones included, as of a day, in six statements. Raises NotFound."""
    row = ask(_PAGE, code=code).one_or_none() if is_code(code) and len(code) <= MAX_CODE else None
    if row is None:
        raise NotFound(code)
    facts = EstateFacts(*row[: len(_FACTS)])
    contracts = tuple(PublicContract(*item) for item in ask(_CONTRACTS, estate=facts.key))
    periods = sorted((_period(item) for item in ask(_SERVICES, estate=facts.key)), key=_known_from, reverse=True)
    current = next((period for period in periods if _facts(period).covers(on)), None)
    committee = ask(_COMMITTEE, estate=facts.key, day=on).one_or_none()
    return EstatePage(
        facts,
        read_place(row[len(_FACTS) :]),
        tuple(OtherName(*item) for item in ask(_NAMES, estate=facts.key)),
        _with_basis(current, contracts, on) if current else None,
        tuple(period for period in periods if period is not current and _known_from(period) <= on),
        tuple(item for item in contracts if item.began_on <= on),
        ask(_MANAGER, estate=facts.key, day=on).scalar(),
        PublicCommittee(*committee) if committee else None,
    )


def _period(row: Any) -> Served:
    *facts, spelling = row
    return Served(*facts)._replace(unconfirmed=row[1] is None and spelling is not None)


def _facts(period: Served) -> ServiceFacts:
    return ServiceFacts(
        period.mode,
        period.credit_code,
        None,
        period.began_on,
        period.stated_for,
        period.ended_on,
        period.recorded_basis,
    )


def _known_from(period: Served) -> date:
    return _facts(period).known_from


def _with_basis(period: Served, contracts: tuple[PublicContract, ...], on: date) -> Served:
    own = [item for item in contracts if item.credit_code == period.credit_code]
    facts = [ContractFacts(item.credit_code, item.began_on, item.ended_on) for item in own]
    agreed = next((c.fee for c, f in zip(own, facts, strict=True) if f.covers(on) and c.fee is not None), None)
    fee = period.fee if period.fee is not None else agreed
    return period._replace(basis=basis_of_service(_facts(period), facts, on), fee=fee)

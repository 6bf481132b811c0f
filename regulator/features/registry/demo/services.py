"""Who serves an invented estate, since when, on what contract, and what went wrong."""

from datetime import date, timedelta
from uuid import UUID

from regulator.features.registry.demo import words
from regulator.features.registry.demo.draws import Shares
from regulator.features.registry.demo.maker import Maker
from regulator.features.registry.demo.plan import MODE_SHARES, Row
from regulator.features.registry.rules.notices import GIVERS
from regulator.features.registry.terms import (
    ContractKind,
    Mode,
    NoticeKind,
    Party,
    RecordedBasis,
    SettlementState,
)

MANAGED_BY_COMPANY = (Mode.PROFESSIONAL, Mode.INTERIM_CUSTODY)
MODES = Shares(MODE_SHARES)
NOTICE_KINDS, PARTIES = tuple(NoticeKind), tuple(Party)
PROOF_AWAITED = timedelta(days=14)
"""So long after a notice nobody has recorded yet when it was received."""
TERMS = (365, 730, 1095, 1825)  # days of a contract


def add_management(maker: Maker, estate: UUID, mode: Mode, year: int, recorded: Row) -> None:
    draws = maker.draws
    company = maker.some_company() if mode in MANAGED_BY_COMPANY else None
    first = max(date(min(year, maker.plan.today.year - 2), 7, 1), date(2004, 1, 1))
    began = max(min(maker.day(draws.between(60, 5200)), maker.day(40)), first)
    if company:
        began = max(began, company.founded + timedelta(days=60))
    if began > first + timedelta(days=400) and draws.happens(0.45):
        _earlier_manager(maker, estate, first, began - timedelta(days=1), recorded)
    unknown = draws.happens(0.15)
    unclear = company is not None and mode is Mode.PROFESSIONAL and draws.happens(0.01)
    spelling = company.name.replace("有限公司", "公司") if company and unclear else None
    fee = draws.between(40, 400) if mode.is_managed else None
    service = maker.key()
    basis = RecordedBasis.EMERGENCY if mode is Mode.INTERIM_CUSTODY and draws.happens(0.6) else None
    maker.rows["service"].append(
        (
            *(service, estate, mode, company.key if company and not spelling else None, spelling),
            *(None if unknown else began, maker.day(54), None, basis, fee, *recorded),
        )
    )
    if company and spelling:
        maker.rows["company_link"].append(
            (maker.key(), estate, service, spelling, [company.code], SettlementState.OPEN, recorded[2], 1)
        )
    if company and mode is Mode.PROFESSIONAL:
        _contracts(maker, estate, company.key, began, fee, recorded)
        _manager(maker, estate, company.key, began)
        _notice(maker, estate, company.key, recorded)


def _earlier_manager(maker: Maker, estate: UUID, first: date, ended: date, recorded: Row) -> None:
    company = maker.some_company()
    began = max(first, company.founded + timedelta(days=60))
    until = min(ended, began + timedelta(days=1094))
    if until < began:
        return
    maker.rows["service"].append(
        (
            *(maker.key(), estate, Mode.PROFESSIONAL, company.key, None, began, None, until, None),
            *(maker.draws.between(30, 300), *recorded),
        )
    )
    maker.rows["contract"].append(_contract(maker, maker.key(), estate, company.key, began, until, None, recorded))


def _contracts(maker: Maker, estate: UUID, company: UUID, began: date, fee: int | None, recorded: Row) -> None:
    """One contract after another from the beginning of the service; the last may have run out."""
    draws = maker.draws
    length = draws.one_of(TERMS)
    start, keys = began, []
    while start <= maker.plan.today:
        end = start + timedelta(days=length - 1)
        key = maker.key()
        maker.rows["contract"].append(_contract(maker, key, estate, company, start, end, fee, recorded))
        keys.append((key, start, end))
        start = end + timedelta(days=1)
        if end < maker.plan.today and draws.happens(0.12):
            break
    if draws.happens(0.006):
        _dispute(maker, estate, company, keys[-1], recorded)


def _dispute(maker: Maker, estate: UUID, company: UUID, last: tuple[UUID, date, date], recorded: Row) -> None:
    other = maker.some_company().key
    if other == company:
        return
    key, begins = maker.key(), max(last[1], min(last[2] - timedelta(days=90), maker.day(30)))
    ends = begins + timedelta(days=729)
    maker.rows["contract"].append(_contract(maker, key, estate, other, begins, ends, None, recorded))
    shared_until = min(last[2], ends)
    maker.rows["contract_dispute"].append(
        (maker.key(), estate, last[0], key, begins, shared_until, SettlementState.OPEN, recorded[2], 1)
    )


def _contract(
    maker: Maker, key: UUID, estate: UUID, company: UUID, began: date, ended: date, fee: int | None, recorded: Row
) -> Row:
    signed = began - timedelta(days=maker.draws.between(3, 45))
    filed = signed + timedelta(days=maker.draws.between(2, 25)) if maker.draws.happens(0.85) else None
    if filed and filed > maker.plan.today:
        filed = None
    return (key, estate, company, ContractKind.ORDINARY, None, began, ended, signed, filed, fee, *recorded)


def _manager(maker: Maker, estate: UUID, company: UUID, began: date) -> None:
    people = maker.managers.get(company)
    if people:
        person = maker.draws.one_of(people)
        maker.rows["manager_assignment"].append((maker.key(), person, estate, began, None, 1))


def _notice(maker: Maker, estate: UUID, company: UUID, recorded: Row) -> None:
    draws = maker.draws
    if not draws.happens(0.015):
        return
    kind = draws.one_of(NOTICE_KINDS)
    drawn = Party.OWNERS if kind is NoticeKind.DISMISSAL else draws.one_of(PARTIES)
    party = drawn if drawn in GIVERS[kind] else GIVERS[kind][0]
    dated = maker.day(draws.between(5, 120))
    arrived = dated + timedelta(days=draws.between(0, 5))
    received = arrived if maker.plan.today - dated > PROOF_AWAITED else None
    maker.rows["notice"].append(
        (
            maker.key(),
            estate,
            company,
            kind,
            party,
            dated,
            received,
            f"函〔{dated.year}〕{draws.between(1, 60)}号",
            *recorded,
        )
    )


def add_committee(maker: Maker, estate: UUID, name: str, year: int, recorded: Row) -> None:
    draws = maker.draws
    if not draws.happens(0.22) or year > maker.plan.today.year - 3:
        return
    began = max(maker.day(draws.between(60, 2200)), date(year, 7, 1))
    elected, ends = began - timedelta(days=20), began + timedelta(days=1825)
    filed = began + timedelta(days=draws.between(5, 40)) if draws.happens(0.85) else None
    key = maker.key()
    number = f"备〔{began.year}〕{draws.between(1, 400)}号" if filed else None
    maker.rows["committee"].append((key, estate, f"{name}业主委员会", elected, began, ends, filed, number, *recorded))
    maker.rows["committee_member"].extend(
        (maker.key(), key, maker.person_name(), post) for post in words.COMMITTEE_POSTS
    )

"""Acts on companies: register, correct, rename, name, confirm, retire. Judges first, then changes, then tells."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from regulator.features.audit.terms import Actor
from regulator.features.registry import signals
from regulator.features.registry.actions import matters
from regulator.features.registry.actions.records import (
    FieldChange,
    claim_version,
    confirm_record,
    correct_record,
    create_record,
    note_change,
    retire_record,
)
from regulator.features.registry.actions.reindexing import reindex_company
from regulator.features.registry.facts import facts_of
from regulator.features.registry.models import Company, CompanyName
from regulator.features.registry.queries.companies import count_open_services
from regulator.features.registry.rules.companies import judge_company, judge_former_name, judge_retiring
from regulator.features.registry.rules.credit_code import judge_credit_code
from regulator.features.registry.terms import Change, NameKind, RecordAct, RecordSource, SubjectKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import Conflict, NotFound

KIND = SubjectKind.COMPANY


def register_company(
    credit_code: str,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    source: RecordSource = RecordSource.TYPED,
) -> Company:
    """Add a company; ``values`` are its columns. Raises Refused for a wrong code, Conflict for one known already."""
    judge_credit_code(credit_code).or_refuse()
    judge_company(founded_on=values.get("founded_on"), today=day_of(now)).or_refuse()
    if session().scalar(select(Company.id).where(Company.credit_code == credit_code)) is not None:
        raise Conflict("company_duplicate", about="credit_code")
    company = Company(credit_code=credit_code, **values)
    create_record(
        company,
        kind=KIND,
        key=credit_code,
        division_code=company.division_code,
        actor=actor,
        now=now,
        source=source,
    )
    reindex_company(company)
    signals.send(signals.companies_changed, [Change(credit_code, None, facts_of(company))])
    return company


def correct_company(
    company: Company, changes: Mapping[str, Any], *, version: int, reason: str, actor: Actor, now: datetime,
    asks: bool = True,
) -> list[str]:  # fmt: skip
    """Set what differs; gives the names of the fields. Raises StaleVersion, Refused.

    ``asks`` another official to confirm the record, where the correction is not part of something that was asked for.
    """
    judge_company(founded_on=changes.get("founded_on"), today=day_of(now)).or_refuse()
    before = facts_of(company)
    changed = correct_record(
        company,
        changes,
        kind=KIND,
        key=company.credit_code,
        division_code=company.division_code,
        version=version,
        reason=reason,
        actor=actor,
        now=now,
    )
    if changed:
        reindex_company(company)
        if asks:
            matters.ask_confirmation(company, reason=reason, actor=actor, now=now)
        signals.send(signals.companies_changed, [Change(company.credit_code, before, facts_of(company))])
    return changed


def rename_company(
    company: Company, name: str, *, last_day: date, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Give a company its new name; the present one becomes a former name whose last day is ``last_day``."""
    claim_version(company, version)
    judge_former_name(name, company.name, last_day, day_of(now)).or_refuse()
    with _telling(company):
        former = company.name
        _put_name(company.id, former, NameKind.FORMER, last_day)
        company.name = name
        session().flush()
        told = [FieldChange("name", former, name), FieldChange("former_name", None, f"{former} ({last_day})")]
        _note(company, told, RecordAct.RENAMED, actor, now, reason)
        matters.ask_confirmation(company, reason=reason, actor=actor, now=now)


def add_company_name(
    company: Company,
    name: str,
    *,
    kind: NameKind,
    ended_on: date | None = None,
    version: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Record an alias, or a former name with its last day where known. Raises Conflict when it is there already."""
    claim_version(company, version)
    judge_former_name(name, company.name, ended_on, day_of(now)).or_refuse()
    with _telling(company):
        try:
            with session().begin_nested():
                session().add(CompanyName(company_id=company.id, name=name, kind=kind, ended_on=ended_on))
                session().flush()
        except IntegrityError as error:
            raise Conflict("name_known_already", about="name") from error
        _note(company, [_name_change(kind, None, name, ended_on)], RecordAct.NAME_ADDED, actor, now, reason)


def remove_company_name(
    company: Company, name_id: UUID, *, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Take away a name that never led to this company. Raises NotFound when it is not one of its names."""
    claim_version(company, version)
    found = session().get(CompanyName, name_id)
    if found is None or found.company_id != company.id:
        raise NotFound(str(name_id))
    with _telling(company):
        change = _name_change(found.kind, found.name, None, found.ended_on)
        session().delete(found)
        session().flush()
        _note(company, [change], RecordAct.NAME_REMOVED, actor, now, reason)


def confirm_company(company: Company, *, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Say that the record has been looked at and is right today."""
    with _telling(company, reindex=False):
        confirm_record(
            company,
            kind=KIND,
            key=company.credit_code,
            division_code=company.division_code,
            actor=actor,
            now=now,
            version=version,
        )
    matters.note_confirmed(KIND, [company.credit_code], actor=actor, now=now)


def retire_company(company: Company, *, day: date, version: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take a company out of the register. Raises Refused while it serves an estate."""
    judge_retiring(day, day_of(now), count_open_services(company.id)).or_refuse()
    with _telling(company):
        retire_record(
            company,
            kind=KIND,
            key=company.credit_code,
            division_code=company.division_code,
            version=version,
            reason=reason,
            day=day,
            actor=actor,
            now=now,
        )
    matters.note_confirmed(KIND, [company.credit_code], actor=actor, now=now, reason=reason)


@contextmanager
def _telling(company: Company, *, reindex: bool = True) -> Iterator[None]:
    """What follows every act on a company: the index made true again and the rooms above told."""
    before = facts_of(company)
    yield
    if reindex:
        reindex_company(company)
    signals.send(signals.companies_changed, [Change(company.credit_code, before, facts_of(company))])


def _put_name(company_id: UUID, name: str, kind: NameKind, ended_on: date | None) -> None:
    """Keep a name beside the present one; one that is there already becomes what is said of it now."""
    known = (
        session()
        .scalars(select(CompanyName).where(CompanyName.company_id == company_id, CompanyName.name == name))
        .one_or_none()
    )
    if known is None:
        session().add(CompanyName(company_id=company_id, name=name, kind=kind, ended_on=ended_on))
    else:
        known.kind, known.ended_on = kind, ended_on


def _name_change(kind: NameKind, before: str | None, after: str | None, ended_on: date | None) -> FieldChange:
    field = "former_name" if kind is NameKind.FORMER else "alias"
    until = f" ({ended_on})" if ended_on else ""
    return FieldChange(field, before and before + until, after and after + until)


def _note(company: Company, told: list[FieldChange], act: RecordAct, actor: Actor, now: datetime, reason: str) -> None:
    note_change(
        company,
        told,
        kind=KIND,
        key=company.credit_code,
        division_code=company.division_code,
        act=act,
        actor=actor,
        now=now,
        reason=reason,
    )

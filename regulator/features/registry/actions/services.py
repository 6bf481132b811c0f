"""Acts on who serves an estate: change of manager, leaving, basis, correction, mistake. The estate is the lock."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from regulator.features.audit.terms import Actor
from regulator.features.registry import signals
from regulator.features.registry.actions import matters
from regulator.features.registry.actions.records import (
    FieldChange,
    claim_version,
    correct_record,
    create_record,
    note_change,
    retire_record,
)
from regulator.features.registry.facts import plain
from regulator.features.registry.models import Company, CompanyLink, Estate, Service
from regulator.features.registry.queries.services import list_period_facts, service_facts
from regulator.features.registry.rules.services import (
    ProposedService,
    judge_basis,
    judge_leaving,
    judge_service_change,
)
from regulator.features.registry.terms import Change, Mode, RecordAct, RecordedBasis, SubjectKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput
from regulator.law.findings import Verdict

KIND = SubjectKind.SERVICE
DAY = timedelta(days=1)


def change_service(
    estate: Estate,
    *,
    mode: Mode,
    company: Company | None,
    began_on: date,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
    ended_on: date | None = None,
    recorded_basis: RecordedBasis | None = None,
    basis_document: str | None = None,
    fee: int | None = None,
) -> Service:
    """Record who serves from a day on: one act that ends the open period the day before and opens the next.

    With ``ended_on`` an earlier period is filled in and nothing is ended. ``version`` is the estate's.
    Raises StaleVersion, Refused (two services never overlap, 条例 33).
    """
    claim_version(estate, version)
    code = company.credit_code if company else None
    proposed = ProposedService(mode, code, began_on, ended_on, recorded_basis)
    judge_service_change(list_period_facts(estate.id), proposed, today=day_of(now)).or_refuse()
    with _telling(estate):
        open_one = find_open_service(estate) if ended_on is None else None
        if open_one is not None:
            _end(open_one, estate, began_on - DAY, None, actor, now)
        service = Service(
            estate_id=estate.id,
            mode=mode,
            company_id=company.id if company else None,
            began_on=began_on,
            ended_on=ended_on,
            recorded_basis=recorded_basis,
            basis_document=basis_document,
            fee=fee,
        )
        _open(service, estate, actor, now)
        told = [*_told(open_one, mode, company), FieldChange("began_on", None, began_on.isoformat())]
        act = RecordAct.BASIS_RECORDED if recorded_basis else RecordAct.SERVICE_OPENED
        if recorded_basis:
            told.append(FieldChange("recorded_basis", None, recorded_basis.value))
        _note(estate, told, act, actor, now, reason)
    return service


def record_basis(
    estate: Estate,
    service: Service,
    basis: RecordedBasis,
    *,
    from_day: date,
    document: str | None,
    version: int,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> Service:
    """Record hand-over (民法典 950) or emergency as the basis from a day on: a period of its own, the same manager.

    Days before keep the basis they had. On the period's own first day it is corrected instead.
    """
    claim_version(estate, version)
    facts = next(period for period in list_period_facts(estate.id) if period.key == service.id)
    judge_basis(facts, basis).or_refuse()
    if service.ended_on is not None:
        raise BadInput("service_already_ended", {"ended_on": service.ended_on})
    if from_day == facts.known_from:
        changes = {"recorded_basis": basis, "basis_document": document}
        correct_service(estate, service, changes, version=version, reason=reason or "", actor=actor, now=now)
        return service
    company = session().get(Company, service.company_id) if service.company_id else None
    if company is None and service.mode is Mode.PROFESSIONAL:
        raise BadInput("service_company_unconfirmed")
    return change_service(
        estate,
        mode=service.mode,
        company=company,
        began_on=from_day,
        version=version,
        actor=actor,
        now=now,
        reason=reason,
        recorded_basis=basis,
        basis_document=document,
        fee=service.fee,
    )


def end_service(
    estate: Estate,
    service: Service,
    *,
    left_on: date,
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> Service:
    """Record that who served has really left, ``left_on`` being the last day; the estate is *abandoned* from the next.

    Raises StaleVersion, Refused.
    """
    claim_version(estate, version)
    facts = next(period for period in list_period_facts(estate.id) if period.key == service.id)
    judge_leaving(facts, left_on, today=day_of(now)).or_refuse()
    with _telling(estate):
        told = _told(service, Mode.ABANDONED, None)
        _end(service, estate, left_on, reason, actor, now)
        nobody = Service(estate_id=estate.id, mode=Mode.ABANDONED, began_on=left_on + DAY)
        _open(nobody, estate, actor, now)
        told.append(FieldChange("ended_on", None, left_on.isoformat()))
        _note(estate, told, RecordAct.SERVICE_ENDED, actor, now, reason)
    return nobody


def correct_service(
    estate: Estate,
    service: Service,
    changes: Mapping[str, Any],
    *,
    version: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Correct the days, fee or document of a period; gives the names of the fields. Raises StaleVersion, Refused."""
    claim_version(estate, version)
    _judge_correction(estate, service, changes, day_of(now)).or_refuse()
    with _telling(estate):
        before = {name: plain(getattr(service, name)) for name in changes}
        changed = correct_record(
            service, changes, kind=KIND, key=estate.code, division_code=estate.division_code,
            version=service.version, reason=reason, actor=actor, now=now,
        )  # fmt: skip
        told = [FieldChange(name, before[name], plain(changes[name])) for name in changed]
        if told:
            _note(estate, told, RecordAct.SERVICE_CORRECTED, actor, now, reason)
    return changed


def _judge_correction(estate: Estate, service: Service, changes: Mapping[str, Any], today: date) -> Verdict:
    began_on = changes.get("began_on", service.began_on) or service.stated_for
    if began_on is None:
        raise BadInput("began_on_missing", about="began_on")
    company = session().get(Company, service.company_id) if service.company_id else None
    proposed = ProposedService(
        service.mode,
        company.credit_code if company else service.company_spelling if service.mode.is_managed else None,
        began_on,
        changes.get("ended_on", service.ended_on),
        changes.get("recorded_basis", service.recorded_basis),
    )
    return judge_service_change(list_period_facts(estate.id), proposed, today=today, replaces=service.id)


def retire_service(estate: Estate, service: Service, *, version: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take a period that was recorded by mistake out of the register; it stays readable and counts nowhere."""
    claim_version(estate, version)
    with _telling(estate):
        told = [FieldChange("service", service.mode.value, None), FieldChange("company", _name(service), None)]
        retire_record(
            service, kind=KIND, key=estate.code, division_code=estate.division_code, version=service.version,
            reason=reason, day=day_of(now), actor=actor, now=now,
        )  # fmt: skip
        _note(estate, told, RecordAct.SERVICE_RETIRED, actor, now, reason)
    matters.follow_links(CompanyLink.service_id == service.id, actor=actor, now=now, reason=reason)


def find_open_service(estate: Estate) -> Service | None:
    """The period of an estate that has no last day."""
    query = select(Service).where(
        Service.estate_id == estate.id, Service.ended_on.is_(None), Service.retired_on.is_(None)
    )
    return session().scalars(query.order_by(func.coalesce(Service.began_on, Service.stated_for))).one_or_none()


# --- what the acts share --------------------------------------------------------------------------------------------


def _open(service: Service, estate: Estate, actor: Actor, now: datetime) -> None:
    create_record(service, kind=KIND, key=estate.code, division_code=estate.division_code, actor=actor, now=now)


def _end(service: Service, estate: Estate, last_day: date, why: str | None, actor: Actor, now: datetime) -> None:
    """End a period and let the database know before the next one opens (it refuses two on one day)."""
    service.ended_on, service.ended_reason = last_day, why
    told = [FieldChange("ended_on", None, last_day.isoformat())]
    if why:
        told.append(FieldChange("ended_reason", None, why))
    note_change(
        service, told, kind=KIND, key=estate.code, division_code=estate.division_code, act=RecordAct.SERVICE_ENDED,
        actor=actor, now=now, reason=why,
    )  # fmt: skip


def _told(before: Service | None, mode: Mode, company: Company | None) -> list[FieldChange]:
    """Mode and manager before and after, as the estate's history shows them."""
    return [
        FieldChange("mode", before.mode.value if before else None, mode.value),
        FieldChange("company", _name(before) if before else None, company.name if company else None),
    ]


def _name(service: Service) -> str | None:
    company = session().get(Company, service.company_id) if service.company_id else None
    return company.name if company else service.company_spelling


@contextmanager
def _telling(estate: Estate) -> Iterator[None]:
    """Tell the rooms above of the estate's periods before and after, in this very transaction."""
    before = service_facts(estate.id)
    yield
    session().flush()
    after = service_facts(estate.id)
    if before != after:
        signals.send(signals.services_changed, [Change(estate.code, before, after)])


def _note(
    estate: Estate, told: list[FieldChange], act: RecordAct, actor: Actor, now: datetime, reason: str | None
) -> None:
    note_change(
        estate, told, kind=SubjectKind.ESTATE, key=estate.code, division_code=estate.division_code, act=act,
        actor=actor, now=now, reason=reason or None,
    )  # fmt: skip

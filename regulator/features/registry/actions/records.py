"""The one way to change a record: compare its version, change it, remember each field, write the trail.

The acts of each kind (companies, estates, …) judge first, call these, and then reindex and send their signal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy.exc import IntegrityError

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.registry.actions.nature import claim_nature, touch_register
from regulator.features.registry.facts import facts_of, masked
from regulator.features.registry.models import (
    Committee,
    Company,
    Contract,
    Estate,
    Notice,
    Person,
    RecordChange,
    Service,
)
from regulator.features.registry.terms import RecordAct, RecordSource, RegisterNature, SubjectKind
from regulator.foundation.database import session
from regulator.foundation.errors import BadInput, Conflict

Record: TypeAlias = Company | Person | Estate | Service | Contract | Committee | Notice

DUPLICATES = {
    SubjectKind.COMPANY: Conflict("company_duplicate").code,
    SubjectKind.CONTRACT: Conflict("contract_duplicate").code,
    SubjectKind.ESTATE: Conflict("estate_duplicate").code,
    SubjectKind.PERSON: Conflict("person_duplicate").code,
    SubjectKind.SERVICE: Conflict("service_duplicate").code,
}
"""What is said when the database knows the business key of a new record already."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after an act, as JSON values with phones and personal numbers masked."""

    field: str
    before: Any
    after: Any


def create_record(
    record: Record,
    *,
    kind: SubjectKind,
    key: str,
    division_code: str | None,
    actor: Actor,
    now: datetime,
    source: RecordSource = RecordSource.TYPED,
) -> None:
    """Add a record and say so in its history and in the trail; decides an undecided register.

    Raises Conflict("<kind>_duplicate") when the database knows the business key already.
    """
    claim_nature(RegisterNature.DEMO if source is RecordSource.DEMO else RegisterNature.REAL, now)
    record.source = source
    record.registered_at = record.updated_at = now
    record.version = 1
    try:
        with session().begin_nested():
            session().add(record)
            session().flush()
    except IntegrityError as error:
        if kind not in DUPLICATES:  # it has no business key, so it is no duplicate
            raise
        raise Conflict(DUPLICATES[kind]) from error
    _remember(record, kind, key, RecordAct.REGISTERED, (), actor, now, reason=None)
    facts = {name: value for name, value in _stated(record).items() if value is not None}
    audit.record(
        actor, f"{kind.value}.registered", kind.value, key, now=now, division_code=division_code, facts={"after": facts}
    )
    touch_register(now)


def correct_record(
    record: Record,
    changes: Mapping[str, Any],
    *,
    kind: SubjectKind,
    key: str,
    division_code: str | None,
    version: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Set the columns in ``changes`` that differ; gives their names, none when nothing differs (then nothing is done).

    Raises StaleVersion when the record is no longer the version the form showed; nothing was overwritten.
    """
    claim_version(record, version)
    unknown = changes.keys() - facts_of(record).keys()
    if unknown:
        raise ValueError(f"not for correction: {sorted(unknown)}")
    differing = [name for name, value in changes.items() if getattr(record, name) != value]
    if not differing:
        return []
    told = [FieldChange(name, masked(name, getattr(record, name)), masked(name, changes[name])) for name in differing]
    for name in differing:
        setattr(record, name, changes[name])
    note_change(
        record,
        told,
        kind=kind,
        key=key,
        division_code=division_code,
        act=RecordAct.CORRECTED,
        actor=actor,
        now=now,
        reason=reason,
    )
    return differing


def note_change(
    record: Record,
    changes: Sequence[FieldChange],
    *,
    kind: SubjectKind,
    key: str,
    division_code: str | None,
    act: RecordAct,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Count the record on and remember what an act changed in it or beside it (names, employments, periods).

    The caller has made the change and, where a form showed a version, has called `claim_version` before.
    """
    record.version += 1
    record.updated_at = now
    session().flush()
    _remember(record, kind, key, act, changes, actor, now, reason=reason)
    facts: dict[str, Any] = {
        "before": {change.field: change.before for change in changes},
        "after": {change.field: change.after for change in changes},
        "version": record.version,
    }
    if reason:
        facts["reason"] = reason
    audit.record(actor, f"{kind.value}.{act.value}", kind.value, key, now=now, division_code=division_code, facts=facts)
    touch_register(now)


def note_look(
    record: Record,
    *,
    kind: SubjectKind,
    key: str,
    division_code: str | None,
    act: RecordAct,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Remember that something masked was looked at, and why; the record itself does not change."""
    _remember(record, kind, key, act, (), actor, now, reason=reason)
    facts = {"reason": reason}
    audit.record(actor, f"{kind.value}.{act.value}", kind.value, key, now=now, division_code=division_code, facts=facts)


def confirm_record(
    record: Record,
    *,
    kind: SubjectKind,
    key: str,
    division_code: str | None,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> None:
    """Say that what the record states has been looked at and is right today. Raises StaleVersion."""
    if version is not None:
        claim_version(record, version)
    _refuse_retired(record)
    record.confirmed_at = now
    note_change(
        record,
        (),
        kind=kind,
        key=key,
        division_code=division_code,
        act=RecordAct.CONFIRMED,
        actor=actor,
        now=now,
    )


def retire_record(
    record: Record,
    *,
    kind: SubjectKind,
    key: str,
    division_code: str | None,
    version: int,
    reason: str,
    day: date,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a record out of the register from a day on; it stays readable and counts nowhere. Raises StaleVersion."""
    claim_version(record, version)
    _refuse_retired(record)
    record.retired_on, record.retired_reason = day, reason
    told = [FieldChange("retired_on", None, day.isoformat()), FieldChange("retired_reason", None, reason)]
    note_change(
        record,
        told,
        kind=kind,
        key=key,
        division_code=division_code,
        act=RecordAct.RETIRED,
        actor=actor,
        now=now,
        reason=reason,
    )


def claim_version(record: Record, version: int) -> None:
    """Hold the row against others until the transaction ends and compare its version. Raises StaleVersion.

    On PostgreSQL a second writer waits here for the first and then sees the first one's version.
    """
    session().refresh(record, with_for_update=True)
    record.expect_version(version)


def _refuse_retired(record: Record) -> None:
    if record.retired_on is not None:
        raise BadInput("already_retired", {"day": record.retired_on})


def _stated(record: Record) -> dict[str, Any]:
    return {name: masked(name, value) for name, value in facts_of(record).items()}


def _remember(
    record: Record,
    kind: SubjectKind,
    key: str,
    act: RecordAct,
    changes: Sequence[FieldChange],
    actor: Actor,
    now: datetime,
    *,
    reason: str | None,
) -> None:
    for change in changes or (None,):
        session().add(
            RecordChange(
                subject_kind=kind,
                subject_id=record.id,
                subject_key=key,
                version=record.version,
                at=now,
                act=act.value,
                field=change.field if change else None,
                before=change.before if change else None,
                after=change.after if change else None,
                reason=reason,
                actor_username=actor.username,
                actor_name=actor.name,
                actor_role=actor.role[:40],
            )
        )
    session().flush()

"""Acts of data verification: open a round, confirm records, declare a district done, close the round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.divisions.queries import DivisionRow
from regulator.features.divisions.terms import Scope
from regulator.features.registry.actions import matters
from regulator.features.registry.actions.records import confirm_record
from regulator.features.registry.models import VerificationConfirmation, VerificationDistrict, VerificationRound
from regulator.features.registry.queries.verification import (
    DISTRICT,
    count_all_pending,
    facts_of_records,
    find_district,
    list_district_codes,
    list_records,
)
from regulator.features.registry.rules.verification import (
    judge_closing,
    judge_confirming,
    judge_done,
    judge_opening,
)
from regulator.features.registry.terms import SubjectKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import keep_still, session
from regulator.foundation.errors import NotFound

SUBJECT = "verification_round"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What confirming several records came to: how many, and the keys of those changed since they were shown."""

    count: int
    changed: tuple[str, ...] = ()


def open_round(name: str, due_on: date, *, instruction: str | None, actor: Actor, now: datetime) -> VerificationRound:
    """Open a round for every district there is today. Raises Refused while another is open."""
    keep_still(VerificationRound.__tablename__)
    others = session().scalar(
        select(func.count()).select_from(VerificationRound).where(VerificationRound.closed_at.is_(None))
    )
    judge_opening(others_open=others or 0, due_on=due_on, today=day_of(now)).or_refuse()
    number = (session().scalar(select(func.max(VerificationRound.number))) or 0) + 1
    opened = VerificationRound(
        number=number,
        name=name,
        instruction=instruction,
        due_on=due_on,
        opened_at=now,
        opened_by=actor.name,
        version=1,
    )
    session().add(opened)
    session().flush()
    for district in list_district_codes(day_of(now)):
        session().add(VerificationDistrict(round_id=opened.id, division_code=district.code, version=1))
    session().flush()
    _record(actor, "opened", opened, now, None, name=name, due_on=due_on.isoformat())
    return opened


def confirm_records(
    current: VerificationRound,
    scope: Scope,
    kind: SubjectKind,
    shown: Sequence[tuple[str, int]],
    *,
    actor: Actor,
    now: datetime,
) -> Confirmed:
    """Confirm records as they were shown (business key and version); what changed meanwhile is left and named.

    Records outside the scope are passed over as if there were none. Raises Refused when the round is closed or the
    district has declared itself done.
    """
    versions = dict(shown)
    records = list_records(scope, kind, list(versions))
    keys = {item.id: item.code if kind is SubjectKind.ESTATE else item.credit_code for item in records}
    _judge_districts(current, records)
    fresh = [item for item in records if item.version == versions[keys[item.id]] and item.retired_on is None]
    known = _known(current, kind, fresh)
    fresh = [item for item in fresh if item.id not in known]
    for item in fresh:
        confirm_record(
            item,
            kind=kind,
            key=keys[item.id],
            division_code=item.division_code,
            actor=actor,
            now=now,
            version=versions[keys[item.id]],
        )
    matters.note_confirmed(kind, [keys[item.id] for item in fresh], actor=actor, now=now)
    facts = facts_of_records(type(fresh[0]), fresh, day=day_of(now)) if fresh else {}
    for item in fresh:
        session().add(
            VerificationConfirmation(
                round_id=current.id,
                subject_kind=kind,
                subject_id=item.id,
                subject_key=keys[item.id],
                division_code=item.division_code,
                version=item.version,
                facts=facts[item.id],
                confirmed_at=now,
                confirmed_by=actor.name,
            )
        )
    session().flush()
    changed = tuple(keys[item.id] for item in records if item not in fresh and item.id not in known)
    return Confirmed(len(fresh), changed)


def _judge_districts(current: VerificationRound, records: Sequence[Any]) -> None:
    """Hold the districts' parts still and refuse when one of them is done."""
    for code in sorted({item.division_code[:DISTRICT] for item in records}):
        part = _claim_district(current, code)
        judge_confirming(closed=current.closed_at is not None, district_done=part.confirmed_at is not None).or_refuse()


def _claim_district(current: VerificationRound, code: str) -> VerificationDistrict:
    session().refresh(current, with_for_update={"read": True})
    part = find_district(current, code)
    if part is None:
        raise NotFound(code)
    session().refresh(part, with_for_update=True)
    return part


def _known(current: VerificationRound, kind: SubjectKind, records: Sequence[Any]) -> set[Any]:
    query = select(VerificationConfirmation.subject_id).where(
        VerificationConfirmation.round_id == current.id,
        VerificationConfirmation.subject_kind == kind,
        VerificationConfirmation.subject_id.in_([item.id for item in records]),
    )
    return set(session().scalars(query))


def declare_done(
    current: VerificationRound, district: DivisionRow, *, remark: str | None, actor: Actor, now: datetime
) -> None:
    """A district says that all its records are confirmed. Raises Refused while some are not."""
    part = _claim_district(current, district.code)
    judge_done(
        closed=current.closed_at is not None,
        district_done=part.confirmed_at is not None,
        remaining=count_all_pending(Scope.division(district.code), current),
    ).or_refuse()
    part.confirmed_at, part.confirmed_by, part.remark = now, actor.name, remark
    part.version += 1
    session().flush()
    _record(actor, "district_done", current, now, district.code, district=district.name, remark=remark)


def close_round(current: VerificationRound, *, version: int, actor: Actor, now: datetime) -> None:
    """Close a round for good: nothing of it can be confirmed any more. Raises StaleVersion, Refused."""
    session().refresh(current, with_for_update=True)
    current.expect_version(version)
    judge_closing(closed=current.closed_at is not None).or_refuse()
    current.closed_at, current.closed_by = now, actor.name
    current.version += 1
    session().flush()
    _record(actor, "closed", current, now, None)


def _record(
    actor: Actor, act: str, current: VerificationRound, now: datetime, division_code: str | None, **facts: Any
) -> None:
    audit.record(
        actor, f"verification.{act}", SUBJECT, str(current.number), now=now, division_code=division_code, facts=facts
    )

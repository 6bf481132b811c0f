"""Acts on the duty roster: set shifts, one or a whole plan, and take one off again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from regulator.features.accounts.models import Account
from regulator.features.accounts.queries.people import AuthorityRow
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers.models import DutyShift
from regulator.features.papers.queries.duty import Judged, judge_plan
from regulator.features.papers.rules.duty import Planned, judge_cancelling
from regulator.features.papers.terms import PaperAct, PaperSubject
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import StaleVersion
from regulator.law.calendar import WorkingDays


def set_shift(
    authority: AuthorityRow, planned: Planned, *, phone: str | None, days: WorkingDays, actor: Actor, now: datetime
) -> None:
    """Put one shift on the roster. Raises Refused."""
    _hold([planned.account_id])
    (judged,) = judge_plan(authority, [planned], days=days, now=now)
    judged.verdict.or_refuse()
    _write(authority, [judged], phone, actor, now)


def set_plan(
    authority: AuthorityRow, plan: Sequence[Planned], *, fitting: int, phone: str | None, days: WorkingDays,
    actor: Actor, now: datetime,
) -> int:  # fmt: skip
    """Put what fits of a plan on the roster and give how many shifts that were.

    `fitting` is how many fitted when the plan was looked at. Raises StaleVersion when it is another number by now.
    """
    _hold(one.account_id for one in plan)
    judged = [one for one in judge_plan(authority, plan, days=days, now=now) if one.verdict]
    if len(judged) != fitting:
        raise StaleVersion(len(judged), fitting)
    if judged:
        _write(authority, judged, phone, actor, now)
    return len(judged)


def cancel_shift(shift_id: UUID, authority: AuthorityRow, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take a shift off the roster; the row stays, and what ran of it counts. Raises Refused."""
    shift = session().get_one(DutyShift, shift_id, with_for_update=True, populate_existing=True)
    judge_cancelling(
        ended_at=shift.ended_at, cancelled_at=shift.cancelled_at, reason=reason, now=now
    ).or_refuse()  # fmt: skip
    shift.cancelled_at, shift.cancelled_by, shift.cancelled_reason = now, actor.name, reason.strip()
    session().flush()
    facts: dict[str, JSON] = {
        "account": str(shift.account_id),
        "began_at": shift.began_at.isoformat(),
        "ended_at": shift.ended_at.isoformat(),
        "reason": reason.strip(),
    }
    _record(PaperAct.DUTY_CANCELLED, authority, facts, actor, now)


def _hold(account_ids: Iterable[UUID]) -> None:
    """Let nobody else put these people on a roster until this transaction ends, nor close their accounts."""
    held = select(Account.id).where(Account.id.in_(set(account_ids))).order_by(Account.id)
    session().execute(held.with_for_update(key_share=True)).all()


def _write(
    authority: AuthorityRow, judged: Sequence[Judged], phone: str | None, actor: Actor, now: datetime
) -> None:  # fmt: skip
    shifts = [
        DutyShift(
            id=new_key(), authority_id=authority.id, account_id=one.planned.account_id, kind=one.planned.kind,
            began_at=one.planned.span.begin, ended_at=one.planned.span.end, phone=phone, set_at=now,
            set_by=actor.name,
        )
        for one in judged
    ]  # fmt: skip
    session().add_all(shifts)
    session().flush()
    listed: list[JSON] = [
        [str(one.account_id), one.kind, one.began_at.isoformat(), one.ended_at.isoformat()] for one in shifts
    ]
    _record(PaperAct.DUTY_SET, authority, {"count": len(shifts), "shifts": listed}, actor, now)


def _record(
    act: PaperAct, authority: AuthorityRow, facts: dict[str, JSON], actor: Actor, now: datetime
) -> None:  # fmt: skip
    audit.record(
        actor, act, PaperSubject.DUTY, authority.name, now=now, division_code=authority.division_code, facts=facts
    )

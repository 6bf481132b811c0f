"""Acts on notices between owners and company: record, correct, retire. Their clocks start in a later room."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from regulator.features.audit.terms import Actor
from regulator.features.registry import signals
from regulator.features.registry.actions.records import correct_record, create_record, retire_record
from regulator.features.registry.models import Company, Estate, Notice
from regulator.features.registry.queries.notices import notice_facts
from regulator.features.registry.rules.notices import judge_notice
from regulator.features.registry.terms import Change, SubjectKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

KIND = SubjectKind.NOTICE


def record_notice(
    estate: Estate, company: Company, values: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Notice:
    """Record a notice (民法典 946-948): kind, by whom, its date and document. Raises Refused."""
    _judge(values, now)
    notice = Notice(estate_id=estate.id, company_id=company.id, **values)
    create_record(notice, kind=KIND, key=estate.code, division_code=estate.division_code, actor=actor, now=now)
    _tell(estate, None, notice_facts(notice, company.credit_code))
    return notice


def correct_notice(
    estate: Estate, notice: Notice, changes: Mapping[str, Any], *, version: int, reason: str, actor: Actor,
    now: datetime,
) -> list[str]:  # fmt: skip
    """Set what differs; gives the names of the fields. Raises StaleVersion, Refused."""
    fields = ("kind", "given_by", "dated_on", "received_on")
    _judge({name: changes.get(name, getattr(notice, name)) for name in fields}, now)
    credit_code = session().get_one(Company, notice.company_id).credit_code
    before = notice_facts(notice, credit_code)
    changed = correct_record(
        notice, changes, kind=KIND, key=estate.code, division_code=estate.division_code, version=version,
        reason=reason, actor=actor, now=now,
    )  # fmt: skip
    if changed:
        _tell(estate, before, notice_facts(notice, credit_code))
    return changed


def retire_notice(estate: Estate, notice: Notice, *, version: int, reason: str, actor: Actor, now: datetime) -> None:
    """Take a notice recorded by mistake out of the register."""
    credit_code = session().get_one(Company, notice.company_id).credit_code
    before = notice_facts(notice, credit_code)
    retire_record(
        notice, kind=KIND, key=estate.code, division_code=estate.division_code, version=version, reason=reason,
        day=day_of(now), actor=actor, now=now,
    )  # fmt: skip
    _tell(estate, before, notice_facts(notice, credit_code))


def _judge(values: Mapping[str, Any], now: datetime) -> None:
    judge_notice(
        values["kind"],
        values["given_by"],
        dated_on=values["dated_on"],
        received_on=values.get("received_on"),
        today=day_of(now),
    ).or_refuse()


def _tell(estate: Estate, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
    signals.send(signals.notices_changed, [Change(estate.code, before, after)])

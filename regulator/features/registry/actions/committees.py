"""Acts on owners' committees: record a term, correct it with its members, retire it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from regulator.features.audit.terms import Actor
from regulator.features.registry.actions.records import (
    FieldChange,
    correct_record,
    create_record,
    note_change,
    retire_record,
)
from regulator.features.registry.models import Committee, CommitteeMember, Estate
from regulator.features.registry.queries.committees import MemberRow, list_members
from regulator.features.registry.rules.contracts import judge_committee
from regulator.features.registry.terms import RecordAct, SubjectKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import session

KIND = SubjectKind.COMMITTEE


def register_committee(
    estate: Estate, values: Mapping[str, Any], members: Sequence[MemberRow], *, actor: Actor, now: datetime
) -> Committee:
    """Record a committee's term with its members; filing after the 30 days (条例 16) is shown, not refused."""
    committee = Committee(estate_id=estate.id, **values)
    _judge(values, now)
    create_record(committee, kind=KIND, key=estate.code, division_code=estate.division_code, actor=actor, now=now)
    _put_members(committee, members)
    return committee


def correct_committee(
    estate: Estate,
    committee: Committee,
    changes: Mapping[str, Any],
    members: Sequence[MemberRow],
    *,
    version: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> list[str]:
    """Set what differs, members included; gives the names of the fields. Raises StaleVersion, Refused."""
    days = ("elected_on", "term_began_on", "term_ended_on", "filed_on")
    _judge({name: changes.get(name, getattr(committee, name)) for name in days}, now)
    changed = correct_record(
        committee, changes, kind=KIND, key=estate.code, division_code=estate.division_code, version=version,
        reason=reason, actor=actor, now=now,
    )  # fmt: skip
    before = list_members(committee.id)
    if tuple(members) == before:
        return changed
    _put_members(committee, members)
    told = [FieldChange("members", [_said(one) for one in before], [_said(one) for one in members])]
    note_change(
        committee, told, kind=KIND, key=estate.code, division_code=estate.division_code, act=RecordAct.CORRECTED,
        actor=actor, now=now, reason=reason,
    )  # fmt: skip
    return [*changed, "members"]


def retire_committee(
    estate: Estate, committee: Committee, *, version: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Take a committee recorded by mistake out of the register."""
    retire_record(
        committee, kind=KIND, key=estate.code, division_code=estate.division_code, version=version, reason=reason,
        day=day_of(now), actor=actor, now=now,
    )  # fmt: skip


def _judge(values: Mapping[str, Any], now: datetime) -> None:
    judge_committee(
        elected_on=values.get("elected_on"),
        began_on=values["term_began_on"],
        ended_on=values.get("term_ended_on"),
        filed_on=values.get("filed_on"),
        today=day_of(now),
    ).or_refuse()


def _put_members(committee: Committee, members: Sequence[MemberRow]) -> None:
    session().execute(delete(CommitteeMember).where(CommitteeMember.committee_id == committee.id))
    for member in members:
        session().add(CommitteeMember(committee_id=committee.id, name=member.name, post=member.post))
        session().flush()  # one by one: their keys keep the order


def _said(member: MemberRow) -> str:
    return f"{member.name} {member.post}" if member.post else member.name

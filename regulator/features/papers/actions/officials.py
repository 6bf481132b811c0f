"""What officials do with matters of the desk's own: open one, move its term, close it by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from regulator.features.accounts.queries.holders import list_holders
from regulator.features.accounts.terms import Permission
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import Actor
from regulator.features.papers.actions.matters import (
    NewMatter,
    add_entry,
    close_matter,
    note_matter,
    open_matter,
    set_term,
)
from regulator.features.papers.models import Matter
from regulator.features.papers.rules.matters import judge_by_hand, judge_closing, judge_term
from regulator.features.papers.terms import EntryKind, MatterKind, Outcome, PaperAct, PaperSubject
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session


@dataclass(frozen=True, slots=True)
class OfficialMatter:
    """What is said of a new matter of the desk's own."""

    title: str
    division_code: str
    due_on: date | None
    note: str | None = None


def open_official(given: OfficialMatter, *, openers: Sequence[UUID], actor: Actor, now: datetime) -> Matter:
    """Open a matter at the desk. The first of ``openers`` (oneself, those one stands in for) who may handle it has it.

    Raises Refused for a term before today.
    """
    today = day_of(now)
    judge_term(due_on=given.due_on, opened_on=today).or_refuse()
    holders = {one.account_id for one in list_holders(Permission.MATTERS_HANDLE, given.division_code, on=today)}
    new = NewMatter(
        kind=MatterKind.OFFICIAL,
        subject_key=str(new_key()),  # about nothing of the register: a subject of its own
        title=given.title,
        division_code=given.division_code,
        handled_by=Permission.MATTERS_HANDLE,
        due_on=given.due_on,
        owner=next((one for one in openers if one in holders), None),
    )
    matter = open_matter(new, actor=actor, now=now)
    if given.note:
        note_matter(matter, given.note, actor=actor, now=now)
    return matter


def set_due_day(
    matter: Matter, due_on: date | None, *, reason: str | None, version: int, actor: Actor, now: datetime
) -> None:
    """Move the term of a matter of the desk's own. Raises StaleVersion, Refused."""
    _claim(matter, version)
    judge_by_hand(matter.kind).or_refuse()
    judge_closing(state=matter.state, papers=()).or_refuse()
    judge_term(due_on=due_on, opened_on=day_of(matter.opened_at)).or_refuse()
    before = matter.due_on
    set_term(matter, due_on)
    matter.version += 1
    said = due_on.isoformat() if due_on else None
    add_entry(matter, EntryKind.TERM_SET, actor=actor, now=now, about=said, text=reason)
    audit.record(
        actor,
        PaperAct.MATTER_TERM_SET,
        PaperSubject.MATTER,
        matter.number,
        now=now,
        division_code=matter.division_code,
        facts={"before": before.isoformat() if before else None, "after": said, "reason": reason},
    )


def close_by_hand(matter: Matter, *, outcome: Outcome, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Close a matter of the desk's own. Raises StaleVersion, Refused."""
    judge_by_hand(matter.kind).or_refuse()
    close_matter(matter, outcome=outcome, reason=reason, version=version, actor=actor, now=now)


def _claim(matter: Matter, version: int) -> None:
    session().refresh(matter, with_for_update=True)
    matter.expect_version(version)

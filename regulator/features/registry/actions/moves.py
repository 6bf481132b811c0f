"""When the calendar changes: which open terms end on another day, told to officials until each has taken note."""

from collections.abc import Sequence
from datetime import date, datetime

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar.terms import CalendarChange
from regulator.features.registry.models import TermMove, TermMoveSeen
from regulator.features.registry.queries.moves import MoveRow, OpenNotice, list_open_notices
from regulator.features.registry.rules.notices import REACH, Move, moved
from regulator.features.registry.terms import SubjectKind, TermAct
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session


def follow_calendar(_sender: object, change: CalendarChange, actor: Actor, now: datetime) -> None:
    """Keep and record each open term the change moves: the receiver of ``working_days_changed``."""
    today = day_of(now)
    for notice in list_open_notices(today - REACH):
        move = moved(notice.kind, notice.received_on, change.before, change.after, today=today)
        if move is not None:
            _keep(notice, move, change.notice or move.after.year, actor, now)
    session().flush()


def _keep(notice: OpenNotice, move: Move, year: int, actor: Actor, now: datetime) -> None:
    session().add(
        TermMove(
            id=new_key(),
            notice_id=notice.id,
            due_before=move.before,
            due_after=move.after,
            calendar_year=year,
            moved_at=now,
        )
    )
    facts: dict[str, JSON] = {
        "before": _said(move.before),
        "after": _said(move.after),
        "calendar_year": year,
        "notice": notice.kind,
    }
    audit.record(
        actor, TermAct.MOVED, SubjectKind.NOTICE, notice.estate_code, now=now, division_code=notice.division_code,
        facts=facts,
    )  # fmt: skip


def _said(day: date) -> dict[str, JSON]:
    return {"takes_effect_on": day.isoformat()}


def note_moves(moves: Sequence[MoveRow], *, actor: Actor, now: datetime) -> int:
    """The actor takes note of these; gives how many were new to them. What was noted before stays as it was."""
    fresh = [move for move in moves if move.seen_at is None]
    for move in fresh:
        session().add(TermMoveSeen(move_id=move.id, username=actor.username, seen_at=now))
        facts: dict[str, JSON] = {"takes_effect_on": move.due_after.isoformat(), "calendar_year": move.calendar_year}
        audit.record(
            actor, TermAct.SEEN, SubjectKind.NOTICE, move.estate_code, now=now, division_code=move.division_code,
            facts=facts,
        )  # fmt: skip
    session().flush()
    return len(fresh)

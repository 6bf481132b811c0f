"""When the calendar changes: terms of open matters end on another day, which is told to whoever has them until noted.

The feature that owns a kind of matter reckons its terms anew and says so here; public notices of papers are this
room's own terms.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar.terms import CalendarChange
from regulator.features.papers.actions.matters import add_entry, set_term
from regulator.features.papers.models import Delivery, Matter, MatterMove, Paper
from regulator.features.papers.moved_terms import MovedTerm
from regulator.features.papers.rules.delivery import effect_of_notice
from regulator.features.papers.rules.matters import moved_words
from regulator.features.papers.terms import (
    DeliveryState,
    DeliveryWay,
    EntryKind,
    MatterState,
    PaperAct,
    PaperState,
    PaperSubject,
)
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session
from regulator.law.calendar import Due


def move_term(matter: Matter, due_on: date | None, change: CalendarChange, *, actor: Actor, now: datetime) -> None:
    """The matter's own term as it ends by the new calendar: set, and told when the day is another one."""
    before = matter.due_on
    set_term(matter, due_on)
    tell_moved(matter, MovedTerm.MATTER, before, due_on, change, actor=actor, now=now)


def tell_moved(
    matter: Matter, term: MovedTerm, before: date | None, after: date | None, change: CalendarChange, *, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Write a moved term into an open matter's history and tell whoever has it.

    Nothing where no day moved, or where both lie behind: nothing can be done about it any more.
    """
    if before is None or after is None or before == after or matter.state is not MatterState.OPEN:
        return
    if max(before, after) < day_of(now):
        return
    year = change.notice or after.year
    session().add(
        MatterMove(
            id=new_key(), matter_id=matter.id, term=term, due_before=before, due_after=after, calendar_year=year,
            moved_at=now,
        )
    )  # fmt: skip
    add_entry(matter, EntryKind.TERM_SET, actor=actor, now=now, about=moved_words(term, after, year))


def tell_due_moved(
    matter: Matter, term: MovedTerm, before: Due | None, after: Due | None, change: CalendarChange, *, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """The same of a term that is reckoned when it is read, by the calendar before and after."""
    days = [due.day if due else None for due in (before, after)]
    tell_moved(matter, term, days[0], days[1], change, actor=actor, now=now)


def follow_calendar_notices(_sender: object, change: CalendarChange, actor: Actor, now: datetime) -> None:
    """Papers posted as public notices take effect by the new calendar: a receiver of ``working_days_changed``.

    One whose term had run out before today by both calendars took effect; the sweep only has not come by yet.
    """
    under_way = (
        select(Delivery, Paper, Matter)
        .join(Paper, Paper.id == Delivery.paper_id)
        .join(Matter, Matter.id == Paper.matter_id)
        .where(
            Delivery.state == DeliveryState.UNDER_WAY,
            Delivery.way == DeliveryWay.PUBLIC_NOTICE,
            Paper.state == PaperState.ISSUED,
        )
    )
    today = day_of(now)
    for delivery, paper, matter in session().execute(under_way.order_by(Delivery.id)).all():
        before, after = delivery.effective_on, effect_of_notice(day_of(delivery.sent_at), change.after).day
        if before is None or before == after or max(before, after) < today:
            continue
        delivery.effective_on = after
        delivery.version += 1
        facts: dict[str, JSON] = {"before": before.isoformat(), "after": after.isoformat()}
        audit.record(
            actor, PaperAct.DELIVERY_TERM_MOVED, PaperSubject.DELIVERY, paper.number or str(paper.id), now=now,
            division_code=paper.division_code, facts=facts,
        )  # fmt: skip
        tell_moved(matter, MovedTerm.NOTICE, before, after, change, actor=actor, now=now)
    session().flush()


def note_moved(found: Sequence[tuple[MatterMove, Matter]], *, actor: Actor, now: datetime) -> int:
    """The actor takes note of these; gives how many nobody had noted. What was noted before stays as it was."""
    fresh = [(move, matter) for move, matter in found if move.noted_at is None]
    for move, matter in fresh:
        move.noted_at, move.noted_by = now, actor.username
        facts: dict[str, JSON] = {
            "moved_term": move.term, "due_on": move.due_after.isoformat(), "calendar_year": move.calendar_year
        }  # fmt: skip
        audit.record(
            actor, PaperAct.MATTER_NOTED, PaperSubject.MATTER, matter.number, now=now,
            division_code=matter.division_code, facts=facts,
        )  # fmt: skip
    session().flush()
    return len(fresh)

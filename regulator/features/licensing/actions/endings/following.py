"""A case follows what happens in the papers room and the calendar: notices served, matters handed on, terms moved."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update

from regulator.features.accounts.queries.holders import people_of
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar.terms import CalendarChange
from regulator.features.licensing.actions.endings.steps import take_ending_step
from regulator.features.licensing.application_terms import Desk
from regulator.features.licensing.endings_terms import (
    ENDED_ENDINGS,
    OPEN_ENDINGS,
    EndingAct,
    EndingGiven,
    EndingState,
    EndingSubject,
    EndingTrail,
)
from regulator.features.licensing.models import CertificateEnding
from regulator.features.licensing.queries.endings.standing import (
    certificate_of,
    hearing_from_in,
    rule_set_of_certificate,
)
from regulator.features.licensing.queries.endings.waiting import ENDINGS
from regulator.features.licensing.rules.ending_law import answer_due, decision_due
from regulator.features.licensing.rules.endings import line_of_ending
from regulator.features.papers.actions.following import catch_up
from regulator.features.papers.actions.moves import move_term, tell_due_moved, tell_moved
from regulator.features.papers.moved_terms import MovedTerm
from regulator.features.papers.queries.matters import find_open_matter
from regulator.features.papers.rules.matters import NO_TERM
from regulator.features.papers.terms import MatterKind, PaperKind, Reassigned, Served
from regulator.foundation.database import session
from regulator.law.calendar import WorkingDays

Ending = CertificateEnding


def follow_served(_sender: object, served: Served) -> None:
    """The notice reached the holder, who is told from that day on: the receiver of ``paper_served``."""
    if served.matter_kind != MatterKind.ENDING or served.paper_kind != PaperKind.ADVANCE_NOTICE:
        return
    found = session().scalar(select(Ending).where(Ending.number == served.subject_key).with_for_update())
    if found is None or found.state is not EndingState.OPENED:
        return
    if line_of_ending(found.nature, found.kind, found.state, EndingAct.TELL) is None:
        return
    take_ending_step(found, EndingAct.TELL, EndingGiven(), Desk(), actor=Actor.system(), now=served.at)


def follow_reassigned_endings(_sender: object, moved: Sequence[Reassigned]) -> None:
    """Whoever has the matter has its case: a receiver of ``matter_reassigned``."""
    mine = [one for one in moved if one.kind == MatterKind.ENDING]
    people = people_of({one.to_owner for one in mine})
    for one in mine:
        person = people.get(one.to_owner)
        changed = update(Ending).where(Ending.number == one.subject_key, Ending.state.not_in(ENDED_ENDINGS))
        session().execute(
            changed.values(owner_id=one.to_owner, authority_id=person.authority_id if person else None)
        )  # fmt: skip


def follow_calendar_endings(_sender: object, change: CalendarChange, actor: Actor, now: datetime) -> None:
    """Terms that run end otherwise when a year's holidays are announced: a receiver of ``working_days_changed``."""
    for found in session().scalars(select(Ending).where(Ending.state.in_(OPEN_ENDINGS))):
        before, days = _terms_of(found), (found.due_on, found.answer_until)
        _reckon(found, change.after)
        _tell_moved(found, *days, change, actor, now)
        if days == (found.due_on, found.answer_until):
            continue  # settled on the day it had, at most
        facts: dict[str, JSON] = {"before": before, "after": _terms_of(found)}
        audit.record(
            actor, EndingTrail.TERM_MOVED, EndingSubject.ENDING, found.number, now=now,
            division_code=found.division_code, facts=facts,
        )  # fmt: skip
    session().flush()


def _tell_moved(
    found: CertificateEnding, due_on: date | None, answer_until: date | None, change: CalendarChange, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """To whoever has the case: its own term, and the one that runs for the holder or before the hearing."""
    matter = find_open_matter(MatterKind.ENDING, found.number)
    if matter is None:
        return
    if found.due_on != due_on:
        move_term(matter, found.due_on, change, actor=actor, now=now)
    if found.state is EndingState.TOLD:
        tell_moved(
            matter, MovedTerm.ANSWER, answer_until, found.answer_until, change, actor=actor, now=now
        )  # fmt: skip
    if found.state is EndingState.HEARING_ASKED:
        first, later = (hearing_from_in(found, days) for days in (change.before, change.after))
        tell_due_moved(matter, MovedTerm.HEARING, first, later, change, actor=actor, now=now)


def _terms_of(found: CertificateEnding) -> dict[str, JSON]:
    days = {"due_on": found.due_on, "answer_until": found.answer_until}
    told: dict[str, JSON] = {name: day.isoformat() if day else None for name, day in days.items()}
    return told | {"provisional": [found.is_due_provisional, found.is_answer_provisional]}


def _reckon(found: CertificateEnding, calendar: WorkingDays) -> None:
    rule_set = rule_set_of_certificate(certificate_of(found))
    due = decision_due(found.kind, rule_set, found.opened_on, calendar)
    found.due_on, found.order_on = (due.day, due.day) if due else (None, NO_TERM)
    found.is_due_provisional = bool(due and due.is_provisional)
    if found.told_on is None:
        return
    answer = answer_due(found.kind, rule_set, found.told_on, calendar)
    if answer is not None:
        found.answer_until, found.is_answer_provisional = answer.day, answer.is_provisional


def keep_ending_matters(now: datetime) -> None:
    """A sweeper: opens what waits without a matter, and closes what papers held open."""
    catch_up([ENDINGS], actor=Actor.system(), now=now)

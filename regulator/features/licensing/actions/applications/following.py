"""An application and its matter: opened when it comes in, handed to who decides, closed when it is over; and back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from regulator.features.accounts.queries.holders import Holder, people_of
from regulator.features.accounts.terms import Permission
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar.terms import CalendarChange
from regulator.features.divisions.terms import CITY_PREFIX
from regulator.features.licensing.actions.applications.changing import Step
from regulator.features.licensing.application_terms import (
    APPLICATION,
    ENDED,
    ApplicationAct,
    ApplicationState,
    ApplicationTrail,
    Seat,
)
from regulator.features.licensing.models import Application, ApplicationFile
from regulator.features.licensing.queries.applications.standing import (
    company_of,
    find_holder,
    list_pauses,
    procedure_of,
    rule_set_of,
    times_of,
)
from regulator.features.licensing.queries.applications.waiting import APPLICATIONS
from regulator.features.licensing.rules.clocks import due_in, objections_until
from regulator.features.licensing.rules.transitions import seat_level
from regulator.features.licensing.terms import GrantLevel
from regulator.features.papers.actions import open_matter
from regulator.features.papers.actions.attachments import KeptFile, add_attachment
from regulator.features.papers.actions.following import catch_up, close_matters_of
from regulator.features.papers.actions.matters import NewMatter, add_entry, move_matters, set_term
from regulator.features.papers.actions.moves import move_term, tell_due_moved
from regulator.features.papers.models import Matter
from regulator.features.papers.moved_terms import MovedTerm
from regulator.features.papers.queries.matters import find_open_matter
from regulator.features.papers.terms import AttachmentRole, EntryKind, MatterKind, Outcome, Reassigned
from regulator.foundation import i18n
from regulator.foundation.database import session

A, S = ApplicationAct, ApplicationState
SENT = (A.SUBMIT, A.RECEIVE, A.SUPPLY)
"""Acts with which papers come to the office."""


def follow_step(step: Step, *, number: str | None, due_on: date | None) -> dict[str, Any]:
    """Let the matter follow a step about to be kept; gives who has the application after it, as columns."""
    if number is None:
        return {}
    changes: dict[str, Any] = {}
    matter: Matter | None
    if step.line.state is S.DRAFT:
        matter, changes = _open(step, number, due_on)
    else:
        matter = find_open_matter(MatterKind.APPLICATION, number)
    if matter is not None:
        if step.act is A.EXAMINE:
            changes = _hand_to_decider(step, matter)
        set_term(matter, due_on)
        _note(step, matter)
        _attach(step, matter)
    if step.line.to in ENDED:
        _close(step, number)
        return {"owner_id": None, "authority_id": None}
    return changes


def _open(step: Step, number: str, due_on: date | None) -> tuple[Matter, dict[str, Any]]:
    place = step.application.division_code
    holder = find_holder(Seat.EXAMINING, step.procedure, place, on=step.today)
    seated = _seat_of(Seat.EXAMINING, step)
    new = NewMatter(
        MatterKind.APPLICATION, number, company_of(step.application).name, seated, Permission.APPLICATIONS_EXAMINE,
        due_on, owner=holder.account_id if holder else None,
    )  # fmt: skip
    matter = open_matter(new, actor=step.actor, now=step.now)
    if holder is not None:
        matter.authority_id = holder.authority_id
    return matter, {"examining_authority_id": matter.authority_id} | _held_by(matter)


def _hand_to_decider(step: Step, matter: Matter) -> dict[str, Any]:
    """To the office that decides, to another person than who examined; stays where it is while there is nobody."""
    place, me = step.application.division_code, step.desk.account_id
    holder: Holder | None = find_holder(Seat.DECIDING, step.procedure, place, on=step.today, other_than=me)
    matter.handled_by, matter.division_code = Permission.APPLICATIONS_DECIDE, _seat_of(Seat.DECIDING, step)
    if holder is not None and holder.account_id != matter.owner_id:
        move_matters(
            [matter], to=holder.account_id, authority=holder.authority_id, reason="", actor=step.actor, now=step.now
        )
    return {"deciding_authority_id": holder.authority_id if holder else None} | _held_by(matter)


def _seat_of(seat: Seat, step: Step) -> str:
    """Where the matter lies: at the office that has it, so that whoever gets it next sits at its level too."""
    place = step.application.division_code
    return place if seat_level(seat, step.procedure) is GrantLevel.DISTRICT else f"{place[:CITY_PREFIX]}00"


def _held_by(matter: Matter) -> dict[str, Any]:
    return {"owner_id": matter.owner_id, "authority_id": matter.authority_id}


def _note(step: Step, matter: Matter) -> None:
    """What was done stands in the matter's own history too, and so in its file."""
    said = i18n.label(step.act, i18n.DEFAULT_LOCALE)
    text = f"{said}：{step.given.words}" if step.given.words else said
    add_entry(matter, EntryKind.NOTED, actor=step.actor, now=step.now, text=text)


def _attach(step: Step, matter: Matter) -> None:
    if step.act not in SENT:
        return
    mine = (ApplicationFile.application_id == step.application.id, ApplicationFile.sent_on.is_(None))
    for file in session().scalars(select(ApplicationFile).where(*mine).order_by(ApplicationFile.added_at)):
        notes = tuple((file.notes or "").split())
        kept = KeptFile(file.name, file.media_type, file.size, file.content_hash, notes)
        add_attachment(matter, kept, AttachmentRole.EVIDENCE, actor=step.actor, now=step.now)
        file.sent_on = step.today
    session().flush()


def _close(step: Step, number: str) -> None:
    """Closes the matter, or leaves it open while a paper of it is under way: the sweep closes it then."""
    left = step.line.to in (S.RETRACTED, S.CLOSED)
    close_matters_of(
        MatterKind.APPLICATION, [number], outcome=Outcome.TAKEN_BACK if left else Outcome.DONE,
        reason=step.given.words or None, actor=step.actor, now=step.now,
    )  # fmt: skip


# --- what others do ---------------------------------------------------------------------------------------------------


def follow_reassigned(_sender: object, moved: Sequence[Reassigned]) -> None:
    """Whoever has the matter has its application: the receiver of ``matter_reassigned``."""
    mine = [one for one in moved if one.kind == MatterKind.APPLICATION]
    people = people_of({one.to_owner for one in mine})
    for one in mine:
        person = people.get(one.to_owner)
        changed = update(Application).where(Application.number == one.subject_key, Application.state.not_in(ENDED))
        session().execute(
            changed.values(owner_id=one.to_owner, authority_id=person.authority_id if person else None)
        )  # fmt: skip


def follow_calendar(_sender: object, change: CalendarChange, actor: Actor, now: datetime) -> None:
    """Terms that run end otherwise when a year's holidays are announced: the receiver of ``working_days_changed``."""
    for found in session().scalars(select(Application).where(Application.due_on.is_not(None))):
        procedure, times = procedure_of(rule_set_of(found)), times_of(found, list_pauses(found))
        due, before = due_in(found.state, times, procedure, change.after), found.due_on
        if due is None:
            continue
        found.due_on, found.order_on, found.is_due_provisional = due.day, due.day, due.is_provisional
        matter = find_open_matter(MatterKind.APPLICATION, found.number or "")
        if before != due.day:
            _record_moved(found, before, actor, now)
        if matter is not None and before != due.day:
            move_term(matter, due.day, change, actor=actor, now=now)
        if matter is not None and found.state is S.OBJECTION_NOTICE:
            first, later = (objections_until(times, procedure, days) for days in (change.before, change.after))
            tell_due_moved(matter, MovedTerm.OBJECTIONS, first, later, change, actor=actor, now=now)
    session().flush()


def _record_moved(found: Application, before: date | None, actor: Actor, now: datetime) -> None:
    days = {"before": before, "after": found.due_on}
    facts: dict[str, JSON] = {name: day.isoformat() if day else None for name, day in days.items()}
    audit.record(
        actor, ApplicationTrail.TERM_MOVED, APPLICATION, found.number or "", now=now,
        division_code=found.division_code, facts=facts,
    )  # fmt: skip


def keep_matters(now: datetime) -> None:
    """A sweeper: opens what waits without a matter, and closes what papers held open."""
    catch_up([APPLICATIONS], actor=Actor.system(), now=now)

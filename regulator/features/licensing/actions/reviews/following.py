"""A round of the yearly look and its matter: opened with it, to the city when submitted, closed when published."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from regulator.features.accounts.queries.holders import Holder, list_holders
from regulator.features.accounts.terms import Permission
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.calendar.terms import CalendarChange
from regulator.features.divisions.terms import CITY_PREFIX
from regulator.features.licensing.application_terms import Seat
from regulator.features.licensing.models import ReviewRound
from regulator.features.licensing.queries.applications.standing import find_holder
from regulator.features.licensing.queries.reviews.standing import rules_of
from regulator.features.licensing.queries.reviews.waiting import REVIEWS
from regulator.features.licensing.review_terms import OPEN_ROUNDS, ReviewRoundAct, ReviewSubject, ReviewTrail
from regulator.features.licensing.rules.reviews import round_due
from regulator.features.licensing.rules.transitions import seat_level
from regulator.features.licensing.terms import GrantLevel, Procedure
from regulator.features.papers.actions import open_matter
from regulator.features.papers.actions.following import catch_up, close_matters_of
from regulator.features.papers.actions.matters import NewMatter, add_entry, move_matters
from regulator.features.papers.actions.moves import move_term
from regulator.features.papers.models import Matter
from regulator.features.papers.queries.matters import find_open_matter
from regulator.features.papers.terms import EntryKind, MatterKind, Outcome
from regulator.foundation import i18n
from regulator.foundation.clock import day_of
from regulator.foundation.database import session


def matter_of(current: ReviewRound) -> Matter | None:
    """The open matter of a round."""
    return find_open_matter(MatterKind.REVIEW, current.id.hex)


def open_matter_of(current: ReviewRound, *, actor: Actor, now: datetime) -> None:
    """Whoever opened the round has its matter."""
    new = NewMatter(
        MatterKind.REVIEW, current.id.hex, current.title, current.division_code, Permission.APPLICATIONS_EXAMINE,
        current.due_on, owner=actor.account_id,
    )  # fmt: skip
    matter = open_matter(new, actor=actor, now=now)
    matter.authority_id = matter.authority_id or current.authority_id


def hand_to_city(current: ReviewRound, procedure: Procedure, *, actor: Actor, now: datetime) -> None:
    """To the office that decides, to another person than who submitted; stays where it is while there is nobody."""
    matter = matter_of(current)
    if matter is None:
        return
    on, me = day_of(now), actor.account_id
    place = current.division_code
    holder = find_holder(Seat.DECIDING, procedure, place, on=on, other_than=me)
    city = seat_level(Seat.DECIDING, procedure) is not GrantLevel.DISTRICT
    matter.handled_by = Permission.APPLICATIONS_DECIDE
    matter.division_code = f"{place[:CITY_PREFIX]}00" if city else place
    _move(matter, holder, actor, now)


def hand_back(current: ReviewRound, procedure: Procedure, *, actor: Actor, now: datetime) -> None:
    """Back to the district: to who opened the round while they may, else to who examines there."""
    matter = matter_of(current)
    if matter is None:
        return
    place = current.division_code
    matter.handled_by, matter.division_code = Permission.APPLICATIONS_EXAMINE, place
    opener = _holder(current.opened_by_id, place, on=day_of(now))
    _move(matter, opener or find_holder(Seat.EXAMINING, procedure, place, on=day_of(now)), actor, now)


def _holder(account_id: UUID | None, place: str, *, on: date) -> Holder | None:
    found = list_holders(Permission.APPLICATIONS_EXAMINE, place, on=on)
    return next((one for one in found if one.account_id == account_id), None)


def _move(matter: Matter, holder: Holder | None, actor: Actor, now: datetime) -> None:
    if holder is not None and holder.account_id != matter.owner_id:
        move_matters(
            [matter], to=holder.account_id, authority=holder.authority_id, reason="", actor=actor, now=now
        )  # fmt: skip
    session().flush()


def note(current: ReviewRound, act: ReviewRoundAct, *, actor: Actor, now: datetime) -> None:
    """What was done with the round stands in the matter's own history too, and so in its file."""
    matter = matter_of(current)
    if matter is not None:
        add_entry(matter, EntryKind.NOTED, actor=actor, now=now, text=i18n.label(act, i18n.DEFAULT_LOCALE))


def close_matter_of(current: ReviewRound, *, actor: Actor, now: datetime) -> None:
    """Closes it, or leaves it open while a paper of it is under way: the sweep closes it then."""
    close_matters_of(
        MatterKind.REVIEW, [current.id.hex], outcome=Outcome.DONE, reason=None, actor=actor, now=now
    )  # fmt: skip


# --- what others do ---------------------------------------------------------------------------------------------------


def follow_calendar(_sender: object, change: CalendarChange, actor: Actor, now: datetime) -> None:
    """Terms that run end otherwise when a year's holidays are announced: the receiver of ``working_days_changed``."""
    for current in session().scalars(select(ReviewRound).where(ReviewRound.state.in_(OPEN_ROUNDS))):
        due = round_due(rules_of(current), current.opened_on, change.after)
        if due is None or due.day == current.due_on:
            continue
        facts: dict[str, JSON] = {
            "before": current.due_on.isoformat() if current.due_on else None,
            "after": due.day.isoformat(),
        }
        current.due_on = due.day
        matter = matter_of(current)
        if matter is not None:
            move_term(matter, due.day, change, actor=actor, now=now)
        audit.record(
            actor, ReviewTrail.TERM_MOVED, ReviewSubject.REVIEW_ROUND, current.id.hex, now=now,
            division_code=current.division_code, facts=facts,
        )  # fmt: skip
    session().flush()


def keep_matters(now: datetime) -> None:
    """A sweeper: a round without a matter gets one; one that papers held open is closed."""
    catch_up([REVIEWS], actor=Actor.system(), now=now)

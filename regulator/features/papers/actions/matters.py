"""Acts on matters: open, hand to another owner, note, remind, close; singly and for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select, update

from regulator.features.accounts.terms import Permission
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers import signals
from regulator.features.papers.actions.owners import Owners
from regulator.features.papers.models import Matter, MatterCounter, MatterEntry, Paper, Reminder
from regulator.features.papers.rules.matters import (
    NO_TERM,
    judge_assignment,
    judge_closing,
    judge_keeping,
    judge_reminder,
    matter_number,
)
from regulator.features.papers.terms import (
    EntryKind,
    MatterState,
    MatterStep,
    Outcome,
    PaperAct,
    PaperSubject,
    Reassigned,
    Tone,
)
from regulator.foundation.clock import day_of
from regulator.foundation.counters import count_up
from regulator.foundation.database import new_key, session
from regulator.foundation.errors import BadInput

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewMatter:
    """A matter to be opened. `owner` None: the nearest official who holds `handled_by` at the division."""

    kind: str
    subject_key: str
    title: str
    division_code: str | None
    handled_by: Permission
    due_on: date | None = None
    owner: UUID | None = None
    not_owner: UUID | None = None  # who should not get it where anybody else may, such as who asked for it


# --- opening --------------------------------------------------------------------------------------------------------


def open_matter(new: NewMatter, *, actor: Actor, now: datetime) -> Matter:
    """Open a matter; gives the open one when there is one of this kind on this subject already."""
    found: Matter | None = session().scalar(_open_of(new))
    if found is not None:
        return found
    open_matters([new], actor=actor, now=now)
    opened: Matter = session().scalars(_open_of(new)).one()
    return opened


def open_matters(news: Sequence[NewMatter], *, actor: Actor, now: datetime) -> int:
    """Open many matters at once, as an import does; none of them may be open already. Gives how many."""
    if not news:
        return 0
    owners = _owners_of(news, now)
    rows = [_row(new, owners[new.handled_by], actor, now) for new in news]
    numbers = _take_numbers(len(news), now)  # last: whoever else opens a matter waits from here on
    lines = []
    for number, row in zip(numbers, rows, strict=True):
        row["number"] = number
        lines.append(entry_line(row["id"], EntryKind.OPENED, actor, now, to_id=row["owner_id"], text=row["title"]))
    add_rows(Matter, rows)
    add_rows(MatterEntry, lines)
    _tell_opened(news, numbers, actor, now)
    return len(news)


def _owners_of(news: Sequence[NewMatter], now: datetime) -> dict[Permission, Owners]:
    places: dict[Permission, set[str | None]] = {}
    for new in news:
        places.setdefault(new.handled_by, set()).add(new.division_code)
    return {permission: Owners(permission, now=now, places=len(codes)) for permission, codes in places.items()}


def add_rows(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Rows of one table that all name the same columns, in one statement."""
    if rows:
        session().execute(insert(model.__table__), rows)


def _open_of(new: NewMatter) -> Select[Any]:
    same = (Matter.kind == str(new.kind), Matter.subject_key == new.subject_key)
    return select(Matter).where(*same, Matter.state == MatterState.OPEN)


def _row(new: NewMatter, owners: Owners, actor: Actor, now: datetime) -> dict[str, Any]:
    owner, authority = new.owner, None
    if owner is None:
        owner, authority = owners.owner_or_caretaker(new.division_code, other_than=new.not_owner)
    return {
        "id": new_key(),
        "kind": str(new.kind),
        "subject_key": new.subject_key,
        "title": new.title[:200],
        "division_code": new.division_code,
        "authority_id": authority,
        "handled_by": str(new.handled_by),
        "owner_id": owner,
        "state": MatterState.OPEN,
        "step": MatterStep.HANDLING,
        "due_on": new.due_on,
        "order_on": new.due_on or NO_TERM,
        "opened_at": now,
        "opened_by": actor.name,
        "owned_since": now,
        "is_archived": False,
        "version": 1,
    }


def _take_numbers(count: int, now: datetime) -> list[str]:
    """So many numbers of this year, one after another."""
    year = day_of(now).year
    last = count_up(MatterCounter, {"year": year}, count)
    return [matter_number(year, number) for number in range(last - count + 1, last + 1)]


def _tell_opened(news: Sequence[NewMatter], numbers: Sequence[str], actor: Actor, now: datetime) -> None:
    """One entry in the trail for a single matter, one for a whole import."""
    first = news[0]
    facts: dict[str, JSON] = {"kind": first.kind, "title": first.title, "subject": first.subject_key}
    if len(news) > 1:
        facts = {"kind": first.kind, "count": len(news), "last": numbers[-1]}
    _record(PaperAct.MATTER_OPENED, numbers[0], first.division_code, facts, actor, now)


# --- handing on -----------------------------------------------------------------------------------------------------


def assign_matter(
    matter: Matter, *, to: UUID, authority: UUID | None, may_handle: bool, version: int, reason: str, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Give a matter to another owner. Raises StaleVersion, Refused. Tells `matter_reassigned`."""
    _claim(matter, version)
    judge_assignment(state=matter.state, is_owner=matter.owner_id == to, may_handle=may_handle).or_refuse()
    move_matters([matter], to=to, authority=authority, reason=reason, actor=actor, now=now)


def move_matters(
    matters: Sequence[Matter], *, to: UUID, authority: UUID | None, reason: str, actor: Actor, now: datetime,
    about: str | None = None,
) -> None:  # fmt: skip
    """Give matters to another owner, as a hand-over does, each with its line and its entry; tells of all at once.

    `about` is a `WhyMoved` where nobody decided it.
    """
    if not matters:
        return
    said = reason or None
    lines = [
        entry_line(one.id, EntryKind.ASSIGNED, actor, now, from_id=one.owner_id, to_id=to, text=said, about=about)
        for one in matters
    ]
    moved = tuple(Reassigned(one.id, one.kind, one.subject_key, one.owner_id, to) for one in matters)
    told: list[tuple[str, str | None, dict[str, JSON]]] = [
        (one.number, one.division_code, {"from": str(one.owner_id), "to": str(to), "reason": said or about})
        for one in matters
    ]
    for matter in matters:
        matter.owner_id, matter.authority_id, matter.owned_since = to, authority, now
        matter.version += 1
    session().flush()
    add_rows(MatterEntry, lines)
    _take_reminders_along([one.id for one in matters], to)
    audit.record_all(actor, PaperAct.MATTER_ASSIGNED, PaperSubject.MATTER, told, now=now)
    signals.matter_reassigned.send(moved=moved)


def _take_reminders_along(matter_ids: Sequence[UUID], to: UUID) -> None:
    """A reminder nobody has answered yet waits for whoever has the matter now."""
    for at in range(0, len(matter_ids), AT_ONCE):
        part = matter_ids[at : at + AT_ONCE]
        waiting = update(Reminder).where(Reminder.matter_id.in_(part), Reminder.answered_at.is_(None))
        session().execute(waiting.values(to_id=to))


# --- notes and reminders --------------------------------------------------------------------------------------------


def note_matter(matter: Matter, text: str, *, actor: Actor, now: datetime) -> None:
    """Write a line into a matter's history. Raises BadInput without text, Refused when it is closed."""
    if not text.strip():
        raise BadInput("note_empty", about="text")
    judge_closing(state=matter.state, papers=()).or_refuse()
    add_entry(matter, EntryKind.NOTED, actor=actor, now=now, text=text.strip())
    _record(PaperAct.MATTER_NOTED, matter.number, matter.division_code, {}, actor, now)


def remind_owner(matter: Matter, *, tone: Tone, text: str, by: UUID, actor: Actor, now: datetime) -> Reminder:
    """Remind the owner in one of the three tones (催办, 督办, 通报). Raises Refused."""
    session().refresh(matter, with_for_update=True)
    sent = set(session().scalars(select(Reminder.tone).where(Reminder.matter_id == matter.id)))
    judge_reminder(
        state=matter.state, tone=tone, sent=sent, is_own=matter.owner_id == by, text=text
    ).or_refuse()  # fmt: skip
    reminder = Reminder(
        matter_id=matter.id, tone=tone, text=text.strip(), sent_at=now, by_id=by, by_name=actor.name,
        to_id=matter.owner_id,
    )  # fmt: skip
    session().add(reminder)
    add_entry(matter, EntryKind.REMINDED, actor=actor, now=now, to_id=matter.owner_id, about=tone, text=text.strip())
    _record(PaperAct.MATTER_REMINDED, matter.number, matter.division_code, {"tone": tone}, actor, now)
    return reminder


def answer_reminder(reminder: Reminder, matter: Matter, answer: str, *, actor: Actor, now: datetime) -> None:
    """Say what was done about a reminder. Raises BadInput without words or when it was answered already."""
    session().refresh(reminder, with_for_update=True)
    if not answer.strip():
        raise BadInput("answer_empty", about="answer")
    if reminder.answered_at is not None:
        raise BadInput("reminder_answered_already")
    reminder.answer, reminder.answered_at = answer.strip(), now
    add_entry(matter, EntryKind.NOTED, actor=actor, now=now, about=reminder.tone, text=answer.strip())
    _record(PaperAct.MATTER_NOTED, matter.number, matter.division_code, {"answers": reminder.tone}, actor, now)


# --- steps and the end ----------------------------------------------------------------------------------------------


def set_term(matter: Matter, due_on: date | None) -> None:
    """Say until when a matter is to be done; None when no term runs (its clock stands still)."""
    matter.due_on, matter.order_on = due_on, due_on or NO_TERM


def close_matter(
    matter: Matter, *, outcome: Outcome, reason: str | None, actor: Actor, now: datetime, version: int | None = None
) -> None:
    """Close a matter for good. Raises StaleVersion, Refused while papers of it are under way."""
    _claim(matter, version)
    papers = session().scalars(select(Paper.state).where(Paper.matter_id == matter.id)).all()
    judge_closing(state=matter.state, papers=papers).or_refuse()
    matter.state, matter.outcome, matter.closed_reason = MatterState.CLOSED, outcome, reason
    matter.closed_at, matter.closed_by = now, actor.name
    matter.version += 1
    add_entry(matter, EntryKind.CLOSED, actor=actor, now=now, about=outcome, text=reason)
    _record(PaperAct.MATTER_CLOSED, matter.number, matter.division_code, {"outcome": outcome}, actor, now)


# --- what all acts here share ---------------------------------------------------------------------------------------


def add_entry(
    matter: Matter, kind: EntryKind, *, actor: Actor, now: datetime, from_id: UUID | None = None,
    to_id: UUID | None = None, about: str | None = None, text: str | None = None,
) -> None:  # fmt: skip
    """Append a line to a matter's history. Raises Refused when its file is archived."""
    judge_keeping(is_archived=matter.is_archived).or_refuse()
    line = entry_line(matter.id, kind, actor, now, from_id=from_id, to_id=to_id, about=about, text=text)
    session().flush()
    session().execute(insert(MatterEntry), [line])


def entry_line(matter_id: UUID, kind: EntryKind, actor: Actor, now: datetime, **more: Any) -> dict[str, Any]:
    """A line of a matter's history, to be added."""
    about = more.pop("about", None)
    return {
        "matter_id": matter_id,
        "at": now,
        "kind": kind,
        "by_id": actor.account_id,
        "by_name": actor.name,
        "deputy_for": actor.deputy_for,
        "from_id": None,
        "to_id": None,
        "text": None,
        "about": about[:200] if about else None,
    } | more


def _claim(matter: Matter, version: int | None) -> None:
    session().flush()
    session().refresh(matter, with_for_update=True)
    if version is not None:
        matter.expect_version(version)


def _record(
    act: PaperAct, number: str, division_code: str | None, facts: dict[str, JSON], actor: Actor, now: datetime
) -> None:
    audit.record(actor, act, PaperSubject.MATTER, number, now=now, division_code=division_code, facts=facts)

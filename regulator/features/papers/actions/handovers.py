"""Acts on hand-overs: draw up, sign as who gives, sign as who takes (then everything moves), give up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from regulator.features.accounts.models import Account
from regulator.features.accounts.queries import Held
from regulator.features.accounts.queries.holders import Person
from regulator.features.accounts.queries.people import home_code
from regulator.features.accounts.terms import AccountState
from regulator.features.audit import actions as audit
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers.actions.matters import add_entry, move_matters
from regulator.features.papers.models import Handover, HandoverItem, Matter, Paper
from regulator.features.papers.queries import handovers as queries
from regulator.features.papers.queries.handovers import WaitingPaper
from regulator.features.papers.rules import handover as rules
from regulator.features.papers.rules.handover import Line
from regulator.features.papers.terms import (
    EntryKind,
    HandoverOutcome,
    HandoverReason,
    HandoverState,
    MatterState,
    PaperAct,
    PaperState,
    PaperSubject,
)
from regulator.foundation.clock import day_of
from regulator.foundation.database import new_key, session

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs or gives up: the account, and whether it leads where the giver is."""

    account_id: UUID
    leads: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """Why and from which day on somebody gives up their matters."""

    reason: HandoverReason
    leaves_on: date
    note: str | None = None


def draw_up(giver: Person, taker: Person, terms: Terms, *, by: Signer, actor: Actor, now: datetime) -> Handover:
    """Draw a list up; what is on it is settled when it is given. Raises Refused."""
    _hold(giver.account_id)
    today = day_of(now)
    held = queries.own_roles(taker.account_id, on=today)
    rules.judge_drawing_up(
        is_own=by.account_id == giver.account_id,
        leads=by.leads,
        is_same=giver.account_id == taker.account_id,
        taker_active=taker.state is AccountState.ACTIVE,
        standing=queries.is_standing(giver.account_id, taker.account_id),
        lines=_count(giver.account_id, taker.account_id, held),
        reason=terms.reason,
        leaves_on=terms.leaves_on,
        today=today,
    ).or_refuse()
    handover = Handover(
        id=new_key(), from_id=giver.account_id, from_name=giver.name, to_id=taker.account_id, to_name=taker.name,
        division_code=home_code(giver.account_id, on=today), reason=terms.reason, state=HandoverState.DRAWN_UP,
        note=terms.note, leaves_on=terms.leaves_on, drawn_up_at=now, drawn_up_by=actor.name, version=1,
    )  # fmt: skip
    session().add(handover)
    session().flush()
    _record(PaperAct.HANDOVER_DRAWN_UP, handover, {"reason": terms.reason, "note": terms.note}, actor, now)
    return handover


def give(
    handover: Handover, *, by: Signer, signed_for: str | None, version: int, actor: Actor, now: datetime
) -> None:  # fmt: skip
    """Sign as who gives, or a leader in their place: the list stands fixed. Raises StaleVersion, Refused."""
    _hold(handover.from_id)
    _claim(handover, version)
    found = _lines(handover, day_of(now))
    rules.judge_giving(
        state=handover.state,
        is_giver=by.account_id == handover.from_id,
        is_taker=by.account_id == handover.to_id,
        leads=by.leads,
        signed_for=signed_for,
        lines=len(found),
    ).or_refuse()
    _write(handover, found, first=1)
    lines = [Line(one["number"], one["kind"], one["title"], one["due_on"]) for one in found]
    handover.state, handover.given_at, handover.given_by = HandoverState.GIVEN, now, actor.name
    handover.signed_for = None if by.account_id == handover.from_id else (signed_for or "").strip()
    handover.list_hash = rules.list_hash(handover.from_name, handover.to_name, lines)
    handover.version += 1
    facts: dict[str, JSON] = {
        "lines": len(lines), "list_hash": handover.list_hash, "signed_for": handover.signed_for
    }  # fmt: skip
    _record(PaperAct.HANDOVER_GIVEN, handover, facts, actor, now)


def take(handover: Handover, *, by: Signer, version: int, actor: Actor, now: datetime) -> None:
    """Sign as who takes: everything on the list that is still the giver's changes hands, and what came since.

    What closed or went elsewhere since is marked as gone, what the taker may not have as stayed; nothing is lost.
    Raises StaleVersion, Refused.
    """
    _hold(handover.from_id)
    _claim(handover, version)
    rules.judge_taking(state=handover.state, is_taker=by.account_id == handover.to_id).or_refuse()
    held = queries.own_roles(handover.to_id, on=day_of(now))
    papers = _hold_papers(handover, held)
    moved = _move(handover, held, actor, now)
    kept = _still_with_giver(handover)
    _pass_on(handover, [one for one in papers if one.goes], actor, now)
    _settle(handover, moved, kept, papers)
    handover.state, handover.taken_at = HandoverState.TAKEN, now
    handover.version += 1
    facts: dict[str, JSON] = {
        "moved": len(moved), "papers": sum(one.goes for one in papers), "stayed": sum(not one.goes for one in papers),
    }  # fmt: skip
    _record(PaperAct.HANDOVER_TAKEN, handover, facts, actor, now)


def cancel(handover: Handover, *, by: Signer, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Give a list up before it is taken; everything stays where it is. Raises StaleVersion, Refused."""
    _claim(handover, version)
    rules.judge_cancelling(
        state=handover.state,
        takes_part=by.account_id in {handover.from_id, handover.to_id},
        leads=by.leads,
        reason=reason,
    ).or_refuse()
    handover.state, handover.cancelled_at = HandoverState.CANCELLED, now
    handover.cancelled_by, handover.cancelled_reason = actor.name, reason.strip()
    handover.version += 1
    _record(PaperAct.HANDOVER_CANCELLED, handover, {"reason": reason.strip()}, actor, now)


# --- what is on the list --------------------------------------------------------------------------------------------


def _count(giver_id: UUID, taker_id: UUID, held: Sequence[Held]) -> int:
    papers = sum(one.goes for one in queries.papers_waiting(giver_id, taker_id, held))
    return papers + queries.count_of(queries.matters_for(giver_id, held)).number


def _lines(handover: Handover, today: date) -> list[dict[str, Any]]:
    """What the taker may have of the giver's: matters by term and number, then papers."""
    held = queries.own_roles(handover.to_id, on=today)
    stmt = queries.matters_for(handover.from_id, held, but=handover.id)
    matters = session().execute(stmt.order_by(Matter.order_on, Matter.number)).all()
    found = [_matter_line(row) for row in matters]
    waiting = queries.papers_waiting(handover.from_id, handover.to_id, held, but=handover.id)
    return found + [_paper_line(one) for one in waiting if one.goes]


def _matter_line(matter: Any) -> dict[str, Any]:
    about = {"number": matter.number, "kind": matter.kind, "title": matter.title, "due_on": matter.due_on}
    return about | {"matter_id": matter.id, "paper_id": None}


def _paper_line(one: WaitingPaper) -> dict[str, Any]:
    about = {"number": one.matter_number, "kind": one.paper.kind, "title": one.paper.title, "due_on": None}
    return about | {"matter_id": one.paper.matter_id, "paper_id": one.paper.id}


def _write(handover: Handover, lines: Iterable[dict[str, Any]], *, first: int, **more: Any) -> None:
    fixed = {"handover_id": handover.id, "since_given": False, "outcome": None} | more
    rows = [fixed | line | {"ordinal": at} for at, line in enumerate(lines, start=first)]
    for at in range(0, len(rows), AT_ONCE):
        session().execute(insert(HandoverItem), rows[at : at + AT_ONCE])


# --- what changes hands ---------------------------------------------------------------------------------------------


def _hold_papers(handover: Handover, held: Sequence[Held]) -> list[WaitingPaper]:
    """The papers that wait for the giver, held for this act."""
    waiting = select(Paper.id).where(Paper.waits_for_id == handover.from_id, Paper.state == PaperState.APPROVING)
    session().execute(waiting.order_by(Paper.id).with_for_update()).all()
    return queries.papers_waiting(handover.from_id, handover.to_id, held, but=handover.id)


def _move(handover: Handover, held: Sequence[Held], actor: Actor, now: datetime) -> list[Matter]:
    """Give the taker all matters they may handle, those of the list and those that came since."""
    stmt = (
        select(Matter)
        .where(
            Matter.owner_id == handover.from_id,
            Matter.state == MatterState.OPEN,
            queries.handled_by(held),
            ~queries.promised_elsewhere(handover.from_id, handover.id),
        )
        .order_by(Matter.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    matters = list(session().scalars(stmt))
    authority = session().get_one(Account, handover.to_id).authority_id
    move_matters(
        matters, to=handover.to_id, authority=authority, reason=handover.note or "", actor=actor, now=now
    )  # fmt: skip
    return matters


def _still_with_giver(handover: Handover) -> set[UUID]:
    """Which matters of the list the giver keeps, because the taker may not handle them any more."""
    listed = select(HandoverItem.matter_id).where(
        HandoverItem.handover_id == handover.id, HandoverItem.paper_id.is_(None)
    )
    wanted = select(Matter.id).where(
        Matter.id.in_(listed), Matter.owner_id == handover.from_id, Matter.state == MatterState.OPEN
    )
    return set(session().scalars(wanted))


def _pass_on(handover: Handover, papers: Sequence[WaitingPaper], actor: Actor, now: datetime) -> None:
    """Let the papers wait for the taker."""
    for one in papers:
        paper = one.paper
        paper.waits_for_id, paper.waits_since = handover.to_id, now
        paper.version += 1
        matter = session().get_one(Matter, paper.matter_id)
        add_entry(
            matter, EntryKind.PAPER, actor=actor, now=now, from_id=handover.from_id, to_id=handover.to_id,
            about=paper.title, text=PaperAct.HANDOVER_TAKEN,
        )  # fmt: skip


def _settle(
    handover: Handover, moved: Sequence[Matter], kept: set[UUID], papers: Sequence[WaitingPaper]
) -> None:  # fmt: skip
    """Say of every line what became of it, and add what came since."""
    went, waiting = {one.id for one in moved}, {one.paper.id: one for one in papers}
    items = session().scalars(select(HandoverItem).where(HandoverItem.handover_id == handover.id)).all()
    for item in items:
        if item.paper_id is not None:
            item.outcome = _outcome_of(waiting.get(item.paper_id))
        elif item.matter_id in went:
            item.outcome = HandoverOutcome.MOVED
        else:
            item.outcome = HandoverOutcome.STAYED if item.matter_id in kept else HandoverOutcome.GONE
    listed = {item.paper_id or item.matter_id for item in items}
    since = [_matter_line(one) | {"outcome": HandoverOutcome.MOVED} for one in moved if one.id not in listed]
    since += [_paper_line(one) | {"outcome": _outcome_of(one)} for one in papers if one.paper.id not in listed]
    _write(handover, since, first=len(items) + 1, since_given=True)


def _outcome_of(paper: WaitingPaper | None) -> HandoverOutcome:
    """What becomes of a paper's line; None: it waits for the giver no more."""
    if paper is None:
        return HandoverOutcome.GONE
    return HandoverOutcome.MOVED if paper.goes else HandoverOutcome.STAYED


# --- what all acts here share ---------------------------------------------------------------------------------------


def _hold(giver_id: UUID) -> None:
    """One act at a time on what one person gives, so that nothing stands on two lists that were given."""
    session().execute(select(Account.id).where(Account.id == giver_id).with_for_update(key_share=True)).all()


def _claim(handover: Handover, version: int) -> None:
    session().refresh(handover, with_for_update=True)
    handover.expect_version(version)


def _record(act: PaperAct, handover: Handover, facts: dict[str, JSON], actor: Actor, now: datetime) -> None:
    session().flush()
    people: dict[str, JSON] = {"from": str(handover.from_id), "to": str(handover.to_id)}
    audit.record(
        actor, act, PaperSubject.HANDOVER, str(handover.id), now=now, division_code=handover.division_code,
        facts=people | facts,
    )  # fmt: skip

"""Finds owners for what has none who could act: kept by the built-in account, by a closed one, by one whose role ended.

At once when an account is closed or somebody may do more than before; by the sweep when a role ends with its day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, select

from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import AccountState
from regulator.features.audit.terms import JSON, Actor
from regulator.features.papers.actions.drafting import record
from regulator.features.papers.actions.matters import add_entry, move_matters
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.queries.holdings import (
    Holding,
    Powers,
    find_next,
    list_holdings,
    list_stuck_papers,
    unable,
)
from regulator.features.papers.terms import EntryKind, MatterState, PaperAct, WhyMoved
from regulator.foundation.clock import day_of
from regulator.foundation.database import session, thinking

AT_ONCE = 5000
"""Matters that change hands in one transaction at most."""


def hand_out(now: datetime) -> None:
    """A sweeper: give matters and papers nobody can act on to the nearest official who may; the others wait on."""
    with thinking():
        powers = Powers(day_of(now))
        stuck = any(unable(list_holdings(), powers)) or bool(list_stuck_papers())
    if stuck:
        _hand_out(list_holdings(), list_stuck_papers(), actor=Actor.system(), now=now)


def follow_closed(_sender: object, account_id: UUID, actor: Actor, now: datetime) -> None:
    """Nothing stays with a closed account: a receiver of ``account_closed``."""
    matters = list_holdings(Account.id == account_id)
    _hand_out(matters, list_stuck_papers(Paper.waits_for_id == account_id), actor=actor, now=now)


def follow_powers(_sender: object, actor: Actor, now: datetime, **_which: object) -> None:
    """What waited for anybody who may is given out: a receiver of ``powers_widened``."""
    waits = exists().where(Matter.owner_id == Account.id, Matter.state == MatterState.OPEN)
    inactive = Account.state != AccountState.ACTIVE
    if session().scalar(select(Account.id).where(inactive, waits).limit(1)) or list_stuck_papers():
        _hand_out(list_holdings(inactive), list_stuck_papers(), actor=actor, now=now)


def _hand_out(holdings: Iterable[Holding], papers: Iterable[Paper], *, actor: Actor, now: datetime) -> None:
    powers = Powers(day_of(now))
    taken: dict[tuple[UUID, UUID | None, WhyMoved], list[Matter]] = defaultdict(list)
    left = AT_ONCE
    for holding in unable(holdings, powers):
        holder = powers.of(holding.handled_by).at(holding.division_code)[0]
        matters = session().scalars(_some(holding.condition, left)).all()
        taken[holder.account_id, holder.authority_id, holding.why] += matters
        left -= len(matters)
        if not left:
            break
    for (to, authority, why), some in taken.items():
        move_matters(some, to=to, authority=authority, reason="", about=why, actor=actor, now=now)
    for paper in papers:
        to_next = find_next(paper, powers)
        if to_next is not None:
            _move_paper(paper, to_next, actor, now)


def _some(which: Iterable[ColumnElement[bool]], most: int) -> Select[Any]:
    return select(Matter).where(*which).order_by(Matter.number).limit(most).with_for_update()


def _move_paper(paper: Paper, to: UUID, actor: Actor, now: datetime) -> None:
    """The step waits for somebody else; the matter's history says who had it."""
    before = paper.waits_for_id
    paper.waits_for_id, paper.waits_since = to, now
    paper.version += 1
    session().flush()
    facts: dict[str, JSON] = {"from": str(before), "to": str(to), "reason": WhyMoved.CLOSED_ACCOUNT}
    record(PaperAct.PAPER_HANDED_ON, paper, facts, actor, now)
    matter = session().get_one(Matter, paper.matter_id)
    add_entry(
        matter, EntryKind.PAPER, actor=actor, now=now, from_id=before, to_id=to, about=paper.title,
        text=PaperAct.PAPER_HANDED_ON,
    )  # fmt: skip

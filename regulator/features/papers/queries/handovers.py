"""Hand-overs: lists of them, what would be on one, what is. Never writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from regulator.features.accounts.queries import Held, list_held
from regulator.features.accounts.queries.holders import Holder, list_holders
from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import within
from regulator.features.divisions.terms import CITY_PREFIX, Scope
from regulator.features.papers.models import Approval, Handover, HandoverItem, Matter, Paper
from regulator.features.papers.queries.matters import MatterFilter, MatterRow, rows_of, with_places
from regulator.features.papers.queries.papers import STEP_PERMISSIONS
from regulator.features.papers.rules.chain import persons_of
from regulator.features.papers.rules.handover import STANDING, Line
from regulator.features.papers.terms import (
    ApprovalStep,
    HandoverOutcome,
    HandoverReason,
    HandoverState,
    MatterState,
    PaperState,
    Taken,
)
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

MOST_SUCCESSORS = 100
FIRST_LINES = 50


# --- who may handle what --------------------------------------------------------------------------------------------


def own_roles(account_id: UUID, *, on: date) -> tuple[Held, ...]:
    """What an account holds by itself: what it holds as a deputy goes back with the principal, matters would not."""
    return tuple(one for one in list_held(account_id, on=on) if one.deputy_for is None)


def holds(held: Iterable[Held], permission: Permission, code: str | None) -> bool:
    """Whether roles allow something at a place; without a place only those for a whole city do."""
    carrying = [one.scope for one in held if permission in one.permissions]
    if code is None:
        return any(_is_whole_city(scope) for scope in carrying)
    return any(scope.covers(code) for scope in carrying)


def handled_by(held: Iterable[Held]) -> ColumnElement[bool]:
    """The same for matters, as a condition: that these roles may handle them where they are."""
    parts = []
    for one in held:
        place = and_(
            Matter.division_code.is_not(None), within(one.scope, Matter.division_code)
        )  # so NOT means the rest
        if _is_whole_city(one.scope):
            place = or_(place, Matter.division_code.is_(None))
        parts.append(and_(Matter.handled_by.in_([str(each) for each in one.permissions]), place))
    return or_(*parts) if parts else false()


def _is_whole_city(scope: Scope) -> bool:
    return any(0 < len(one.low) <= CITY_PREFIX for one in scope.ranges)


def list_successors(giver_id: UUID, code: str | None, *, on: date) -> list[Holder]:
    """Who might take over from somebody: all who may handle something of theirs at the giver's place, nearest first."""
    needs = select(Matter.handled_by).where(Matter.owner_id == giver_id, Matter.state == MatterState.OPEN).distinct()
    wanted = {Permission.MATTERS_HANDLE, *(Permission(one) for one in session().scalars(needs))}
    found: dict[UUID, Holder] = {}
    for permission in sorted(wanted):
        for holder in list_holders(permission, code, on=on):
            found.setdefault(holder.account_id, holder)
    found.pop(giver_id, None)
    return sorted(found.values(), key=lambda one: -one.reach)[:MOST_SUCCESSORS]


# --- what would be on a list ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A paper that waits for the giver's step, and whether the other may take it."""

    paper: Paper
    step: ApprovalStep
    matter_number: str
    may_take: bool
    is_twice: bool  # the other had a hand in it already

    @property
    def goes(self) -> bool:
        """Whether it changes hands."""
        return self.may_take and not self.is_twice


def matters_for(giver_id: UUID, held: Iterable[Held], *, but: UUID | None = None) -> Select[Any]:
    """The giver's open matters that roles may handle, less those on another list that was given; in no order."""
    return _open_of(giver_id, but).where(handled_by(held))


def matters_left(giver_id: UUID, held: Iterable[Held], *, but: UUID | None = None) -> Select[Any]:
    """The rest, which a second person has to take."""
    return _open_of(giver_id, but).where(~handled_by(held))


def _open_of(giver_id: UUID, but: UUID | None) -> Select[Any]:
    return rows_of(MatterFilter(owner_id=giver_id)).where(~promised_elsewhere(giver_id, but))


def promised_elsewhere(giver_id: UUID, but: UUID | None) -> ColumnElement[bool]:
    """Whether a matter stands on a list of the giver's, another than `but`, that was given and not taken yet."""
    is_matter = and_(HandoverItem.matter_id == Matter.id, HandoverItem.paper_id.is_(None))
    return _promised(giver_id, is_matter, but)


def _promised(giver_id: UUID, about: ColumnElement[bool], but: UUID | None) -> ColumnElement[bool]:
    lists = exists().where(
        HandoverItem.handover_id == Handover.id, about, Handover.from_id == giver_id,
        Handover.state == HandoverState.GIVEN,
    )  # fmt: skip
    return lists.where(Handover.id != but) if but else lists


def page_of_matters(stmt: Select[Any], cursor: str | None, limit: int) -> Page[MatterRow]:
    """A page of such matters, the most pressing first."""
    table = Matter.__table__.c
    sort = Sort("due", (table.order_on, table.number))
    page = paginate(stmt, list_name="handover", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(tuple(with_places(page.items)), page.next)


def count_of(stmt: Select[Any]) -> Count:
    """How many such matters there are, to 1,000 and one."""
    return count_up_to_ceiling(stmt)


def papers_waiting(
    giver_id: UUID, taker_id: UUID, held: Sequence[Held], *, but: UUID | None = None
) -> list[WaitingPaper]:  # fmt: skip
    """The papers that wait for the giver, the longest first."""
    stmt = (
        select(Paper, Matter.number)
        .join(Matter, Matter.id == Paper.matter_id)
        .where(
            Paper.waits_for_id == giver_id,
            Paper.state == PaperState.APPROVING,
            ~_promised(giver_id, HandoverItem.paper_id == Paper.id, but),
        )
        .order_by(Paper.waits_since, Paper.id)
        .execution_options(populate_existing=True)
    )
    found = session().execute(stmt).all()
    hands = _hands_in([paper for paper, _ in found])
    return [_waiting(paper, number, taker_id in hands[paper.id], held) for paper, number in found]


def _waiting(paper: Paper, number: str, is_twice: bool, held: Sequence[Held]) -> WaitingPaper:  # noqa: FBT001  # a fact
    step = ApprovalStep(paper.steps[paper.position])
    return WaitingPaper(paper, step, number, holds(held, STEP_PERMISSIONS[step], paper.division_code), is_twice)


def _hands_in(papers: Sequence[Paper]) -> dict[UUID, frozenset[UUID]]:
    """Who drafted each paper or took a step of its round; one statement."""
    rounds = {paper.id: paper.round for paper in papers}
    taken: dict[UUID, list[Taken]] = {paper.id: [] for paper in papers}
    for one in session().scalars(select(Approval).where(Approval.paper_id.in_(rounds))):
        if one.round == rounds[one.paper_id]:
            taken[one.paper_id].append(Taken(one.position, one.account_id, one.principal_id, one.decision))
    return {paper.id: persons_of(taken[paper.id]) | {paper.drafted_by_id} for paper in papers}


# --- lists of hand-overs --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: an account, and the territory it leads."""

    account_id: UUID
    leads: Scope


@dataclass(frozen=True, slots=True)
class HandoverFilter:
    """What of the hand-overs is wanted; None: no matter which."""

    state: HandoverState | None = None
    giver_id: UUID | None = None
    taker_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A hand-over as lists show it."""

    id: UUID
    from_name: str
    to_name: str
    reason: HandoverReason
    state: HandoverState
    leaves_on: date
    drawn_up_at: datetime
    drawn_up_by: str
    given_at: datetime | None
    given_by: str | None
    taken_at: datetime | None


_ROW: Any = (
    *(Handover.id, Handover.from_name, Handover.to_name, Handover.reason, Handover.state, Handover.leaves_on),
    *(Handover.drawn_up_at, Handover.drawn_up_by, Handover.given_at, Handover.given_by, Handover.taken_at),
)


def list_handovers(
    viewer: Viewer, wanted: HandoverFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[HandoverRow]:
    """One's own to give and to take, and those of the territory one leads; the last drawn up first."""
    sort = Sort("drawn_up", (Handover.__table__.c.id,), descending=True)
    return paginate(
        _wanted(viewer, wanted), list_name="handovers", sort=sort, cursor=cursor, limit=limit,
        item=lambda row: HandoverRow(*row[: len(_ROW)]),
    )  # fmt: skip


def count_handovers(viewer: Viewer, wanted: HandoverFilter) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(_wanted(viewer, wanted))


def _wanted(viewer: Viewer, wanted: HandoverFilter) -> Select[Any]:
    mine = or_(Handover.from_id == viewer.account_id, Handover.to_id == viewer.account_id)
    stmt: Select[Any] = select(*_ROW).where(or_(mine, within(viewer.leads, Handover.division_code)))
    if wanted.state is not None:
        stmt = stmt.where(Handover.state == wanted.state)
    if wanted.giver_id is not None:
        stmt = stmt.where(Handover.from_id == wanted.giver_id)
    if wanted.taker_id is not None:
        stmt = stmt.where(Handover.to_id == wanted.taker_id)
    return stmt


def get_handover(viewer: Viewer, handover_id: UUID) -> Handover:
    """One's own, or one of the territory one leads. Raises NotFound."""
    found = session().get(Handover, handover_id)
    if found is None or not (is_part_of(viewer, found) or leads_giver(viewer, found)):
        raise NotFound(str(handover_id))
    return found


def is_part_of(viewer: Viewer, handover: Handover) -> bool:
    """Whether somebody gives or takes."""
    return viewer.account_id in {handover.from_id, handover.to_id}


def leads_giver(viewer: Viewer, handover: Handover) -> bool:
    """Whether somebody leads where the giver is."""
    return handover.division_code is not None and viewer.leads.covers(handover.division_code)


def is_standing(giver_id: UUID, taker_id: UUID) -> bool:
    """Whether a list between the two still waits for a signature."""
    wanted = select(Handover.id).where(
        Handover.from_id == giver_id, Handover.to_id == taker_id, Handover.state.in_(STANDING)
    )
    return session().scalar(wanted.limit(1)) is not None


# --- what is on a list ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of a list that was given."""

    ordinal: int
    number: str
    kind: str
    title: str
    due_on: date | None
    is_paper: bool
    since_given: bool
    outcome: HandoverOutcome | None

    @property
    def line(self) -> Line:
        """What of it is signed."""
        return Line(self.number, self.kind, self.title, self.due_on)


_ITEM: Any = (
    *(HandoverItem.ordinal, HandoverItem.number, HandoverItem.kind, HandoverItem.title, HandoverItem.due_on),
    *(HandoverItem.paper_id.is_not(None), HandoverItem.since_given, HandoverItem.outcome),
)


def _items(handover: Handover) -> Select[Any]:
    return select(*_ITEM).where(HandoverItem.handover_id == handover.id)


def page_of_items(handover: Handover, cursor: str | None, limit: int) -> Page[ItemRow]:
    """A page of a list, in its order."""
    sort = Sort("ordinal", (HandoverItem.__table__.c.ordinal,))
    return paginate(
        _items(handover), list_name="handover_items", sort=sort, cursor=cursor, limit=limit,
        item=lambda row: ItemRow(*row[: len(_ITEM)]),
    )  # fmt: skip


def count_items(handover: Handover) -> Count:
    """How many lines a list has, to 1,000 and one."""
    return count_up_to_ceiling(_items(handover))


def count_since(handover: Handover, held: Iterable[Held]) -> Count:
    """How many matters came to the giver since the list was given, which the taker may have."""
    listed = exists().where(HandoverItem.handover_id == handover.id, HandoverItem.matter_id == Matter.id)
    listed = listed.where(HandoverItem.paper_id.is_(None))
    return count_up_to_ceiling(matters_for(handover.from_id, held, but=handover.id).where(~listed))


def count_open(account_id: UUID) -> Count:
    """How many open matters somebody has."""
    return count_up_to_ceiling(rows_of(MatterFilter(owner_id=account_id)))


def list_items(handover: Handover, outcome: HandoverOutcome | None = None) -> list[ItemRow]:
    """Every line of a list, or those with one outcome, in its order."""
    stmt = _items(handover).order_by(HandoverItem.ordinal)
    if outcome is not None:
        stmt = stmt.where(HandoverItem.outcome == outcome)
    return [ItemRow(*row) for row in session().execute(stmt)]

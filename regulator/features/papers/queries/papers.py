"""Papers inside a scope: one, lists, the steps of their approval, who may take the next one. Never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.queries.holders import Holder, list_holders
from regulator.features.accounts.terms import Permission
from regulator.features.divisions.queries import NOWHERE, Path, paths_of
from regulator.features.divisions.terms import CodeRange, Scope
from regulator.features.papers.models import Approval, Attachment, Matter, Paper
from regulator.features.papers.queries.matters import in_territory, sees
from regulator.features.papers.terms import (
    NUMBERED,
    ApprovalStep,
    AttachmentRole,
    Decision,
    PaperKind,
    PaperState,
    Taken,
)
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

STEP_PERMISSIONS = {
    ApprovalStep.HANDLE: Permission.PAPERS_DRAFT,
    ApprovalStep.EXAMINE: Permission.PAPERS_EXAMINE,
    ApprovalStep.SIGN: Permission.PAPERS_SIGN,
}
"""What each step needs at the place of the matter."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper as lists show it; `waits_for` is the name of who has it in hand."""

    id: UUID
    kind: str
    state: PaperState
    title: str
    addressee: str
    number: str | None
    matter_number: str
    division_code: str | None
    authority: str
    drafted_by: str
    drafted_at: datetime
    waits_for: str | None
    waits_since: datetime | None
    signed_at: datetime | None
    dated_on: date | None
    served_on: date | None
    place: Path = NOWHERE


@dataclass(frozen=True, slots=True)
class PaperFilter:
    """What of the papers is wanted; None: no matter which."""

    state: PaperState | None = None
    kind: str | None = None
    within: CodeRange | None = None
    number: str | None = None
    matter_id: UUID | None = None


_WAITS = aliased(Account)
_ROW: Any = (
    *(Paper.id, Paper.kind, Paper.state, Paper.title, Paper.addressee, Paper.number, Matter.number),
    *(Paper.division_code, Authority.name, Paper.drafted_by, Paper.drafted_at, _WAITS.name, Paper.waits_since),
    *(Paper.signed_at, Paper.dated_on, Paper.served_on),
)


def rows_of(wanted: PaperFilter) -> Select[Any]:
    """The statement of papers, filtered, in no order."""
    stmt: Select[Any] = (
        select(*_ROW)
        .join(Matter, Matter.id == Paper.matter_id)
        .join(Authority, Authority.id == Paper.authority_id)
        .outerjoin(_WAITS, _WAITS.id == Paper.waits_for_id)
    )
    if wanted.state is not None:
        stmt = stmt.where(Paper.state == wanted.state)
    if wanted.kind is not None:
        stmt = stmt.where(Paper.kind == wanted.kind)
    if wanted.within is not None:
        stmt = stmt.where(Paper.division_code >= wanted.within.low, Paper.division_code < wanted.within.high)
    if wanted.number:
        stmt = stmt.where(Paper.number == wanted.number)
    if wanted.matter_id is not None:
        stmt = stmt.where(Paper.matter_id == wanted.matter_id)
    return stmt


def get_paper(scope: Scope, paper_id: UUID) -> Paper:
    """A paper inside a scope. Raises NotFound."""
    found = session().get(Paper, paper_id)
    if found is None or not sees(scope, found.division_code):
        raise NotFound(str(paper_id))
    return found


def get_again(paper: Paper) -> Paper:
    """A paper as it stands in the register, whatever a refused act had begun to change."""
    session().expire_all()
    return session().get_one(Paper, paper.id)


def authority_name(paper: Paper) -> str:
    """The name of the authority a paper comes from."""
    return session().get_one(Authority, paper.authority_id).name


def list_papers(scope: Scope, wanted: PaperFilter, *, cursor: str | None = None, limit: int = 50) -> Page[PaperRow]:
    """Papers of a territory, the last drafted first."""
    stmt = rows_of(wanted).where(in_territory(scope, Paper.division_code))
    table = Paper.__table__.c
    sort = Sort("drafted", (table.drafted_at, table.id), descending=True)
    page = paginate(stmt, list_name="papers", sort=sort, cursor=cursor, limit=limit, item=lambda row: row)
    return Page(tuple(with_places(page.items)), page.next)


def count_papers(scope: Scope, wanted: PaperFilter) -> Count:
    """How many there are, to 1,000 and one."""
    return count_up_to_ceiling(rows_of(wanted).where(in_territory(scope, Paper.division_code)))


def list_papers_of(matter: Matter) -> list[PaperRow]:
    """The papers of a matter somebody was given, the first drafted first."""
    stmt = rows_of(PaperFilter(matter_id=matter.id)).order_by(Paper.drafted_at, Paper.id)
    return with_places(session().execute(stmt).all())


def with_places(rows: Sequence[Any]) -> list[PaperRow]:
    """Rows with the names of their places; one statement."""
    places = paths_of(row.division_code for row in rows)
    return [
        replace(PaperRow(*row[: len(_ROW)]), place=places.get(row.division_code, NOWHERE)) for row in rows
    ]  # fmt: skip


# --- approval -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step that was taken."""

    round: int
    step: ApprovalStep
    name: str
    role: str
    deputy_for: str | None
    decision: Decision
    opinion: str | None
    at: datetime


def list_steps(paper: Paper) -> list[StepRow]:
    """Every step that was taken on a paper somebody was given, in order; earlier rounds stay visible."""
    stmt = select(Approval).where(Approval.paper_id == paper.id).order_by(Approval.round, Approval.position)
    return [
        StepRow(one.round, one.step, one.name, one.role, one.deputy_for, one.decision, one.opinion, one.at)
        for one in session().scalars(stmt)
    ]


def taken_in_round(paper: Paper) -> list[Taken]:
    """The steps taken in the round under way."""
    stmt = select(Approval).where(Approval.paper_id == paper.id, Approval.round == paper.round)
    return [
        Taken(one.position, one.account_id, one.principal_id, one.decision)
        for one in session().scalars(stmt.order_by(Approval.position))
    ]


STANDING = ("review_organ", "court", "contact_person", "contact_phone", "contact_address")
"""Facts that are the same from one paper of a kind to the next: what an office tells everybody."""


def find_standing_facts(kind: PaperKind, *, authority_id: UUID, drafted_by: UUID) -> dict[str, Any]:
    """What somebody told last time in a paper of this kind for this authority, of the facts that stay the same."""
    stmt = select(Paper.facts).where(Paper.drafted_by_id == drafted_by, Paper.state != PaperState.DISCARDED)
    stmt = stmt.where(Paper.kind == kind, Paper.authority_id == authority_id)
    last = session().scalar(stmt.order_by(Paper.drafted_at.desc(), Paper.id.desc()).limit(1)) or {}
    return {name: last[name] for name in STANDING if last.get(name)}


def list_eligible(step: ApprovalStep, division_code: str | None, *, on: date) -> list[Holder]:
    """Who may take a step for a place, the nearest first."""
    return list_holders(STEP_PERMISSIONS[step], division_code, on=on)


def has_minutes(paper: Paper) -> bool:
    """Whether the minutes of a collective discussion are attached to a paper."""
    stmt = select(Attachment.id).where(
        Attachment.paper_id == paper.id,
        Attachment.role == AttachmentRole.MINUTES,
        Attachment.removed_at.is_(None),
    )
    return session().scalar(stmt.limit(1)) is not None


def find_successor(paper: Paper) -> Paper | None:
    """The paper that takes this one's place, drafted or signed."""
    stmt = select(Paper).where(Paper.supersedes_id == paper.id, Paper.state != PaperState.DISCARDED)
    return session().scalar(stmt)


# --- anyone ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicState:
    """What anyone may know of a number: whose and of which day it is, and whether it stands; nothing of the content."""

    number: str
    state: PaperState
    authority: str
    dated_on: date | None
    check_code: str
    file_hash: str | None
    superseded_by: str | None


def public_state(number: str) -> PublicState | None:
    """The state of a numbered paper for the public check; None when there is no such number."""
    stmt = (
        select(Paper, Authority.name)
        .join(Authority, Authority.id == Paper.authority_id)
        .where(Paper.number == number, Paper.state.in_(NUMBERED))
    )
    row = session().execute(stmt).one_or_none()
    if row is None:
        return None
    paper, authority = row
    successor = find_successor(paper) if paper.state is PaperState.SUPERSEDED else None
    return PublicState(
        paper.number or "",
        paper.state,
        authority,
        paper.dated_on,
        paper.check_code or "",
        paper.file_hash,
        successor.number if successor else None,
    )

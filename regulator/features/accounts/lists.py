"""Lists and pages of the administrators: accounts, what they hold, authorities, lockouts. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from regulator.features.accounts.models import (
    Account,
    Authority,
    Deputy,
    Lockout,
    RoleAssignment,
    SignInSession,
)
from regulator.features.accounts.queries import Card, card_of, scopes_of
from regulator.features.accounts.rules import IDLE
from regulator.features.accounts.terms import AccountState, Branch, LockKind, Role, Stage
from regulator.features.divisions.models import Division
from regulator.foundation.database import session
from regulator.foundation.errors import NotFound
from regulator.foundation.paging import Count, Page, Sort, count_up_to_ceiling, paginate

SORT = Sort("username", (Account.__table__.c.username,))
MAX_QUERY = 100


@dataclass(frozen=True, slots=True)
class WantedAccounts:
    """What the list is narrowed to; None leaves open."""

    q: str = ""
    role: Role | None = None
    state: AccountState | None = None
    branch: Branch | None = None
    authority_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in the list with the roles it holds today."""

    card: Card
    roles: tuple[tuple[Role, str], ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role held, to be held or once held. `scope` is the scope's name, `scope_code` its code."""

    id: UUID
    role: Role
    scope: str
    scope_code: str
    began_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Deputed:
    """Somebody standing in for somebody: usernames and names of both."""

    id: UUID
    principal: str
    principal_name: str
    deputy: str
    deputy_name: str
    began_on: date
    ended_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """An authority with its division's name and the number of its accounts."""

    id: UUID
    name: str
    division_code: str
    division: str
    accounts: int


@dataclass(frozen=True, slots=True)
class Locked:
    """A name or an address that may not sign in until a moment."""

    kind: LockKind
    subject: str
    locked_at: datetime
    locked_until: datetime

    @property
    def is_known_name(self) -> bool:
        """Whether it is an account's name; tries under unknown names are kept as a mark only."""
        return self.kind is LockKind.ACCOUNT and not self.subject.startswith("?")


@dataclass(frozen=True, slots=True)
class Tally:
    """The figures of the administrators' first page."""

    active: int
    suspended: int
    open_sessions: int
    locked: int


def list_accounts(wanted: WantedAccounts, *, on: date, cursor: str | None, limit: int) -> Page[Listed]:
    """Accounts by username with the roles of the day: three statements a page, whatever the number of rows."""
    page = paginate(
        _matching(wanted, on), list_name="accounts", sort=SORT, cursor=cursor, limit=limit, item=_card_from_row
    )
    held = _roles_of([card.id for card in page.items], on)
    return Page(tuple(Listed(card, tuple(held.get(card.id, ()))) for card in page.items), page.next)


def count_accounts(wanted: WantedAccounts, *, on: date) -> Count:
    """How many accounts fit."""
    return count_up_to_ceiling(_matching(wanted, on))


def _card_from_row(row: Row[Any]) -> Card:
    found = row._mapping  # noqa: SLF001  # SQLAlchemy's own name for reading a row by column
    return card_of(found[Account], found[Authority.name])


def _matching(wanted: WantedAccounts, on: date) -> Select[Any]:
    query: Select[Any] = select(Account, Authority.name)  # type: ignore[assignment]  # more columns follow
    query = query.outerjoin(Authority, Authority.id == Account.authority_id)
    if wanted.q:
        part = wanted.q[:MAX_QUERY].casefold()
        query = query.where(
            or_(
                Account.username.contains(part, autoescape=True),
                func.lower(Account.name).contains(part, autoescape=True),
            )
        )
    if wanted.state is not None:
        query = query.where(Account.state == wanted.state)
    if wanted.branch is not None:
        query = query.where(Account.branch == wanted.branch)
    if wanted.authority_id is not None:
        query = query.where(Account.authority_id == wanted.authority_id)
    if wanted.role is not None:
        held = exists().where(RoleAssignment.account_id == Account.id, RoleAssignment.role == wanted.role, *_on(on))
        query = query.where(held)
    return query


def _on(day: date) -> tuple[ColumnElement[bool], ...]:
    return RoleAssignment.began_on <= day, or_(RoleAssignment.ended_on.is_(None), RoleAssignment.ended_on >= day)


def _roles_of(account_ids: list[UUID], on: date) -> dict[UUID, list[tuple[Role, str]]]:
    query = select(RoleAssignment).where(RoleAssignment.account_id.in_(account_ids), *_on(on))
    rows = list(session().scalars(query.order_by(RoleAssignment.began_on)))
    scopes = scopes_of(rows)
    held: dict[UUID, list[tuple[Role, str]]] = {}
    for item in rows:
        held.setdefault(item.account_id, []).append((item.role, scopes[item.scope_kind, item.scope_code].label))
    return held


def list_assignments(account_id: UUID) -> list[Assignment]:
    """Every role of an account, those of today and to come first."""
    query = select(RoleAssignment).where(RoleAssignment.account_id == account_id)
    rows = list(session().scalars(query.order_by(RoleAssignment.ended_on.desc(), RoleAssignment.began_on.desc())))
    rows.sort(key=lambda item: item.ended_on is not None)
    scopes = scopes_of(rows)
    return [
        Assignment(
            item.id,
            item.role,
            scopes[item.scope_kind, item.scope_code].label,
            item.scope_code,
            item.began_on,
            item.ended_on,
        )
        for item in rows
    ]


def get_assignment(account_id: UUID, assignment_id: UUID) -> RoleAssignment:
    """A role of just this account. Raises NotFound."""
    found = session().get(RoleAssignment, assignment_id)
    if found is None or found.account_id != account_id:
        raise NotFound(str(assignment_id))
    return found


def list_deputed(account_id: UUID) -> list[Deputed]:
    """Who stands in for this account and for whom it stands in, latest first."""
    principal, deputy = aliased(Account), aliased(Account)
    query = (
        select(Deputy, principal, deputy)
        .join(principal, principal.id == Deputy.principal_id)
        .join(deputy, deputy.id == Deputy.deputy_id)
        .where(or_(Deputy.principal_id == account_id, Deputy.deputy_id == account_id))
        .order_by(Deputy.ended_on.desc(), Deputy.id)
    )
    return [
        Deputed(row.id, one.username, one.name, other.username, other.name, row.began_on, row.ended_on, row.reason)
        for row, one, other in session().execute(query)
    ]


def get_deputy(principal_id: UUID, deputy_id: UUID) -> Deputy:
    """One naming of a deputy for just this principal. Raises NotFound."""
    found = session().get(Deputy, deputy_id)
    if found is None or found.principal_id != principal_id:
        raise NotFound(str(deputy_id))
    return found


def list_authorities() -> list[AuthorityRow]:
    """Every authority in force, by division then name, in one statement."""
    accounts = select(func.count()).where(Account.authority_id == Authority.id).scalar_subquery()
    query = (
        select(Authority.id, Authority.name, Authority.division_code, Division.name, accounts)
        .join(Division, Division.code == Authority.division_code)
        .where(Authority.ended_on.is_(None))
        .order_by(Authority.division_code, Authority.name)
    )
    return [AuthorityRow(*row) for row in session().execute(query)]


def get_authority(authority_id: UUID) -> Authority:
    """An authority by key. Raises NotFound."""
    found = session().get(Authority, authority_id)
    if found is None:
        raise NotFound(str(authority_id))
    return found


def list_lockouts(*, now: datetime) -> list[Locked]:
    """Names and addresses locked now, latest first."""
    query = select(Lockout).where(Lockout.locked_until > now).order_by(Lockout.locked_at.desc())
    return [Locked(item.kind, item.subject, item.locked_at, item.locked_until) for item in session().scalars(query)]


def tally(*, now: datetime) -> Tally:
    """The figures of the first page."""

    def count(model: type[Any], *conditions: ColumnElement[bool]) -> int:
        return session().scalar(select(func.count()).select_from(model).where(*conditions)) or 0

    return Tally(
        active=count(Account, Account.state == AccountState.ACTIVE),
        suspended=count(Account, Account.state == AccountState.SUSPENDED),
        open_sessions=count(
            SignInSession,
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > now,
            SignInSession.last_seen_at > now - IDLE,
            SignInSession.stage == Stage.OPEN,
        ),
        locked=count(Lockout, Lockout.locked_until > now),
    )

"""Looking up authorities, accounts, what they hold today, sessions and lockouts. Never writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from regulator.features.accounts import secrets
from regulator.features.accounts.models import (
    Account,
    Authority,
    Deputy,
    RoleAssignment,
    SignInSession,
)
from regulator.features.accounts.rules import IDLE, fold_username, is_over
from regulator.features.accounts.terms import (
    BRANCHES,
    IMPORT_USERNAME,
    PERMISSIONS,
    PORTALS,
    SECOND_FACTOR_ROLES,
    AccountState,
    Branch,
    Permission,
    Portal,
    Role,
    ScopeKind,
    Stage,
)
from regulator.features.audit.terms import Actor, Footing
from regulator.features.divisions import queries as divisions
from regulator.features.divisions.terms import CodeRange, Scope, merge
from regulator.foundation.database import session
from regulator.foundation.errors import Forbidden, NotFound


@dataclass(frozen=True, slots=True)
class Held:
    """A role held today in a scope; `deputy_for` is the principal's username when it is held for somebody else."""

    role: Role
    scope: Scope
    deputy_for: str | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role may do."""
        return PERMISSIONS[self.role]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in by a session, with everything held today; a value, not a row."""

    session_id: UUID
    account_id: UUID
    username: str
    name: str
    authority_id: UUID | None
    credit_code: str | None
    stage: Stage
    last_seen_at: datetime
    held: tuple[Held, ...]

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything the roles of today allow somewhere; one's own account is everybody's."""
        return union_of_permissions(self.held)

    def carrying(self, *permissions: Permission) -> tuple[Held, ...]:
        """The roles held that allow any of these: permission and scope always come from one assignment."""
        return tuple(item for item in self.held if item.permissions & set(permissions))

    @property
    def main(self) -> tuple[Held, ...]:
        """What is held of the main role (one's own before a principal's, in the order of the roles), in all scopes."""
        return main_held(self.held)

    @property
    def portal(self) -> Portal | None:
        """The desk of the main role; None without any role today."""
        return PORTALS[self.main[0].role] if self.main else None


def union_of_permissions(held: Iterable[Held]) -> frozenset[Permission]:
    """All permissions of roles held, and the one everybody has."""
    return frozenset({Permission.OWN_ACCOUNT}).union(*(item.permissions for item in held))


def main_held(held: Sequence[Held]) -> tuple[Held, ...]:
    """What is held of the main role (one's own before a principal's, in the order of the roles), in all scopes."""
    order = list(Role)
    ranked = sorted(held, key=lambda item: (item.deputy_for is not None, order.index(item.role)))
    return tuple(item for item in ranked if (item.role, item.deputy_for) == (ranked[0].role, ranked[0].deputy_for))


def find_portal(account_id: UUID, *, on: date) -> Portal | None:
    """The desk an account lands on when it signs in on a day; None without any role."""
    main = main_held(list_held(account_id, on=on))
    return PORTALS[main[0].role] if main else None


def find_signed_in(token_hash: str, *, now: datetime, today: date) -> SignedIn | None:
    """Who a session token stands for; None when it is unknown, ended, over, or the account may not sign in."""
    query = (
        select(SignInSession, Account)
        .join(Account, Account.id == SignInSession.account_id)
        .where(SignInSession.token_hash == token_hash, SignInSession.ended_at.is_(None))
    )
    row = session().execute(query).one_or_none()
    if row is None:
        return None
    visit, account = row
    over = is_over(began_at=visit.began_at, last_seen_at=visit.last_seen_at, expires_at=visit.expires_at, now=now)
    if over or account.state is not AccountState.ACTIVE:
        return None
    return SignedIn(
        session_id=visit.id,
        account_id=account.id,
        username=account.username,
        name=account.name,
        authority_id=account.authority_id,
        credit_code=account.credit_code,
        stage=visit.stage,
        last_seen_at=visit.last_seen_at,
        held=list_held(account.id, on=today),
    )


def list_held(account_id: UUID, *, on: date) -> tuple[Held, ...]:
    """The roles an account holds on a day, its own first, then those of principals it stands in for.

    Two statements plus one for names, whatever the number of roles.
    """
    own = select(RoleAssignment).where(RoleAssignment.account_id == account_id, _in_force(on))
    lent = (
        select(RoleAssignment, Account.username)
        .join(Deputy, Deputy.principal_id == RoleAssignment.account_id)
        .join(Account, Account.id == Deputy.principal_id)
        .where(
            Deputy.deputy_id == account_id,
            Deputy.began_on <= on,
            Deputy.ended_on >= on,
            Account.state == AccountState.ACTIVE,
            _in_force(on),
        )
    )
    rows: list[tuple[RoleAssignment, str | None]] = [(item, None) for item in session().scalars(own)]
    rows += [(item, username) for item, username in session().execute(lent)]
    scopes = scopes_of([item for item, _ in rows])
    return tuple(Held(item.role, scopes[item.scope_kind, item.scope_code], principal) for item, principal in rows)


def _in_force(on: date) -> ColumnElement[bool]:
    return and_(RoleAssignment.began_on <= on, or_(RoleAssignment.ended_on.is_(None), RoleAssignment.ended_on >= on))


def scopes_of(assignments: Sequence[RoleAssignment]) -> dict[tuple[ScopeKind, str], Scope]:
    """The scope of each assignment by kind and code; an area that is no more covers nothing."""
    found: dict[tuple[ScopeKind, str], Scope] = {}
    codes = {item.scope_code for item in assignments if item.scope_kind is ScopeKind.DIVISION}
    names = divisions.names_of(codes)
    for item in assignments:
        key = (item.scope_kind, item.scope_code)
        if key in found:
            continue
        if item.scope_kind is ScopeKind.DIVISION:
            found[key] = Scope((CodeRange.of(item.scope_code),), None, names.get(item.scope_code, item.scope_code))
        elif item.scope_kind is ScopeKind.COMPANY:
            found[key] = Scope.company(item.scope_code)
        else:
            found[key] = divisions.find_scope(item.scope_code) or Scope.nothing()
    return found


@dataclass(frozen=True, slots=True)
class Capacity:
    """In which capacity the command line acts: the actor and where the permission asked for holds."""

    actor: Actor
    scope: Scope
    authority_id: UUID | None


def command_line_capacity(username: str | None, permission: Permission, *, on: date) -> Capacity:
    """Who the command line acts as: an account by name, or the built-in one with the whole city's scope.

    Raises NotFound for an unknown or suspended account, Forbidden when no role of that day carries the permission.
    """
    account = get_account(fold_username(username or IMPORT_USERNAME))
    if account.state is AccountState.BUILT_IN:
        cities = divisions.list_cities()
        scope = Scope(merge(city.range for city in cities), None, "、".join(city.name for city in cities[:1]))
        actor = Actor(account.id, account.username, account.name, account.username, scope.label, None)
        return Capacity(actor, scope, account.authority_id)
    if account.state is not AccountState.ACTIVE:
        raise NotFound(account.username)
    held = [item for item in list_held(account.id, on=on) if permission in item.permissions]
    if not held:
        raise Forbidden(permission.value)
    scope = Scope.union(item.scope for item in held)
    actor = actor_of(account.id, account.username, account.name, held, None)
    return Capacity(actor, scope, account.authority_id)


def actor_of(account_id: UUID, username: str, name: str, held: Sequence[Held], address: str | None) -> Actor:
    """The actor of an act done under certain roles; a deputy's principal is named when no own role carries the act.

    Held in several scopes, the place of an act decides on which of them it rests (`Actor.at`).
    """
    own = any(item.deputy_for is None for item in held)
    principals = dict.fromkeys(item.deputy_for for item in held if item.deputy_for)
    return Actor(
        account_id=account_id,
        username=username,
        name=name,
        role=",".join(dict.fromkeys(item.role.value for item in held)),
        scope="、".join(dict.fromkeys(item.scope.label for item in held)),
        address=address,
        deputy_for=",".join(principals) if principals and not own else None,
        footings=tuple(map(_footing, held)) if len(held) > 1 else (),
    )


def _footing(item: Held) -> Footing:
    reach = tuple((part.low, part.high) for part in item.scope.ranges)
    return Footing(item.role.value, item.scope.label, item.deputy_for, reach)


def find_account(username: str) -> Account | None:
    """The account of a folded username."""
    return session().scalars(select(Account).where(Account.username == username)).one_or_none()


def get_account(username: str) -> Account:
    """The account of a folded username. Raises NotFound."""
    if (found := find_account(username)) is None:
        raise NotFound(username)
    return found


def get_account_by_id(account_id: UUID) -> Account:
    """The account of a key. Raises NotFound."""
    if (found := session().get(Account, account_id)) is None:
        raise NotFound(str(account_id))
    return found


def password_fits(username: str, password: str) -> bool:
    """Whether a password belongs to an account that may sign in; takes as long when there is no such account.

    Asked before the write transaction of the sign-in, so that hashing holds no lock.
    """
    account = find_account(fold_username(username))
    return secrets.is_password(account.password_hash if account else None, password)


def roles_of(branch: Branch) -> tuple[Role, ...]:
    """The roles an account of a branch may hold (三员分立)."""
    return tuple(role for role in Role if BRANCHES[role] is branch)


def needs_second_factor(held: Iterable[Held]) -> bool:
    """Whether any role held approves or administers."""
    return any(item.role in SECOND_FACTOR_ROLES for item in held)


def find_authority(name: str) -> Authority | None:
    """The authority of this name."""
    return session().scalars(select(Authority).where(Authority.name == name)).one_or_none()


def list_authorities_of(division_code: str) -> list[Authority]:
    """The authorities of just this division."""
    query = select(Authority).where(Authority.division_code == division_code).order_by(Authority.name)
    return list(session().scalars(query))


@dataclass(frozen=True, slots=True)
class Card:
    """An account as lists and pages show it; never a secret."""

    id: UUID
    username: str
    name: str
    branch: Branch
    state: AccountState
    authority: str | None
    authority_id: UUID | None
    credit_code: str | None
    has_second_factor: bool
    must_change_password: bool
    password_set_at: datetime | None
    created_at: datetime
    last_signed_in_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is still good."""

    id: UUID
    began_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    device: str


def get_card(username: str) -> Card:
    """The account of a folded username as pages show it. Raises NotFound."""
    query = select(Account, Authority.name).outerjoin(Authority).where(Account.username == username)
    row = session().execute(query).one_or_none()
    if row is None:
        raise NotFound(username)
    return card_of(*row)


def card_of(account: Account, authority: str | None) -> Card:
    """The row as a card."""
    return Card(
        id=account.id,
        username=account.username,
        name=account.name,
        branch=account.branch,
        state=account.state,
        authority=authority,
        authority_id=account.authority_id,
        credit_code=account.credit_code,
        has_second_factor=account.totp_confirmed_at is not None,
        must_change_password=account.must_change_password,
        password_set_at=account.password_set_at,
        created_at=account.created_at,
        last_signed_in_at=account.last_signed_in_at,
        version=account.version,
    )


def list_sessions(account_id: UUID, *, now: datetime) -> list[OpenSession]:
    """An account's sessions that are still good, last used first."""
    query = (
        select(SignInSession)
        .where(
            SignInSession.account_id == account_id,
            SignInSession.ended_at.is_(None),
            SignInSession.expires_at > now,
            SignInSession.last_seen_at > now - IDLE,
            SignInSession.stage == Stage.OPEN,
        )
        .order_by(SignInSession.last_seen_at.desc())
    )
    return [
        OpenSession(item.id, item.began_at, item.last_seen_at, item.expires_at, item.address, item.device)
        for item in session().scalars(query)
    ]
